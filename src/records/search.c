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

/* The record that the text names by its reference stands first; *named is NULL when there is none. */
static enum result write_named(struct ctx *ctx, struct json_out *out, struct str text, const struct record **named)
{
    const struct reg *reg;
    struct record *record;
    int64_t id;
    *named = NULL;
    if (!reference_parse(ctx->house, text, &reg, &id)) return OK;
    enum result loaded = record_load(ctx, reg, id, &record);
    if (loaded != OK) return loaded == NOT_FOUND ? OK : loaded;
    bool may;
    TRY(record_may_see(ctx, record, &may));
    if (record_is_deleted(record) || !may) return OK;
    write_find(ctx, out, record);
    *named = record;
    return OK;
}

static bool is_same(const struct record *a, const struct record *b)
{
    return a && a->reg == b->reg && record_id(a) == record_id(b);
}

static enum result write_finds(struct ctx *ctx, struct json_out *out, const struct reg *reg, struct str text,
                               const struct record *named, int64_t *left)
{
    struct list_query *query;
    struct record_list page;
    struct str next;
    TRY(list_parse(ctx, reg, NULL, 0, NULL, &query));
    query->text = text;
    query->limit = *left < 10 ? *left : 10;
    TRY(list_page(ctx, query, &page, &next));
    for (size_t i = 0; i < page.count; i++) {
        if (is_same(named, page.at[i])) continue;
        write_find(ctx, out, page.at[i]);
        (*left)--;
    }
    return OK;
}

enum result search_write(struct ctx *ctx, struct str text, int64_t limit, struct buf *buf)
{
    struct json_out out = json_out_to(buf);
    const struct record *named;
    json_open_object(&out);
    json_key(&out, "items");
    json_open_array(&out);
    TRY(write_named(ctx, &out, text, &named));
    limit -= named != NULL;
    for (size_t i = 0; i < ctx->house->register_count && limit > 0 && text.len; i++)
        if (!(ctx->house->registers[i]->flags & QUIET))
            TRY(write_finds(ctx, &out, ctx->house->registers[i], text, named, &limit));
    json_close_array(&out);
    json_close_object(&out);
    return OK;
}
