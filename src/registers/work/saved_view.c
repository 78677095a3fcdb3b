/* Saved views: a list with its filters, sort and columns, under a name of one's own. */
#include "records/records.h"

enum { TITLE_, REGISTER, QUERY, FIELDS };

static const struct field fields[FIELDS] = {
    [TITLE_] = {.name = "title", .kind = TEXT, .max = 80, .flags = REQUIRED | LISTED | TITLE},
    [REGISTER] = {.name = "register", .kind = TEXT, .max = 60, .flags = REQUIRED | LISTED | INDEXED},
    [QUERY] = {.name = "query", .kind = TEXT, .max = 4000, .flags = LISTED},
};

const struct reg saved_view_register = {
    .name = "saved_view",
    .prefix = "VIE",
    .room = "work",
    .flags = MINE | QUIET,
    .fields = fields,
    .field_count = FIELDS,
};
