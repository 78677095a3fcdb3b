/* A read must not wait for a write, so "last seen" is written behind its back; only a session whose user has new
 * rights waits once, because its cookie changes with the answer. */
#include "api/visit.h"

#include "access/token.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/timekeeper.h"

#include <stdlib.h>

static const char cookie_name[] = "merlon_session";

/* ---- finding out ---- */

/* request->refused says what was shown and is no good; NULL: nothing was. */
static enum result refuse(struct request *request, const char *sentence)
{
    request->shows_nothing = !request->refused;
    request->x->status = 401;
    exchange_set_header(request->x, "WWW-Authenticate", S("Bearer"));
    return fail(&request->ctx, DENIED, "%s", sentence);
}

static bool is_safe(enum http_method method)
{
    return method == HTTP_GET || method == HTTP_HEAD || method == HTTP_OPTIONS;
}

static enum result by_token(struct request *request, struct str secret)
{
    struct token_use use;
    enum result found = token_find(&request->ctx, secret, &use);
    request->refused = found == NOT_FOUND ? "token" : NULL;
    if (found == NOT_FOUND) return refuse(request, "This token is unknown, revoked or has run out.");
    TRY(found);
    request->ctx.actor = use.actor;
    request->due = use.due;
    if (!use.actor->read_only || is_safe(request->x->method)) return OK;
    request->refused = "token may only read";
    return fail(&request->ctx, DENIED, "This token may only read; make one with the scope \"write\".");
}

static enum result by_cookie(struct request *request, struct str cookie, const struct route_rules *rules)
{
    struct str header = S("");
    enum result found = session_find(&request->ctx, cookie, &request->session);
    request->refused = found == NOT_FOUND ? "session" : NULL;
    if (found == NOT_FOUND) return refuse(request, "Please sign in.");
    TRY(found);
    request->ctx.actor = request->session.actor;
    request->due = request->session.due;
    bool checks = !is_safe(request->x->method) && !(rules && rules->no_csrf);
    exchange_header(request->x, "X-CSRF-Token", &header);
    if (!checks || access_csrf_ok(request->session.csrf, header)) return OK;
    request->refused = "csrf";
    return fail(&request->ctx, DENIED,
                "The header X-CSRF-Token is missing or wrong; read it anew from /api/v1/session.");
}

enum result visit_authenticate(struct request *request, const struct route_rules *rules)
{
    struct str value;
    if (exchange_header(request->x, "Authorization", &value) && str_starts(value, S("Bearer "))) {
        TRY(by_token(request, str_trim(str_slice(value, 7, value.len))));
    } else if (exchange_cookie(request->x, cookie_name, &value)) {
        enum result result = by_cookie(request, value, rules);
        if (result != OK && rules && rules->open) {
            request->x->status = 0;
            request->shows_nothing = false;
            request->refused = NULL;
            ctx_clear_error(&request->ctx);
            return OK;
        }
        TRY(result);
    } else if (!rules || !rules->open) {
        return refuse(request, "Please sign in.");
    }
    if (request->ctx.actor && request->ctx.actor->language.len) request->ctx.language = request->ctx.actor->language;
    return OK;
}

void visit_set_cookie(struct exchange *x, struct str token, bool ends)
{
    struct str cookie =
        arena_print(x->arena, "%s=%.*s; Path=/; HttpOnly; SameSite=Strict%s%s", cookie_name, PRINT(token),
                    api_of(x)->secure_cookies ? "; Secure" : "", ends ? "; Max-Age=0" : "");
    exchange_set_header(x, "Set-Cookie", cookie);
}

/* ---- last seen ---- */

struct touch {
    struct write_job job; /* first, so that the job's address is this one's */
    struct access_due due;
    struct timekeeper *time;
};

static enum result touch_guarded(struct arena *arena, struct db *db, const struct touch *touch)
{
    jmp_buf escape;
    struct ctx ctx = {.arena = arena, .db = db, .now = timekeeper_now(touch->time), .time = touch->time};
    if (setjmp(escape)) return BROKEN;
    arena_guard(arena, &escape);
    return access_touch(&ctx, touch->due);
}

static enum result run_touch(struct write_job *job, struct db *db)
{
    const struct touch *touch = (const struct touch *)(const void *)job;
    struct arena *arena = arena_new(0);
    if (!arena) return BROKEN;
    enum result result = touch_guarded(arena, db, touch);
    arena_free(arena);
    return result;
}

static void touch_is_done(struct write_job *job, enum result result)
{
    if (result != OK) log_line(LOG_DEBUG, "a last use was not noted", NULL);
    free(job);
}

void visit_touch(const struct api *api, struct access_due due)
{
    struct touch *touch = malloc(sizeof *touch);
    if (!touch) return;
    *touch = (struct touch){.job = {.run = run_touch, .done = touch_is_done}, .due = due, .time = api->time};
    if (store_submit(api->store, &touch->job) != OK) free(touch);
}

/* ---- rotating ---- */

static enum result run_rotation(struct write_job *job, struct db *db)
{
    struct request *request = request_of_job(job);
    struct arena *arena = request->x->arena;
    jmp_buf escape;
    request->ctx.db = db;
    if (setjmp(escape)) {
        arena_guard(arena, NULL);
        return BROKEN;
    }
    arena_guard(arena, &escape);
    enum result result = session_rotate(&request->ctx, &request->session, &request->cookie);
    arena_guard(arena, NULL);
    return result;
}

static void finish_rotated(struct exchange *x, void *arg)
{
    const struct request *request = arg;
    if (request->cookie.len) visit_set_cookie(x, request->cookie, false);
    exchange_finish(x);
}

static void rotation_is_done(struct write_job *job, enum result result)
{
    struct request *request = request_of_job(job);
    if (result != OK) request->cookie = S("");
    exchange_run(request->x, finish_rotated, request);
}

/* The old token is good for a while yet, and the next request makes a new one. */
static void rotation_is_late(struct write_job *job)
{
    rotation_is_done(job, BUSY);
}

/* What this thread has taken from its connection is given back here and now: the writer is another thread. With it
 * goes the actor, so what the rotation needs of the session is copied first. */
void visit_rotate_and_finish(struct request *request)
{
    struct exchange *x = request->x;
    request->session.key = arena_copy(x->arena, request->session.key);
    request->ctx.actor = NULL;
    arena_guard(x->arena, NULL);
    arena_release(x->arena);
    request->job = (struct write_job){.run = run_rotation,
                                      .done = rotation_is_done,
                                      .late = rotation_is_late,
                                      .until = clock_monotonic() + request->api->patience};
    if (store_submit(request->api->store, &request->job) != OK) exchange_finish(x);
}
