/* Pages. Without expansion a row goes straight from the database into the reply, which is the path nearly every request
 * takes; with it the page is read to its end first, for PostgreSQL streams one result at a time. */
#include "records/list.h"

#include "records/sql.h"
#include "store/db.h"

enum result list_count(struct ctx *ctx, const struct list_query *query, int64_t *count)
{
    struct buf sql = buf_in(ctx->arena);
    struct value *args = arena_make_many(ctx->arena, struct value, LIST_ARGS);
    size_t arg_count = 0;
    TRY(list_sql(ctx, query, true, &sql, args, &arg_count));
    return db_query_number(ctx, buf_str(&sql), args, arg_count, 0, count);
}

static enum result open_rows(struct ctx *ctx, const struct list_query *query, struct rows **rows)
{
    struct buf sql = buf_in(ctx->arena);
    struct value *args = arena_make_many(ctx->arena, struct value, LIST_ARGS);
    size_t count = 0;
    TRY(list_sql(ctx, query, false, &sql, args, &count));
    return db_query(ctx, buf_str(&sql), args, count, rows);
}

static enum result page_now(struct ctx *ctx, struct list_query *query, struct record_list *page, struct str *next)
{
    struct rows *rows;
    TRY(open_rows(ctx, query, &rows));
    page->at = arena_make_many(ctx->arena, struct record *, (size_t)query->limit + 1);
    for (bool more;;) {
        TRY(rows_next(ctx, rows, &more));
        if (!more) break;
        page->at[page->count++] = record_of_row(ctx, query->reg, rows);
    }
    rows_close(rows);
    if ((int64_t)page->count <= query->limit) return OK;
    page->count--;
    const struct record *last = page->at[page->count - 1];
    *next = cursor_write(ctx, last->row[query->sort], record_id(last));
    return OK;
}

enum result list_page(struct ctx *ctx, struct list_query *query, struct record_list *page, struct str *next)
{
    *page = (struct record_list){0};
    *next = S("");
    return ctx->as_of ? list_page_then(ctx, query, page, next) : page_now(ctx, query, page, next);
}

/* ---- straight from the row ---- */

static struct value row_value(const struct rows *rows, const struct field *field, size_t column)
{
    if (rows_is_null(rows, column)) return value_null();
    if (kind_is_number(field->kind)) return value_number(rows_number(rows, column));
    if (field->kind == DECIMAL) return value_decimal(rows_decimal(rows, column));
    return value_text(rows_text(rows, column));
}

static void write_reference(struct json_out *out, const struct reg *reg, int64_t id)
{
    json_key(out, "id");
    json_put_number(out, id);
    json_key(out, "reference");
    buf_char(out->buf, '"');
    buf_text(out->buf, reg->prefix);
    buf_char(out->buf, '-');
    buf_number(out->buf, id);
    buf_char(out->buf, '"');
    out->comma = true;
}

static void write_row(struct json_out *out, const struct list_query *query, const struct str *keys,
                      const struct rows *rows)
{
    json_open_object(out);
    write_reference(out, query->reg, rows_number(rows, C_ID));
    size_t width = row_width(query->reg);
    for (size_t i = C_UNIT; i < width; i++) {
        if (!query->shown[i]) continue;
        const struct field *field = row_field(query->reg, i);
        json_key_ready(out, keys[i]);
        value_write_json(out, field, row_value(rows, field, i));
    }
    json_close_object(out);
}

static enum result write_straight(struct ctx *ctx, struct list_query *query, struct json_out *out, struct str *next)
{
    struct rows *rows;
    struct value last = value_null();
    int64_t last_id = 0;
    const struct str *keys = reg_sql(ctx, query->reg)->keys;
    *next = S("");
    TRY(open_rows(ctx, query, &rows));
    for (int64_t n = 0;; n++) {
        bool more;
        TRY(rows_next(ctx, rows, &more));
        if (!more) break;
        if (n == query->limit) {
            *next = cursor_write(ctx, last, last_id);
            break;
        }
        write_row(out, query, keys, rows);
        if (n != query->limit - 1) continue;
        last_id = rows_number(rows, C_ID);
        last = row_value(rows, row_field(query->reg, query->sort), query->sort);
        if (last.type == IS_TEXT) last.text = arena_copy(ctx->arena, last.text);
    }
    rows_close(rows);
    return OK;
}

/* ---- from records, with expansion ---- */

enum result list_write_record(struct ctx *ctx, struct json_out *out, const struct list_query *query,
                              const struct record *record)
{
    json_open_object(out);
    write_reference(out, query->reg, record_id(record));
    const struct str *keys = reg_sql(ctx, query->reg)->keys;
    for (size_t i = C_UNIT; i < row_width(query->reg); i++) {
        if (!query->shown[i]) continue;
        const struct field *field = row_field(query->reg, i);
        json_key_ready(out, keys[i]);
        if (query->expanded[i])
            TRY(expand_write(ctx, out, field, record->row[i]));
        else
            value_write_json(out, field, record->row[i]);
    }
    json_close_object(out);
    return OK;
}

static enum result write_records(struct ctx *ctx, struct list_query *query, struct json_out *out, struct str *next)
{
    struct record_list page;
    TRY(list_page(ctx, query, &page, next));
    for (size_t i = 0; i < page.count; i++) TRY(list_write_record(ctx, out, query, page.at[i]));
    return OK;
}

static bool expands(const struct list_query *query)
{
    for (size_t i = 0; i < row_width(query->reg); i++)
        if (query->expanded[i]) return true;
    return false;
}

enum result list_write(struct ctx *ctx, struct list_query *query, struct buf *buf)
{
    struct json_out out = json_out_to(buf);
    struct str next;
    int64_t total;
    json_open_object(&out);
    json_key(&out, "items");
    json_open_array(&out);
    TRY(ctx->as_of || expands(query) ? write_records(ctx, query, &out, &next)
                                     : write_straight(ctx, query, &out, &next));
    json_close_array(&out);
    json_key(&out, "next");
    json_put_optional(&out, next);
    json_key(&out, "total");
    if (query->counted) {
        total = query->found;
        if (!ctx->as_of) TRY(list_count(ctx, query, &total));
        json_put_number(&out, total);
    } else {
        json_put_null(&out);
    }
    json_close_object(&out);
    return OK;
}
