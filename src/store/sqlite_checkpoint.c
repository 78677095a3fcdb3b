/* The write-ahead log is moved into the file by a thread of its own, which no commit waits for. Under a load that never
 * pauses that alone would never let the log start again at its beginning, so past LOG_LIMIT the writer moves the little
 * that is left itself, between two groups. A reader that stays (a long export) holds the log until it ends. */
#include "store/sqlite.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/wait.h"

#include <pthread.h>
#include <sqlite3.h>
#include <stdatomic.h>

enum { PAGES_WORTH_MOVING = 4000, LOG_LIMIT = 8192 }; /* pages of 4 kB: 16 MB, 32 MB */

struct sqlite_checkpointer {
    struct db *db;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    bool wanted, some, stopping; /* some: there is something to move */
    atomic_int moved;            /* pages of the log that are in the file already */
};

static int move(struct sqlite3 *handle, int *moved)
{
    int all = 0;
    *moved = 0;
    return sqlite3_wal_checkpoint_v2(handle, NULL, SQLITE_CHECKPOINT_PASSIVE, &all, moved);
}

static bool wait_for_work(struct sqlite_checkpointer *checkpointer)
{
    bool in_time = true;
    pthread_mutex_lock(&checkpointer->lock);
    while (!checkpointer->some && !checkpointer->stopping) pthread_cond_wait(&checkpointer->wake, &checkpointer->lock);
    int64_t until = clock_monotonic() + SECOND;
    while (!checkpointer->wanted && !checkpointer->stopping && in_time)
        in_time = wait_until(&checkpointer->wake, &checkpointer->lock, until);
    bool go_on = !checkpointer->stopping;
    checkpointer->wanted = checkpointer->some = false;
    pthread_mutex_unlock(&checkpointer->lock);
    return go_on;
}

static void *work(void *arg)
{
    struct sqlite_checkpointer *checkpointer = arg;
    struct sqlite3 *handle = sqlite_of(checkpointer->db)->handle;
    while (wait_for_work(checkpointer)) {
        int moved, code = move(handle, &moved);
        if (code == SQLITE_OK)
            checkpointer->moved = moved;
        else if (code != SQLITE_BUSY)
            log_line(LOG_WARNING, "checkpoint failed", "code", (int64_t)code, NULL);
    }
    return NULL;
}

enum result sqlite_checkpointer_start(const struct sqlite_place *place, struct sqlite_checkpointer **started, char *why)
{
    *started = NULL;
    struct sqlite_checkpointer *checkpointer = calloc(1, sizeof *checkpointer);
    if (!checkpointer) {
        snprintf(why, SENTENCE_SIZE, "There is no memory left to open the database.");
        return BROKEN;
    }
    enum result result = sqlite_open(place, SQLITE_CHECKPOINTER, &checkpointer->db, why);
    if (result != OK) {
        free(checkpointer);
        return result;
    }
    pthread_mutex_init(&checkpointer->lock, NULL);
    wait_init(&checkpointer->wake);
    if (sqlite_thread(&checkpointer->thread, work, checkpointer) != 0) {
        snprintf(why, SENTENCE_SIZE, "The system gives no thread for the database: raise its limits.");
        checkpointer->db->driver->close(checkpointer->db);
        free(checkpointer);
        return BROKEN;
    }
    *started = checkpointer;
    return OK;
}

void sqlite_checkpointer_stop(struct sqlite_checkpointer *checkpointer)
{
    if (!checkpointer) return;
    pthread_mutex_lock(&checkpointer->lock);
    checkpointer->stopping = true;
    pthread_cond_signal(&checkpointer->wake);
    pthread_mutex_unlock(&checkpointer->lock);
    pthread_join(checkpointer->thread, NULL);
    checkpointer->db->driver->close(checkpointer->db);
    pthread_mutex_destroy(&checkpointer->lock);
    pthread_cond_destroy(&checkpointer->wake);
    free(checkpointer);
}

void sqlite_checkpointer_note(struct sqlite_checkpointer *checkpointer, struct sqlite_db *writer)
{
    int pages = writer->log_pages, moved = checkpointer->moved;
    if (moved > pages) checkpointer->moved = moved = 0; /* the log began anew */
    if (pages >= LOG_LIMIT && pages - moved >= PAGES_WORTH_MOVING) {
        if (move(writer->handle, &moved) == SQLITE_OK) checkpointer->moved = moved;
        return;
    }
    pthread_mutex_lock(&checkpointer->lock);
    bool wanted = pages - moved >= PAGES_WORTH_MOVING, tell = !checkpointer->some || (wanted && !checkpointer->wanted);
    checkpointer->some = true;
    checkpointer->wanted |= wanted;
    if (tell) pthread_cond_signal(&checkpointer->wake);
    pthread_mutex_unlock(&checkpointer->lock);
}
