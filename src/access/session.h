/* Browser sessions. The cookie holds 32 random bytes (base64url, 43 characters); the database only their SHA-256. A
 * session ends after 8 hours without a request, and 7 days after sign-in whatever happens (OWASP ASVS 3.3, NIST SP
 * 800-63B 7.2).
 *
 * What find hands out (actor, csrf) stays valid until the ctx's arena ends, also when the session is closed
 * meanwhile. */
#ifndef MERLON_ACCESS_SESSION_H
#define MERLON_ACCESS_SESSION_H

#include "access/actor.h"
#include "access/sealed.h"

enum { SESSION_IDLE = 8 * 60 * 60 * 1000, SESSION_LIFE = 7 * 24 * 60 * 60 * 1000, SESSIONS_MAX = 20 };

/* A small write that became due while reading: at most one a minute for each session or token. The caller submits a
 * write that calls access_touch; dropping it does no harm but to the accuracy of "last seen". */
struct access_due {
    int64_t session, token; /* 0, 0: nothing is due */
};
static inline bool access_is_due(struct access_due due)
{
    return due.session || due.token;
}
enum result access_touch(struct ctx *ctx, struct access_due due) MUST_USE; /* inside a write */

struct session {
    const struct actor *actor;
    int64_t id;
    struct str csrf;    /* the browser sends it back in X-CSRF-Token */
    int64_t expires_at; /* when it ends without a further request */
    struct str key;     /* hash of the token that was shown */
    bool rotate;        /* its user's rights changed: call session_rotate and set the cookie anew */
    struct access_due due;
};

/* Who holds this cookie. NOT_FOUND (to be answered 401) when there is no such session, it has run out, or its user is
 * not active. Reads only; usually from memory. Does not set ctx->actor. */
enum result session_find(struct ctx *ctx, struct str cookie, struct session *session) MUST_USE;

struct login {
    struct str email, password;
    struct str address;  /* of the client, as text: failed attempts are counted for each */
    struct str agent;    /* User-Agent; only its class is kept ("Firefox") */
    struct str replaces; /* the cookie that came with the request, whose session ends; may be empty */
};
struct opened {
    struct str token, csrf;
    int64_t user, expires_at;
    int64_t retry_after; /* seconds; set when sign-in is refused for too many failures (answer 429) */
};

/* Signs in. Takes some 100 ms and waits for a slot: on a worker, never inside a write (it makes its own). DENIED,
 * with the same sentence and at the same cost, for an unknown e-mail address, a wrong password and an inactive user;
 * BUSY with retry_after while the account or the address is held back; BUSY without when too many sign in at once. */
enum result session_open(struct ctx *ctx, const struct login *login, struct opened *opened) MUST_USE;

/* Inside a write. A new token for the same session; the old one is good for 30 seconds more, for requests under way.
 * When another request has done so already, *token is empty: no cookie is to be set. */
enum result session_rotate(struct ctx *ctx, const struct session *session, struct str *token) MUST_USE;
enum result session_close(struct ctx *ctx, int64_t id) MUST_USE;
/* Inside a write, which holds the row until it ends: whether it is as the program left it, and what it holds, in room
 * for SEALED_COLUMNS values. */
enum result session_hold(struct ctx *ctx, int64_t id, struct sealed_value *values, bool *right) MUST_USE;
/* Inside a write, after its user's password has changed: this one session, which was right before and held these
 * values, goes on. */
enum result session_keep(struct ctx *ctx, int64_t id, struct sealed_value *values, int64_t password_at) MUST_USE;
/* All of a user's but one (0: all). */
enum result session_close_all(struct ctx *ctx, int64_t user, int64_t except) MUST_USE;

/* Constant time; false when either is empty. */
bool access_csrf_ok(struct str csrf, struct str header);

#endif
