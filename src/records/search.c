/* One indexed look-up a register, until there is enough: registers are few, and each answers in microseconds. */
#include "records/search.h"

#include "format/json_out.h"
#include "records/house.h"
#include "records/list.h"
#include "records/rights.h"

static void write_find(struct ctx *ctx, struct json_out *out, const struct record *record)
{
    json_open_object(out);
    json_key(out, "register"), json_put_text(out, record->reg->name);
    json_key(out, "id"), json_put_number(out, record_id(record));
    json_key(out, "reference"), json_put_str(out, record_reference(ctx, record));
    json_key(out, "title"), json_put_str(out, record_title(record));
    json_key(out, "status"), json_put_str(out, record_status(record));
    json_close_object(out);
}

static enum result write_reference(struct ctx *ctx, struct json_out *out, struct str text, int64_t *left)
{
    const struct reg *reg;
    struct record *record;
    int64_t id;
    if (!reference_parse(ctx->house, text, &reg, &id)) return OK;
    enum result loaded = record_load(ctx, reg, id, &record);
    if (loaded != OK) return loaded == NOT_FOUND ? OK : loaded;
    if (record_is_deleted(record) || !record_may(ctx, record, READ)) return OK;
    write_find(ctx, out, record);
    (*left)--;
    return OK;
}

static enum result write_finds(struct ctx *ctx, struct json_out *out, const struct reg *reg, struct str text,
                               int64_t *left)
{
    struct list_query *query;
    struct record_list page;
    struct str next;
    TRY(list_parse(ctx, reg, NULL, 0, NULL, &query));
    query->text = text;
    query->limit = *left < 10 ? *left : 10;
    TRY(list_page(ctx, query, &page, &next));
    for (size_t i = 0; i < page.count; i++) write_find(ctx, out, page.at[i]);
    *left -= (int64_t)page.count;
    return OK;
}

enum result search_write(struct ctx *ctx, struct str text, int64_t limit, struct buf *buf)
{
    struct json_out out = json_out_to(buf);
    json_open_object(&out);
    json_key(&out, "items");
    json_open_array(&out);
    if (text.len) TRY(write_reference(ctx, &out, text, &limit));
    for (size_t i = 0; i < ctx->house->register_count && limit > 0 && text.len; i++)
        if (!(ctx->house->registers[i]->flags & QUIET))
            TRY(write_finds(ctx, &out, ctx->house->registers[i], text, &limit));
    json_close_array(&out);
    json_close_object(&out);
    return OK;
}
