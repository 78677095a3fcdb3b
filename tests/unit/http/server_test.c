/* A real server over loopback: routes, methods, limits, what is refused, keep-alive, and answers from other threads. */
#include "client.h"

static enum result say_hello(struct ctx *ctx, struct exchange *x)
{
    (void)ctx;
    x->type = "text/plain";
    buf_text(&x->out, "hello\n");
    exchange_finish(x);
    return OK;
}

/* Everything it was given, one a line. */
static enum result echo(struct ctx *ctx, struct exchange *x)
{
    (void)ctx;
    struct str value;
    x->type = "text/plain; charset=utf-8";
    buf_print(&x->out, "%s %.*s\n", http_method_name(x->method), PRINT(x->path));
    for (size_t i = 0; i < x->query.count; i++)
        buf_print(&x->out, "?%.*s=%.*s\n", PRINT(x->query.pairs[i].name), PRINT(x->query.pairs[i].value));
    if (exchange_parameter(x, "id", &value)) buf_print(&x->out, "id=%.*s\n", PRINT(value));
    if (exchange_header(x, "x-thing", &value)) buf_print(&x->out, "thing=%.*s\n", PRINT(value));
    if (exchange_cookie(x, "session", &value)) buf_print(&x->out, "session=%.*s\n", PRINT(value));
    buf_print(&x->out, "from=%.*s tls=%d\n", PRINT(exchange_remote(x)), x->is_tls);
    buf_print(&x->out, "body=%zu:%.*s\n", x->body.len, (int)(x->body.len < 64 ? x->body.len : 64),
              x->body.len ? x->body.at : "");
    exchange_finish(x);
    return OK;
}

/* Headers from the query, as a handler that trusts its input would set them. */
static enum result set_headers(struct ctx *ctx, struct exchange *x)
{
    (void)ctx;
    struct str value = S("");
    exchange_query(x, "value", &value);
    buf_print(&x->out, "%d", exchange_set_header(x, "X-Value", value));
    exchange_set_header(x, "X-Twice", S("one"));
    exchange_set_header(x, "x-twice", S("two"));
    exchange_set_header(x, "Set-Cookie", S("a=1"));
    exchange_set_header(x, "Set-Cookie", S("b=2"));
    if (exchange_set_header(x, "Content-Length", S("3")) || exchange_set_header(x, "X Y", S("3")) ||
        exchange_set_header(x, "X:Y", S("3")) || exchange_set_header(x, "", S("3")))
        x->status = 500;
    exchange_finish(x);
    return OK;
}

static enum result use_all_memory(struct ctx *ctx, struct exchange *x)
{
    for (;;) memset(arena_alloc(ctx->arena, 1 << 20), 1, 1);
    exchange_finish(x);
    return OK;
}

static void note_release(void *thing)
{
    atomic_store((_Atomic pthread_t *)thing, pthread_self());
}

/* Whether what was deferred is released by the thread that used it, before the answer is sent. */
static _Atomic pthread_t released_by;

static enum result defer(struct ctx *ctx, struct exchange *x)
{
    arena_defer(ctx->arena, note_release, &released_by);
    exchange_finish(x);
    return pthread_equal(atomic_load(&released_by), pthread_self()) ? OK : BROKEN;
}

/* From now on the n-th allocation of the loop thread fails. */
static enum result fail_later(struct ctx *ctx, struct exchange *x)
{
    (void)ctx;
    struct str text = S("");
    int64_t n = 0;
    if (!exchange_parameter(x, "n", &text) || !parse_number(text, &n)) return INVALID;
    exchange_finish(x);
    arena_fail_at((uint64_t)n);
    return OK;
}

static const struct route routes[] = {
    {.method = HTTP_GET, .pattern = "/hello", .handler = say_hello, .lane = LANE_LOOP},
    {.method = HTTP_GET, .pattern = "/later", .handler = say_hello, .lane = LANE_WORKER},
    {.method = HTTP_GET, .pattern = "/echo/{id}", .handler = echo, .lane = LANE_LOOP},
    {.method = HTTP_POST, .pattern = "/echo/{id}", .handler = echo, .lane = LANE_WORKER, .body_limit = 1000},
    {.method = HTTP_PATCH, .pattern = "/large", .handler = echo, .lane = LANE_LOOP, .body_limit = 8 << 20},
    {.method = HTTP_GET, .pattern = "/headers", .handler = set_headers, .lane = LANE_LOOP},
    {.method = HTTP_GET, .pattern = "/greedy", .handler = use_all_memory, .lane = LANE_WORKER},
    {.method = HTTP_GET, .pattern = "/defer", .handler = defer, .lane = LANE_WORKER},
    {.method = HTTP_GET, .pattern = "/fail/{n}", .handler = fail_later, .lane = LANE_LOOP},
};

static const struct server_header standing[] = {
    {"X-Content-Type-Options", "nosniff"}, {"X-Twice", "zero"}, {NULL, NULL}};

static int open_server(void **state)
{
    *state = wire_open(
        routes, COUNT(routes),
        (struct server_config){
            .headers = standing, .max_upload = 4 << 20, .max_memory = 4 << 20, .trusted_proxies = "127.0.0.1"});
    return 0;
}

static int close_server(void **state)
{
    wire_close(*state);
    return 0;
}

/* A request with one Host header, written shortly. */
#define GET(path) "GET " path " HTTP/1.1\r\nHost: t\r\n\r\n"

static struct reply reply; /* large; one test at a time */

static void answers_with_the_right_status(void **state)
{
    static const struct {
        const char *request;
        int status;
    } cases[] = {
        {GET("/hello"), 200},
        {GET("/later"), 200},
        {GET("/nowhere"), 404},
        {GET("/hello/"), 404},
        {"POST /hello HTTP/1.1\r\nHost: t\r\nContent-Length: 2\r\n\r\nhi", 405},
        {"DELETE /hello HTTP/1.1\r\nHost: t\r\n\r\n", 405},
        {"BREW /hello HTTP/1.1\r\nHost: t\r\n\r\n", 501},
        {"OPTIONS /hello HTTP/1.1\r\nHost: t\r\n\r\n", 204},
        {"OPTIONS * HTTP/1.1\r\nHost: t\r\n\r\n", 204},
        {"GET http://t/hello HTTP/1.1\r\nHost: t\r\n\r\n", 200},
        {"GET http://t HTTP/1.1\r\nHost: t\r\n\r\n", 404},
        {GET("/hello?a=%41&b"), 200},
        {GET("/hello?a=%00"), 400},
        {GET("/hello?a=%zz"), 400},
        {GET("/hello%00"), 400},
        {GET("/hello%00/x"), 400},
        {GET("/%ff"), 400},
        {GET("/../hello"), 400},
        {GET("/%2e%2E/hello"), 400},
        {GET("/hello#x"), 400},
        {GET("hello"), 400},
        {"GET /hello HTTP/1.1\r\n\r\n", 400},
        {"GET /hello HTTP/1.1\r\nHost: t\r\nHost: u\r\n\r\n", 400},
        {"GET /hello HTTP/3.0\r\nHost: t\r\n\r\n", 505},
        {"POST /echo/1 HTTP/1.1\r\nHost: t\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nhih", 400},
        {"POST /echo/1 HTTP/1.1\r\nHost: t\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},
        {"POST /echo/1 HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n", 501},
        {"POST /echo/1 HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: x\r\n\r\n0\r\n\r\n",
         400},
        {"POST /echo/1 HTTP/1.1\r\nHost: t\r\nContent-Length : 2\r\n\r\nhi", 400},
        {"POST /echo/1 HTTP/1.1\r\nHost: t\r\nContent-Length: -2\r\n\r\nhi", 400},
        {"POST /echo/1 HTTP/1.1\r\nHost: t\r\nContent-Length: 0x2\r\n\r\nhi", 400},
        {"POST /echo/1 HTTP/1.1\r\nHost: t\r\nContent-Length: 1001\r\n\r\n", 413},
        {"POST /echo/1 HTTP/1.1\r\nHost: t\r\nContent-Length: 99999999999\r\n\r\n", 413},
        {"POST /echo/1 HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n", 200},
        {"POST /echo/1 HTTP/1.1\r\nHost: t\r\nContent-Length: 0\r\n\r\n", 200},
        {"POST /echo/1 HTTP/1.1\r\nHost: t\r\n\r\n", 200},
        {GET("/greedy"), 503},
        {GET("/defer"), 200},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        int status = wire_ask(*state, cases[i].request, &reply);
        if (status != cases[i].status) print_error("%s", cases[i].request);
        assert_int_equal(status, cases[i].status);
    }
}

static void refuses_a_raw_nul(void **state)
{
    static const char request[] = "GET /hello\0x HTTP/1.1\r\nHost: t\r\n\r\n";
    int fd = wire_connect(*state);
    assert_true(wire_send(fd, request, sizeof request - 1));
    assert_true(reply_read(fd, &reply, true, NULL));
    assert_int_equal(reply.status, 400);
    close(fd);
}

static void problems_are_json(void **state)
{
    struct str value;
    assert_int_equal(wire_ask(*state, GET("/no%22where"), &reply), 404);
    assert_true(reply_header(&reply, "Content-Type", &value));
    assert_true(str_eq(value, S("application/problem+json")));
    static const char problem[] = "{\"type\":\"about:blank\",\"title\":\"Not Found\",\"status\":404,"
                                  "\"detail\":\"There is nothing at /no\\\"where.\",\"request\":\"1";
    assert_memory_equal(reply.body, problem, sizeof problem - 1);
    assert_int_equal(wire_ask(*state, "PUT /hello HTTP/1.1\r\nHost: t\r\n\r\n", &reply), 405);
    assert_true(reply_header(&reply, "Allow", &value));
    assert_true(str_eq(value, S("GET, HEAD, OPTIONS")));
    assert_true(reply_header(&reply, "X-Content-Type-Options", &value));
}

static void hands_over_what_was_sent(void **state)
{
    assert_int_equal(wire_ask(*state,
                              "POST /echo/a%2Fb?q=x+y&q=%C3%A4&empty HTTP/1.1\r\nHost: t\r\nX-Thing: 7 \r\n"
                              "Cookie: a=b; session=s1\r\nContent-Length: 4\r\n\r\nbody",
                              &reply),
                     200);
    assert_string_equal(reply.body, "POST /echo/a/b\n?q=x y\n?q=\xc3\xa4\n?empty=\nid=a/b\nthing=7\nsession=s1\n"
                                    "from=127.0.0.1 tls=0\nbody=4:body\n");
    assert_int_equal(wire_ask(*state,
                              "GET /echo/1 HTTP/1.1\r\nHost: t\r\nX-Forwarded-For: 9.9.9.9, 203.0.113.5\r\n"
                              "X-Forwarded-Proto: https\r\n\r\n",
                              &reply),
                     200);
    assert_non_null(strstr(reply.body, "from=203.0.113.5 tls=1\n"));
}

static void head_has_no_body(void **state)
{
    struct str value;
    int fd = wire_connect(*state);
    wire_say(fd, "HEAD /hello HTTP/1.1\r\nHost: t\r\n\r\n" GET("/hello"));
    static struct reply rest;
    rest.len = 0;
    assert_true(reply_read(fd, &reply, false, &rest));
    assert_int_equal(reply.status, 200);
    assert_true(reply_header(&reply, "Content-Length", &value));
    assert_true(str_eq(value, S("6")));
    assert_true(reply_read(fd, &reply, true, &rest));
    assert_string_equal(reply.body, "hello\n");
    close(fd);
}

static void keeps_connections_and_takes_pipelines(void **state)
{
    enum { EACH = 50 };
    static struct reply rest;
    int fd = wire_connect(*state);
    rest.len = 0;
    for (int i = 0; i < EACH; i++)
        wire_say(fd, i % 2 ? GET("/later") : "POST /echo/1 HTTP/1.1\r\nHost: t\r\nContent-Length: 3\r\n\r\nabc");
    for (int i = 0; i < EACH; i++) {
        assert_true(reply_read(fd, &reply, true, &rest));
        assert_int_equal(reply.status, 200);
        assert_non_null(strstr(reply.body, i % 2 ? "hello" : "body=3:abc"));
    }
    wire_say(fd, GET("/nowhere") GET("/hello"));
    assert_true(reply_read(fd, &reply, true, &rest));
    assert_int_equal(reply.status, 404);
    assert_true(reply_read(fd, &reply, true, &rest));
    assert_int_equal(reply.status, 200);
    wire_say(fd, "GET /hello HTTP/1.1\r\nHost: t\r\nConnection: close\r\n\r\n");
    assert_true(reply_read(fd, &reply, true, &rest));
    assert_true(wire_is_closed(fd));
    close(fd);
}

static void a_small_body_that_nobody_wants_keeps_the_connection(void **state)
{
    static struct reply rest;
    int fd = wire_connect(*state);
    rest.len = 0;
    wire_say(fd, "POST /nowhere HTTP/1.1\r\nHost: t\r\nContent-Length: 5\r\n\r\nabcde" GET("/hello"));
    assert_true(reply_read(fd, &reply, true, &rest));
    assert_int_equal(reply.status, 404);
    assert_true(reply_read(fd, &reply, true, &rest));
    assert_int_equal(reply.status, 200);
    close(fd);
}

static void no_header_can_be_injected(void **state)
{
    struct str value;
    assert_int_equal(wire_ask(*state, GET("/headers?value=fine"), &reply), 200);
    assert_string_equal(reply.body, "1");
    assert_true(reply_header(&reply, "X-Value", &value));
    assert_true(reply_header(&reply, "X-Twice", &value));
    assert_true(str_eq(value, S("two")));
    assert_non_null(strstr(reply.text, "Set-Cookie: a=1\r\n"));
    assert_non_null(strstr(reply.text, "Set-Cookie: b=2\r\n"));
    static const char *const requests[] = {GET("/headers?value=a%0D%0AX-Evil:%201"), GET("/headers?value=a%0AX-Evil:1"),
                                           GET("/headers?value=%0Da"), GET("/headers?value=a%7F")};
    for (size_t i = 0; i < COUNT(requests); i++) {
        assert_int_equal(wire_ask(*state, requests[i], &reply), 200);
        assert_string_equal(reply.body, "0");
        assert_false(reply_header(&reply, "X-Evil", &value));
        assert_false(reply_header(&reply, "X-Value", &value));
    }
}

static void takes_large_bodies_up_to_the_limit(void **state)
{
    enum { SIZE = 3 << 20 };
    struct wire *wire = *state;
    char *body = malloc(SIZE);
    memset(body, 'x', SIZE);
    for (int chunked = 0; chunked < 2; chunked++) {
        char head[128];
        snprintf(head, sizeof head, "PATCH /large HTTP/1.1\r\nHost: t\r\n%s: %s\r\n\r\n",
                 chunked ? "Transfer-Encoding" : "Content-Length", chunked ? "chunked" : "3145728");
        int fd = wire_connect(wire);
        wire_say(fd, head);
        if (chunked) wire_say(fd, "300000\r\n");
        assert_true(wire_send(fd, body, SIZE));
        if (chunked) wire_say(fd, "\r\n0\r\n\r\n");
        assert_true(reply_read(fd, &reply, true, NULL));
        assert_int_equal(reply.status, 200);
        assert_non_null(strstr(reply.body, "body=3145728:xxxx"));
        close(fd);
        wire_await(server_load(wire->server).upload_bytes == 0);
    }
    free(body);
}

/* Chunked, so that the limit shows only on the way: 413 without reading on. */
static void stops_a_body_over_the_limit(void **state)
{
    int fd = wire_connect(*state);
    wire_say(fd, "POST /echo/1 HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n");
    wire_say(fd, "400\r\n");
    char chunk[1024];
    memset(chunk, 'x', sizeof chunk);
    assert_true(wire_send(fd, chunk, sizeof chunk));
    assert_true(reply_read(fd, &reply, true, NULL));
    assert_int_equal(reply.status, 413);
    assert_true(wire_is_closed(fd));
    close(fd);
}

static void bounds_the_memory_of_all_uploads(void **state)
{
    enum { SIZE = 5 << 20 }; /* the route takes 8 MiB, the server 4 */
    struct wire *wire = *state;
    char *body = calloc(1, SIZE);
    int fd = wire_connect(wire);
    wire_say(fd, "PATCH /large HTTP/1.1\r\nHost: t\r\nContent-Length: 5242880\r\n\r\n");
    wire_send(fd, body, SIZE);
    assert_true(reply_read(fd, &reply, true, NULL));
    assert_int_equal(reply.status, 503);
    close(fd);
    wire_await(server_load(wire->server).upload_bytes == 0);
    free(body);
}

static void expectations_are_answered_before_the_body(void **state)
{
    int fd = wire_connect(*state);
    wire_say(fd, "POST /echo/1 HTTP/1.1\r\nHost: t\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n");
    assert_true(reply_read(fd, &reply, false, NULL));
    assert_int_equal(reply.status, 100);
    wire_say(fd, "body");
    assert_true(reply_read(fd, &reply, true, NULL));
    assert_int_equal(reply.status, 200);
    close(fd);
    assert_int_equal(
        wire_ask(*state, "POST /echo/1 HTTP/1.1\r\nHost: t\r\nExpect: 100-continue\r\nContent-Length: 4000\r\n\r\n",
                 &reply),
        413);
}

static void refuses_huge_headers(void **state)
{
    enum { SIZE = 20 * 1024 };
    static char request[SIZE + 64];
    int len = snprintf(request, sizeof request, "GET /hello HTTP/1.1\r\nHost: t\r\nX: ");
    memset(request + len, 'x', SIZE);
    memcpy(request + len + SIZE, "\r\n\r\n", 5);
    assert_int_equal(wire_ask(*state, request, &reply), 431);
    memcpy(request + len + 8 * 1024, "\r\n\r\n", 5);
    assert_int_equal(wire_ask(*state, request, &reply), 200);
}

/* Each allocation on the way of a request fails once: the answer is 200 or 503, and the next request knows nothing of
 * it. */
static void every_allocation_may_fail(void **state)
{
    (void)state;
    enum { MOST = 60 };
    static const char *const requests[] = {
        "POST /echo/a%2Fb?q=x+y&q=%C3%A4 HTTP/1.1\r\nHost: t\r\nCookie: session=1\r\nContent-Length: 4\r\n\r\nbody",
        GET("/echo/x?a=%41"),
        GET("/headers?value=a"),
        GET("/nowhere"),
        "PUT /hello HTTP/1.1\r\nHost: t\r\n\r\n",
    };
    static const int statuses[] = {200, 200, 200, 404, 405};
    struct wire *wire = wire_open(routes, COUNT(routes), (struct server_config){.loops = 1});
    int failed = 0;
    for (size_t i = 0; i < COUNT(requests); i++) {
        for (int n = 1; n < MOST; n++) {
            char arm[64];
            snprintf(arm, sizeof arm, "GET /fail/%d HTTP/1.1\r\nHost: t\r\n\r\n", n);
            assert_int_equal(wire_ask(wire, arm, &reply), 200);
            int status = wire_ask(wire, requests[i], &reply);
            if (status != statuses[i] && status != 503) print_error("%d at %d: %s", status, n, requests[i]);
            assert_true(status == statuses[i] || status == 503);
            failed += status == 503;
            while (wire_ask(wire, GET("/fail/0"), &reply) != 200) continue;
            assert_int_equal(wire_ask(wire, requests[i], &reply), statuses[i]);
        }
    }
    assert_true(failed > 20);
    wire_await(server_load(wire->server).exchanges == 0);
    wire_close(wire);
}

static void accounts_for_each_exchange(void **state)
{
    struct wire *wire = *state;
    wire_await(server_load(wire->server).exchanges == 0);
    int before = atomic_load(&wire->accounts);
    assert_int_equal(wire_ask(wire, "POST /echo/1 HTTP/1.1\r\nHost: t\r\nContent-Length: 4\r\n\r\nbody", &reply), 200);
    wire_await(atomic_load(&wire->accounts) == before + 1);
    assert_int_equal(atomic_load(&wire->last_status), 200);
    assert_int_equal(atomic_load(&wire->last_in), 4);
    assert_int_equal(atomic_load(&wire->last_out), strlen(reply.body));
}

static void says_why_it_cannot_open(void **state)
{
    struct wire *wire = *state;
    struct server *other = NULL;
    struct server_config config = {.port = server_port(wire->server)};
    assert_int_equal(server_open(&wire->ctx, &config, &other), CONFLICT);
    assert_true(str_find(wire->ctx.error.sentence, S("in use by another program"), NULL));
    config = (struct server_config){.host = "192.0.2.1"};
    assert_int_equal(server_open(&wire->ctx, &config, &other), INVALID);
    config = (struct server_config){.host = "no address"};
    assert_int_equal(server_open(&wire->ctx, &config, &other), INVALID);
    config = (struct server_config){.port = 70000};
    assert_int_equal(server_open(&wire->ctx, &config, &other), INVALID);
    config = (struct server_config){.certificate = "/nonexistent.pem", .key = "/nonexistent.pem"};
    assert_int_equal(server_open(&wire->ctx, &config, &other), INVALID);
    assert_true(str_find(wire->ctx.error.sentence, S("/nonexistent.pem cannot be read"), NULL));
    config = (struct server_config){.certificate = "/nonexistent.pem"};
    assert_int_equal(server_open(&wire->ctx, &config, &other), INVALID);
    config = (struct server_config){.trusted_proxies = "proxy"};
    assert_int_equal(server_open(&wire->ctx, &config, &other), INVALID);
    assert_null(other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers_with_the_right_status),
        cmocka_unit_test(refuses_a_raw_nul),
        cmocka_unit_test(problems_are_json),
        cmocka_unit_test(hands_over_what_was_sent),
        cmocka_unit_test(head_has_no_body),
        cmocka_unit_test(keeps_connections_and_takes_pipelines),
        cmocka_unit_test(a_small_body_that_nobody_wants_keeps_the_connection),
        cmocka_unit_test(no_header_can_be_injected),
        cmocka_unit_test(takes_large_bodies_up_to_the_limit),
        cmocka_unit_test(stops_a_body_over_the_limit),
        cmocka_unit_test(bounds_the_memory_of_all_uploads),
        cmocka_unit_test(expectations_are_answered_before_the_body),
        cmocka_unit_test(refuses_huge_headers),
        cmocka_unit_test(every_allocation_may_fail),
        cmocka_unit_test(accounts_for_each_exchange),
        cmocka_unit_test(says_why_it_cannot_open),
    };
    return cmocka_run_group_tests(tests, open_server, close_server);
}
