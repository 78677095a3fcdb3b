/* Answers that are written bit by bit: exports, downloads, server-sent events. Memory is bounded: at most STREAM_WINDOW
 * bytes wait for a client; an idle stream costs no CPU.
 *
 * exchange_stream begins the answer with the status, type and headers set before; `out` and `content` are not sent.
 * From then on any thread may write, one or many, until stream_end, which every stream must be given once, whatever the
 * writes returned. Exchange and arena live until stream_end and until the connection is done with it; but once the
 * work of exchange_run has returned, other threads write without using that arena. Who keeps streams of events ends
 * those whose write fails (a comment line every 20 s finds them), and all of them before server_close, which waits. */
#ifndef MERLON_HTTP_STREAM_H
#define MERLON_HTTP_STREAM_H

#include "http/exchange.h"

enum { STREAM_WINDOW = 256 * 1024, STREAM_PATIENCE = 30 * 1000 /* ms */ };

struct exchange_stream;

/* total in bytes when it is known, which sends a Content-Length, else -1 (chunked). Instead of exchange_finish. NULL
 * when there is no memory: then the exchange is answered 503 and finished. */
struct exchange_stream *exchange_stream(struct exchange *x, int64_t total) MUST_USE;

/* Before the first write, for an answer that holds something while it is written, such as a view of the database: how
 * long its writers wait for this client in all, ms. Then it is cut off as if it took nothing. Without this it may be
 * as slow as it likes, as long as it takes something. */
void stream_limit_waiting(struct exchange_stream *stream, int64_t ms);

/* Gathers some 32 KiB before the client sees them (push an empty string to send what there is); waits while the window
 * is full. BROKEN: the client has gone, or the server is closing. BUSY: the client has taken nothing for
 * STREAM_PATIENCE, or has made its writers wait too long in all; it has been cut off. Nothing is sent after either. For
 * worker threads only. */
enum result stream_write(struct exchange_stream *stream, struct str bytes) MUST_USE;

/* Never waits; all or nothing. BUSY: the client is too slow to take it and has been cut off. */
enum result stream_push(struct exchange_stream *stream, struct str bytes) MUST_USE;

/* Whether the client is still there, as far as is known; a client that left an idle stream is noticed within seconds.
 * */
bool stream_is_open(struct exchange_stream *stream);

void stream_end(struct exchange_stream *stream);   /* the answer is complete */
void stream_abort(struct exchange_stream *stream); /* instead: cut the connection, so that the client sees it is not */

/* One server-sent event (WHATWG HTML, 9.2): data may hold line ends; id and name may be empty and must hold none. */
void event_add(struct buf *out, struct str id, struct str name, struct str data);

#endif
