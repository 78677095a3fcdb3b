/* Idempotency keys of POST: a repetition answers what the first answered. A key belongs to its user and lives for a
 * day. */
#ifndef MERLON_ACCESS_IDEMPOTENCY_H
#define MERLON_ACCESS_IDEMPOTENCY_H

#include "base/ctx.h"

enum { IDEMPOTENCY_LIFE = 24 * 60 * 60 * 1000, IDEMPOTENCY_KEY_MOST = 200 };

struct idempotency {
    struct str key;      /* as sent: 1..200 visible ASCII characters */
    struct str request;  /* method and path: "POST /api/v1/risk" */
    struct str body;     /* of the request; only its SHA-256 is kept */
    int64_t status;      /* of the first answer */
    struct str location; /* what it made: "/api/v1/risk/12"; may be empty */
    int64_t at;          /* when */
};

/* Looks up key, request and body for ctx->actor; fills status, location and at. NOT_FOUND (no sentence) when it is new,
 * CONFLICT when the key was used for another request, INVALID when it is no key. */
enum result idempotency_find(struct ctx *ctx, struct idempotency *use) MUST_USE;
/* Inside the write that does the work, with status and location. CONFLICT when another request has just used the key:
 * then all of the write is undone. */
enum result idempotency_keep(struct ctx *ctx, const struct idempotency *use) MUST_USE;

#endif
