/* It runs beside requests: an entry is durable at once and has its place under a signed head within the second, and a
 * record is found at once and is in the search index within the second. */
#include "app/settling.h"

#include "access/actor.h"
#include "app/timekeeping.h"
#include "base/log.h"
#include "base/wait.h"
#include "events/events.h"
#include "store/search.h"

#include <pthread.h>

struct settling {
    struct store *store;
    struct ledger_signer *signer;
    struct timekeeper *time;
    struct events *events;
    struct time_told told; /* of the thread */
    char alarm[300];       /* the ledger's that was noted last; of the thread */
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    bool ends;
};

static enum result index_some(struct ctx *ctx, void *arg)
{
    return search_index_pending(ctx, arg);
}

static enum result index_all(struct ctx *ctx, struct settling *settling)
{
    int64_t pending, done = SEARCH_BATCH;
    TRY(store_reader(ctx, settling->store, &ctx->db));
    TRY(search_pending_count(ctx, &pending));
    if (!pending) return OK;
    while (done == SEARCH_BATCH) TRY(store_write(ctx, settling->store, index_some, &done));
    return OK;
}

static enum result keep_time(struct ctx *ctx, struct settling *settling)
{
    TRY(store_reader(ctx, settling->store, &ctx->db));
    return timekeeping_round(ctx, settling->store, &settling->told);
}

/* What does not verify is a security event, once for each alarm and not each second. */
static void note_alarm(struct ctx *ctx, struct settling *settling)
{
    char alarm[sizeof settling->alarm];
    ledger_signer_alarm(settling->signer, alarm, sizeof alarm);
    bool fresh = *alarm && strcmp(alarm, settling->alarm) != 0;
    memcpy(settling->alarm, alarm, sizeof alarm);
    if (fresh) event_post(ctx, &(struct event){.kind = EVENT_ALARM, .subject = S("ledger"), .detail = str_of(alarm)});
}

static void one_round(struct settling *settling, struct arena *arena)
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
        if (keep_time(&ctx, settling) != OK)
            log_text(LOG_ERROR, "the time was not compared", "sentence", ctx.error.sentence);
        enum result sealed = store_reader(&ctx, settling->store, &ctx.db);
        if (sealed == OK) sealed = ledger_signer_seal(&ctx, settling->signer);
        note_alarm(&ctx, settling);
        if (sealed != OK && sealed != BROKEN) /* what is broken, the signer has told */
            log_text(LOG_WARNING, "the ledger is sealed later", "sentence", ctx.error.sentence);
        if (index_all(&ctx, settling) != OK)
            log_text(LOG_ERROR, "the search index was not written", "sentence", ctx.error.sentence);
    }
    arena_reset(arena);
}

static void *run(void *arg)
{
    struct settling *settling = arg;
    struct arena *arena = arena_new(0);
    if (!arena) return NULL;
    pthread_mutex_lock(&settling->lock);
    for (bool last = false; !last;) {
        if (!settling->ends) wait_for(&settling->wake, &settling->lock, SECOND);
        last = settling->ends;
        pthread_mutex_unlock(&settling->lock);
        one_round(settling, arena);
        pthread_mutex_lock(&settling->lock);
    }
    pthread_mutex_unlock(&settling->lock);
    arena_free(arena);
    return NULL;
}

enum result settling_open(struct ctx *ctx, struct store *store, struct ledger_signer *signer, struct settling **out)
{
    struct settling *settling = calloc(1, sizeof *settling);
    if (!settling) return fail(ctx, BROKEN, "There is no memory to start.");
    *settling = (struct settling){.store = store, .signer = signer, .time = ctx->time, .events = ctx->events};
    pthread_mutex_init(&settling->lock, NULL);
    wait_init(&settling->wake);
    if (pthread_create(&settling->thread, NULL, run, settling) != 0) {
        free(settling);
        return fail(ctx, BROKEN, "The system gives no thread for sealing the ledger.");
    }
    *out = settling;
    return OK;
}

void settling_close(struct settling *settling)
{
    if (!settling) return;
    pthread_mutex_lock(&settling->lock);
    settling->ends = true;
    pthread_cond_signal(&settling->wake);
    pthread_mutex_unlock(&settling->lock);
    pthread_join(settling->thread, NULL);
    pthread_mutex_destroy(&settling->lock);
    pthread_cond_destroy(&settling->wake);
    free(settling);
}
