/* Frameworks: those embedded in the program, and any file of that form. */
#include "api/routes.h"

#include "base/asset.h"
#include "format/json_out.h"
#include "frameworks/load.h"

enum { FILE_LIMIT = 8 * 1024 * 1024 };

static enum result answer(struct ctx *ctx, struct exchange *x, struct str file)
{
    struct framework_loaded loaded;
    struct json_out out = json_out_to(&x->out);
    TRY(framework_load(ctx, file, &loaded));
    json_open_object(&out);
    json_key(&out, "framework"), json_put_number(&out, loaded.framework);
    json_key(&out, "created"), json_put_number(&out, loaded.created);
    json_key(&out, "changed"), json_put_number(&out, loaded.changed);
    json_key(&out, "unchanged"), json_put_number(&out, loaded.unchanged);
    json_close_object(&out);
    x->status = 201;
    return OK;
}

static enum result load_file(struct ctx *ctx, struct exchange *x)
{
    return answer(ctx, x, x->body);
}

static enum result load_embedded(struct ctx *ctx, struct exchange *x)
{
    const struct api *api = api_of(x);
    struct str name = S("");
    exchange_parameter(x, "name", &name);
    const struct asset *asset =
        asset_find(api->assets, api->asset_count, arena_print(ctx->arena, "frameworks/%.*s.json", PRINT(name)));
    if (!asset)
        return fail(ctx, NOT_FOUND, "No framework \"%.*s\" is embedded; GET /api/v1/frameworks lists them.",
                    PRINT(str_slice(name, 0, 60)));
    return answer(ctx, x, asset->bytes);
}

static enum result list_embedded(struct ctx *ctx, struct exchange *x)
{
    const struct api *api = api_of(x);
    struct json_out out = json_out_to(&x->out);
    size_t count;
    const struct asset *assets = asset_below(api->assets, api->asset_count, S("frameworks/"), &count);
    json_open_object(&out);
    json_key(&out, "items");
    json_open_array(&out);
    for (size_t i = 0; i < count; i++) {
        struct json *json;
        TRY(json_parse(ctx, assets[i].bytes, &json));
        json_open_object(&out);
        json_key(&out, "name"), json_put_str(&out, json_str(json, "id", S("")));
        json_key(&out, "title"), json_put_str(&out, json_str(json, "title", S("")));
        json_key(&out, "version"), json_put_str(&out, json_str(json, "version", S("")));
        json_key(&out, "licence"), json_put_str(&out, json_str(json, "licence", S("")));
        json_close_object(&out);
    }
    json_close_array(&out);
    json_close_object(&out);
    return OK;
}

const struct route framework_routes[] = {
    {HTTP_GET, "/api/v1/frameworks", list_embedded, LANE_WORKER, .help = "The frameworks embedded in the program"},
    {HTTP_POST, "/api/v1/frameworks", load_file, LANE_WRITER, FILE_LIMIT, "Load a framework file"},
    {HTTP_POST, "/api/v1/frameworks/{name}", load_embedded, LANE_WRITER, .help = "Load an embedded framework"},
};
const size_t framework_route_count = COUNT(framework_routes);
