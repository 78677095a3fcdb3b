/* The server writes definitions in words of its own ("CREATE INDEX ... USING btree"), so it is asked for both sides: the
 * real schema, and temporary objects that the program's DDL makes, which end with the transaction. */
#include "store/driver.h"
#include "store/schema_parts.h"
#include "store/table_parts.h"

/* ?1 is the namespace. What belongs to an extension was put there by whoever runs the server. */
#define SPACE "c.relnamespace = n.oid"
#define BARE(definition) "replace(" definition ", quote_ident(n.nspname) || '.', '')"
#define NO_EXTENSION(class, oid)                                                                                       \
    "NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.classid = '" class "'::regclass AND d.objid = " oid                 \
                                                                      " AND d.deptype = 'e')"
#define TABLES "c.relkind IN ('r', 'p')"

static const char
    catalog[] =
        "WITH n AS (SELECT oid, nspname FROM pg_namespace WHERE oid = CAST(?1 AS oid)) "
        "SELECT CASE c.relkind WHEN 'v' THEN 'view' WHEN 'm' THEN 'view' ELSE 'table' END, c.relname, c.relname, "
        "concat_ws(' ', c.relkind, c.relrowsecurity, c.relforcerowsecurity, array_to_string(c.reloptions, ',')) "
        "FROM pg_class c, n WHERE " SPACE " AND c.relkind IN ('r', 'p', 'v', 'm', 'f') AND " NO_EXTENSION(
            "pg_class",
            "c.oid") " UNION ALL "
                     "SELECT 'column', c.relname, a.attname, concat_ws(' ', format_type(a.atttypid, a.atttypmod), "
                     "a.attnotnull, "
                     "pg_get_expr(f.adbin, f.adrelid), a.attidentity, a.attgenerated, l.collname) "
                     "FROM n, pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT "
                     "a.attisdropped "
                     "LEFT JOIN pg_attrdef f ON f.adrelid = a.attrelid AND f.adnum = a.attnum "
                     "LEFT JOIN pg_collation l ON l.oid = a.attcollation WHERE " SPACE " AND " TABLES
                     " AND " NO_EXTENSION(
                         "pg_class",
                         "c.oid") " UNION ALL "
                                  "SELECT 'index', c.relname, x.relname, concat_ws(' ', " BARE(
                                      "pg_get_indexdef(x.oid)") ", i.indisvalid) "
                                                                "FROM n, pg_class c JOIN pg_index i ON i.indrelid = "
                                                                "c.oid JOIN pg_class x ON x.oid = i.indexrelid "
                                                                "WHERE " SPACE " AND " TABLES " AND " NO_EXTENSION(
                                                                    "pg_class", "c.oid") " UNION ALL "
                                                                                         "SELECT 'constraint', "
                                                                                         "c.relname, k.conname, "
                                                                                         "concat_ws(' ', " BARE(
                                                                                             "pg_get_constraintdef(k."
                                                                                             "oid)") ", "
                                                                                                     "k.convalidated) "
                                                                                                     "FROM n, pg_class "
                                                                                                     "c JOIN "
                                                                                                     "pg_constraint k "
                                                                                                     "ON k.conrelid = "
                                                                                                     "c.oid AND "
                                                                                                     "k.contype IN "
                                                                                                     "('c', 'f', 'p', "
                                                                                                     "'u', 'x') "
                                                                                                     "WHERE " SPACE
                                                                                                     " AND"
                                                                                                     " " NO_EXTENSION(
                                                                                                         "pg_class",
                                                                                                         "c.oid") " UNI"
                                                                                                                  "ON "
                                                                                                                  "ALL "
                                                                                                                  "SELE"
                                                                                                                  "CT "
                                                                                                                  "'tri"
                                                                                                                  "gger"
                                                                                                                  "', "
                                                                                                                  "c."
                                                                                                                  "reln"
                                                                                                                  "ame,"
                                                                                                                  " g."
                                                                                                                  "tgna"
                                                                                                                  "me, "
                                                                                                                  "conc"
                                                                                                                  "at_"
                                                                                                                  "ws('"
                                                                                                                  " ',"
                                                                                                                  " " BARE(
                                                                                                                      "pg_get_triggerdef(g.oid)") ", g.tgenabled) "
                                                                                                                                                  "FROM n, pg_class c JOIN pg_trigger g ON g.tgrelid = c.oid AND NOT g.tgisinternal WHERE " SPACE
                                                                                                                                                  " UNION ALL "
                                                                                                                                                  "SELECT 'trigger of a foreign key', c.relname, k.conname, string_agg(concat(g.tgtype, g.tgenabled), ' ' "
                                                                                                                                                  "ORDER BY g.tgtype, g.tgenabled) FROM n, pg_class c JOIN pg_trigger g ON g.tgrelid = c.oid AND g.tgisinternal "
                                                                                                                                                  "JOIN pg_constraint k ON k.oid = g.tgconstraint WHERE " SPACE
                                                                                                                                                  " GROUP BY c.relname, k.conname"
                                                                                                                                                  " UNION ALL "
                                                                                                                                                  "SELECT 'rule', c.relname, r.rulename, " BARE(
                                                                                                                                                      "pg_get_ruledef(r.oid)") " "
                                                                                                                                                                               "FROM n, pg_class c JOIN pg_rewrite r ON r.ev_class = c.oid WHERE " SPACE
                                                                                                                                                                               " AND " TABLES
                                                                                                                                                                               " UNION ALL "
                                                                                                                                                                               "SELECT 'policy', c.relname, p.polname, '' FROM n, pg_class c JOIN pg_policy p ON p.polrelid = c.oid WHERE " SPACE
                                                                                                                                                                               " UNION ALL "
                                                                                                                                                                               "SELECT 'inherited table', c.relname, h.inhrelid::regclass::text, '' "
                                                                                                                                                                               "FROM n, pg_class c JOIN pg_inherits h ON h.inhparent = c.oid WHERE " SPACE
                                                                                                                                                                               " AND " TABLES
                                                                                                                                                                               " UNION ALL "
                                                                                                                                                                               "SELECT 'function', '', concat(p.proname, '(', pg_get_function_identity_arguments(p.oid), ')'), "
                                                                                                                                                                               "concat_ws(' ', l.lanname, p.prosecdef, p.provolatile, array_to_string(p.proconfig, ','), p.prosrc) "
                                                                                                                                                                               "FROM n, pg_proc p JOIN pg_language l ON l.oid = p.prolang WHERE p.pronamespace = n.oid AND " NO_EXTENSION(
                                                                                                                                                                                   "pg_proc",
                                                                                                                                                                                   "p.oid");

static enum result list(struct ctx *ctx, const char *space, struct things *things)
{
    int64_t oid;
    struct rows *rows;
    struct str sql = arena_print(ctx->arena, "SELECT CAST(CAST(%s AS oid) AS bigint)", space);
    TRY(db_query_number(ctx, sql, NULL, 0, 0, &oid));
    struct value args[] = {value_number(oid)};
    TRY(db_query(ctx, str_of(catalog), args, COUNT(args), &rows));
    for (bool more;;) {
        TRY(rows_next(ctx, rows, &more));
        if (!more) break;
        things_add(ctx->arena, things,
                   (struct thing){rows_text(rows, 0), rows_text(rows, 1), rows_text(rows, 2), rows_text(rows, 3)});
    }
    rows_close(rows);
    return OK;
}

/* A temporary function is only found under the name of its schema. */
static struct str with_functions_named(struct ctx *ctx, struct parts *parts, struct str ddl)
{
    parts_list(parts);
    for (size_t i = 0; i < parts->len; i++) {
        if (parts->at[i].kind != PART_FUNCTION) continue;
        struct str name = arena_print(ctx->arena, "%s(", parts->at[i].name), rest = ddl;
        struct buf out = buf_in(ctx->arena);
        for (size_t at; str_find(rest, name, &at); rest = str_slice(rest, at + name.len, rest.len)) {
            buf_add(&out, str_slice(rest, 0, at));
            buf_text(&out, "pg_temp.");
            buf_add(&out, name);
        }
        buf_add(&out, rest);
        ddl = buf_str(&out);
    }
    return ddl;
}

static enum result make_and_list(struct ctx *ctx, struct str ddl, struct things *expected, struct things *found)
{
    TRY(list(ctx, "current_schema()::regnamespace", found));
    TRY(db_script(ctx, "SET LOCAL search_path = pg_temp; SET LOCAL client_min_messages = error"));
    TRY(db_script(ctx, arena_cstr(ctx->arena, ddl)));
    return list(ctx, "pg_my_temp_schema()", expected);
}

enum result postgres_things(struct ctx *ctx, const struct table *const *tables, size_t count, struct str ddl,
                            struct things *expected, struct things *found)
{
    struct parts parts = {.ctx = ctx, .dialect = DIALECT_POSTGRES, .tables = tables, .count = count};
    struct str text = with_functions_named(ctx, &parts, ddl);
    const char *begin = ctx->db->begin;
    if (db_in_transaction(ctx->db))
        return fail(ctx, BROKEN, "The schema is compared outside of other transactions of the program.");
    ctx->db->begin = "BEGIN READ WRITE";
    enum result result = db_begin(ctx);
    ctx->db->begin = begin;
    if (result == OK) {
        result = make_and_list(ctx, text, expected, found);
        db_rollback(ctx);
    }
    if (result == OK) return OK;
    return fail(ctx, DENIED,
                "The schema could not be compared, because this server made no temporary tables for it: %.*s",
                PRINT(ctx->error.sentence));
}
