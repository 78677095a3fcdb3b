/* Starters: what an empty register may begin with (content/starters/), so that nobody faces an empty page. A starter is
 * {"title", "description", "register", "language", "records": [...]}. Each record is created as if the caller had typed
 * it, with his rights and the register's rules; one whose title he already has is passed over, so that loading twice
 * adds nothing. */
#include "api/routes.h"

#include "access/actor.h"
#include "base/asset.h"
#include "format/json_out.h"
#include "records/house.h"

static const char *const shown[] = {"title", "description", "register", "language"};

/* "starters/threats.json" is the starter "threats". */
static struct str name_of(const struct asset *asset)
{
    struct str name = str_of(asset->name);
    return str_slice(name, strlen("starters/"), name.len - strlen(".json"));
}

static enum result list_starters(struct ctx *ctx, struct exchange *x)
{
    const struct api *api = api_of(x);
    struct json_out out = json_out_to(&x->out);
    size_t count;
    const struct asset *assets = asset_below(api->assets, api->asset_count, S("starters/"), &count);
    json_open_object(&out);
    json_key(&out, "items");
    json_open_array(&out);
    for (size_t i = 0; i < count; i++) {
        struct json *starter;
        TRY(json_parse(ctx, assets[i].bytes, &starter));
        const struct json *records = json_get(starter, "records");
        json_open_object(&out);
        json_key(&out, "name"), json_put_str(&out, name_of(&assets[i]));
        for (size_t k = 0; k < COUNT(shown); k++)
            json_key(&out, shown[k]), json_put_str(&out, json_str(starter, shown[k], S("")));
        json_key(&out, "records"), json_put_number(&out, records ? (int64_t)records->count : 0);
        json_close_object(&out);
    }
    json_close_array(&out);
    json_close_object(&out);
    return OK;
}

/* Does the caller see a record of this title already? What he may not see does not keep him from having his own. */
static enum result is_present(struct ctx *ctx, const struct reg *reg, const struct json *body, bool *present)
{
    const char *title = reg->fields[reg_title_field(reg)].name;
    struct record_list list;
    TRY(records_where(ctx, reg, title, value_text(json_str(body, title, S(""))), &list));
    *present = false;
    for (size_t i = 0; i < list.count; i++)
        *present |= actor_may(ctx->actor, reg, READ, record_unit(list.at[i]), record_owner(list.at[i]));
    return OK;
}

static enum result find_starter(struct ctx *ctx, struct exchange *x, struct json **starter)
{
    const struct api *api = api_of(x);
    struct str name = S("");
    exchange_parameter(x, "name", &name);
    const struct asset *asset =
        asset_find(api->assets, api->asset_count, arena_print(ctx->arena, "starters/%.*s.json", PRINT(name)));
    if (!asset)
        return fail(ctx, NOT_FOUND, "There is no starter \"%.*s\"; GET /api/v1/starters lists them.",
                    PRINT(str_slice(name, 0, 60)));
    return json_parse(ctx, asset->bytes, starter);
}

static enum result create_missing(struct ctx *ctx, const struct reg *reg, const struct json *records, int64_t *created,
                                  int64_t *skipped)
{
    for (const struct json *body = records ? records->first : NULL; body; body = body->next) {
        struct record *record;
        bool present;
        TRY(is_present(ctx, reg, body, &present));
        if (!present) TRY(record_create(ctx, reg, body, &record));
        *(present ? skipped : created) += 1;
    }
    return OK;
}

static enum result load_starter(struct ctx *ctx, struct exchange *x)
{
    struct json *starter = NULL;
    struct json_out out = json_out_to(&x->out);
    int64_t created = 0, skipped = 0;
    TRY(find_starter(ctx, x, &starter));
    const struct reg *reg = house_register(ctx->house, json_str(starter, "register", S("")));
    if (!reg) return fail(ctx, BROKEN, "This starter is for a register that the program does not have.");
    if (!actor_may(ctx->actor, reg, CREATE, 0, 0))
        return fail(ctx, DENIED, "Your roles do not let you create any %s.", reg->name);
    TRY(create_missing(ctx, reg, json_get(starter, "records"), &created, &skipped));
    json_open_object(&out);
    json_key(&out, "register"), json_put_text(&out, reg->name);
    json_key(&out, "created"), json_put_number(&out, created);
    json_key(&out, "skipped"), json_put_number(&out, skipped);
    json_close_object(&out);
    x->status = 201;
    return OK;
}

const struct route starter_routes[] = {
    {HTTP_GET, "/api/v1/starters", list_starters, LANE_WORKER, .help = "What an empty register may begin with"},
    {HTTP_POST, "/api/v1/starters/{name}", load_starter, LANE_WRITER, .help = "Load a starter into its register"},
};
const size_t starter_route_count = COUNT(starter_routes);
