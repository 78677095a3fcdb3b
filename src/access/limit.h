/* Failed attempts to sign in, counted for each account name and each address (IPv6: /64), in the database so that all
 * nodes agree. From the fifth failure of an account (the twentieth of an address) on, each holds further attempts
 * back: 30 s, 1 min, 2 min ... up to an hour. Names are counted whether or not there is such a user, and kept only as
 * a hash: people type passwords into the wrong box. A day (address: an hour) without failures forgets. An attempt is
 * counted before the password is looked at, so that many at once gain nothing. */
#ifndef MERLON_ACCESS_LIMIT_H
#define MERLON_ACCESS_LIMIT_H

#include "base/ctx.h"

struct attempt {
    struct str account, address; /* e-mail as typed; either may be empty */
    int64_t retry_after;         /* out: seconds to wait when BUSY */
    int64_t holds;               /* out of limit_take: seconds that the next must wait, if this one fails; 0: none */
};

/* BUSY while held back. Read only: a refusal costs no write. */
enum result limit_check(struct ctx *ctx, struct attempt *attempt) MUST_USE;
/* Inside a write: the same, and counts this attempt as failed until limit_forgive. */
enum result limit_take(struct ctx *ctx, struct attempt *attempt) MUST_USE;
/* Outside a write: both, limit_take in a write of its own. */
enum result limit_begin(struct ctx *ctx, struct attempt *attempt) MUST_USE;
/* Outside a write: the security events of an attempt that failed, and of the waiting that it brings; durable when it
 * returns. `user` is whose account it is, 0 when nobody's: it takes the same time. */
enum result limit_tell_failure(struct ctx *ctx, const struct attempt *attempt, int64_t user) MUST_USE;
/* Inside a write: it succeeded. Clears the account; takes the one attempt back from the address. */
enum result limit_forgive(struct ctx *ctx, const struct attempt *attempt) MUST_USE;
/* Inside a write: forgets the account's failures. */
enum result limit_unblock(struct ctx *ctx, struct str account) MUST_USE;
/* Until when the account is held back; 0 when it is not. */
enum result limit_blocked_until(struct ctx *ctx, struct str account, int64_t *until) MUST_USE;

#endif
