/* What one process keeps for all of its requests: the sessions and tokens seen lately, the slots for hashing
 * passwords, the store that sign-ins are written to. Made once by app/ and put into every ctx (ctx->access); any
 * thread may use it. The database stays the truth: what is kept is asked again after two seconds, so that several
 * nodes agree, and each time for a while after users, grants or units changed in this process. */
#ifndef MERLON_ACCESS_ACCESS_H
#define MERLON_ACCESS_ACCESS_H

#include "base/ctx.h"
#include "store/table.h"

struct access;
struct store;

/* Tables: user, role_grant, session, token, start_link, login_attempt, idempotency, unit_reach, access_stamp. */
extern const struct table *const access_tables[];
extern const size_t access_table_count;

/* BROKEN when there is no memory or libsodium does not start. store outlives it. */
enum result access_new(struct ctx *ctx, struct store *store, struct access **access) MUST_USE;
void access_free(struct access *access); /* after the last request; NULL is fine */

/* Inside a write: users, grants or units changed. Every node loads its actors anew; this process at once. Called by
 * users.h and reach_rebuild themselves. Works without ctx->access. */
enum result access_changed(struct ctx *ctx) MUST_USE;

/* Inside a write, once an hour or so: removes what has run out (sessions, links, attempts, idempotency keys). */
enum result access_sweep(struct ctx *ctx) MUST_USE;

/* How many passwords this process has hashed or compared since it began: for metrics, and for the test that an unknown
 * user costs as much as a known one. */
uint64_t access_hash_count(const struct access *access);

/* The role table as a Markdown page (docs/roles.md is made from it). */
struct str roles_markdown(struct ctx *ctx);

#endif
