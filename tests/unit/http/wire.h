/* A server on a free port and clients that speak bytes, for the tests of this room. Reads time out after five seconds, so
 * that a hanging server fails a test instead of stopping it. */
#ifndef MERLON_TESTS_HTTP_WIRE_H
#define MERLON_TESTS_HTTP_WIRE_H

#include "http/pool.h"
#include "http/server.h"
#include "http/stream.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <sys/socket.h>
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
    if (pool_submit(wire->pool, wire_job_run, job) == OK) return;
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
    assert_int_equal(pool_open(&wire->ctx, 2, 64, &wire->pool), OK);
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

static inline int wire_connect_buffered(const struct wire *wire, int receive_buffer)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)server_port(wire->server))};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const struct timeval patience = {.tv_sec = PATIENCE_MS / 1000};
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    if (receive_buffer) setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
    assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof address), 0);
    return fd;
}

static inline int wire_connect(const struct wire *wire)
{
    return wire_connect_buffered(wire, 0);
}

static inline bool wire_send(int fd, const void *bytes, size_t len)
{
    for (size_t sent = 0; sent < len;) {
        ssize_t now = send(fd, (const char *)bytes + sent, len - sent, MSG_NOSIGNAL);
        if (now <= 0) return false;
        sent += (size_t)now;
    }
    return true;
}

static inline void wire_say(int fd, const char *text)
{
    assert_true(wire_send(fd, text, strlen(text)));
}

struct reply {
    char text[64 * 1024]; /* head and body, terminated */
    size_t len, head_len;
    int status;
    const char *body;
};

static inline bool reply_read_more(int fd, struct reply *reply)
{
    ssize_t got = recv(fd, reply->text + reply->len, sizeof reply->text - 1 - reply->len, 0);
    if (got <= 0) return false;
    reply->len += (size_t)got;
    reply->text[reply->len] = 0;
    return true;
}

static inline bool reply_header(const struct reply *reply, const char *name, struct str *value)
{
    struct str rest = {reply->text, reply->head_len}, line, key;
    while (str_cut(&rest, '\n', &line)) {
        line = str_trim(line);
        if (!memchr(line.at, ':', line.len) || !str_cut(&line, ':', &key) || !str_eq_nocase(key, str_of(name)))
            continue;
        *value = str_trim(line);
        return true;
    }
    return false;
}

/* One answer with a Content-Length (or none: head only, `has_body` false). What follows it stays in *rest for the next. */
static inline bool reply_read(int fd, struct reply *reply, bool has_body, struct reply *rest)
{
    reply->len = reply->head_len = 0;
    reply->text[0] = 0;
    if (rest && rest->len) {
        memcpy(reply->text, rest->text, rest->len + 1);
        reply->len = rest->len;
        rest->len = 0;
    }
    char *end;
    while (!(end = strstr(reply->text, "\r\n\r\n")))
        if (!reply_read_more(fd, reply)) return false;
    reply->head_len = (size_t)(end - reply->text) + 4;
    reply->body = reply->text + reply->head_len;
    struct str status = str_slice((struct str){reply->text, reply->len}, 9, 12), length;
    int64_t number = 0, wanted = 0;
    if (!parse_number(status, &number)) return false;
    reply->status = (int)number;
    if (has_body && reply_header(reply, "Content-Length", &length) && !parse_number(length, &wanted)) return false;
    while (reply->len < reply->head_len + (size_t)wanted)
        if (!reply_read_more(fd, reply)) return false;
    size_t used = reply->head_len + (size_t)wanted;
    if (rest && reply->len > used) {
        rest->len = reply->len - used;
        memcpy(rest->text, reply->text + used, rest->len);
        rest->text[rest->len] = 0;
    }
    if (reply->len > used) {
        reply->len = used;
        reply->text[used] = 0;
    }
    return true;
}

/* True when the server has closed, within the patience. */
static inline bool wire_is_closed(int fd)
{
    char byte;
    ssize_t got = recv(fd, &byte, 1, 0);
    return got == 0 || (got < 0 && errno != EAGAIN);
}

/* A whole exchange on a connection of its own. */
static inline int wire_ask(const struct wire *wire, const char *request, struct reply *reply)
{
    int fd = wire_connect(wire);
    wire_say(fd, request);
    bool was_read = reply_read(fd, reply, strncmp(request, "HEAD", 4) != 0, NULL);
    close(fd);
    return was_read ? reply->status : 0;
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
