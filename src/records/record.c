/* Records in memory and as JSON. The JSON is both what the API shows and what the ledger keeps, so that reading as of
 * a day gives exactly what was shown then. */
#include "records/record.h"

#include "base/clock.h"
#include "format/json_out.h"
#include "records/house.h"
#include "records/sql.h"
#include "schema/parse.h"

struct record *record_unset(struct ctx *ctx, const struct reg *reg)
{
    struct record *record = arena_make(ctx->arena, struct record);
    record->reg = reg;
    record->row = arena_make_many(ctx->arena, struct value, row_width(reg));
    record->own = record->row + COMMON;
    return record;
}

struct record *record_new(struct ctx *ctx, const struct reg *reg)
{
    struct record *record = record_unset(ctx, reg);
    for (size_t i = 0; i < row_width(reg); i++) record->row[i] = field_empty(row_field(reg, i));
    return record;
}

struct record *record_clone(struct ctx *ctx, const struct record *record)
{
    struct record *copy = record_unset(ctx, record->reg);
    memcpy(copy->row, record->row, row_width(record->reg) * sizeof *copy->row);
    return copy;
}

static int64_t common_number(const struct record *record, enum common field)
{
    return record->row[field].type == IS_NUMBER ? record->row[field].number : 0;
}

int64_t record_id(const struct record *record)
{
    return common_number(record, C_ID);
}

int64_t record_unit(const struct record *record)
{
    return common_number(record, C_UNIT);
}

int64_t record_owner(const struct record *record)
{
    return common_number(record, C_OWNER);
}

struct str record_status(const struct record *record)
{
    return record->row[C_STATUS].type == IS_TEXT ? record->row[C_STATUS].text : S("");
}

struct str record_title(const struct record *record)
{
    return record_text(record, reg_title_field(record->reg));
}

/* Every line of every list has some, so it is not left to a format. */
struct str reference_make(struct arena *arena, const struct reg *reg, int64_t id)
{
    struct buf text = buf_in(arena);
    buf_text(&text, reg->prefix);
    buf_char(&text, '-');
    buf_number(&text, id);
    return buf_str(&text);
}

struct str record_reference(struct ctx *ctx, const struct record *record)
{
    return reference_make(ctx->arena, record->reg, record_id(record));
}

bool record_is_deleted(const struct record *record)
{
    return record->row[C_DELETED_AT].type != IS_NULL;
}

bool record_is_purged(const struct record *record)
{
    return record_is_deleted(record) && !record_title(record).len;
}

int64_t record_number(const struct record *record, size_t field)
{
    return record->own[field].type == IS_NUMBER ? record->own[field].number : 0;
}

struct str record_text(const struct record *record, size_t field)
{
    return record->own[field].type == IS_TEXT ? record->own[field].text : S("");
}

bool record_is_null(const struct record *record, size_t field)
{
    return field_is_empty(&record->reg->fields[field], record->own[field]);
}

static const struct json *parse_stored(struct ctx *ctx, struct str text)
{
    struct json *json = NULL;
    if (!text.len || json_parse_deep(ctx, text, JSON_DEEPEST, &json) == OK) return json;
    ctx_clear_error(ctx); /* what we stored ourselves reads back; a damaged row shows as empty and is found by verify */
    return NULL;
}

struct ids record_ids(struct ctx *ctx, const struct record *record, size_t field)
{
    const struct json *list = parse_stored(ctx, record_text(record, field));
    if (!list || list->kind != JSON_ARRAY || !list->count) return (struct ids){0};
    int64_t *ids = arena_make_many(ctx->arena, int64_t, list->count);
    size_t count = 0;
    for (const struct json *entry = list->first; entry; entry = entry->next)
        if (entry->kind == JSON_NUMBER) ids[count++] = entry->number;
    return (struct ids){ids, count};
}

struct texts record_texts(struct ctx *ctx, const struct record *record, size_t field)
{
    const struct json *list = parse_stored(ctx, record_text(record, field));
    if (!list || list->kind != JSON_ARRAY || !list->count) return (struct texts){0};
    struct str *texts = arena_make_many(ctx->arena, struct str, list->count);
    size_t count = 0;
    for (const struct json *entry = list->first; entry; entry = entry->next)
        if (entry->kind == JSON_STRING) texts[count++] = entry->text;
    return (struct texts){texts, count};
}

const struct json *record_data(struct ctx *ctx, const struct record *record, size_t field)
{
    if (record_is_null(record, field)) return NULL;
    return parse_stored(ctx, record_text(record, field));
}

struct value record_value(const struct record *record, const char *field)
{
    size_t index;
    return row_find(record->reg, str_of(field), &index) ? record->row[index] : value_null();
}

int64_t record_number_of(const struct record *record, const char *field)
{
    struct value value = record_value(record, field);
    return value.type == IS_NUMBER ? value.number : 0;
}

struct str record_text_of(const struct record *record, const char *field)
{
    struct value value = record_value(record, field);
    return value.type == IS_TEXT ? value.text : S("");
}

void record_set_number(struct record *record, size_t field, int64_t n)
{
    record->own[field] = value_number(n);
}

void record_set_text(struct record *record, size_t field, struct str s)
{
    record->own[field] = s.len ? value_text(s) : field_empty(&record->reg->fields[field]);
}

void record_set_null(struct record *record, size_t field)
{
    record->own[field] = field_empty(&record->reg->fields[field]);
}

struct str ids_json(struct ctx *ctx, const int64_t *ids, size_t count)
{
    struct buf text = buf_in(ctx->arena);
    buf_char(&text, '[');
    for (size_t i = 0; i < count; i++) {
        if (i) buf_char(&text, ',');
        buf_number(&text, ids[i]);
    }
    buf_char(&text, ']');
    return buf_str(&text);
}

void value_write_json(struct json_out *out, const struct field *field, struct value value)
{
    char instant[TIME_TEXT];
    if (value.type == IS_NULL) {
        json_put_null(out);
    } else if (kind_is_json(field->kind)) {
        json_put_raw(out, value.text);
    } else if (field->kind == TIME) {
        time_format(value.number, instant);
        json_put_text(out, instant);
    } else if (field->kind == BOOLEAN) {
        json_put_bool(out, value.number != 0);
    } else if (value.type == IS_NUMBER) {
        json_put_number(out, value.number);
    } else if (value.type == IS_DECIMAL) {
        json_put_decimal(out, value.decimal);
    } else {
        json_put_str(out, value.text);
    }
}

void record_write_json(struct ctx *ctx, struct buf *buf, const struct record *record)
{
    struct json_out out = json_out_to(buf);
    json_open_object(&out);
    json_key(&out, "id");
    json_put_number(&out, record_id(record));
    json_key(&out, "reference");
    json_put_str(&out, record_reference(ctx, record));
    const struct str *keys = reg_sql(ctx, record->reg)->keys;
    for (size_t i = C_UNIT; i < row_width(record->reg); i++) {
        json_key_ready(&out, keys[i]);
        value_write_json(&out, row_field(record->reg, i), record->row[i]);
    }
    json_close_object(&out);
}

static struct value stored_of_json(struct ctx *ctx, const struct field *field, const struct json *json)
{
    int64_t ms;
    if (!json || json->kind == JSON_NULL) return field_empty(field);
    if (kind_is_json(field->kind)) {
        struct buf text = buf_in(ctx->arena);
        json_write_value(&text, json);
        return value_text(buf_str(&text));
    }
    switch (json->kind) {
    case JSON_BOOL: return value_number(json->boolean);
    case JSON_NUMBER: return field->kind == DECIMAL ? value_decimal((double)json->number) : value_number(json->number);
    case JSON_DECIMAL: return value_decimal(json->decimal);
    case JSON_STRING:
        return field->kind == TIME && time_parse(json->text, &ms) ? value_number(ms) : value_text(json->text);
    case JSON_NULL:
    case JSON_ARRAY:
    case JSON_OBJECT:
    case JSON_KEY:
    case JSON_CLOSE:
    case JSON_END:
    case JSON_BAD: break;
    }
    return field_empty(field);
}

enum result record_of_state(struct ctx *ctx, const struct reg *reg, int64_t id, struct str text, struct record **record)
{
    struct json *json;
    TRY(json_parse_deep(ctx, text, JSON_DEEPEST, &json));
    *record = record_new(ctx, reg);
    for (size_t i = 0; i < row_width(reg); i++) {
        const struct field *field = row_field(reg, i);
        (*record)->row[i] = stored_of_json(ctx, field, json_get(json, field->name));
    }
    (*record)->row[C_ID] = value_number(id);
    return OK;
}

bool reference_parse(const struct house *house, struct str reference, const struct reg **reg, int64_t *id)
{
    struct str prefix, number = str_trim(reference);
    if (!str_cut(&number, '-', &prefix) || !number.at || prefix.len != 3) return false;
    *reg = house_by_prefix(house, prefix);
    return *reg && parse_number(number, id) && *id > 0;
}
