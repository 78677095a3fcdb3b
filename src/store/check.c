#include "store/check.h"

/* One row of one text: the first thing that is wrong, or none. */
static const char sqlite_file[] = "SELECT integrity_check FROM pragma_integrity_check(1) WHERE integrity_check <> 'ok'";
static const char sqlite_references[] = "SELECT \"table\" || ' row ' || coalesce(rowid, 0) || ' refers to ' || parent "
                                        "FROM pragma_foreign_key_check LIMIT 1";

#define OURS "n.oid = current_schema()::regnamespace"

static const char postgres_file[] = "SELECT c.relname || ' (an index that was never finished)' FROM pg_index i "
                                    "JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_namespace n ON n.oid = "
                                    "c.relnamespace WHERE " OURS " AND NOT i.indisvalid ORDER BY 1 LIMIT 1";
static const char postgres_references[] =
    "SELECT c.relname || '.' || k.conname FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid "
    "JOIN pg_namespace n ON n.oid = c.relnamespace WHERE " OURS " AND NOT k.convalidated ORDER BY 1 LIMIT 1";

/* The schema into which the extension was installed, where its function may be called. */
static const char amcheck[] =
    "SELECT quote_ident(n.nspname) FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace "
    "WHERE p.proname = 'bt_index_check' AND p.pronargs = 2 AND EXISTS (SELECT 1 FROM pg_depend d "
    "JOIN pg_extension e ON e.oid = d.refobjid WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid "
    "AND d.deptype = 'e' AND e.extname = 'amcheck') AND "
    "has_function_privilege(p.oid, 'EXECUTE') AND has_schema_privilege(n.oid, 'USAGE')";
static const char amcheck_run[] = "SELECT count(%.*s.bt_index_check(CAST(i.indexrelid AS regclass), true)) FROM "
                                  "pg_index i JOIN pg_class c ON c.oid = i.indexrelid "
                                  "JOIN pg_am a ON a.oid = c.relam JOIN pg_namespace n ON n.oid = c.relnamespace "
                                  "WHERE " OURS " AND a.amname = 'btree' AND i.indisvalid";

static enum result first_wrong(struct ctx *ctx, const char *sql, struct str *wrong)
{
    struct rows *rows;
    bool found;
    *wrong = S("");
    TRY(db_query_one(ctx, str_of(sql), NULL, 0, &rows, &found));
    if (found) *wrong = arena_copy(ctx->arena, rows_text(rows, 0));
    rows_close(rows);
    return OK;
}

/* A damaged index is an error of the query, with the index in its sentence. */
static enum result check_indexes(struct ctx *ctx)
{
    struct str schema;
    int64_t count;
    TRY(first_wrong(ctx, amcheck, &schema));
    if (!schema.len) return OK;
    struct str sql = arena_print(ctx->arena, amcheck_run, PRINT(schema));
    return db_query_number(ctx, sql, NULL, 0, 0, &count);
}

/* "*** in database main ***\nPage 21: unable to get the page. error code=8458": SQLITE_IOERR is 10 in the last byte. */
static bool disk_refused(struct str wrong)
{
    static const char mark[] = "error code=";
    size_t at;
    int64_t code;
    return str_find(wrong, str_of(mark), &at) && parse_number(str_slice(wrong, at + strlen(mark), wrong.len), &code) &&
           (code & 0xff) == 10;
}

static struct str last_line(struct str text)
{
    struct str line = text;
    while (str_cut(&text, '\n', &line)) continue;
    return line;
}

enum result store_check_file(struct ctx *ctx)
{
    bool postgres = db_dialect(ctx->db) == DIALECT_POSTGRES;
    struct str wrong;
    TRY(first_wrong(ctx, postgres ? postgres_file : sqlite_file, &wrong));
    wrong = last_line(wrong);
    if (disk_refused(wrong))
        return fail(ctx, AWAY, "The disk that holds the database reports an error: ask again, and check the disk.");
    if (wrong.len)
        return fail(ctx, CONFLICT,
                    "The database's own check finds damage or tampering: stop the program, keep a copy of the data "
                    "directory, and restore the latest good backup. First: %.*s",
                    PRINT(wrong));
    return postgres ? check_indexes(ctx) : OK;
}

enum result store_check_references(struct ctx *ctx)
{
    bool postgres = db_dialect(ctx->db) == DIALECT_POSTGRES;
    struct str wrong;
    TRY(first_wrong(ctx, postgres ? postgres_references : sqlite_references, &wrong));
    if (!wrong.len) return OK;
    return fail(ctx, CONFLICT,
                postgres ? "A constraint was never held against its rows, which is damage or tampering: %.*s."
                         : "A row refers to one that is not there, which is damage or tampering: %.*s.",
                PRINT(wrong));
}
