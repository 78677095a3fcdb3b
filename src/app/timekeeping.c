/* The latest instant that has certainly been is the later of two: the newest entry of the ledger that this program
 * wrote, and the day for which the daily duties were done last, which is there also when nobody writes for months. */
#include "app/timekeeping.h"

#include "base/log.h"
#include "jobs/clerk.h"
#include "ledger/ledger.h"
#include "store/blob.h"

static const char HELD[] = "clock_held";

static enum result read_known(struct ctx *ctx, int64_t *known)
{
    struct str day;
    int64_t begins;
    TRY(ledger_latest(ctx, known));
    TRY(meta_get(ctx, CLERK_DAY, &day));
    if (date_to_time(day, &begins) && begins > *known) *known = begins;
    return OK;
}

enum result timekeeping_begin(struct ctx *ctx)
{
    int64_t known;
    struct str held;
    TRY(read_known(ctx, &known));
    TRY(meta_get(ctx, HELD, &held));
    timekeeper_begin(ctx->time, known, held.len > 0);
    ctx->now = timekeeper_now(ctx->time);
    return OK;
}

static void tell_log(const struct time_report *report, struct time_told *told)
{
    int64_t apart = (report->wall - report->now) / SECOND;
    if (report->follows != told->follows)
        log_line(LOG_WARNING, "the clock went ahead and is believed", "seconds", report->followed / SECOND, NULL);
    told->follows = report->follows;
    if (report->state == told->state) return;
    told->state = report->state;
    if (report->state == TIME_HELD)
        log_line(LOG_ERROR, "the clock went ahead; until that is confirmed, time goes on without it", "seconds", apart,
                 NULL);
    if (report->state == TIME_BEHIND)
        log_line(LOG_ERROR, "the clock is behind what was written; time goes on from there", "seconds", apart, NULL);
    if (report->state == TIME_RIGHT) log_line(LOG_INFO, "the clock is right again", NULL);
}

static enum result note(struct ctx *ctx, void *arg)
{
    const bool *held = arg;
    char at[TIME_TEXT];
    time_format(ctx->now, at);
    return meta_set(ctx, HELD, *held ? str_of(at) : S(""));
}

static enum result read_noted(struct ctx *ctx, struct time_told *told)
{
    struct str held;
    if (told->is_read) return OK;
    TRY(meta_get(ctx, HELD, &held));
    told->noted = held.len > 0;
    told->is_read = true;
    return OK;
}

enum result timekeeping_round(struct ctx *ctx, struct store *store, struct time_told *told)
{
    int64_t latest;
    TRY(ledger_latest(ctx, &latest));
    timekeeper_not_before(ctx->time, latest);
    TRY(read_noted(ctx, told));
    struct time_report report = timekeeper_tell(ctx->time);
    bool held = report.state == TIME_HELD;
    tell_log(&report, told);
    if (held == told->noted) return OK;
    TRY(store_write(ctx, store, note, &held));
    told->noted = held;
    return OK;
}
