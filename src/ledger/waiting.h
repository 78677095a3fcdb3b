/* How long what this process committed awaits its seal, and when that is an alarm: known also where the database hangs,
 * for it is asked for nothing. Times are instants of clock_monotonic(). Whoever calls holds a lock of their own. */
#ifndef MERLON_LEDGER_WAITING_H
#define MERLON_LEDGER_WAITING_H

#include "base/clock.h"
#include "base/ctx.h"

enum {
    WAITING_LATE = 10 * SECOND,  /* so long without an answer */
    WAITING_HELD = 120 * SECOND, /* so long for its seal, or behind one write (ledger/floor.h), whatever rounds say */
};

struct waiting {
    int64_t since;        /* the oldest that awaits its seal; 0: nothing does */
    int64_t answered;     /* the newest round that ended well or said why not; 0: none did */
    int64_t behind;       /* since then each round ends behind somebody's write; 0: they do not */
    int64_t looked, woke; /* waiting_look last ran; it ran again after this process was held up */
    bool late, held;      /* the alarms, as was last looked */
};

/* A round has ended. One that was not held (result_passes) answers nothing. `since`: as in struct waiting. */
void waiting_end(struct waiting *waiting, enum result result, bool behind, int64_t since, int64_t now);
/* Now and then. True: an alarm has come or gone. */
bool waiting_look(struct waiting *waiting, int64_t now);
int64_t waiting_for(const struct waiting *waiting, int64_t now); /* ms; 0: nothing waits */

/* The sentence of the alarm, which gives way to `told`, what a round has said of it, where only `held` stands. */
const char *waiting_alarm(const struct waiting *waiting, const char *told);

#endif
