/* Protection needs flow down "depends on" by high-water mark (product.md, "Asset needs flow"): what an asset is
 * needed for demands of it at least as much as is demanded of that. Cycles are allowed in the data; on one, every
 * member takes the maximum, which the walk below reaches because values only rise until nothing changes. */
#include "records/house.h"
#include "records/records.h"

static const struct {
    const char *rating, *need;
} needs[] = {{"confidentiality", "need_confidentiality"},
             {"integrity", "need_integrity"},
             {"availability", "need_availability"}};

/* The assets whose needs may change: the one changed, what it depends on and depended on, and so on down. */
struct affected {
    struct record **at;
    size_t count, room;
};

static bool holds(const struct affected *affected, int64_t id)
{
    for (size_t i = 0; i < affected->count; i++)
        if (record_id(affected->at[i]) == id) return true;
    return false;
}

static enum result add(struct ctx *ctx, struct affected *affected, const struct reg *reg, int64_t id)
{
    struct record *record;
    if (holds(affected, id)) return OK;
    enum result loaded = record_hold(ctx, reg, id, HOLD_TO_CHANGE, &record);
    if (loaded == NOT_FOUND) return OK;
    if (loaded != OK) return loaded;
    if (affected->count == affected->room) {
        size_t wider = affected->room ? affected->room * 2 : 16;
        affected->at =
            arena_grow(ctx->arena, affected->at, affected->room * sizeof *affected->at, wider * sizeof *affected->at);
        affected->room = wider;
    }
    affected->at[affected->count++] = record;
    return OK;
}

static struct ids depends_on(struct ctx *ctx, const struct record *asset)
{
    size_t index;
    if (!reg_field(asset->reg, S("depends_on"), &index)) return (struct ids){0};
    return record_ids(ctx, asset, index);
}

static enum result add_all(struct ctx *ctx, struct affected *affected, const struct record *asset)
{
    struct ids ids = depends_on(ctx, asset);
    for (size_t i = 0; i < ids.count; i++) TRY(add(ctx, affected, asset->reg, ids.at[i]));
    return OK;
}

/* The need of one asset: its own rating, or more where something that leans on it needs more. */
static enum result need_of(struct ctx *ctx, const struct affected *affected, const struct record *asset, size_t which,
                           int64_t *need)
{
    struct record_list above;
    *need = record_number_of(asset, needs[which].rating);
    if (record_is_deleted(asset)) return OK;
    TRY(records_where(ctx, asset->reg, "depends_on", value_number(record_id(asset)), &above));
    for (size_t i = 0; i < above.count; i++) {
        const struct record *one = above.at[i];
        for (size_t k = 0; k < affected->count; k++)
            if (record_id(affected->at[k]) == record_id(one)) one = affected->at[k];
        int64_t theirs = record_number_of(one, needs[which].need);
        int64_t rated = record_number_of(one, needs[which].rating);
        if (rated > theirs) theirs = rated;
        if (theirs > *need) *need = theirs;
    }
    return OK;
}

static enum result settle(struct ctx *ctx, const struct affected *affected, bool *changed)
{
    *changed = false;
    for (size_t i = 0; i < affected->count; i++)
        for (size_t which = 0; which < COUNT(needs); which++) {
            size_t index;
            int64_t need;
            struct record *asset = affected->at[i];
            TRY(need_of(ctx, affected, asset, which, &need));
            if (need == record_number_of(asset, needs[which].need) ||
                !reg_field(asset->reg, str_of(needs[which].need), &index))
                continue;
            *changed = true;
            asset->own[index] = value_id(need);
        }
    return OK;
}

static enum result recompute(struct ctx *ctx, const struct record *before, const struct record *after)
{
    struct affected affected = {0};
    if (before || depends_on(ctx, after).count)
        TRY(register_hold(ctx, after->reg)); /* a new one alone waits for none */
    TRY(add(ctx, &affected, after->reg, record_id(after)));
    if (before) TRY(add_all(ctx, &affected, before));
    for (size_t i = 0; i < affected.count; i++) TRY(add_all(ctx, &affected, affected.at[i]));
    for (size_t i = 0; i < affected.count; i++) /* from the ratings up, so that what has fallen falls everywhere */
        for (size_t which = 0; which < COUNT(needs); which++) {
            size_t index;
            if (reg_field(after->reg, str_of(needs[which].need), &index))
                affected.at[i]->own[index] = value_id(record_number_of(affected.at[i], needs[which].rating));
        }
    bool changed = true;
    for (size_t round = 0; changed && round <= affected.count; round++) TRY(settle(ctx, &affected, &changed));
    for (size_t i = 0; i < affected.count; i++) TRY(record_update(ctx, affected.at[i], "derive"));
    return OK;
}

const struct follow asset_needs_follows[] = {
    {.on = "asset",
     .fields = {"depends_on", "confidentiality", "integrity", "availability"},
     .recompute = recompute,
     .what = "protection needs of the assets it depends on"},
    {0},
};
