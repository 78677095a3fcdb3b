/* Evidence: what shows that something is so. It decays: every piece has a period and an expiry, and a grade of how
 * far it can be trusted: (a) machine collected with population and query, (b) system export, (c) signed statement,
 * (d) screenshot or free text. */
#include "base/clock.h"
#include "records/house.h"
#include "records/records.h"
#include "records/rights.h"

enum {
    TITLE_,
    SUPPORTS,
    SOURCE,
    GRADE,
    COLLECTOR,
    PERIOD_FROM,
    PERIOD_TO,
    EXPIRES_ON,
    NOTE,
    REPLACES,
    FILE_NAME,
    FILE_TYPE,
    FILE_SIZE,
    SHA256,
    BLOB,
    FIELDS
};

static const char *const grades[] = {"a", "b", "c", "d", NULL};

static const struct field fields[FIELDS] = {
    [TITLE_] = {.name = "title", .kind = TEXT, .flags = REQUIRED | SEARCH | LISTED | TITLE},
    [SUPPORTS] = {.name = "supports", .kind = RECORDS, .flags = LISTED},
    [SOURCE] = {.name = "source", .kind = TEXT, .flags = SEARCH | LISTED},
    [GRADE] = {.name = "grade", .kind = CHOICE, .choices = grades, .flags = REQUIRED | LISTED, .fallback = "\"d\""},
    [COLLECTOR] = {.name = "collector", .kind = LINK, .target = "person"},
    [PERIOD_FROM] = {.name = "period_from", .kind = DATE},
    [PERIOD_TO] = {.name = "period_to", .kind = DATE},
    [EXPIRES_ON] = {.name = "expires_on", .kind = DATE, .flags = LISTED | INDEXED},
    [NOTE] = {.name = "note", .kind = PROSE, .flags = SEARCH},
    [REPLACES] = {.name = "replaces", .kind = LINK, .target = "evidence", .flags = FIXED},
    [FILE_NAME] = {.name = "file_name", .kind = TEXT, .flags = DERIVED | SEARCH | LISTED, .group = "file"},
    [FILE_TYPE] = {.name = "file_type", .kind = TEXT, .flags = DERIVED, .group = "file"},
    [FILE_SIZE] = {.name = "file_size", .kind = NUMBER, .flags = DERIVED, .group = "file"},
    [SHA256] = {.name = "sha256", .kind = TEXT, .flags = DERIVED, .group = "file"},
    [BLOB] = {.name = "blob", .kind = NUMBER, .flags = DERIVED | A_FILE, .group = "file"},
};

static const struct state states[] = {
    {.name = "valid", .tone = GOOD, .flags = INITIAL},
    {.name = "expired", .tone = BAD},
    {.name = "replaced", .tone = NEUTRAL, .flags = FINAL},
    {.name = "rejected", .tone = BAD, .flags = FINAL},
    {0},
};

static const struct transition transitions[] = {
    {.name = "reject",
     .from = {"valid", "expired"},
     .to = "rejected",
     .needs = CHANGE,
     .asks = {"note"},
     .demands = {"note"}},
    {.name = "reinstate", .from = {"rejected"}, .to = "valid", .needs = CHANGE},
    {0},
};

static enum result derive(struct ctx *ctx, struct record *evidence)
{
    char today[DATE_TEXT];
    struct str expires = record_text(evidence, EXPIRES_ON), status = record_status(evidence);
    date_of_time(ctx->now, today);
    bool over = expires.len && str_compare(expires, str_of(today)) < 0;
    if (over && str_is(status, "valid")) evidence->row[C_STATUS] = value_text(S("expired"));
    if (!over && str_is(status, "expired")) evidence->row[C_STATUS] = value_text(S("valid"));
    return OK;
}

static enum result check(struct ctx *ctx, const struct record *before, const struct record *evidence)
{
    struct str from = record_text(evidence, PERIOD_FROM), to = record_text(evidence, PERIOD_TO);
    (void)before;
    if (from.len && to.len && str_compare(from, to) > 0)
        fail_field(ctx, "period_to", "order", "The period covered ends before it begins.");
    return OK;
}

/* A newer piece takes the older one's place; what leaned on the old one is looked at again through the controls
 * below. */
static enum result replace_old(struct ctx *ctx, const struct record *before, const struct record *evidence)
{
    struct record *old;
    if (before || record_is_null(evidence, REPLACES)) return OK;
    TRY(record_hold(ctx, evidence->reg, record_number(evidence, REPLACES), HOLD_TO_CHANGE, &old));
    TRY(record_demand(ctx, old, CHANGE)); /* else whoever may add could undo what others rely on */
    old->row[C_STATUS] = value_text(S("replaced"));
    return record_update(ctx, old, "replace");
}

const struct reg evidence_register = {
    .name = "evidence",
    .prefix = "EVD",
    .room = "control",
    .flags = DAILY,
    .fields = fields,
    .field_count = FIELDS,
    .states = states,
    .transitions = transitions,
    .derive = derive,
    .check = check,
    .after = replace_old,
};

/* ---- what follows: the controls that it supports ---- */

static size_t add_controls(struct ctx *ctx, const struct record *evidence, int64_t *ids, size_t count)
{
    const struct reg *reg;
    int64_t id;
    struct texts supports = record_texts(ctx, evidence, SUPPORTS);
    for (size_t i = 0; i < supports.count; i++)
        if (reference_parse(ctx->house, supports.at[i], &reg, &id) && str_is(str_of(reg->name), "control"))
            ids[count++] = id;
    return count;
}

static int compare_ids(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

/* Those that it supported and supports, in one order, so that two pieces of evidence do not wait for each other. */
static enum result recompute(struct ctx *ctx, const struct record *before, const struct record *after)
{
    const struct reg *reg = house_register(ctx->house, S("control"));
    size_t room = record_texts(ctx, after, SUPPORTS).count, count = 0;
    if (before) room += record_texts(ctx, before, SUPPORTS).count;
    int64_t *ids = arena_make_many(ctx->arena, int64_t, room + 1);
    if (before) count = add_controls(ctx, before, ids, count);
    count = add_controls(ctx, after, ids, count);
    qsort(ids, count, sizeof *ids, compare_ids);
    for (size_t i = 0; i < count; i++)
        if (!i || ids[i] != ids[i - 1]) TRY(record_derive(ctx, reg, ids[i], "derive"));
    return OK;
}

const struct follow evidence_follows[] = {
    {.on = "evidence",
     .fields = {"status", "supports"},
     .recompute = recompute,
     .what = "implementation of the controls it supports"},
    {0},
};
