/* One request: who asks is found before anything else is read; a write runs as one transaction, and is answered only when it
 * is durable. The lane of the route decides the thread; with PostgreSQL whatever touches the database is on a worker. */
#include "api/serve.h"

#include "access/token.h"
#include "api/problem.h"
#include "base/clock.h"
#include "records/house.h"

#include <stdatomic.h>

const struct route_rules route_open = {.open = true, .no_csrf = true}, route_sign_in = {.open = true, .no_csrf = true};

static struct str new_request_id(struct arena *arena)
{
    static atomic_uint_fast64_t counter; /* no state of the program: it only tells lines of the log apart */
    return arena_print(arena, "%llx-%llx", (unsigned long long)clock_now(), (unsigned long long)++counter);
}

static void set_up(struct request *request, struct exchange *x, struct db *db)
{
    request->ctx = (struct ctx){.arena = x->arena,
                                .house = request->api->house,
                                .access = request->api->access,
                                .db = db,
                                .now = clock_now(),
                                .request_id = new_request_id(x->arena),
                                .language = S("en")};
}

/* ---- who asks ---- */

static enum result refuse(struct request *request, const char *sentence)
{
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
    if (found == NOT_FOUND) return refuse(request, "This token is unknown, revoked or has run out.");
    TRY(found);
    request->ctx.actor = use.actor;
    if (use.actor->read_only && !is_safe(request->x->method))
        return fail(&request->ctx, DENIED, "This token may only read; make one with the scope \"write\".");
    return OK;
}

static enum result by_cookie(struct request *request, struct str cookie, const struct route_rules *rules)
{
    struct str header = S("");
    enum result found = session_find(&request->ctx, cookie, &request->session);
    if (found == NOT_FOUND) return refuse(request, "Please sign in.");
    TRY(found);
    request->ctx.actor = request->session.actor;
    bool checks = !is_safe(request->x->method) && !(rules && rules->no_csrf);
    exchange_header(request->x, "X-CSRF-Token", &header);
    if (checks && !access_csrf_ok(request->session.csrf, header))
        return fail(&request->ctx, DENIED,
                    "The header X-CSRF-Token is missing or wrong; read it anew from /api/v1/session.");
    return OK;
}

static enum result authenticate(struct request *request, const struct route_rules *rules)
{
    struct str value;
    if (exchange_header(request->x, "Authorization", &value) && str_starts(value, S("Bearer "))) {
        TRY(by_token(request, str_trim(str_slice(value, 7, value.len))));
    } else if (exchange_cookie(request->x, "merlon_session", &value)) {
        enum result result = by_cookie(request, value, rules);
        if (result != OK && rules && rules->open) {
            request->x->status = 0;
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

/* ---- as of ---- */

static enum result read_as_of(struct request *request)
{
    struct str text;
    int64_t *as_of = &request->ctx.as_of;
    if (!exchange_query(request->x, "as_of", &text) || !text.len) return OK;
    bool understood = time_parse(text, as_of);
    if (!understood && date_to_time(text, as_of)) {
        *as_of += DAY - 1; /* a date means its end */
        understood = true;
    }
    if (!understood)
        return fail(&request->ctx, INVALID,
                    "as_of must be a date like 2026-11-21 or an instant like 2026-11-21T18:00:00Z.");
    if (*as_of >= request->ctx.now) *as_of = 0; /* not yet over: that is now */
    return OK;
}

/* ---- running ---- */

static enum result run_handler(struct request *request)
{
    const struct route *route = request->x->route;
    TRY(authenticate(request, route->data));
    TRY(read_as_of(request));
    return route->handler(&request->ctx, request->x);
}

static void conclude(struct request *request)
{
    if (request->result == OK && request->x->status == 0) request->x->status = 200;
    if (request->result != OK) problem_write(&request->ctx, request->x, request->result);
}

static void run_read(struct exchange *x, void *arg)
{
    struct request *request = arg;
    struct db *db = NULL;
    bool taken = false;
    set_up(request, x, NULL);
    request->taken = &taken;
    enum result result = store_reader(&request->ctx, request->api->store, &db);
    request->ctx.db = db;
    if (result == OK) result = run_handler(request);
    if (taken) return; /* the handler streams: exchange and request may be gone already */
    request->result = result;
    conclude(request);
    exchange_finish(x);
}

static void run_on_worker(void *arg, unsigned worker)
{
    struct request *request = arg;
    (void)worker;
    exchange_run(request->x, run_read, request);
}

/* ---- writes ---- */

static enum result run_write(struct write_job *job, struct db *db)
{
    struct request *request = (struct request *)((char *)job - offsetof(struct request, job));
    struct exchange *x = request->x;
    jmp_buf escape;
    jmp_buf *outer = arena_guard(x->arena, &escape);
    x->out.len = 0; /* a transaction that is run again begins its answer again */
    if (setjmp(escape)) {
        arena_guard(x->arena, outer);
        request->ctx.error =
            (struct error){.result = BROKEN, .sentence = S("Out of memory; nothing was changed. Try again.")};
        x->status = 503;
        return request->result = BROKEN;
    }
    set_up(request, x, db);
    request->result = run_handler(request);
    arena_guard(x->arena, outer);
    return request->result;
}

static void finish_write(struct exchange *x, void *arg)
{
    struct request *request = arg;
    conclude(request);
    exchange_finish(x);
}

static void write_is_done(struct write_job *job, enum result result)
{
    struct request *request = (struct request *)((char *)job - offsetof(struct request, job));
    if (request->result == OK && result != OK) { /* the commit itself failed */
        request->ctx.error = (struct error){.result = result,
                                            .sentence = S("The database could not keep this change: nothing was "
                                                          "saved. Is the disk full?")};
        request->x->status = 0;
    }
    request->result = result;
    exchange_run(request->x, finish_write, request);
}

static void submit_write(void *arg, unsigned worker)
{
    struct request *request = arg;
    (void)worker;
    request->job = (struct write_job){.run = run_write, .done = write_is_done};
    if (store_submit(request->api->store, &request->job) == OK) return;
    exchange_problem(request->x, 503, S("Too many changes are waiting; try again in a moment."));
    exchange_finish(request->x);
}

void api_dispatch(void *arg, struct exchange *x, const struct route *route)
{
    const struct api *api = arg;
    bool blocking = store_dialect(api->store) == DIALECT_POSTGRES;
    struct request *request = arena_make(x->arena, struct request);
    *request = (struct request){.api = api, .x = x};
    x->user = request;
    x->status = 0;
    x->type = "application/json";
    if (route->lane == LANE_WRITER && !blocking) {
        submit_write(request, 0);
        return;
    }
    if (route->lane == LANE_LOOP && !blocking) {
        exchange_run(x, run_read, request);
        return;
    }
    if (pool_submit(api->pool, route->lane == LANE_WRITER ? submit_write : run_on_worker, request) == OK) return;
    exchange_problem(x, 503, S("Too many requests are waiting; try again in a moment."));
    exchange_finish(x);
}

/* ---- for handlers ---- */

enum result path_register(struct ctx *ctx, struct exchange *x, const struct reg **reg)
{
    struct str name = S("");
    exchange_parameter(x, "register", &name);
    *reg = house_register(ctx->house, name);
    if (*reg) return OK;
    return fail(ctx, NOT_FOUND, "There is no register \"%.*s\".", PRINT(str_slice(name, 0, 60)));
}

enum result path_number(struct ctx *ctx, struct exchange *x, const char *name, int64_t *number)
{
    struct str text = S("");
    exchange_parameter(x, name, &text);
    if (parse_number(text, number) && *number > 0) return OK;
    return fail(ctx, NOT_FOUND, "\"%.*s\" is not a number that anything here has.", PRINT(str_slice(text, 0, 60)));
}

enum result path_id(struct ctx *ctx, struct exchange *x, const struct reg *reg, int64_t *id)
{
    struct str text = S("");
    const struct reg *named;
    exchange_parameter(x, "id", &text);
    if (parse_number(text, id) && *id > 0) return OK;
    if (reference_parse(ctx->house, text, &named, id) && named == reg) return OK;
    return fail(ctx, NOT_FOUND, "There is no %s \"%.*s\".", reg->name, PRINT(str_slice(text, 0, 60)));
}

enum result body_json(struct ctx *ctx, struct exchange *x, struct json **json)
{
    return json_parse(ctx, x->body.len ? x->body : S("{}"), json);
}

enum result if_match(struct ctx *ctx, struct exchange *x, bool required, int64_t *version)
{
    struct str text;
    *version = 0;
    if (!exchange_header(x, "If-Match", &text)) {
        if (!required) return OK;
        x->status = 428;
        return fail(ctx, INVALID, "Say which version you have seen, in the header If-Match: \"4\".");
    }
    text = str_trim(text);
    if (str_is(text, "*")) return OK;
    if (text.len > 2 && text.at[0] == '"' && parse_number(str_slice(text, 1, text.len - 1), version) && *version > 0)
        return OK;
    return fail(ctx, INVALID, "If-Match must be the ETag of the record, like \"4\" with its quotes.");
}
