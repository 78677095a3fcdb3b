/* One thread accepts connections and keeps the clock of the sweeps. libmicrohttpd could listen by itself, but taking a
 * listening socket away from its running loops (MHD_quiesce_daemon) races with them and aborts the process. */
#include "http/calls.h"

#include "base/clock.h"
#include "base/log.h"

#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <netinet/tcp.h>
#include <unistd.h>

enum { BACKLOG = 1024, ACCEPTED_AT_ONCE = 64, SWEEPS_PER_LOOK = 8 /* at streams: every two seconds */ };

/* Stands in for the C library's function, also where libmicrohttpd calls it. libmicrohttpd 0.9.75 takes 128 events at
 * a time; when it got just as many it asks again, without a time limit, before it looks at the first, so that a full
 * batch hangs until something else happens. It is given at most 127, and never asks again. */
__attribute__((visibility("default"))) int epoll_wait(int fd, struct epoll_event *events, int most, int milliseconds)
{
    return epoll_pwait(fd, events, most > 1 ? most - 1 : most, milliseconds, NULL);
}

static enum result bind_failed(struct ctx *ctx, const struct server_config *config, int error)
{
    if (error == EADDRINUSE)
        return fail(ctx, CONFLICT,
                    "Port %d on %s is in use by another program; stop that one, or listen on another port.",
                    config->port, config->host);
    if (error == EACCES)
        return fail(ctx, DENIED,
                    "Listening on port %d is not allowed; use a port from 1024, or grant CAP_NET_BIND_SERVICE.",
                    config->port);
    if (error == EADDRNOTAVAIL) return fail(ctx, INVALID, "This machine has no address %s to listen on.", config->host);
    return fail(ctx, BROKEN, "Listening on %s, port %d, does not work: %s.", config->host, config->port,
                strerror(error));
}

static int open_listener(const struct addrinfo *address)
{
    const int on = 1, off = 0;
    int fd = socket(address->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) return -1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on); /* accepted sockets inherit these two */
    setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
    if (address->ai_family == AF_INET6) setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
    if (bind(fd, address->ai_addr, address->ai_addrlen) == 0 && listen(fd, BACKLOG) == 0) return fd;
    int error = errno;
    close(fd);
    errno = error;
    return -1;
}

static int port_of(int fd)
{
    struct sockaddr_storage address;
    socklen_t len = sizeof address;
    char port[8] = "";
    int64_t number;
    if (getsockname(fd, (struct sockaddr *)&address, &len) != 0 ||
        getnameinfo((struct sockaddr *)&address, len, NULL, 0, port, sizeof port, NI_NUMERICSERV) != 0 ||
        !parse_number(str_of(port), &number))
        return 0;
    return (int)number;
}

enum result gate_listen(struct ctx *ctx, struct server *server)
{
    const struct server_config *config = &server->config;
    const struct addrinfo wanted = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE | AI_NUMERICSERV};
    struct addrinfo *addresses = NULL;
    char port[8];
    if (config->port < 0 || config->port > 65535)
        return fail(ctx, INVALID, "%d is no port; ports go from 1 to 65535.", config->port);
    snprintf(port, sizeof port, "%u", (unsigned)config->port & 65535U);
    if (getaddrinfo(config->host, port, &wanted, &addresses) != 0 || !addresses)
        return fail(ctx, INVALID, "\"%s\" is no address to listen on; write it like 127.0.0.1 or ::1.", config->host);
    server->listener = open_listener(addresses);
    int error = errno;
    freeaddrinfo(addresses);
    if (server->listener < 0) return bind_failed(ctx, config, error);
    server->port = port_of(server->listener);
    return OK;
}

void gate_wake(struct server *server)
{
    ssize_t written = write(server->wake, &(uint64_t){1}, sizeof(uint64_t));
    (void)written; /* a full counter wakes as well */
}

static uint64_t load_of(struct server *server)
{
    return atomic_load(&server->connection_count) + atomic_load(&server->pending);
}

static bool may_accept(struct server *server)
{
    if (atomic_load(&server->is_closing)) return false;
    atomic_store(&server->gate_is_full, true); /* before looking, so that a connection that closes now wakes the gate */
    if (load_of(server) >= server->config.max_connections) return false;
    atomic_store(&server->gate_is_full, false);
    return true;
}

/* False when the system has no more descriptors: then the listener is left alone until the next sweep. */
static bool accept_some(struct server *server)
{
    for (int i = 0; i < ACCEPTED_AT_ONCE && load_of(server) < server->config.max_connections; i++) {
        struct sockaddr_storage address;
        socklen_t len = sizeof address;
        int fd = accept4(server->listener, (struct sockaddr *)&address, &len, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd < 0) return errno != EMFILE && errno != ENFILE && errno != ENOBUFS && errno != ENOMEM;
        atomic_fetch_add(&server->pending, 1);
        if (MHD_add_connection(server->daemon, fd, (struct sockaddr *)&address, len) != MHD_YES)
            atomic_fetch_sub(&server->pending, 1);
    }
    return true;
}

/* While closing, clients are told at once that nobody listens, instead of waiting in the backlog for a reset. */
static void stop_listening(struct server *server)
{
    if (server->listener >= 0) close(server->listener);
    server->listener = -1;
}

void *gate_run(void *argument)
{
    struct server *server = argument;
    int64_t next_sweep = 0;
    unsigned sweeps = 0;
    bool has_descriptors = true;
    while (!atomic_load(&server->gate_ends)) {
        if (atomic_load(&server->is_closing)) stop_listening(server);
        bool accepts = may_accept(server) && has_descriptors;
        bool is_idle = accepts && load_of(server) == 0;
        struct pollfd look[2] = {{.fd = server->wake, .events = POLLIN},
                                 {.fd = accepts ? server->listener : -1, .events = POLLIN}};
        poll(look, 2, is_idle ? -1 : SWEEP_MS);
        int64_t now = clock_monotonic();
        atomic_store(&server->now, now);
        uint64_t wakes;
        if (look[0].revents && read(server->wake, &wakes, sizeof wakes) < 0) continue;
        if (accepts && look[1].revents) has_descriptors = accept_some(server);
        if (now < next_sweep) continue;
        if (!has_descriptors) log_line(LOG_WARNING, "no file descriptors left for connections", NULL);
        has_descriptors = true;
        next_sweep = now + SWEEP_MS;
        connections_sweep(server, ++sweeps % SWEEPS_PER_LOOK == 0);
    }
    return NULL;
}
