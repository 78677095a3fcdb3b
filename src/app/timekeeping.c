/* The latest instant that has certainly been is the latest of four: the newest entry of the ledger that this program
 * wrote; the newest security event; the day for which the daily duties were done last, which is there also when nobody
 * writes for months; and how far the program's time may have come while it went by no clock, so that it does not fall
 * by a start. That is written ahead, once in a while. */
#include "app/timekeeping.h"

#include "base/log.h"
#include "base/number.h"
#include "events/verify.h"
#include "jobs/clerk.h"
#include "ledger/ledger.h"
#include "store/blob.h"

#include <unistd.h>

enum { AHEAD = 5 * SECOND, IN_GOOD_TIME = 2 * SECOND };

static const char HELD[] = "clock_held", REACHED[] = "clock_reached";

static enum result read_known(struct ctx *ctx, int64_t *known)
{
    struct str day, text;
    int64_t begins, reached, event;
    TRY(ledger_latest(ctx, known));
    TRY(events_latest(ctx, &event));
    if (event > *known) *known = event;
    TRY(meta_get(ctx, REACHED, &text));
    if (time_parse(text, &reached) && reached > *known) *known = reached;
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
        log_line(LOG_ERROR, "the clock is behind what was written; time goes on from there", "seconds", -apart, NULL);
    if (report->state == TIME_RIGHT) log_line(LOG_INFO, "the clock is right again", NULL);
}

struct noting {
    const char *node;
    bool held;
    int64_t reached; /* 0: the time is the clock's */
};

void timekeeping_name(struct time_told *told, struct str data)
{
    char host[65] = "";
    if (gethostname(host, sizeof host - 1) != 0) *host = 0;
    snprintf(told->node, sizeof told->node, " %s:%.*s", host, PRINT(data));
}

/* "TIME HOST:DIRECTORY". What another node has noted is for that one to take back: its clock may be wrong still. */
static enum result note_held(struct ctx *ctx, const struct noting *noting)
{
    struct str mark;
    char at[TIME_TEXT];
    time_format(ctx->now, at);
    TRY(meta_get(ctx, HELD, &mark));
    if (mark.len && !str_ends(mark, str_of(noting->node))) return OK;
    return meta_set(ctx, HELD, noting->held ? arena_print(ctx->arena, "%s%s", at, noting->node) : S(""));
}

static enum result note(struct ctx *ctx, void *arg)
{
    const struct noting *noting = arg;
    char reached[TIME_TEXT];
    time_format(noting->reached, reached);
    TRY(note_held(ctx, noting));
    return meta_set(ctx, REACHED, noting->reached ? str_of(reached) : S(""));
}

static enum result read_noted(struct ctx *ctx, struct time_told *told)
{
    struct str held, reached;
    if (told->is_read) return OK;
    TRY(meta_get(ctx, HELD, &held));
    TRY(meta_get(ctx, REACHED, &reached));
    told->noted = held.len && str_ends(held, str_of(told->node));
    if (!time_parse(reached, &told->reached)) told->reached = 0;
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
    struct noting noting = {.node = told->node, .held = report.state == TIME_HELD};
    bool own = report.state != TIME_RIGHT, runs_out = own && add_capped(report.now, IN_GOOD_TIME) > told->reached;
    tell_log(&report, told);
    if (noting.held == told->noted && !runs_out && (own || !told->reached)) return OK;
    if (own) noting.reached = runs_out ? report.now + AHEAD : told->reached;
    TRY(store_write(ctx, store, note, &noting));
    told->noted = noting.held;
    told->reached = noting.reached;
    return OK;
}
