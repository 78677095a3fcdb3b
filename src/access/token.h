/* API tokens: "mrl_" and 32 random bytes in base64url. The secret is shown once; the database holds its SHA-256. A
 * token acts as its user with that user's rights of the moment, narrowed by scopes:
 *   "read"                 reads only
 *   "write"                also writes
 *   any other name         a register; with at least one, the token is good for these registers only */
#ifndef MERLON_ACCESS_TOKEN_H
#define MERLON_ACCESS_TOKEN_H

#include "access/session.h"

enum { TOKEN_LIFE_DAYS = 365, TOKEN_LIFE_DAYS_MAX = 730, TOKEN_SCOPES_MAX = 32, TOKENS_MAX = 50 };

struct token {
    int64_t id, user;
    struct str name;
    struct str scopes; /* "read" or "write,risk,asset": comma separated, read or write first */
    int64_t created_at, expires_at, last_used_at, revoked_at;
    struct str secret_mark; /* SHA-256 of what the database holds of its secret: what the ledger keeps of it */
};
struct token_list {
    struct token *at;
    size_t count;
};
struct new_token {
    int64_t user;             /* 0: the actor; another only by the program itself */
    struct str name;          /* what it is for, 1..100 code points */
    const struct str *scopes; /* none is "read"; that they exist is for the caller to check (house_is_scope) */
    size_t scope_count;
    int64_t expires_at; /* 0: in TOKEN_LIFE_DAYS */
};

/* Inside a write. INVALID with field errors /name, /scopes, /expires_at; CONFLICT above TOKENS_MAX. */
enum result token_create(struct ctx *ctx, const struct new_token *wanted, struct token *token,
                         struct str *secret) MUST_USE;

struct token_use {
    const struct actor *actor; /* valid until the ctx's arena ends */
    int64_t id;
    struct access_due due;
};
/* Who shows this secret. NOT_FOUND (401) when unknown, revoked, run out, or its user is not active. Reads only. */
enum result token_find(struct ctx *ctx, struct str secret, struct token_use *use) MUST_USE;

/* Whether the row is as the program left it, and as new as the ledger says. False leaves a line in the log. */
enum result token_is_right(struct ctx *ctx, int64_t id, bool *right) MUST_USE;
/* The second half of that, for whoever has held the row against its MAC and seen that it was not revoked: the ledger
 * says the same. */
enum result token_is_new(struct ctx *ctx, int64_t id, bool *right) MUST_USE;

/* Without the actor's rights; NOT_FOUND. */
enum result token_load(struct ctx *ctx, int64_t id, struct token *token) MUST_USE;
/* What the ledger holds of a token, as JSON. */
struct str token_state(struct ctx *ctx, const struct token *token);

/* The actor's own tokens that are not revoked, oldest first. */
enum result token_list(struct ctx *ctx, struct token_list *list) MUST_USE;
/* Inside a write. One's own; an administrator's any of a user whom he manages. One that was changed outside of the
 * program, revoked or not, is sealed as revoked, and the entry's comment says so. */
enum result token_revoke(struct ctx *ctx, int64_t id) MUST_USE;

#endif
