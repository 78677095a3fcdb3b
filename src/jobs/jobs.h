/* The queue of jobs. A job is a row in the database; whoever claims it runs it, on this node or another. A claim has a
 * number and holds for JOB_CLAIM of the database's time unless it is renewed. When it has run out (the program has
 * ended, is frozen, or cannot reach the database), the next to look takes the job over under a new number, and goes on
 * after the work that was kept; whoever had it before can keep nothing more. Results are kept for a day. */
#ifndef MERLON_JOBS_JOBS_H
#define MERLON_JOBS_JOBS_H

#include "format/json.h"
#include "records/house.h"

#include "access/sealed.h"

/* A job acts with its user's rights, so its row is sealed like what gives them. */
extern const struct sealed_rows sealed_jobs;

struct blob_info;
struct jobs;
struct store;

/* What a running job is handed. Its ctx acts as the user who asked, within the scopes of the token that he asked with,
 * on an arena of the job's own, and reads through the database; a change is made by store_write. */
struct job_run {
    struct ctx *ctx;
    struct store *store;
    int64_t id;
    const struct json *arguments;
    int64_t input;      /* blob, or 0 */
    struct str sha256;  /* of the input's plain bytes, in hex, as it was submitted: they must be those */
    struct buf *result; /* JSON for whoever asked, also of a job that failed on its way; empty is null */
    int64_t claim;
    int64_t position; /* what job_keep was given last, by whoever had it before; 0 at first */
    struct str state;
};

struct job_kind {
    const char *name;
    enum result (*run)(struct job_run *run);
    bool resumes; /* goes on at run->position; else it is not begun a second time, but told as failed */
};

struct jobs_config {
    const struct house *house;
    struct store *store;
    struct access *access;
    struct timekeeper *time;
    const struct languages *languages; /* a job speaks that of its user; NULL: English only */
    const struct job_kind *kinds;
    size_t kind_count;
    unsigned threads;
};

enum { JOB_KEPT = 24 * 60 * 60 * 1000, JOB_CLAIM = 20 * 1000, JOB_TRIES = 20 };

/* Alarms go to what ctx->events is now, here and of the clerk. */
enum result jobs_open(struct ctx *ctx, const struct jobs_config *config, struct jobs **out) MUST_USE;
void jobs_close(struct jobs *jobs); /* asks running jobs to stop, waits for them; NULL is fine */

/* Inside a write, for ctx->actor. It begins once the write is durable and somebody has called jobs_wake, or within a
 * second. */
enum result job_submit(struct ctx *ctx, const char *kind, struct str arguments, const struct blob_info *input,
                       int64_t *id) MUST_USE; /* input: as blob_write told it; NULL for none */
void jobs_wake(struct jobs *jobs);

/* Tells how far the job is; total 0 when unknown. Written at most twice a second. CONFLICT when the job is to stop:
 * return it. */
enum result job_progress(struct job_run *run, int64_t done, int64_t total) MUST_USE;

/* Around each piece of work that the job keeps, in the same write: first job_hold, which is CONFLICT when the claim is
 * another's, and keeps it from becoming so until the write has ended; last job_keep, which says how far the work goes
 * with this piece, what all of it came to (JSON) and what this piece did (a JSON array). So each piece is kept once. */
enum result job_hold(struct ctx *ctx, struct job_run *run) MUST_USE;
enum result job_keep(struct ctx *ctx, struct job_run *run, int64_t position, struct str state,
                     struct str part) MUST_USE;
/* What job_keep was given as parts, in order. */
enum result job_parts(struct ctx *ctx, const struct job_run *run,
                      enum result (*each)(struct ctx *ctx, void *arg, struct str part), void *arg) MUST_USE;

/* One's own jobs, newest first, as {"items": [...]}; one of them as an object; NOT_FOUND when it is not one's own. A
 * token for some registers only has those that were begun with the same scopes. */
enum result jobs_write_json(struct ctx *ctx, struct buf *out) MUST_USE;
enum result job_write_json(struct ctx *ctx, int64_t id, struct buf *out) MUST_USE;
/* Inside a write: a queued job ends at once, a running one at its next progress. */
enum result job_cancel(struct ctx *ctx, int64_t id) MUST_USE;

/* Calls push with the job's JSON now and whenever it changes, until push says false or the job has ended; then end,
 * once. A result of more than 64 KB is not pushed: the stream ends, and the job itself has it. Both are called from
 * another thread and must not block. The caller has checked that the job is the actor's own. */
struct job_watch {
    int64_t job;
    bool (*push)(void *arg, struct str json, bool last);
    void (*end)(void *arg);
    void *arg;
};
enum result job_watch(struct ctx *ctx, struct jobs *jobs, const struct job_watch *watch) MUST_USE;

/* Ends every watch and takes no more: after the clerk has gone, before the server closes, which waits for their
 * streams. */
void jobs_end_watches(struct jobs *jobs);

/* ---- for the clerk ---- */

bool jobs_are_ending(struct jobs *jobs);
/* There is something to tell watchers, or the clerk is to end; and the clerk's wait for that, so many ms at most. */
void jobs_tell_news(struct jobs *jobs);
void jobs_wait_news(struct jobs *jobs, int64_t ms);
/* Pushes what has changed to those who watch; *watching tells whether anybody does. */
enum result jobs_tell_watchers(struct ctx *ctx, struct jobs *jobs, bool *watching) MUST_USE;
/* Inside a write: forgets old jobs, and what those that have ended need no more. */
enum result jobs_sweep(struct ctx *ctx) MUST_USE;
/* For verify: CONFLICT names the first job that ended twice by the ledger, which is one that somebody put back into the
 * queue while what the ledger says of it was hidden; or the first that has not ended, or has no status of the
 * program's, and is not as the program wrote it. *unkeyed: how many of the latter were not looked at, without the
 * master key. One that has ended has given up its file, which the MAC covers, so its MAC says nothing. */
enum result jobs_verify(struct ctx *ctx, int64_t *checked, int64_t *unkeyed) MUST_USE;

extern const struct job_kind job_import;

#endif
