/* A server on a free port and clients that speak bytes, for the tests of this room. Reads time out after five seconds,
 * so that a hanging server fails a test instead of stopping it. */
#ifndef MERLON_TESTS_HTTP_WIRE_H
#define MERLON_TESTS_HTTP_WIRE_H

#include "http/pool.h"
#include "http/server.h"
#include "http/stream.h"

#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <unistd.h>

#include <cmocka.h>

enum { PATIENCE_MS = 5000 };

/* The app of a test: where handlers find what they share. */
struct wire {
    struct ctx ctx;
    struct server *server;
    struct pool *pool;
    void *data;
    atomic_int accounts, last_status, was_cut;
    _Atomic uint64_t last_in, last_out;
};

static inline void wire_work(struct exchange *x, void *argument)
{
    struct wire *wire = argument;
    struct ctx ctx = {.arena = x->arena, .house = argument};
    (void)wire;
    if (x->route->handler(&ctx, x) != OK) {
        exchange_problem(x, 500, ctx.error.sentence);
        exchange_finish(x);
    }
}

struct wire_job {
    struct wire *wire;
    struct exchange *x;
};

static inline void wire_job_run(void *argument, unsigned worker)
{
    (void)worker;
    struct wire_job job = *(struct wire_job *)argument;
    free(argument);
    exchange_run(job.x, wire_work, job.wire);
}

static inline void wire_dispatch(void *app, struct exchange *x, const struct route *route)
{
    struct wire *wire = app;
    if (route->lane == LANE_LOOP) {
        exchange_run(x, wire_work, wire);
        return;
    }
    struct wire_job *job = malloc(sizeof *job);
    *job = (struct wire_job){wire, x};
    if (pool_submit(wire->pool, wire_job_run, NULL, job) == OK) return;
    free(job);
    x->status = 503;
    exchange_finish(x);
}

static inline void wire_completed(void *app, struct exchange *x, const struct server_account *account)
{
    struct wire *wire = app;
    (void)x;
    atomic_store(&wire->last_status, account->status);
    atomic_store(&wire->last_in, account->bytes_in);
    atomic_store(&wire->last_out, account->bytes_out);
    if (account->was_cut) atomic_fetch_add(&wire->was_cut, 1);
    atomic_fetch_add(&wire->accounts, 1);
}

/* config: what differs from the defaults; router, app and callbacks are set here. */
static inline struct wire *wire_open(const struct route *routes, size_t count, struct server_config config)
{
    struct wire *wire = calloc(1, sizeof *wire);
    wire->ctx.arena = arena_new(0);
    struct router *router = router_new(wire->ctx.arena);
    assert_int_equal(router_add(&wire->ctx, router, routes, count), OK);
    assert_int_equal(pool_open(&wire->ctx, 2, 64, 600000, &wire->pool), OK);
    config.router = router;
    config.app = wire;
    config.dispatch = wire_dispatch;
    config.completed = wire_completed;
    if (!config.loops) config.loops = 2;
    enum result result = server_open(&wire->ctx, &config, &wire->server);
    if (result != OK) fprintf(stderr, "%.*s\n", PRINT(wire->ctx.error.sentence));
    assert_int_equal(result, OK);
    return wire;
}

static inline void wire_close(struct wire *wire)
{
    server_close(wire->server);
    pool_close(wire->pool);
    arena_free(wire->ctx.arena);
    free(wire);
}

/* Spins until the condition holds; fails the test after the patience. */
#define wire_await(condition)                                                                                          \
    do {                                                                                                               \
        struct timespec begin_, now_;                                                                                  \
        clock_gettime(CLOCK_MONOTONIC, &begin_);                                                                       \
        do {                                                                                                           \
            clock_gettime(CLOCK_MONOTONIC, &now_);                                                                     \
            if (now_.tv_sec - begin_.tv_sec > PATIENCE_MS / 1000) fail_msg("never came true: %s", #condition);         \
            poll(NULL, 0, 1);                                                                                          \
        } while (!(condition));                                                                                        \
    } while (0)

#endif
