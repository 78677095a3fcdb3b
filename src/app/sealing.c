/* Sealing runs beside requests: an entry is durable at once and has its place under a signed head within the second. */
#include "app/sealing.h"

#include "access/actor.h"
#include "base/clock.h"
#include "base/log.h"
#include "ledger/sealer.h"

#include <pthread.h>

struct sealing {
    struct store *store;
    const struct ledger_keys *keys;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    bool ends;
};

struct round {
    const struct ledger_keys *keys;
    int64_t sealed;
};

static enum result seal(struct ctx *ctx, void *arg)
{
    struct round *round = arg;
    return ledger_seal(ctx, round->keys, &round->sealed);
}

static enum result seal_all(struct ctx *ctx, struct sealing *sealing)
{
    int64_t pending;
    TRY(store_reader(ctx, sealing->store, &ctx->db));
    TRY(ledger_pending_count(ctx, &pending));
    if (!pending) return OK;
    struct round round = {.keys = sealing->keys, .sealed = SEAL_BATCH};
    while (round.sealed == SEAL_BATCH) TRY(store_write(ctx, sealing->store, seal, &round));
    return OK;
}

static void one_round(struct sealing *sealing, struct arena *arena)
{
    jmp_buf escape;
    struct ctx ctx = {.arena = arena, .actor = &actor_system, .now = clock_now()};
    if (setjmp(escape)) {
        log_line(LOG_ERROR, "no memory to seal the ledger", NULL);
    } else {
        arena_guard(arena, &escape);
        if (seal_all(&ctx, sealing) != OK)
            log_text(LOG_ERROR, "the ledger was not sealed", "sentence", ctx.error.sentence);
    }
    arena_reset(arena);
}

static void *run(void *arg)
{
    struct sealing *sealing = arg;
    struct arena *arena = arena_new(0);
    if (!arena) return NULL;
    pthread_mutex_lock(&sealing->lock);
    for (bool last = false; !last;) {
        struct timespec until;
        clock_gettime(CLOCK_REALTIME, &until);
        until.tv_sec += 1;
        if (!sealing->ends) pthread_cond_timedwait(&sealing->wake, &sealing->lock, &until);
        last = sealing->ends;
        pthread_mutex_unlock(&sealing->lock);
        one_round(sealing, arena);
        pthread_mutex_lock(&sealing->lock);
    }
    pthread_mutex_unlock(&sealing->lock);
    arena_free(arena);
    return NULL;
}

enum result sealing_open(struct ctx *ctx, struct store *store, const struct ledger_keys *keys, struct sealing **out)
{
    struct sealing *sealing = calloc(1, sizeof *sealing);
    if (!sealing) return fail(ctx, BROKEN, "There is no memory to start.");
    *sealing = (struct sealing){.store = store, .keys = keys};
    pthread_mutex_init(&sealing->lock, NULL);
    pthread_cond_init(&sealing->wake, NULL);
    if (pthread_create(&sealing->thread, NULL, run, sealing) != 0) {
        free(sealing);
        return fail(ctx, BROKEN, "The system gives no thread for sealing the ledger.");
    }
    *out = sealing;
    return OK;
}

void sealing_close(struct sealing *sealing)
{
    if (!sealing) return;
    pthread_mutex_lock(&sealing->lock);
    sealing->ends = true;
    pthread_cond_signal(&sealing->wake);
    pthread_mutex_unlock(&sealing->lock);
    pthread_join(sealing->thread, NULL);
    pthread_mutex_destroy(&sealing->lock);
    pthread_cond_destroy(&sealing->wake);
    free(sealing);
}
