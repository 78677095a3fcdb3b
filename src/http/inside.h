/* What the files of this room share and nobody else includes.
 *
 * Threads: a connection belongs to one loop for life; everything of an exchange that is not atomic is touched by its
 * holder only (loop, then worker, then loop). Lock order: server->lock, then a stream's lock, then libmicrohttpd's. */
#ifndef MERLON_HTTP_INSIDE_H
#define MERLON_HTTP_INSIDE_H

#include "http/address.h"
#include "http/server.h"
#include "http/stream.h"

#include <gnutls/gnutls.h>
#include <microhttpd.h>
#include <pthread.h>
#include <stdalign.h>
#include <stdatomic.h>

enum { SWEEP_MS = 250, SPARE_ARENAS = 16, RATE = 16 /* bytes a ms: the slowest client that is borne with */ };

struct server;

/* One TCP connection, from accept to close; server->connections lists them all. */
struct connection {
    struct connection *next, *previous;
    struct server *server;
    int fd; /* open as long as this is in the list */
    unsigned loop;
    _Atomic int64_t deadline;       /* of server->now; when it is over, the connection is cut; 0: none */
    struct exchange_stream *stream; /* under server->lock */
    struct credentials *credentials;
};

/* Counters of a loop stand apart from those of others, so that two loops do not pull one line of cache to and fro. */
struct loop {
    alignas(64) pthread_t thread;
    unsigned spares;
    struct arena *spare[SPARE_ARENAS];      /* used by that thread only */
    alignas(64) _Atomic uint64_t in_flight; /* exchanges whose head has been read, until they are released */
    _Atomic uint64_t resuming;              /* threads that are waking this loop */
};

struct server {
    struct server_config config; /* with the defaults filled in */
    struct networks proxies;
    struct MHD_Daemon *daemon;
    struct MHD_Response *exhausted;  /* made beforehand: the answer when there is no memory */
    struct credentials *credentials; /* under lock */
    gnutls_datum_t ticket_key;
    int listener, wake, port;
    pthread_t gate;
    pthread_mutex_t lock;
    pthread_cond_t is_quiet; /* an in_flight reached 0 while closing */
    struct connection *connections;
    unsigned known_loops;
    _Atomic int64_t now; /* clock_monotonic() of the last sweep */
    _Atomic uint64_t connection_count, stream_count, upload_bytes;
    _Atomic uint64_t pending; /* accepted, but not yet in the list */
    atomic_bool is_closing, gate_ends, gate_is_full;
    struct loop loops[];
};

enum phase { PHASE_HEAD, PHASE_BODY, PHASE_RUNNING, PHASE_ANSWERED };
enum state { RUNNING, WAITING, FINISHED }; /* of who holds the exchange; WAITING: the connection is suspended */

struct header {
    struct header *next;
    const char *name, *value;
};

/* An exchange with its inside; the exchange comes first, so that one is the other. */
struct transit {
    struct exchange x;
    struct server *server;
    struct connection *connection;
    struct MHD_Connection *mhd;
    enum phase phase;
    _Atomic int state, holders; /* holders: the connection, and the writer of a stream */
    struct header *headers, **last_header;
    struct exchange_stream *stream;
    const char *target_at; /* in libmicrohttpd's buffer, to find a NUL inside */
    int64_t started_ns, body_started;
    size_t body_limit, body_room, body_counted;
    bool is_refused, must_close, is_discarding, body_is_mapped, is_counted, headers_are_gone;
    bool remote_is_known, peer_is_trusted;
    char remote[ADDRESS_TEXT];
    size_t remote_len;
};

static inline struct transit *transit_of(struct exchange *x)
{
    return (struct transit *)x;
}
int64_t monotonic_ns(void);

#endif
