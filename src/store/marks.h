/* Inside this room only: what a transaction leaves behind it: the numbers for whoever watches commits
 * (store_watch_commits), and the time that it is dated by. */
#ifndef MERLON_STORE_MARKS_H
#define MERLON_STORE_MARKS_H

#include "base/ctx.h"

enum { DEPTH_LIMIT = 32 }; /* of transactions in each other */

struct db;
struct timekeeper; /* base/timekeeper.h */

struct marks {
    int64_t *at;
    size_t count, room;
    size_t before[DEPTH_LIMIT]; /* how many there were when each level began */
    int64_t dated;              /* what it writes bears this time (db_dated); 0: nothing does */
    struct timekeeper *time;    /* from which that was read */
};

/* Whether anybody watches this connection's commits, and telling them of one. */
bool store_is_watched(const struct db *db);
void store_tell_commit(const struct db *db);

/* Before the commit, where others write beside it: BUSY, and to be run again, when it took too long (db_dated). */
enum result db_control_in_time(struct db *db);

#endif
