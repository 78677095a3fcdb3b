/* The classification scheme: the levels by which information is classified and how each is handled (A.5.12, A.5.13). */
#include "records/records.h"

enum { TITLE_, RANK, DESCRIPTION, HANDLING, FIELDS };

static const struct field fields[FIELDS] = {
    [TITLE_] = {.name = "title", .kind = TEXT, .max = 60, .flags = REQUIRED | SEARCH | LISTED | TITLE | UNIQUE},
    [RANK] = {.name = "rank", .kind = NUMBER, .min = 1, .max = 10, .flags = REQUIRED | LISTED},
    [DESCRIPTION] = {.name = "description", .kind = PROSE, .flags = SEARCH | LISTED},
    [HANDLING] = {.name = "handling", .kind = PROSE, .flags = SEARCH},
};

const struct reg classification_register = {
    .name = "classification",
    .prefix = "CLA",
    .room = "asset",
    .flags = GLOBAL | NO_OWNER,
    .fields = fields,
    .field_count = FIELDS,
};
