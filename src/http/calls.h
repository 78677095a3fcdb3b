/* How the files of this room call each other; nobody outside includes it. Which thread a function runs on stands beside
 * it, the loop of the connection unless something else is said. */
#ifndef MERLON_HTTP_CALLS_H
#define MERLON_HTTP_CALLS_H

#include "http/inside.h"

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

#endif
