/* Worker threads for what may block, with a bounded queue: when it is full, say so instead of piling up. */
#ifndef MERLON_HTTP_POOL_H
#define MERLON_HTTP_POOL_H

#include "base/ctx.h"

struct pool;

/* queue: how many jobs may wait, and patience: for how many ms. BROKEN when the system gives no threads. */
enum result pool_open(struct ctx *ctx, unsigned threads, size_t queue, int64_t patience, struct pool **out) MUST_USE;

/* From any thread, never waits. worker is 0 to threads - 1: whatever belongs to a thread (a database connection) is
 * found by it. A job that no worker has taken while patience lasted is not run: `late` is called for it, from a
 * thread that never waits for a worker, and must be quick. BUSY: the queue is full, or the pool is closing. */
enum result pool_submit(struct pool *pool, void (*job)(void *argument, unsigned worker), void (*late)(void *argument),
                        void *argument) MUST_USE;

size_t pool_waiting(struct pool *pool);
/* Takes no more, does what waits, ends the threads. Nobody may be inside pool_submit any more. NULL is fine. */
void pool_close(struct pool *pool);

#endif
