/* Opening and closing. Closing is the delicate part: libmicrohttpd must never be stopped while a connection is
 * suspended, so everything in flight is waited for, however long it takes; only clients are hurried. */
#include "http/calls.h"
#include "http/tls.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/wait.h"

#include <errno.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sched.h>
#include <unistd.h>

enum { DRAIN_MS = 10 * SECOND, CLOSE_STEP_MS = 100, OTHER_DESCRIPTORS = 256, ANSWER_HEADERS = 4 * 1024 };

static const char exhausted_text[] = "{\"type\":\"about:blank\",\"title\":\"Service Unavailable\",\"status\":503,"
                                     "\"detail\":\"There is no memory for this request; try again in a moment.\"}\n";

static unsigned cores(void)
{
    long count = sysconf(_SC_NPROCESSORS_ONLN);
    return count < 1 ? 1 : count > 64 ? 64 : (unsigned)count;
}

static struct server_config with_defaults(const struct server_config *given)
{
    struct server_config config = *given;
    if (!config.host) config.host = "127.0.0.1";
    if (!config.loops) config.loops = cores();
    if (!config.max_header) config.max_header = 12 * 1024;
    if (!config.max_upload) config.max_upload = (size_t)256 * 1024 * 1024;
    if (!config.max_memory) config.max_memory = (size_t)128 * 1024 * 1024;
    if (!config.max_connections) config.max_connections = 4096;
    if (!config.header_ms) config.header_ms = 10 * SECOND;
    if (!config.body_ms) config.body_ms = 30 * SECOND;
    if (!config.send_ms) config.send_ms = 60 * SECOND;
    if (!config.idle_ms) config.idle_ms = 60 * SECOND;
    return config;
}

/* Each connection takes a descriptor; the soft limit of 1024 that systems begin with is raised as far as it may be. */
static void raise_descriptors(unsigned connections)
{
    struct rlimit limit;
    rlim_t wanted = (rlim_t)connections + OTHER_DESCRIPTORS;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= wanted) return;
    limit.rlim_cur = limit.rlim_max < wanted ? limit.rlim_max : wanted;
    if (setrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur < wanted)
        log_line(LOG_WARNING, "fewer file descriptors than connections allowed", "descriptors", (int64_t)limit.rlim_cur,
                 "connections", (int64_t)connections, NULL);
}

/* Targets are decoded by head.c, which refuses what this would cut short: %00. */
static size_t leave_encoded(void *argument, struct MHD_Connection *mhd, char *text)
{
    (void)argument;
    (void)mhd;
    return strlen(text);
}

static struct MHD_Daemon *start(struct server *server, const struct MHD_OptionItem *tls)
{
    const struct server_config *config = &server->config;
    unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_ITC | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_NO_LISTEN_SOCKET;
    if (config->certificate) flags |= MHD_USE_TLS;
    const struct MHD_OptionItem loops[] = {
        {config->loops > 1 ? MHD_OPTION_THREAD_POOL_SIZE : MHD_OPTION_END, config->loops, NULL},
        {MHD_OPTION_END, 0, NULL},
    };
    return MHD_start_daemon(
        flags, 0, NULL, NULL, request_call, server, MHD_OPTION_URI_LOG_CALLBACK, request_begin, server,
        MHD_OPTION_NOTIFY_COMPLETED, request_completed, server, MHD_OPTION_NOTIFY_CONNECTION, connection_notify, server,
        MHD_OPTION_UNESCAPE_CALLBACK, leave_encoded, NULL, MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_CONNECTION_LIMIT,
        config->max_connections + 64 * config->loops, MHD_OPTION_PER_IP_CONNECTION_LIMIT, config->max_per_address,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, config->max_header + ANSWER_HEADERS, MHD_OPTION_CONNECTION_TIMEOUT, 0U,
        MHD_OPTION_ARRAY, loops, MHD_OPTION_ARRAY, tls, MHD_OPTION_END);
}

static enum result start_daemon(struct ctx *ctx, struct server *server)
{
    struct MHD_OptionItem tls[4] = {{MHD_OPTION_END, 0, NULL}};
    if (server->credentials) {
        tls[0] =
            (struct MHD_OptionItem){MHD_OPTION_HTTPS_MEM_CERT, 0, (void *)credentials_certificate(server->credentials)};
        tls[1] = (struct MHD_OptionItem){MHD_OPTION_HTTPS_MEM_KEY, 0, (void *)credentials_key(server->credentials)};
        tls[2] = (struct MHD_OptionItem){MHD_OPTION_HTTPS_PRIORITIES, 0,
                                         (void *)"NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:%SERVER_PRECEDENCE"};
        tls[3] = (struct MHD_OptionItem){MHD_OPTION_END, 0, NULL};
    }
    server->exhausted =
        MHD_create_response_from_buffer(sizeof exhausted_text - 1, (void *)exhausted_text, MHD_RESPMEM_PERSISTENT);
    if (server->exhausted) MHD_add_response_header(server->exhausted, "Content-Type", "application/problem+json");
    if (server->exhausted) server->daemon = start(server, tls);
    if (!server->daemon)
        return fail(ctx, BROKEN, "The HTTP server does not start with %u loops: %s.", server->config.loops,
                    strerror(errno));
    return OK;
}

static void release(struct server *server)
{
    if (server->daemon) MHD_stop_daemon(server->daemon);
    if (server->exhausted) MHD_destroy_response(server->exhausted);
    for (unsigned i = 0; i < server->config.loops; i++)
        while (server->loops[i].spares) arena_free(server->loops[i].spare[--server->loops[i].spares]);
    if (server->listener >= 0) close(server->listener);
    if (server->wake >= 0) close(server->wake);
    credentials_drop(server->credentials);
    gnutls_free(server->ticket_key.data);
    pthread_cond_destroy(&server->is_quiet);
    pthread_mutex_destroy(&server->lock);
    free(server);
}

static enum result prepare(struct ctx *ctx, struct server *server)
{
    const struct server_config *config = &server->config;
    TRY(networks_parse(ctx, config->trusted_proxies, &server->proxies));
    if (config->certificate || config->key) {
        TRY(credentials_load(ctx, config, &server->credentials));
        if (gnutls_session_ticket_key_generate(&server->ticket_key) < 0)
            return fail(ctx, BROKEN, "No key for TLS session tickets could be made.");
    }
    TRY(gate_listen(ctx, server));
    server->wake = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (server->wake < 0) return fail(ctx, BROKEN, "The HTTP server gets no event descriptor: %s.", strerror(errno));
    raise_descriptors(config->max_connections);
    TRY(start_daemon(ctx, server));
    if (pthread_create(&server->gate, NULL, gate_run, server))
        return fail(ctx, BROKEN, "The system gives no thread to accept connections; allow more processes (ulimit -u).");
    return OK;
}

static struct server *server_new(const struct server_config *config)
{
    size_t size = sizeof(struct server) + config->loops * sizeof(struct loop);
    struct server *server = aligned_alloc(alignof(struct server), (size + 63) / 64 * 64);
    if (!server) return NULL;
    memset(server, 0, size);
    server->config = *config;
    server->listener = server->wake = -1;
    atomic_store(&server->now, clock_monotonic());
    wait_init(&server->is_quiet);
    pthread_mutex_init(&server->lock, NULL);
    return server;
}

enum result server_open(struct ctx *ctx, const struct server_config *given, struct server **out)
{
    struct server_config config = with_defaults(given);
    struct server *server = server_new(&config);
    if (!server) return fail(ctx, BROKEN, "There is no memory for the HTTP server.");
    enum result result = prepare(ctx, server);
    if (result != OK) {
        release(server);
        return result;
    }
    *out = server;
    return OK;
}

int server_port(const struct server *server)
{
    return server->port;
}

enum result server_reload_tls(struct ctx *ctx, struct server *server)
{
    struct credentials *fresh = NULL;
    if (!server->credentials) return fail(ctx, CONFLICT, "This server was started without TLS; restart it with TLS.");
    TRY(credentials_load(ctx, &server->config, &fresh));
    pthread_mutex_lock(&server->lock);
    struct credentials *old = server->credentials;
    server->credentials = fresh;
    credentials_drop(old);
    pthread_mutex_unlock(&server->lock);
    return OK;
}

struct server_load server_load(struct server *server)
{
    struct server_load load = {
        .connections = atomic_load(&server->connection_count),
        .streams = atomic_load(&server->stream_count),
        .upload_bytes = atomic_load(&server->upload_bytes),
    };
    for (unsigned i = 0; i < server->config.loops; i++) load.exchanges += atomic_load(&server->loops[i].in_flight);
    return load;
}

static bool is_quiet(struct server *server)
{
    for (unsigned i = 0; i < server->config.loops; i++)
        if (atomic_load(&server->loops[i].in_flight)) return false;
    return true;
}

/* After DRAIN_MS the clients that are still sending or taking are cut; what a worker holds is waited for. */
static void wait_until_quiet(struct server *server)
{
    int64_t began = clock_monotonic();
    bool were_cut = false;
    pthread_mutex_lock(&server->lock);
    while (!is_quiet(server)) {
        wait_for(&server->is_quiet, &server->lock, CLOSE_STEP_MS);
        if (were_cut || clock_monotonic() - began < DRAIN_MS) continue;
        pthread_mutex_unlock(&server->lock);
        log_line(LOG_WARNING, "cutting connections that do not end", NULL);
        connections_cut(server, false);
        were_cut = true;
        pthread_mutex_lock(&server->lock);
    }
    pthread_mutex_unlock(&server->lock);
    for (unsigned i = 0; i < server->config.loops; i++)
        while (atomic_load(&server->loops[i].resuming)) sched_yield();
}

void server_close(struct server *server)
{
    if (!server) return;
    atomic_store(&server->is_closing, true);
    gate_wake(server);
    connections_cut(server, true);
    wait_until_quiet(server);
    atomic_store(&server->gate_ends, true);
    gate_wake(server);
    pthread_join(server->gate, NULL);
    release(server);
}
