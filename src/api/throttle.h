/* How often one address may ask what nobody need be signed in for: so many times a minute, in this process. Bounded
 * memory; where more addresses ask at once than are told apart, some share what one may. */
#ifndef MERLON_API_THROTTLE_H
#define MERLON_API_THROTTLE_H

#include "base/ctx.h"

struct throttle;

enum result throttle_new(struct ctx *ctx, unsigned per_minute, struct throttle **throttle) MUST_USE;
void throttle_free(struct throttle *throttle); /* NULL is fine */

/* One more by this address at `now` (ms of the monotonic clock): false when it is one too many, and then *seconds says
 * how long to wait. */
bool throttle_admits(struct throttle *throttle, struct str address, int64_t now, int64_t *seconds);

#endif
