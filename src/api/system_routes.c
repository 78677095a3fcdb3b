/* What is beside the registers: health, the schema, labels, search over everything, and the browser's files. */
#include "api/routes.h"

#include "access/actor.h"
#include "api/openapi.h"
#include "base/asset.h"
#include "base/random.h"
#include "format/json_out.h"
#include "ledger/signer.h"
#include "records/custom.h"
#include "records/house.h"
#include "records/rights.h"
#include "records/search.h"
#include "schema/describe.h"
#include "store/pulse.h"

static enum result health(struct ctx *ctx, struct exchange *x)
{
    (void)ctx;
    x->type = "text/plain; charset=utf-8";
    buf_text(&x->out, "ok\n");
    return OK;
}

static bool is_well(struct ledger_signer *signer)
{
    char alarm[8] = "";
    ledger_signer_alarm(signer, alarm, sizeof alarm);
    return !*alarm && ledger_signer_waits(signer) < WAITING_LATE;
}

/* The sentence itself is not for everybody who may ask here. */
static enum result ready(struct ctx *ctx, struct exchange *x)
{
    struct ledger_signer *signer = api_of(x)->signer;
    TRY(pulse_check(ctx, api_of(x)->pulse));
    TRY(health(ctx, x));
    if (signer && !is_well(signer))
        buf_text(&x->out, "but the ledger is not sealed, or not what this program wrote; the log says more\n");
    return OK;
}

/* ---- schema ---- */

static void put_may(struct json_out *out, const struct ctx *ctx, const struct reg *reg)
{
    const struct actor *actor = ctx->actor;
    bool create = !(reg->flags & NO_CREATE) && actor_may(actor, reg, CREATE, 0, 0);
    bool change = !(reg->flags & NO_CHANGE) &&
                  (actor_may(actor, reg, CHANGE, 0, 0) || actor_may(actor, reg, CHANGE_OWN, 0, actor->person));
    json_key(out, "may");
    json_open_object(out);
    json_key(out, "create"), json_put_bool(out, create);
    json_key(out, "change"), json_put_bool(out, change);
    json_key(out, "delete"), json_put_bool(out, !(reg->flags & KEPT) && actor_may(actor, reg, REMOVE, 0, 0));
    json_key(out, "decide"), json_put_bool(out, actor_may(actor, reg, DECIDE, 0, 0));
    json_key(out, "import"), json_put_bool(out, create && actor_may(actor, reg, CHANGE, 0, 0));
    json_close_object(out);
}

static enum result write_register(struct ctx *ctx, struct json_out *out, const struct reg *reg)
{
    struct custom_set custom;
    TRY(custom_of(ctx, reg, &custom));
    struct described_field *described = arena_make_many(ctx->arena, struct described_field, custom.count + 1);
    for (size_t i = 0; i < custom.count; i++)
        described[i] = (struct described_field){&custom.at[i].field, custom.at[i].label};
    json_open_object(out);
    put_may(out, ctx, reg);
    reg_describe(ctx, out, reg, described, custom.count);
    json_close_object(out);
    return OK;
}

static size_t languages(const struct api *api, struct str *names, size_t most)
{
    size_t all, count = 0;
    const struct asset *label = asset_below(api->assets, api->asset_count, S("labels/"), &all);
    for (size_t i = 0; i < all && count < most; i++) {
        struct str name = str_slice(str_of(label[i].name), 7, strlen(label[i].name));
        if (str_ends(name, S(".json")) && name.len == 7) names[count++] = str_slice(name, 0, 2);
    }
    return count;
}

static void put_languages(struct json_out *out, const struct api *api)
{
    struct str names[32];
    size_t count = languages(api, names, COUNT(names));
    json_open_array(out);
    for (size_t i = 0; i < count; i++) json_put_str(out, names[i]);
    json_close_array(out);
}

static enum result schema(struct ctx *ctx, struct exchange *x)
{
    struct json_out out = json_out_to(&x->out);
    json_open_object(&out);
    json_key(&out, "registers");
    json_open_array(&out);
    for (size_t i = 0; i < ctx->house->register_count; i++) {
        const struct reg *reg = ctx->house->registers[i];
        if (actor_may(ctx->actor, reg, READ, 0, ctx->actor->person)) TRY(write_register(ctx, &out, reg));
    }
    json_close_array(&out);
    json_key(&out, "roles");
    json_open_array(&out);
    for (int role = 0; role < ROLES; role++) json_put_text(&out, role_name((enum role)role));
    json_close_array(&out);
    json_key(&out, "languages");
    put_languages(&out, api_of(x));
    json_close_object(&out);
    exchange_tell_language(x); /* what fields begin with */
    return OK;
}

static enum result openapi(struct ctx *ctx, struct exchange *x)
{
    openapi_write(ctx, ctx->house, &x->out);
    return OK;
}

/* ---- labels ---- */

static enum result label_list(struct ctx *ctx, struct exchange *x)
{
    struct json_out out = json_out_to(&x->out);
    (void)ctx;
    json_open_object(&out);
    json_key(&out, "items");
    put_languages(&out, api_of(x));
    json_close_object(&out);
    return OK;
}

static void copy_members(struct json_out *out, const struct json *labels)
{
    for (const struct json *label = labels->first; label; label = label->next) {
        json_key_str(out, label->key);
        json_put_str(out, label->text);
    }
}

static enum result labels(struct ctx *ctx, struct exchange *x)
{
    const struct api *api = api_of(x);
    struct json_out out = json_out_to(&x->out);
    struct str language = S("");
    exchange_parameter(x, "language", &language);
    const struct str names[] = {arena_print(ctx->arena, "labels/%.*s.json", PRINT(language)),
                                arena_print(ctx->arena, "labels/ui.%.*s.json", PRINT(language))};
    if (!asset_find(api->assets, api->asset_count, names[0]))
        return fail(ctx, NOT_FOUND, "There is no label catalogue for \"%.*s\".", PRINT(str_slice(language, 0, 20)));
    json_open_object(&out);
    for (size_t i = 0; i < COUNT(names); i++) {
        struct json *json;
        const struct asset *asset = asset_find(api->assets, api->asset_count, names[i]);
        if (!asset) continue;
        TRY(json_parse(ctx, asset->bytes, &json));
        copy_members(&out, json);
    }
    json_close_object(&out);
    exchange_set_header(x, "Cache-Control", S("no-cache"));
    return OK;
}

/* ---- search ---- */

static enum result search_all(struct ctx *ctx, struct exchange *x)
{
    struct str text = S(""), limit_text = S("");
    int64_t limit = 20;
    exchange_query(x, "q", &text);
    if (exchange_query(x, "limit", &limit_text) && (!parse_number(limit_text, &limit) || limit < 1 || limit > 100))
        return fail(ctx, INVALID, "limit must be a number from 1 to 100.");
    return search_write(ctx, str_trim(text), limit, &x->out);
}

/* ---- the browser's files ---- */

static void choose_encoding(struct exchange *x, const struct asset *asset)
{
    struct str accepts = S("");
    exchange_header(x, "Accept-Encoding", &accepts);
    x->content = asset->bytes;
    if (asset->brotli.len && str_find(accepts, S("br"), NULL)) {
        x->content = asset->brotli;
        exchange_set_header(x, "Content-Encoding", S("br"));
    } else if (asset->gzip.len && str_find(accepts, S("gzip"), NULL)) {
        x->content = asset->gzip;
        exchange_set_header(x, "Content-Encoding", S("gzip"));
    }
    exchange_set_header(x, "Vary", S("Accept-Encoding"));
}

/* The page itself carries a fresh nonce for styles that the interface makes at run time. */
static void serve_page(struct ctx *ctx, struct exchange *x, const struct asset *page)
{
    struct str nonce = random_token(ctx->arena, 18), rest = page->bytes;
    size_t at;
    while (str_find(rest, S("__NONCE__"), &at)) {
        buf_add(&x->out, str_slice(rest, 0, at));
        buf_add(&x->out, nonce);
        rest = str_slice(rest, at + 9, rest.len);
    }
    buf_add(&x->out, rest);
    exchange_set_header(
        x, "Content-Security-Policy",
        arena_print(ctx->arena,
                    "default-src 'none'; script-src 'self'; style-src 'self' 'nonce-%.*s'; img-src 'self' data: blob:; "
                    "font-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; "
                    "base-uri 'none'; manifest-src 'self'",
                    PRINT(nonce)));
    exchange_set_header(x, "Cache-Control", S("no-store"));
}

/* Whatever is no file is the page: its router reads the address. */
static enum result serve_file(struct ctx *ctx, struct exchange *x)
{
    const struct api *api = api_of(x);
    struct str path = S("");
    exchange_parameter(x, "path", &path);
    if (str_starts(path, S("api/"))) return fail(ctx, NOT_FOUND, "There is no such address in the interface.");
    const struct asset *asset =
        asset_find(api->assets, api->asset_count, arena_print(ctx->arena, "ui/%.*s", PRINT(path)));
    const struct asset *page = asset_find(api->assets, api->asset_count, S("ui/index.html"));
    if (!asset || asset == page) {
        if (!page) return fail(ctx, NOT_FOUND, "This program was built without its browser pages.");
        x->type = page->content_type;
        serve_page(ctx, x, page);
        return OK;
    }
    x->type = asset->content_type;
    bool hashed = str_starts(path, S("assets/"));
    exchange_set_header(x, "Cache-Control", hashed ? S("public, max-age=31536000, immutable") : S("no-cache"));
    exchange_set_header(x, "ETag", arena_print(ctx->arena, "\"%s\"", asset->hash));
    choose_encoding(x, asset);
    return OK;
}

const struct route health_routes[] = {
    {HTTP_GET, "/healthz", health, LANE_LOOP, .help = "The program is alive", .data = &route_alone},
    {HTTP_GET, "/readyz", ready, LANE_LOOP, .help = "The database answers", .data = &route_alone},
};
const size_t health_route_count = COUNT(health_routes);

const struct route system_routes[] = {
    {HTTP_GET, "/api/v1/schema", schema, LANE_LOOP, .help = "Every register as the caller may see it"},
    {HTTP_GET, "/api/v1/openapi.json", openapi, LANE_WORKER, .help = "This document", .data = &route_open},
    {HTTP_GET, "/api/v1/labels", label_list, LANE_LOOP, .help = "The languages there are", .data = &route_alone},
    {HTTP_GET, "/api/v1/labels/{language}", labels, LANE_LOOP, .help = "A label catalogue", .data = &route_alone},
    {HTTP_GET, "/api/v1/search", search_all, LANE_LOOP, .help = "Records of all registers by their text"},
    {HTTP_GET, "/{path...}", serve_file, LANE_LOOP, .help = "The browser interface", .data = &route_alone},
};
const size_t system_route_count = COUNT(system_routes);
