/* The HTTP server: epoll loops of libmicrohttpd behind limits of our own. HTTP/1.1 with TLS; knows no register. */
#ifndef MERLON_HTTP_SERVER_H
#define MERLON_HTTP_SERVER_H

#include "http/route.h"

struct server;

struct server_header {
    const char *name, *value;
};

/* What an answered exchange came to; for metrics and the access log. */
struct server_account {
    const struct route *route; /* NULL when none matched */
    enum http_method method;
    int status;
    bool was_cut;                 /* the client left, or was cut off, before the end */
    int64_t microseconds;         /* from the request line to the end of the answer */
    uint64_t bytes_in, bytes_out; /* of the bodies */
};

/* Zero in a number means the default in brackets. Everything pointed to must outlive the server. */
struct server_config {
    const char *host;                         /* "127.0.0.1", "::1", "0.0.0.0", "::" for all of both kinds */
    int port;                                 /* 0: any free one, see server_port */
    unsigned loops;                           /* threads [one for each core] */
    const char *certificate, *key;            /* PEM files; both NULL: no TLS */
    const char *trusted_proxies;              /* "127.0.0.1, 10.0.0.0/8": whose X-Forwarded-* count; NULL: nobody's */
    size_t max_header;                        /* bytes of request line and headers together [12 KiB] */
    size_t max_upload;                        /* bytes of all bodies in memory at once [256 MiB]; over it: 503 */
    size_t max_memory;                        /* bytes of one exchange's arena [128 MiB]; over it: 503 */
    unsigned max_connections;                 /* [4096] */
    unsigned max_per_address;                 /* [0: no limit; behind a proxy all share one] */
    int header_ms;                            /* for a request's head, trickled or not [10 s] */
    int body_ms;                              /* for its body, plus 1 s for each 16 KiB [30 s] */
    int send_ms;                              /* for its answer, plus 1 s for each 16 KiB [60 s] */
    int idle_ms;                              /* between requests of a connection [60 s] */
    const struct server_header *headers;      /* sent with every answer, closed by {NULL, NULL}; a handler's own wins */
    const struct server_header *page_headers; /* the same, for text/html only */
    const struct router *router;
    const struct languages *languages; /* that refusals may come in; NULL: English only */
    void *app;
    /* On the loop thread, with the body complete: run it here (LANE_LOOP) or hand it on. Must not block. */
    void (*dispatch)(void *app, struct exchange *x, const struct route *route);
    /* On the loop thread, after each exchange; may be NULL. Must not block; x is gone when it returns. */
    void (*completed)(void *app, struct exchange *x, const struct server_account *account);
};

/* INVALID: host, certificate, key or proxies cannot be used. CONFLICT: the port is in use. The ctx has the sentence. */
enum result server_open(struct ctx *ctx, const struct server_config *config, struct server **out) MUST_USE;
int server_port(const struct server *server);

/* New connections get the new certificate; when the files cannot be used, the old one stays. */
enum result server_reload_tls(struct ctx *ctx, struct server *server) MUST_USE;

struct server_load {
    uint64_t connections, exchanges, streams, upload_bytes; /* now */
};
struct server_load server_load(struct server *server);

/* Accepts no more, cuts streams (their writers get BROKEN), waits for exchanges and streams in flight, stops. What runs
 * them (pool, writer) must still be running and is closed afterwards. Never from a handler. NULL is fine. */
void server_close(struct server *server);

#endif
