/* One request: who asks is found before anything else is read; a write runs as one transaction, and is answered only
 * when it is durable. The lane of the route decides the thread; with PostgreSQL whatever touches the database is on a
 * worker. */
#include "api/serve.h"

#include "api/metrics.h"
#include "api/noting.h"
#include "api/problem.h"
#include "api/visit.h"
#include "base/timekeeper.h"
#include "jobs/jobs.h"
#include "records/house.h"

const struct route_rules route_open = {.open = true, .no_csrf = true}, route_sign_in = {.open = true, .no_csrf = true},
                         route_alone = {.open = true, .no_csrf = true, .alone = true};

static void set_up(struct request *request, struct exchange *x, struct db *db)
{
    request->ctx = (struct ctx){.arena = x->arena,
                                .house = request->api->house,
                                .access = request->api->access,
                                .events = request->api->events,
                                .db = db,
                                .now = timekeeper_now(request->api->time),
                                .time = request->api->time,
                                .patience = request->api->patience,
                                .request_id = exchange_id(x),
                                .language = S("en"),
                                .sentences = exchange_sentences(x)};
    request->session = (struct session){0};
    request->due = (struct access_due){0};
    request->cookie = S("");
    request->wakes = request->confirms_clock = request->has_event = request->event_is_told = request->shows_nothing =
        false;
    request->refused = NULL;
}

/* ---- as of ---- */

enum result instant_parse(struct ctx *ctx, const char *name, struct str text, int64_t *instant)
{
    bool understood = time_parse(text, instant);
    if (!understood && date_to_time(text, instant)) {
        *instant += DAY - 1; /* a date means its end */
        understood = true;
    }
    if (!understood)
        return fail(ctx, INVALID, "%s must be a date like 2026-11-21 or an instant like 2026-11-21T18:00:00Z.", name);
    if (*instant >= ctx->now) *instant = 0; /* not yet over: that is now */
    return OK;
}

static enum result read_as_of(struct request *request)
{
    struct str text;
    if (!exchange_query(request->x, "as_of", &text) || !text.len) return OK;
    if (request->x->method != HTTP_GET && request->x->method != HTTP_HEAD)
        return fail(&request->ctx, CONFLICT, "The past is read-only: leave out as_of to change something.");
    return instant_parse(&request->ctx, "as_of", text, &request->ctx.as_of);
}

/* ---- running ---- */

static enum result admit(struct request *request)
{
    TRY(visit_authenticate(request, request->x->route->data));
    return read_as_of(request);
}

static void conclude(struct request *request)
{
    if (request->result == OK && request->x->status == 0) request->x->status = 200;
    if (request->result != OK) problem_write(&request->ctx, request->x, request->result);
    note_outcome(request);
}

static void finish_read(struct request *request, enum result result)
{
    request->result = result;
    conclude(request);
    if (request->session.rotate)
        visit_rotate_and_finish(request);
    else
        exchange_finish(request->x);
}

/* A row and its entry in the ledger that are not of one moment look like an alteration: a write came between. */
static enum result handle_read(struct request *request)
{
    const struct route *route = request->x->route;
    if (!route->one_moment) return route->handler(&request->ctx, request->x);
    TRY(store_begin_snapshot(&request->ctx));
    enum result result = route->handler(&request->ctx, request->x);
    store_end_snapshot(&request->ctx);
    return result;
}

static void run_read(struct exchange *x, void *arg)
{
    struct request *request = arg;
    const struct api *api = request->api;
    struct db *db = NULL;
    bool taken = false;
    set_up(request, x, NULL);
    request->taken = &taken;
    enum result result = store_reader(&request->ctx, api->store, &db);
    request->ctx.db = db;
    if (result == OK) result = admit(request);
    struct access_due due = request->due; /* afterwards the request may be gone */
    if (result == OK) result = handle_read(request);
    if (!taken) finish_read(request, result); /* else the handler streams */
    if (access_is_due(due)) visit_touch(api, due);
}

static void run_alone(struct exchange *x, void *arg)
{
    struct request *request = arg;
    set_up(request, x, NULL);
    request->result = x->route->handler(&request->ctx, x);
    conclude(request);
    exchange_finish(x);
}

#define TOO_LATE SENTENCE("This request waited too long for its turn, so nothing was done; try again in a moment.")

static void answer_late(struct exchange *x, void *arg)
{
    (void)arg;
    exchange_problem(x, 503, S(TOO_LATE));
    exchange_finish(x);
}

static void is_late(void *arg)
{
    struct request *request = arg;
    exchange_run(request->x, answer_late, request);
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
    struct request *request = request_of_job(job);
    struct exchange *x = request->x;
    jmp_buf escape;
    jmp_buf *outer = arena_guard(x->arena, &escape);
    x->out.len = 0; /* a transaction that is run again begins its answer again */
    x->content = (struct str){0};
    x->status = 0;
    if (setjmp(escape)) {
        arena_guard(x->arena, outer);
        request->ctx.error = (struct error){
            .result = BROKEN,
            .sentence = ctx_say(&request->ctx, SENTENCE("Out of memory; nothing was changed. Try again."))};
        x->status = 503;
        return request->result = BROKEN;
    }
    set_up(request, x, db);
    bool late = request->queued_at && clock_monotonic() - request->queued_at > request->api->patience;
    request->queued_at = 0; /* what is run again has begun in time */
    request->result = late ? fail(&request->ctx, BUSY, "%s", TOO_LATE) : admit(request);
    if (request->result == OK) request->result = x->route->handler(&request->ctx, x);
    if (request->result == OK && request->session.rotate)
        request->result = session_rotate(&request->ctx, &request->session, &request->cookie);
    arena_guard(x->arena, outer);
    return request->result;
}

static void finish_write(struct exchange *x, void *arg)
{
    struct request *request = arg;
    const struct api *api = request->api;
    struct access_due due = request->due;
    if (request->result == OK && request->cookie.len) visit_set_cookie(x, request->cookie, false);
    conclude(request);
    exchange_finish(x);
    if (access_is_due(due)) visit_touch(api, due);
}

static void write_is_done(struct write_job *job, enum result result)
{
    struct request *request = request_of_job(job);
    metrics_count_write(request->api->metrics, -1);
    store_note_write(request->api->store, result);
    if (request->result == OK && result != OK) { /* the commit itself failed */
        struct str why = store_failure(request->api->store);
        if (!why.len)
            why =
                S(SENTENCE("The database could not keep this change; look whether it is there before you repeat it."));
        request->ctx.error =
            (struct error){.result = result, .sentence = sentences_say(request->ctx.sentences, why), .english = why};
        request->x->status = 0;
    }
    request->result = result;
    if (result == OK && request->wakes) jobs_wake(request->api->jobs);
    if (result == OK && request->confirms_clock) timekeeper_confirm(request->api->time);
    exchange_run(request->x, finish_write, request);
}

/* Nobody has begun it, so nothing was done. */
static void write_is_late(struct write_job *job)
{
    struct request *request = request_of_job(job);
    metrics_count_write(request->api->metrics, -1);
    is_late(request);
}

static void submit_write(void *arg, unsigned worker)
{
    struct request *request = arg;
    (void)worker;
    const struct api *api = request->api;
    request->queued_at = clock_monotonic();
    request->job = (struct write_job){.repeatable = true,
                                      .run = run_write,
                                      .done = write_is_done,
                                      .late = write_is_late,
                                      .until = request->queued_at + api->patience};
    metrics_count_write(api->metrics, 1);
    if (store_submit(api->store, &request->job) == OK) return;
    metrics_count_write(api->metrics, -1);
    exchange_problem(request->x, 503, S("Too many changes are waiting; try again in a moment."));
    exchange_finish(request->x);
}

void api_dispatch(void *arg, struct exchange *x, const struct route *route)
{
    const struct api *api = arg;
    bool blocking = store_dialect(api->store) == DIALECT_POSTGRES;
    struct request *request = arena_make(x->arena, struct request);
    *request = (struct request){.api = api, .x = x};
    request->ctx = (struct ctx){.arena = x->arena, .request_id = exchange_id(x), .sentences = exchange_sentences(x)};
    x->user = request;
    x->status = 0;
    x->type = "application/json";
    const struct route_rules *rules = route->data;
    if (rules && rules->alone) {
        exchange_run(x, run_alone, request);
        return;
    }
    if (route->lane == LANE_WRITER && !blocking) {
        submit_write(request, 0);
        return;
    }
    if (route->lane == LANE_LOOP && !blocking) {
        exchange_run(x, run_read, request);
        return;
    }
    if (pool_submit(api->pool, route->lane == LANE_WRITER ? submit_write : run_on_worker, is_late, request) == OK)
        return;
    exchange_problem(x, 503, S("Too many requests are waiting; try again in a moment."));
    exchange_finish(x);
}

/* ---- for handlers ---- */

enum result path_register(struct ctx *ctx, struct exchange *x, const struct reg **reg)
{
    struct str name = S("");
    exchange_parameter(x, "register", &name);
    *reg = house_register(ctx->house, name);
    if (!*reg) return fail(ctx, NOT_FOUND, "There is no register \"%.*s\".", PRINT(str_slice(name, 0, 60)));
    ctx->about = (*reg)->name;
    return OK;
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

enum result query_page(struct ctx *ctx, struct exchange *x, int64_t most, int64_t *cursor, int64_t *limit)
{
    struct str text;
    *cursor = 0;
    if (exchange_query(x, "cursor", &text) && text.len && (!parse_number(text, cursor) || *cursor < 1))
        return fail(ctx, INVALID, "The cursor is not one of this list; begin again without it.");
    if (exchange_query(x, "limit", &text) && (!parse_number(text, limit) || *limit < 1 || *limit > most))
        return fail(ctx, INVALID, "limit must be a number from 1 to %d.", (int)most);
    return OK;
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
        return fail(ctx, INVALID,
                    "Say which version you have seen: send the ETag that GET gave with it in the header If-Match.");
    }
    text = str_trim(text);
    if (str_is(text, "*")) return OK;
    if (text.len > 2 && text.at[0] == '"' && parse_number(str_slice(text, 1, text.len - 1), version) && *version > 0)
        return OK;
    return fail(ctx, INVALID, "If-Match must be the ETag of the record as GET gives it, with its quotation marks.");
}
