/* The document follows from the tables that also route and check, so it cannot say anything else than the program
 * does. */
#include "api/openapi.h"

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

static void put_reference(struct writing *w, const char *name, const char *suffix)
{
    json_put_raw(&w->out, arena_print(w->ctx->arena,
                                      "{\"application/json\":{\"schema\":{\"$ref\":\"#/components/schemas/%s%s\"}}}",
                                      name, suffix));
}

static bool ends(const struct route *route, const char *tail)
{
    return str_is(str_of(route->pattern), tail);
}

static void put_content(struct writing *w, const struct route *route, const struct reg *reg)
{
    bool of_list = ends(route, "/api/v1/{register}"), of_record = ends(route, "/api/v1/{register}/{id}");
    bool moves =
        ends(route, "/api/v1/{register}/{id}/transitions/{name}") || ends(route, "/api/v1/{register}/{id}/restore");
    json_key(&w->out, "content");
    if (reg && of_list && route->method == HTTP_GET)
        put_reference(w, reg->name, "_list");
    else if (reg && ((of_list && route->method == HTTP_POST) || of_record || moves))
        put_reference(w, reg->name, "");
    else
        json_put_raw(&w->out, S("{\"application/json\":{}}"));
}

static void put_request(struct writing *w, const struct route *route, const struct reg *reg)
{
    bool of_list = ends(route, "/api/v1/{register}"), of_record = ends(route, "/api/v1/{register}/{id}");
    if (route->method != HTTP_POST && route->method != HTTP_PATCH && route->method != HTTP_PUT) return;
    json_key(&w->out, "requestBody");
    json_open_object(&w->out);
    json_key(&w->out, "content");
    if (reg && of_list && route->method == HTTP_POST)
        put_reference(w, reg->name, "_create");
    else if (reg && of_record && route->method == HTTP_PATCH)
        json_put_raw(
            &w->out,
            arena_print(w->ctx->arena,
                        "{\"application/merge-patch+json\":{\"schema\":{\"$ref\":\"#/components/schemas/%s_change\"}}}",
                        reg->name));
    else
        json_put_raw(&w->out, S("{\"application/json\":{}}"));
    json_close_object(&w->out);
}

static void put_parameters(struct writing *w, struct str path)
{
    json_key(&w->out, "parameters");
    json_open_array(&w->out);
    struct str segment;
    while (str_cut(&path, '/', &segment)) {
        if (segment.len < 3 || segment.at[0] != '{') continue;
        struct str name = str_slice(segment, 1, segment.len - 1);
        if (str_ends(name, S("..."))) name.len -= 3;
        json_put_raw(
            &w->out,
            arena_print(w->ctx->arena,
                        "{\"name\":\"%.*s\",\"in\":\"path\",\"required\":true,\"schema\":{\"type\":\"string\"}}",
                        PRINT(name)));
    }
    json_close_array(&w->out);
}

static const char *success_of(const struct route *route)
{
    if (route->method == HTTP_DELETE) return "204";
    bool creates = route->method == HTTP_POST && !str_find(str_of(route->pattern), S("transitions"), NULL) &&
                   !str_find(str_of(route->pattern), S("restore"), NULL) && has_register(route);
    return creates ? "201" : "200";
}

static void put_operation(struct writing *w, const struct route *route, const struct reg *reg, struct str path)
{
    struct json_out *out = &w->out;
    json_key(out, methods[route->method]);
    json_open_object(out);
    json_key(out, "summary"), json_put_text(out, route->help);
    json_key(out, "tags");
    json_open_array(out);
    json_put_text(out, reg ? reg->room : "system");
    json_close_array(out);
    put_parameters(w, path);
    put_request(w, route, reg);
    json_key(out, "responses");
    json_open_object(out);
    json_key(out, success_of(route));
    json_open_object(out);
    json_key(out, "description"), json_put_text(out, "Done");
    if (route->method != HTTP_DELETE) put_content(w, route, reg);
    json_close_object(out);
    json_key(out, "default"), json_put_raw(out, S("{\"$ref\":\"#/components/responses/problem\"}"));
    json_close_object(out);
    json_close_object(out);
}

/* ---- paths ---- */

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
        if (str_find(str_of(routes[i].pattern), S("..."), NULL)) continue;
        struct str path = path_for(w, &routes[i], reg);
        json_key_str(&w->out, path);
        json_open_object(&w->out);
        for (size_t k = i; k < count; k++)
            if (str_is(str_of(routes[k].pattern), routes[i].pattern)) put_operation(w, &routes[k], reg, path);
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

static const char problem[] =
    "{\"type\":\"object\",\"required\":[\"type\",\"title\",\"status\",\"detail\"],\"additionalProperties\":false,"
    "\"properties\":{"
    "\"type\":{\"type\":\"string\"},\"title\":{\"type\":\"string\"},\"status\":{\"type\":\"integer\"},\"detail\":{"
    "\"type\":\"string\"},"
    "\"request\":{\"type\":\"string\"},\"current\":{\"type\":\"object\"},\"leaning\":{\"type\":\"array\"},"
    "\"errors\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"required\":[\"pointer\",\"code\",\"detail\"],"
    "\"additionalProperties\":false,\"properties\":{\"pointer\":{\"type\":\"string\"},\"code\":{\"type\":\"string\"},"
    "\"detail\":{\"type\":\"string\"}}}}}}";

static const char expanded[] =
    "{\"type\":\"object\",\"required\":[\"id\",\"title\"],\"additionalProperties\":false,\"properties\":{"
    "\"id\":{\"type\":\"integer\"},\"reference\":{\"type\":\"string\"},\"title\":{\"type\":[\"string\",\"null\"]},"
    "\"register\":{\"type\":\"string\"},\"status\":{\"type\":[\"string\",\"null\"]}}}";

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
    json_key(out, "problem"), json_put_raw(out, str_of(problem));
    json_key(out, "expanded"), json_put_raw(out, str_of(expanded));
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
