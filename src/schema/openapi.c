/* JSON Schema of registers. It says what the program checks itself, so that a reply which does not fit is a bug of
 * ours and the contract tests find it. With `expand` a link of a reply may be an object; requests name ids or
 * references. */
#include "schema/openapi.h"

enum purpose { SHOWN, SENT_TO_CREATE, SENT_TO_CHANGE };
enum { LONGEST_TAG = 60, LONGEST_LIST = 1000 };

struct property {
    struct json_out *out;
    const struct field *field;
    enum purpose purpose;
    bool nullable;
};

static void put_type(const struct property *p, const char *type)
{
    json_key(p->out, "type");
    if (!p->nullable) {
        json_put_text(p->out, type);
        return;
    }
    json_open_array(p->out);
    json_put_text(p->out, type);
    json_put_text(p->out, "null");
    json_close_array(p->out);
}

static void put_text(const struct property *p)
{
    static const char *const formats[KINDS] = {[DATE] = "date", [TIME] = "date-time"};
    const char *format = formats[p->field->kind];
    int64_t shortest, longest;
    put_type(p, "string");
    if (format) json_key(p->out, "format"), json_put_text(p->out, format);
    if (!field_bounds(p->field, &shortest, &longest) || p->field->flags & DERIVED) return;
    json_key(p->out, "maxLength"), json_put_number(p->out, longest);
}

static void put_number(const struct property *p)
{
    int64_t min, max;
    put_type(p, "integer");
    if (p->field->flags & DERIVED || !field_bounds(p->field, &min, &max)) return;
    json_key(p->out, "minimum"), json_put_number(p->out, min);
    json_key(p->out, "maximum"), json_put_number(p->out, max);
}

static void put_decimal(const struct property *p)
{
    put_type(p, "number");
}

static void put_boolean(const struct property *p)
{
    put_type(p, "boolean");
}

static void put_choices(const struct property *p)
{
    json_key(p->out, "enum");
    json_open_array(p->out);
    for (const char *const *choice = p->field->choices; choice && *choice; choice++) json_put_text(p->out, *choice);
    if (p->nullable) json_put_null(p->out);
    json_close_array(p->out);
}

/* ---- links ---- */

/* One end of a link: as it is kept, or (in a reply) as `expand` shows it, or (in a request) by id or reference. */
static void put_end(const struct property *p, bool by_id, bool nullable)
{
    bool shown = p->purpose == SHOWN;
    if (shown) {
        json_key(p->out, "anyOf");
        json_open_array(p->out);
        json_put_raw(p->out, S("{\"$ref\":\"#/components/schemas/expanded\"}"));
        json_open_object(p->out);
    }
    json_key(p->out, "type");
    json_open_array(p->out);
    if (by_id) json_put_text(p->out, "integer");
    if (!by_id || !shown) json_put_text(p->out, "string");
    if (nullable) json_put_text(p->out, "null");
    json_close_array(p->out);
    if (!shown) return;
    json_close_object(p->out);
    json_close_array(p->out);
}

static void put_target(const struct property *p)
{
    json_key(p->out, "description");
    buf_text(p->out->buf, "\"A record of ");
    buf_text(p->out->buf, p->field->target ? p->field->target : "any register, by its reference");
    buf_text(p->out->buf, "\"");
    p->out->comma = true;
}

static void put_link(const struct property *p)
{
    put_end(p, p->field->kind == LINK, p->nullable);
    put_target(p);
}

static void put_list(const struct property *p)
{
    struct property entry = *p;
    entry.nullable = false;
    put_type(p, "array");
    json_key(p->out, "maxItems"), json_put_number(p->out, LONGEST_LIST);
    json_key(p->out, "items");
    json_open_object(p->out);
    if (p->field->kind == CHOICES)
        put_choices(&entry);
    else if (p->field->kind == TAGS)
        json_key(p->out, "type"), json_put_text(p->out, "string"), json_key(p->out, "maxLength"),
            json_put_number(p->out, LONGEST_TAG);
    else
        put_end(&entry, p->field->kind == LINKS, false);
    json_close_object(p->out);
    if (p->field->kind == LINKS || p->field->kind == RECORDS) put_target(p);
}

static void put_ratings(const struct property *p)
{
    put_type(p, "object");
    json_key(p->out, "additionalProperties");
    json_put_raw(p->out, S("{\"type\":\"integer\",\"minimum\":1,\"maximum\":10}"));
}

static void put_data(const struct property *p)
{
    bool custom = p->field == &common_fields[C_CUSTOM];
    if (custom) put_type(p, "object");
}

static void put_field(const struct property *p)
{
    static void (*const writers[KINDS])(const struct property *p) = {
        [TEXT] = put_text,       [PROSE] = put_text,   [NUMBER] = put_number, [DECIMAL] = put_decimal,
        [BOOLEAN] = put_boolean, [DATE] = put_text,    [TIME] = put_text,     [CHOICE] = put_choices,
        [CHOICES] = put_list,    [SCALE] = put_number, [TAGS] = put_list,     [RATINGS] = put_ratings,
        [LINK] = put_link,       [LINKS] = put_list,   [RECORD] = put_link,   [RECORDS] = put_list,
        [DATA] = put_data,
    };
    json_open_object(p->out);
    writers[p->field->kind](p);
    if (p->field->flags & DERIVED) json_key(p->out, "readOnly"), json_put_bool(p->out, true);
    json_close_object(p->out);
}

/* ---- objects ---- */

static bool is_sent(const struct reg *reg, size_t index, enum purpose purpose)
{
    const struct field *field = row_field(reg, index);
    bool fixed = purpose == SENT_TO_CHANGE && field->flags & FIXED;
    return field_is_writable(field) && !(field->flags & BY_TRANSITION) && row_has(reg, field) && !fixed;
}

static void put_status(struct json_out *out, const struct reg *reg)
{
    json_key(out, "status");
    json_open_object(out);
    json_key(out, "enum");
    json_open_array(out);
    for (const struct state *state = reg_states(reg); state->name; state++) json_put_text(out, state->name);
    json_close_array(out);
    json_key(out, "readOnly"), json_put_bool(out, true);
    json_close_object(out);
}

static void put_user(struct json_out *out, const char *name)
{
    json_key(out, name);
    json_put_raw(out, S("{\"anyOf\":[{\"$ref\":\"#/components/schemas/expanded\"},{\"type\":[\"integer\",\"null\"]}],"
                        "\"description\":\"A user\",\"readOnly\":true}"));
}

static void put_property(struct json_out *out, const struct reg *reg, size_t index, enum purpose purpose)
{
    const struct field *field = row_field(reg, index);
    struct property p = {out, field, purpose, true};
    bool always = index < COMMON && (index == C_VERSION || index == C_CREATED_AT || index == C_CHANGED_AT);
    bool needed = purpose != SHOWN && field->flags & REQUIRED && !(field->flags & DERIVED);
    p.nullable = !always && !needed && !(purpose == SHOWN && kind_is_json(field->kind));
    json_key(out, field->name);
    put_field(&p);
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
        if (i == C_STATUS)
            put_status(out, reg);
        else if (row_field(reg, i)->flags & BY_USER)
            put_user(out, row_field(reg, i)->name);
        else
            put_property(out, reg, i, purpose);
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

static bool is_asked(const struct reg *reg, const char *name)
{
    for (const struct transition *t = reg->transitions; t && t->name; t++)
        for (const char *const *asked = t->asks; *asked; asked++)
            if (strcmp(*asked, name) == 0) return true;
    return false;
}

/* What steps ask for, each its own; the program says which when a step is given what it does not ask for. */
static void put_step(struct json_out *out, const struct reg *reg)
{
    json_open_object(out);
    json_key(out, "type"), json_put_text(out, "object");
    json_key(out, "additionalProperties"), json_put_bool(out, false);
    json_key(out, "properties");
    json_open_object(out);
    json_key(out, "comment"), json_put_raw(out, S("{\"type\":\"string\"}"));
    json_key(out, "content_sha256"), json_put_raw(out, S("{\"type\":\"string\",\"pattern\":\"^[0-9a-fA-F]{64}$\"}"));
    for (size_t i = COMMON; i < row_width(reg); i++)
        if (is_asked(reg, row_field(reg, i)->name)) put_property(out, reg, i, SENT_TO_CHANGE);
    json_close_object(out);
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
    put_name(out, reg, "_step");
    put_step(out, reg);
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
