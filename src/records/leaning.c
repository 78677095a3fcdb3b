/* What leans on a record: every live record that links to it, and for persons and units also what they own or hold. */
#include "format/json_out.h"
#include "records/house.h"
#include "records/records.h"
#include "records/rights.h"
#include "store/db.h"

struct found {
    struct leaning *at;
    size_t count, room, hidden;
};

static void add(struct ctx *ctx, struct found *found, const struct record *record, const char *field)
{
    if (record_is_deleted(record)) return;
    if (!record_may(ctx, record, READ)) {
        found->hidden++;
        return;
    }
    if (found->count == found->room) {
        size_t wider = found->room ? found->room * 2 : 8;
        found->at = arena_grow(ctx->arena, found->at, found->room * sizeof *found->at, wider * sizeof *found->at);
        found->room = wider;
    }
    found->at[found->count++] = (struct leaning){.reg = record->reg,
                                                 .id = record_id(record),
                                                 .field = field,
                                                 .title = record_title(record),
                                                 .status = record_status(record)};
}

struct back {
    const struct reg *reg;
    int64_t id;
    const char *field;
};

/* Read to the end before any record is loaded: PostgreSQL streams one result at a time. */
static enum result read_back(struct ctx *ctx, struct rows *rows, struct back **at, size_t *count)
{
    size_t room = 0;
    *count = 0;
    *at = NULL;
    for (bool more;;) {
        TRY(rows_next(ctx, rows, &more));
        if (!more) break;
        const struct reg *reg = house_register(ctx->house, rows_text(rows, 0));
        const struct field *field = reg ? row_find(reg, rows_text(rows, 2), NULL) : NULL;
        if (!field || reg->flags & QUIET) continue;
        if (*count == room) {
            size_t wider = room ? room * 2 : 16;
            *at = arena_grow(ctx->arena, *at, room * sizeof **at, wider * sizeof **at);
            room = wider;
        }
        (*at)[(*count)++] = (struct back){reg, rows_number(rows, 1), field->name};
    }
    rows_close(rows);
    return OK;
}

static enum result add_links(struct ctx *ctx, const struct record *record, struct found *found)
{
    struct value args[] = {value_text(str_of(record->reg->name)), value_number(record_id(record))};
    struct rows *rows;
    struct back *back;
    size_t count;
    TRY(db_query(ctx,
                 S("SELECT register, record, field FROM link WHERE to_register=?1 AND to_record=?2 "
                   "ORDER BY register, record LIMIT 1000"),
                 args, COUNT(args), &rows));
    TRY(read_back(ctx, rows, &back, &count));
    for (size_t i = 0; i < count; i++) {
        struct record *leaning;
        enum result loaded = record_load(ctx, back[i].reg, back[i].id, &leaning);
        if (loaded == OK) add(ctx, found, leaning, back[i].field);
        if (loaded != OK && loaded != NOT_FOUND) return loaded;
    }
    return OK;
}

static enum result add_held(struct ctx *ctx, const struct record *record, enum common field, struct found *found)
{
    for (size_t i = 0; i < ctx->house->register_count; i++) {
        const struct reg *reg = ctx->house->registers[i];
        struct record_list list;
        if (reg->flags & QUIET) continue;
        TRY(records_where(ctx, reg, common_fields[field].name, value_number(record_id(record)), &list));
        for (size_t k = 0; k < list.count && found->count < 1000; k++)
            add(ctx, found, list.at[k], common_fields[field].name);
    }
    return OK;
}

enum result record_leaning(struct ctx *ctx, const struct record *record, struct leaning **at, size_t *count,
                           size_t *hidden)
{
    struct found found = {0};
    TRY(add_links(ctx, record, &found));
    if (record->reg == ctx->house->unit) TRY(add_held(ctx, record, C_UNIT, &found));
    if (record->reg == ctx->house->person) TRY(add_held(ctx, record, C_OWNER, &found));
    *at = found.at;
    *count = found.count;
    *hidden = found.hidden;
    return OK;
}

void leaning_write_json(struct ctx *ctx, struct buf *buf, const struct leaning *leaning, size_t count)
{
    struct json_out out = json_out_to(buf);
    json_open_array(&out);
    for (size_t i = 0; i < count; i++) {
        const struct leaning *one = &leaning[i];
        struct str reference = arena_print(ctx->arena, "%s-%lld", one->reg->prefix, (long long)one->id);
        json_open_object(&out);
        json_key(&out, "register"), json_put_text(&out, one->reg->name);
        json_key(&out, "id"), json_put_number(&out, one->id);
        json_key(&out, "reference"), json_put_str(&out, reference);
        json_key(&out, "title"), json_put_str(&out, one->title);
        json_key(&out, "field"), json_put_text(&out, one->field);
        json_key(&out, "status"), json_put_str(&out, one->status);
        json_close_object(&out);
    }
    json_close_array(&out);
}
