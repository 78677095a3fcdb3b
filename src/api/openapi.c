/* The document follows from the tables that also route and check, so it cannot say anything else than the program
 * does. */
#include "api/openapi.h"

#include "api/openapi_answers.h"
#include "api/openapi_shape.h"
#include "api/routes.h"
#include "schema/openapi.h"

struct writing {
    struct ctx *ctx;
    struct json_out out;
    const struct house *house;
};

static const char *const methods[HTTP_METHODS] = {
    [HTTP_GET] = "get",     [HTTP_HEAD] = "head",     [HTTP_POST] = "post",       [HTTP_PUT] = "put",
    [HTTP_PATCH] = "patch", [HTTP_DELETE] = "delete", [HTTP_OPTIONS] = "options",
};

static bool has_register(const struct route *route)
{
    return str_find(str_of(route->pattern), S("{register}"), NULL);
}

static struct str path_for(struct writing *w, const struct route *route, const struct reg *reg)
{
    struct str pattern = str_of(route->pattern);
    size_t at;
    if (!reg || !str_find(pattern, S("{register}"), &at)) return pattern;
    return arena_print(w->ctx->arena, "%.*s%s%.*s", PRINT(str_slice(pattern, 0, at)), reg->name,
                       PRINT(str_slice(pattern, at + 10, pattern.len)));
}

/* ---- what a route takes and answers ---- */

/* Media types by comma, each with the schema, or with none where the bytes are a file. */
static void put_content(struct writing *w, const char *types, const char *shape, const struct reg *reg)
{
    struct str rest = str_of(types ? types : "application/json"), type;
    json_key(&w->out, "content");
    json_open_object(&w->out);
    while (str_cut(&rest, ',', &type)) {
        json_key_str(&w->out, type);
        json_open_object(&w->out);
        if (shape) json_key(&w->out, "schema"), shape_write(&w->out, shape, reg ? reg->name : NULL);
        json_close_object(&w->out);
    }
    json_close_object(&w->out);
}

static void put_request(struct writing *w, const struct route_answer *answer, const struct reg *reg)
{
    if (!answer->request && !answer->takes) return;
    json_key(&w->out, "requestBody");
    json_open_object(&w->out);
    put_content(w, answer->takes, answer->request, reg);
    json_close_object(&w->out);
}

static void put_parameter(struct writing *w, struct str name, const char *in, bool required)
{
    json_put_raw(&w->out, arena_print(w->ctx->arena,
                                      "{\"name\":\"%.*s\",\"in\":\"%s\",\"required\":%s,\"schema\":{\"type\":"
                                      "\"string\"}}",
                                      PRINT(name), in, required ? "true" : "false"));
}

static void put_named(struct writing *w, const char *names, const char *in)
{
    struct str rest = str_of(names), name;
    while (rest.len && str_cut(&rest, ',', &name)) {
        bool required = str_ends(name, S("!"));
        put_parameter(w, str_slice(name, 0, name.len - required), in, required);
    }
}

static void put_parameters(struct writing *w, const struct route_answer *answer, struct str path)
{
    json_key(&w->out, "parameters");
    json_open_array(&w->out);
    struct str segment;
    while (str_cut(&path, '/', &segment))
        if (segment.len > 2 && segment.at[0] == '{')
            put_parameter(w, str_slice(segment, 1, segment.len - 1), "path", true);
    put_named(w, answer->query, "query");
    put_named(w, answer->headers, "header");
    json_close_array(&w->out);
}

static void put_responses(struct writing *w, const struct route_answer *answer, const struct reg *reg)
{
    char status[8];
    struct json_out *out = &w->out;
    snprintf(status, sizeof status, "%d", answer->status);
    json_key(out, "responses");
    json_open_object(out);
    json_key_str(out, str_of(status));
    json_open_object(out);
    json_key(out, "description"), json_put_text(out, "Done");
    if (answer->shape || answer->types) put_content(w, answer->types, answer->shape, reg);
    json_close_object(out);
    json_key(out, "default"), json_put_raw(out, S("{\"$ref\":\"#/components/responses/problem\"}"));
    json_close_object(out);
}

/* A register is listed by its fields as well: which ones, and how, is said once in the description. */
static const char filters[] =
    "Each field filters: field=value (any of several by comma), field.ne, .gte, .lte, .gt, .lt, field.has and field.ne "
    "for lists, field.empty=1 or 0, custom.name for custom fields.";

static void put_operation(struct writing *w, const struct route *route, const struct reg *reg, struct str path)
{
    static const struct route_answer unknown = {.status = 200};
    const struct route_answer *answer = answer_of(route);
    struct json_out *out = &w->out;
    if (!answer) answer = &unknown;
    bool lists = reg && answer->query && str_find(str_of(answer->query), S("cursor"), NULL);
    json_key(out, methods[route->method]);
    json_open_object(out);
    json_key(out, "summary"), json_put_text(out, route->help);
    if (lists) json_key(out, "description"), json_put_text(out, filters);
    json_key(out, "tags");
    json_open_array(out);
    json_put_text(out, reg ? reg->room : "system");
    json_close_array(out);
    put_parameters(w, answer, path);
    put_request(w, answer, reg);
    put_responses(w, answer, reg);
    json_close_object(out);
}

/* ---- paths ---- */

/* What the register itself refuses to everybody is not in the document. */
static bool has_decisions(const struct reg *reg)
{
    for (const struct transition *t = reg->transitions; t && t->name; t++)
        if (transition_is_decision(t)) return true;
    return false;
}

static bool offers(const struct reg *reg, const struct route *route)
{
    static const struct {
        enum http_method method;
        const char *tail;
        unsigned flag;
    } refusals[] = {
        {HTTP_POST, "{register}", NO_CREATE}, {HTTP_POST, "/import", NO_CREATE},  {HTTP_PATCH, "{register}", NO_CHANGE},
        {HTTP_PATCH, "/{id}", NO_CHANGE},     {HTTP_POST, "/columns", NO_CREATE}, {HTTP_DELETE, "/{id}", KEPT},
        {HTTP_POST, "/restore", KEPT},        {HTTP_POST, "/purge", KEPT},
    };
    struct str pattern = str_of(route->pattern);
    if (!reg) return true;
    if (!reg->transitions && str_ends(pattern, S("/transitions/{name}"))) return false;
    if (!has_decisions(reg) && str_ends(pattern, S("/decisions/{name}"))) return false;
    for (size_t i = 0; i < COUNT(refusals); i++) {
        bool named = refusals[i].method == route->method && str_ends(pattern, str_of(refusals[i].tail));
        if (named && reg->flags & refusals[i].flag) return false;
    }
    return true;
}

static bool offers_any(const struct reg *reg, const struct route *routes, size_t count, size_t first)
{
    for (size_t i = first; i < count; i++)
        if (str_is(str_of(routes[i].pattern), routes[first].pattern) && offers(reg, &routes[i])) return true;
    return false;
}

static bool shown_before(const struct route *routes, size_t index)
{
    for (size_t i = 0; i < index; i++)
        if (str_is(str_of(routes[i].pattern), routes[index].pattern)) return true;
    return false;
}

static void put_paths_of(struct writing *w, const struct route *routes, size_t count, const struct reg *reg)
{
    for (size_t i = 0; i < count; i++) {
        if (shown_before(routes, i) || has_register(&routes[i]) != (reg != NULL)) continue;
        if (str_find(str_of(routes[i].pattern), S("..."), NULL) || !offers_any(reg, routes, count, i)) continue;
        struct str path = path_for(w, &routes[i], reg);
        json_key_str(&w->out, path);
        json_open_object(&w->out);
        for (size_t k = i; k < count; k++)
            if (str_is(str_of(routes[k].pattern), routes[i].pattern) && offers(reg, &routes[k]))
                put_operation(w, &routes[k], reg, path);
        json_close_object(&w->out);
    }
}

static void put_paths(struct writing *w)
{
    size_t count;
    const struct route_table *tables = routes_all(&count);
    json_key(&w->out, "paths");
    json_open_object(&w->out);
    for (size_t i = 0; i < count; i++) put_paths_of(w, tables[i].routes, *tables[i].count, NULL);
    for (size_t r = 0; r < w->house->register_count; r++)
        for (size_t i = 0; i < count; i++) put_paths_of(w, tables[i].routes, *tables[i].count, w->house->registers[r]);
    json_close_object(&w->out);
}

static void put_components(struct writing *w)
{
    struct json_out *out = &w->out;
    json_key(out, "components");
    json_open_object(out);
    json_key(out, "securitySchemes");
    json_put_raw(
        out,
        S("{\"token\":{\"type\":\"http\",\"scheme\":\"bearer\"},\"session\":{\"type\":\"apiKey\",\"in\":\"cookie\","
          "\"name\":\"merlon_session\"}}"));
    json_key(out, "responses");
    json_put_raw(
        out, S("{\"problem\":{\"description\":\"What went wrong (RFC 9457)\",\"content\":{\"application/problem+json\":"
               "{\"schema\":{\"$ref\":\"#/components/schemas/problem\"}}}}}"));
    json_key(out, "schemas");
    json_open_object(out);
    for (const struct named_shape *named = named_shapes; named->name; named++)
        json_key(out, named->name), shape_write(out, named->shape, NULL);
    for (size_t i = 0; i < w->house->register_count; i++) reg_write_schemas(out, w->house->registers[i]);
    json_close_object(out);
    json_close_object(out);
}

void openapi_write(struct ctx *ctx, const struct house *house, struct buf *buf)
{
    struct writing w = {.ctx = ctx, .out = json_out_to(buf), .house = house};
    json_open_object(&w.out);
    json_key(&w.out, "openapi"), json_put_text(&w.out, "3.1.0");
    json_key(&w.out, "info");
    json_open_object(&w.out);
    json_key(&w.out, "title"), json_put_text(&w.out, "Merlon");
    json_key(&w.out, "version"), json_put_text(&w.out, MERLON_VERSION);
    json_close_object(&w.out);
    json_key(&w.out, "security"), json_put_raw(&w.out, S("[{\"token\":[]},{\"session\":[]}]"));
    put_paths(&w);
    put_components(&w);
    json_close_object(&w.out);
}
