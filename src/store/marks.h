/* Inside this room only: what a transaction remembers of itself: the numbers for whoever watches commits
 * (store_watch_commits), and the lock that it shares with others. */
#ifndef MERLON_STORE_MARKS_H
#define MERLON_STORE_MARKS_H

#include "store/db.h"

enum { DEPTH_LIMIT = 32 }; /* of transactions in each other */

struct marks {
    struct db_mark *at;
    size_t count, room;
    size_t before[DEPTH_LIMIT]; /* how many there were when each level began */
    int32_t shared;             /* the lock of db_lock_shared, by its name's hash */
    unsigned shared_depth;      /* at which it was taken; 0: it is not held */
};

/* Whether anybody watches this connection's commits, and telling them of one. */
bool store_is_watched(const struct db *db);
void store_tell_commit(const struct db *db);

#endif
