/* Running a request: context, who asks, the handler, and what its result becomes. One struct api a process, read by
 * all threads. */
#ifndef MERLON_API_SERVE_H
#define MERLON_API_SERVE_H

#include "access/session.h"
#include "events/events.h"
#include "http/pool.h"
#include "http/route.h"
#include "records/records.h"
#include "store/store.h"

struct jobs;
struct asset;
struct metrics;
struct throttle;
struct policy;
struct witness;
struct pulse;

/* ms that a request may wait for a worker or for the writer; then it is refused (503) and not run late. */
enum { QUEUE_PATIENCE = 10000 };

struct api {
    const struct house *house;
    struct store *store;
    int64_t patience; /* ms: QUEUE_PATIENCE, but in tests */
    struct access *access;
    struct timekeeper *time;
    struct events *events;
    struct pool *pool;
    struct jobs *jobs;
    struct pulse *pulse;          /* store/pulse.h */
    struct ledger_signer *signer; /* whose alarm is told; may be NULL */
    const struct policy *policy;  /* ledger/policy.h: the witnesses that are asked; NULL: none */
    struct head_channels {
        bool file, mail, timestamp;
    } channels;                 /* where else heads are sent to, as it is set now */
    struct metrics *metrics;    /* api/metrics.h; may be NULL */
    struct witness *witness;    /* ledger/witness.h; NULL: this server is none */
    struct throttle *throttle;  /* of what is asked of the witness; there with it */
    const struct asset *assets; /* the browser's pages and content/ */
    size_t asset_count;
    bool secure_cookies; /* TLS here or at the proxy: the cookie says Secure */
};

/* What a route may say about itself, in route->data; NULL is: a signed-in caller, CSRF checked, JSON. */
struct route_rules {
    bool open;    /* nobody need be signed in */
    bool no_csrf; /* signing in itself */
    bool alone;   /* needs no database and knows nobody: answered on the loop, whatever hangs */
};
extern const struct route_rules route_open, route_sign_in, route_alone;

/* What belongs to one request beside its ctx; exchange->user points to it. */
struct request {
    const struct api *api;
    struct ctx ctx;
    struct session session; /* when a browser session asks */
    struct access_due due;  /* "last seen", to be written */
    struct str cookie;      /* the session's new token, when it was rotated */
    struct write_job job;
    struct exchange *x;
    enum result result;
    struct event event; /* to be posted with the answer (noting.h) */
    bool has_event, event_is_told, shows_nothing;
    const char *refused; /* why visit.c refuses, for the event of it; NULL: for want of rights */
    int64_t queued_at;   /* clock_monotonic; 0 once it has begun */
    bool wakes;          /* the write has submitted a job: jobs/ is told once it is durable */
    bool confirms_clock; /* the write says that the machine's clock is right: it is believed once that is durable */
    bool *taken;         /* a handler that streams sets this before it gives the exchange away, and returns OK */
};

static inline struct request *request_of_job(struct write_job *job)
{
    return (struct request *)(void *)((char *)job - offsetof(struct request, job));
}

static inline const struct api *api_of(const struct exchange *x)
{
    return ((const struct request *)x->user)->api;
}

/* For struct server_config: decides the thread by the route's lane, and runs it. */
void api_dispatch(void *api, struct exchange *x, const struct route *route);

/* ---- for handlers ---- */

/* The register that the path names, which sentences are about from then on; NOT_FOUND with a sentence. */
enum result path_register(struct ctx *ctx, struct exchange *x, const struct reg **reg) MUST_USE;
/* The {id} of the path, number or reference. */
enum result path_id(struct ctx *ctx, struct exchange *x, const struct reg *reg, int64_t *id) MUST_USE;
/* The number of a path parameter. */
enum result path_number(struct ctx *ctx, struct exchange *x, const char *name, int64_t *number) MUST_USE;
/* A date (its end, UTC) or an instant as ms; 0, which is now, when that is not over yet. INVALID names the parameter.
 */
enum result instant_parse(struct ctx *ctx, const char *name, struct str text, int64_t *instant) MUST_USE;
/* cursor= as a number (0 when absent) and limit= from 1 to `most`; *limit is left as it was when absent. INVALID with a
 * sentence. For lists that go by the number of their rows. */
enum result query_page(struct ctx *ctx, struct exchange *x, int64_t most, int64_t *cursor, int64_t *limit) MUST_USE;
/* The body as JSON; INVALID with a sentence. An empty body is an empty object. */
enum result body_json(struct ctx *ctx, struct exchange *x, struct json **json) MUST_USE;
/* Version of If-Match: 0 when absent and not `required` (else INVALID, answered 428). */
enum result if_match(struct ctx *ctx, struct exchange *x, bool required, int64_t *version) MUST_USE;

#endif
