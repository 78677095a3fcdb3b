/* What the program's time (base/timekeeper.h) owes to the database: where it goes on at the start, what other nodes
 * have got to, and that the clock is being held off, so that a new start does not confirm it by accident. */
#ifndef MERLON_APP_TIMEKEEPING_H
#define MERLON_APP_TIMEKEEPING_H

#include "base/timekeeper.h"
#include "store/store.h"

/* Reads only. Sets ctx->now too. */
enum result timekeeping_begin(struct ctx *ctx) MUST_USE;

/* What has been told already. */
struct time_told {
    char node[320]; /* whose clock it is: the machine and the data directory */
    enum timekeeping state;
    int64_t follows;
    bool noted, is_read; /* in the database, that this clock is held off; and whether that was looked up */
    int64_t reached;     /* how far ahead of its time the program has written there; 0: it goes by the clock */
};

/* Before the first round: the machine, and the data directory, which is cut to the room there is. */
void timekeeping_name(struct time_told *told, struct str data);

/* Each second: tells the log what has changed, and the database whether the clock is held off, and how far
 * the time may have come without it. On a reader. */
enum result timekeeping_round(struct ctx *ctx, struct store *store, struct time_told *told) MUST_USE;

#endif
