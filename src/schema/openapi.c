/* JSON Schema of registers. It says what the program checks itself, so that a reply which does not fit is a bug of
 * ours and the contract tests find it. With `expand` a link may be an object; the schema allows both. */
#include "schema/openapi.h"

enum purpose { SHOWN, SENT_TO_CREATE, SENT_TO_CHANGE };

static void put_type(struct json_out *out, const char *type)
{
    json_key(out, "type");
    json_open_array(out);
    json_put_text(out, type);
    json_put_text(out, "null");
    json_close_array(out);
}

static void put_text_type(struct json_out *out, const struct field *field, const char *format)
{
    put_type(out, "string");
    if (format) json_key(out, "format"), json_put_text(out, format);
    int64_t shortest, longest;
    if (field_bounds(field, &shortest, &longest) && !(field->flags & DERIVED))
        json_key(out, "maxLength"), json_put_number(out, longest);
}

static void put_choices(struct json_out *out, const struct field *field, bool nullable)
{
    json_key(out, "enum");
    json_open_array(out);
    for (const char *const *choice = field->choices; choice && *choice; choice++) json_put_text(out, *choice);
    if (nullable) json_put_null(out);
    json_close_array(out);
}

static void put_types(struct json_out *out, const char *const *types)
{
    json_key(out, "type");
    json_open_array(out);
    for (; *types; types++) json_put_text(out, *types);
    json_close_array(out);
}

static void put_list(struct json_out *out, const struct field *field)
{
    static const char *const references[] = {"integer", "string", "object", NULL};
    json_key(out, "type"), json_put_text(out, "array");
    json_key(out, "items");
    json_open_object(out);
    if (field->kind == CHOICES)
        put_choices(out, field, false);
    else if (field->kind == TAGS)
        json_key(out, "type"), json_put_text(out, "string");
    else
        put_types(out, references);
    json_close_object(out);
}

static void put_link(struct json_out *out, const struct field *field)
{
    static const char *const shapes[] = {"integer", "string", "object", "null", NULL};
    put_types(out, shapes);
    json_key(out, "description");
    struct buf *buf = out->buf;
    buf_text(buf, "\"A record of ");
    buf_text(buf, field->target ? field->target : "any register, by its reference");
    buf_text(buf, "\"");
    out->comma = true;
}

static void put_number(struct json_out *out, const struct field *field)
{
    int64_t min, max;
    put_type(out, "integer");
    if (field->flags & DERIVED || !field_bounds(field, &min, &max)) return;
    json_key(out, "minimum"), json_put_number(out, min);
    json_key(out, "maximum"), json_put_number(out, max);
}

static void put_field(struct json_out *out, const struct field *field)
{
    json_open_object(out);
    switch (field->kind) {
    case TEXT:
    case PROSE: put_text_type(out, field, NULL); break;
    case DATE: put_text_type(out, field, "date"); break;
    case TIME: put_text_type(out, field, "date-time"); break;
    case NUMBER:
    case SCALE: put_number(out, field); break;
    case DECIMAL: put_type(out, "number"); break;
    case BOOLEAN: put_type(out, "boolean"); break;
    case CHOICE: put_choices(out, field, true); break;
    case CHOICES:
    case LINKS:
    case RECORDS:
    case TAGS: put_list(out, field); break;
    case LINK:
    case RECORD: put_link(out, field); break;
    case RATINGS: put_type(out, "object"); break;
    case DATA:
    case KINDS: break;
    }
    if (field->flags & DERIVED) json_key(out, "readOnly"), json_put_bool(out, true);
    json_close_object(out);
}

static bool is_sent(const struct reg *reg, size_t index, enum purpose purpose)
{
    const struct field *field = row_field(reg, index);
    bool scope = index == C_UNIT && reg->flags & (GLOBAL | IS_UNIT);
    bool owner = index == C_OWNER && reg->flags & NO_OWNER;
    bool fixed = purpose == SENT_TO_CHANGE && field->flags & FIXED;
    return field_is_writable(field) && !(field->flags & BY_TRANSITION) && !scope && !owner && !fixed;
}

static void put_properties(struct json_out *out, const struct reg *reg, enum purpose purpose)
{
    json_key(out, "properties");
    json_open_object(out);
    if (purpose == SHOWN) {
        json_key(out, "id"), json_put_raw(out, S("{\"type\":\"integer\"}"));
        json_key(out, "reference"), json_put_raw(out, S("{\"type\":\"string\",\"pattern\":\"^[A-Z]{3}-[0-9]+$\"}"));
    }
    for (size_t i = C_UNIT; i < row_width(reg); i++) {
        if (purpose != SHOWN && !is_sent(reg, i, purpose)) continue;
        json_key(out, row_field(reg, i)->name);
        if (i == C_CREATED_BY || i == C_CHANGED_BY)
            json_put_raw(out, S("{\"type\":[\"integer\",\"object\",\"null\"]}"));
        else
            put_field(out, row_field(reg, i));
    }
    json_close_object(out);
}

static void put_required(struct json_out *out, const struct reg *reg, enum purpose purpose)
{
    json_key(out, "required");
    json_open_array(out);
    if (purpose == SHOWN) json_put_text(out, "id"), json_put_text(out, "reference");
    for (size_t i = 0; i < reg->field_count && purpose == SENT_TO_CREATE; i++) {
        const struct field *field = &reg->fields[i];
        if (field->flags & REQUIRED && !field->fallback && field_is_writable(field)) json_put_text(out, field->name);
    }
    json_close_array(out);
}

static void put_schema(struct json_out *out, const struct reg *reg, enum purpose purpose)
{
    json_open_object(out);
    json_key(out, "type"), json_put_text(out, "object");
    json_key(out, "additionalProperties"), json_put_bool(out, false);
    put_properties(out, reg, purpose);
    put_required(out, reg, purpose);
    json_close_object(out);
}

static void put_name(struct json_out *out, const struct reg *reg, const char *suffix)
{
    char name[128];
    snprintf(name, sizeof name, "%s%s", reg->name, suffix);
    json_key_str(out, str_of(name));
}

void reg_write_schemas(struct json_out *out, const struct reg *reg)
{
    put_name(out, reg, "");
    put_schema(out, reg, SHOWN);
    put_name(out, reg, "_create");
    put_schema(out, reg, SENT_TO_CREATE);
    put_name(out, reg, "_change");
    put_schema(out, reg, SENT_TO_CHANGE);
    put_name(out, reg, "_list");
    char list[512];
    snprintf(list, sizeof list,
             "{\"type\":\"object\",\"required\":[\"items\",\"next\",\"total\"],\"additionalProperties\":false,"
             "\"properties\":{"
             "\"items\":{\"type\":\"array\",\"items\":{\"$ref\":\"#/components/schemas/%s\"}},"
             "\"next\":{\"type\":[\"string\",\"null\"]},\"total\":{\"type\":[\"integer\",\"null\"]}}}",
             reg->name);
    json_put_raw(out, str_of(list));
}
