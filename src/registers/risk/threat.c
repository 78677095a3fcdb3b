/* Threats: what may happen, as a catalogue to choose from when risks are identified (ISO/IEC 27005 7.2, A.5.7). */
#include "records/records.h"

enum { TITLE_, CATEGORY, DESCRIPTION, FIELDS };

static const char *const categories[] = {"physical",     "natural",    "infrastructure", "technical",
                                         "human_action", "compromise", "organisational", NULL};

static const struct field fields[FIELDS] = {
    [TITLE_] = {.name = "title", .kind = TEXT, .flags = REQUIRED | SEARCH | LISTED | TITLE},
    [CATEGORY] = {.name = "category", .kind = CHOICE, .choices = categories, .flags = LISTED},
    [DESCRIPTION] = {.name = "description", .kind = PROSE, .flags = SEARCH | LISTED},
};

const struct reg threat_register = {
    .name = "threat",
    .prefix = "THR",
    .room = "risk",
    .flags = GLOBAL | NO_OWNER,
    .fields = fields,
    .field_count = FIELDS,
};
