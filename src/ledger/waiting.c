#include "ledger/waiting.h"

static const char LATE[] =
    SENTENCE("Entries of the ledger await their seal, and no round of sealing comes to its end: the database takes "
             "without end for what it is asked, does not answer, or is held by another program. Look what else uses "
             "it, run merlon verify, and start the program anew.");

static const char HELD[] =
    SENTENCE("What was written awaits its seal for two minutes, while rounds of sealing end: somebody holds in the "
             "database what every write holds while it goes on (one very long write, or somebody who keeps the sealing "
             "off), or hides it from the sealing. See who it is (docs/running.md, Alarms).");

void waiting_end(struct waiting *waiting, enum result result, bool behind, int64_t since, int64_t now)
{
    waiting->since = since;
    if (result_passes(result)) return;
    waiting->answered = now;
    if (!behind) waiting->behind = 0;
    if (behind && !waiting->behind) waiting->behind = now;
}

static int64_t latest(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

/* A machine that was paused held up the rounds as well: they are given their time from when it went on. */
bool waiting_look(struct waiting *waiting, int64_t now)
{
    const struct waiting before = *waiting;
    if (waiting->looked && now - waiting->looked >= WAITING_LATE / 2) waiting->woke = now;
    waiting->looked = now;
    int64_t since = latest(waiting->since, waiting->woke), behind = latest(waiting->behind, waiting->woke);
    waiting->late = waiting->since && now - latest(since, waiting->answered) >= WAITING_LATE;
    waiting->held =
        (waiting->since && now - since >= WAITING_HELD) || (waiting->behind && now - behind >= WAITING_HELD);
    return waiting->late != before.late || waiting->held != before.held;
}

int64_t waiting_for(const struct waiting *waiting, int64_t now)
{
    return waiting->since ? now - waiting->since : 0;
}

const char *waiting_alarm(const struct waiting *waiting, const char *told)
{
    if (waiting->late) return LATE;
    return waiting->held && !*told ? HELD : told;
}
