/* Connections and their deadlines. libmicrohttpd's timeout counts inactivity only, so that a client that sends one byte
 * a second stays for ever; here each stage of a connection has a time when it must be over, and a sweep cuts what is
 * late. */
#include "http/calls.h"
#include "http/tls.h"

#include <sys/socket.h>

static unsigned loop_of_this_thread(struct server *server)
{
    pthread_t self = pthread_self();
    for (unsigned i = 0; i < server->known_loops; i++)
        if (pthread_equal(server->loops[i].thread, self)) return i;
    if (server->known_loops == server->config.loops) return 0;
    server->loops[server->known_loops].thread = self;
    return server->known_loops++;
}

static void prepare_tls(struct connection *connection, struct MHD_Connection *mhd)
{
    struct server *server = connection->server;
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_GNUTLS_SESSION);
    if (!info) return;
    pthread_mutex_lock(&server->lock);
    connection->credentials = credentials_hold(server->credentials);
    pthread_mutex_unlock(&server->lock);
    credentials_use(connection->credentials, info->tls_session);
    gnutls_session_ticket_enable_server(info->tls_session, &server->ticket_key);
}

static void connection_open(struct server *server, struct MHD_Connection *mhd, void **out)
{
    struct connection *connection = calloc(1, sizeof *connection);
    *out = connection;
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CONNECTION_FD);
    if (!connection) {
        atomic_fetch_sub(&server->pending, 1);
        shutdown(info->connect_fd, SHUT_RDWR); /* no memory; nothing of it may come through unwatched */
        return;
    }
    connection->server = server;
    connection->fd = info->connect_fd;
    connection_extend(connection, server->config.header_ms);
    prepare_tls(connection, mhd);
    if (atomic_fetch_add(&server->connection_count, 1) == 0) gate_wake(server); /* it sleeps when nobody is there */
    atomic_fetch_sub(&server->pending, 1);
    pthread_mutex_lock(&server->lock);
    connection->loop = loop_of_this_thread(server);
    connection->next = server->connections;
    if (connection->next) connection->next->previous = connection;
    server->connections = connection;
    pthread_mutex_unlock(&server->lock);
}

static void connection_close(struct server *server, struct connection *connection)
{
    if (!connection) return;
    pthread_mutex_lock(&server->lock);
    if (connection->previous)
        connection->previous->next = connection->next;
    else
        server->connections = connection->next;
    if (connection->next) connection->next->previous = connection->previous;
    credentials_drop(connection->credentials);
    pthread_mutex_unlock(&server->lock);
    free(connection);
    atomic_fetch_sub(&server->connection_count, 1);
    if (atomic_exchange(&server->gate_is_full, false)) gate_wake(server);
}

void connection_notify(void *server, struct MHD_Connection *mhd, void **connection,
                       enum MHD_ConnectionNotificationCode code)
{
    if (code == MHD_CONNECTION_NOTIFY_STARTED)
        connection_open(server, mhd, connection);
    else
        connection_close(server, *connection);
}

void connection_extend(struct connection *connection, int64_t ms)
{
    int64_t deadline = ms ? atomic_load_explicit(&connection->server->now, memory_order_relaxed) + ms : 0;
    atomic_store_explicit(&connection->deadline, deadline, memory_order_relaxed);
}

void connections_sweep(struct server *server, bool look_at_streams)
{
    int64_t now = atomic_load(&server->now);
    pthread_mutex_lock(&server->lock);
    for (struct connection *connection = server->connections; connection; connection = connection->next) {
        int64_t deadline = atomic_load_explicit(&connection->deadline, memory_order_relaxed);
        if (deadline && now > deadline) shutdown(connection->fd, SHUT_RDWR);
        bool has_left = look_at_streams && connection->stream && stream_client_left(connection->stream, connection->fd);
        if (has_left) stream_cut(connection->stream);
    }
    pthread_mutex_unlock(&server->lock);
}

void connections_cut(struct server *server, bool streams_only)
{
    pthread_mutex_lock(&server->lock);
    for (struct connection *connection = server->connections; connection; connection = connection->next) {
        if (connection->stream) stream_cut(connection->stream);
        if (!streams_only) shutdown(connection->fd, SHUT_RDWR);
    }
    pthread_mutex_unlock(&server->lock);
}
