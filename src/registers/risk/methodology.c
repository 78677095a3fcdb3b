/* Methodology: how risks are rated here (ISO/IEC 27001 6.1.2). Versioned: a published version is never changed; its
 * successor begins as a draft copy, and when that is approved every risk rated by the old one is listed for another
 * look. */
#include "records/house.h"
#include "records/records.h"
#include "registers/risk/method.h"

enum { TITLE_, EDITION, SCALES, DESCRIPTION, REPLACES, APPROVED_BY, APPROVED_ON, FIELDS };

static const struct field fields[FIELDS] = {
    [TITLE_] = {.name = "title", .kind = TEXT, .flags = REQUIRED | SEARCH | LISTED | TITLE},
    [EDITION] = {.name = "edition", .kind = NUMBER, .flags = DERIVED | LISTED},
    [SCALES] = {.name = "scales", .kind = DATA, .flags = REQUIRED, .fallback = method_default},
    [DESCRIPTION] = {.name = "description", .kind = PROSE, .flags = SEARCH},
    [REPLACES] = {.name = "replaces", .kind = LINK, .target = "methodology", .flags = FIXED},
    [APPROVED_BY] = {.name = "approved_by", .kind = NUMBER, .flags = DERIVED | BY_USER},
    [APPROVED_ON] = {.name = "approved_on", .kind = DATE, .flags = DERIVED | LISTED},
};

static const struct state states[] = {
    {.name = "draft", .tone = NEUTRAL, .flags = INITIAL},
    {.name = "approved", .tone = GOOD, .flags = LOCKED},
    {.name = "superseded", .tone = NEUTRAL, .flags = LOCKED | FINAL},
    {0},
};

static enum result supersede_old(struct ctx *ctx, struct record *record)
{
    struct record *old;
    if (record_is_null(record, REPLACES)) return OK;
    TRY(record_hold(ctx, record->reg, record_number(record, REPLACES), HOLD_TO_CHANGE, &old));
    old->row[C_STATUS] = value_text(S("superseded"));
    return record_update(ctx, old, "supersede");
}

static const struct transition transitions[] = {
    {.name = "approve",
     .from = {"draft"},
     .to = "approved",
     .needs = DECIDE,
     .independent_of = {"hand"},
     .stamps_user = "approved_by",
     .stamps_date = "approved_on",
     .effect = supersede_old},
    {.name = "withdraw", .from = {"approved"}, .to = "superseded", .needs = DECIDE},
    {0},
};

static enum result derive(struct ctx *ctx, struct record *record)
{
    struct record *old;
    int64_t edition = 1;
    if (!record_is_null(record, REPLACES)) {
        TRY(record_load(ctx, record->reg, record_number(record, REPLACES), &old));
        edition = record_number(old, EDITION) + 1;
    }
    record_set_number(record, EDITION, edition);
    return OK;
}

static enum result check(struct ctx *ctx, const struct record *before, const struct record *record)
{
    (void)before;
    method_check(ctx, record_data(ctx, record, SCALES));
    return OK;
}

const struct reg methodology_register = {
    .name = "methodology",
    .prefix = "MET",
    .room = "risk",
    .flags = GLOBAL,
    .fields = fields,
    .field_count = FIELDS,
    .states = states,
    .transitions = transitions,
    .derive = derive,
    .check = check,
};
