/* The first start: while there is no user at all, a one-time link makes the first administrator. */
#ifndef MERLON_ACCESS_START_H
#define MERLON_ACCESS_START_H

#include "access/users.h"

enum { START_LIFE = 24 * 60 * 60 * 1000 };

/* Inside a write. A new token (earlier ones end), good for 24 hours; only its hash is stored. CONFLICT when there are
 * users. */
enum result access_start_link(struct ctx *ctx, struct str *token) MUST_USE;

/* DENIED when the token is not, or no longer, good. To be asked before the password is hashed. */
enum result access_start_check(struct ctx *ctx, struct str token) MUST_USE;

struct start {
    struct str token, name, email, language;
    struct str password_hash; /* password_prepare */
    int64_t unit, person;     /* made by the caller in the same write, as actor_system */
    bool security_manager;    /* also give the role that runs the ISMS, as one person alone needs */
};
/* Inside a write. Uses the token up and makes the administrator. DENIED, INVALID, or CONFLICT when there are users. */
enum result access_start(struct ctx *ctx, const struct start *start, struct user *user) MUST_USE;

#endif
