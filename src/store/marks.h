/* Inside this room only: the numbers that a transaction leaves for whoever watches commits (store_watch_commits). */
#ifndef MERLON_STORE_MARKS_H
#define MERLON_STORE_MARKS_H

#include "base/str.h"

enum { DEPTH_LIMIT = 32 }; /* of transactions in each other */

struct db;

struct marks {
    int64_t *at;
    size_t count, room;
    size_t before[DEPTH_LIMIT]; /* how many there were when each level began */
};

/* Whether anybody watches this connection's commits, and telling them of one. */
bool store_is_watched(const struct db *db);
void store_tell_commit(const struct db *db);

#endif
