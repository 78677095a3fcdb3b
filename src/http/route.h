/* Route tables, and finding the route of a request.
 *
 * A pattern is "/api/v1/{register}/{id}/transitions/{name}": segments match literally, "{name}" matches one segment
 * that is not empty, and "{name...}" at the end matches whatever is left, also nothing. Literal segments win over
 * {name}, and {name} over {name...}, from the left, with going back where the more literal way leads nowhere. The path
 * decides first, then the method: a path that is known with other methods is 405, never another pattern. Segments are
 * cut before decoding, so %2F is part of a value. */
#ifndef MERLON_HTTP_ROUTE_H
#define MERLON_HTTP_ROUTE_H

#include "base/ctx.h"
#include "http/exchange.h"

enum lane {
    LANE_LOOP,   /* short and never blocking: run inline by the loop thread */
    LANE_WORKER, /* may block: run by the worker pool */
    LANE_WRITER, /* writes: run by the one that commits */
};

enum { ROUTE_SEGMENTS = 32, ROUTE_PARAMETERS = 8, BODY_LIMIT = 1024 * 1024 };

struct route {
    enum http_method method; /* GET serves HEAD too; OPTIONS is answered by the server unless a route takes it */
    const char *pattern;
    enum result (*handler)(struct ctx *ctx, struct exchange *x); /* called by the app's dispatch, never by http */
    enum lane lane;
    size_t body_limit; /* bytes; 0 is BODY_LIMIT */
    const char *help;  /* one sentence for the documentation */
    const void *data;  /* the app's own: what it takes to call this route, ... */
    bool one_moment;   /* all that it reads must be of one moment: for the app's dispatch, which sees to it */
};

struct router;

struct router *router_new(struct arena *arena); /* lives in the arena */

/* Adds a table, which must outlive the router. INVALID names the pattern that is malformed or there twice. */
enum result router_add(struct ctx *ctx, struct router *router, const struct route *routes, size_t count) MUST_USE;

struct route_match {
    const struct route *route; /* NULL: none takes this method */
    bool path_is_known;        /* false: 404 */
    unsigned methods;          /* bit 1 << enum http_method for each that this path takes */
    struct query parameters;   /* in the arena */
};

/* path is raw, beginning with "/". False when a segment cannot be decoded, is "." or "..", or there are too many: 400.
 * */
bool router_find(const struct router *router, struct arena *arena, enum http_method method, struct str path,
                 struct route_match *match) MUST_USE;

#endif
