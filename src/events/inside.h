/* Inside this room: what belongs to one process's stream, and what its thread does with the database. */
#ifndef MERLON_EVENTS_INSIDE_H
#define MERLON_EVENTS_INSIDE_H

#include "events/outlet.h"
#include "events/flood.h"

#include <pthread.h>

enum { QUEUE_ROOM = 2048, BATCH_ROOM = 256 };

/* Rows older than `before` go once the row of that number, which tells so, is durable. before 0: no sweep is on. */
struct sweep {
    int64_t before, removed; /* the second: by the newest write */
    uint64_t told;
};

struct events {
    struct events_config config;
    char node[NODE_SIZE];
    struct outlet *outlets[2];
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t wake, settled;

    /* Under the lock. Rows are numbered as they are posted: the queue holds the newest `queued` of `posted`. */
    struct event_row queue[QUEUE_ROOM];
    size_t first, queued;
    uint64_t posted, written, failed;        /* up to which number: put in, durable, tried in vain at least once */
    int64_t lost;                            /* found no room */
    struct flood refusals, failures, alarms; /* each with room of its own: none drowns another */
    bool hurry, ends;
    int64_t sweep_at; /* when to look for old rows next, of the monotonic clock */

    /* The thread's own. */
    struct event_row batch[BATCH_ROOM];
    size_t batched, chained; /* rows in it, and how many of them have their place in the chain */
    unsigned char last[MAC_SIZE];
    int64_t last_at;
    bool tail_is_gone; /* the row that was written last is not in the table any more */
    struct sweep sweep;
};

/* Puts a row at the end of the queue, whatever its kind; false, and counted as lost, when it is full. Under the lock.
 */
bool events_put(struct events *events, const struct event_row *row);

/* keep.c: each makes its own write or read. */
enum result events_find_last(struct ctx *ctx, struct events *events) MUST_USE;
enum result events_insert(struct ctx *ctx, void *events) MUST_USE; /* the batch, inside a write */
/* Lets old rows go, once an hour: first comes the row that tells it, then, when it is durable, they are deleted. */
enum result events_sweep(struct ctx *ctx, struct events *events) MUST_USE;

#endif
