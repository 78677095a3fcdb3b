/* A restored copy parts from the original (store/identity.h): users and tokens whose MACs held are put under the
 * copy's own identity, those that did not hold stay as wrong as they were. Sessions and the first administrator's link
 * belong to the original, and end. */
#ifndef MERLON_ACCESS_PARTING_H
#define MERLON_ACCESS_PARTING_H

#include "base/ctx.h"

struct access_parting {
    int64_t *users, *tokens;
    size_t user_count, token_count;
};

/* Inside the write of a restore: before the identity changes, and after. */
enum result access_part_begin(struct ctx *ctx, struct access_parting *parting) MUST_USE;
enum result access_part_end(struct ctx *ctx, const struct access_parting *parting) MUST_USE;

#endif
