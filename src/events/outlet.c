/* Lines are kept one after the other, each before a NUL. The thread takes all that wait, sends them in order, and tries
 * again after a while what was not taken. */
#include "events/outlet.h"

#include "store/append.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/thread.h"
#include "base/wait.h"

#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum way { TO_FILE, TO_UDP, TO_TCP, TO_UNIX };
enum { FIRST_PAUSE = 250, LONGEST_PAUSE = 10 * 1000, PATIENCE = 5000, FRAME = 16 };

struct outlet {
    enum way way;
    char target[256], port[16]; /* path, or host and port */
    int socket;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    bool ends;             /* under lock, as all below */
    int64_t ends_at;       /* when to give up then, of the monotonic clock */
    size_t len;            /* bytes that wait */
    int64_t left_out;      /* lines that found no room */
    char *waiting, *taken; /* OUTLET_ROOM each; `taken` is the thread's own */
};

/* ---- sending ---- */

static bool ends(struct outlet *outlet)
{
    pthread_mutex_lock(&outlet->lock);
    bool over = outlet->ends && clock_monotonic() >= outlet->ends_at;
    pthread_mutex_unlock(&outlet->lock);
    return over;
}

static bool is_ready(struct outlet *outlet, int file, short events)
{
    for (int64_t until = clock_monotonic() + PATIENCE; clock_monotonic() < until && !ends(outlet);) {
        struct pollfd one = {.fd = file, .events = events};
        if (poll(&one, 1, 100) > 0) return one.revents & events;
    }
    return false;
}

static bool finish_connecting(struct outlet *outlet, int file)
{
    int error = 0;
    socklen_t size = sizeof error;
    return is_ready(outlet, file, POLLOUT) && getsockopt(file, SOL_SOCKET, SO_ERROR, &error, &size) == 0 && !error;
}

static int connect_to(struct outlet *outlet, int family, int type, const struct sockaddr *address, socklen_t size)
{
    int file = socket(family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (file < 0) return -1;
    if (connect(file, address, size) == 0 || (errno == EINPROGRESS && finish_connecting(outlet, file))) return file;
    close(file);
    return -1;
}

static int connect_network(struct outlet *outlet)
{
    int type = outlet->way == TO_TCP ? SOCK_STREAM : SOCK_DGRAM, file = -1;
    struct addrinfo hints = {.ai_socktype = type}, *found = NULL;
    if (getaddrinfo(outlet->target, outlet->port, &hints, &found) != 0) return -1;
    for (const struct addrinfo *one = found; one && file < 0; one = one->ai_next)
        file = connect_to(outlet, one->ai_family, type, one->ai_addr, one->ai_addrlen);
    freeaddrinfo(found);
    return file;
}

static int connect_unix(struct outlet *outlet)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    memcpy(address.sun_path, outlet->target, strlen(outlet->target));
    return connect_to(outlet, AF_UNIX, SOCK_DGRAM, (const struct sockaddr *)&address, sizeof address);
}

static bool send_all(struct outlet *outlet, const char *at, size_t len)
{
    while (len) {
        ssize_t sent = send(outlet->socket, at, len, MSG_NOSIGNAL);
        if (sent > 0) at += sent, len -= (size_t)sent;
        bool waits = sent < 0 && (errno == EAGAIN || errno == EINTR || errno == ENOBUFS);
        if (sent < 0 && (!waits || !is_ready(outlet, outlet->socket, POLLOUT))) return false;
    }
    return true;
}

/* RFC 6587, 3.4.1: the length in front, so that no byte of the message needs a meaning of its own. */
static bool send_line(struct outlet *outlet, const char *line, size_t len)
{
    char frame[FRAME];
    if (outlet->way != TO_TCP) return send_all(outlet, line, len);
    int size = snprintf(frame, sizeof frame, "%zu ", len);
    return send_all(outlet, frame, (size_t)size) && send_all(outlet, line, len);
}

/* A receiver that has closed is seen before a line is lost to it: it says nothing otherwise. */
static bool is_alive(const struct outlet *outlet)
{
    char byte;
    if (outlet->way != TO_TCP) return true;
    ssize_t got = recv(outlet->socket, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    return got > 0 || (got < 0 && errno == EAGAIN);
}

static void disconnect(struct outlet *outlet)
{
    if (outlet->socket >= 0) close(outlet->socket);
    outlet->socket = -1;
}

/* How many bytes of the lines have gone; what follows is tried again. */
static size_t send_lines(struct outlet *outlet, size_t len)
{
    size_t done = 0;
    if (outlet->socket >= 0 && !is_alive(outlet)) disconnect(outlet);
    if (outlet->socket < 0) outlet->socket = outlet->way == TO_UNIX ? connect_unix(outlet) : connect_network(outlet);
    if (outlet->socket < 0) return 0;
    while (done < len) {
        size_t line = strlen(outlet->taken + done);
        if (!send_line(outlet, outlet->taken + done, line)) {
            disconnect(outlet);
            break;
        }
        done += line + 1;
    }
    return done;
}

static bool append_line(const struct outlet *outlet, struct str line)
{
    const struct append to = {.path = outlet->target, .mode = 0600, .end = "\n"};
    if (strcmp(outlet->target, "-") != 0) return append_whole(&to, line);
    return !line.len || write(STDERR_FILENO, line.at, line.len) == (ssize_t)line.len;
}

static size_t append_lines(struct outlet *outlet, size_t len)
{
    size_t done = 0;
    while (done < len) {
        char *at = outlet->taken + done;
        size_t line = strlen(at);
        at[line] = '\n';
        bool written = append_line(outlet, (struct str){at, line + 1});
        at[line] = 0;
        if (!written) break;
        done += line + 1;
    }
    return done;
}

/* ---- the thread ---- */

static void wait_for_lines(struct outlet *outlet)
{
    while (!outlet->len && !outlet->ends) pthread_cond_wait(&outlet->wake, &outlet->lock);
}

static void pause_for(struct outlet *outlet, int64_t ms)
{
    int64_t until = clock_monotonic() + ms;
    while (!outlet->ends && wait_until(&outlet->wake, &outlet->lock, until)) continue;
}

static int64_t take(struct outlet *outlet, size_t *held)
{
    size_t len = outlet->len < OUTLET_ROOM - *held ? outlet->len : 0;
    int64_t left_out = outlet->left_out;
    memcpy(outlet->taken + *held, outlet->waiting, len);
    *held += len;
    outlet->len -= len;
    outlet->left_out = 0;
    return left_out;
}

static void tell(const struct outlet *outlet, int64_t left_out, bool sent, int64_t *pause)
{
    const char *what = outlet->way == TO_FILE ? "events-file" : "events-syslog";
    if (left_out)
        log_line(LOG_WARNING, "security events were not sent, nobody took them in time", "events", left_out, NULL);
    if (!sent && !*pause) log_text(LOG_WARNING, "security events wait to be sent", "to", str_of(what));
    if (sent && *pause) log_text(LOG_INFO, "security events are being sent again", "to", str_of(what));
    *pause = sent ? 0 : !*pause ? FIRST_PAUSE : *pause * 2 < LONGEST_PAUSE ? *pause * 2 : LONGEST_PAUSE;
}

static void *run(void *arg)
{
    struct outlet *outlet = arg;
    int64_t pause = 0;
    size_t held = 0;
    pthread_mutex_lock(&outlet->lock);
    for (;;) {
        if (!held) wait_for_lines(outlet);
        int64_t left_out = take(outlet, &held);
        bool last = outlet->ends && (!held || clock_monotonic() >= outlet->ends_at);
        pthread_mutex_unlock(&outlet->lock);
        if (last) return NULL;
        size_t done = outlet->way == TO_FILE ? append_lines(outlet, held) : send_lines(outlet, held);
        memmove(outlet->taken, outlet->taken + done, held - done);
        held -= done;
        tell(outlet, left_out, !held, &pause);
        pthread_mutex_lock(&outlet->lock);
        if (pause && outlet->ends) pause = LONGEST_PAUSE, outlet->ends_at = 0; /* it does not take the last ones */
        if (pause) pause_for(outlet, pause);
    }
}

void outlet_add(struct outlet *outlet, struct str line)
{
    if (!outlet) return;
    pthread_mutex_lock(&outlet->lock);
    if (OUTLET_ROOM - outlet->len > line.len) {
        memcpy(outlet->waiting + outlet->len, line.at, line.len);
        outlet->len += line.len;
        outlet->waiting[outlet->len++] = 0;
    } else {
        outlet->left_out++;
    }
    pthread_cond_signal(&outlet->wake);
    pthread_mutex_unlock(&outlet->lock);
}

/* ---- opening and closing ---- */

static void release(struct outlet *outlet)
{
    if (outlet->socket >= 0) close(outlet->socket);
    pthread_cond_destroy(&outlet->wake);
    pthread_mutex_destroy(&outlet->lock);
    free(outlet->waiting);
    free(outlet->taken);
    free(outlet);
}

static enum result start(struct ctx *ctx, enum way way, struct str target, struct str port, struct outlet **out)
{
    struct outlet *outlet = calloc(1, sizeof *outlet);
    if (!outlet) return fail(ctx, BROKEN, "There is no memory to start.");
    outlet->way = way;
    outlet->socket = -1;
    memcpy(outlet->target, target.at, target.len);
    memcpy(outlet->port, port.at, port.len);
    outlet->waiting = malloc(OUTLET_ROOM);
    outlet->taken = malloc(OUTLET_ROOM);
    pthread_mutex_init(&outlet->lock, NULL);
    wait_init(&outlet->wake);
    if (outlet->waiting && outlet->taken && thread_start(&outlet->thread, run, outlet) == 0) {
        *out = outlet;
        return OK;
    }
    release(outlet);
    return fail(ctx, BROKEN, "The system gives no thread for security events.");
}

static enum result wrong_url(struct ctx *ctx, struct str url)
{
    return fail(ctx, INVALID,
                "--events-syslog must be udp://HOST:PORT, tcp://HOST:PORT or unix:/dev/log, not \"%.*s\".", PRINT(url));
}

enum result outlet_open_syslog(struct ctx *ctx, struct str url, struct outlet **outlet)
{
    static const struct {
        const char *prefix;
        enum way way;
        size_t most;
    } ways[] = {{"udp://", TO_UDP, 255}, {"tcp://", TO_TCP, 255}, {"unix:", TO_UNIX, 107}};
    for (size_t i = 0; i < COUNT(ways); i++) {
        struct str prefix = str_of(ways[i].prefix), target, port = S("");
        int64_t number;
        if (!str_starts(url, prefix)) continue;
        target = str_slice(url, prefix.len, url.len);
        size_t colon = target.len;
        while (ways[i].way != TO_UNIX && colon && target.at[colon - 1] != ':') colon--;
        if (ways[i].way != TO_UNIX) {
            if (!colon) return wrong_url(ctx, url);
            port = str_slice(target, colon, target.len);
            target = str_slice(target, 0, colon - 1);
            if (!parse_number(port, &number) || number < 1 || number > 65535) return wrong_url(ctx, url);
            if (str_starts(target, S("[")) && str_ends(target, S("]"))) target = str_slice(target, 1, target.len - 1);
        }
        if (!target.len || target.len > ways[i].most || port.len > 5) return wrong_url(ctx, url);
        return start(ctx, ways[i].way, target, port, outlet);
    }
    return wrong_url(ctx, url);
}

enum result outlet_open_file(struct ctx *ctx, struct str path, struct outlet **outlet)
{
    struct outlet probe = {0};
    if (path.len >= sizeof probe.target)
        return fail(ctx, INVALID, "--events-file has a path of more than %zu bytes.", sizeof probe.target - 1);
    memcpy(probe.target, path.at, path.len);
    if (!append_line(&probe, S("")))
        return fail(ctx, INVALID, "Security events cannot be written to %.*s (--events-file): %s.", PRINT(path),
                    append_trouble());
    return start(ctx, TO_FILE, path, S(""), outlet);
}

void outlet_close(struct outlet *outlet)
{
    if (!outlet) return;
    pthread_mutex_lock(&outlet->lock);
    outlet->ends = true;
    outlet->ends_at = clock_monotonic() + OUTLET_LAST;
    pthread_cond_signal(&outlet->wake);
    pthread_mutex_unlock(&outlet->lock);
    pthread_join(outlet->thread, NULL);
    release(outlet);
}
