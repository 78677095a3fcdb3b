/* One thread writes. Jobs that wait and may be repeated are run one after the other inside one transaction, so that one
 * flush of the disk serves them all; each is told only after that flush. A savepoint copies every page that its job
 * touches; so they go without, and when one of them fails with something written, its group is undone and run again
 * with savepoints. A job that may not be repeated has a transaction of its own. A second thread takes back what was
 * not begun in its time, so that whoever waits is answered also while one write does not come to its end. */
#include "store/sqlite.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/thread.h"
#include "base/wait.h"

#include <pthread.h>
#include <sqlite3.h>
#include <stdatomic.h>

enum { QUEUE_LIMIT = 4096, GROUP_LIMIT = 128, GROUP_TIME = 8 /* ms */ };

struct sqlite_writer {
    struct db *db;
    const struct sqlite_place *place;
    struct sqlite_file_identity identity;
    atomic_int state; /* an enum result */
    pthread_t thread, watch;
    pthread_mutex_t lock;
    pthread_cond_t wake, is_stopping;
    struct write_job *first, *last; /* under lock, as are the next two */
    size_t waiting;
    bool stopping;
    bool moved_away; /* for good */
};

struct group {
    struct write_job *jobs[GROUP_LIMIT];
    enum result results[GROUP_LIMIT];
    size_t count;
    bool careful; /* savepoints from here on */
};

static struct write_job *take_first(struct sqlite_writer *writer)
{
    struct write_job *job = writer->first;
    writer->first = job->next;
    if (!writer->first) writer->last = NULL;
    writer->waiting--;
    return job;
}

/* The oldest job; waits for one. NULL when the writer ends, and after a second without one where the log is not yet
 * in the file: then *idle is true. */
static struct write_job *take(struct sqlite_writer *writer, bool *idle)
{
    bool settled = sqlite_log_is_moved(sqlite_of(writer->db)), in_time = true;
    int64_t until = clock_monotonic() + SECOND;
    pthread_mutex_lock(&writer->lock);
    while (!writer->first && !writer->stopping && in_time) {
        if (settled)
            pthread_cond_wait(&writer->wake, &writer->lock);
        else
            in_time = wait_until(&writer->wake, &writer->lock, until);
    }
    struct write_job *job = writer->first ? take_first(writer) : NULL;
    *idle = !job && !writer->stopping;
    pthread_mutex_unlock(&writer->lock);
    return job;
}

/* The oldest job if it may join a group; does not wait. */
static struct write_job *take_another(struct sqlite_writer *writer)
{
    pthread_mutex_lock(&writer->lock);
    struct write_job *job = writer->first && writer->first->repeatable ? take_first(writer) : NULL;
    pthread_mutex_unlock(&writer->lock);
    return job;
}

static enum result run_apart(struct db *db, struct write_job *job)
{
    TRY(db_control_begin(db));
    unsigned depth = db->depth;
    enum result result = db_close_levels(db, depth, job->run(job, db));
    if (result == OK) result = db_control_commit(db);
    if (db->depth == depth) {
        if (result != OK) db_control_rollback(db);
    }
    return result;
}

/* *spoiled: it failed, and the transaction holds something of it. */
static enum result run_lightly(struct db *db, struct write_job *job, bool *spoiled)
{
    struct sqlite3 *handle = sqlite_of(db)->handle;
    int64_t before = sqlite3_total_changes64(handle);
    enum result result = job->run(job, db);
    result = db_close_levels(db, 1, result);
    *spoiled = result != OK && sqlite3_total_changes64(handle) != before;
    return result;
}

/* SQLite ended the transaction when this job failed, and everything that the group had done went with it. */
static enum result lost(enum result job)
{
    return job == AWAY ? AWAY : BROKEN;
}

static enum result run_again(struct db *db, struct group *group)
{
    db_control_rollback(db);
    TRY(db_control_begin(db));
    for (size_t i = 0; i < group->count; i++) {
        group->results[i] = run_apart(db, group->jobs[i]);
        if (db->driver->transaction_lost(db)) return lost(group->results[i]);
    }
    return OK;
}

static enum result run_jobs(struct sqlite_writer *writer, struct write_job *job, struct group *group)
{
    struct db *db = writer->db;
    int64_t until = clock_monotonic() + GROUP_TIME;
    do {
        bool spoiled = false;
        group->jobs[group->count] = job;
        group->results[group->count++] = group->careful ? run_apart(db, job) : run_lightly(db, job, &spoiled);
        if (db->driver->transaction_lost(db)) return lost(group->results[group->count - 1]);
        if (spoiled) TRY(run_again(db, group));
        group->careful |= spoiled;
        if (group->count == GROUP_LIMIT || clock_monotonic() > until) return OK;
        job = take_another(writer);
    } while (job);
    return OK;
}

/* The transaction could not begin: whoever waits now would wait as long again for the same answer. */
static void refuse_waiting(struct sqlite_writer *writer, struct write_job *job, struct group *group, enum result result)
{
    while (job) {
        group->jobs[group->count] = job;
        group->results[group->count++] = result;
        job = group->count < GROUP_LIMIT ? take_another(writer) : NULL;
    }
}

/* The transaction is the job's own: when it fails, nothing of it stays, and that is no failure of the writer. */
static enum result run_lone(struct db *db, struct write_job *job, struct group *group)
{
    enum result result = job->run(job, db);
    result = db_close_levels(db, 1, result);
    group->jobs[group->count] = job;
    group->results[group->count++] = result;
    if (db->driver->transaction_lost(db)) return lost(result);
    if (result != OK) db_control_rollback(db);
    return OK;
}

static enum result run_all(struct sqlite_writer *writer, struct write_job *job, struct group *group)
{
    struct db *db = writer->db;
    TRY(job->repeatable ? run_jobs(writer, job, group) : run_lone(db, job, group));
    return db->depth ? db_control_commit(db) : OK;
}

bool sqlite_writer_has_its_file(const struct sqlite_writer *writer)
{
    return sqlite_file_is_there(writer->place, &writer->identity);
}

static enum result demand_file(struct sqlite_writer *writer)
{
    if (!writer->moved_away && sqlite_file_is_there(writer->place, &writer->identity)) return OK;
    if (!writer->moved_away) {
        /* Closing would remove the log by its name, which may be another's by now. */
        sqlite3_db_config(sqlite_of(writer->db)->handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
        log_text(LOG_ERROR, "the database was moved away or replaced while the program runs", "file",
                 str_of(writer->place->file));
    }
    writer->moved_away = true;
    return sqlite_file_moved(writer->db);
}

static void run_group(struct sqlite_writer *writer, struct write_job *job)
{
    struct db *db = writer->db;
    struct group group = {.count = 0};
    enum result result = demand_file(writer);
    if (result == OK) result = db_control_begin(db);
    if (result != OK) {
        refuse_waiting(writer, job, &group, result);
    } else {
        result = run_all(writer, job, &group);
        if (result != OK) {
            db_control_rollback(db);
            log_text(LOG_ERROR, "writes could not be saved", "why", str_of(db->sentence));
            for (size_t i = 0; i < group.count; i++) group.results[i] = result;
        }
    }
    writer->state = result == AWAY || result == BUSY ? AWAY : OK; /* BUSY: another program holds it, for long */
    for (size_t i = 0; i < group.count; i++) group.jobs[i]->done(group.jobs[i], group.results[i]);
    if (sqlite_log_is_long(sqlite_of(db)) && !writer->moved_away) sqlite_log_move(sqlite_of(db));
}

static void *work(void *arg)
{
    struct sqlite_writer *writer = arg;
    bool idle = false;
    for (struct write_job *job = take(writer, &idle); job || idle; job = take(writer, &idle)) {
        if (job)
            run_group(writer, job);
        else
            sqlite_log_move(sqlite_of(writer->db));
    }
    return NULL;
}

/* With the lock held: out of the queue, in its order, are those whose time is over. */
static struct write_job *take_late(struct sqlite_writer *writer, int64_t now)
{
    struct write_job *late = NULL, **end = &late, **at = &writer->first;
    writer->last = NULL;
    while (*at) {
        struct write_job *job = *at;
        if (!job->late || job->until > now) {
            writer->last = job;
            at = &job->next;
            continue;
        }
        *at = job->next;
        job->next = NULL;
        *end = job;
        end = &job->next;
        writer->waiting--;
    }
    return late;
}

static void tell_late(struct write_job *job)
{
    while (job) {
        struct write_job *next = job->next; /* afterwards the job is its owner's again */
        job->late(job);
        job = next;
    }
}

static void *watch(void *arg)
{
    struct sqlite_writer *writer = arg;
    pthread_mutex_lock(&writer->lock);
    while (!writer->stopping) {
        wait_for(&writer->is_stopping, &writer->lock, SECOND);
        struct write_job *late = take_late(writer, clock_monotonic());
        pthread_mutex_unlock(&writer->lock);
        tell_late(late);
        pthread_mutex_lock(&writer->lock);
    }
    pthread_mutex_unlock(&writer->lock);
    return NULL;
}

static void stop_watch(struct sqlite_writer *writer)
{
    pthread_mutex_lock(&writer->lock);
    writer->stopping = true;
    pthread_cond_signal(&writer->wake);
    pthread_cond_signal(&writer->is_stopping);
    pthread_mutex_unlock(&writer->lock);
    pthread_join(writer->watch, NULL);
}

static enum result start_threads(struct sqlite_writer *writer, char *why)
{
    pthread_mutex_init(&writer->lock, NULL);
    wait_init(&writer->wake);
    wait_init(&writer->is_stopping);
    bool watched = thread_start(&writer->watch, watch, writer) == 0;
    if (watched && thread_start(&writer->thread, work, writer) == 0) return OK;
    if (watched) stop_watch(writer);
    snprintf(why, SENTENCE_SIZE, "The system gives no thread for the database: raise its limits.");
    return BROKEN;
}

enum result sqlite_writer_start(struct ctx *ctx, const struct sqlite_place *place, struct store *store,
                                struct sqlite_writer **started)
{
    char why[SENTENCE_SIZE];
    *started = NULL;
    struct sqlite_writer *writer = calloc(1, sizeof *writer);
    if (!writer) return fail(ctx, BROKEN, "There is no memory left to open the database.");
    writer->place = place;
    enum result result = sqlite_open(place, SQLITE_WRITER, &writer->db, why);
    if (result == OK) writer->db->store = store;
    sqlite_file_note(place, &writer->identity);
    if (result == OK) result = start_threads(writer, why);
    if (result == OK) {
        *started = writer;
        return OK;
    }
    if (writer->db) writer->db->driver->close(writer->db);
    free(writer);
    return fail(ctx, result, "%s (%s)", why, place->file);
}

void sqlite_writer_stop(struct sqlite_writer *writer)
{
    if (!writer) return;
    stop_watch(writer);
    pthread_join(writer->thread, NULL);
}

void sqlite_writer_free(struct sqlite_writer *writer)
{
    if (!writer) return;
    writer->db->driver->close(writer->db);
    pthread_mutex_destroy(&writer->lock);
    pthread_cond_destroy(&writer->wake);
    pthread_cond_destroy(&writer->is_stopping);
    free(writer);
}

enum result sqlite_writer_submit(struct sqlite_writer *writer, struct write_job *job)
{
    job->next = NULL;
    pthread_mutex_lock(&writer->lock);
    bool full = writer->waiting >= QUEUE_LIMIT || writer->stopping;
    bool first = !full && writer->waiting++ == 0;
    if (!full) {
        *(writer->last ? &writer->last->next : &writer->first) = job;
        writer->last = job;
    }
    pthread_mutex_unlock(&writer->lock);
    if (first) pthread_cond_signal(&writer->wake);
    return full ? BUSY : OK;
}

bool sqlite_writer_is_current(const struct sqlite_writer *writer)
{
    return pthread_equal(writer->thread, pthread_self()) != 0;
}

enum result sqlite_writer_state(const struct sqlite_writer *writer)
{
    return (enum result)writer->state;
}

const char *sqlite_writer_sentence(const struct sqlite_writer *writer)
{
    return writer->db->sentence;
}
