/* Risk assessments: one round of identifying, analysing and evaluating (ISO/IEC 27001 6.1.2, 8.2). An assessment pins
 * the version of the methodology it was made with, so that a later version never changes its scores. */
#include "records/house.h"
#include "records/records.h"

enum { TITLE_, METHODOLOGY, SCOPE, STARTED_ON, COMPLETED_ON, FIELDS };

static const struct field fields[FIELDS] = {
    [TITLE_] = {.name = "title", .kind = TEXT, .flags = REQUIRED | SEARCH | LISTED | TITLE},
    [METHODOLOGY] = {.name = "methodology", .kind = LINK, .target = "methodology", .flags = REQUIRED | LISTED | FIXED},
    [SCOPE] = {.name = "scope", .kind = PROSE, .flags = SEARCH},
    [STARTED_ON] = {.name = "started_on", .kind = DATE, .flags = LISTED},
    [COMPLETED_ON] = {.name = "completed_on", .kind = DATE, .flags = LISTED | BY_TRANSITION},
};

static const struct state states[] = {
    {.name = "in_progress", .tone = ACTIVE, .flags = INITIAL},
    {.name = "completed", .tone = GOOD, .flags = FINAL},
    {0},
};

static const struct transition transitions[] = {
    {.name = "complete", .from = {"in_progress"}, .to = "completed", .needs = CHANGE, .stamps_date = "completed_on"},
    {.name = "reopen", .from = {"completed"}, .to = "in_progress", .needs = CHANGE},
    {0},
};

/* Method first: no assessment with a method that has not been approved. */
static enum result check(struct ctx *ctx, const struct record *before, const struct record *record)
{
    struct record *method;
    if (before) return OK;
    TRY(record_load(ctx, house_register(ctx->house, S("methodology")), record_number(record, METHODOLOGY), &method));
    if (!str_is(record_status(method), "approved"))
        fail_field(ctx, "methodology", "not_approved", "An assessment needs an approved methodology; this one is %.*s.",
                   PRINT(record_status(method)));
    return OK;
}

const struct reg risk_assessment_register = {
    .name = "risk_assessment",
    .prefix = "RAS",
    .room = "risk",
    .fields = fields,
    .field_count = FIELDS,
    .states = states,
    .transitions = transitions,
    .check = check,
};
