/* Clients that mean harm or behave as if: they trickle, stay, flood, and speak nonsense. The others must not notice. */
#include "client.h"

static pthread_mutex_t latch = PTHREAD_MUTEX_INITIALIZER; /* workers of /wait stand here */
static atomic_int waiting;

static enum result say_hello(struct ctx *ctx, struct exchange *x)
{
    (void)ctx;
    buf_print(&x->out, "hello %zu", x->body.len);
    exchange_finish(x);
    return OK;
}

static enum result wait_for_the_latch(struct ctx *ctx, struct exchange *x)
{
    atomic_fetch_add(&waiting, 1);
    pthread_mutex_lock(&latch);
    pthread_mutex_unlock(&latch);
    return say_hello(ctx, x);
}

static enum result pour(struct ctx *ctx, struct exchange *x)
{
    (void)ctx;
    static const char block[64 * 1024];
    struct exchange_stream *stream = exchange_stream(x, -1);
    if (!stream) return OK;
    while (stream_write(stream, (struct str){block, sizeof block}) == OK) continue;
    stream_end(stream);
    return OK;
}

static const struct route routes[] = {
    {.method = HTTP_GET, .pattern = "/hello", .handler = say_hello, .lane = LANE_LOOP},
    {.method = HTTP_POST, .pattern = "/hello", .handler = say_hello, .lane = LANE_LOOP},
    {.method = HTTP_GET, .pattern = "/wait", .handler = wait_for_the_latch, .lane = LANE_WORKER},
    {.method = HTTP_GET, .pattern = "/hold", .handler = wait_for_the_latch, .lane = LANE_LOOP},
    {.method = HTTP_GET, .pattern = "/pour", .handler = pour, .lane = LANE_WORKER},
};

#define GET(path) "GET " path " HTTP/1.1\r\nHost: t\r\n\r\n"
static struct reply reply;

static int64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Sends one byte at a time to all of them until all are closed; others are answered meanwhile. */
static void trickle_until_cut(struct wire *wire, int *fds, int count, int64_t within_ms)
{
    int64_t began = now_ms();
    for (int alive = count; alive;) {
        assert_true(now_ms() - began < within_ms);
        alive = 0;
        for (int i = 0; i < count; i++) {
            struct pollfd look = {.fd = fds[i], .events = POLLIN};
            bool is_closed = poll(&look, 1, 0) == 1;
            if (!is_closed) alive++;
            if (!is_closed) send(fds[i], "x", 1, MSG_NOSIGNAL);
        }
        assert_int_equal(wire_ask(wire, GET("/hello"), &reply), 200);
        poll(NULL, 0, 20);
    }
}

static void trickled_heads_are_cut(void **state)
{
    (void)state;
    enum { SLOW = 60 };
    static const char *const begins[] = {
        "", "G", "GET /hello?", "GET /hello HTTP/1.1\r\nHost: t\r\nX: ", GET("/hello") "GET /hello HTTP/1.1\r\nX: "};
    struct wire *wire = wire_open(routes, COUNT(routes), (struct server_config){.header_ms = 300, .idle_ms = 400});
    int fds[SLOW];
    for (int i = 0; i < SLOW; i++) {
        fds[i] = wire_connect(wire);
        const char *begin = begins[(size_t)i % COUNT(begins)];
        wire_say(fds[i], begin);
        if (strncmp(begin, "GET /hello HTTP/1.1\r\nHost: t\r\n\r\n", 30) == 0 && strlen(begin) > 45)
            assert_true(reply_read(fds[i], &reply, true, NULL));
    }
    trickle_until_cut(wire, fds, SLOW, 4000);
    for (int i = 0; i < SLOW; i++) close(fds[i]);
    wire_close(wire);
}

static void trickled_bodies_are_cut(void **state)
{
    (void)state;
    enum { SLOW = 20 };
    struct wire *wire = wire_open(routes, COUNT(routes), (struct server_config){.body_ms = 300});
    int fds[SLOW];
    for (int i = 0; i < SLOW; i++) {
        fds[i] = wire_connect(wire);
        wire_say(fds[i], i % 2 ? "POST /hello HTTP/1.1\r\nHost: t\r\nContent-Length: 90000\r\n\r\n"
                               : "POST /hello HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n9000\r\n");
    }
    trickle_until_cut(wire, fds, SLOW, 4000);
    for (int i = 0; i < SLOW; i++) close(fds[i]);
    wire_await(server_load(wire->server).exchanges == 0);
    wire_close(wire);
}

static void a_reader_that_stops_is_cut(void **state)
{
    (void)state;
    struct wire *wire = wire_open(routes, COUNT(routes), (struct server_config){.send_ms = 300});
    int fd = wire_connect_buffered(wire, 4096);
    wire_say(fd, GET("/pour"));
    wire_await(server_load(wire->server).streams == 1);
    wire_await(server_load(wire->server).streams == 0);
    close(fd);
    wire_close(wire);
}

static void idle_connections_cost_nothing(void **state)
{
    (void)state;
    enum { IDLE = 1000 };
    static int fds[IDLE];
    struct wire *wire = wire_open(routes, COUNT(routes), (struct server_config){.idle_ms = 2500});
    for (int i = 0; i < IDLE; i++) {
        fds[i] = wire_connect(wire);
        if (i % 2) wire_say(fds[i], GET("/hello"));
        if (i % 2) assert_true(reply_read(fds[i], &reply, true, NULL));
    }
    wire_await(server_load(wire->server).connections == IDLE);
    int64_t began = now_ms();
    for (int i = 0; i < 200; i++) assert_int_equal(wire_ask(wire, GET("/hello"), &reply), 200);
    assert_true(now_ms() - began < 2000);
    for (int i = 1; i < IDLE; i += 2) assert_true(wire_is_closed(fds[i]));
    for (int i = 0; i < IDLE; i++) close(fds[i]);
    wire_await(server_load(wire->server).connections == 0);
    wire_close(wire);
}

/* One more than allowed waits until there is room, and is served then. */
static void connections_are_bounded(void **state)
{
    (void)state;
    enum { MOST = 8 };
    struct wire *wire = wire_open(routes, COUNT(routes), (struct server_config){.max_connections = MOST});
    int fds[MOST];
    for (int i = 0; i < MOST; i++) {
        fds[i] = wire_connect(wire);
        wire_say(fds[i], GET("/hello"));
        assert_true(reply_read(fds[i], &reply, true, NULL));
    }
    int late = wire_connect(wire);
    wire_say(late, GET("/hello"));
    struct pollfd look = {.fd = late, .events = POLLIN};
    assert_int_equal(poll(&look, 1, 100), 0);
    close(fds[0]);
    assert_true(reply_read(late, &reply, true, NULL));
    for (int i = 1; i < MOST; i++) close(fds[i]);
    close(late);
    wire_close(wire);

    wire = wire_open(routes, COUNT(routes), (struct server_config){.max_per_address = 2});
    for (int i = 0; i < 3; i++) fds[i] = wire_connect(wire);
    assert_true(wire_is_closed(fds[2]));
    wire_say(fds[0], GET("/hello"));
    assert_true(reply_read(fds[0], &reply, true, NULL));
    for (int i = 0; i < 3; i++) close(fds[i]);
    wire_close(wire);
}

/* libmicrohttpd takes 128 events at a time and, when it got just as many, waits for more before it looks at them. */
static void a_full_batch_of_events_is_served(void **state)
{
    (void)state;
    enum { MOST = 260 };
    static int fds[MOST];
    struct wire *wire = wire_open(routes, COUNT(routes), (struct server_config){.loops = 1});
    for (int batch = 126; batch <= MOST; batch = batch == 130 ? 254 : batch + 1) {
        for (int i = 0; i < batch; i++) fds[i] = wire_connect(wire);
        int holder = wire_connect(wire);
        wire_await(server_load(wire->server).connections == (uint64_t)batch + 1);
        atomic_store(&waiting, 0);
        pthread_mutex_lock(&latch);
        wire_say(holder, GET("/hold"));
        wire_await(atomic_load(&waiting) == 1);
        for (int i = 0; i < batch; i++) wire_say(fds[i], GET("/hello"));
        pthread_mutex_unlock(&latch);
        for (int i = 0; i < batch; i++) assert_true(reply_read(fds[i], &reply, true, NULL));
        for (int i = 0; i < batch; i++) close(fds[i]);
        close(holder);
        wire_await(server_load(wire->server).connections == 0);
    }
    wire_close(wire);
}

static void nonsense_is_survived(void **state)
{
    (void)state;
    struct wire *wire = wire_open(routes, COUNT(routes), (struct server_config){.header_ms = 300});
    static const unsigned char alphabet[17] = "GET /\r\n: %\0?&=HP";
    unsigned char noise[512];
    uint32_t seed = 1;
    for (int round = 0; round < 300; round++) {
        for (size_t i = 0; i < sizeof noise; i++) {
            seed = seed * 1664525 + 1013904223;
            noise[i] = round % 3 ? (unsigned char)(seed >> 24) : alphabet[seed >> 28];
        }
        int fd = wire_connect(wire);
        if (round % 2) wire_say(fd, "POST /hello HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n");
        wire_send(fd, noise, sizeof noise);
        shutdown(fd, SHUT_WR);
        close(fd);
    }
    assert_int_equal(wire_ask(wire, GET("/hello"), &reply), 200);
    wire_await(server_load(wire->server).connections == 0);
    assert_int_equal(server_load(wire->server).exchanges, 0);
    wire_close(wire);
}

static void *close_server(void *server)
{
    server_close(server);
    return NULL;
}

/* What a worker holds is waited for and answered; what comes anew meanwhile is turned away; then nobody listens. */
static void closing_waits_for_what_is_in_flight(void **state)
{
    (void)state;
    struct wire *wire = wire_open(routes, COUNT(routes), (struct server_config){0});
    struct str value;
    pthread_t closer;
    atomic_store(&waiting, 0);
    pthread_mutex_lock(&latch);
    int held = wire_connect(wire), kept = wire_connect(wire), left = wire_connect(wire), late = wire_connect(wire);
    wire_say(late, GET("/hello"));
    assert_true(reply_read(late, &reply, true, NULL));
    wire_say(kept, GET("/hello"));
    assert_true(reply_read(kept, &reply, true, NULL));
    wire_say(held, GET("/wait"));
    wire_say(left, GET("/wait"));
    wire_await(atomic_load(&waiting) == 2);
    close(left); /* a client that does not wait for its answer */
    pthread_create(&closer, NULL, close_server, wire->server);
    do {
        wire_say(kept, GET("/hello"));
        assert_true(reply_read(kept, &reply, true, NULL));
    } while (reply.status == 200 && !reply_header(&reply, "Connection", &value));
    wire_say(late, GET("/hello")); /* the one before may have come just in time; this one cannot have */
    assert_true(reply_read(late, &reply, true, NULL));
    assert_int_equal(reply.status, 503);
    pthread_mutex_unlock(&latch);
    assert_true(reply_read(held, &reply, true, NULL));
    assert_int_equal(reply.status, 200);
    assert_string_equal(reply.body, "hello 0");
    assert_true(reply_header(&reply, "Connection", &value) && str_eq_nocase(value, S("close")));
    pthread_join(closer, NULL);
    assert_true(wire_is_closed(held));
    close(held);
    close(kept);
    close(late);
    pool_close(wire->pool);
    arena_free(wire->ctx.arena);
    free(wire);
}

/* Handing over between threads at all speeds, with clients that leave before the answer. */
static void handing_over_is_free_of_races(void **state)
{
    (void)state;
    enum { ROUNDS = 400, AT_ONCE = 16 };
    struct wire *wire = wire_open(routes, COUNT(routes), (struct server_config){0});
    for (int round = 0; round < ROUNDS; round++) {
        int fds[AT_ONCE];
        for (int i = 0; i < AT_ONCE; i++) {
            fds[i] = wire_connect(wire);
            wire_say(fds[i], GET("/wait"));
        }
        for (int i = 0; i < AT_ONCE; i++) {
            if ((i + round) % 3) assert_true(reply_read(fds[i], &reply, true, NULL));
            close(fds[i]);
        }
    }
    wire_await(server_load(wire->server).exchanges == 0);
    wire_close(wire);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(trickled_heads_are_cut),        cmocka_unit_test(trickled_bodies_are_cut),
        cmocka_unit_test(a_reader_that_stops_is_cut),    cmocka_unit_test(idle_connections_cost_nothing),
        cmocka_unit_test(connections_are_bounded),       cmocka_unit_test(a_full_batch_of_events_is_served),
        cmocka_unit_test(nonsense_is_survived),          cmocka_unit_test(closing_waits_for_what_is_in_flight),
        cmocka_unit_test(handing_over_is_free_of_races),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
