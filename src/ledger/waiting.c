#include "ledger/waiting.h"

static const char LATE[] =
    SENTENCE("Entries of the ledger await their seal, and no round of sealing comes to its end: the database takes "
             "without end for what it is asked, does not answer, or is held by another program. Look what else uses "
             "it, run merlon verify, and start the program anew.");

static const char BEHIND[] =
    SENTENCE("Nothing was sealed for two minutes, because somebody holds in the database what every write holds while "
             "it goes on: one very long write, or somebody who keeps the sealing off. See who it is "
             "(docs/running.md, Alarms).");

void waiting_begin(struct waiting *waiting, int64_t now)
{
    if (!waiting->since) waiting->since = now;
}

void waiting_end(struct waiting *waiting, enum result result, const struct waiting_left *left, int64_t began,
                 int64_t now)
{
    if (result_passes(result)) return;
    waiting->answered = now;
    if (!left->behind) waiting->behind = 0;
    if (left->behind && !waiting->behind) waiting->behind = began;
    if (result == OK && !left->taken_up) waiting->since = left->since_begun ? began : 0;
}

static int64_t latest(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

/* A machine that was paused held up the rounds as well: they are given their time from when it went on. */
static const char *alarm_at(const struct waiting *waiting, int64_t now)
{
    int64_t unanswered = latest(latest(waiting->answered, waiting->since), waiting->woke);
    if (waiting->behind && now - latest(waiting->behind, waiting->woke) >= WAITING_BEHIND) return BEHIND;
    return waiting->since && now - unanswered >= WAITING_LATE ? LATE : NULL;
}

bool waiting_look(struct waiting *waiting, int64_t now)
{
    const char *before = waiting->late;
    if (waiting->looked && now - waiting->looked >= WAITING_LATE / 2) waiting->woke = now;
    waiting->looked = now;
    waiting->late = alarm_at(waiting, now);
    return waiting->late != before;
}

int64_t waiting_for(const struct waiting *waiting, int64_t now)
{
    return waiting->since ? now - waiting->since : 0;
}
