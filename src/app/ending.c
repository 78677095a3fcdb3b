/* A thread beside the one that closes everything, since it must not be among what hangs. Nobody waits for it: it ends
 * with the program. */
#include "app/ending.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/wait.h"

#include <pthread.h>
#include <unistd.h>

struct ending {
    pthread_mutex_t lock;
    pthread_cond_t never; /* only its limits are waited for */
    struct store *store;  /* NULL: closed, or being closed */
    int64_t began;
};

static void *watch(void *arg)
{
    struct ending *ending = arg;
    pthread_mutex_lock(&ending->lock);
    while (wait_until(&ending->never, &ending->lock, ending->began + ENDING_HURRY)) continue;
    if (ending->store) {
        log_line(LOG_WARNING, "giving up what waits for the database", NULL);
        store_hurry(ending->store);
    }
    while (wait_until(&ending->never, &ending->lock, ending->began + ENDING_LIMIT)) continue;
    log_line(LOG_ERROR, "the program did not end in time and is cut off", NULL);
    _exit(1);
}

struct ending *ending_begin(struct store *store)
{
    struct ending *ending = calloc(1, sizeof *ending);
    pthread_t thread;
    if (!ending) return NULL;
    pthread_mutex_init(&ending->lock, NULL);
    wait_init(&ending->never);
    ending->store = store;
    ending->began = clock_monotonic();
    if (pthread_create(&thread, NULL, watch, ending) == 0) {
        pthread_detach(thread);
        return ending;
    }
    pthread_mutex_destroy(&ending->lock);
    pthread_cond_destroy(&ending->never);
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
