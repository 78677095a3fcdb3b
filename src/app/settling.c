/* It runs beside requests: an entry is durable at once and has its place under a signed head within the second, and a
 * record is found at once and is in the search index within the second. Two threads, so that neither waits for what the
 * other does; on SQLite both wait for the one writer, so a third, which never uses the database, tells when either does
 * not come to its end. */
#include "app/settling.h"

#include "access/actor.h"
#include "app/timekeeping.h"
#include "base/log.h"
#include "base/wait.h"
#include "events/events.h"
#include "store/search.h"

#include <pthread.h>

enum { INDEX_LATE = 30 * SECOND, DUTIES = 3 };

struct settling {
    struct store *store;
    struct ledger_signer *signer;
    struct timekeeper *time;
    struct events *events;
    struct time_told told; /* of the thread that seals */
    bool index_failed;     /* told already; of the thread that indexes */
    pthread_t threads[DUTIES];
    size_t begun; /* of them */
    pthread_mutex_t lock;
    pthread_cond_t wake;
    char alarm[SIGNER_ALARM]; /* under lock, as all below: the ledger's that was noted last */
    int64_t indexing_since;   /* clock_monotonic, of the step that the indexer is at; 0: at none */
    bool index_is_late;       /* told already */
    bool ends;
};

static enum result index_some(struct ctx *ctx, void *arg)
{
    return search_index_pending(ctx, arg);
}

static void indexing_since(struct settling *settling, int64_t since)
{
    pthread_mutex_lock(&settling->lock);
    settling->indexing_since = since;
    pthread_mutex_unlock(&settling->lock);
}

static enum result index_all(struct ctx *ctx, struct settling *settling)
{
    int64_t pending, done = SEARCH_BATCH;
    indexing_since(settling, clock_monotonic());
    TRY(store_reader(ctx, settling->store, &ctx->db));
    TRY(search_pending_count(ctx, &pending));
    if (!pending) return OK;
    while (done == SEARCH_BATCH) {
        indexing_since(settling, clock_monotonic());
        TRY(store_write(ctx, settling->store, index_some, &done));
    }
    return OK;
}

static enum result keep_time(struct ctx *ctx, struct settling *settling)
{
    TRY(store_reader(ctx, settling->store, &ctx->db));
    return timekeeping_round(ctx, settling->store, &settling->told);
}

/* What does not verify is a security event, once for each alarm and not each second. The one that
 * seals tells at once, and the one that watches what keeps the other from its end. */
static void note_alarm(struct ctx *ctx, struct settling *settling)
{
    char alarm[sizeof settling->alarm];
    ledger_signer_alarm(settling->signer, alarm, sizeof alarm);
    pthread_mutex_lock(&settling->lock);
    bool fresh = *alarm && strcmp(alarm, settling->alarm) != 0;
    memcpy(settling->alarm, alarm, sizeof alarm);
    pthread_mutex_unlock(&settling->lock);
    if (fresh) event_post(ctx, &(struct event){.kind = EVENT_ALARM, .subject = S("ledger"), .detail = str_of(alarm)});
}

static void look_at_index(struct settling *settling)
{
    pthread_mutex_lock(&settling->lock);
    int64_t since = settling->indexing_since;
    bool late = since && clock_monotonic() - since > INDEX_LATE, fresh = late != settling->index_is_late;
    settling->index_is_late = late;
    pthread_mutex_unlock(&settling->lock);
    if (fresh && late)
        log_line(LOG_ERROR, "the search index does not come to its end; records are found all the same", NULL);
    if (fresh && !late) log_line(LOG_INFO, "the search index goes on again", NULL);
}

/* ---- the rounds ---- */

static void compare_time(struct ctx *ctx, struct settling *settling)
{
    if (keep_time(ctx, settling) != OK)
        log_text(LOG_ERROR, "the time was not compared", "sentence", ctx->error.sentence);
}

static void seal(struct ctx *ctx, struct settling *settling)
{
    enum result sealed = store_reader(ctx, settling->store, &ctx->db);
    if (sealed == OK) sealed = ledger_signer_seal(ctx, settling->signer);
    if (sealed != OK && sealed != BROKEN) /* what is broken, the signer has told */
        log_text(LOG_WARNING, "the ledger is sealed later", "sentence", ctx->error.sentence);
    note_alarm(ctx, settling);
}

/* Neither here nor in what it calls may anything ask the database: it would wait with those whom it watches. */
static void look_at_others(struct ctx *ctx, struct settling *settling)
{
    ledger_signer_watch(settling->signer, clock_monotonic());
    note_alarm(ctx, settling);
    look_at_index(settling);
}

/* That it failed is told once, and again when it has gone well between. */
static void bring_index_up(struct ctx *ctx, struct settling *settling)
{
    bool failed = store_dialect(settling->store) == DIALECT_SQLITE && index_all(ctx, settling) != OK;
    if (failed && !settling->index_failed)
        log_text(LOG_ERROR, "the search index was not written", "sentence", ctx->error.sentence);
    settling->index_failed = failed;
}

/* Each duty has memory of its own: one that runs out of it keeps no other from its turn. */
static void do_duty(struct settling *settling, struct arena *arena,
                    void (*duty)(struct ctx *ctx, struct settling *settling))
{
    jmp_buf escape;
    struct ctx ctx = {.arena = arena,
                      .actor = &actor_system,
                      .now = timekeeper_now(settling->time),
                      .time = settling->time,
                      .events = settling->events};
    if (setjmp(escape)) {
        log_line(LOG_ERROR, "no memory to seal the ledger and to index records", NULL);
    } else {
        arena_guard(arena, &escape);
        duty(&ctx, settling);
    }
    arena_reset(arena);
}

static void seal_round(struct settling *settling, struct arena *arena)
{
    do_duty(settling, arena, compare_time);
    do_duty(settling, arena, seal);
}

static void drop_statistics(struct ctx *ctx, struct settling *settling)
{
    bool found;
    enum result result = store_drop_statistics(ctx, settling->store, &found);
    if (result == OK && found)
        event_alarm(
            ctx,
            "statistics for the planner of queries, which this program never makes, were put into the database and are "
            "removed",
            &(struct event){.subject = S("ledger")});
    if (result != OK) log_text(LOG_WARNING, "statistics were not looked for", "sentence", ctx->error.sentence);
}

static void index_round(struct settling *settling, struct arena *arena)
{
    indexing_since(settling, clock_monotonic());
    do_duty(settling, arena, drop_statistics);
    do_duty(settling, arena, bring_index_up);
    indexing_since(settling, 0);
}

static void watch_round(struct settling *settling, struct arena *arena)
{
    do_duty(settling, arena, look_at_others);
}

/* Each second, and once more at the end. */
static void *run(struct settling *settling, void (*round)(struct settling *settling, struct arena *arena))
{
    struct arena *arena = arena_new(0);
    if (!arena) return NULL;
    for (bool last = false; !last;) {
        pthread_mutex_lock(&settling->lock);
        int64_t until = clock_monotonic() + SECOND;
        while (!settling->ends && wait_until(&settling->wake, &settling->lock, until)) continue;
        last = settling->ends;
        pthread_mutex_unlock(&settling->lock);
        round(settling, arena);
    }
    arena_free(arena);
    return NULL;
}

static void *run_sealer(void *settling)
{
    return run(settling, seal_round);
}

static void *run_indexer(void *settling)
{
    return run(settling, index_round);
}

static void *run_watch(void *settling)
{
    return run(settling, watch_round);
}

/* ---- opening and closing ---- */

static void end_threads(struct settling *settling)
{
    pthread_mutex_lock(&settling->lock);
    settling->ends = true;
    pthread_cond_broadcast(&settling->wake);
    pthread_mutex_unlock(&settling->lock);
    for (size_t i = 0; i < settling->begun; i++) pthread_join(settling->threads[i], NULL);
}

static void release(struct settling *settling)
{
    pthread_mutex_destroy(&settling->lock);
    pthread_cond_destroy(&settling->wake);
    free(settling);
}

enum result settling_open(struct ctx *ctx, struct store *store, struct ledger_signer *signer, struct str data,
                          struct settling **out)
{
    static void *(*const runs[DUTIES])(void *) = {run_sealer, run_indexer, run_watch};
    struct settling *settling = calloc(1, sizeof *settling);
    if (!settling) return fail(ctx, BROKEN, "There is no memory to start.");
    *settling = (struct settling){.store = store, .signer = signer, .time = ctx->time, .events = ctx->events};
    timekeeping_name(&settling->told, data);
    pthread_mutex_init(&settling->lock, NULL);
    wait_init(&settling->wake);
    size_t *begun = &settling->begun;
    while (*begun < DUTIES && pthread_create(&settling->threads[*begun], NULL, runs[*begun], settling) == 0) ++*begun;
    *out = settling;
    if (*begun == DUTIES) return OK;
    *out = NULL;
    end_threads(settling);
    release(settling);
    return fail(ctx, BROKEN, "The system gives no thread for sealing the ledger.");
}

/* Until now this process would have missed them. */
static void tell_what_is_left(const struct settling *settling)
{
    size_t left = ledger_signer_left(settling->signer);
    if (left)
        log_line(LOG_WARNING,
                 "the program ends before all that it wrote has its seal, and nobody but the database knows of that: "
                 "run merlon verify at the next start",
                 "entries", (int64_t)left, NULL);
}

void settling_close(struct settling *settling)
{
    if (!settling) return;
    end_threads(settling);
    tell_what_is_left(settling);
    release(settling);
}
