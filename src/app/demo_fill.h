/* Values of the demonstration's files (content/demo/): JSON as the API takes it, in which a whole string may stand for
 * something else:
 *   "@key"                         the reference of the record that was made under this key
 *   "today", "today+30", "today-7" a date, so that the organisation looks alive on any day
 * Members whose names begin with "@" are instructions to the loader and not sent. */
#ifndef MERLON_APP_DEMO_FILL_H
#define MERLON_APP_DEMO_FILL_H

#include "base/map.h"
#include "format/json_out.h"

/* Appends the value as it is to be sent. NOT_FOUND when a key is not known (yet). `references` holds struct str by
 * key. */
enum result demo_fill(struct ctx *ctx, const struct map *references, const struct json *value,
                      struct buf *out) MUST_USE;
/* The same for a path, each piece between slashes and after "=": "/soa/@soa/transitions/submit". */
enum result demo_fill_path(struct ctx *ctx, const struct map *references, struct str path, struct str *out) MUST_USE;

#endif
