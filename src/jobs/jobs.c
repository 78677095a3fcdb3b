/* Threads that claim jobs. All they share is the queue in the database and a bell; so several nodes work on one queue
 * without knowing each other. */
#include "jobs/jobs.h"

#include "access/actor.h"
#include "access/users.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/number.h"
#include "base/timekeeper.h"
#include "base/wait.h"
#include "events/events.h"
#include "jobs/inside.h"
#include "store/blob.h"
#include "store/dialect.h"
#include "store/store.h"

/* How many that are not to be run are refused in one write: others write in between, however many there are. So many of
 * these are told as an event each, all of them in the log: a flood of them must not take the room of other alarms. */
enum { LOOKED_AT = 64, TOLD_AT = 8 };

/* No claim of the program's reaches as far ahead as this. */
enum { CLAIM_AHEAD = 60 * 1000 };

/* A job that was refused in this write, and what is said of it in the log and as an event. */
struct refusal {
    int64_t id;
    const char *what;
};

struct claim {
    struct jobs *jobs;
    size_t refused;
    struct refusal refusals[LOOKED_AT];
    int64_t id, user, input, number, position;
    bool read_only;
    struct str kind, arguments, registers, state, sha256;
};

/* ---- claiming ---- */

/* Those that wait, and those whose claim has run out, or is none that the program gives. */
#define RUN_OUT "(status='running' AND (claimed_until IS NULL OR claimed_until<%s OR claimed_until>%s+%d))"
/* No status of the program's, in ranges that the index of `status` finds: such a row would stand for ever. If the
 * program made it, it waits; else it is refused like any other. */
#define UNKNOWN                                                                                                        \
    "(status<'cancelled' OR (status>'cancelled' AND status<'done') OR (status>'done' AND status<'failed') OR "         \
    "(status>'failed' AND status<'queued') OR (status>'queued' AND status<'running') OR status>'running')"
#define CLAIMABLE "(status='queued' OR " RUN_OUT " OR " UNKNOWN ")"

/* No end is entered: what the program did not make may bear the number of a job that is yet to come, and what was put
 * back has its end already, of which a second would say that it was done twice. Parts that lie beside it are swept, and
 * its file where a MAC says that it is its own (jobs_sweep); `lets_go` of one of which none can say so. */
static enum result refuse(struct ctx *ctx, struct claim *claim, bool lets_go, const char *what, const char *sentence)
{
    struct value args[] = {value_number(claim->id), value_text(str_of(sentence))};
    if (claim->refused < LOOKED_AT) claim->refusals[claim->refused++] = (struct refusal){claim->id, what};
    struct str sql = arena_print(
        ctx->arena, "UPDATE job SET status='failed', ended_at=%s, claimed_until=NULL, %sdetail=?2 WHERE id=?1",
        sql_now(db_dialect(ctx->db)), lets_go ? "input=NULL, " : "");
    return db_run(ctx, sql, args, COUNT(args), NULL);
}

static struct str text_in(const struct sealed_value *values, size_t column)
{
    const struct value *value = &values[column - 1].value;
    return value->type == IS_NULL ? S("") : value->text;
}

/* As whom, what, and with which file: what was read together with the MAC, so that it is what the MAC is over. */
static void take(const struct sealed_value *values, struct claim *claim)
{
    claim->kind = text_in(values, SEALED_KIND);
    claim->user = sealed_number(values, SEALED_USER);
    claim->read_only = sealed_number(values, SEALED_READ_ONLY) != 0;
    claim->registers = text_in(values, SEALED_REGISTERS);
    claim->arguments = text_in(values, SEALED_ARGUMENTS);
    claim->input = sealed_number(values, SEALED_INPUT);
    claim->sha256 = text_in(values, SEALED_SHA256);
}

/* A job that somebody put into the queue past the program, or put back into it, would act with the rights of whom it
 * names. */
static enum result check_origin(struct ctx *ctx, struct claim *claim, bool *good)
{
    struct sealed_value values[SEALED_COLUMNS];
    bool as_entered;
    TRY(sealed_read(ctx, &sealed_jobs, claim->id, values, good));
    if (*good) take(values, claim);
    if (!*good)
        return refuse(ctx, claim, true, "a job was changed outside of the program and is refused",
                      SENTENCE("This job was not made by the program."));
    TRY(job_is_as_entered(ctx, claim->id, claim->position, &as_entered));
    if (as_entered) return OK;
    *good = false;
    static const char what[] =
        SENTENCE("a job is not as the ledger says, so it was changed outside of the program, and is refused");
    log_line(LOG_ERROR, what, "id", claim->id, NULL);
    return refuse(ctx, claim, false, what,
                  SENTENCE("This job is not as the ledger says: it was changed outside of the program."));
}

/* The oldest of them, each part by the index of `status`. Held, where others claim at the same time. */
static enum result find_claimable(struct ctx *ctx, int64_t ids[LOOKED_AT], size_t *count)
{
    enum dialect dialect = db_dialect(ctx->db);
    const char *now = sql_now(dialect);
    const struct value most = value_number(LOOKED_AT);
    struct str sql = arena_print(
        ctx->arena,
        "SELECT id FROM job WHERE " CLAIMABLE " AND id IN ("
        "SELECT id FROM (SELECT id FROM job WHERE status='queued' ORDER BY id LIMIT ?1) q UNION ALL "
        "SELECT id FROM (SELECT id FROM job WHERE " RUN_OUT " ORDER BY id LIMIT ?1) r UNION ALL "
        "SELECT id FROM (SELECT id FROM job WHERE " UNKNOWN " ORDER BY id LIMIT ?1) u) ORDER BY id LIMIT ?1%s",
        now, now, CLAIM_AHEAD, now, now, CLAIM_AHEAD, sql_skip_locked(dialect));
    struct rows *rows;
    *count = 0;
    TRY(db_query(ctx, sql, &most, 1, &rows));
    for (bool more; *count < LOOKED_AT;) {
        TRY(rows_next(ctx, rows, &more));
        if (!more) break;
        ids[(*count)++] = rows_number(rows, 0);
    }
    rows_close(rows);
    return OK;
}

static enum result look_at(struct ctx *ctx, struct claim *claim, int64_t id, bool *good)
{
    const struct value key = value_number(id);
    struct rows *rows;
    bool found;
    *good = false;
    claim->id = id;
    TRY(db_query_one(ctx, S("SELECT claim, position, state FROM job WHERE id=?1"), &key, 1, &rows, &found));
    if (found) {
        claim->number = add_capped(rows_number(rows, 0), 1);
        claim->position = rows_number(rows, 1);
        claim->state = arena_copy(ctx->arena, rows_text(rows, 2));
    }
    rows_close(rows);
    if (!found) return OK;
    return check_origin(ctx, claim, good);
}

static enum result take_claim(struct ctx *ctx, const struct claim *claim)
{
    const struct value args[] = {value_number(claim->id), value_number(claim->number)};
    struct str now = str_of(sql_now(db_dialect(ctx->db)));
    struct str sql = arena_print(ctx->arena,
                                 "UPDATE job SET status='running', claim=?2, started_at=COALESCE(started_at, %.*s), "
                                 "claimed_until=%.*s+%d WHERE id=?1",
                                 PRINT(now), PRINT(now), JOB_CLAIM);
    return db_run(ctx, sql, args, COUNT(args), NULL);
}

/* The first that is as the program made it; those before it are refused, and so claimable no more. */
static enum result claim_one(struct ctx *ctx, void *arg)
{
    struct claim *claim = arg;
    int64_t ids[LOOKED_AT];
    size_t count;
    bool good = false;
    claim->refused = 0;
    claim->id = 0;
    TRY(find_claimable(ctx, ids, &count));
    for (size_t i = 0; i < count && !good; i++) TRY(look_at(ctx, claim, ids[i], &good));
    if (good) return take_claim(ctx, claim);
    claim->id = 0;
    return OK;
}

/* ---- ending ---- */

static const struct job_kind *kind_of(const struct jobs *jobs, struct str name)
{
    for (size_t i = 0; i < jobs->config.kind_count; i++)
        if (str_is(name, jobs->config.kinds[i].name)) return &jobs->config.kinds[i];
    return NULL;
}

struct ending {
    int64_t id, claim, input, user;
    const char *status;
    struct str detail, result;
};

/* Whoever has lost the claim meanwhile ends nothing. */
static enum result write_ending(struct ctx *ctx, void *arg)
{
    const struct ending *ending = arg;
    struct value args[] = {value_number(ending->id), value_text(str_of(ending->status)), value_text(ending->detail),
                           value_optional(ending->result), value_number(ending->claim)};
    struct str sql = arena_print(ctx->arena,
                                 "UPDATE job SET status=?2, ended_at=%s, detail=?3, result=?4, input=NULL, "
                                 "claimed_until=NULL WHERE id=?1 AND claim=?5 AND status='running'",
                                 sql_now(db_dialect(ctx->db)));
    int64_t held;
    TRY(db_run(ctx, sql, args, COUNT(args), &held));
    if (!held) return OK;
    TRY(job_enter_end(ctx, ending->id, ending->user));
    if (ending->input) TRY(blob_delete(ctx, ending->input));
    return db_run(ctx, S("DELETE FROM job_part WHERE job=?1"), args, 1, NULL);
}

/* Back into the queue: it goes on when the database is there again, or when a program is. */
static enum result write_waiting(struct ctx *ctx, void *arg)
{
    const struct claim *claim = arg;
    struct value args[] = {value_number(claim->id), value_number(claim->number)};
    return db_run(ctx,
                  S("UPDATE job SET status='queued', claimed_until=NULL WHERE id=?1 AND claim=?2 AND "
                    "status='running'"),
                  args, COUNT(args), NULL);
}

static bool waits_for_better(const struct jobs *jobs, const struct claim *claim, enum result result, enum job_stop why)
{
    const struct job_kind *kind = kind_of(jobs, claim->kind);
    return kind && kind->resumes && (why == JOB_IS_PAUSED || result_passes(result));
}

static void end_job(struct ctx *ctx, struct jobs *jobs, struct claim *claim, enum result result, enum job_stop why,
                    struct str text)
{
    struct ending ending = {.id = claim->id,
                            .claim = claim->number,
                            .input = claim->input,
                            .user = claim->user,
                            .status = "done",
                            .detail = S(""),
                            .result = text};
    if (result != OK) {
        ending.status = why == JOB_IS_CANCELLED ? "cancelled" : "failed";
        ending.detail = ctx->error.fields ? ctx->error.fields->detail : ctx->error.sentence;
    }
    ctx->actor = &actor_system;
    ctx->sentences = NULL; /* what is logged is English */
    bool waits = waits_for_better(jobs, claim, result, why);
    enum result written = waits ? store_write(ctx, jobs->config.store, write_waiting, claim)
                                : store_write(ctx, jobs->config.store, write_ending, &ending);
    if (written != OK) log_text(LOG_ERROR, "a job's end could not be written", "sentence", ctx->error.sentence);
    jobs_tell_news(jobs);
}

/* ---- running ---- */

/* As the user has rights now, and within what the token that asked was narrowed to. */
static enum result act_for(struct ctx *ctx, const struct claim *claim)
{
    const struct actor *user;
    struct actor *actor = arena_make(ctx->arena, struct actor);
    TRY(user_actor(ctx, claim->user, &user));
    *actor = *user;
    actor->read_only = claim->read_only;
    actor->registers = claim->registers;
    ctx->actor = actor;
    ctx->sentences = languages_find(claim->jobs->config.languages, actor->language);
    return OK;
}

/* A job that ends its program each time, or never comes to its end, is not tried for ever. */
static enum result check_claim(struct ctx *ctx, const struct job_kind *kind, const struct claim *claim)
{
    if (!kind) return fail(ctx, BROKEN, "This program does not know jobs of the kind \"%.*s\".", PRINT(claim->kind));
    if (claim->number > 1 && !kind->resumes) return fail(ctx, BROKEN, "%s", JOB_PAUSED);
    if (claim->number <= JOB_TRIES) return OK;
    return fail(ctx, BROKEN, "This was begun %d times and never came to its end; what it had done by then is done.",
                JOB_TRIES);
}

static enum result run_claimed(struct ctx *ctx, struct running_job *running, const struct claim *claim,
                               struct buf *result)
{
    const struct jobs *jobs = running->jobs;
    const struct job_kind *kind = kind_of(jobs, claim->kind);
    struct json *arguments;
    TRY(check_claim(ctx, kind, claim));
    TRY(json_parse(ctx, claim->arguments, &arguments));
    TRY(act_for(ctx, claim));
    running->run = (struct job_run){.ctx = ctx,
                                    .store = jobs->config.store,
                                    .id = claim->id,
                                    .arguments = arguments,
                                    .input = claim->input,
                                    .sha256 = claim->sha256,
                                    .result = result,
                                    .claim = claim->number,
                                    .position = claim->position,
                                    .state = claim->state};
    return kind->run(&running->run);
}

static enum result count_claimable(struct ctx *ctx, int64_t *count)
{
    const char *now = sql_now(db_dialect(ctx->db));
    struct str sql =
        arena_print(ctx->arena, "SELECT count(*) FROM (SELECT 1 FROM job WHERE " CLAIMABLE " LIMIT 1) first", now, now,
                    CLAIM_AHEAD);
    return db_query_number(ctx, sql, NULL, 0, 0, count);
}

/* Once the write is durable, and not while it is made: it may be run again. */
static void tell_refused(struct ctx *ctx, const struct claim *claim)
{
    for (size_t i = 0; i < claim->refused && i < TOLD_AT; i++) {
        const struct refusal *refusal = &claim->refusals[i];
        event_post(ctx, &(struct event){.kind = EVENT_ALARM,
                                        .subject = str_of(sealed_jobs.table),
                                        .record = refusal->id,
                                        .detail = str_of(refusal->what)});
    }
}

/* False when there was nothing to do, or nothing that could be done now. */
static bool work_once(struct jobs *jobs, struct arena *arena)
{
    struct ctx ctx = {.arena = arena,
                      .house = jobs->config.house,
                      .access = jobs->config.access,
                      .actor = &actor_system,
                      .now = timekeeper_now(jobs->config.time),
                      .time = jobs->config.time,
                      .language = S("en")};
    struct claim claim = {.jobs = jobs};
    struct running_job running = {.jobs = jobs};
    struct buf text = buf_in(arena);
    int64_t waiting;
    if (store_reader(&ctx, jobs->config.store, &ctx.db) != OK) return false;
    enum result looked = count_claimable(&ctx, &waiting);
    if (looked == OK && !waiting) return false;
    if (looked == OK) looked = store_write(&ctx, jobs->config.store, claim_one, &claim);
    if (looked != OK && !result_ends_all(looked))
        log_text(LOG_ERROR, "the queue of jobs could not be looked at", "sentence", ctx.error.sentence);
    if (looked != OK) return false;
    ctx.events = jobs->events;
    tell_refused(&ctx, &claim);
    if (!claim.id) return claim.refused > 0;
    enum result result = run_claimed(&ctx, &running, &claim, &text);
    end_job(&ctx, jobs, &claim, result, running.stop, buf_str(&text));
    return !waits_for_better(jobs, &claim, result, running.stop);
}

static bool work_guarded(struct jobs *jobs, struct arena *arena)
{
    jmp_buf escape;
    volatile bool worked = true; /* read after a jump */
    if (setjmp(escape)) {
        log_line(LOG_ERROR, "a job ran out of memory", NULL);
    } else {
        arena_guard(arena, &escape);
        worked = work_once(jobs, arena);
    }
    arena_reset(arena);
    return worked;
}

static void wait_for_bell(struct jobs *jobs)
{
    pthread_mutex_lock(&jobs->lock);
    if (!jobs->ends && !jobs->rung) wait_for(&jobs->bell, &jobs->lock, SECOND);
    jobs->rung = false;
    pthread_mutex_unlock(&jobs->lock);
}

static void *work(void *arg)
{
    struct jobs *jobs = arg;
    struct arena *arena = arena_new(0);
    while (arena && !jobs_are_ending(jobs))
        if (!work_guarded(jobs, arena)) wait_for_bell(jobs);
    arena_free(arena);
    return NULL;
}

/* ---- the queue's life ---- */

bool jobs_are_ending(struct jobs *jobs)
{
    pthread_mutex_lock(&jobs->lock);
    bool ends = jobs->ends;
    pthread_mutex_unlock(&jobs->lock);
    return ends;
}

void jobs_wake(struct jobs *jobs)
{
    pthread_mutex_lock(&jobs->lock);
    jobs->rung = true;
    pthread_cond_broadcast(&jobs->bell);
    pthread_mutex_unlock(&jobs->lock);
}

void jobs_tell_news(struct jobs *jobs)
{
    pthread_mutex_lock(&jobs->lock);
    jobs->has_news = true;
    pthread_cond_broadcast(&jobs->news);
    pthread_mutex_unlock(&jobs->lock);
}

void jobs_wait_news(struct jobs *jobs, int64_t ms)
{
    pthread_mutex_lock(&jobs->lock);
    if (!jobs->has_news) wait_for(&jobs->news, &jobs->lock, ms);
    jobs->has_news = false;
    pthread_mutex_unlock(&jobs->lock);
}

enum result jobs_open(struct ctx *ctx, const struct jobs_config *config, struct jobs **out)
{
    struct jobs *jobs = calloc(1, sizeof *jobs);
    if (!jobs) return fail(ctx, BROKEN, "There is no memory to start.");
    jobs->config = *config;
    jobs->events = ctx->events;
    pthread_mutex_init(&jobs->lock, NULL);
    wait_init(&jobs->bell);
    wait_init(&jobs->news);
    for (unsigned i = 0; i < config->threads && i < JOB_THREADS; i++) {
        if (pthread_create(&jobs->threads[jobs->thread_count], NULL, work, jobs) == 0) jobs->thread_count++;
    }
    *out = jobs;
    if (jobs->thread_count) return OK;
    jobs_close(jobs);
    *out = NULL;
    return fail(ctx, BROKEN, "The system gives no threads for jobs.");
}

void jobs_close(struct jobs *jobs)
{
    if (!jobs) return;
    pthread_mutex_lock(&jobs->lock);
    jobs->ends = true;
    pthread_cond_broadcast(&jobs->bell);
    pthread_mutex_unlock(&jobs->lock);
    for (size_t i = 0; i < jobs->thread_count; i++) pthread_join(jobs->threads[i], NULL);
    pthread_mutex_destroy(&jobs->lock);
    pthread_cond_destroy(&jobs->bell);
    pthread_cond_destroy(&jobs->news);
    free(jobs);
}
