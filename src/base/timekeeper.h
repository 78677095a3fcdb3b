/* The program's own time, which what it writes and decides goes by: the machine's clock, as long as that is to be
 * believed. The clock of a machine may be wrong for some seconds or for years; nothing may fall due, expire or be dated
 * by that. So beside it counts a clock that nobody can set, and
 *   - the program's time never falls. Where the machine's clock stands behind it by up to a day, it goes at half speed
 *     until the clock has come up to it; by more, it goes on as time passes, since one of the two is plainly wrong.
 *   - it follows the clock ahead by a day at most in a day, beyond the time that has really passed. What is more than
 *     that is held off until it is confirmed: by a time service (the system says that its clock is kept by one), by
 *     whoever runs this (timekeeper_confirm), or by the clock having stood by it for a day. Until then the time goes
 *     on as it passes.
 *   - how long the program was off, nobody has measured: of the clock at the start up to a month is believed.
 * Threads share one timekeeper. */
#ifndef MERLON_BASE_TIMEKEEPER_H
#define MERLON_BASE_TIMEKEEPER_H

#include "base/clock.h"

#include <stdbool.h>

struct timekeeper;

/* Where time comes from. */
struct time_source {
    int64_t (*wall)(void *arg);    /* ms since 1970 */
    int64_t (*elapsed)(void *arg); /* ms since whenever; nobody can set it */
    bool (*vouched)(void *arg);    /* does a time service keep the wall clock, as far as the system knows? */
    void *arg;
};
extern const struct time_source time_source_system;

/* With `trusts` the wall clock is believed wherever it goes ahead. NULL when there is no memory. Until
 * timekeeper_begin nothing is known, and the wall clock is believed. */
struct timekeeper *timekeeper_new(const struct time_source *source, bool trusts);
void timekeeper_free(struct timekeeper *keeper); /* NULL is fine */

/* ms since 1970; never less than before. Without a keeper it is what the machine's clock says. */
int64_t timekeeper_now(struct timekeeper *keeper);

/* At the start: `known` is the latest instant that has certainly been, 0 when nothing is known. `doubted`: the clock
 * was held off when the program last ran, so that starting it again does not confirm it. */
void timekeeper_begin(struct timekeeper *keeper, int64_t known, bool doubted);
/* Another program on the same data has got to this instant. */
void timekeeper_not_before(struct timekeeper *keeper, int64_t instant);
/* Somebody who may say so says that the machine's clock is right. */
void timekeeper_confirm(struct timekeeper *keeper);

enum timekeeping {
    TIME_RIGHT,
    TIME_HELD,   /* the clock is ahead of the program's time, and that is not confirmed */
    TIME_BEHIND, /* the clock is behind the program's time */
};
struct time_report {
    enum timekeeping state;
    int64_t now, wall;
    int64_t known; /* the latest instant that has certainly been, of those that were told; 0: none was */
    /* Of the jumps ahead that were believed the last, ms; and how many there were. The time that the program was off is
     * none. */
    int64_t followed;
    int64_t follows;
};
struct time_report timekeeper_tell(struct timekeeper *keeper);

#endif
