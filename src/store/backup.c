/* Rows are streamed table by table inside one read transaction, so the program goes on writing meanwhile. Before the
 * file gets its name it is read back from the disk: a backup that was never read is a hope. */
#include "store/backup.h"

#include "store/backup_read.h"
#include "store/dialect.h"

#include <sodium.h>

struct writing {
    const struct backup *backup;
    struct backup_out *out;
    struct backup_info *info;
    struct buf row;    /* scratch */
    int64_t row_count; /* of all tables, for progress */
};

static enum result add_number(struct ctx *ctx, struct writing *w, int64_t n)
{
    w->row.len = 0;
    backup_put_number(&w->row, n);
    return backup_out_add(ctx, w->out, buf_str(&w->row));
}

static const char *database_name(const struct db *db)
{
    return db_dialect(db) == DIALECT_SQLITE ? "sqlite" : "postgresql";
}

static enum result write_header(struct ctx *ctx, struct writing *w)
{
    const struct backup *backup = w->backup;
    struct str master_key = {(const char *)backup->keyring->master, MASTER_KEY_SIZE};
    struct buf *out = &w->row;
    out->len = 0;
    backup_put_number(out, BACKUP_FORMAT);
    backup_put_text(out, S(MERLON_VERSION));
    backup_put_text(out, str_of(database_name(ctx->db)));
    backup_put_number(out, ctx->now);
    backup_put_text(out, backup->passphrase.len ? master_key : S(""));
    backup_put_number(out, (int64_t)backup->table_count);
    enum result result = backup_out_add(ctx, w->out, buf_str(out));
    sodium_memzero(out->at, out->len);
    return result;
}

static struct str select_sql(struct ctx *ctx, const struct table *table)
{
    struct buf sql = buf_in(ctx->arena);
    buf_text(&sql, "SELECT ");
    for (size_t i = 0; i < table->column_count; i++) {
        if (i) buf_text(&sql, ", ");
        sql_name(&sql, table->columns[i].name);
    }
    buf_text(&sql, " FROM ");
    sql_name(&sql, table->name);
    return buf_str(&sql);
}

static struct value value_of(struct rows *rows, size_t column, enum column_type type)
{
    if (rows_is_null(rows, column)) return value_null();
    switch (type) {
    case COLUMN_KEY:
    case COLUMN_NUMBER: return value_number(rows_number(rows, column));
    case COLUMN_DECIMAL: return value_decimal(rows_decimal(rows, column));
    case COLUMN_TEXT: return value_text(rows_text(rows, column));
    case COLUMN_BYTES: return value_bytes(rows_bytes(rows, column));
    }
    return value_null();
}

static enum result write_row(struct ctx *ctx, struct writing *w, const struct table *table, struct rows *rows)
{
    w->row.len = 0;
    backup_put_number(&w->row, 0);
    for (size_t i = 0; i < table->column_count; i++)
        backup_put_value(&w->row, value_of(rows, i, table->columns[i].type));
    size_t whole = w->row.len, body = whole - sizeof(int64_t);
    if (body > ROW_MAX)
        return fail(ctx, BROKEN, "A row of the table %s is larger than %d MB, which no backup can hold.", table->name,
                    ROW_MAX >> 20);
    w->row.len = 0;
    backup_put_number(&w->row, (int64_t)body);
    w->row.len = whole;
    w->info->rows++;
    if (w->backup->progress && w->info->rows % 1000 == 0)
        w->backup->progress(w->backup->progress_arg, w->info->rows, w->row_count);
    return backup_out_add(ctx, w->out, buf_str(&w->row));
}

static const char *key_column(const struct table *table)
{
    for (size_t i = 0; i < table->column_count; i++)
        if (table->columns[i].type == COLUMN_KEY) return table->columns[i].name;
    return NULL;
}

static enum result highest_key(struct ctx *ctx, const struct table *table, const char *key, int64_t *last)
{
    struct buf sql = buf_in(ctx->arena);
    buf_text(&sql, "SELECT max(");
    sql_name(&sql, key);
    buf_text(&sql, ") FROM ");
    sql_name(&sql, table->name);
    return db_query_number(ctx, buf_str(&sql), NULL, 0, 0, last);
}

/* A key is never used twice, also when the newest rows are gone: so the counter travels too. */
static enum result last_key(struct ctx *ctx, const struct table *table, int64_t *last)
{
    const char *key = key_column(table);
    *last = -1;
    if (!key) return OK;
    const struct value args[] = {value_text(str_of(table->name)), value_text(str_of(key))};
    if (!table_counts_keys(table, db_dialect(ctx->db))) return highest_key(ctx, table, key, last);
    if (db_dialect(ctx->db) == DIALECT_SQLITE)
        return db_query_number(ctx, S("SELECT seq FROM sqlite_sequence WHERE name = ?1"), args, 1, 0, last);
    return db_query_number(ctx,
                           S("SELECT last_value FROM pg_sequences WHERE format('%I.%I', schemaname, sequencename) = "
                             "pg_get_serial_sequence(quote_ident(?1), ?2)"),
                           args, COUNT(args), 0, last);
}

static enum result write_table(struct ctx *ctx, struct writing *w, const struct table *table)
{
    struct buf *out = &w->row;
    out->len = 0;
    backup_put_text(out, str_of(table->name));
    backup_put_number(out, (int64_t)table->column_count);
    for (size_t i = 0; i < table->column_count; i++) {
        backup_put_text(out, str_of(table->columns[i].name));
        backup_put_number(out, table->columns[i].type);
    }
    TRY(backup_out_add(ctx, w->out, buf_str(out)));

    int64_t before = w->info->rows, last;
    struct rows *rows;
    TRY(db_query(ctx, select_sql(ctx, table), NULL, 0, &rows));
    for (;;) {
        bool more;
        TRY(rows_next(ctx, rows, &more));
        if (!more) break;
        TRY(write_row(ctx, w, table, rows));
    }
    TRY(last_key(ctx, table, &last));
    TRY(add_number(ctx, w, 0));
    TRY(add_number(ctx, w, w->info->rows - before));
    return add_number(ctx, w, last);
}

static enum result count_rows(struct ctx *ctx, struct writing *w)
{
    for (size_t i = 0; i < w->backup->table_count; i++) {
        struct buf sql = buf_in(ctx->arena);
        int64_t count;
        buf_text(&sql, "SELECT count(*) FROM ");
        sql_name(&sql, w->backup->tables[i]->name);
        TRY(db_query_number(ctx, buf_str(&sql), NULL, 0, 0, &count));
        w->row_count += count;
    }
    return OK;
}

static enum result write_tables(struct ctx *ctx, struct writing *w)
{
    if (w->backup->progress) TRY(count_rows(ctx, w));
    TRY(write_header(ctx, w));
    for (size_t i = 0; i < w->backup->table_count; i++) TRY(write_table(ctx, w, w->backup->tables[i]));
    TRY(add_number(ctx, w, w->info->rows));
    return backup_out_close(ctx, w->out);
}

static void end_snapshot(void *ctx)
{
    store_end_snapshot(ctx);
}

/* Ended also when memory runs out and the arena is all that is still cleared. */
static enum result write_snapshot(struct ctx *ctx, struct writing *w)
{
    struct ctx *kept = arena_make(ctx->arena, struct ctx);
    *kept = *ctx;
    TRY(store_begin_snapshot(ctx));
    arena_defer(ctx->arena, end_snapshot, kept);
    enum result result = write_tables(ctx, w);
    arena_undefer(ctx->arena, kept);
    store_end_snapshot(ctx);
    return result;
}

static enum result check_what_was_written(struct ctx *ctx, const struct writing *w)
{
    struct backup check = *w->backup;
    check.progress = NULL;
    int64_t rows = w->info->rows;
    TRY(backup_check(ctx, &check, backup_out_partial(w->out), w->info));
    if (rows == w->info->rows) return OK;
    return fail(ctx, BROKEN, "The backup should hold %lld rows, but %lld were read back: check the disk.",
                (long long)rows, (long long)w->info->rows);
}

enum result store_backup(struct ctx *ctx, struct store *store, const struct backup *backup, struct str path,
                         struct backup_info *info)
{
    *info = (struct backup_info){0};
    struct writing w = {.backup = backup, .info = info, .row = buf_in(ctx->arena)};
    struct db *before = ctx->db;
    TRY(store_reader(ctx, store, &ctx->db));
    enum result result = backup_out_open(ctx, backup, path, &w.out);
    if (result == OK) result = write_snapshot(ctx, &w);
    ctx->db = before;
    TRY(result);
    TRY(check_what_was_written(ctx, &w));
    return backup_out_keep(ctx, w.out);
}
