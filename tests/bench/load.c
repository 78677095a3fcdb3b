/* Answers are cut by their Content-Length alone in the loop, which is all that keep-alive needs here; chunked bodies
 * come only to ask(). */
#include "bench/load.h"

#include "base/buf.h"
#include "bench/process.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { RECEIVE = 256 * 1024, CONNECTIONS_MAX = 1024, HEAD_MAX = 8192 };

struct link {
    int fd;
    struct str out; /* what is left of the request to send */
    char head[HEAD_MAX];
    size_t head_len;
    uint64_t body_left;
    bool in_body;
};

static int connect_to(int port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    int one = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof address) != 0) bench_die("no connection: %m");
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    return fd;
}

struct str request_text(struct arena *arena, const char *method, const char *path, const char *token, const char *type,
                        struct str body)
{
    struct buf out = buf_in(arena);
    buf_print(&out, "%s %s HTTP/1.1\r\nHost: localhost\r\n", method, path);
    if (*token) buf_print(&out, "Authorization: Bearer %s\r\n", token);
    if (type) buf_print(&out, "Content-Type: %s\r\nContent-Length: %zu\r\n", type, body.len);
    buf_text(&out, "\r\n");
    buf_add(&out, body);
    return buf_str(&out);
}

/* ---- heads ---- */

static int status_of(struct str head)
{
    int64_t status = 0;
    return head.len > 12 && parse_number(str_slice(head, 9, 12), &status) ? (int)status : 0;
}

static bool header_of(struct str head, const char *name, struct str *value)
{
    struct str line, key;
    while (str_cut(&head, '\n', &line)) {
        line = str_trim(line);
        if (!memchr(line.at, ':', line.len) || !str_cut(&line, ':', &key) || !str_eq_nocase(key, str_of(name)))
            continue;
        *value = str_trim(line);
        return true;
    }
    return false;
}

static void check_status(struct str head, struct str body, int expect)
{
    if (status_of(head) != expect)
        bench_die("expected status %d, got:\n%.*s\n%.*s", expect, PRINT(head), PRINT(str_slice(body, 0, 1000)));
}

/* ---- under load ---- */

struct running {
    const struct load *load;
    struct link *links;
    char *in;
    int poll;
    size_t sent, done;
    uint64_t bytes;
};

static void send_some(struct link *link)
{
    while (link->out.len) {
        ssize_t sent = send(link->fd, link->out.at, link->out.len, MSG_NOSIGNAL);
        if (sent < 0 && errno == EAGAIN) return;
        if (sent <= 0) bench_die("a connection was lost while sending.");
        link->out = str_slice(link->out, (size_t)sent, link->out.len);
    }
}

static void send_next(struct running *running, struct link *link)
{
    if (running->sent == running->load->count) return;
    link->out = running->load->requests[running->sent++ % running->load->request_count];
    send_some(link);
}

/* Takes what belongs to the answer under way; gives back how much that was. */
static size_t take(struct running *running, struct link *link, struct str in)
{
    size_t end, old = link->head_len, used = 0;
    if (!link->in_body) {
        size_t more = in.len < HEAD_MAX - old ? in.len : HEAD_MAX - old;
        memcpy(link->head + old, in.at, more);
        struct str head = {link->head, old + more}, length;
        int64_t body;
        link->head_len = head.len;
        if (!str_find(head, S("\r\n\r\n"), &end)) return more;
        used = end + 4 - old;
        head = str_slice(head, 0, end + 2);
        check_status(head, str_slice(in, used, in.len), running->load->expect);
        if (!header_of(head, "Content-Length", &length) || !parse_number(length, &body) || body < 0)
            bench_die("an answer under load has no length.");
        link->in_body = true;
        link->body_left = (uint64_t)body;
        running->bytes += (uint64_t)body;
    }
    size_t rest = in.len - used;
    if (rest > link->body_left) rest = (size_t)link->body_left;
    link->body_left -= rest;
    return used + rest;
}

static void receive(struct running *running, struct link *link)
{
    ssize_t got = recv(link->fd, running->in, RECEIVE, 0);
    if (got < 0 && errno == EAGAIN) return;
    if (got <= 0) bench_die("a connection was lost while waiting for an answer.");
    for (struct str in = {running->in, (size_t)got}; in.len;) {
        in = str_slice(in, take(running, link, in), in.len);
        if (!link->in_body || link->body_left) continue;
        link->in_body = false;
        link->head_len = 0;
        running->done++;
        send_next(running, link);
    }
}

static void open_links(struct running *running)
{
    for (unsigned i = 0; i < running->load->connections; i++) {
        struct link *link = &running->links[i];
        struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLET, .data.ptr = link};
        link->fd = connect_to(running->load->port);
        fcntl(link->fd, F_SETFL, O_NONBLOCK);
        epoll_ctl(running->poll, EPOLL_CTL_ADD, link->fd, &event);
        send_next(running, link);
    }
}

/* Edge-triggered: what did not fit into the buffer is asked for until there is no more. */
static void receive_all(struct running *running, struct link *link)
{
    int waiting = 0;
    do receive(running, link);
    while (recv(link->fd, &waiting, 1, MSG_PEEK) > 0);
}

struct load_result load_run(const struct load *load)
{
    struct epoll_event events[CONNECTIONS_MAX];
    struct running running = {.load = load,
                              .links = calloc(load->connections, sizeof(struct link)),
                              .in = malloc(RECEIVE),
                              .poll = epoll_create1(EPOLL_CLOEXEC)};
    if (!running.links || !running.in) bench_die("no memory");
    open_links(&running);
    double started = seconds();
    while (running.done < load->count) {
        int ready = epoll_wait(running.poll, events, CONNECTIONS_MAX, 30000);
        if (ready <= 0) bench_die("no answer for thirty seconds.");
        for (int i = 0; i < ready; i++) {
            struct link *link = events[i].data.ptr;
            if (events[i].events & EPOLLOUT) send_some(link);
            if (events[i].events & EPOLLIN) receive_all(&running, link);
        }
    }
    struct load_result result = {seconds() - started, running.bytes};
    for (unsigned i = 0; i < load->connections; i++) close(running.links[i].fd);
    close(running.poll);
    free(running.links);
    free(running.in);
    return result;
}

/* ---- one at a time ---- */

struct reader {
    int fd;
    char at[65536];
    size_t from, to;
};

static bool refill(struct reader *reader)
{
    ssize_t got = recv(reader->fd, reader->at, sizeof reader->at, 0);
    reader->from = 0;
    reader->to = got > 0 ? (size_t)got : 0;
    return got > 0;
}

static bool read_line(struct reader *reader, char *line, size_t room)
{
    size_t len = 0;
    for (;;) {
        if (reader->from == reader->to && !refill(reader)) return false;
        char c = reader->at[reader->from++];
        if (c == '\n') break;
        if (c != '\r' && len + 1 < room) line[len++] = c;
    }
    line[len] = 0;
    return true;
}

struct target {
    void (*sink)(void *arg, struct str piece);
    void *arg;
    struct buf *out;
    struct answer *answer;
};

static void read_body(struct reader *reader, uint64_t len, const struct target *target)
{
    while (len) {
        if (reader->from == reader->to && !refill(reader)) bench_die("an answer was cut short.");
        size_t now = reader->to - reader->from;
        if (now > len) now = (size_t)len;
        struct str piece = {reader->at + reader->from, now};
        target->answer->len += now;
        if (target->sink)
            target->sink(target->arg, piece);
        else
            buf_add(target->out, piece);
        reader->from += now;
        len -= now;
    }
}

static void read_chunks(struct reader *reader, const struct target *target)
{
    char line[HEAD_MAX];
    for (;;) {
        if (!read_line(reader, line, sizeof line)) bench_die("a chunked answer was cut short.");
        uint64_t len = strtoull(line, NULL, 16);
        read_body(reader, len, target);
        read_line(reader, line, sizeof line);
        if (!len) return;
    }
}

struct answer ask(struct arena *arena, int port, struct str request, int expect,
                  void (*sink)(void *arg, struct str piece), void *arg)
{
    struct reader reader = {.fd = connect_to(port)};
    struct answer answer = {0};
    struct buf head = buf_in(arena), body = buf_in(arena);
    struct target target = {sink, arg, &body, &answer};
    char line[HEAD_MAX];
    struct str value;
    int64_t len = 0;
    for (size_t sent = 0; sent < request.len;) {
        ssize_t now = send(reader.fd, request.at + sent, request.len - sent, MSG_NOSIGNAL);
        if (now <= 0) bench_die("a connection was lost while sending.");
        sent += (size_t)now;
    }
    while (read_line(&reader, line, sizeof line) && line[0]) buf_print(&head, "%s\n", line);
    answer.status = status_of(buf_str(&head));
    if (answer.status != expect) target.sink = NULL;
    if (header_of(buf_str(&head), "Transfer-Encoding", &value))
        read_chunks(&reader, &target);
    else if (header_of(buf_str(&head), "Content-Length", &value) && parse_number(value, &len) && len > 0)
        read_body(&reader, (uint64_t)len, &target);
    close(reader.fd);
    answer.body = buf_str(&body);
    check_status(buf_str(&head), answer.body, expect);
    return answer;
}
