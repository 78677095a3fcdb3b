/* Controls: what the organisation really does (ISO/IEC 27001 6.1.3 b, 8.3), tied to the requirements that they meet.
 * Effective means: implemented, the last test passed within the test interval, and there is evidence that has not
 * expired. */
#include "base/clock.h"
#include "records/house.h"
#include "records/records.h"

enum {
    TITLE_,
    DESCRIPTION,
    CATEGORY,
    REQUIREMENTS,
    PLANNED_FOR,
    TEST_INTERVAL,
    LAST_TEST,
    LAST_TESTED_ON,
    TEST_NOTE,
    TEST_DUE_ON,
    IMPLEMENTATION,
    FIELDS
};

static const char *const categories[] = {"organisational", "people", "physical", "technological", NULL};
static const char *const results[] = {"passed", "failed", NULL};
static const char *const implementations[] = {"not_started", "planned",   "partly_implemented",
                                              "implemented", "effective", NULL};

static const struct field fields[FIELDS] = {
    [TITLE_] = {.name = "title", .kind = TEXT, .flags = REQUIRED | SEARCH | LISTED | TITLE},
    [DESCRIPTION] = {.name = "description", .kind = PROSE, .flags = SEARCH},
    [CATEGORY] = {.name = "category", .kind = CHOICE, .choices = categories, .flags = LISTED},
    [REQUIREMENTS] = {.name = "requirements", .kind = LINKS, .target = "requirement", .flags = LISTED},
    [PLANNED_FOR] = {.name = "planned_for", .kind = DATE},
    [TEST_INTERVAL] =
        {.name = "test_interval", .kind = NUMBER, .min = 1, .max = 3660, .fallback = "365", .group = "test"},
    [LAST_TEST] =
        {.name = "last_test", .kind = CHOICE, .choices = results, .flags = BY_TRANSITION | LISTED, .group = "test"},
    [LAST_TESTED_ON] = {.name = "last_tested_on", .kind = DATE, .flags = BY_TRANSITION, .group = "test"},
    [TEST_NOTE] = {.name = "test_note", .kind = PROSE, .flags = BY_TRANSITION | SEARCH, .group = "test"},
    [TEST_DUE_ON] = {.name = "test_due_on", .kind = DATE, .flags = DERIVED | INDEXED, .group = "test"},
    [IMPLEMENTATION] = {.name = "implementation",
                        .kind = CHOICE,
                        .choices = implementations,
                        .flags = DERIVED | LISTED | INDEXED},
};

static const struct state states[] = {
    {.name = "not_started", .tone = NEUTRAL, .flags = INITIAL},
    {.name = "planned", .tone = ACTIVE},
    {.name = "partly_implemented", .tone = WARNING},
    {.name = "implemented", .tone = GOOD},
    {.name = "retired", .tone = NEUTRAL, .flags = FINAL | LOCKED},
    {0},
};

static enum result test_is_not_ahead(struct ctx *ctx, const struct record *control)
{
    char today[DATE_TEXT];
    date_of_time(ctx->now, today);
    if (str_compare(record_text(control, LAST_TESTED_ON), str_of(today)) <= 0) return OK;
    return fail(ctx, CONFLICT, "The test cannot have been made after today.");
}

static const struct transition transitions[] = {
    {.name = "plan", .from = {"not_started"}, .to = "planned", .needs = CHANGE, .asks = {"planned_for"}},
    {.name = "begin", .from = {"not_started", "planned"}, .to = "partly_implemented", .needs = CHANGE},
    {.name = "implement",
     .from = {"not_started", "planned", "partly_implemented"},
     .to = "implemented",
     .needs = CHANGE},
    {.name = "record_test",
     .from = {"implemented"},
     .to = "implemented",
     .needs = CHANGE,
     .asks = {"last_test", "last_tested_on", "test_note"},
     .demands = {"last_test", "last_tested_on"},
     .independent_of = {"owner", "begin", "implement"},
     .guard = test_is_not_ahead},
    {.name = "fall_back", .from = {"implemented"}, .to = "partly_implemented", .needs = CHANGE},
    {.name = "retire",
     .from = {"not_started", "planned", "partly_implemented", "implemented"},
     .to = "retired",
     .needs = CHANGE},
    {.name = "bring_back", .from = {"retired"}, .to = "not_started", .needs = CHANGE},
    {0},
};

static enum result has_valid_evidence(struct ctx *ctx, const struct record *control, bool *has)
{
    struct record_list list = {0};
    *has = false;
    if (record_id(control))
        TRY(records_linking(ctx, house_register(ctx->house, S("evidence")), "supports", control, &list));
    for (size_t i = 0; i < list.count; i++) *has |= str_is(record_status(list.at[i]), "valid");
    return OK;
}

static enum result derive(struct ctx *ctx, struct record *control)
{
    char today[DATE_TEXT], due[DATE_TEXT];
    bool evidenced;
    struct str status = record_status(control), tested_on = record_text(control, LAST_TESTED_ON);
    bool tested = tested_on.len && date_add_days(tested_on, record_number(control, TEST_INTERVAL), due);
    date_of_time(ctx->now, today);
    if (tested)
        record_set_text(control, TEST_DUE_ON, arena_copy(ctx->arena, str_of(due)));
    else
        record_set_null(control, TEST_DUE_ON);
    bool passed =
        tested && str_is(record_text(control, LAST_TEST), "passed") && str_compare(str_of(due), str_of(today)) >= 0;
    if (str_is(status, "retired")) status = S("not_started");
    TRY(has_valid_evidence(ctx, control, &evidenced));
    bool effective = str_is(status, "implemented") && passed && evidenced;
    record_set_text(control, IMPLEMENTATION, effective ? S("effective") : status);
    return OK;
}

const struct reg control_register = {
    .name = "control",
    .prefix = "CTL",
    .room = "control",
    .flags = DAILY,
    .fields = fields,
    .field_count = FIELDS,
    .states = states,
    .transitions = transitions,
    .derive = derive,
};
