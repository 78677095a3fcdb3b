/* Numbered migrations. They run in the transaction of the start, so a failing one leaves the database as it was and the
 * older program can still use it. */
#include "base/random.h"
#include "store/migrate.h"

#include "base/buf.h"
#include "base/log.h"
#include "store/blob.h"
#include "store/db.h"

static const char REBUILD[] = "rebuild_due"; /* by which version of the program, or who is at it */

/* *version is -1 in a database that has never had a program. */
static enum result version_of(struct ctx *ctx, int64_t *version)
{
    struct str text;
    int64_t lines;
    TRY(meta_get(ctx, "schema_version", &text));
    *version = -1;
    TRY(db_query_number(ctx, S("SELECT count(*) FROM meta"), NULL, 0, 0, &lines));
    if (lines) TRY(meta_demand(ctx, "schema_version"));
    if (!text.len || parse_number(text, version)) return OK;
    return fail(ctx, BROKEN, "The database says that its version is \"%.*s\": it is damaged; restore a backup.",
                PRINT(text));
}

static int64_t version_wanted(const struct migrations *migrations)
{
    return migrations->base + (int64_t)migrations->count;
}

static enum result refuse_others(struct ctx *ctx, int64_t version, const struct migrations *migrations,
                                 const char *program)
{
    struct str writer;
    TRY(meta_get(ctx, "program_version", &writer));
    if (version > version_wanted(migrations))
        return fail(
            ctx, INVALID,
            "The database was written by Merlon %.*s (schema %lld); this is Merlon %s (schema %lld) and would damage "
            "it: run that version or a newer one.",
            PRINT(writer), (long long)version, program, (long long)version_wanted(migrations));
    if (version < 0 || version >= migrations->base) return OK;
    return fail(ctx, INVALID,
                "The database was written by Merlon %.*s (schema %lld), which is too old for this one (Merlon %s, from "
                "schema %lld on): begin a new one, or go by a version in between.",
                PRINT(writer), (long long)version, program, (long long)migrations->base);
}

static enum result run(struct ctx *ctx, const struct migration *migration)
{
    const char *sql = migration->sql[db_dialect(ctx->db)];
    log_text(LOG_INFO, "migration", "step", str_of(migration->what));
    if (sql) TRY(db_script(ctx, sql));
    return migration->run ? migration->run(ctx) : OK;
}

static enum result told(struct ctx *ctx, const struct migration *migration, enum result result)
{
    if (result == OK) return OK;
    return fail(ctx, result, "Migration %lld (%s) failed, and nothing was changed: %.*s", (long long)migration->number,
                migration->what, PRINT(ctx->error.sentence));
}

static enum result run_missing(struct ctx *ctx, const struct migrations *migrations, int64_t version)
{
    for (size_t i = 0; i < migrations->count; i++) {
        const struct migration *migration = &migrations->at[i];
        if (migration->number != migrations->base + (int64_t)i + 1)
            return fail(ctx, BROKEN, "Migration %lld of the program stands in place %zu.", (long long)migration->number,
                        i + 1);
        if (version < 0 || migration->number <= version) continue;
        TRY(told(ctx, migration, run(ctx, migration)));
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

enum result migrate_check(struct ctx *ctx, const struct migrations *migrations, const char *program)
{
    int64_t version;
    struct str writer;
    TRY(version_of(ctx, &version));
    TRY(refuse_others(ctx, version, migrations, program));
    if (version == version_wanted(migrations)) return OK;
    TRY(meta_get(ctx, "program_version", &writer));
    return fail(ctx, INVALID,
                "The database is still as Merlon %.*s left it (schema %lld), and nothing was changed: back it up with "
                "that version, then start merlon serve of this one (Merlon %s, schema %lld), which brings it up.",
                PRINT(writer), (long long)version, program, (long long)version_wanted(migrations));
}

enum result migrate_apply(struct ctx *ctx, const struct migrations *migrations, const char *program, int64_t *from)
{
    struct str writer;
    TRY(tables_apply(ctx, store_tables, store_table_count));
    TRY(version_of(ctx, from));
    TRY(refuse_others(ctx, *from, migrations, program));
    TRY(run_missing(ctx, migrations, *from));
    TRY(meta_get(ctx, "program_version", &writer));
    bool is_same = *from == version_wanted(migrations) && str_is(writer, program);
    if (*from >= 0 && !is_same) TRY(meta_set(ctx, REBUILD, str_of(program)));
    struct buf number = buf_in(ctx->arena);
    buf_number(&number, version_wanted(migrations));
    TRY(remember(ctx, "schema_version", buf_str(&number)));
    return remember(ctx, "program_version", str_of(program));
}

enum result migrate_contents(struct ctx *ctx, const struct migrations *migrations, int64_t from)
{
    for (size_t i = 0; i < migrations->count; i++) {
        const struct migration *migration = &migrations->at[i];
        if (from < 0 || migration->number <= from || !migration->contents) continue;
        TRY(told(ctx, migration, migration->contents(ctx)));
    }
    return OK;
}

enum result migrate_rebuild_is_due(struct ctx *ctx, bool *due)
{
    struct str text;
    TRY(meta_get(ctx, REBUILD, &text));
    *due = text.len > 0;
    return OK;
}

enum result migrate_make_rebuild_due(struct ctx *ctx, const char *program)
{
    return meta_set(ctx, REBUILD, str_of(program));
}

enum result migrate_begin_rebuild(struct ctx *ctx, struct rebuild_mark *mark)
{
    TRY(db_lock(ctx, "rebuild"));
    snprintf(mark->text, sizeof mark->text, "%.*s", PRINT(random_token(ctx->arena, 16)));
    return meta_set(ctx, REBUILD, str_of(mark->text));
}

enum result migrate_end_rebuild(struct ctx *ctx, const struct rebuild_mark *mark, bool *last)
{
    struct str text;
    TRY(db_lock(ctx, "rebuild"));
    TRY(meta_get(ctx, REBUILD, &text));
    *last = str_is(text, mark->text);
    return *last ? meta_set(ctx, REBUILD, S("")) : OK;
}
