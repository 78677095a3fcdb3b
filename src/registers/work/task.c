/* Tasks: work that somebody is to do, about any record. */
#include "records/records.h"

enum { TITLE_, SUBJECT, DESCRIPTION, DUE_ON, FIELDS };

static const struct field fields[FIELDS] = {
    [TITLE_] = {.name = "title", .kind = TEXT, .flags = REQUIRED | SEARCH | LISTED | TITLE},
    [SUBJECT] = {.name = "subject", .kind = RECORD, .flags = LISTED},
    [DESCRIPTION] = {.name = "description", .kind = PROSE, .flags = SEARCH},
    [DUE_ON] = {.name = "due_on", .kind = DATE, .flags = LISTED | INDEXED},
};

static const struct state states[] = {
    {.name = "open", .tone = NEUTRAL, .flags = INITIAL},
    {.name = "in_progress", .tone = ACTIVE},
    {.name = "done", .tone = GOOD, .flags = FINAL},
    {.name = "cancelled", .tone = NEUTRAL, .flags = FINAL},
    {0},
};

static const struct transition transitions[] = {
    {.name = "start", .from = {"open"}, .to = "in_progress", .needs = CHANGE},
    {.name = "finish", .from = {"open", "in_progress"}, .to = "done", .needs = CHANGE},
    {.name = "cancel", .from = {"open", "in_progress"}, .to = "cancelled", .needs = CHANGE},
    {.name = "reopen", .from = {"done", "cancelled"}, .to = "open", .needs = CHANGE},
    {0},
};

const struct reg task_register = {
    .name = "task",
    .prefix = "TSK",
    .room = "work",
    .flags = FOLLOWS_SUBJECT,
    .fields = fields,
    .field_count = FIELDS,
    .states = states,
    .transitions = transitions,
};
