/* Numbered migrations. They run in the transaction of the start, so a failing one leaves the database as it was and the
 * older program can still use it. */
#include "store/migrate.h"

#include "base/buf.h"
#include "base/log.h"
#include "store/blob.h"

/* *version is -1 in a database that has never had a program. */
static enum result version_of(struct ctx *ctx, int64_t *version)
{
    struct str text;
    TRY(meta_get(ctx, "schema_version", &text));
    *version = -1;
    if (!text.len || parse_number(text, version)) return OK;
    return fail(ctx, BROKEN, "The database says that its version is \"%.*s\": it is damaged; restore a backup.",
                PRINT(text));
}

static enum result refuse_newer(struct ctx *ctx, int64_t version, size_t count, const char *program)
{
    struct str writer;
    if (version <= (int64_t)count) return OK;
    TRY(meta_get(ctx, "program_version", &writer));
    return fail(
        ctx, INVALID,
        "The database was written by Merlon %.*s (schema %lld); this is Merlon %s (schema %zu) and would damage "
        "it: run that version or a newer one.",
        PRINT(writer), (long long)version, program, count);
}

static enum result run(struct ctx *ctx, const struct migration *migration)
{
    const char *sql = migration->sql[db_dialect(ctx->db)];
    log_text(LOG_INFO, "migration", "step", str_of(migration->what));
    if (sql) TRY(db_script(ctx, sql));
    return migration->run ? migration->run(ctx) : OK;
}

static enum result run_missing(struct ctx *ctx, const struct migration *migrations, size_t count, int64_t version)
{
    for (size_t i = 0; i < count; i++) {
        if (migrations[i].number != (int64_t)i + 1)
            return fail(ctx, BROKEN, "Migration %lld of the program stands in place %zu.",
                        (long long)migrations[i].number, i + 1);
        if (version < 0 || migrations[i].number <= version) continue;
        enum result result = run(ctx, &migrations[i]);
        if (result != OK)
            return fail(ctx, result, "Migration %lld (%s) failed, and nothing was changed: %.*s",
                        (long long)migrations[i].number, migrations[i].what, PRINT(ctx->error.sentence));
    }
    return OK;
}

/* Writes only what differs: most starts find nothing to do. */
static enum result remember(struct ctx *ctx, const char *name, struct str value)
{
    struct str before;
    TRY(meta_get(ctx, name, &before));
    return str_eq(before, value) ? OK : meta_set(ctx, name, value);
}

/* The wait may be as long as a migration; those for the locks of tables keep their limit. */
enum result migrate_alone(struct ctx *ctx)
{
    if (db_dialect(ctx->db) == DIALECT_SQLITE) return OK;
    struct rows *rows;
    bool found;
    TRY(db_query_one(ctx, S("SELECT current_setting('lock_timeout'), set_config('lock_timeout', '30min', true)"), NULL,
                     0, &rows, &found));
    struct value before = value_text(arena_copy(ctx->arena, rows_text(rows, 0)));
    rows_close(rows);
    TRY(db_lock(ctx, "start"));
    return db_run(ctx, S("SELECT set_config('lock_timeout', ?1, true)"), &before, 1, NULL);
}

enum result migrate_is_new(struct ctx *ctx, bool *is_new)
{
    static const char *const counts[] = {
        [DIALECT_SQLITE] = "SELECT count(*) FROM sqlite_schema WHERE name = 'meta'",
        [DIALECT_POSTGRES] = "SELECT count(*) FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND "
                             "relname = 'meta'",
    };
    int64_t tables;
    TRY(db_query_number(ctx, str_of(counts[db_dialect(ctx->db)]), NULL, 0, 0, &tables));
    *is_new = tables == 0;
    return OK;
}

enum result migrate_check(struct ctx *ctx, size_t count, const char *program)
{
    int64_t version;
    TRY(version_of(ctx, &version));
    return refuse_newer(ctx, version, count, program);
}

enum result migrate_apply(struct ctx *ctx, const struct migration *migrations, size_t count, const char *program)
{
    int64_t version;
    TRY(tables_apply(ctx, store_tables, store_table_count));
    TRY(version_of(ctx, &version));
    TRY(refuse_newer(ctx, version, count, program));
    TRY(run_missing(ctx, migrations, count, version));
    struct buf number = buf_in(ctx->arena);
    buf_number(&number, (int64_t)count);
    TRY(remember(ctx, "schema_version", buf_str(&number)));
    return remember(ctx, "program_version", str_of(program));
}
