/* How long what this process committed awaits its seal, and when that is an alarm: known also where the database hangs,
 * for it is asked for nothing. Times are instants of clock_monotonic(). Whoever calls holds a lock of their own. */
#ifndef MERLON_LEDGER_WAITING_H
#define MERLON_LEDGER_WAITING_H

#include "base/clock.h"
#include "base/ctx.h"

enum {
    WAITING_LATE = 10 * SECOND,    /* so long without an answer */
    WAITING_BEHIND = 120 * SECOND, /* so long behind one write of somebody's (ledger/floor.h) */
};

struct waiting {
    int64_t since;        /* the oldest that awaits its seal; 0: nothing does */
    int64_t answered;     /* the newest round that ended well or said why not; 0: none did */
    int64_t behind;       /* since then rounds end behind somebody's write; 0: they do not */
    int64_t looked, woke; /* waiting_look last ran; it ran again after this process was held up */
    const char *late;     /* the sentence of the alarm; NULL: there is none */
};

/* What was left of that which a round had taken up, and whether something waits that was committed since it began. */
struct waiting_left {
    size_t taken_up;
    bool since_begun, behind;
};

void waiting_begin(struct waiting *waiting, int64_t now);
/* A round has ended. One that was not held (result_passes) ends no wait, and neither does one that ends well and
 * leaves what it had taken up. */
void waiting_end(struct waiting *waiting, enum result result, const struct waiting_left *left, int64_t began,
                 int64_t now);
/* Now and then. True: whether there is an alarm, or which, has changed. */
bool waiting_look(struct waiting *waiting, int64_t now);
int64_t waiting_for(const struct waiting *waiting, int64_t now); /* ms; 0: nothing waits */

#endif
