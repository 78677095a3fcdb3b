/* Tables are made bare, filled, and only then given what slows or orders inserts (indexes, references, triggers),
 * except that SQLite wants its references from the start and checks them at the end when asked to. All in one
 * transaction. */
#include "store/backup.h"

#include "store/backup_read.h"
#include "store/dialect.h"
#include "store/left_out.h"
#include "store/own_file.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

enum { BATCH_ROWS = 16, BATCH_BYTES = 1024 * 1024, PARAMETERS_MAX = 30000 };

struct restoring {
    const struct backup *backup;
    const char *key_written; /* NULL, or the key file that was made, to be removed when the rest fails */
    struct str path;
    struct backup_info *info;
    bool careful; /* row by row; what the database takes no more is left out */
    bool refused; /* it refused a row, an index or a reference */
    const struct table *table;
    const struct str *columns;
    size_t column_count;
    struct str insert_batch, insert_one;
    size_t batch;                  /* rows in a full batch */
    struct buf bodies;             /* of the rows that wait */
    size_t ends[BATCH_ROWS], rows; /* where each body ends */
    struct value *values;
};

/* ---- the master key ---- */

static enum result compare_key(struct ctx *ctx, const char *path, struct str key)
{
    char there[MASTER_KEY_SIZE + 1];
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) return fail(ctx, BROKEN, "The master key %s cannot be read: %s.", path, strerror(errno));
    ssize_t len = read(file, there, sizeof there);
    close(file);
    if (len >= 0 && str_eq((struct str){there, (size_t)len}, key)) return OK;
    return fail(ctx, CONFLICT, "There is another master key at %s already: move it away, or restore elsewhere.", path);
}

/* Under its name once it is whole: a restore that is cut off leaves the key, or none. */
static enum result write_key(struct ctx *ctx, const char *path, struct str key)
{
    const char *partial = arena_print(ctx->arena, "%s.partial", path).at;
    unlink(partial);
    int file = open(partial, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (file < 0) return fail(ctx, BROKEN, "The master key %s cannot be written: %s.", path, strerror(errno));
    errno = ENOSPC; /* of a write that comes to its end too early */
    bool good = write(file, key.at, key.len) == (ssize_t)key.len && fsync(file) == 0;
    int problem = errno;
    good = close(file) == 0 && good;
    bool named = good && rename(partial, path) == 0;
    if (named && own_file_keep_name(path)) return OK;
    if (good) problem = errno;
    unlink(named ? path : partial);
    return fail(ctx, BROKEN, "The master key %s cannot be written: %s.", path, strerror(problem));
}

static enum result begin(struct ctx *ctx, void *arg, struct str master_key)
{
    struct restoring *r = arg;
    if (!master_key.len || !r->backup->key_file.len) return OK;
    const char *path = arena_cstr(ctx->arena, r->backup->key_file);
    if (access(path, F_OK) == 0) return compare_key(ctx, path, master_key);
    TRY(write_key(ctx, path, master_key));
    r->key_written = path;
    return OK;
}

/* ---- tables ---- */

static const char *const table_there[] = {
    [DIALECT_SQLITE] = "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = ?1",
    [DIALECT_POSTGRES] = "SELECT count(*) FROM pg_class WHERE relnamespace = current_schema()::regnamespace "
                         "AND relkind IN ('r', 'p') AND relname = ?1",
};

static enum result check_empty(struct ctx *ctx, const struct backup *backup)
{
    for (size_t i = 0; i < backup->table_count; i++) {
        const struct value args[] = {value_text(str_of(backup->tables[i]->name))};
        int64_t there;
        TRY(db_query_number(ctx, str_of(table_there[db_dialect(ctx->db)]), args, COUNT(args), 0, &there));
        if (there)
            return fail(ctx, CONFLICT,
                        "There is data here already (the table %s): restore into an empty directory or database.",
                        backup->tables[i]->name);
    }
    return OK;
}

static enum result make_bare_tables(struct ctx *ctx, const struct backup *backup)
{
    bool postgres = db_dialect(ctx->db) == DIALECT_POSTGRES;
    if (!postgres) TRY(db_script(ctx, "PRAGMA defer_foreign_keys = ON"));
    const struct table **bare = arena_make_many(ctx->arena, const struct table *, backup->table_count);
    for (size_t i = 0; i < backup->table_count; i++) {
        struct table *table = arena_make(ctx->arena, struct table);
        *table = *backup->tables[i];
        struct column *columns = arena_make_many(ctx->arena, struct column, table->column_count);
        memcpy(columns, table->columns, table->column_count * sizeof *columns);
        for (size_t c = 0; c < table->column_count; c++) {
            columns[c].flags &= COLUMN_NOT_NULL;
            if (postgres) columns[c].references = NULL;
        }
        table->columns = columns;
        table->index_count = 0;
        table->unguarded = true;
        bare[i] = table;
    }
    return tables_apply(ctx, bare, backup->table_count);
}

static enum result unknown(struct ctx *ctx, const struct restoring *r, const char *what, struct str table,
                           struct str column)
{
    return fail(
        ctx, INVALID,
        "The backup holds the %s %.*s%s%.*s, which this program does not know: it was made by version %.*s; restore "
        "it with that one.",
        what, PRINT(table), column.len ? "." : "", PRINT(column), PRINT(r->info->program));
}

static const struct table *find_table(const struct backup *backup, struct str name)
{
    for (size_t i = 0; i < backup->table_count; i++)
        if (str_is(name, backup->tables[i]->name)) return backup->tables[i];
    return NULL;
}

static enum result find_columns(struct ctx *ctx, const struct restoring *r, const struct backup_table *stored)
{
    for (size_t i = 0; i < stored->column_count; i++) {
        const struct column *column = NULL;
        for (size_t c = 0; c < r->table->column_count && !column; c++)
            if (str_is(stored->columns[i], r->table->columns[c].name)) column = &r->table->columns[c];
        if (!column) return unknown(ctx, r, "column", stored->name, stored->columns[i]);
        if (column->type != stored->types[i])
            return fail(ctx, INVALID, "The column %.*s.%s is of another type in the backup, made by version %.*s.",
                        PRINT(stored->name), column->name, PRINT(r->info->program));
    }
    return OK;
}

static struct str insert_sql(struct ctx *ctx, const struct backup_table *stored, const char *table, size_t rows)
{
    struct buf sql = buf_in(ctx->arena);
    buf_text(&sql, "INSERT INTO ");
    sql_name(&sql, table);
    for (size_t i = 0; i < stored->column_count; i++) {
        buf_text(&sql, i ? ", " : " (");
        sql_name(&sql, arena_cstr(ctx->arena, stored->columns[i]));
    }
    buf_text(&sql, ") VALUES ");
    for (size_t i = 0; i < rows * stored->column_count; i++) {
        bool first = i % stored->column_count == 0;
        buf_print(&sql, "%s?%zu", !first ? ", " : i ? "), (" : "(", i + 1);
    }
    buf_char(&sql, ')');
    return buf_str(&sql);
}

static enum result table(struct ctx *ctx, void *arg, const struct backup_table *stored)
{
    struct restoring *r = arg;
    r->table = find_table(r->backup, stored->name);
    if (!r->table) return unknown(ctx, r, "table", stored->name, S(""));
    if (!stored->column_count) return fail(ctx, INVALID, "The table %s has no columns in the backup.", r->table->name);
    TRY(find_columns(ctx, r, stored));
    r->columns = stored->columns;
    r->column_count = stored->column_count;
    r->batch = BATCH_ROWS * stored->column_count > PARAMETERS_MAX ? 1 : BATCH_ROWS;
    r->insert_batch = insert_sql(ctx, stored, r->table->name, r->batch);
    r->insert_one = insert_sql(ctx, stored, r->table->name, 1);
    r->values = arena_make_many(ctx->arena, struct value, r->batch * stored->column_count);
    return OK;
}

/* ---- rows ---- */

static enum result insert(struct ctx *ctx, struct restoring *r, size_t from, size_t rows)
{
    for (size_t i = 0; i < rows; i++) {
        size_t begins = from + i ? r->ends[from + i - 1] : 0;
        struct str body = str_slice(buf_str(&r->bodies), begins, r->ends[from + i]);
        if (!backup_values(body, r->values + i * r->column_count, r->column_count))
            return fail(ctx, BROKEN, "A row of the table %s was lost on its way.", r->table->name);
    }
    enum result result =
        db_run(ctx, rows == 1 ? r->insert_one : r->insert_batch, r->values, rows * r->column_count, NULL);
    r->refused = r->refused || result == INVALID || result == CONFLICT || result == BROKEN;
    return result;
}

/* Looked at here, since the database's word for it is that of a fault. */
static bool key_is_possible(const struct restoring *r)
{
    for (size_t i = 0; i < r->column_count; i++)
        if (r->table->columns[0].type == COLUMN_KEY && str_is(r->columns[i], r->table->columns[0].name))
            return r->values[i].type == IS_NUMBER && r->values[i].number > 0 && r->values[i].number < KEY_LIMIT;
    return true;
}

static void leave_out(struct ctx *ctx, struct restoring *r, struct str why)
{
    struct str key = left_out_key(ctx, r->table, r->columns, r->values, r->column_count);
    while (why.len && why.at[why.len - 1] == '.') why.len--;
    left_out_add(ctx, &r->info->left_out, r->table->name, key, why, 1);
}

static enum result insert_carefully(struct ctx *ctx, struct restoring *r, size_t i)
{
    TRY(db_begin(ctx));
    enum result result = insert(ctx, r, i, 1);
    if (result == OK) return db_commit(ctx);
    db_rollback(ctx);
    if (result == BROKEN && !key_is_possible(r)) {
        leave_out(ctx, r, S("its key is none that the program gives"));
    } else if (result == INVALID || result == CONFLICT) {
        leave_out(ctx, r, ctx->error.english);
    } else {
        return result;
    }
    ctx_clear_error(ctx);
    return OK;
}

static enum result flush(struct ctx *ctx, struct restoring *r)
{
    if (r->careful) {
        for (size_t i = 0; i < r->rows; i++) TRY(insert_carefully(ctx, r, i));
    } else if (r->rows == r->batch) {
        TRY(insert(ctx, r, 0, r->rows));
    } else {
        for (size_t i = 0; i < r->rows; i++) TRY(insert(ctx, r, i, 1));
    }
    r->rows = 0;
    r->bodies.len = 0;
    return OK;
}

static enum result row(struct ctx *ctx, void *arg, struct str body)
{
    struct restoring *r = arg;
    buf_add(&r->bodies, body);
    r->ends[r->rows++] = r->bodies.len;
    return r->rows == r->batch || r->bodies.len > BATCH_BYTES ? flush(ctx, r) : OK;
}

static enum result set_last_key(struct ctx *ctx, const struct table *table, const char *key, int64_t last)
{
    const struct value args[] = {value_text(str_of(table->name)), value_number(last), value_text(str_of(key))};
    int64_t ignored;
    if (!table_counts_keys(table, db_dialect(ctx->db))) return OK;
    if (db_dialect(ctx->db) == DIALECT_POSTGRES)
        return db_query_number(ctx, S("SELECT setval(pg_get_serial_sequence(quote_ident(?1), ?3), ?2)"), args,
                               COUNT(args), 0, &ignored);
    TRY(db_run(ctx, S("DELETE FROM sqlite_sequence WHERE name = ?1"), args, 1, NULL));
    return db_run(ctx, S("INSERT INTO sqlite_sequence (name, seq) VALUES (?1, ?2)"), args, 2, NULL);
}

static enum result end(struct ctx *ctx, void *arg, int64_t last)
{
    struct restoring *r = arg;
    TRY(flush(ctx, r));
    for (size_t i = 0; i < r->table->column_count && last > 0; i++)
        if (r->table->columns[i].type == COLUMN_KEY) TRY(set_last_key(ctx, r->table, r->table->columns[i].name, last));
    return OK;
}

/* The MACs that hold are made anew by `filled`, which is how a genuine row is told from its double. */
static enum result part(struct ctx *ctx, struct restoring *r)
{
    const struct backup *backup = r->backup;
    struct doubled *doubled = NULL;
    if (r->careful) TRY(doubled_find(ctx, backup->tables, backup->table_count, &doubled));
    if (backup->filled) TRY(backup->filled(ctx, backup->arg));
    if (!r->careful) return OK;
    TRY(doubled_remove(ctx, doubled, &r->info->left_out));
    return orphans_remove(ctx, backup->tables, backup->table_count, &r->info->left_out);
}

static enum result restore(struct ctx *ctx, void *arg)
{
    struct restoring *r = arg;
    const struct backup_visitor visitor = {begin, table, row, end, r};
    r->rows = 0, r->bodies.len = 0; /* of an attempt that broke off */
    r->refused = false;
    TRY(check_empty(ctx, r->backup));
    TRY(make_bare_tables(ctx, r->backup));
    TRY(backup_read(ctx, r->backup, r->path, &visitor, r->info));
    TRY(part(ctx, r));
    enum result result = tables_apply(ctx, r->backup->tables, r->backup->table_count);
    r->refused = result != OK;
    TRY(result);
    if (r->backup->last) TRY(r->backup->last(ctx, r->backup->arg));
    r->refused = true; /* if it is not kept: SQLite looks at references at the end */
    return OK;
}

/* Most backups are sound, and go in fast; one that is not is read again. */
static enum result restore_rows(struct ctx *ctx, struct store *store, struct restoring *r)
{
    enum result result = store_write(ctx, store, restore, r);
    if (result == OK || result_passes(result) || !r->refused) return result;
    ctx_clear_error(ctx);
    r->careful = true;
    return store_write(ctx, store, restore, r);
}

enum result store_restore(struct ctx *ctx, struct store *store, const struct backup *backup, struct str path,
                          struct backup_info *info)
{
    struct restoring r = {.backup = backup, .path = path, .info = info, .bodies = buf_in(ctx->arena)};
    enum result result = restore_rows(ctx, store, &r);
    /* What was lost while PostgreSQL saved it may be in, and then nothing but this key opens it. */
    bool may_be_in = result == AWAY && store_dialect(store) == DIALECT_POSTGRES;
    if (result != OK && !may_be_in && r.key_written) unlink(r.key_written);
    info->key_written = result == OK ? r.key_written : NULL;
    return result;
}
