/* A reader of one pass, without looking back: what it reads was written by us, and the contract tests hold every
 * reply against what comes of it. */
#include "api/openapi_shape.h"

struct reading {
    const char *at;
    const char *reg;
    struct json_out *out;
};

static bool take(struct reading *r, char c)
{
    while (*r->at == ' ') r->at++;
    if (*r->at != c) return false;
    r->at++;
    return true;
}

static struct str word(struct reading *r)
{
    while (*r->at == ' ') r->at++;
    const char *from = r->at;
    while ((*r->at >= 'a' && *r->at <= 'z') || *r->at == '_' || (*r->at >= '0' && *r->at <= '9')) r->at++;
    return (struct str){from, (size_t)(r->at - from)};
}

static const struct {
    const char *word, *type, *format;
} words[] = {{"integer", "integer", NULL},   {"number", "number", NULL}, {"boolean", "boolean", NULL},
             {"string", "string", NULL},     {"object", "object", NULL}, {"date", "string", "date"},
             {"time", "string", "date-time"}};

static void put_type(struct json_out *out, const char *type, bool nullable)
{
    json_key(out, "type");
    if (!nullable) {
        json_put_text(out, type);
        return;
    }
    json_open_array(out);
    json_put_text(out, type);
    json_put_text(out, "null");
    json_close_array(out);
}

static void put_word(struct reading *r)
{
    struct str name = word(r);
    bool nullable = take(r, '?');
    json_open_object(r->out);
    for (size_t i = 0; i < COUNT(words); i++) {
        if (!str_is(name, words[i].word)) continue;
        put_type(r->out, words[i].type, nullable);
        if (words[i].format) json_key(r->out, "format"), json_put_text(r->out, words[i].format);
    }
    json_close_object(r->out);
}

static void put_reference(struct reading *r)
{
    char text[128];
    bool of_register = take(r, '{');
    struct str name = word(r);
    if (of_register) take(r, '}'), name = str_of(r->reg);
    struct str suffix = word(r);
    bool nullable = take(r, '?');
    snprintf(text, sizeof text, "{\"$ref\":\"#/components/schemas/%.*s%.*s\"}", PRINT(name), PRINT(suffix));
    if (!nullable) {
        json_put_raw(r->out, str_of(text));
        return;
    }
    json_open_object(r->out);
    json_key(r->out, "anyOf");
    json_open_array(r->out);
    json_put_raw(r->out, str_of(text));
    json_put_raw(r->out, S("{\"type\":\"null\"}"));
    json_close_array(r->out);
    json_close_object(r->out);
}

static void put_shape(struct reading *r);

/* "items:[...], next:string?" up to the "}". Whether null is allowed is known only then, so the type is written
 * last. */
static void put_members(struct reading *r)
{
    enum { MEMBERS = 40 };
    struct str required[MEMBERS];
    size_t count = 0;
    json_open_object(r->out);
    json_key(r->out, "additionalProperties"), json_put_bool(r->out, false);
    json_key(r->out, "properties");
    json_open_object(r->out);
    for (bool more = !take(r, '}'); more; more = take(r, ',')) {
        struct str name = word(r);
        bool optional = take(r, '?');
        if (!optional && count < MEMBERS) required[count++] = name;
        (void)take(r, ':');
        json_key_plain(r->out, name);
        put_shape(r);
    }
    (void)take(r, '}');
    json_close_object(r->out);
    json_key(r->out, "required");
    json_open_array(r->out);
    for (size_t i = 0; i < count; i++) json_put_str(r->out, required[i]);
    json_close_array(r->out);
    put_type(r->out, "object", take(r, '?'));
    json_close_object(r->out);
}

static void put_list(struct reading *r)
{
    json_open_object(r->out);
    json_key(r->out, "items");
    put_shape(r);
    (void)take(r, ']');
    put_type(r->out, "array", take(r, '?'));
    json_close_object(r->out);
}

static void put_map(struct reading *r)
{
    json_open_object(r->out);
    json_key(r->out, "additionalProperties");
    put_shape(r);
    (void)take(r, '>');
    put_type(r->out, "object", take(r, '?'));
    json_close_object(r->out);
}

static void put_shape(struct reading *r)
{
    if (take(r, '{')) {
        put_members(r);
    } else if (take(r, '[')) {
        put_list(r);
    } else if (take(r, '<')) {
        put_map(r);
    } else if (take(r, '@')) {
        put_reference(r);
    } else {
        put_word(r);
    }
}

void shape_write(struct json_out *out, const char *shape, const char *reg)
{
    struct reading r = {shape, reg, out};
    put_shape(&r);
}
