/* Frameworks: standards, laws and catalogues of controls, as trees of requirements. Identifiers and short titles are
 * facts; official text comes in by import under the user's own licence. */
#include "records/records.h"

enum { TITLE_, KEY, EDITION, PUBLISHER, LICENCE, DESCRIPTION, FIELDS };

static const struct field fields[FIELDS] = {
    [TITLE_] = {.name = "title", .kind = TEXT, .flags = REQUIRED | SEARCH | LISTED | TITLE},
    [KEY] = {.name = "key", .kind = TEXT, .max = 80, .flags = REQUIRED | UNIQUE | LISTED | FIXED | NAMES},
    [EDITION] = {.name = "edition", .kind = TEXT, .max = 200, .flags = LISTED},
    [PUBLISHER] = {.name = "publisher", .kind = TEXT, .flags = LISTED | SEARCH},
    [LICENCE] = {.name = "licence", .kind = TEXT, .max = 1000},
    [DESCRIPTION] = {.name = "description", .kind = PROSE, .flags = SEARCH},
};

const struct reg framework_register = {
    .name = "framework",
    .prefix = "FRM",
    .room = "compliance",
    .flags = GLOBAL | NO_OWNER,
    .fields = fields,
    .field_count = FIELDS,
};
