/* A thread beside the one that closes everything, since it must not be among what hangs. Nobody waits for it: it ends
 * with the program. */
#include "app/ending.h"

#include "base/clock.h"
#include "base/log.h"

#include <errno.h>
#include <pthread.h>
#include <unistd.h>

struct ending {
    pthread_mutex_t lock;
    struct store *store; /* NULL: closed, or being closed */
    int64_t began;
};

static void sleep_until(int64_t ms)
{
    const struct timespec at = {.tv_sec = ms / SECOND, .tv_nsec = ms % SECOND * 1000000};
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, NULL) == EINTR) continue;
}

static void *watch(void *arg)
{
    struct ending *ending = arg;
    sleep_until(ending->began + ENDING_HURRY);
    pthread_mutex_lock(&ending->lock);
    if (ending->store) {
        log_line(LOG_WARNING, "giving up what waits for the database", NULL);
        store_hurry(ending->store);
    }
    pthread_mutex_unlock(&ending->lock);
    sleep_until(ending->began + ENDING_LIMIT);
    log_line(LOG_ERROR, "the program did not end in time and is cut off", NULL);
    _exit(1);
}

struct ending *ending_begin(struct store *store)
{
    struct ending *ending = calloc(1, sizeof *ending);
    pthread_t thread;
    if (!ending) return NULL;
    pthread_mutex_init(&ending->lock, NULL);
    ending->store = store;
    ending->began = clock_monotonic();
    if (pthread_create(&thread, NULL, watch, ending) == 0) {
        pthread_detach(thread);
        return ending;
    }
    free(ending);
    return NULL;
}

void ending_leave_store(struct ending *ending)
{
    if (!ending) return;
    pthread_mutex_lock(&ending->lock);
    ending->store = NULL;
    pthread_mutex_unlock(&ending->lock);
}
