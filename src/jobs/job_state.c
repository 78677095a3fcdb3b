/* The rows of the queue: submitting, progress, cancelling, showing, watching. */
#include "access/actor.h"
#include "base/clock.h"
#include "base/log.h"
#include "format/json.h"
#include "format/json_out.h"
#include "jobs/inside.h"
#include "ledger/ledger.h"
#include "store/blob.h"
#include "store/dialect.h"
#include "store/store.h"

enum { TELL_EVERY = 500 /* ms */ };

enum result job_submit(struct ctx *ctx, const char *kind, struct str arguments, const struct blob_info *input,
                       int64_t *id)
{
    const struct actor *actor = ctx->actor;
    struct value args[] = {value_text(str_of(kind)),    value_number(actor->user),       value_number(ctx->now),
                           value_text(arguments),       value_id(input ? input->id : 0), value_number(actor->read_only),
                           value_text(actor->registers)};
    TRY(db_insert(
        ctx,
        S("INSERT INTO job (kind, status, \"user\", created_at, arguments, input, read_only, registers, done, total, "
          "detail, cancelled) VALUES (?1,'queued',?2,?3,?4,?5,?6,?7,0,0,'',0) RETURNING id"),
        args, COUNT(args), id));
    const struct sealed_value written[] = {
        {SEALED_KIND, args[0]},       {SEALED_USER, args[1]},
        {SEALED_READ_ONLY, args[5]},  {SEALED_REGISTERS, args[6]},
        {SEALED_CREATED_AT, args[2]}, {SEALED_ARGUMENTS, args[3]},
        {SEALED_INPUT, args[4]},      {SEALED_SHA256, value_optional(input ? str_of(input->sha256) : S(""))}};
    return sealed_make(ctx, &sealed_jobs, *id, written, COUNT(written));
}

/* ---- in the ledger ---- */

static enum result enter(struct ctx *ctx, const char *action, int64_t id, int64_t version, int64_t user)
{
    const struct ledger_event event = {.action = str_of(action),
                                       .subject = S(JOB_SUBJECT),
                                       .record = id,
                                       .version = version,
                                       .actor = user,
                                       .comment = S(""),
                                       .state = S("")};
    int64_t entry;
    return ledger_append(ctx, &event, &entry);
}

enum result job_enter_end(struct ctx *ctx, int64_t id, int64_t user)
{
    struct ledger_entry newest = {.version = 0};
    enum result found = ledger_newest_deed(ctx, S(JOB_SUBJECT), id, &newest);
    if (found != OK && found != NOT_FOUND) return found;
    return enter(ctx, JOB_ENDS, id, newest.version + 1, user);
}

enum result job_is_as_entered(struct ctx *ctx, int64_t id, int64_t position, bool *right)
{
    struct ledger_entry newest;
    enum result found = ledger_newest_deed(ctx, S(JOB_SUBJECT), id, &newest);
    *right = found == NOT_FOUND && position == 0;
    if (found == OK) *right = str_is(newest.action, JOB_KEEPS) && newest.version == position;
    if (found == BROKEN) log_text(LOG_ERROR, "what is wrong with the job", "sentence", ctx->error.english);
    if (found == BROKEN || found == NOT_FOUND) ctx_clear_error(ctx);
    return found == BROKEN || found == NOT_FOUND ? OK : found;
}

/* What is going on, or what no end of the program's was given to. */
#define UNENDED "(ended_at IS NULL OR status NOT IN ('done', 'failed', 'cancelled'))"

static enum result verify_unended(struct ctx *ctx, int64_t *looked)
{
    struct value last = value_number(INT64_MIN);
    for (*looked = 0;; ++*looked) {
        struct rows *rows;
        bool found, right;
        TRY(db_query_one(ctx, S("SELECT id FROM job WHERE id>?1 AND " UNENDED " ORDER BY id LIMIT 1"), &last, 1, &rows,
                         &found));
        if (found) last.number = rows_number(rows, 0);
        rows_close(rows);
        if (!found) return OK;
        TRY(sealed_is_right(ctx, &sealed_jobs, last.number, &right));
        if (right) continue;
        return fail(ctx, CONFLICT,
                    "The job %lld has not ended, and is not as the program wrote it: its row was put into the "
                    "database, or changed, outside of the program.",
                    (long long)last.number);
    }
}

enum result jobs_verify(struct ctx *ctx, int64_t *checked, int64_t *unkeyed)
{
    int64_t looked = 0;
    *unkeyed = 0;
    if (sealed_can_check(ctx))
        TRY(verify_unended(ctx, &looked));
    else
        TRY(db_query_number(ctx, S("SELECT count(*) FROM job WHERE " UNENDED), NULL, 0, 0, unkeyed));
    struct rows *rows;
    bool found;
    TRY(db_query_number(ctx, S("SELECT count(*) FROM ledger_entry WHERE subject='" JOB_SUBJECT "'"), NULL, 0, 0,
                        checked));
    TRY(db_query_one(ctx,
                     S("SELECT record FROM ledger_entry WHERE subject='" JOB_SUBJECT "' AND action='" JOB_ENDS "' "
                       "GROUP BY record HAVING count(*) > 1 ORDER BY record LIMIT 1"),
                     NULL, 0, &rows, &found));
    int64_t job = found ? rows_number(rows, 0) : 0;
    rows_close(rows);
    *checked += looked;
    if (!found) return OK;
    return fail(ctx, CONFLICT, "The job %lld was done twice: it was put back into the queue outside of the program.",
                (long long)job);
}

/* ---- while it runs ---- */

static struct running_job *running_of(struct job_run *run)
{
    return (struct running_job *)(void *)run;
}

static enum result stop(struct job_run *run, struct ctx *ctx, enum job_stop why)
{
    static const char *const sentences[] = {"", JOB_STOPPED, JOB_PAUSED, JOB_LOST};
    running_of(run)->stop = why;
    return fail(ctx, CONFLICT, "%s", sentences[why]);
}

/* UPDATE job SET ..., claimed_until=... of the job that is ?1 under the claim ?2. */
static struct str update_claimed(struct ctx *ctx, const char *set)
{
    return arena_print(ctx->arena, "UPDATE job SET %sclaimed_until=%s+%d WHERE id=?1 AND claim=?2 AND status='running'",
                       set, sql_now(db_dialect(ctx->db)), JOB_CLAIM);
}

enum result job_hold(struct ctx *ctx, struct job_run *run)
{
    struct value args[] = {value_number(run->id), value_number(run->claim)};
    int64_t held;
    TRY(db_run(ctx, update_claimed(ctx, ""), args, COUNT(args), &held));
    return held ? OK : stop(run, ctx, JOB_IS_LOST);
}

enum result job_keep(struct ctx *ctx, struct job_run *run, int64_t position, struct str state, struct str part)
{
    struct value args[] = {value_number(run->id), value_number(run->claim), value_number(position), value_text(state)};
    struct value parts[] = {value_number(run->id), value_text(part)};
    int64_t held;
    TRY(db_run(ctx, update_claimed(ctx, "done=?3, position=?3, state=?4, "), args, COUNT(args), &held));
    if (!held) return stop(run, ctx, JOB_IS_LOST);
    TRY(enter(ctx, JOB_KEEPS, run->id, position, ctx->actor->user));
    return db_run(ctx, S("INSERT INTO job_part (job, text) VALUES (?1, ?2)"), parts, COUNT(parts), NULL);
}

enum result job_parts(struct ctx *ctx, const struct job_run *run,
                      enum result (*each)(struct ctx *ctx, void *arg, struct str part), void *arg)
{
    struct value args[] = {value_number(run->id)};
    struct rows *rows;
    TRY(db_query(ctx, S("SELECT text FROM job_part WHERE job=?1 ORDER BY id"), args, COUNT(args), &rows));
    for (bool more;;) {
        TRY(rows_next(ctx, rows, &more));
        if (!more) break;
        TRY(each(ctx, arg, rows_text(rows, 0)));
    }
    rows_close(rows);
    return OK;
}

struct telling {
    struct job_run *run;
    int64_t done, total;
    bool cancelled;
};

static enum result write_progress(struct ctx *ctx, void *arg)
{
    struct telling *telling = arg;
    struct value args[] = {value_number(telling->run->id), value_number(telling->run->claim),
                           value_number(telling->done), value_number(telling->total)};
    int64_t held, cancelled;
    TRY(db_run(ctx, update_claimed(ctx, "done=?3, total=?4, "), args, COUNT(args), &held));
    if (!held) return stop(telling->run, ctx, JOB_IS_LOST);
    TRY(db_query_number(ctx, S("SELECT cancelled FROM job WHERE id=?1"), args, 1, 0, &cancelled));
    telling->cancelled = cancelled != 0;
    return OK;
}

enum result job_progress(struct job_run *run, int64_t done, int64_t total)
{
    struct running_job *running = running_of(run);
    struct telling telling = {.run = run, .done = done, .total = total};
    int64_t now = clock_monotonic();
    if (jobs_are_ending(running->jobs)) return stop(run, run->ctx, JOB_IS_PAUSED);
    bool at_end = total && done == total;
    if (running->told_at && now - running->told_at < TELL_EVERY && !at_end) return OK;
    running->told_at = now;
    TRY(store_write(run->ctx, run->store, write_progress, &telling));
    return telling.cancelled ? stop(run, run->ctx, JOB_IS_CANCELLED) : OK;
}

/* One's own jobs: of a token for some registers only, those that it could have begun itself, since a job's result
 * speaks of what the job has read. */
#define MINE_IS " \"user\"=?1 AND (?2='' OR registers=?2) "

enum result job_cancel(struct ctx *ctx, int64_t id)
{
    struct value args[] = {value_number(ctx->actor->user), value_text(ctx->actor->registers), value_number(id)};
    struct str sql =
        arena_print(ctx->arena,
                    "UPDATE job SET status='cancelled', ended_at=%s, "
                    "result=CASE WHEN state='' THEN NULL ELSE state END WHERE" MINE_IS "AND id=?3 AND status='queued'",
                    sql_now(db_dialect(ctx->db)));
    int64_t changed, running;
    TRY(db_run(ctx, sql, args, COUNT(args), &changed));
    TRY(db_run(ctx, S("UPDATE job SET cancelled=1 WHERE" MINE_IS "AND id=?3 AND status='running'"), args, COUNT(args),
               &running));
    if (changed) TRY(job_enter_end(ctx, id, ctx->actor->user));
    if (changed + running) return OK;
    return fail(ctx, NOT_FOUND, "There is no job %lld of yours that could still be cancelled.", (long long)id);
}

/* ---- showing ---- */

#define STATE "id, kind, status, created_at, ended_at, done, total, detail, "
#define WHOLE STATE "result"
/* What an import of 20,000 rows came to is no event: it is told without, and who watched asks for the job. */
#define SHORT STATE "CASE WHEN length(result) <= 32768 THEN result END"

static void put_time(struct json_out *out, const char *name, const struct rows *rows, size_t column)
{
    char text[TIME_TEXT];
    json_key(out, name);
    if (rows_is_null(rows, column)) {
        json_put_null(out);
        return;
    }
    time_format(rows_number(rows, column), text);
    json_put_text(out, text);
}

/* It goes out as it is stored: what somebody else put there must not break what it stands in. */
static bool is_json(struct ctx *ctx, struct str text)
{
    struct json *json;
    bool good = json_parse_deep(ctx, text, JSON_DEEPEST, &json) == OK;
    if (!good) ctx_clear_error(ctx);
    return good;
}

static void put_job(struct ctx *ctx, struct json_out *out, const struct rows *rows)
{
    json_open_object(out);
    json_key(out, "id"), json_put_number(out, rows_number(rows, 0));
    json_key(out, "kind"), json_put_str(out, rows_text(rows, 1));
    json_key(out, "status"), json_put_str(out, rows_text(rows, 2));
    put_time(out, "created_at", rows, 3);
    put_time(out, "ended_at", rows, 4);
    json_key(out, "done"), json_put_number(out, rows_number(rows, 5));
    json_key(out, "total"), json_put_number(out, rows_number(rows, 6));
    json_key(out, "detail"), json_put_str(out, sentences_say(ctx->sentences, rows_text(rows, 7)));
    json_key(out, "result");
    if (rows_is_null(rows, 8) || !is_json(ctx, rows_text(rows, 8)))
        json_put_null(out);
    else
        json_put_raw(out, rows_text(rows, 8));
    json_close_object(out);
}

static enum result write_json(struct ctx *ctx, struct str columns, int64_t id, struct buf *buf)
{
    struct value args[] = {value_number(ctx->actor->user), value_text(ctx->actor->registers), value_number(id),
                           value_number(ctx->actor->system)};
    struct json_out out = json_out_to(buf);
    struct rows *rows;
    bool found;
    struct str sql =
        arena_print(ctx->arena, "SELECT %.*s FROM job WHERE id=?3 AND (?4=1 OR (" MINE_IS "))", PRINT(columns));
    TRY(db_query_one(ctx, sql, args, COUNT(args), &rows, &found));
    if (found) put_job(ctx, &out, rows);
    rows_close(rows);
    return found ? OK : fail(ctx, NOT_FOUND, "There is no job %lld of yours.", (long long)id);
}

enum result job_write_json(struct ctx *ctx, int64_t id, struct buf *buf)
{
    return write_json(ctx, S(WHOLE), id, buf);
}

enum result jobs_write_json(struct ctx *ctx, struct buf *buf)
{
    struct value args[] = {value_number(ctx->actor->user), value_text(ctx->actor->registers)};
    struct json_out out = json_out_to(buf);
    struct rows *rows;
    TRY(db_query(ctx, S("SELECT " STATE "NULL FROM job WHERE" MINE_IS "ORDER BY id DESC LIMIT 50"), args, COUNT(args),
                 &rows));
    json_open_object(&out);
    json_key(&out, "items");
    json_open_array(&out);
    for (bool more;;) {
        TRY(rows_next(ctx, rows, &more));
        if (!more) break;
        put_job(ctx, &out, rows);
    }
    rows_close(rows);
    json_close_array(&out);
    json_close_object(&out);
    return OK;
}

/* ---- watching ---- */

enum result job_watch(struct ctx *ctx, struct jobs *jobs, const struct job_watch *watch)
{
    pthread_mutex_lock(&jobs->lock);
    bool room = jobs->watch_count < WATCHES_MAX && !jobs->unwatched;
    if (room) jobs->watches[jobs->watch_count++] = (struct watch){.watch = *watch};
    pthread_mutex_unlock(&jobs->lock);
    if (room) jobs_tell_news(jobs);
    return room ? OK : fail(ctx, BUSY, "Too many are watching jobs; ask for the job itself now and then.");
}

static bool has_ended(struct str json)
{
    return str_find(json, S("\"status\":\"done\""), NULL) || str_find(json, S("\"status\":\"failed\""), NULL) ||
           str_find(json, S("\"status\":\"cancelled\""), NULL);
}

/* False when this watch is over. */
static bool tell(struct ctx *ctx, struct watch *watch)
{
    struct buf text = buf_in(ctx->arena);
    if (write_json(ctx, S(SHORT), watch->watch.job, &text) != OK) return false;
    uint64_t hash = str_hash(buf_str(&text));
    if (hash == watch->shown) return true;
    watch->shown = hash;
    bool last = has_ended(buf_str(&text));
    return watch->watch.push(watch->watch.arg, buf_str(&text), last) && !last;
}

/* Only the clerk calls this, so a watch taken out here is its own while it is told. */
enum result jobs_tell_watchers(struct ctx *ctx, struct jobs *jobs, bool *watching)
{
    size_t at = 0;
    for (;;) {
        struct watch watch;
        pthread_mutex_lock(&jobs->lock);
        bool has = at < jobs->watch_count;
        if (has) watch = jobs->watches[at];
        pthread_mutex_unlock(&jobs->lock);
        if (!has) break;
        bool goes_on = tell(ctx, &watch);
        pthread_mutex_lock(&jobs->lock);
        if (goes_on)
            jobs->watches[at++] = watch;
        else
            jobs->watches[at] = jobs->watches[--jobs->watch_count];
        pthread_mutex_unlock(&jobs->lock);
        if (!goes_on) watch.watch.end(watch.watch.arg);
    }
    *watching = at > 0;
    return OK;
}

void jobs_end_watches(struct jobs *jobs)
{
    pthread_mutex_lock(&jobs->lock);
    jobs->unwatched = true;
    for (size_t i = 0; i < jobs->watch_count; i++) jobs->watches[i].watch.end(jobs->watches[i].watch.arg);
    jobs->watch_count = 0;
    pthread_mutex_unlock(&jobs->lock);
}

/* Only of a job that the program made, whose MAC is also over which file it is: else whoever writes the queue could
 * have any file deleted. */
static enum result drop_input(struct ctx *ctx, int64_t job, int64_t input)
{
    struct sealed_value values[SEALED_COLUMNS];
    struct value args[] = {value_number(job)};
    bool good;
    TRY(sealed_read(ctx, &sealed_jobs, job, values, &good));
    if (good && sealed_number(values, SEALED_INPUT) == input) TRY(blob_delete(ctx, input));
    return db_run(ctx, S("UPDATE job SET input=NULL WHERE id=?1"), args, COUNT(args), NULL);
}

/* The files of jobs that never ran to their end: cancelled before they began, or left by a program that ended. */
static enum result drop_inputs(struct ctx *ctx)
{
    enum { BATCH = 100 };
    const struct value most = value_number(BATCH);
    struct rows *rows;
    int64_t jobs[BATCH], inputs[BATCH];
    size_t count = 0;
    TRY(db_query(ctx,
                 S("SELECT id, input FROM job WHERE input IS NOT NULL AND ended_at IS NOT NULL AND status<>'running' "
                   "ORDER BY id LIMIT ?1"),
                 &most, 1, &rows));
    for (bool more;;) {
        TRY(rows_next(ctx, rows, &more));
        if (!more || count == BATCH) break;
        jobs[count] = rows_number(rows, 0);
        inputs[count++] = rows_number(rows, 1);
    }
    rows_close(rows);
    for (size_t i = 0; i < count; i++) TRY(drop_input(ctx, jobs[i], inputs[i]));
    return OK;
}

/* The program gives an end and its time together. One without the time would stand for ever; whether it is the
 * program's is looked at as of all that wait. */
#define ENDED_WITHOUT_TIME "ended_at IS NULL AND status IN ('done', 'failed', 'cancelled')"

enum result jobs_sweep(struct ctx *ctx)
{
    struct value args[] = {value_number(JOB_KEPT)};
    struct str old = arena_print(
        ctx->arena,
        "DELETE FROM job WHERE ended_at<%s-?1 AND input IS NULL AND status IN ('done', 'failed', 'cancelled')",
        sql_now(db_dialect(ctx->db)));
    TRY(db_run(ctx, S("UPDATE job SET status='queued', claimed_until=NULL WHERE " ENDED_WITHOUT_TIME), NULL, 0, NULL));
    TRY(drop_inputs(ctx));
    TRY(db_run(ctx, S("DELETE FROM job_part WHERE job NOT IN (SELECT id FROM job WHERE ended_at IS NULL)"), NULL, 0,
               NULL));
    return db_run(ctx, old, args, COUNT(args), NULL);
}
