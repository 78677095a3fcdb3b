/* A restored copy parts from the original (store/identity.h): users and tokens whose MACs held are put under the
 * copy's own identity, those that did not hold stay as wrong as they were. Sessions and the first administrator's link
 * belong to the original, and end. */
#ifndef MERLON_ACCESS_PARTING_H
#define MERLON_ACCESS_PARTING_H

#include "access/sealed.h"

/* The rows of one table whose MACs held. */
struct sealed_parting {
    int64_t *ids;
    size_t count;
};
struct access_parting {
    struct sealed_parting users, tokens;
};

/* Inside the write of a restore: before the identity changes, and after. */
enum result sealed_part_begin(struct ctx *ctx, const struct sealed_rows *rows, struct sealed_parting *parting) MUST_USE;
enum result sealed_part_end(struct ctx *ctx, const struct sealed_rows *rows,
                            const struct sealed_parting *parting) MUST_USE;

/* Likewise. */
enum result access_part_begin(struct ctx *ctx, struct access_parting *parting) MUST_USE;
enum result access_part_end(struct ctx *ctx, const struct access_parting *parting) MUST_USE;

#endif
