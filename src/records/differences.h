/* What is different between two states of a record, for people to read. */
#ifndef MERLON_RECORDS_DIFFERENCES_H
#define MERLON_RECORDS_DIFFERENCES_H

#include "format/json_out.h"

/* "changes": [{"field", "before", "after"}], into an open object, in the order of `after`; fields that tell who wrote
 * it and when are left out. before NULL: all that `after` says; after NULL: none. */
void differences_write(struct ctx *ctx, struct json_out *out, const struct json *before, const struct json *after);
size_t differences_count(struct ctx *ctx, const struct json *before, const struct json *after);

#endif
