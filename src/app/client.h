/* A client of the program's own HTTP interface (docs/api.md), for the commands that talk to a running server: `demo`,
 * and `import --url`. One client is one person or one token; its cookies and its connection are kept from call to
 * call. */
#ifndef MERLON_APP_CLIENT_H
#define MERLON_APP_CLIENT_H

#include "base/ctx.h"

struct client;

/* `url` is the address without a path: "http://127.0.0.1:8080". The client ends with the ctx's arena. */
enum result client_open(struct ctx *ctx, struct str url, struct client **client) MUST_USE;

/* Either of the two; without them calls are made as nobody. What they keep lives in the ctx's arena, or is the
 * caller's. */
enum result client_sign_in(struct ctx *ctx, struct client *client, struct str email, struct str password) MUST_USE;
void client_use_token(struct client *client, struct str token);

struct call {
    const char *method;
    struct str path;     /* with its query, "/api/v1/risk?limit=5" */
    struct str body;     /* may be empty */
    struct str type;     /* of the body; empty is JSON */
    struct str if_match; /* "*", "\"4\""; may be empty */
};
struct answer {
    int status;
    struct str body; /* in the ctx's arena */
};

/* OK for any 2xx. Otherwise the server's own sentence, with its field errors behind it: DENIED for 401 and 403,
 * NOT_FOUND for 404, CONFLICT for 409 and other 4xx, BUSY for 429 and 503, BROKEN when there is no answer. */
enum result client_call(struct ctx *ctx, struct client *client, const struct call *call,
                        struct answer *answer) MUST_USE;

#endif
