/* Lines reach a receiver that is there, also one that comes later or goes and comes back; real sockets, ours on the
 * other side. */
#include "events/fixture.h"

#include "base/clock.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

enum { PATIENCE = 30 * SECOND };

struct place {
    char directory[64], url[128];
    struct arena *arena;
    struct ctx ctx;
    struct outlet *outlet;
};

static int begin(void **state)
{
    struct place *p = calloc(1, sizeof *p);
    snprintf(p->directory, sizeof p->directory, "/tmp/merlon-outlet-XXXXXX");
    assert_non_null(mkdtemp(p->directory));
    p->arena = arena_new(0);
    p->ctx.arena = p->arena;
    *state = p;
    return 0;
}

static int end(void **state)
{
    struct place *p = *state;
    outlet_close(p->outlet);
    static const char *const files[] = {"log", "lines", "lines.1"};
    for (size_t i = 0; i < COUNT(files); i++) {
        char path[128];
        snprintf(path, sizeof path, "%s/%s", p->directory, files[i]);
        unlink(path);
    }
    rmdir(p->directory);
    arena_free(p->arena);
    free(p);
    return 0;
}

/* ---- receivers ---- */

static int listen_on(int type, int *port)
{
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons((uint16_t)*port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    int file = socket(AF_INET, type, 0), yes = 1;
    setsockopt(file, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    assert_int_equal(bind(file, (struct sockaddr *)&address, size), 0);
    if (type == SOCK_STREAM) assert_int_equal(listen(file, 4), 0);
    getsockname(file, (struct sockaddr *)&address, &size);
    *port = ntohs(address.sin_port);
    return file;
}

static bool comes(int file)
{
    struct pollfd one = {.fd = file, .events = POLLIN};
    return poll(&one, 1, PATIENCE) == 1;
}

static void receive(int file, const char *wanted)
{
    char got[256];
    assert_true(comes(file));
    ssize_t len = recv(file, got, sizeof got - 1, 0);
    assert_true(len > 0);
    got[len] = 0;
    assert_string_equal(got, wanted);
}

/* Of a stream, so many bytes as are expected. */
static void receive_stream(int file, const char *wanted)
{
    char got[256];
    size_t len = 0;
    while (len < strlen(wanted)) {
        assert_true(comes(file));
        ssize_t more = recv(file, got + len, strlen(wanted) - len, 0);
        assert_true(more > 0);
        len += (size_t)more;
    }
    got[len] = 0;
    assert_string_equal(got, wanted);
}

static void open_syslog(struct place *p, const char *format, int port)
{
    struct str url = arena_print(p->arena, "%s%d", format, port);
    expect_ok(&p->ctx, outlet_open_syslog(&p->ctx, url, &p->outlet));
}

/* ---- syslog ---- */

static void datagrams_are_one_line_each(void **state)
{
    struct place *p = *state;
    int port = 0, file = listen_on(SOCK_DGRAM, &port);
    open_syslog(p, "udp://127.0.0.1:", port);
    outlet_add(p->outlet, S("<109>1 one"));
    outlet_add(p->outlet, S("<109>1 two"));
    receive(file, "<109>1 one");
    receive(file, "<109>1 two");
    close(file);
}

static void a_unix_socket_that_comes_later_gets_what_waits(void **state)
{
    struct place *p = *state;
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof address.sun_path, "%s/log", p->directory);
    struct str url = arena_print(p->arena, "unix:%s", address.sun_path);
    expect_ok(&p->ctx, outlet_open_syslog(&p->ctx, url, &p->outlet));
    outlet_add(p->outlet, S("early"));
    int file = socket(AF_UNIX, SOCK_DGRAM, 0);
    assert_int_equal(bind(file, (struct sockaddr *)&address, sizeof address), 0);
    receive(file, "early");
    close(file);
}

static void a_stream_is_framed_by_length_and_found_again(void **state)
{
    struct place *p = *state;
    int port = 0, listener = listen_on(SOCK_STREAM, &port);
    open_syslog(p, "tcp://localhost:", port);
    outlet_add(p->outlet, S("one"));
    assert_true(comes(listener));
    int file = accept(listener, NULL, NULL);
    receive_stream(file, "3 one");
    outlet_add(p->outlet, S("with\nline"));
    receive_stream(file, "9 with\nline");
    close(file);
    close(listener);
    /* The receiver is gone; what comes meanwhile waits until it listens again. */
    outlet_add(p->outlet, S("two"));
    outlet_add(p->outlet, S("three"));
    listener = listen_on(SOCK_STREAM, &port);
    assert_true(comes(listener));
    file = accept(listener, NULL, NULL);
    receive_stream(file, "3 two5 three");
    close(file);
    close(listener);
}

/* A receiver that says something is there all the same, though nobody reads what it says. */
static void a_stream_that_talks_back_is_kept(void **state)
{
    struct place *p = *state;
    int port = 0, listener = listen_on(SOCK_STREAM, &port);
    open_syslog(p, "tcp://127.0.0.1:", port);
    outlet_add(p->outlet, S("one"));
    assert_true(comes(listener));
    int file = accept(listener, NULL, NULL);
    receive_stream(file, "3 one");
    assert_int_equal(send(file, "ok", 2, MSG_NOSIGNAL), 2);
    outlet_add(p->outlet, S("two"));
    receive_stream(file, "3 two");
    close(file);
    close(listener);
}

/* That it closes (the end of the stream, and nothing else) is seen before the next line is lost to it. */
static void a_stream_that_ended_takes_no_more_lines(void **state)
{
    struct place *p = *state;
    int port = 0, listener = listen_on(SOCK_STREAM, &port);
    open_syslog(p, "tcp://127.0.0.1:", port);
    outlet_add(p->outlet, S("one"));
    assert_true(comes(listener));
    int file = accept(listener, NULL, NULL);
    receive_stream(file, "3 one");
    assert_int_equal(shutdown(file, SHUT_WR), 0);
    outlet_add(p->outlet, S("two"));
    assert_true(comes(listener));
    int next = accept(listener, NULL, NULL);
    receive_stream(next, "3 two");
    close(next);
    close(file);
    close(listener);
}

static void nobody_there_holds_nobody_up(void **state)
{
    struct place *p = *state;
    int port = 0, listener = listen_on(SOCK_STREAM, &port);
    close(listener);
    open_syslog(p, "tcp://127.0.0.1:", port);
    int64_t began = clock_monotonic();
    char line[1000];
    memset(line, 'x', sizeof line);
    for (int i = 0; i < 5000; i++) outlet_add(p->outlet, (struct str){line, sizeof line});
    outlet_close(p->outlet);
    p->outlet = NULL;
    assert_true(clock_monotonic() - began < PATIENCE);
}

static void a_wrong_address_is_told(void **state)
{
    struct place *p = *state;
    static const char *const wrong[] = {"",           "localhost:514", "http://x:514",  "udp://x",
                                        "udp://:514", "tcp://x:0",     "tcp://x:66000", "tcp://x:a",
                                        "unix:",      "udp://x:514:",  "tcp://x:-1"};
    for (size_t i = 0; i < COUNT(wrong); i++) {
        ctx_clear_error(&p->ctx);
        assert_int_equal(outlet_open_syslog(&p->ctx, str_of(wrong[i]), &p->outlet), INVALID);
        expect_sentence(&p->ctx, "--events-syslog");
    }
}

/* ---- files ---- */

static void wait_for_file(const char *path, const char *wanted)
{
    char got[256] = "";
    for (int64_t until = clock_monotonic() + PATIENCE; clock_monotonic() < until && strcmp(got, wanted) != 0;) {
        FILE *file = fopen(path, "re");
        size_t len = file ? fread(got, 1, sizeof got - 1, file) : 0;
        got[len] = 0;
        if (file) fclose(file);
        usleep(5000);
    }
    assert_string_equal(got, wanted);
}

static void lines_are_appended_also_when_the_file_was_moved_away(void **state)
{
    struct place *p = *state;
    struct stat status;
    const char *path = arena_print(p->arena, "%s/lines", p->directory).at;
    const char *moved = arena_print(p->arena, "%s/lines.1", p->directory).at;
    expect_ok(&p->ctx, outlet_open_file(&p->ctx, str_of(path), &p->outlet));
    outlet_add(p->outlet, S("{\"a\":1}"));
    outlet_add(p->outlet, S("{\"b\":2}"));
    wait_for_file(path, "{\"a\":1}\n{\"b\":2}\n");
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_mode & 0777, 0600);
    assert_int_equal(rename(path, moved), 0);
    outlet_add(p->outlet, S("{\"c\":3}"));
    wait_for_file(path, "{\"c\":3}\n");
    wait_for_file(moved, "{\"a\":1}\n{\"b\":2}\n");
}

static void a_file_that_cannot_be_written_is_told(void **state)
{
    struct place *p = *state;
    struct str path = arena_print(p->arena, "%s/none/lines", p->directory);
    assert_int_equal(outlet_open_file(&p->ctx, path, &p->outlet), INVALID);
    expect_sentence(&p->ctx, "cannot be written");
}

/* ---- the whole way ---- */

/* A command that only reads the database has no table to write, but tells what it does all the same. */
static void without_a_database_lines_go_out(void **state)
{
    struct place *p = *state;
    int port = 0, file = listen_on(SOCK_DGRAM, &port);
    struct events_config config = {.syslog = arena_print(p->arena, "udp://127.0.0.1:%d", port),
                                   .file = arena_print(p->arena, "%s/lines", p->directory)};
    char got[1024];
    size_t at;
    expect_ok(&p->ctx, events_open(&p->ctx, &config, &p->ctx.events));
    expect_ok(&p->ctx, event_write(&p->ctx, &(struct event){.kind = EVENT_EXPORT, .subject = S("risk")}));
    assert_true(comes(file));
    ssize_t len = recv(file, got, sizeof got, 0);
    struct str line = {got, len > 0 ? (size_t)len : 0};
    assert_true(str_starts(line, S("<109>1 ")));
    assert_true(str_find(line, S(" export - {\"time\":"), &at));
    assert_true(str_find(line, S("\"event\":\"export\",\"outcome\":\"allowed\""), &at));
    assert_true(str_find(line, S("\"subject\":\"risk\"}"), &at));
    events_close(p->ctx.events);
    assert_true(str_find(line, S("{"), &at));
    struct str json = arena_print(p->arena, "%.*s\n", PRINT(str_slice(line, at, line.len)));
    wait_for_file(arena_cstr(p->arena, config.file), json.at);
    close(file);
}

#define OUTLET(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        OUTLET(datagrams_are_one_line_each),
        OUTLET(a_unix_socket_that_comes_later_gets_what_waits),
        OUTLET(a_stream_is_framed_by_length_and_found_again),
        OUTLET(a_stream_that_talks_back_is_kept),
        OUTLET(a_stream_that_ended_takes_no_more_lines),
        OUTLET(nobody_there_holds_nobody_up),
        OUTLET(a_wrong_address_is_told),
        OUTLET(lines_are_appended_also_when_the_file_was_moved_away),
        OUTLET(a_file_that_cannot_be_written_is_told),
        OUTLET(without_a_database_lines_go_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
