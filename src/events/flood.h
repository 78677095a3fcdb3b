/* Inside this room: what comes in floods. The first of a key is let through, what follows within a minute is counted,
 * and the count comes out as one row when the minute is over. Its memory is bounded: above FLOOD_SLOTS keys a
 * minute, what comes is counted together, without address. Times are of the monotonic clock. The caller holds a lock.
 */
#ifndef MERLON_EVENTS_FLOOD_H
#define MERLON_EVENTS_FLOOD_H

#include "events/row.h"

enum { FLOOD_SLOTS = 256, FLOOD_MINUTE = 60 * 1000 };

struct flood_slot {
    uint64_t key;
    int64_t until;
    struct event_row counted; /* its count is how many came after the first */
};
struct flood {
    struct flood_slot slots[FLOOD_SLOTS];
    size_t count;
    struct flood_slot others; /* until 0: none */
};

/* Whether the row is to be written now; else it has been counted. */
bool flood_take(struct flood *flood, uint64_t key, const struct event_row *row, int64_t now);
/* The next row of counts whose minute is over (or any at all when `all`); false when there is none. */
bool flood_next(struct flood *flood, int64_t now, bool all, struct event_row *row);

/* What is told apart: kind, actor, who tries from where (of IPv6 the /64, which one customer has for himself), and, of
 * those who are known, what they were refused. */
uint64_t flood_key(const struct event_row *row);

#endif
