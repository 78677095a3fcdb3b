/* The stream is authenticated before it comes here, so what is wrong in it was written wrongly; it is checked all the
 * same, because a backup is the last thing that anybody has. */
#include "store/backup_read.h"

struct reading {
    struct backup_in *in;
    const struct backup *backup;
    const struct backup_visitor *visitor;
    struct backup_info *info;
    struct backup_table table;
    struct value *values; /* scratch for checking rows */
};

/* ---- numbers, texts, values ---- */

void backup_put_number(struct buf *out, int64_t n)
{
    buf_reserve(out, sizeof n);
    for (size_t i = 0; i < sizeof n; i++) out->at[out->len++] = (char)((uint64_t)n >> (8 * i) & 0xff);
}

void backup_put_text(struct buf *out, struct str s)
{
    backup_put_number(out, (int64_t)s.len);
    buf_add(out, s);
}

static int64_t decode_number(const char *at)
{
    uint64_t n = 0;
    for (size_t i = 0; i < sizeof n; i++) n |= (uint64_t)(unsigned char)at[i] << (8 * i);
    return (int64_t)n;
}

void backup_put_value(struct buf *out, struct value value)
{
    int64_t bits;
    buf_char(out, (char)value.type);
    switch (value.type) {
    case IS_NULL: return;
    case IS_NUMBER: backup_put_number(out, value.number); return;
    case IS_DECIMAL:
        memcpy(&bits, &value.decimal, sizeof bits);
        backup_put_number(out, bits);
        return;
    case IS_TEXT:
    case IS_BYTES: backup_put_text(out, value.text); return;
    }
}

static bool take_value(struct str *rest, struct value *value)
{
    if (!rest->len) return false;
    unsigned char type = (unsigned char)rest->at[0];
    *rest = str_slice(*rest, 1, rest->len);
    *value = value_null();
    if (type == IS_NULL) return true;
    if (type > IS_BYTES || rest->len < sizeof(int64_t)) return false;
    int64_t n = decode_number(rest->at);
    *rest = str_slice(*rest, sizeof n, rest->len);
    value->type = (enum value_type)type;
    if (type == IS_NUMBER) value->number = n;
    if (type == IS_DECIMAL) memcpy(&value->decimal, &n, sizeof n);
    if (type < IS_TEXT) return true;
    if (n < 0 || (uint64_t)n > rest->len) return false;
    value->text = str_slice(*rest, 0, (size_t)n);
    *rest = str_slice(*rest, (size_t)n, rest->len);
    return true;
}

bool backup_values(struct str body, struct value *values, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!take_value(&body, &values[i])) return false;
    return body.len == 0;
}

/* ---- the stream ---- */

static enum result misshapen(struct ctx *ctx, const char *where)
{
    return fail(ctx, BROKEN, "The backup is damaged: %s is not of the form that it should have.", where);
}

static enum result take_number(struct ctx *ctx, struct reading *r, int64_t *n)
{
    struct str bytes;
    TRY(backup_in_take(ctx, r->in, sizeof *n, &bytes));
    *n = decode_number(bytes.at);
    return OK;
}

static enum result take_count(struct ctx *ctx, struct reading *r, size_t max, const char *where, size_t *count)
{
    int64_t n;
    TRY(take_number(ctx, r, &n));
    if (n < 0 || (uint64_t)n > max) return misshapen(ctx, where);
    *count = (size_t)n;
    return OK;
}

static enum result take_text(struct ctx *ctx, struct reading *r, struct str *text)
{
    size_t len = 0;
    TRY(take_count(ctx, r, NAME_MAX_LENGTH, "a name in it", &len));
    TRY(backup_in_take(ctx, r->in, len, text));
    *text = arena_copy(ctx->arena, *text);
    return OK;
}

static enum result read_header(struct ctx *ctx, struct reading *r, size_t *tables)
{
    int64_t format;
    struct str master_key;
    TRY(take_number(ctx, r, &format));
    if (format != BACKUP_FORMAT)
        return fail(ctx, INVALID,
                    "The backup was made by a newer version of this program: restore it with that version.");
    TRY(take_text(ctx, r, &r->info->program));
    TRY(take_text(ctx, r, &r->info->database));
    TRY(take_number(ctx, r, &r->info->made_at));
    TRY(take_text(ctx, r, &master_key));
    r->info->brings_master_key = master_key.len > 0;
    if (master_key.len && master_key.len != MASTER_KEY_SIZE) return misshapen(ctx, "the master key in it");
    TRY(take_count(ctx, r, TABLES_MAX, "its list of tables", tables));
    return r->visitor ? r->visitor->begin(ctx, r->visitor->arg, master_key) : OK;
}

static enum result read_table(struct ctx *ctx, struct reading *r)
{
    struct backup_table *table = &r->table;
    TRY(take_text(ctx, r, &table->name));
    TRY(take_count(ctx, r, COLUMNS_MAX, "its list of columns", &table->column_count));
    table->columns = arena_make_many(ctx->arena, struct str, table->column_count);
    table->types = arena_make_many(ctx->arena, enum column_type, table->column_count);
    r->values = arena_make_many(ctx->arena, struct value, table->column_count);
    for (size_t i = 0; i < table->column_count; i++) {
        size_t type = 0;
        TRY(take_text(ctx, r, &table->columns[i]));
        TRY(take_count(ctx, r, COLUMN_BYTES, "the type of a column", &type));
        table->types[i] = (enum column_type)type;
    }
    return r->visitor ? r->visitor->table(ctx, r->visitor->arg, table) : OK;
}

static enum result read_row(struct ctx *ctx, struct reading *r, size_t len)
{
    struct str body;
    TRY(backup_in_take(ctx, r->in, len, &body));
    if (!backup_values(body, r->values, r->table.column_count)) return misshapen(ctx, "a row");
    r->info->rows++;
    if (r->backup->progress && r->info->rows % 1000 == 0)
        r->backup->progress(r->backup->progress_arg, r->info->rows, 0);
    return r->visitor ? r->visitor->row(ctx, r->visitor->arg, body) : OK;
}

static enum result read_rows(struct ctx *ctx, struct reading *r)
{
    int64_t before = r->info->rows, count, last_key;
    for (;;) {
        size_t len = 0;
        TRY(take_count(ctx, r, ROW_MAX, "the length of a row", &len));
        if (!len) break;
        TRY(read_row(ctx, r, len));
    }
    TRY(take_number(ctx, r, &count));
    TRY(take_number(ctx, r, &last_key));
    if (count != r->info->rows - before)
        return fail(ctx, BROKEN, "The backup is damaged: of the table %.*s it should hold %lld rows and holds %lld.",
                    PRINT(r->table.name), (long long)count, (long long)(r->info->rows - before));
    return r->visitor ? r->visitor->end(ctx, r->visitor->arg, last_key) : OK;
}

enum result backup_read(struct ctx *ctx, const struct backup *backup, struct str path,
                        const struct backup_visitor *visitor, struct backup_info *info)
{
    *info = (struct backup_info){0};
    struct reading r = {.backup = backup, .visitor = visitor, .info = info};
    size_t tables = 0;
    int64_t rows;
    TRY(backup_in_open(ctx, backup, path, &r.in));
    info->bytes = backup_in_size(r.in);
    TRY(read_header(ctx, &r, &tables));
    for (size_t i = 0; i < tables; i++) {
        TRY(read_table(ctx, &r));
        TRY(read_rows(ctx, &r));
    }
    info->tables = (int64_t)tables;
    TRY(take_number(ctx, &r, &rows));
    if (rows != info->rows) return misshapen(ctx, "its end");
    TRY(backup_in_end(ctx, r.in));
    backup_in_close(r.in);
    return OK;
}

enum result backup_opens(struct ctx *ctx, const struct backup *backup, struct str path)
{
    struct backup_in *in;
    TRY(backup_in_open(ctx, backup, path, &in));
    backup_in_close(in);
    return OK;
}

enum result backup_check(struct ctx *ctx, const struct backup *backup, struct str path, struct backup_info *info)
{
    return backup_read(ctx, backup, path, NULL, info);
}
