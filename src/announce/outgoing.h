/* What the program sends out by itself: one HTTP request or one mail at a time, with limits on time and size, by
 * libcurl. Redirects are not followed, and nothing but http, https, smtp and smtps is spoken. */
#ifndef MERLON_ANNOUNCE_OUTGOING_H
#define MERLON_ANNOUNCE_OUTGOING_H

#include "base/buf.h"
#include "base/ctx.h"

#include <stdatomic.h>

enum { OUTGOING_CONNECT_MS = 5000, OUTGOING_MS = 15000, OUTGOING_ANSWER_MOST = 256 * 1024 };

struct outgoing_call {
    struct str url, type, body;
    const atomic_bool *ends; /* set: the call is given up within a second; NULL: never */
};
struct outgoing_answer {
    int status;
    struct str type, body; /* in the arena */
};
/* A POST. OK for any answer, whatever its status; BUSY with a sentence when there is none. */
enum result outgoing_post(struct ctx *ctx, const struct outgoing_call *call, struct outgoing_answer *answer) MUST_USE;

struct outgoing_mail {
    struct str server;       /* smtp://HOST:PORT or smtps://...; STARTTLS where the server offers it, and always with a
                                login */
    struct str user, secret; /* both empty: no login */
    struct str from, to;     /* addresses; several in `to` are parted by commas */
    struct str subject, text;
    const atomic_bool *ends;
};
/* INVALID: an address or the server is of no use. BUSY: it was not taken now. */
enum result outgoing_send(struct ctx *ctx, const struct outgoing_mail *mail) MUST_USE;

#endif
