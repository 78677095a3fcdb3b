/* Duties come in rounds: a quick one while somebody watches a job, else one each second. Each is small, and what
 * fails in one round is tried again in the next. */
#include "jobs/clerk.h"

#include "access/access.h"
#include "access/actor.h"
#include "access/users.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/timekeeper.h"
#include "records/records.h"
#include "records/rights.h"
#include "store/blob.h"
#include "store/store.h"

#include <pthread.h>

enum { QUICK = 300, SLOW = 1000, SWEEP_EVERY = MINUTE, OUTBOX_BATCH = 100 };

struct clerk {
    struct jobs *jobs;
    struct jobs_config config;
    struct events *events;
    pthread_t thread;
    pthread_mutex_t lock;
    bool ends;
    int64_t swept_at; /* clock_monotonic */
};

/* A round may do any number of things: what one batch takes is given back before the next. */
static enum result in_batches(struct ctx *ctx, struct store *store, enum result (*batch)(struct ctx *ctx, void *arg),
                              void *arg, const size_t *left)
{
    struct arena *scratch = arena_scratch(ctx->arena);
    while (*left) {
        struct ctx part = *ctx;
        part.arena = scratch;
        enum result result = store_write(&part, store, batch, arg);
        if (result != OK) return fail_as(ctx, &part, result);
        arena_reset(scratch);
    }
    return OK;
}

static enum result tell_record(struct ctx *ctx, const char *what, const struct reg *reg, int64_t id)
{
    struct str reference = arena_print(ctx->arena, "%s-%lld", reg->prefix, (long long)id);
    log_text(LOG_ERROR, what, "record", reference);
    ctx_clear_error(ctx);
    return OK;
}

/* ---- notifications ---- */

struct message {
    int64_t id, record, person;
    struct str topic, reg;
};

static void set_own(struct record *record, const char *field, struct str text)
{
    size_t index;
    if (reg_field(record->reg, str_of(field), &index)) record_set_text(record, index, text);
}

/* Whoever may not read it is told nothing of it. Without an account nobody reads the notification either; it waits. */
static enum result may_be_told(struct ctx *ctx, int64_t person, const struct record *subject, bool *may)
{
    struct ctx reader = *ctx;
    int64_t user;
    *may = true;
    TRY(user_of_person(ctx, person, &user));
    if (!user) return OK;
    enum result found = user_actor(ctx, user, &reader.actor);
    if (found == NOT_FOUND) ctx_clear_error(ctx); /* not active now */
    if (found != OK) return found == NOT_FOUND ? OK : found;
    *may = record_may(&reader, subject, READ);
    return OK;
}

static enum result notify_one(struct ctx *ctx, const struct message *message)
{
    const struct reg *reg = house_register(ctx->house, message->reg),
                     *notification = house_register(ctx->house, S("notification"));
    struct record *subject;
    bool may;
    if (!reg || !notification) return OK;
    enum result loaded = record_load(ctx, reg, message->record, &subject);
    if (loaded != OK) return loaded == NOT_FOUND ? OK : loaded;
    TRY(may_be_told(ctx, message->person, subject, &may));
    if (!may) return OK;
    struct record *record = record_new(ctx, notification);
    record->row[C_OWNER] = value_id(message->person);
    set_own(record, "subject", record_reference(ctx, subject));
    set_own(record, "topic", message->topic);
    return record_insert(ctx, record, "notify");
}

/* One that cannot be told is told in the log, and keeps those behind it from nothing. */
static enum result notify_or_tell(struct ctx *ctx, const struct message *message)
{
    TRY(db_begin(ctx));
    enum result result = notify_one(ctx, message);
    if (result == OK) return db_commit(ctx);
    db_rollback(ctx);
    if (result_ends_all(result)) return result;
    return tell_record(ctx, "a notification of a record could not be made", house_register(ctx->house, message->reg),
                       message->record);
}

static enum result read_outbox(struct ctx *ctx, struct message *messages, size_t *count)
{
    const struct value most = value_number(OUTBOX_BATCH);
    struct rows *rows;
    *count = 0;
    TRY(db_query(ctx, S("SELECT id, record, person, topic, register FROM outbox ORDER BY id LIMIT ?1"), &most, 1,
                 &rows));
    for (bool more;;) {
        TRY(rows_next(ctx, rows, &more));
        if (!more || *count == OUTBOX_BATCH) break;
        messages[(*count)++] = (struct message){.id = rows_number(rows, 0),
                                                .record = rows_number(rows, 1),
                                                .person = rows_number(rows, 2),
                                                .topic = arena_copy(ctx->arena, rows_text(rows, 3)),
                                                .reg = arena_copy(ctx->arena, rows_text(rows, 4))};
    }
    rows_close(rows);
    return OK;
}

static enum result notify_batch(struct ctx *ctx, void *arg)
{
    size_t *count = arg;
    struct message *messages = arena_make_many(ctx->arena, struct message, OUTBOX_BATCH);
    TRY(db_lock(ctx, "outbox"));
    TRY(read_outbox(ctx, messages, count));
    for (size_t i = 0; i < *count; i++) {
        struct value args[] = {value_number(messages[i].id)};
        TRY(notify_or_tell(ctx, &messages[i]));
        TRY(db_run(ctx, S("DELETE FROM outbox WHERE id=?1"), args, COUNT(args), NULL));
    }
    if (*count < OUTBOX_BATCH) *count = 0; /* none is left */
    return OK;
}

enum result clerk_notify(struct ctx *ctx, struct store *store)
{
    int64_t waiting;
    TRY(db_query_number(ctx, S("SELECT count(*) FROM outbox"), NULL, 0, 0, &waiting));
    size_t left = waiting > 0;
    return in_batches(ctx, store, notify_batch, &left, &left);
}

/* ---- a new day ---- */

struct deriving {
    const struct reg *reg;
    int64_t from;
    size_t count;
};

/* One that does not fit its rules any more is told in the log and keeps the others from nothing. */
static enum result derive_one(struct ctx *ctx, const struct reg *reg, int64_t id)
{
    TRY(db_begin(ctx));
    enum result result = record_derive(ctx, reg, id, "new_day");
    if (result == OK) return db_commit(ctx);
    db_rollback(ctx);
    if (result_ends_all(result)) return result;
    return tell_record(ctx, "a record could not be derived anew for the day", reg, id);
}

/* `from` moves on at the end only: a write that is run again begins where it began. */
static enum result derive_batch(struct ctx *ctx, void *arg)
{
    enum { BATCH = 200 };
    struct deriving *deriving = arg;
    struct value args[] = {value_number(deriving->from)};
    struct rows *rows;
    int64_t ids[BATCH];
    struct str sql =
        arena_print(ctx->arena, "SELECT id FROM \"%s\" WHERE id>?1 AND deleted_at IS NULL ORDER BY id LIMIT %d",
                    deriving->reg->name, BATCH);
    deriving->count = 0;
    TRY(db_query(ctx, sql, args, COUNT(args), &rows));
    for (bool more;;) {
        TRY(rows_next(ctx, rows, &more));
        if (!more || deriving->count == BATCH) break;
        ids[deriving->count++] = rows_number(rows, 0);
    }
    rows_close(rows);
    for (size_t i = 0; i < deriving->count; i++) TRY(derive_one(ctx, deriving->reg, ids[i]));
    if (deriving->count) deriving->from = ids[deriving->count - 1];
    return OK;
}

static enum result keep_day(struct ctx *ctx, void *arg)
{
    return meta_set(ctx, CLERK_DAY, *(struct str *)arg);
}

enum result clerk_new_day(struct ctx *ctx, struct store *store)
{
    char today[DATE_TEXT];
    struct str known, day;
    date_of_time(ctx->now, today);
    day = arena_copy(ctx->arena, str_of(today));
    TRY(meta_get(ctx, CLERK_DAY, &known));
    if (known.len && str_compare(known, day) >= 0) return OK; /* another node may be a moment ahead */
    for (size_t i = 0; i < ctx->house->register_count; i++) {
        struct deriving deriving = {.reg = ctx->house->registers[i], .count = 1};
        if (!(deriving.reg->flags & DAILY)) continue;
        TRY(in_batches(ctx, store, derive_batch, &deriving, &deriving.count));
    }
    return store_write(ctx, store, keep_day, &day);
}

/* ---- rounds ---- */

static enum result sweep(struct ctx *ctx, void *arg)
{
    (void)arg;
    TRY(jobs_sweep(ctx));
    return access_sweep(ctx);
}

static enum result tell(struct ctx *ctx, struct clerk *clerk, bool *watching)
{
    return jobs_tell_watchers(ctx, clerk->jobs, watching);
}

static enum result notify(struct ctx *ctx, struct clerk *clerk, bool *watching)
{
    (void)watching;
    return clerk_notify(ctx, clerk->config.store);
}

static enum result begin_day(struct ctx *ctx, struct clerk *clerk, bool *watching)
{
    (void)watching;
    return clerk_new_day(ctx, clerk->config.store);
}

static enum result sweep_when_due(struct ctx *ctx, struct clerk *clerk, bool *watching)
{
    (void)watching;
    if (clock_monotonic() - clerk->swept_at < SWEEP_EVERY) return OK;
    clerk->swept_at = clock_monotonic();
    return store_write(ctx, clerk->config.store, sweep, NULL);
}

/* One that fails keeps the others from nothing, unless it fails for what they need as well. */
static enum result do_duties(struct ctx *ctx, struct clerk *clerk, bool *watching)
{
    static enum result (*const duties[])(struct ctx * ctx, struct clerk * clerk,
                                         bool *watching) = {tell, notify, begin_day, sweep_when_due};
    TRY(store_reader(ctx, clerk->config.store, &ctx->db));
    for (size_t i = 0; i < COUNT(duties); i++) {
        enum result result = duties[i](ctx, clerk, watching);
        if (result_ends_all(result)) return result;
        if (result == OK) continue;
        log_text(LOG_ERROR, "a regular duty failed", "sentence", ctx->error.sentence);
        ctx_clear_error(ctx);
    }
    return OK;
}

static bool one_round(struct clerk *clerk, struct arena *arena)
{
    jmp_buf escape;
    bool watching = false;
    struct ctx ctx = {.arena = arena,
                      .house = clerk->config.house,
                      .access = clerk->config.access,
                      .actor = &actor_system,
                      .now = timekeeper_now(clerk->config.time),
                      .time = clerk->config.time,
                      .events = clerk->events,
                      .language = S("en")};
    if (setjmp(escape)) {
        log_line(LOG_ERROR, "no memory for regular duties", NULL);
        arena_reset(arena);
        return false;
    }
    arena_guard(arena, &escape);
    if (do_duties(&ctx, clerk, &watching) != OK)
        log_text(LOG_ERROR, "a regular duty failed", "sentence", ctx.error.sentence);
    arena_reset(arena);
    return watching;
}

static bool goes_on(struct clerk *clerk)
{
    pthread_mutex_lock(&clerk->lock);
    bool ends = clerk->ends;
    pthread_mutex_unlock(&clerk->lock);
    return !ends;
}

static void *run(void *arg)
{
    struct clerk *clerk = arg;
    struct arena *arena = arena_new(0);
    while (arena && goes_on(clerk)) {
        bool watching = one_round(clerk, arena);
        jobs_wait_news(clerk->jobs, watching ? QUICK : SLOW);
    }
    arena_free(arena);
    return NULL;
}

enum result clerk_open(struct ctx *ctx, struct jobs *jobs, const struct jobs_config *config, struct clerk **out)
{
    struct clerk *clerk = calloc(1, sizeof *clerk);
    if (!clerk) return fail(ctx, BROKEN, "There is no memory to start.");
    *clerk = (struct clerk){.jobs = jobs, .config = *config, .events = ctx->events, .swept_at = -SWEEP_EVERY};
    pthread_mutex_init(&clerk->lock, NULL);
    if (pthread_create(&clerk->thread, NULL, run, clerk) != 0) {
        pthread_mutex_destroy(&clerk->lock);
        free(clerk);
        return fail(ctx, BROKEN, "The system gives no thread for regular duties.");
    }
    *out = clerk;
    return OK;
}

void clerk_close(struct clerk *clerk)
{
    if (!clerk) return;
    pthread_mutex_lock(&clerk->lock);
    clerk->ends = true;
    pthread_mutex_unlock(&clerk->lock);
    jobs_tell_news(clerk->jobs);
    pthread_join(clerk->thread, NULL);
    pthread_mutex_destroy(&clerk->lock);
    free(clerk);
}
