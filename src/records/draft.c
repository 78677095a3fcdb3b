/* Requests into records. A link may be written as an id, a reference, or (for people and their spreadsheets) a title
 * that only one record has. */
#include "records/draft.h"

#include "access/actor.h"
#include "records/custom.h"
#include "records/house.h"
#include "records/records.h"
#include "records/rights.h"
#include "schema/parse.h"

static bool field_takes(const struct field *field, const struct reg *reg)
{
    if (field->target) return str_is(str_of(reg->name), field->target);
    for (const char *const *target = field->targets; target && *target; target++)
        if (str_is(str_of(reg->name), *target)) return true;
    return !field->targets;
}

/* By title, or by a field that NAMES; -1 when several answer to it. */
static enum result find_by_name(struct ctx *ctx, const struct field *field, struct str name, int64_t *id)
{
    const struct reg *reg = field->target ? house_register(ctx->house, str_of(field->target)) : NULL;
    *id = 0;
    for (size_t i = 0; reg && i < reg->field_count; i++) {
        struct record_list list;
        if (!(reg->fields[i].flags & (TITLE | NAMES))) continue;
        TRY(records_where(ctx, reg, reg->fields[i].name, value_text(name), &list));
        for (size_t k = 0; k < list.count; k++) {
            if (!record_may(ctx, list.at[k], READ) || record_id(list.at[k]) == *id) continue;
            *id = *id ? -1 : record_id(list.at[k]);
            if (*id < 0) return OK;
        }
    }
    return OK;
}

static void no_such(struct ctx *ctx, const struct field *field, const struct link_text *link)
{
    if (link->reference.len)
        fail_field(ctx, field->name, "not_found", "%s: there is no record \"%.*s\" that you may link to here.",
                   field->name, PRINT(str_slice(link->reference, 0, 80)));
    else
        fail_field(ctx, field->name, "not_found", "%s: there is no %s %lld that you may link to here.", field->name,
                   field->target, (long long)link->id);
}

/* *found NULL after a field error. */
static enum result resolve(struct ctx *ctx, const struct field *field, const struct link_text *link,
                           struct record **found)
{
    const struct reg *reg = field->target ? house_register(ctx->house, str_of(field->target)) : NULL;
    int64_t id = link->id;
    *found = NULL;
    if (link->reference.len && !reference_parse(ctx->house, link->reference, &reg, &id)) {
        TRY(find_by_name(ctx, field, link->reference, &id));
        reg = field->target ? house_register(ctx->house, str_of(field->target)) : NULL;
        if (id < 0) {
            fail_field(ctx, field->name, "ambiguous", "%s: several records are called \"%.*s\"; give its reference.",
                       field->name, PRINT(str_slice(link->reference, 0, 80)));
            return OK;
        }
    }
    struct record *record = NULL;
    enum result loaded = reg && id > 0 && field_takes(field, reg) ? record_load(ctx, reg, id, &record) : NOT_FOUND;
    if (loaded != OK && loaded != NOT_FOUND) return loaded;
    if (loaded == NOT_FOUND || record_is_deleted(record) || !record_may(ctx, record, READ))
        no_such(ctx, field, link);
    else
        *found = record;
    return OK;
}

static int compare_ids(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static struct value stored_ids(struct ctx *ctx, struct record **records, size_t count)
{
    int64_t *ids = arena_make_many(ctx->arena, int64_t, count + 1);
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) ids[i] = record_id(records[i]);
    qsort(ids, count, sizeof *ids, compare_ids);
    for (size_t i = 0; i < count; i++)
        if (!i || ids[i] != ids[i - 1]) ids[kept++] = ids[i];
    return value_text(ids_json(ctx, ids, kept));
}

static bool named_before(struct record **records, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (records[i]->reg == records[count]->reg && record_id(records[i]) == record_id(records[count])) return true;
    return false;
}

static struct value stored_references(struct ctx *ctx, struct record **records, size_t count)
{
    struct buf text = buf_in(ctx->arena);
    buf_char(&text, '[');
    for (size_t i = 0; i < count; i++) {
        if (named_before(records, i)) continue;
        if (text.len > 1) buf_char(&text, ',');
        json_string(&text, record_reference(ctx, records[i]));
    }
    buf_char(&text, ']');
    return value_text(buf_str(&text));
}

static enum result apply_links(struct ctx *ctx, const struct field *field, const struct json *json, struct value *out)
{
    struct link_text *links;
    size_t count, found = 0;
    if (!field_parse_links(ctx, field, field->name, json, &links, &count)) return OK;
    struct record **records = arena_make_many(ctx->arena, struct record *, count + 1);
    for (size_t i = 0; i < count; i++) {
        TRY(resolve(ctx, field, &links[i], &records[found]));
        if (records[found]) found++;
    }
    if (found < count) return OK;
    switch (field->kind) {
    case LINK: *out = count ? value_number(record_id(records[0])) : value_null(); break;
    case RECORD: *out = count ? value_text(record_reference(ctx, records[0])) : value_null(); break;
    case LINKS: *out = stored_ids(ctx, records, count); break;
    default: *out = stored_references(ctx, records, count); break;
    }
    return OK;
}

static bool kind_links(enum kind kind)
{
    return kind == LINK || kind == LINKS || kind == RECORD || kind == RECORDS;
}

/* The merged `custom` object: the old one with the patch's members set or, for null, taken away. */
static enum result apply_custom(struct ctx *ctx, struct record *record, const struct json *patch)
{
    struct custom_set set;
    struct json *old = NULL;
    struct buf text = buf_in(ctx->arena);
    struct json_out out = json_out_to(&text);
    if (patch->kind == JSON_NULL) return OK;
    if (patch->kind != JSON_OBJECT) {
        fail_field(ctx, "custom", "type", "custom must be an object of field and value.");
        return OK;
    }
    TRY(custom_of(ctx, record->reg, &set));
    for (const struct json *entry = patch->first; entry; entry = entry->next)
        if (!custom_find(set, entry->key))
            fail_field(ctx, "custom", "unknown", "This register has no custom field \"%.*s\".",
                       PRINT(str_slice(entry->key, 0, 60)));
    TRY(json_parse(ctx, record->row[C_CUSTOM].text, &old));
    json_open_object(&out);
    for (size_t i = 0; i < set.count; i++) {
        const struct field *field = &set.at[i].field;
        const struct json *given = json_get(patch, field->name), *kept = json_get(old, field->name);
        struct str name = arena_print(ctx->arena, "custom/%s", field->name);
        struct value value = value_null();
        if (given && !field_parse(ctx, field, name.at, given, &value)) continue;
        if (given ? value.type == IS_NULL : !kept) continue;
        json_key(&out, field->name);
        if (given)
            value_write_json(&out, field, value);
        else
            json_put_value(&out, kept);
    }
    json_close_object(&out);
    record->row[C_CUSTOM] = value_text(buf_str(&text));
    return OK;
}

static const char *why_not_writable(const struct field *field, enum draft_mode mode)
{
    if (!field_is_writable(field)) return SENTENCE("is computed by the program");
    if (field->flags & FIXED && mode == DRAFT_CHANGE) return SENTENCE("is set at creation and does not change");
    if (field->flags & BY_TRANSITION && mode != DRAFT_TRANSITION)
        return SENTENCE("changes only by a step of the workflow");
    return NULL;
}

/* *at: where the member before this one stood. */
static enum result apply_one(struct ctx *ctx, struct record *record, const struct json *entry, enum draft_mode mode,
                             size_t *at)
{
    const struct field *field = row_find_from(record->reg, entry->key, at);
    if (!field || !row_has(record->reg, field)) {
        const char *name = arena_cstr(ctx->arena, str_slice(entry->key, 0, 60));
        fail_field(ctx, name, "unknown", "The register %s has no field \"%s\".", record->reg->name, name);
        return OK;
    }
    const char *why_not = why_not_writable(field, mode);
    if (why_not) {
        fail_field(ctx, field->name, "read_only", "%s %s; leave it out.", field->name, why_not);
        return OK;
    }
    if (*at == C_CUSTOM) return apply_custom(ctx, record, entry);
    if (kind_links(field->kind)) return apply_links(ctx, field, entry, &record->row[*at]);
    if (!field_parse(ctx, field, field->name, entry, &record->row[*at])) return OK;
    return OK;
}

enum result draft_apply(struct ctx *ctx, struct record *record, const struct json *body, enum draft_mode mode)
{
    if (!body || body->kind != JSON_OBJECT)
        return fail(ctx, INVALID, "The body must be a JSON object with the record's fields.");
    size_t at = 0;
    for (const struct json *entry = body->first; entry; entry = entry->next)
        TRY(apply_one(ctx, record, entry, mode, &at));
    return OK;
}

static enum result fill_field(struct ctx *ctx, struct record *record, size_t index)
{
    const struct field *field = &record->reg->fields[index];
    struct json *json;
    TRY(field_fallback(ctx, field, &json));
    if (!field_parse(ctx, field, field->name, json, &record->own[index])) return INVALID;
    return OK;
}

static void fill_scope(struct ctx *ctx, struct record *record, const struct json *body)
{
    int64_t units[GRANTS_MAX];
    const struct reg *reg = record->reg;
    bool has_unit = !(reg->flags & (GLOBAL | IS_UNIT | FOLLOWS_SUBJECT));
    if (has_unit && !json_get(body, "unit") && actor_units(ctx->actor, reg, CREATE, units))
        record->row[C_UNIT] = value_number(units[0]);
    size_t parent;
    bool is_unit = reg->flags & IS_UNIT && reg_field(reg, S("parent"), &parent) && !json_get(body, "parent");
    if (is_unit && actor_units(ctx->actor, reg, CREATE, units)) record_set_number(record, parent, units[0]);
    if (!(reg->flags & NO_OWNER) && !json_get(body, "owner")) record->row[C_OWNER] = value_id(ctx->actor->person);
}

enum result draft_fill(struct ctx *ctx, struct record *record, const struct json *body)
{
    for (size_t i = 0; i < record->reg->field_count; i++) {
        const struct field *field = &record->reg->fields[i];
        if (field->fallback && !json_get(body, field->name)) TRY(fill_field(ctx, record, i));
    }
    fill_scope(ctx, record, body);
    record->row[C_STATUS] = value_text(str_of(reg_initial_state(record->reg)->name));
    return OK;
}

static bool has_error(const struct ctx *ctx, const char *field)
{
    for (const struct field_error *error = ctx->error.fields; error; error = error->next)
        if (str_is(str_slice(error->pointer, 1, error->pointer.len), field)) return true;
    return false;
}

void draft_require(struct ctx *ctx, const struct record *record)
{
    for (size_t i = 0; i < record->reg->field_count; i++) {
        const struct field *field = &record->reg->fields[i];
        if (field->flags & REQUIRED && field_is_empty(field, record->own[i]) && !has_error(ctx, field->name))
            fail_field(ctx, field->name, "required", "%s is needed.", field->name);
    }
    if (!(record->reg->flags & (GLOBAL | IS_UNIT | MINE)) && record->row[C_UNIT].type == IS_NULL &&
        !has_error(ctx, "unit"))
        fail_field(ctx, "unit", "required", "unit is needed: where in the organisation does this belong?");
}

enum result draft_require_custom(struct ctx *ctx, const struct record *record, const struct json *patch)
{
    struct custom_set set;
    struct json *values;
    const struct json *patched = patch ? json_get(patch, "custom") : NULL;
    if (patch && (!patched || patched->kind != JSON_OBJECT)) return OK;
    TRY(custom_of(ctx, record->reg, &set));
    TRY(json_parse(ctx, record->row[C_CUSTOM].text, &values));
    for (size_t i = 0; i < set.count; i++) {
        const char *name = set.at[i].field.name;
        bool concerned = !patch || json_get(patched, name);
        if (!(set.at[i].field.flags & REQUIRED) || !concerned || json_get(values, name)) continue;
        const char *path = arena_print(ctx->arena, "custom/%s", name).at;
        if (!has_error(ctx, path)) fail_field(ctx, path, "required", "%s is needed.", name);
    }
    return OK;
}
