/* Opening costs on purpose: an attempt is counted, then one Argon2 is computed, whether there is such a user or not.
 * What has not even the form of an address is refused before both; that tells nothing of who has an account. Finding
 * costs next to nothing: the work is visitor.c's, here stand the clocks of a session. */
#include "access/session.h"

#include "access/email.h"
#include "access/limit.h"
#include "access/password.h"
#include "access/sealed.h"
#include "access/user_seen.h"
#include "access/visitor.h"
#include "base/clock.h"
#include "base/number.h"
#include "base/random.h"
#include "events/events.h"
#include "store/store.h"

#include <sodium.h>

enum { PREVIOUS_GOOD = 30 * 1000, ADDRESS_MOST = 64 };

/* ---- finding ---- */

static enum result nobody(struct ctx *ctx)
{
    return fail(ctx, NOT_FOUND, "Sign in first: there is no session, or it has ended.");
}

/* Opened when the program went by a clock that was ahead: it would last until then. */
static bool is_of_the_future(const struct box *box, int64_t now)
{
    return box->expires_at > add_capped(now, SESSION_LIFE + DAY);
}

enum result session_find(struct ctx *ctx, struct str cookie, struct session *session)
{
    struct box *box;
    if (cookie.len != SECRET_TEXT) return nobody(ctx);
    enum result result = visitor_find(ctx, BY_SESSION, cookie, &box);
    if (result == NOT_FOUND) return nobody(ctx);
    TRY(result);
    int64_t seen = atomic_load(&box->seen_at);
    int64_t idle_end = (seen < ctx->now ? seen : ctx->now) + SESSION_IDLE;
    int64_t end = idle_end < box->expires_at ? idle_end : box->expires_at;
    if (ctx->now >= end || is_of_the_future(box, ctx->now)) return nobody(ctx);
    *session = (struct session){.actor = &box->actor,
                                .id = box->session,
                                .csrf = box->csrf,
                                .expires_at = end,
                                .key = box->key,
                                .rotate = box->rotate};
    if (visitor_is_due(box, ctx->now)) session->due.session = box->session;
    return OK;
}

enum result access_touch(struct ctx *ctx, struct access_due due)
{
    if (due.session) {
        struct value args[] = {value_number(due.session), value_number(ctx->now)};
        TRY(db_run(ctx, S("UPDATE session SET last_seen_at = ?2 WHERE id = ?1 AND last_seen_at < ?2"), args, 2, NULL));
    }
    if (due.token) {
        struct value args[] = {value_number(due.token), value_number(ctx->now)};
        TRY(db_run(ctx, S("UPDATE token SET last_used_at = ?2 WHERE id = ?1 AND coalesce(last_used_at, 0) < ?2"), args,
                   2, NULL));
    }
    return OK;
}

bool access_csrf_ok(struct str csrf, struct str header)
{
    return csrf.len && csrf.len == header.len && sodium_memcmp(csrf.at, header.at, csrf.len) == 0;
}

/* ---- opening ---- */

/* Enough to recognise one's own sessions by; the whole header would be a fingerprint of the person's machine. */
static struct str agent_class(struct str agent)
{
    static const struct {
        const char *sign, *name;
    } classes[] = {{"Edg/", "Edge"},      {"OPR/", "Opera"},    {"Firefox/", "Firefox"},
                   {"Chrome/", "Chrome"}, {"CriOS/", "Chrome"}, {"FxiOS/", "Firefox"},
                   {"Safari/", "Safari"}, {"curl/", "curl"},    {"python", "Python"}};
    size_t at;
    for (size_t i = 0; i < COUNT(classes); i++)
        if (str_find(agent, str_of(classes[i].sign), &at)) return str_of(classes[i].name);
    return agent.len ? S("other") : S("");
}

struct candidate {
    int64_t user;
    struct str hash;
};

/* An unknown address is user 0 without a hash: the same path, the same cost. */
static enum result find_candidate(struct ctx *ctx, struct str email, struct candidate *candidate)
{
    struct rows *rows;
    bool found;
    struct value args[] = {value_text(email_key(ctx->arena, email))};
    TRY(db_query_one(ctx, S("SELECT id, password_hash FROM \"user\" WHERE email_key = ?1 AND active = 1"), args, 1,
                     &rows, &found));
    *candidate = (struct candidate){0};
    if (found) *candidate = (struct candidate){rows_number(rows, 0), arena_copy(ctx->arena, rows_text(rows, 1))};
    rows_close(rows);
    return OK;
}

struct opening {
    const struct login *login;
    const struct attempt *attempt;
    struct opened *opened;
    struct str verified; /* the hash that the password matched */
};

static enum result close_replaced(struct ctx *ctx, struct str replaces)
{
    if (replaces.len != SECRET_TEXT) return OK;
    struct value args[] = {value_text(secret_hex(ctx->arena, replaces))};
    cache_unsure(ctx);
    return db_run(ctx, S("DELETE FROM session WHERE token_hash = ?1"), args, 1, NULL);
}

static enum result insert_session(struct ctx *ctx, const struct opening *opening)
{
    const struct opened *opened = opening->opened;
    struct str address = str_slice(opening->login->address, 0, ADDRESS_MOST);
    const struct value method = value_text(S("password"));
    struct value args[] = {value_number(opened->user),
                           value_text(secret_hex(ctx->arena, opened->token)),
                           value_text(opened->csrf),
                           value_text(agent_class(opening->login->agent)),
                           value_text(address),
                           value_number(ctx->now),
                           value_number(ctx->now + SESSION_LIFE)};
    struct user user;
    bool right;
    int64_t id;
    TRY(user_look(ctx, opened->user, &user, &right));
    if (!right) return fail(ctx, CONFLICT, "This user has been changed at this very moment: sign in again.");
    TRY(db_insert(ctx,
                  S("INSERT INTO session (user_id, token_hash, csrf, method, agent, address, created_at, last_seen_at, "
                    "expires_at, rotate) VALUES (?1, ?2, ?3, 'password', ?4, ?5, ?6, ?6, ?7, 0) RETURNING id"),
                  args, COUNT(args), &id));
    const struct sealed_value written[] = {{SESSION_AT_USER, args[0]},
                                           {SESSION_AT_TOKEN, args[1]},
                                           {SESSION_AT_PREVIOUS, value_null()},
                                           {SESSION_AT_PREVIOUS_UNTIL, value_null()},
                                           {SESSION_AT_CSRF, args[2]},
                                           {SESSION_AT_METHOD, method},
                                           {SESSION_AT_CREATED, args[5]},
                                           {SESSION_AT_EXPIRES, args[6]},
                                           {SESSION_AT_PASSWORD_SET, value_id(user.password_at)}};
    return sealed_make(ctx, &sealed_sessions, id, written, COUNT(written));
}

static enum result drop_oldest(struct ctx *ctx, int64_t user)
{
    struct value args[] = {value_number(user), value_number(SESSIONS_MAX)};
    cache_unsure(ctx);
    return db_run(ctx,
                  S("DELETE FROM session WHERE user_id = ?1 AND id NOT IN "
                    "(SELECT id FROM session WHERE user_id = ?1 ORDER BY id DESC LIMIT ?2)"),
                  args, COUNT(args), NULL);
}

/* Told to those alone who know the password, as it stood in the database: what it was compared with, and the address
 * by which it was found, must be what the MAC is over, else somebody who puts in another, and takes it out again,
 * signs in as anybody. */
static enum result demand_right(struct ctx *ctx, const struct opening *opening)
{
    bool right;
    TRY(user_has_login(ctx, opening->opened->user, opening->login->email, opening->verified, &right));
    if (right) return OK;
    return fail(ctx, DENIED,
                "This user was changed outside of the program, so nobody signs in as this user: ask whoever runs the "
                "program.");
}

/* Between the comparison and this write the user may have been made inactive, or the password changed: then not. */
static enum result open_in_write(struct ctx *ctx, void *arg)
{
    const struct opening *opening = arg;
    struct value args[] = {value_number(opening->opened->user), value_number(ctx->now), value_text(opening->verified)};
    int64_t changed;
    TRY(db_run(ctx, S("UPDATE \"user\" SET last_login_at = ?2 WHERE id = ?1 AND active = 1 AND password_hash = ?3"),
               args, COUNT(args), &changed));
    if (!changed) return fail(ctx, CONFLICT, "This user has been changed at this very moment: sign in again.");
    TRY(demand_right(ctx, opening));
    TRY(close_replaced(ctx, opening->login->replaces));
    TRY(insert_session(ctx, opening));
    TRY(drop_oldest(ctx, opening->opened->user));
    return limit_forgive(ctx, opening->attempt);
}

enum result session_open(struct ctx *ctx, const struct login *login, struct opened *opened)
{
    struct attempt attempt = {.account = login->email, .address = login->address};
    struct candidate candidate;
    bool matches;
    *opened = (struct opened){0};
    if (!email_is_valid(str_trim(login->email))) {
        TRY(limit_tell_failure(ctx, &(struct attempt){.address = login->address}, 0));
        return fail(ctx, DENIED, "The e-mail address or the password is wrong.");
    }
    enum result begun = limit_begin(ctx, &attempt);
    opened->retry_after = attempt.retry_after;
    TRY(begun);
    TRY(find_candidate(ctx, login->email, &candidate));
    TRY(password_matches(ctx, candidate.hash, login->password, &matches));
    if (!matches) {
        TRY(limit_tell_failure(ctx, &attempt, candidate.user));
        return fail(ctx, DENIED, "The e-mail address or the password is wrong.");
    }
    opened->user = candidate.user;
    opened->token = random_token(ctx->arena, SECRET_SIZE);
    opened->csrf = random_token(ctx->arena, SECRET_SIZE);
    opened->expires_at = ctx->now + SESSION_IDLE;
    struct opening opening = {login, &attempt, opened, candidate.hash};
    enum result result = store_write(ctx, ctx->access->store, open_in_write, &opening);
    if (result == DENIED) TRY(limit_tell_failure(ctx, &attempt, candidate.user));
    TRY(result);
    /* Whoever opens a session is written down before the cookie goes out: without that nobody gets it. */
    return event_write(ctx, &(struct event){.kind = EVENT_SIGN_IN, .actor = opened->user, .address = login->address});
}

/* ---- rotating and closing ---- */

enum result session_rotate(struct ctx *ctx, const struct session *session, struct str *token)
{
    struct str made = random_token(ctx->arena, SECRET_SIZE);
    struct value args[] = {value_number(session->id), value_text(session->key),
                           value_text(secret_hex(ctx->arena, made)), value_number(ctx->now + PREVIOUS_GOOD)};
    struct sealed_value written[SEALED_COLUMNS];
    int64_t changed;
    bool right;
    cache_unsure(ctx);
    TRY(session_hold(ctx, session->id, written, &right));
    if (!right) return nobody(ctx);
    *token = S("");
    if (!str_eq(written[SESSION_AT_TOKEN - 1].value.text, session->key)) return OK; /* rotated meanwhile */
    TRY(db_run(ctx,
               S("UPDATE session SET previous_hash = token_hash, previous_until = ?4, token_hash = ?3, rotate = 0 "
                 "WHERE id = ?1 AND token_hash = ?2"),
               args, COUNT(args), &changed));
    if (!changed) return OK;
    *token = made;
    written[SESSION_AT_USER - 1].value = value_number(session->actor->user);
    written[SESSION_AT_TOKEN - 1].value = args[2];
    written[SESSION_AT_PREVIOUS - 1].value = args[1];
    written[SESSION_AT_PREVIOUS_UNTIL - 1].value = args[3];
    return sealed_make(ctx, &sealed_sessions, session->id, written, SESSION_PLACES);
}

enum result session_close(struct ctx *ctx, int64_t id)
{
    struct value args[] = {value_number(id)};
    cache_unsure(ctx);
    return db_run(ctx, S("DELETE FROM session WHERE id = ?1"), args, COUNT(args), NULL);
}

/* Nobody else changes the row between the look at its MAC and the new one, until the write ends. */
enum result session_hold(struct ctx *ctx, int64_t id, struct sealed_value *values, bool *right)
{
    struct value args[] = {value_number(id)};
    TRY(db_run(ctx, S("UPDATE session SET rotate = rotate WHERE id = ?1"), args, COUNT(args), NULL));
    return sealed_read(ctx, &sealed_sessions, id, values, right);
}

enum result session_keep(struct ctx *ctx, int64_t id, struct sealed_value *values, int64_t password_at)
{
    cache_unsure(ctx);
    values[SESSION_AT_USER - 1].value = value_number(ctx->actor->user);
    values[SESSION_AT_PASSWORD_SET - 1].value = value_id(password_at);
    return sealed_make(ctx, &sealed_sessions, id, values, SESSION_PLACES);
}

enum result session_close_all(struct ctx *ctx, int64_t user, int64_t except)
{
    struct value args[] = {value_number(user), value_number(except)};
    cache_unsure(ctx);
    return db_run(ctx, S("DELETE FROM session WHERE user_id = ?1 AND id <> ?2"), args, COUNT(args), NULL);
}
