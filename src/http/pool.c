/* A ring of jobs and a few threads that wait for it. Closing lets the threads finish what is in the ring, because each
 * job there is an exchange that somebody waits for. */
#include "http/pool.h"

#include "base/clock.h"
#include "base/wait.h"

#include <pthread.h>

struct job {
    void (*run)(void *argument, unsigned worker);
    void (*late)(void *argument);
    void *argument;
    int64_t until; /* clock_monotonic */
};

struct worker {
    struct pool *pool;
    unsigned number;
    pthread_t thread;
};

struct pool {
    pthread_mutex_t lock;
    pthread_cond_t has_jobs, is_ending;
    pthread_t watch;
    bool is_watched;
    int64_t patience;
    struct job *ring;
    size_t room, first, count;
    unsigned idle;  /* threads that wait */
    bool is_waking; /* one of them has been signalled and has not come yet */
    bool is_closing;
    unsigned threads;
    struct worker workers[];
};

/* With the lock held: whether a sleeper is to be signalled. One at a time comes, and calls the next if there is more to
 * do; so a burst of short jobs costs few wakings. */
static bool calls_next(struct pool *pool)
{
    if (!pool->count || !pool->idle || pool->is_waking) return false;
    pool->is_waking = true;
    return true;
}

static void wait_for_jobs(struct pool *pool)
{
    pool->idle++;
    pthread_cond_wait(&pool->has_jobs, &pool->lock);
    pool->idle--;
    pool->is_waking = false;
}

static struct job take_first(struct pool *pool)
{
    struct job job = pool->ring[pool->first];
    pool->first = (pool->first + 1) % pool->room;
    pool->count--;
    return job;
}

/* All wait equally long, so the first is always the next to be late; and nothing that comes while this sleeps is late
 * before it wakes, so nobody need wake it. It ends after the workers. */
static void *watch(void *argument)
{
    struct pool *pool = argument;
    pthread_mutex_lock(&pool->lock);
    while (pool->count || !pool->is_closing) {
        int64_t now = clock_monotonic(), until = pool->count ? pool->ring[pool->first].until : now + pool->patience;
        if (pool->count && until <= now) {
            struct job job = take_first(pool);
            pthread_mutex_unlock(&pool->lock);
            job.late(job.argument);
            pthread_mutex_lock(&pool->lock);
            continue;
        }
        wait_until(&pool->is_ending, &pool->lock, until);
    }
    pthread_mutex_unlock(&pool->lock);
    return NULL;
}

static void *work(void *argument)
{
    struct worker *worker = argument;
    struct pool *pool = worker->pool;
    pthread_mutex_lock(&pool->lock);
    while (pool->count || !pool->is_closing) {
        if (!pool->count) {
            wait_for_jobs(pool);
            continue;
        }
        struct job job = take_first(pool);
        bool calls = calls_next(pool);
        pthread_mutex_unlock(&pool->lock);
        if (calls) pthread_cond_signal(&pool->has_jobs);
        job.run(job.argument, worker->number);
        pthread_mutex_lock(&pool->lock);
    }
    pthread_mutex_unlock(&pool->lock);
    return NULL;
}

static void begin_watch(struct pool *pool)
{
    wait_init(&pool->is_ending);
    pool->is_watched = pthread_create(&pool->watch, NULL, watch, pool) == 0;
}

enum result pool_open(struct ctx *ctx, unsigned threads, size_t queue, int64_t patience, struct pool **out)
{
    if (!threads || !queue) return fail(ctx, INVALID, "A worker pool needs at least one thread and a queue of one.");
    struct pool *pool = calloc(1, sizeof *pool + threads * sizeof *pool->workers);
    struct job *ring = calloc(queue, sizeof *ring);
    if (!pool || !ring) {
        free(pool);
        free(ring);
        return fail(ctx, BROKEN, "There is no memory for a pool of %u worker threads.", threads);
    }
    pool->ring = ring;
    pool->room = queue;
    pool->patience = patience;
    pthread_mutex_init(&pool->lock, NULL);
    pthread_cond_init(&pool->has_jobs, NULL);
    begin_watch(pool);
    if (!pool->is_watched) {
        pool_close(pool);
        return fail(ctx, BROKEN, "The system gives no thread that looks after the workers.");
    }
    for (unsigned i = 0; i < threads; i++) {
        pool->workers[i] = (struct worker){.pool = pool, .number = i};
        if (pthread_create(&pool->workers[i].thread, NULL, work, &pool->workers[i])) {
            pool_close(pool);
            return fail(ctx, BROKEN, "The system gives only %u of %u worker threads; allow more processes (ulimit -u).",
                        i, threads);
        }
        pool->threads++;
    }
    *out = pool;
    return OK;
}

enum result pool_submit(struct pool *pool, void (*job)(void *argument, unsigned worker), void (*late)(void *argument),
                        void *argument)
{
    pthread_mutex_lock(&pool->lock);
    bool has_room = pool->count < pool->room && !pool->is_closing;
    if (has_room) {
        pool->ring[(pool->first + pool->count) % pool->room] =
            (struct job){job, late, argument, clock_monotonic() + pool->patience};
        pool->count++;
    }
    bool calls = calls_next(pool);
    pthread_mutex_unlock(&pool->lock);
    if (calls) pthread_cond_signal(&pool->has_jobs);
    return has_room ? OK : BUSY;
}

size_t pool_waiting(struct pool *pool)
{
    pthread_mutex_lock(&pool->lock);
    size_t count = pool->count;
    pthread_mutex_unlock(&pool->lock);
    return count;
}

void pool_close(struct pool *pool)
{
    if (!pool) return;
    pthread_mutex_lock(&pool->lock);
    pool->is_closing = true;
    pthread_mutex_unlock(&pool->lock);
    pthread_cond_broadcast(&pool->has_jobs);
    for (unsigned i = 0; i < pool->threads; i++) pthread_join(pool->workers[i].thread, NULL);
    pthread_cond_signal(&pool->is_ending);
    if (pool->is_watched) pthread_join(pool->watch, NULL);
    pthread_cond_destroy(&pool->is_ending);
    pthread_cond_destroy(&pool->has_jobs);
    pthread_mutex_destroy(&pool->lock);
    free(pool->ring);
    free(pool);
}
