/* Are users, grants, tokens, sessions and the tree of units what they should be? For `merlon verify` and `check`. Each
 * has the form of a check (app/checks.h): CONFLICT with one sentence at the first that is wrong; reads only, page by
 * page, on ctx->db. */
#ifndef MERLON_ACCESS_VERIFY_H
#define MERLON_ACCESS_VERIFY_H

#include "base/ctx.h"

/* Each user with his grants, and each token, against its newest state in the ledger, which is that of the highest
 * version, both ways. Needs no key. */
enum result users_verify(struct ctx *ctx, int64_t *checked) MUST_USE;
enum result tokens_verify(struct ctx *ctx, int64_t *checked) MUST_USE;

/* Every MAC of users, sessions, tokens and first links. Needs the master key. */
enum result credentials_verify(struct ctx *ctx, int64_t *checked) MUST_USE;

/* unit_reach against the units' parents. */
enum result reach_verify(struct ctx *ctx, int64_t *checked) MUST_USE;

#endif
