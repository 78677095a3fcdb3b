/* All is arithmetic on two readings taken together: how far the wall clock is from where it should be by the other. */
#include "base/timekeeper.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/timex.h>
#include <time.h>

enum { OFF_DAYS = 31, TELLING = 2 * SECOND, A_JUMP = MINUTE, AGREEING = SECOND };
#define OFF_MOST ((int64_t)OFF_DAYS * DAY)

struct timekeeper {
    struct time_source source;
    bool trusts;
    pthread_mutex_t lock; /* of all below */
    int64_t known;        /* the latest instant that was told to have been; 0: none */
    int64_t now, at;      /* the program's time, when `elapsed` said this */
    int64_t credit;       /* how far the wall clock may be followed ahead, ms */
    int64_t held_by;      /* 0, or how far it is ahead */
    int64_t held_since;   /* elapsed */
    int64_t followed, follows;
};

/* ---- the system ---- */

static int64_t system_wall(void *arg)
{
    (void)arg;
    return clock_now();
}

/* Goes on while the machine sleeps, which CLOCK_MONOTONIC does not. */
static int64_t system_elapsed(void *arg)
{
    struct timespec now;
    (void)arg;
    clock_gettime(CLOCK_BOOTTIME, &now);
    return (int64_t)now.tv_sec * SECOND + now.tv_nsec / 1000000;
}

/* The kernel forgets that its clock is kept as soon as somebody sets it. It speaks of its own clock: so that must be
 * the one that is read here. */
static bool system_vouched(void *arg)
{
    struct timex kernel = {.modes = 0};
    (void)arg;
    int state = adjtimex(&kernel);
    if (state < 0 || state == TIME_ERROR || (kernel.status & STA_UNSYNC)) return false;
    int64_t says = (int64_t)kernel.time.tv_sec * SECOND, reads = clock_now();
    return says - reads < 2 * AGREEING && reads - says < 2 * AGREEING;
}

const struct time_source time_source_system = {system_wall, system_elapsed, system_vouched, NULL};

/* ---- keeping ---- */

static bool is_confirmed(struct timekeeper *keeper, int64_t lead)
{
    if (keeper->trusts || keeper->source.vouched(keeper->source.arg)) return true;
    int64_t moved = lead - keeper->held_by;
    bool stands = keeper->held_by && moved < A_JUMP && moved > -A_JUMP;
    if (!stands) keeper->held_since = keeper->at;
    keeper->held_by = lead;
    return keeper->at - keeper->held_since >= DAY;
}

/* What was confirmed leaves a little credit: the two clocks are not read at once, and a millisecond between them is no
 * jump that would be held off again. */
static void follow(struct timekeeper *keeper, int64_t lead)
{
    keeper->now += lead;
    keeper->credit = lead > keeper->credit ? SECOND : keeper->credit - lead;
    if (keeper->credit > DAY) keeper->credit = DAY;
    keeper->held_by = 0;
    if (lead < A_JUMP) return;
    keeper->followed = lead;
    keeper->follows++;
}

/* At half speed what is counted are whole steps of two, so that nothing is lost however often the time is asked. */
static void go_on(struct timekeeper *keeper, int64_t passed, bool slowly)
{
    int64_t step = slowly ? passed / 2 : passed;
    keeper->now += step;
    keeper->at += slowly ? step * 2 : passed;
    int64_t lacks = DAY - keeper->credit;
    if (lacks > 0) keeper->credit += step < lacks ? step : lacks;
}

/* Returns what the wall clock says. */
static int64_t keep(struct timekeeper *keeper)
{
    int64_t wall = keeper->source.wall(keeper->source.arg);
    int64_t passed = keeper->source.elapsed(keeper->source.arg) - keeper->at;
    bool is_behind = wall < keeper->now;
    int64_t expected = keeper->now + passed;
    if (!is_behind && wall < expected) { /* a little slower than it should be, and yet it has not gone back */
        go_on(keeper, passed, false);
        keeper->now = wall;
    } else {
        go_on(keeper, passed, is_behind && keeper->now - wall <= DAY);
    }
    int64_t lead = wall - keeper->now;
    if (lead > keeper->credit ? is_confirmed(keeper, lead) : lead > 0) follow(keeper, lead);
    if (lead <= 0) keeper->held_by = 0;
    return wall;
}

/* ---- the keeper's life ---- */

struct timekeeper *timekeeper_new(const struct time_source *source, bool trusts)
{
    struct timekeeper *keeper = calloc(1, sizeof *keeper);
    if (!keeper) return NULL;
    *keeper = (struct timekeeper){.source = *source,
                                  .trusts = trusts,
                                  .now = source->wall(source->arg),
                                  .at = source->elapsed(source->arg),
                                  .credit = DAY};
    pthread_mutex_init(&keeper->lock, NULL);
    return keeper;
}

void timekeeper_free(struct timekeeper *keeper)
{
    if (!keeper) return;
    pthread_mutex_destroy(&keeper->lock);
    free(keeper);
}

int64_t timekeeper_now(struct timekeeper *keeper)
{
    if (!keeper) return clock_now();
    pthread_mutex_lock(&keeper->lock);
    keep(keeper);
    int64_t now = keeper->now;
    pthread_mutex_unlock(&keeper->lock);
    return now;
}

void timekeeper_begin(struct timekeeper *keeper, int64_t known, bool doubted)
{
    if (!known) return;
    pthread_mutex_lock(&keeper->lock);
    keeper->now = keeper->known = known;
    keeper->at = keeper->source.elapsed(keeper->source.arg);
    keeper->credit = doubted ? DAY : OFF_MOST;
    int64_t follows = keeper->follows, followed = keeper->followed;
    keep(keeper);
    bool was_off = !doubted && keeper->followed <= OFF_MOST; /* the program, for so long: no clock has jumped */
    if (was_off) keeper->follows = follows, keeper->followed = followed;
    pthread_mutex_unlock(&keeper->lock);
}

void timekeeper_not_before(struct timekeeper *keeper, int64_t instant)
{
    pthread_mutex_lock(&keeper->lock);
    keep(keeper);
    if (instant > keeper->now) keeper->now = instant;
    if (instant > keeper->known) keeper->known = instant;
    pthread_mutex_unlock(&keeper->lock);
}

void timekeeper_confirm(struct timekeeper *keeper)
{
    pthread_mutex_lock(&keeper->lock);
    int64_t lead = keep(keeper); /* which moves `now` on */
    lead -= keeper->now;
    if (lead > 0) follow(keeper, lead);
    pthread_mutex_unlock(&keeper->lock);
}

struct time_report timekeeper_tell(struct timekeeper *keeper)
{
    pthread_mutex_lock(&keeper->lock);
    struct time_report report = {.wall = keep(keeper)};
    report.now = keeper->now;
    report.known = keeper->known;
    report.followed = keeper->followed;
    report.follows = keeper->follows;
    if (keeper->held_by) report.state = TIME_HELD;
    if (report.now - report.wall > TELLING) report.state = TIME_BEHIND;
    pthread_mutex_unlock(&keeper->lock);
    return report;
}
