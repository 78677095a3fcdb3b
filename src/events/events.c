/* Posting, and the thread. What waits has a place of its own from the start, so that posting takes a lock, a copy and
 * nothing else. A batch that the database does not take is kept and tried again each second, as it stands: its chain is
 * made, and its lines have gone out. */
#include "events/inside.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/thread.h"
#include "base/timekeeper.h"
#include "base/wait.h"

#include <stdlib.h>
#include <unistd.h>

enum { ROUND = SECOND, PATIENCE = 10 * SECOND };

/* ---- posting ---- */

bool events_put(struct events *events, const struct event_row *row)
{
    if (events->queued == QUEUE_ROOM) {
        events->lost++;
        return false;
    }
    events->queue[(events->first + events->queued++) % QUEUE_ROOM] = *row;
    events->posted++;
    return true;
}

/* Failures to sign in are few, for each costs a comparison of passwords; so each is a row, up to what a minute may
 * hold. */
static bool is_let_through(struct events *events, const struct event_row *row)
{
    int64_t now = clock_monotonic();
    switch (row->kind) {
    case EVENT_REFUSED:
    case EVENT_SIGN_IN_HELD_BACK: return flood_take(&events->refusals, flood_key(row), row, now);
    case EVENT_ALARM: return flood_take(&events->alarms, flood_key(row), row, now);
    case EVENT_SIGN_IN_FAILED:
    case EVENT_SIGN_IN_LOCKED: return flood_take(&events->failures, events->posted + 1, row, now);
    default: return true;
    }
}

/* *number is the row's; 0 where it is only counted with others of its kind. False when there was no room for it. */
static bool post(struct ctx *ctx, const struct event *event, bool hurry, uint64_t *number)
{
    struct events *events = ctx->events;
    struct event_row row;
    bool fits = true;
    *number = 0;
    event_row_make(event, &events->config, ctx->request_id, &row);
    pthread_mutex_lock(&events->lock);
    if (is_let_through(events, &row)) fits = events_put(events, &row), *number = fits ? events->posted : 0;
    events->hurry = events->hurry || hurry || events->queued >= BATCH_ROOM;
    if (events->hurry) pthread_cond_signal(&events->wake);
    pthread_mutex_unlock(&events->lock);
    return fits;
}

void event_post(struct ctx *ctx, const struct event *event)
{
    uint64_t number;
    if (ctx->events) (void)post(ctx, event, false, &number);
}

void event_alarm(struct ctx *ctx, const char *what, const struct event *about)
{
    struct event alarm = *about;
    log_line(LOG_ERROR, what, arena_cstr(ctx->arena, about->subject), about->record, NULL);
    alarm.kind = EVENT_ALARM;
    alarm.detail = str_of(what);
    event_post(ctx, &alarm);
}

bool events_have_lines(const struct events *events)
{
    return events && (events->outlets[0] || events->outlets[1]);
}

void event_line(struct ctx *ctx, const char *event, const char *name, struct str text)
{
    struct events *events = ctx->events;
    if (!events_have_lines(events)) return;
    struct buf json = buf_in(ctx->arena), line = buf_in(ctx->arena);
    int64_t at = timekeeper_now(events->config.time);
    event_line_json(&json, event, at, str_of(events->node), name, text);
    event_line_syslog(&line, event, at, str_of(events->node), buf_str(&json));
    outlet_add(events->outlets[0], buf_str(&line));
    outlet_add(events->outlets[1], buf_str(&json));
}

static bool is_durable(struct events *events, uint64_t number)
{
    int64_t until = clock_monotonic() + PATIENCE;
    pthread_mutex_lock(&events->lock);
    while (events->written < number && events->failed < number && wait_until(&events->settled, &events->lock, until))
        continue;
    bool durable = events->written >= number;
    pthread_mutex_unlock(&events->lock);
    return durable;
}

enum result event_write(struct ctx *ctx, const struct event *event)
{
    if (!ctx->events) return OK;
    uint64_t number;
    bool fits = post(ctx, event, true, &number);
    if (!ctx->events->config.store || (fits && (!number || is_durable(ctx->events, number)))) return OK;
    return fail(ctx, BUSY,
                "The security event that belongs to this could not be written, so it was not done; try again in a "
                "moment.");
}

/* ---- rounds ---- */

static void put_counts(struct events *events, struct flood *flood)
{
    struct event_row row;
    int64_t now = clock_monotonic();
    while (events->queued < QUEUE_ROOM && flood_next(flood, now, events->ends, &row)) events_put(events, &row);
}

static void put_lost(struct events *events)
{
    struct event_row row;
    if (!events->lost || events->queued == QUEUE_ROOM) return;
    event_row_make(&(struct event){.kind = EVENT_LOST}, &events->config, S(""), &row);
    row.count = events->lost;
    events->lost = 0;
    events_put(events, &row);
}

static void put_alarm(struct events *events)
{
    struct event_row row;
    if (!events->tail_is_gone || events->queued == QUEUE_ROOM) return;
    struct event alarm = {.kind = EVENT_ALARM, .subject = S("security_event"), .detail = S("the newest row is gone")};
    event_row_make(&alarm, &events->config, S(""), &row);
    events->tail_is_gone = false;
    events_put(events, &row);
}

/* From the queue to the batch. Under the lock. */
static void take(struct events *events)
{
    put_counts(events, &events->refusals);
    put_counts(events, &events->alarms);
    put_counts(events, &events->failures);
    put_lost(events);
    put_alarm(events);
    while (events->queued && events->batched < BATCH_ROOM) {
        events->batch[events->batched++] = events->queue[events->first];
        events->first = (events->first + 1) % QUEUE_ROOM;
        events->queued--;
    }
}

static void chain(struct ctx *ctx, struct events *events, struct event_row *row)
{
    struct buf bytes = buf_in(ctx->arena);
    memcpy(row->previous, events->last, MAC_SIZE);
    row->previous_at = events->last_at;
    event_row_bytes(&bytes, row, str_of(events->node));
    keyring_mac(events->config.keyring, "security-event", buf_str(&bytes), row->mac);
}

static void send_out(struct ctx *ctx, struct events *events, const struct event_row *row)
{
    struct buf json = buf_in(ctx->arena), line = buf_in(ctx->arena);
    event_row_json(&json, row, str_of(events->node), events->config.store != NULL);
    if (events->outlets[0]) event_row_syslog(&line, row, str_of(events->node), buf_str(&json));
    outlet_add(events->outlets[0], buf_str(&line));
    outlet_add(events->outlets[1], buf_str(&json));
}

static enum result write_batch(struct ctx *ctx, struct events *events)
{
    while (events->chained < events->batched) {
        struct event_row *row = &events->batch[events->chained];
        if (events->config.store) chain(ctx, events, row);
        send_out(ctx, events, row);
        memcpy(events->last, row->mac, MAC_SIZE); /* from here on nothing can fail: the row has its place */
        events->last_at = row->at;
        events->chained++;
    }
    if (!events->config.store || !events->batched) return OK;
    return store_write(ctx, events->config.store, events_insert, events);
}

static enum result one_round(struct events *events, struct arena *arena)
{
    jmp_buf escape;
    struct ctx ctx = {.arena = arena, .now = timekeeper_now(events->config.time)};
    volatile enum result result = BROKEN;
    if (setjmp(escape)) {
        log_line(LOG_ERROR, "no memory to write security events", NULL);
    } else {
        arena_guard(arena, &escape);
        result = write_batch(&ctx, events);
        if (result != OK) log_text(LOG_ERROR, "security events were not written", "sentence", ctx.error.sentence);
        if (result == OK && events->config.store && events_sweep(&ctx, events) != OK)
            log_text(LOG_ERROR, "old security events were not removed", "sentence", ctx.error.sentence);
    }
    arena_reset(arena);
    return result;
}

static void wait_for_round(struct events *events)
{
    int64_t until = clock_monotonic() + ROUND;
    while (!events->hurry && !events->ends && wait_until(&events->wake, &events->lock, until)) continue;
    events->hurry = false;
}

/* Under the lock. */
static void settle(struct events *events, uint64_t number, enum result result)
{
    if (result == OK) events->batched = events->chained = 0;
    *(result == OK ? &events->written : &events->failed) = number;
    if (result == OK && events->queued) events->hurry = true;
    pthread_cond_broadcast(&events->settled);
}

static void *run(void *arg)
{
    struct events *events = arg;
    struct arena *arena = arena_new(0);
    pthread_mutex_lock(&events->lock);
    for (bool last = false; arena && !last;) {
        wait_for_round(events);
        bool over = events->ends;
        take(events);
        uint64_t number = events->posted - events->queued;
        pthread_mutex_unlock(&events->lock);
        enum result result = one_round(events, arena);
        pthread_mutex_lock(&events->lock);
        settle(events, number, result);
        last = over && (result != OK || !events->queued);
    }
    pthread_mutex_unlock(&events->lock);
    arena_free(arena);
    return NULL;
}

/* ---- opening and closing ---- */

static void release(struct events *events)
{
    for (size_t i = 0; i < COUNT(events->outlets); i++) outlet_close(events->outlets[i]);
    pthread_cond_destroy(&events->wake);
    pthread_cond_destroy(&events->settled);
    pthread_mutex_destroy(&events->lock);
    free(events);
}

static enum result prepare(struct ctx *ctx, struct events *events)
{
    const struct events_config *config = &events->config;
    char host[NODE_SIZE] = "";
    if (gethostname(host, sizeof host - 1) != 0 || !*host) snprintf(host, sizeof host, "-");
    for (char *c = host; *c; c++)
        if (*c <= ' ' || *c > '~') *c = '-';
    memcpy(events->node, host, sizeof host);
    if (config->syslog.len) TRY(outlet_open_syslog(ctx, config->syslog, &events->outlets[0]));
    if (config->file.len) TRY(outlet_open_file(ctx, config->file, &events->outlets[1]));
    if (config->store) TRY(events_find_last(ctx, events));
    if (thread_start(&events->thread, run, events) == 0) return OK;
    return fail(ctx, BROKEN, "The system gives no thread for security events.");
}

enum result events_open(struct ctx *ctx, const struct events_config *config, struct events **out)
{
    struct events *events = calloc(1, sizeof *events);
    *out = NULL;
    if (!events) return fail(ctx, BROKEN, "There is no memory to start.");
    events->config = *config;
    events->sweep_at = clock_monotonic() + HOUR;
    pthread_mutex_init(&events->lock, NULL);
    wait_init(&events->wake);
    wait_init(&events->settled);
    enum result result = prepare(ctx, events);
    if (result == OK)
        *out = events;
    else
        release(events);
    return result;
}

void events_close(struct events *events)
{
    if (!events) return;
    pthread_mutex_lock(&events->lock);
    events->ends = true;
    pthread_cond_signal(&events->wake);
    pthread_mutex_unlock(&events->lock);
    pthread_join(events->thread, NULL);
    release(events);
}
