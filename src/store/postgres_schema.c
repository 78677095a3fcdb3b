/* The server writes definitions in words of its own ("CREATE INDEX ... USING btree"), so it is asked for both sides:
 * the real schema, and temporary objects that the program's DDL makes, which end with the transaction. */
#include "store/driver.h"
#include "store/schema_parts.h"
#include "store/table_parts.h"

/* Of the namespace ?1 (its oid): the table it belongs to, its name, its definition. What belongs to an extension was
 * put there by whoever runs the server; but a function that bears the name of one of the server's own is told in any
 * case, since whoever owns an extension can add one to it. */
static const struct catalog {
    const char *kind, *sql;
} catalogs[] = {
    {"table", "SELECT c.relname, c.relname, concat_ws(' ', c.relkind, c.relrowsecurity, c.relforcerowsecurity, "
              "array_to_string(c.reloptions, ','), CASE c.relpersistence WHEN 'u' THEN 'unlogged' END) FROM pg_class c "
              "WHERE c.relnamespace = CAST(?1 AS oid) "
              "AND c.relkind IN ('r', 'p', 'f') AND NOT EXISTS (SELECT 1 FROM pg_depend d "
              "WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')"},
    {"view", "SELECT c.relname, c.relname, '' FROM pg_class c WHERE c.relnamespace = CAST(?1 AS oid) "
             "AND c.relkind IN ('v', 'm') AND NOT EXISTS (SELECT 1 FROM pg_depend d "
             "WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')"},
    {"column", "SELECT c.relname, a.attname, concat_ws(' ', format_type(a.atttypid, a.atttypmod), a.attnotnull, "
               "pg_get_expr(f.adbin, f.adrelid), a.attidentity, a.attgenerated, "
               "CAST(a.attcollation AS regcollation)) FROM pg_class c "
               "JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped "
               "LEFT JOIN pg_attrdef f ON f.adrelid = a.attrelid AND f.adnum = a.attnum "
               "WHERE c.relnamespace = CAST(?1 AS oid) AND c.relkind IN ('r', 'p')"},
    {"index", "SELECT c.relname, x.relname, concat_ws(' ', pg_get_indexdef(x.oid), i.indisvalid) FROM pg_class c "
              "JOIN pg_index i ON i.indrelid = c.oid JOIN pg_class x ON x.oid = i.indexrelid "
              "WHERE c.relnamespace = CAST(?1 AS oid) AND c.relkind IN ('r', 'p')"},
    {"constraint", "SELECT c.relname, k.conname, concat_ws(' ', pg_get_constraintdef(k.oid), k.convalidated) "
                   "FROM pg_class c JOIN pg_constraint k ON k.conrelid = c.oid "
                   "AND k.contype IN ('c', 'f', 'p', 'u', 'x') WHERE c.relnamespace = CAST(?1 AS oid)"},
    {"trigger", "SELECT c.relname, g.tgname, concat_ws(' ', pg_get_triggerdef(g.oid), g.tgenabled) FROM pg_class c "
                "JOIN pg_trigger g ON g.tgrelid = c.oid AND g.tgconstraint = 0 "
                "WHERE c.relnamespace = CAST(?1 AS oid)"},
    {"trigger of a foreign key",
     "SELECT c.relname, k.conname, string_agg(concat(g.tgtype, g.tgenabled), ' ' ORDER BY g.tgtype, g.tgenabled) "
     "FROM pg_class c JOIN pg_trigger g ON g.tgrelid = c.oid AND g.tgconstraint <> 0 "
     "JOIN pg_constraint k ON k.oid = g.tgconstraint WHERE c.relnamespace = CAST(?1 AS oid) "
     "GROUP BY c.relname, k.conname"},
    {"rule", "SELECT c.relname, r.rulename, pg_get_ruledef(r.oid) FROM pg_class c JOIN pg_rewrite r "
             "ON r.ev_class = c.oid WHERE c.relnamespace = CAST(?1 AS oid) AND c.relkind IN ('r', 'p')"},
    {"policy", "SELECT c.relname, p.polname, '' FROM pg_class c JOIN pg_policy p ON p.polrelid = c.oid "
               "WHERE c.relnamespace = CAST(?1 AS oid)"},
    {"inherited table", "SELECT c.relname, h.inhrelid::regclass::text, '' FROM pg_class c JOIN pg_inherits h "
                        "ON h.inhparent = c.oid WHERE c.relnamespace = CAST(?1 AS oid) AND c.relkind IN ('r', 'p')"},
    {"operator", "SELECT '', concat(o.oprname, '(', format_type(o.oprleft, NULL), ', ', "
                 "format_type(o.oprright, NULL), ')'), '' FROM pg_operator o WHERE o.oprnamespace = CAST(?1 AS oid) "
                 "AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.classid = 'pg_operator'::regclass "
                 "AND d.objid = o.oid AND d.deptype = 'e')"},
    {"function", "SELECT '', concat(p.proname, '(', pg_get_function_identity_arguments(p.oid), ')'), "
                 "concat_ws(' ', l.lanname, p.prosecdef, p.provolatile, array_to_string(p.proconfig, ','), p.prosrc) "
                 "FROM pg_proc p JOIN pg_language l ON l.oid = p.prolang WHERE p.pronamespace = CAST(?1 AS oid) "
                 "AND (NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass "
                 "AND d.objid = p.oid AND d.deptype = 'e') OR EXISTS (SELECT 1 FROM pg_proc b WHERE "
                 "b.pronamespace = 'pg_catalog'::regnamespace AND b.proname = p.proname))"},
    {"sequence", "SELECT '', c.relname, concat_ws(' ', s.seqtypid, s.seqstart, s.seqincrement, s.seqmax, s.seqmin, "
                 "s.seqcache, s.seqcycle) FROM pg_class c JOIN pg_sequence s ON s.seqrelid = c.oid "
                 "WHERE c.relnamespace = CAST(?1 AS oid)"},
    /* Types, collations, configurations of search: whatever a definition could name instead of the server's own. */
    {"object", "SELECT '', pg_describe_object(d.classid, d.objid, 0), '' FROM pg_depend d "
               "WHERE d.refclassid = 'pg_namespace'::regclass AND d.refobjid = CAST(?1 AS oid) AND d.deptype = 'n' "
               "AND d.classid NOT IN ('pg_class'::regclass, 'pg_proc'::regclass, 'pg_operator'::regclass, "
               "'pg_extension'::regclass)"},
};

/* Of no schema: what the database, or the role, makes of every session, and what listens to every change of the schema.
 * Only once, on the side of what is found. An operator may set limits, logs and the like; what is listed here can
 * change what a query means. The program sets it to what it needs, except what is loaded into the server. */
static const char surroundings[] =
    "SELECT '', s.name, s.value FROM (SELECT split_part(c.one, '=', 1) AS name, "
    "substr(c.one, strpos(c.one, '=') + 1) AS value FROM pg_db_role_setting r, unnest(r.setconfig) AS c (one) "
    "WHERE r.setdatabase IN (0, (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())) "
    "AND r.setrole IN (0, (SELECT u.oid FROM pg_roles u WHERE u.rolname = session_user), "
    "(SELECT u.oid FROM pg_roles u WHERE u.rolname = current_user))) s "
    "WHERE s.name IN ('session_replication_role', 'row_security', 'standard_conforming_strings', "
    "'transform_null_equals', 'array_nulls', 'default_transaction_isolation', 'gin_fuzzy_search_limit', "
    "'session_preload_libraries', 'local_preload_libraries', 'ignore_checksum_failure', 'zero_damaged_pages', "
    "'ignore_system_indexes', 'allow_system_table_mods', 'role') "
    "OR (s.name = 'search_path' AND strpos(s.value, ',') > 0 AND s.value <> '\"$user\", public')";
static const char listeners[] =
    "SELECT '', e.evtname, '' FROM pg_event_trigger e WHERE e.evtenabled <> 'D' AND NOT EXISTS (SELECT 1 FROM "
    "pg_depend d WHERE d.classid = 'pg_event_trigger'::regclass AND d.objid = e.oid AND d.deptype = 'e')";
/* What was made since the server was set up: it keeps numbers below 16384 for its own. */
static const char casts[] =
    "SELECT format_type(k.castsource, NULL), format_type(k.casttarget, NULL), '' FROM pg_cast k WHERE k.oid >= 16384 "
    "AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.classid = 'pg_cast'::regclass AND d.objid = k.oid "
    "AND d.deptype = 'e')";
static const char builtins[] =
    "SELECT '', pg_describe_object(b.class, b.oid, 0), '' FROM (SELECT 'pg_proc'::regclass AS class, p.oid FROM "
    "pg_proc p "
    "WHERE p.pronamespace = 'pg_catalog'::regnamespace UNION ALL SELECT 'pg_operator'::regclass, o.oid FROM "
    "pg_operator o WHERE o.oprnamespace = 'pg_catalog'::regnamespace) b WHERE b.oid >= 16384 AND NOT EXISTS "
    "(SELECT 1 FROM pg_depend d WHERE d.classid = b.class AND d.objid = b.oid AND d.deptype = 'e')";
static const struct catalog around[] = {{"setting of the database or role", surroundings},
                                        {"event trigger", listeners},
                                        {"cast", casts},
                                        {"object among the server's own", builtins}};

/* Of the namespace ?1 (its oid): who else may write. What may be read by others is for the operator to decide. */
#define OF_AN_EXTENSION                                                                                                \
    "EXISTS (SELECT 1 FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = "    \
    "'e')"
#define GRANTEE "CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE CAST(pg_get_userbyid(a.grantee) AS text) END"
#define GRANTED                                                                                                        \
    "SELECT c.relname, concat(string_agg(DISTINCT a.privilege_type, ', '), ' of ', " GRANTEE "), '' FROM pg_class c "
#define BY_OTHERS                                                                                                      \
    "WHERE c.relnamespace = CAST(?1 AS oid) AND a.grantee <> c.relowner AND a.privilege_type <> 'SELECT' "             \
    "AND NOT " OF_AN_EXTENSION " GROUP BY c.relname, a.grantee"
/* Doors in other schemas: a view over these tables through which somebody may write, and a function that does what its
 * caller could not, with the rights of who owns the tables. */
#define OWNERS "(SELECT DISTINCT t.relowner FROM pg_class t WHERE t.relnamespace = CAST(?1 AS oid))"
#define VIEWS_OVER_THEM                                                                                                \
    "WITH RECURSIVE over (oid) AS (SELECT t.oid FROM pg_class t WHERE t.relnamespace = CAST(?1 AS oid) UNION "         \
    "SELECT w.ev_class FROM over o JOIN pg_depend d ON d.refclassid = 'pg_class'::regclass AND d.refobjid = o.oid "    \
    "AND d.classid = 'pg_rewrite'::regclass JOIN pg_rewrite w ON w.oid = d.objid) "
static const struct catalog rights[] = {
    {"owner", "SELECT c.relname, pg_get_userbyid(c.relowner), '' FROM pg_class c WHERE c.relnamespace = CAST(?1 AS "
              "oid) AND c.relkind IN ('r', 'p', 'f', 'S') AND c.relowner NOT IN (SELECT u.oid FROM pg_roles u WHERE "
              "u.rolname = current_user UNION ALL SELECT b.datdba FROM pg_database b WHERE b.datname = "
              "current_database()) AND NOT " OF_AN_EXTENSION},
    {"right", GRANTED "CROSS JOIN aclexplode(c.relacl) a " BY_OTHERS},
    {"right to columns", GRANTED "JOIN pg_attribute t ON t.attrelid = c.oid CROSS JOIN aclexplode(t.attacl) "
                                 "a " BY_OTHERS},
    {"owner", "SELECT concat(p.proname, '()'), pg_get_userbyid(p.proowner), '' FROM pg_proc p WHERE p.pronamespace = "
              "CAST(?1 AS oid) AND p.proowner NOT IN (SELECT u.oid FROM pg_roles u WHERE u.rolname = current_user "
              "UNION ALL SELECT b.datdba FROM pg_database b WHERE b.datname = current_database()) AND NOT EXISTS "
              "(SELECT 1 FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = "
              "'e')"},
    {"right through a view",
     VIEWS_OVER_THEM "SELECT concat(n.nspname, '.', c.relname), concat(string_agg(DISTINCT a.privilege_type, ', '), "
                     "' of ', " GRANTEE "), '' FROM over o JOIN pg_class c ON c.oid = o.oid AND c.relkind = 'v' AND "
                     "c.relnamespace <> CAST(?1 AS oid) JOIN pg_namespace n ON n.oid = c.relnamespace "
                     "CROSS JOIN aclexplode(c.relacl) a WHERE a.grantee <> c.relowner AND a.privilege_type <> 'SELECT' "
                     "GROUP BY n.nspname, c.relname, a.grantee"},
    {"right through a function",
     "SELECT concat(n.nspname, '.', p.proname, '()'), concat(string_agg(DISTINCT a.privilege_type, ', '), ' of "
     "', " GRANTEE "), '' FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace CROSS JOIN "
     "aclexplode(COALESCE(p.proacl, acldefault('f', p.proowner))) a WHERE p.prosecdef AND p.oid >= 16384 AND "
     "p.pronamespace <> CAST(?1 AS oid) AND p.proowner IN " OWNERS " AND a.grantee <> p.proowner AND NOT EXISTS "
     "(SELECT 1 FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e') "
     "GROUP BY n.nspname, p.proname, a.grantee"},
};

static bool goes_on_a_name(char c)
{
    bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (unsigned char)c >= 0x80;
    return letter || (c >= '0' && c <= '9') || (c && strchr("_$.\"", c));
}

/* Without a schema's name, where that is a name and not the end of another's. */
static struct str without(struct arena *arena, struct str text, struct str schema)
{
    struct buf out = buf_in(arena);
    for (size_t at; schema.len && str_find(text, schema, &at); text = str_slice(text, at + schema.len, text.len)) {
        bool another = at ? goes_on_a_name(text.at[at - 1]) : out.len && goes_on_a_name(out.at[out.len - 1]);
        buf_add(&out, str_slice(text, 0, another ? at + schema.len : at));
    }
    buf_add(&out, text);
    return buf_str(&out);
}

/* Definitions name the schema, which is another on the two sides. */
static enum result list_kind(struct ctx *ctx, const struct catalog *catalog, int64_t oid, struct str prefix,
                             struct things *things)
{
    struct value args[] = {value_number(oid)};
    struct rows *rows;
    TRY(db_query(ctx, str_of(catalog->sql), args, oid ? COUNT(args) : 0, &rows));
    for (bool more;;) {
        TRY(rows_next(ctx, rows, &more));
        if (!more) break;
        struct str name = without(ctx->arena, rows_text(rows, 1), prefix);
        struct str definition = without(ctx->arena, rows_text(rows, 2), prefix);
        definition = without(ctx->arena, definition, S("pg_temp."));
        things_add(ctx->arena, things, (struct thing){str_of(catalog->kind), rows_text(rows, 0), name, definition});
    }
    rows_close(rows);
    return OK;
}

struct space {
    int64_t oid;
    struct str prefix; /* "public." */
};

static enum result find_space(struct ctx *ctx, const char *space, struct space *found_space)
{
    struct str sql = arena_print(ctx->arena,
                                 "SELECT CAST(n.oid AS bigint), quote_ident(n.nspname) || '.' FROM pg_namespace n "
                                 "WHERE n.oid = CAST(%s AS oid)",
                                 space);
    struct rows *rows;
    bool found;
    TRY(db_query_one(ctx, sql, NULL, 0, &rows, &found));
    found_space->oid = found ? rows_number(rows, 0) : 0;
    found_space->prefix = found ? arena_copy(ctx->arena, rows_text(rows, 1)) : S("");
    rows_close(rows);
    return OK;
}

/* In the server's own words alone: a function of the schema that looks like one of these would be asked instead. */
static enum result list(struct ctx *ctx, const struct space *space, struct things *things)
{
    TRY(db_script(ctx, "SET LOCAL search_path = pg_catalog"));
    for (size_t i = 0; i < COUNT(catalogs); i++) TRY(list_kind(ctx, &catalogs[i], space->oid, space->prefix, things));
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
    struct space space;
    TRY(find_space(ctx, "pg_catalog.current_schema()::pg_catalog.regnamespace", &space));
    TRY(list(ctx, &space, found));
    for (size_t i = 0; i < COUNT(rights); i++) TRY(list_kind(ctx, &rights[i], space.oid, S(""), found));
    for (size_t i = 0; i < COUNT(around); i++) TRY(list_kind(ctx, &around[i], 0, S(""), found));
    TRY(db_script(ctx, "SET LOCAL search_path = pg_temp; SET LOCAL client_min_messages = error"));
    TRY(db_script(ctx, arena_cstr(ctx->arena, ddl)));
    TRY(find_space(ctx, "pg_my_temp_schema()", &space));
    return list(ctx, &space, expected);
}

static void roll_back(void *db)
{
    db_control_rollback(db);
}

/* What is made to compare with goes in any case, also when there is no memory for the lists. */
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
        arena_defer(ctx->arena, roll_back, ctx->db);
        result = make_and_list(ctx, text, expected, found);
        arena_undefer(ctx->arena, ctx->db);
        roll_back(ctx->db);
    }
    if (result == OK) return OK;
    return fail(ctx, DENIED,
                "The schema could not be compared, because this server made no temporary tables for it: %.*s",
                PRINT(ctx->error.sentence));
}
