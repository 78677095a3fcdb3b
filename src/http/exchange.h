/* One request and its answer. The loop thread makes it; one thread at a time holds it; exchange_finish gives it back.
 *
 * Its arena lives until the answer has been sent or the client has gone. What the holder deferred on that arena
 * (arena_defer) is released inside exchange_finish, by the thread that used it. Everything read from the request is
 * borrowed from the exchange; header and cookie values may be read until the answer is finished or streaming.
 *
 * Already refused when a handler sees it: paths and queries with broken %-escapes, %00 or anything but UTF-8, "." and
 * ".." segments, differing Content-Length, Content-Length beside Transfer-Encoding (RFC 9112, 6.3), a body over the
 * route's limit (413), unknown paths (404) and methods (405 with Allow). */
#ifndef MERLON_HTTP_EXCHANGE_H
#define MERLON_HTTP_EXCHANGE_H

#include "base/buf.h"
#include "base/sentences.h"
#include "http/query.h"

enum http_method { HTTP_GET, HTTP_HEAD, HTTP_POST, HTTP_PUT, HTTP_PATCH, HTTP_DELETE, HTTP_OPTIONS, HTTP_METHODS };

struct route;

struct exchange {
    struct arena *arena;
    const struct route *route; /* the one that matched */
    void *user;                /* the app's */

    enum http_method method; /* HEAD stays HEAD though the GET route runs; its body is not sent */
    struct str target;       /* as sent: "/api/v1/risk?limit=5" */
    struct str path;         /* percent-decoded: "/api/v1/risk" */
    struct query query;      /* decoded pairs in the order sent */
    struct query parameters; /* of the route's pattern: {id} is named "id" */
    struct str body;         /* complete */
    bool is_tls;             /* here, or at a trusted proxy that says so (X-Forwarded-Proto) */
    unsigned loop;           /* 0 to loops - 1: the loop thread that carries this connection */
    struct str id;           /* exchange_id makes it */
    int64_t started;         /* clock_monotonic() when the request line had been read */

    int status;         /* of the answer; 200 unless set */
    const char *type;   /* its Content-Type; NULL sends none; must outlive the exchange (a literal, or in the arena) */
    struct buf out;     /* its body, written into the arena */
    struct str content; /* its body, borrowed until the end (embedded files); used instead of `out` when at is set */
};

/* The first value of that name; false when there is none. Names of headers ignore case. */
bool exchange_query(const struct exchange *x, const char *name, struct str *value);
bool exchange_parameter(const struct exchange *x, const char *name, struct str *value);
bool exchange_header(struct exchange *x, const char *name, struct str *value);
bool exchange_cookie(struct exchange *x, const char *name, struct str *value);

/* Address of the client as text, without port. Behind a trusted proxy the rightmost address of X-Forwarded-For that is
 * not itself a trusted proxy; from anyone else that header is ignored. */
struct str exchange_remote(struct exchange *x);

/* Sets a header of the answer; the value is copied. Set-Cookie adds, any other name replaces. False, and nothing is
 * sent, when the name is no token or the value holds CR, LF, NUL or another control (RFC 9110, 5.5). Content-Length,
 * Connection, Date and Transfer-Encoding are the server's and refused too. */
bool exchange_set_header(struct exchange *x, const char *name, struct str value);

/* In which the request wants its sentences (http/language.h); NULL is English. */
const struct sentences *exchange_sentences(struct exchange *x);
void exchange_tell_language(struct exchange *x); /* the headers Content-Language and Vary: this answer has sentences */
struct str exchange_say(struct exchange *x, const char *format, ...) PRINTF_LIKE(2, 3);

/* By which the log, an answer's X-Request-Id and a problem's `request` name this exchange. Made when it is first asked
 * for. */
struct str exchange_id(struct exchange *x);

/* Replaces status and body by an RFC 9457 problem with this sentence, in the language of the request where its
 * catalogue has it, and with exchange_id as its `request`. Headers set before stay; a 503 says Retry-After: 1. */
void exchange_problem(struct exchange *x, int status, struct str sentence);
const char *http_status_text(int status); /* "Not Found" */
const char *http_method_name(enum http_method method);

/* Sends the answer. From any thread, once; the exchange belongs to the server afterwards. */
void exchange_finish(struct exchange *x);

/* Runs work(x, argument) under a guard: when memory runs out inside, x is answered by a 503 problem (or its stream is
 * cut) and finished here. The work must end by finishing x, by streaming, or by handing x to another thread, which
 * calls exchange_run again. Never touches x after work has returned. */
void exchange_run(struct exchange *x, void (*work)(struct exchange *x, void *argument), void *argument);

#endif
