/* Passwords: Argon2id, 64 MiB, 2 passes (libsodium's string form). The rules are NIST SP 800-63B 5.1.1.2: length, no
 * common ones, nothing of the user's own name; no composition rules and no forced change. Hashing takes some 100 ms
 * and 64 MiB, so at most two threads of a process do it at once and a few more wait: always on a worker, never on a
 * loop and never inside a write. All need ctx->access. */
#ifndef MERLON_ACCESS_PASSWORD_H
#define MERLON_ACCESS_PASSWORD_H

#include "base/ctx.h"

enum { PASSWORD_LEAST = 12, PASSWORD_MOST = 256 }; /* code points */
enum { HASHING_AT_ONCE = 2, HASHING_WAITING = 16 };

/* The rules alone: adds a field error at /`field` for a password that will not do. */
void password_check(struct ctx *ctx, const char *field, struct str password, struct str name, struct str email);
/* Rules and hash. INVALID with the field error /password; BUSY when too many wait. */
enum result password_prepare(struct ctx *ctx, struct str password, struct str name, struct str email,
                             struct str *hash) MUST_USE;
/* An empty hash costs the same and never matches. */
enum result password_matches(struct ctx *ctx, struct str hash, struct str password, bool *matches) MUST_USE;

/* Before a change that must be the user's own: is this the actor's present password? DENIED with a field error at
 * /password when not; counted and held back like a sign-in (BUSY, retry_after in seconds). Makes its own write. */
enum result password_confirm(struct ctx *ctx, struct str password, struct str address, int64_t *retry_after) MUST_USE;

#endif
