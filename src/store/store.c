/* The store hands each thread its own connection, kept under a key of that thread and closed when the thread ends.
 * Writing goes to the one writer on SQLite and stays on the calling thread on PostgreSQL. */
#include "store/store.h"

#include "base/clock.h"
#include "base/log.h"
#include "store/postgres.h"
#include "store/sqlite.h"

#include "base/timekeeper.h"

#include <pthread.h>
#include <semaphore.h>
#include <sqlite3.h>
#include <stdatomic.h>
#include <unistd.h>

enum { WRITE_ATTEMPTS = 3 };

struct store {
    enum dialect dialect;
    struct sqlite_place place;
    struct postgres_place postgres;
    struct sqlite_writer *writer; /* NULL on PostgreSQL and when reading only */
    bool read_only;
    const struct keyring *keyring;
    void (*told)(void *arg, const struct db_mark *marks, size_t count); /* of commits */
    void *told_arg;
    pthread_key_t thread_connection;
    pthread_mutex_t lock;
    struct db *connections; /* under lock */
    atomic_bool refuses;
    atomic_bool suspect;
};

/* ---- connections ---- */

static void unlink_connection(struct store *store, struct db *db)
{
    pthread_mutex_lock(&store->lock);
    *db->link = db->next;
    if (db->next) db->next->link = db->link;
    pthread_mutex_unlock(&store->lock);
}

/* At the end of a thread. */
static void close_connection(void *connection)
{
    struct db *db = connection;
    unlink_connection(db->store, db);
    db->driver->close(db);
}

static void link_connection(struct store *store, struct db *db)
{
    db->store = store;
    pthread_mutex_lock(&store->lock);
    db->next = store->connections;
    db->link = &store->connections;
    if (db->next) db->next->link = &db->next;
    store->connections = db;
    pthread_mutex_unlock(&store->lock);
}

enum result store_reader(struct ctx *ctx, struct store *store, struct db **db)
{
    *db = pthread_getspecific(store->thread_connection);
    if (*db) return OK;
    char why[SENTENCE_SIZE] = "";
    enum result result = OK;
    if (store->dialect == DIALECT_SQLITE)
        result = sqlite_open(&store->place, SQLITE_READER, db, why);
    else if (!(*db = postgres_new(&store->postgres)))
        return fail(ctx, BROKEN, "There is no memory left for a database connection.");
    if (result != OK) return fail(ctx, result, "%s", why);
    link_connection(store, *db);
    if (pthread_setspecific(store->thread_connection, *db) == 0) return OK;
    close_connection(*db);
    return fail(ctx, BROKEN, "There is no memory left for a database connection.");
}

void store_use_keyring(struct store *store, const struct keyring *keyring)
{
    store->keyring = keyring;
}

const struct keyring *db_keyring(const struct db *db)
{
    return db->store ? db->store->keyring : NULL;
}

void store_watch_commits(struct store *store, void (*told)(void *arg, const struct db_mark *marks, size_t count),
                         void *arg)
{
    store->told = told;
    store->told_arg = arg;
}

bool store_is_watched(const struct db *db)
{
    return db->store && db->store->told;
}

void store_tell_commit(const struct db *db)
{
    if (store_is_watched(db)) db->store->told(db->store->told_arg, db->marks.at, db->marks.count);
}

enum dialect store_dialect(const struct store *store)
{
    return store->dialect;
}

/* ---- opening and closing ---- */

static enum result open_sqlite(struct ctx *ctx, const struct store_config *config, struct store *store)
{
    /* Fails harmlessly when an earlier store in this process has set SQLite up already. */
    sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    TRY(sqlite_place_find(ctx, config, &store->place));
    if (!store->read_only) TRY(sqlite_writer_start(ctx, &store->place, store, &store->writer));
    return OK;
}

static enum result open_postgres(struct ctx *ctx, const struct store_config *config, struct store *store)
{
    store->dialect = DIALECT_POSTGRES;
    return postgres_place_find(ctx, config, &store->postgres);
}

enum result store_open(struct ctx *ctx, const struct store_config *config, struct store **opened)
{
    *opened = NULL;
    struct store *store = calloc(1, sizeof *store);
    if (!store) return fail(ctx, BROKEN, "There is no memory left to open the database.");
    pthread_mutex_init(&store->lock, NULL);
    if (pthread_key_create(&store->thread_connection, close_connection) != 0) {
        free(store);
        return fail(ctx, BROKEN, "The system gives no room for one more database connection a thread.");
    }
    store->read_only = config->read_only;
    enum result result = config->database.len ? open_postgres(ctx, config, store) : open_sqlite(ctx, config, store);
    struct db *db;
    if (result == OK) result = store_reader(ctx, store, &db);
    if (result == OK && db->driver->connect && db->driver->connect(db) != OK)
        result = fail(ctx, AWAY, "%s", db->sentence);
    if (result == OK)
        *opened = store;
    else
        store_close(store);
    return result;
}

void store_close(struct store *store)
{
    if (!store) return;
    sqlite_writer_stop(store->writer);
    pthread_key_delete(store->thread_connection);
    while (store->connections) close_connection(store->connections);
    sqlite_writer_free(store->writer);
    sqlite_place_release(&store->place);
    postgres_place_release(&store->postgres);
    pthread_mutex_destroy(&store->lock);
    free(store);
}

enum result store_state(const struct store *store)
{
    if (store->writer) return sqlite_writer_state(store->writer);
    return atomic_load(&store->refuses) ? AWAY : OK;
}

void store_limit_statements(struct store *store, int64_t ms)
{
    atomic_store(&store->postgres.statement_limit, (int)ms);
}

bool store_is_suspect(const struct store *store)
{
    return atomic_load(&store->suspect) || (store->writer && !sqlite_writer_has_its_file(store->writer));
}

void store_note_write(struct store *store, enum result result)
{
    if (result == OK || result == BROKEN) atomic_store(&store->suspect, result == BROKEN);
    if (result == OK || result == AWAY) atomic_store(&store->refuses, result == AWAY);
}

void store_hurry(struct store *store)
{
    const uint64_t one = 1;
    if (store->dialect == DIALECT_POSTGRES && write(store->postgres.hurry, &one, sizeof one) < 0)
        log_line(LOG_ERROR, "waits for the database cannot be ended", NULL);
}

enum result store_size(struct ctx *ctx, struct store *store, int64_t *bytes)
{
    if (store->dialect == DIALECT_SQLITE) {
        *bytes = sqlite_size(&store->place);
        return OK;
    }
    struct db *before = ctx->db;
    TRY(store_reader(ctx, store, &ctx->db));
    enum result result = db_query_number(ctx, S("SELECT pg_database_size(current_database())"), NULL, 0, 0, bytes);
    ctx->db = before;
    return result;
}

/* ---- reading what belongs together ---- */

static void end_deferred(void *ctx)
{
    db_rollback(ctx);
}

/* A request that runs out of memory on the way leaves no snapshot open behind it: it would hold back the log's
 * checkpoints. */
enum result store_begin_snapshot(struct ctx *ctx)
{
    if (!ctx->db) return fail(ctx, BROKEN, "This part of the program was called without a database connection.");
    const char *begin = ctx->db->begin;
    bool postgres = db_dialect(ctx->db) == DIALECT_POSTGRES;
    if (postgres) ctx->db->begin = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
    enum result result = db_begin(ctx);
    ctx->db->begin = begin;
    TRY(result);
    ctx->db->patient = true;
    /* The view is fixed by the first read, so it is made now: otherwise two snapshots begun together could differ. */
    int64_t one;
    const struct value limit = value_number(POSTGRES_SNAPSHOT_LIMIT);
    result = postgres
                 ? db_query_number(
                       ctx,
                       S("SELECT length(set_config('statement_timeout', CAST(CAST(?1 AS int8) AS text), true) || "
                         "set_config('idle_in_transaction_session_timeout', CAST(CAST(?1 AS int8) AS text), true))"),
                       &limit, 1, 0, &one)
                 : db_query_number(ctx, S("SELECT count(*) FROM sqlite_schema"), NULL, 0, 0, &one);
    if (result != OK) db_rollback(ctx);
    if (result == OK) arena_defer(ctx->arena, end_deferred, ctx);
    return result;
}

void store_end_snapshot(struct ctx *ctx)
{
    arena_undefer(ctx->arena, ctx);
    db_rollback(ctx);
}

/* ---- writing ---- */

/* One attempt on this thread's own connection. */
static enum result attempt(struct write_job *job, struct db *db)
{
    db->transient = false;
    TRY(db_control_begin(db));
    enum result result = db_close_levels(db, 1, job->run(job, db));
    if (result == OK) result = db_control_commit(db);
    if (db->depth) db_control_rollback(db);
    return result;
}

static enum result run_here(struct ctx *ctx, struct store *store, struct write_job *job)
{
    struct db *db;
    TRY(store_reader(ctx, store, &db));
    if (db->depth) return fail(ctx, BROKEN, "A write of the program was begun inside a transaction of its own.");
    enum result result = attempt(job, db);
    for (int i = 1; i < WRITE_ATTEMPTS && result != OK && db->transient; i++) result = attempt(job, db);
    job->done(job, result);
    return OK;
}

static enum result submit_here(struct store *store, struct write_job *job)
{
    struct arena *arena = arena_new(0);
    if (!arena) return BUSY;
    jmp_buf escape;
    struct ctx ctx = {.arena = arena};
    enum result result = BUSY;
    if (setjmp(escape) == 0) {
        arena_guard(arena, &escape);
        result = run_here(&ctx, store, job) == OK ? OK : BUSY;
    }
    arena_free(arena);
    return result;
}

enum result store_submit(struct store *store, struct write_job *job)
{
    if (store->read_only) return BUSY;
    return store->writer ? sqlite_writer_submit(store->writer, job) : submit_here(store, job);
}

struct str store_failure(struct store *store)
{
    if (store->writer) return str_of(sqlite_writer_sentence(store->writer));
    const struct db *db = pthread_getspecific(store->thread_connection);
    return str_of(db ? db->sentence : "");
}

/* A write whose caller waits. What it leaves in the ctx is read by the caller only after `finished`. */
struct waiting_job {
    struct write_job job; /* first */
    struct ctx *ctx;
    struct store *store;
    enum result (*fn)(struct ctx *ctx, void *arg);
    void *arg;
    enum result ran, result;
    bool late;
    char sentence[SENTENCE_SIZE];
    sem_t finished;
};

static enum result run_guarded(struct waiting_job *waiting)
{
    struct ctx *ctx = waiting->ctx;
    jmp_buf escape, *volatile before = arena_guard(ctx->arena, &escape);
    volatile enum result result = BROKEN;
    if (setjmp(escape) == 0)
        result = waiting->fn(ctx, waiting->arg);
    else
        ctx->error = (struct error){.result = BROKEN,
                                    .sentence = ctx_say(ctx, SENTENCE("There is not enough memory for this write."))};
    arena_guard(ctx->arena, before);
    return result;
}

static enum result run_waiting(struct write_job *job, struct db *db)
{
    struct waiting_job *waiting = (struct waiting_job *)(void *)job;
    struct ctx *ctx = waiting->ctx;
    struct db *before = ctx->db;
    ctx->db = db;
    if (ctx->time) ctx->now = timekeeper_now(ctx->time); /* whoever waited for the writer comes after who was before */
    waiting->ran = run_guarded(waiting);
    ctx->db = before;
    return waiting->ran;
}

static void finish_waiting(struct write_job *job, enum result result)
{
    struct waiting_job *waiting = (struct waiting_job *)(void *)job;
    struct str why = store_failure(waiting->store);
    snprintf(waiting->sentence, sizeof waiting->sentence, "%.*s", PRINT(why));
    waiting->result = result;
    store_note_write(waiting->store, result);
    sem_post(&waiting->finished);
}

static void give_up_waiting(struct write_job *job)
{
    struct waiting_job *waiting = (struct waiting_job *)(void *)job;
    waiting->late = true;
    sem_post(&waiting->finished);
}

/* The ctx holds the sentence of fn's own failure already; a failure around it is told here. */
static enum result answer(struct ctx *ctx, const struct waiting_job *waiting)
{
    if (waiting->late)
        return fail(ctx, BUSY,
                    "This request waited too long for its turn, so nothing was done; try again in a moment.");
    if (waiting->result == OK || waiting->result == waiting->ran) return waiting->result;
    return fail(ctx, waiting->result, "%s", waiting->sentence);
}

enum result store_write(struct ctx *ctx, struct store *store, enum result (*fn)(struct ctx *ctx, void *arg), void *arg)
{
    if (store->read_only) return fail(ctx, DENIED, "The database was opened for reading only.");
    if (store->writer && sqlite_writer_is_current(store->writer))
        return fail(ctx, BROKEN, "A write of the program was begun inside another write.");
    struct waiting_job waiting = {
        .job = {.run = run_waiting, .done = finish_waiting}, .ctx = ctx, .store = store, .fn = fn, .arg = arg};
    if (ctx->patience) waiting.job.late = give_up_waiting, waiting.job.until = clock_monotonic() + ctx->patience;
    sem_init(&waiting.finished, 0, 0);
    enum result result = OK;
    if (!store->writer) {
        result = run_here(ctx, store, &waiting.job);
    } else if (sqlite_writer_submit(store->writer, &waiting.job) != OK) {
        result = fail(ctx, BUSY, "Too many writes are waiting; try again in a moment.");
    } else {
        while (sem_wait(&waiting.finished) != 0) continue; /* a signal may interrupt */
    }
    sem_destroy(&waiting.finished);
    TRY(result);
    return answer(ctx, &waiting);
}

static enum result drop_statistics(struct ctx *ctx, void *arg)
{
    (void)arg;
    return db_script(ctx, "DROP TABLE IF EXISTS sqlite_stat1; DROP TABLE IF EXISTS sqlite_stat4");
}

enum result store_drop_statistics(struct ctx *ctx, struct store *store, bool *found)
{
    int64_t tables;
    *found = false;
    if (store->dialect == DIALECT_POSTGRES) return OK;
    TRY(store_reader(ctx, store, &ctx->db));
    TRY(db_query_number(ctx, S("SELECT count(*) FROM sqlite_schema WHERE name IN ('sqlite_stat1', 'sqlite_stat4')"),
                        NULL, 0, 0, &tables));
    *found = tables > 0;
    return *found ? store_write(ctx, store, drop_statistics, NULL) : OK;
}
