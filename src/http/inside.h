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

/* exchange.c */
void transit_hand_back(struct transit *t);             /* FINISHED: resumes the connection when it waits */
void transit_release(struct transit *t, bool on_loop); /* one holder less; the last one frees */

/* answer.c: on the loop thread */
enum MHD_Result answer_send(struct transit *t);
enum MHD_Result answer_exhausted(struct server *server, struct MHD_Connection *mhd);
void answer_refuse_raw(struct transit *t, int status); /* in the middle of a body, before closing */

/* body.c */
void body_expect(struct transit *t, int64_t length);          /* -1: chunked; under a guard */
int body_take(struct transit *t, const char *at, size_t len); /* 0, or the status to refuse with */
void body_release(struct transit *t);

/* head.c: looks at line and headers, finds the route; leaves a refusal in t. Under a guard. */
void head_examine(struct transit *t, const char *method, const char *version);

/* request.c: what libmicrohttpd calls */
void *request_begin(void *server, const char *target, struct MHD_Connection *mhd);
enum MHD_Result request_call(void *server, struct MHD_Connection *mhd, const char *url, const char *method,
                             const char *version, const char *upload, size_t *upload_size, void **transit);
void request_completed(void *server, struct MHD_Connection *mhd, void **transit, enum MHD_RequestTerminationCode code);

/* connection.c */
void connection_notify(void *server, struct MHD_Connection *mhd, void **connection,
                       enum MHD_ConnectionNotificationCode code);
void connection_extend(struct connection *connection, int64_t ms); /* new deadline, ms from now; 0: none */
void connections_sweep(struct server *server, bool look_at_streams);
void connections_cut(struct server *server, bool streams_only);

/* gate.c: listening, accepting, and the clock of the sweeps */
enum result gate_listen(struct ctx *ctx, struct server *server) MUST_USE;
void *gate_run(void *server);
void gate_wake(struct server *server);

/* stream.c */
ssize_t stream_read(void *stream, uint64_t position, char *out, size_t room); /* libmicrohttpd's reader */
void stream_start(struct exchange_stream *stream);                            /* on the loop, as the answer begins */
void stream_detach(struct exchange_stream *stream); /* on the loop: the connection is done with it */
void stream_cut(struct exchange_stream *stream);    /* the client has gone, or the server closes */
bool stream_client_left(struct exchange_stream *stream, int fd);
int64_t stream_total(const struct exchange_stream *stream);
uint64_t stream_sent(struct exchange_stream *stream);
void stream_free(struct exchange_stream *stream);

/* tls.c */
enum result credentials_load(struct ctx *ctx, const struct server_config *config, struct credentials **out) MUST_USE;
struct credentials *credentials_hold(struct credentials *credentials);
void credentials_drop(struct credentials *credentials);
void credentials_use(struct credentials *credentials, gnutls_session_t session);
const char *credentials_certificate(const struct credentials *credentials); /* PEM, terminated */
const char *credentials_key(const struct credentials *credentials);

#endif
