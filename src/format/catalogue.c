/* Read once, when the program starts. Labels and sentences share one table: a label's key has no blank in it and a
 * sentence has, so that they never meet. */
#include "format/catalogue.h"

#include "format/json.h"

static enum result read_catalogue(struct ctx *ctx, const struct asset *asset, struct map *texts, struct json **out)
{
    struct json *catalogue;
    TRY(json_parse(ctx, asset->bytes, &catalogue));
    *out = catalogue;
    if (catalogue->kind != JSON_OBJECT) return fail(ctx, INVALID, "The catalogue %s is no JSON object.", asset->name);
    for (struct json *one = catalogue->first; one; one = one->next) {
        if (one->kind != JSON_STRING || !one->key.len)
            return fail(ctx, INVALID, "The catalogue %s: \"%.*s\" is no text.", asset->name,
                        PRINT(str_slice(one->key, 0, 80)));
        map_set(texts, one->key, &one->text);
    }
    return OK;
}

static enum result read_sentences(struct ctx *ctx, const struct asset *asset, struct map *texts, struct sentences *out)
{
    struct json *catalogue;
    size_t percent;
    TRY(read_catalogue(ctx, asset, texts, &catalogue));
    struct str *formats = arena_make_many(ctx->arena, struct str, catalogue->count + 1);
    out->formats = formats;
    for (const struct json *one = catalogue->first; one; one = one->next)
        if (str_find(one->key, S("%"), &percent)) formats[out->format_count++] = one->key;
    return OK;
}

static enum result read_language(struct ctx *ctx, const struct asset *assets, size_t count, const struct asset *asset,
                                 struct sentences *out)
{
    struct str name = str_of(asset->name);
    struct map *texts = map_new(ctx->arena, 2048);
    struct json *names;
    out->language = str_slice(name, strlen("labels/sentences."), name.len - strlen(".json"));
    const struct asset *labels =
        asset_find(assets, count, arena_print(ctx->arena, "labels/%.*s.json", PRINT(out->language)));
    if (labels) TRY(read_catalogue(ctx, labels, texts, &names));
    out->texts = texts;
    return read_sentences(ctx, asset, texts, out);
}

enum result languages_of_assets(struct ctx *ctx, const struct asset *assets, size_t count, struct languages *out)
{
    size_t found;
    const struct asset *catalogues = asset_below(assets, count, S("labels/sentences."), &found);
    struct sentences *all = arena_make_many(ctx->arena, struct sentences, found + 1);
    for (size_t i = 0; i < found; i++) TRY(read_language(ctx, assets, count, &catalogues[i], &all[i]));
    *out = (struct languages){all, found};
    return OK;
}
