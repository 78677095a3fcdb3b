/* Streams: order and completeness, back-pressure, clients that leave or do not read, server-sent events, and closing a
 * server while all of this is going on. */
#include "client.h"

#include "base/clock.h"
#include "http/calls.h"

#include <sys/resource.h>

enum { LINES = 20000, CLIENTS = 500 };

static atomic_int writes_failed, last_failure;
static _Atomic uint64_t written;

/* Some 4 MB of numbered lines. */
static enum result count_up(struct ctx *ctx, struct exchange *x)
{
    (void)ctx;
    struct str sized, limited;
    char line[256];
    memset(line, '.', sizeof line);
    bool is_sized = exchange_query(x, "sized", &sized);
    struct exchange_stream *stream = exchange_stream(x, is_sized ? (int64_t)LINES * 200 : -1);
    if (!stream) return OK;
    if (exchange_query(x, "limited", &limited)) stream_limit_waiting(stream, 1);
    enum result result = OK;
    for (int i = 0; i < LINES && result == OK; i++) {
        snprintf(line, sizeof line, "%08d", i);
        line[8] = '.';
        line[199] = '\n';
        result = stream_write(stream, (struct str){line, 200});
        if (result == OK) atomic_fetch_add(&written, 200);
    }
    if (result != OK) atomic_fetch_add(&writes_failed, 1);
    if (result != OK) atomic_store(&last_failure, (int)result);
    stream_end(stream);
    return OK;
}

/* A little is written while the connection sleeps, too little to wake it for; then somebody looks after idle
 * streams. */
static enum result write_between(struct ctx *ctx, struct exchange *x)
{
    (void)ctx;
    int pair[2];
    char line[200];
    memset(line, '.', sizeof line);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    close(pair[1]); /* so that it looks like a client that has left, once the connection sleeps */
    struct exchange_stream *stream = exchange_stream(x, -1);
    if (!stream) return OK;
    while (!stream_client_left(stream, pair[0])) sched_yield();
    enum result result = OK;
    for (int i = 0; i < LINES && result == OK; i++) {
        snprintf(line, sizeof line, "%08d", i);
        line[8] = '.';
        line[199] = '\n';
        result = stream_write(stream, (struct str){line, sizeof line});
        if (i < 5) (void)stream_client_left(stream, pair[0]);
    }
    stream_end(stream);
    close(pair[0]);
    return OK;
}

static enum result break_off(struct ctx *ctx, struct exchange *x)
{
    (void)ctx;
    struct exchange_stream *stream = exchange_stream(x, -1);
    if (!stream) return OK;
    enum result result = stream_write(stream, S("half of it"));
    (void)result;
    stream_abort(stream);
    return OK;
}

static enum result run_out_of_memory(struct ctx *ctx, struct exchange *x)
{
    struct exchange_stream *stream = exchange_stream(x, -1);
    if (!stream || stream_write(stream, S("half of it")) != OK) return OK;
    for (;;) arena_alloc(ctx->arena, 1 << 20);
}

/* The hub of server-sent events, as an app would have one. */
struct hub {
    pthread_mutex_t lock;
    struct exchange_stream *streams[CLIENTS];
    int count;
};

static enum result subscribe(struct ctx *ctx, struct exchange *x)
{
    struct hub *hub = ((struct wire *)ctx->house)->data;
    x->type = "text/event-stream";
    exchange_set_header(x, "Cache-Control", S("no-cache"));
    struct exchange_stream *stream = exchange_stream(x, -1);
    if (!stream) return OK;
    pthread_mutex_lock(&hub->lock);
    hub->streams[hub->count++] = stream;
    pthread_mutex_unlock(&hub->lock);
    return OK;
}

static int listeners(struct hub *hub)
{
    pthread_mutex_lock(&hub->lock);
    int count = hub->count;
    pthread_mutex_unlock(&hub->lock);
    return count;
}

static enum result say_hello(struct ctx *ctx, struct exchange *x)
{
    (void)ctx;
    buf_text(&x->out, "hello");
    exchange_finish(x);
    return OK;
}

static const struct route routes[] = {
    {.method = HTTP_GET, .pattern = "/count", .handler = count_up, .lane = LANE_WORKER},
    {.method = HTTP_GET, .pattern = "/between", .handler = write_between, .lane = LANE_WORKER},
    {.method = HTTP_GET, .pattern = "/broken", .handler = break_off, .lane = LANE_WORKER},
    {.method = HTTP_GET, .pattern = "/greedy", .handler = run_out_of_memory, .lane = LANE_WORKER},
    {.method = HTTP_GET, .pattern = "/events", .handler = subscribe, .lane = LANE_LOOP},
    {.method = HTTP_GET, .pattern = "/hello", .handler = say_hello, .lane = LANE_LOOP},
};

static struct wire *open_wire(void)
{
    return wire_open(routes, COUNT(routes), (struct server_config){.max_memory = 4 << 20});
}

#define GET(path) "GET " path " HTTP/1.1\r\nHost: t\r\n\r\n"

struct chunked {
    int fd;
    char in[16 * 1024];
    size_t at, len;
};

static int next_byte(struct chunked *c)
{
    if (c->at == c->len) {
        ssize_t got = recv(c->fd, c->in, sizeof c->in, 0);
        if (got <= 0) return -1;
        c->len = (size_t)got;
        c->at = 0;
    }
    return (unsigned char)c->in[c->at++];
}

static bool next_line(struct chunked *c, char *out, size_t room)
{
    size_t len = 0;
    for (int byte = next_byte(c); byte != '\n'; byte = next_byte(c)) {
        if (byte < 0 || len + 1 >= room) return false;
        if (byte != '\r') out[len++] = (char)byte;
    }
    out[len] = 0;
    return true;
}

/* Reads a chunked answer to its end and checks the numbers of its lines; -1 when it is cut off. */
static int64_t read_chunked(int fd)
{
    struct chunked c = {.fd = fd};
    char line[256], expected[32];
    int64_t total = 0, column = 0, number = 0;
    do {
        if (!next_line(&c, line, sizeof line)) return -1;
    } while (line[0]);
    for (;;) {
        if (!next_line(&c, line, sizeof line)) return -1;
        long size = strtol(line, NULL, 16);
        if (size == 0) return next_line(&c, line, sizeof line) ? total : -1;
        for (long i = 0; i < size; i++, total++) {
            int byte = next_byte(&c);
            if (byte < 0) return -1;
            if (column == 0) snprintf(expected, sizeof expected, "%08lld", (long long)number);
            if (column < 8 && byte != expected[column]) return -1;
            if (byte == '\n') number++;
            column = byte == '\n' ? 0 : column + 1;
        }
        if (!next_line(&c, line, sizeof line)) return -1;
    }
}

static void arrives_complete_and_in_order(void **state)
{
    (void)state;
    struct wire *wire = open_wire();
    for (int i = 0; i < 3; i++) {
        int fd = wire_connect(wire);
        wire_say(fd, GET("/count"));
        assert_int_equal(read_chunked(fd), LINES * 200);
        close(fd);
    }
    wire_close(wire);
}

static void what_waits_is_not_given_back(void **state)
{
    (void)state;
    struct wire *wire = open_wire();
    int fd = wire_connect(wire);
    wire_say(fd, GET("/between"));
    assert_int_equal(read_chunked(fd), LINES * 200);
    close(fd);
    wire_close(wire);
}

static void a_known_length_is_stated(void **state)
{
    (void)state;
    static char taken[64 * 1024];
    struct wire *wire = open_wire();
    int fd = wire_connect(wire);
    wire_say(fd, "GET /count?sized HTTP/1.1\r\nHost: t\r\nConnection: close\r\n\r\n");
    ssize_t got = recv(fd, taken, sizeof taken - 1, 0);
    assert_true(got > 0);
    taken[got] = 0;
    assert_non_null(strstr(taken, "Content-Length: 4000000\r\n"));
    const char *end = strstr(taken, "\r\n\r\n");
    size_t total = (size_t)got - (size_t)(end + 4 - taken);
    while ((got = recv(fd, taken, sizeof taken, 0)) > 0) total += (size_t)got;
    assert_int_equal(total, 4000000);
    close(fd);
    wire_close(wire);
}

/* Both workers' clients do not read: the writers stop at the window, others are served, and go on when it is read. */
static void a_slow_reader_holds_its_writer_only(void **state)
{
    (void)state;
    struct wire *wire = open_wire();
    static struct reply reply;
    int slow[2];
    atomic_store(&written, 0);
    for (int i = 0; i < 2; i++) {
        slow[i] = wire_connect_buffered(wire, 4096);
        wire_say(slow[i], GET("/count"));
    }
    wire_await(atomic_load(&written) >= 2 * STREAM_WINDOW);
    for (int i = 0; i < 100; i++) assert_int_equal(wire_ask(wire, GET("/hello"), &reply), 200);
    assert_true(atomic_load(&written) < (uint64_t)2 * LINES * 200);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(read_chunked(slow[i]), LINES * 200);
        close(slow[i]);
    }
    wire_close(wire);
}

/* Far below the patience that each pause of it would have. */
static void a_slow_reader_is_waited_for_so_long_in_all(void **state)
{
    (void)state;
    struct wire *wire = open_wire();
    atomic_store(&writes_failed, 0);
    int slow = wire_connect_buffered(wire, 4096);
    wire_say(slow, GET("/count?limited"));
    int64_t from = clock_monotonic();
    wire_await(atomic_load(&writes_failed) == 1);
    assert_int_equal(atomic_load(&last_failure), BUSY);
    assert_true(clock_monotonic() - from < STREAM_PATIENCE);
    close(slow);
    wire_close(wire);
}

static void a_client_that_leaves_ends_the_writing(void **state)
{
    (void)state;
    struct wire *wire = open_wire();
    atomic_store(&writes_failed, 0);
    atomic_store(&written, 0);
    int fd = wire_connect_buffered(wire, 4096);
    wire_say(fd, GET("/count"));
    wire_await(atomic_load(&written) >= STREAM_WINDOW);
    close(fd);
    wire_await(atomic_load(&writes_failed) == 1);
    assert_int_equal(atomic_load(&last_failure), BROKEN);
    wire_await(server_load(wire->server).streams == 0);
    assert_int_equal(atomic_load(&wire->was_cut), 1);
    wire_close(wire);
}

static void what_is_not_complete_does_not_look_complete(void **state)
{
    (void)state;
    struct wire *wire = open_wire();
    static const char *const requests[] = {GET("/broken"), GET("/greedy")};
    for (size_t i = 0; i < COUNT(requests); i++) {
        int fd = wire_connect(wire);
        wire_say(fd, requests[i]);
        assert_int_equal(read_chunked(fd), -1);
        close(fd);
    }
    wire_await(server_load(wire->server).exchanges == 0);
    wire_close(wire);
}

static void head_of_a_stream_ends_at_once(void **state)
{
    (void)state;
    static struct reply reply;
    struct wire *wire = open_wire();
    assert_int_equal(wire_ask(wire, "HEAD /count HTTP/1.1\r\nHost: t\r\n\r\n", &reply), 200);
    wire_await(server_load(wire->server).streams == 0);
    wire_close(wire);
}

static int64_t cpu_ms(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (int64_t)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000 +
           (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1000;
}

static void push_all(struct wire *wire, struct hub *hub, int number)
{
    struct buf event = buf_in(wire->ctx.arena);
    char id[16];
    snprintf(id, sizeof id, "%d", number);
    event_add(&event, str_of(id), S("tick"), S("one\ntwo"));
    pthread_mutex_lock(&hub->lock);
    for (int i = 0; i < hub->count; i++) assert_int_equal(stream_push(hub->streams[i], buf_str(&event)), OK);
    pthread_mutex_unlock(&hub->lock);
}

static bool read_event(int fd, const char *id)
{
    char text[2048], wanted[64];
    size_t len = 0;
    snprintf(wanted, sizeof wanted, "id: %s\nevent: tick\ndata: one\ndata: two\n\n", id);
    while (len < sizeof text - 1) {
        ssize_t got = recv(fd, text + len, sizeof text - 1 - len, 0);
        if (got <= 0) return false;
        len += (size_t)got;
        text[len] = 0;
        if (strstr(text, wanted)) return true;
    }
    return false;
}

/* Events reach all; while there are none, no loop turns; who leaves is noticed; closing ends the rest. */
static void many_listen_to_events(void **state)
{
    (void)state;
    struct wire *wire = open_wire();
    struct hub *hub = calloc(1, sizeof *hub);
    static int fds[CLIENTS];
    pthread_mutex_init(&hub->lock, NULL);
    wire->data = hub;
    for (int i = 0; i < CLIENTS; i++) {
        fds[i] = wire_connect(wire);
        wire_say(fds[i], GET("/events"));
    }
    wire_await(listeners(hub) == CLIENTS);
    push_all(wire, hub, 1);
    for (int i = 0; i < CLIENTS; i++) assert_true(read_event(fds[i], "1"));
    int64_t before = cpu_ms();
    poll(NULL, 0, 500);
    int64_t used = cpu_ms() - before;
    print_message("%d idle streams: %lld ms of CPU in half a second\n", CLIENTS, (long long)used);
    assert_true(used < 50);
    push_all(wire, hub, 2);
    for (int i = 0; i < CLIENTS; i++) assert_true(read_event(fds[i], "2"));
    for (int i = 0; i < CLIENTS; i += 2) close(fds[i]);
    wire_await(server_load(wire->server).connections <= CLIENTS / 2);
    for (int i = 0; i < hub->count; i++) stream_end(hub->streams[i]);
    for (int i = 1; i < CLIENTS; i += 2) close(fds[i]);
    wire_await(server_load(wire->server).streams == 0);
    wire_close(wire);
    free(hub);
}

/* Who does not read his events is cut off instead of filling the memory. */
static void an_event_client_that_does_not_read_is_cut(void **state)
{
    (void)state;
    struct wire *wire = open_wire();
    struct hub *hub = calloc(1, sizeof *hub);
    pthread_mutex_init(&hub->lock, NULL);
    wire->data = hub;
    int fd = wire_connect_buffered(wire, 4096);
    wire_say(fd, GET("/events"));
    wire_await(listeners(hub) == 1);
    char *block = calloc(1, 64 * 1024);
    enum result result = OK;
    for (int i = 0; i < 1000 && result == OK; i++) {
        result = stream_push(hub->streams[0], (struct str){block, 64 * 1024});
        if (i % 16 == 0) poll(NULL, 0, 1);
    }
    assert_int_equal(result, BUSY);
    assert_int_equal(stream_push(hub->streams[0], S("more")), BUSY);
    stream_end(hub->streams[0]);
    close(fd);
    free(block);
    wire_await(server_load(wire->server).streams == 0);
    wire_close(wire);
    free(hub);
}

static void *close_server(void *server)
{
    server_close(server);
    return NULL;
}

/* Closing with a writer in the middle, events idle, and a client that stopped half-way through a head. */
static void closes_while_busy(void **state)
{
    (void)state;
    struct wire *wire = open_wire();
    struct hub *hub = calloc(1, sizeof *hub);
    static struct reply reply;
    pthread_mutex_init(&hub->lock, NULL);
    wire->data = hub;
    atomic_store(&written, 0);
    atomic_store(&writes_failed, 0);
    int slow = wire_connect_buffered(wire, 4096), events = wire_connect(wire), half = wire_connect(wire);
    int idle = wire_connect(wire);
    wire_say(slow, GET("/count"));
    wire_say(events, GET("/events"));
    wire_say(half, "GET /hello HTTP/1.1\r\nHos");
    wire_say(idle, GET("/hello"));
    assert_true(reply_read(idle, &reply, true, NULL));
    wire_await(atomic_load(&written) >= STREAM_WINDOW && listeners(hub) == 1);
    /* the owner of the event stream ends it when the server has cut it */
    struct exchange_stream *stream = hub->streams[0];
    pthread_t closer;
    assert_int_equal(pthread_create(&closer, NULL, close_server, wire->server), 0);
    wire_await(!stream_is_open(stream));
    stream_end(stream);
    pthread_join(closer, NULL);
    assert_int_equal(atomic_load(&writes_failed), 1);
    int fds[] = {slow, events, half, idle};
    for (size_t i = 0; i < COUNT(fds); i++) {
        char rest[4096];
        while (recv(fds[i], rest, sizeof rest, 0) > 0) continue;
        close(fds[i]);
    }
    pool_close(wire->pool);
    arena_free(wire->ctx.arena);
    free(wire);
    free(hub);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(arrives_complete_and_in_order),
        cmocka_unit_test(what_waits_is_not_given_back),
        cmocka_unit_test(a_known_length_is_stated),
        cmocka_unit_test(a_slow_reader_holds_its_writer_only),
        cmocka_unit_test(a_slow_reader_is_waited_for_so_long_in_all),
        cmocka_unit_test(a_client_that_leaves_ends_the_writing),
        cmocka_unit_test(what_is_not_complete_does_not_look_complete),
        cmocka_unit_test(head_of_a_stream_ends_at_once),
        cmocka_unit_test(many_listen_to_events),
        cmocka_unit_test(an_event_client_that_does_not_read_is_cut),
        cmocka_unit_test(closes_while_busy),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
