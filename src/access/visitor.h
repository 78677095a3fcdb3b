/* From a secret to a box: what sessions and tokens have in common. */
#ifndef MERLON_ACCESS_VISITOR_H
#define MERLON_ACCESS_VISITOR_H

#include "access/cache.h"

enum visitor_kind { BY_SESSION, BY_TOKEN };
enum { SEEN_STEP = 60 * 1000 }; /* "last seen" is written at most so often, ms */

/* *box is held until the ctx's arena ends. NOT_FOUND without a sentence when the database knows no such secret, or
 * its user is not active; whether it has run out is for the caller to see. */
enum result visitor_find(struct ctx *ctx, enum visitor_kind kind, struct str secret, struct box **box) MUST_USE;

/* A user's rights alone; NOT_FOUND without a sentence when there is no such active user. */
enum result visitor_of_user(struct ctx *ctx, int64_t user, struct box **box) MUST_USE;

/* True for one caller a minute: the write is due, and he is to do it. */
bool visitor_is_due(struct box *box, int64_t now);

#endif
