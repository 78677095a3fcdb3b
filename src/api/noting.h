/* The security events of a request (events/events.h): who, from where, under which request id. An answer to which one
 * belongs names that id in X-Request-Id. */
#ifndef MERLON_API_NOTING_H
#define MERLON_API_NOTING_H

#include "api/serve.h"

/* The caller sets kind, subject, record and detail. Posted when the answer is ready and only if it succeeds: a write
 * that is undone has not happened. One a request; strings in the request's arena or literals. */
void note_event(struct exchange *x, struct event event);
/* At once, for a handler that streams its answer. */
void note_now(struct ctx *ctx, struct exchange *x, struct event event);
/* The same, and returns when it is durable; BUSY: then the answer is not to be given. Not inside a write. */
enum result note_durably(struct ctx *ctx, struct exchange *x, struct event event) MUST_USE;
/* Whoever refuses has posted an event that says more. */
void note_is_told(struct exchange *x);

/* For serve.c, before the answer is given back: posts what was noted, or the refusal that came of it. */
void note_outcome(struct request *request);

#endif
