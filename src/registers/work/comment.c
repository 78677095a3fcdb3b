/* Comments on any record. What was said stays said: a comment is not changed, only deleted, and then still in the
 * history. */
#include "records/records.h"

enum { SUBJECT, TEXT_, MENTIONS, FIELDS };

static const struct field fields[FIELDS] = {
    [SUBJECT] = {.name = "subject", .kind = RECORD, .flags = REQUIRED | LISTED | FIXED | INDEXED},
    [TEXT_] = {.name = "text", .kind = PROSE, .max = 10000, .flags = REQUIRED | SEARCH | LISTED | TITLE},
    [MENTIONS] = {.name = "mentions", .kind = LINKS, .target = "person", .flags = TELLS},
};

const struct reg comment_register = {
    .name = "comment",
    .prefix = "CMT",
    .room = "work",
    .flags = FOLLOWS_SUBJECT | NO_CHANGE | QUIET,
    .fields = fields,
    .field_count = FIELDS,
};
