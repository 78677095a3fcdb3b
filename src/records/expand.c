/* What an id stands for. A deleted record keeps its name here: a link to it is still a fact. Whoever may not read it
 * sees the reference alone. */
#include "records/list.h"

#include "access/users.h"
#include "records/house.h"
#include "records/rights.h"

static enum result write_one(struct ctx *ctx, struct json_out *out, const struct reg *reg, int64_t id)
{
    struct record *record = NULL;
    enum result loaded = record_load(ctx, reg, id, &record);
    if (loaded != OK && loaded != NOT_FOUND) return loaded;
    bool readable = false;
    if (loaded == OK) TRY(record_may_see(ctx, record, &readable));
    json_open_object(out);
    json_key(out, "id"), json_put_number(out, id);
    json_key(out, "reference"), json_put_str(out, reference_make(ctx->arena, reg, id));
    json_key(out, "title");
    if (readable)
        json_put_str(out, record_title(record));
    else
        json_put_null(out);
    size_t identifier;
    if (readable && reg_cited_field(reg, &identifier))
        json_key(out, "identifier"), json_put_str(out, record_text(record, identifier));
    json_key(out, "register"), json_put_text(out, reg->name);
    json_key(out, "status");
    if (readable)
        json_put_str(out, record_status(record));
    else
        json_put_null(out);
    json_close_object(out);
    return OK;
}

static enum result write_reference(struct ctx *ctx, struct json_out *out, struct str reference)
{
    const struct reg *reg;
    int64_t id;
    if (reference_parse(ctx->house, reference, &reg, &id)) return write_one(ctx, out, reg, id);
    json_put_str(out, reference);
    return OK;
}

static enum result write_list(struct ctx *ctx, struct json_out *out, const struct field *field, struct str text)
{
    const struct reg *reg = field->target ? house_register(ctx->house, str_of(field->target)) : NULL;
    struct json *list;
    TRY(json_parse(ctx, text, &list));
    json_open_array(out);
    for (const struct json *entry = list->first; entry; entry = entry->next) {
        if (reg && entry->kind == JSON_NUMBER)
            TRY(write_one(ctx, out, reg, entry->number));
        else if (entry->kind == JSON_STRING)
            TRY(write_reference(ctx, out, entry->text));
    }
    json_close_array(out);
    return OK;
}

static enum result write_user(struct ctx *ctx, struct json_out *out, int64_t id)
{
    struct str name;
    TRY(user_name(ctx, id, &name));
    json_open_object(out);
    json_key(out, "id"), json_put_number(out, id);
    json_key(out, "title"), json_put_optional(out, name);
    json_close_object(out);
    return OK;
}

enum result expand_write(struct ctx *ctx, struct json_out *out, const struct field *field, struct value value)
{
    bool by_user = field->flags & BY_USER;
    if (value.type == IS_NULL ||
        (field->kind != LINK && field->kind != LINKS && field->kind != RECORD && field->kind != RECORDS && !by_user)) {
        value_write_json(out, field, value);
        return OK;
    }
    if (by_user) return write_user(ctx, out, value.number);
    if (field->kind == LINK)
        return write_one(ctx, out, house_register(ctx->house, str_of(field->target)), value.number);
    if (field->kind == RECORD) return write_reference(ctx, out, value.text);
    return write_list(ctx, out, field, value.text);
}
