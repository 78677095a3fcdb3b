/* As a rule a beat only reads. After a change that the database could not keep, or that found it damaged, each beat
 * tries to write one row: when nobody is sent here any more, no other change would ever show that there is room again.
 */
#include "store/pulse.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/wait.h"
#include "store/blob.h"

#include <pthread.h>
#include <stdatomic.h>

struct pulse {
    struct store *store;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    bool ends;
    _Atomic int64_t well_at; /* clock_monotonic of the last good beat; 0 after a bad one */
    bool told;               /* that beats are not good; of the thread */
};

static enum result write_something(struct ctx *ctx, void *arg)
{
    (void)arg;
    struct buf now = buf_in(ctx->arena);
    buf_number(&now, ctx->now);
    return meta_set(ctx, "pulse", buf_str(&now));
}

static enum result beat(struct ctx *ctx, struct pulse *pulse)
{
    static const char *const asks[] = {
        [DIALECT_SQLITE] = "SELECT count(*) > 0 FROM sqlite_schema",
        [DIALECT_POSTGRES] = "SELECT CASE current_setting('transaction_read_only') WHEN 'off' THEN 1 ELSE 0 END",
    };
    int64_t writable;
    TRY(store_reader(ctx, pulse->store, &ctx->db));
    TRY(db_query_number(ctx, str_of(asks[db_dialect(ctx->db)]), NULL, 0, 0, &writable));
    bool doubtful = store_state(pulse->store) != OK || store_is_suspect(pulse->store);
    if (!writable || doubtful) return store_write(ctx, pulse->store, write_something, NULL);
    return OK;
}

static enum result guarded_beat(struct pulse *pulse, struct arena *arena)
{
    jmp_buf escape;
    struct ctx ctx = {.arena = arena, .now = clock_now()};
    if (setjmp(escape)) {
        arena_reset(arena);
        return BUSY;
    }
    arena_guard(arena, &escape);
    enum result result = beat(&ctx, pulse);
    const char *trouble = result == BROKEN ? "the database keeps no changes" : "the database is away";
    if (result != OK && !pulse->told) log_text(LOG_ERROR, trouble, "sentence", ctx.error.sentence);
    if (result == OK && pulse->told) log_line(LOG_INFO, "the database is there", NULL);
    pulse->told = result != OK;
    arena_reset(arena);
    return result;
}

static void *run(void *arg)
{
    struct pulse *pulse = arg;
    struct arena *arena = arena_new(0);
    pthread_mutex_lock(&pulse->lock);
    while (arena && !pulse->ends) {
        pthread_mutex_unlock(&pulse->lock);
        enum result result = guarded_beat(pulse, arena);
        if (result != BUSY) atomic_store(&pulse->well_at, result == OK ? clock_monotonic() : 0);
        pthread_mutex_lock(&pulse->lock);
        if (!pulse->ends) wait_for(&pulse->wake, &pulse->lock, PULSE_EVERY);
    }
    pthread_mutex_unlock(&pulse->lock);
    arena_free(arena);
    return NULL;
}

enum result pulse_check(struct ctx *ctx, const struct pulse *pulse)
{
    int64_t well_at = atomic_load(&pulse->well_at);
    bool well = well_at && clock_monotonic() - well_at < PULSE_HOLDS;
    if (well && store_state(pulse->store) == OK) return OK;
    return fail(ctx, AWAY, "The database does not answer, or cannot keep changes; the program's log says why.");
}

enum result pulse_open(struct ctx *ctx, struct store *store, struct pulse **out)
{
    struct pulse *pulse = calloc(1, sizeof *pulse);
    if (!pulse) return fail(ctx, BROKEN, "There is no memory to start.");
    pulse->store = store;
    atomic_store(&pulse->well_at, clock_monotonic()); /* whoever opened the store has just spoken with it */
    wait_init(&pulse->wake);
    pthread_mutex_init(&pulse->lock, NULL);
    if (pthread_create(&pulse->thread, NULL, run, pulse) != 0) {
        pthread_mutex_destroy(&pulse->lock);
        pthread_cond_destroy(&pulse->wake);
        free(pulse);
        return fail(ctx, BROKEN, "The system gives no thread that looks after the database.");
    }
    *out = pulse;
    return OK;
}

void pulse_close(struct pulse *pulse)
{
    if (!pulse) return;
    pthread_mutex_lock(&pulse->lock);
    pulse->ends = true;
    pthread_cond_signal(&pulse->wake);
    pthread_mutex_unlock(&pulse->lock);
    pthread_join(pulse->thread, NULL);
    pthread_mutex_destroy(&pulse->lock);
    pthread_cond_destroy(&pulse->wake);
    free(pulse);
}
