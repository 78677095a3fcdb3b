/* The room's own: a user as read together with his grants and the MAC over both (users.h: user_look), and what writing
 * and reading users have in common. */
#ifndef MERLON_ACCESS_USER_SEEN_H
#define MERLON_ACCESS_USER_SEEN_H

#include "access/users.h"

/* What the ledger keeps of a password hash, which itself is of a salt that nobody can guess; empty for none. */
struct str user_mark(struct ctx *ctx, struct str password_hash);
int grant_compare(const void *a, const void *b); /* of struct grant: by unit, then by the role's name */

/* Inside a write, the last of every change: makes the MAC over what stands in the tables, if that is `user`, in all
 * that the MAC covers. CONFLICT when somebody else is changing it meanwhile. */
enum result user_seal(struct ctx *ctx, const struct user *user) MUST_USE;
/* Whether the user is right, active, and has this address and this password hash: what the address was found by, and
 * what a password was compared with, is what the MAC is over. */
enum result user_has_login(struct ctx *ctx, int64_t id, struct str email, struct str hash, bool *has) MUST_USE;

/* Inside a write, under the lock "user": that no other user has the address or the person; the row but for the
 * password; the password's hash (empty: none); all grants. user_keep comes last: MAC and entry. */
enum result user_check_unique(struct ctx *ctx, const struct user *user) MUST_USE;
enum result user_write_row(struct ctx *ctx, const struct user *user) MUST_USE;
enum result user_write_password(struct ctx *ctx, struct user *user, struct str hash) MUST_USE; /* and its time */
enum result user_write_grants(struct ctx *ctx, const struct user *user) MUST_USE;
enum result user_keep(struct ctx *ctx, const struct user *user, const char *action, struct str comment) MUST_USE;

#endif
