/* Inside this room: what comes in floods. The first of a key is let through, what follows within a minute is counted,
 * and the count comes out as one row when the minute is over. Its memory is bounded: above THROTTLE_SLOTS keys a
 * minute, what comes is counted together, without address. Times are of the monotonic clock. The caller holds a lock.
 */
#ifndef MERLON_EVENTS_THROTTLE_H
#define MERLON_EVENTS_THROTTLE_H

#include "events/row.h"

enum { THROTTLE_SLOTS = 256, THROTTLE_MINUTE = 60 * 1000 };

struct throttle_slot {
    uint64_t key;
    int64_t until;
    struct event_row counted; /* its count is how many came after the first */
};
struct throttle {
    struct throttle_slot slots[THROTTLE_SLOTS];
    size_t count;
    struct throttle_slot others; /* until 0: none */
};

/* Whether the row is to be written now; else it has been counted. */
bool throttle_take(struct throttle *throttle, uint64_t key, const struct event_row *row, int64_t now);
/* The next row of counts whose minute is over (or any at all when `all`); false when there is none. */
bool throttle_next(struct throttle *throttle, int64_t now, bool all, struct event_row *row);

/* What is told apart: kind, actor, who tries from where (of IPv6 the /64, which one customer has for himself), and, of
 * those who are known, what they were refused. */
uint64_t throttle_key(const struct event_row *row);

#endif
