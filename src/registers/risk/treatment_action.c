/* Treatment actions: the risk treatment plan, one line each (ISO/IEC 27001 6.1.3 e). Whoever does it is not who
 * verifies it. */
#include "records/records.h"

enum { TITLE_, RISK, DESCRIPTION, CONTROLS, DUE_ON, DONE_ON, DONE_BY, RESULT, FIELDS };

static const struct field fields[FIELDS] = {
    [TITLE_] = {.name = "title", .kind = TEXT, .flags = REQUIRED | SEARCH | LISTED | TITLE},
    [RISK] = {.name = "risk", .kind = LINK, .target = "risk", .flags = REQUIRED | LISTED | FIXED},
    [DESCRIPTION] = {.name = "description", .kind = PROSE, .flags = SEARCH},
    [CONTROLS] = {.name = "controls", .kind = LINKS, .target = "control"},
    [DUE_ON] = {.name = "due_on", .kind = DATE, .flags = REQUIRED | LISTED | INDEXED},
    [DONE_ON] = {.name = "done_on", .kind = DATE, .flags = BY_TRANSITION | LISTED},
    [DONE_BY] = {.name = "done_by", .kind = NUMBER, .flags = DERIVED | BY_USER},
    [RESULT] = {.name = "result", .kind = PROSE, .flags = SEARCH},
};

static const struct state states[] = {
    {.name = "planned", .tone = NEUTRAL, .flags = INITIAL},
    {.name = "in_progress", .tone = ACTIVE},
    {.name = "done", .tone = GOOD},
    {.name = "verified", .tone = GOOD, .flags = FINAL | LOCKED},
    {.name = "cancelled", .tone = NEUTRAL, .flags = FINAL | LOCKED},
    {0},
};

static const struct transition transitions[] = {
    {.name = "start", .from = {"planned", "done"}, .to = "in_progress", .needs = CHANGE},
    {.name = "finish",
     .from = {"in_progress"},
     .to = "done",
     .needs = CHANGE,
     .asks = {"result"},
     .stamps_user = "done_by",
     .stamps_date = "done_on"},
    {.name = "verify", .from = {"done"}, .to = "verified", .needs = DECIDE, .independent_of = {"hand"}},
    {.name = "cancel",
     .from = {"planned", "in_progress"},
     .to = "cancelled",
     .needs = CHANGE,
     .asks = {"result"},
     .demands = {"result"}},
    {0},
};

const struct reg treatment_action_register = {
    .name = "treatment_action",
    .prefix = "TRT",
    .room = "risk",
    .fields = fields,
    .field_count = FIELDS,
    .states = states,
    .transitions = transitions,
};
