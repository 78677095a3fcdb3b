/* The program's time beside the machine's clock, and the word of an administrator that the clock is right. That word is
 * an entry of the ledger: what fell due by it has a reason that can be found. */
#include "api/routes.h"
#include "api/serve.h"

#include "access/actor.h"
#include "base/timekeeper.h"
#include "format/json_out.h"
#include "ledger/ledger.h"

static void put_time(struct json_out *out, const char *name, int64_t at)
{
    char text[TIME_TEXT];
    time_format(at, text);
    json_key(out, name), json_put_text(out, text);
}

static enum result write_clock(struct exchange *x, struct time_report report)
{
    static const char *const states[] = {[TIME_RIGHT] = "right", [TIME_HELD] = "held", [TIME_BEHIND] = "behind"};
    struct json_out out = json_out_to(&x->out);
    json_open_object(&out);
    json_key(&out, "state"), json_put_text(&out, states[report.state]);
    put_time(&out, "now", report.now);
    put_time(&out, "machine", report.wall);
    json_close_object(&out);
    return OK;
}

/* The clock is everybody's: as a record of no unit it takes a role for the whole organisation. */
static enum result demand_administrator(struct ctx *ctx)
{
    static const struct reg clock = {.name = "clock", .room = "administration", .flags = GLOBAL};
    if (actor_may(ctx->actor, &clock, ADMINISTER, 0, 0)) return OK;
    return fail(ctx, DENIED, "The clock is seen and confirmed by who administers the whole organisation.");
}

static enum result get_clock(struct ctx *ctx, struct exchange *x)
{
    TRY(demand_administrator(ctx));
    return write_clock(x, timekeeper_tell(ctx->time));
}

/* Whoever confirms has seen a time of the machine; when the clock says another by now, that was not confirmed. */
static enum result demand_seen(struct ctx *ctx, const struct json *body, struct time_report report)
{
    struct str said = json_str(body, "machine", S(""));
    int64_t seen;
    char wall[TIME_TEXT];
    if (report.state != TIME_HELD)
        return fail(ctx, CONFLICT, "The clock is not held off: there is nothing to confirm.");
    if (!time_parse(said, &seen))
        return fail(ctx, INVALID,
                    "Say as \"machine\" which time of the machine was shown, like "
                    "2026-11-29T16:00:00.000Z.");
    if (report.wall - seen < HOUR && seen - report.wall < HOUR) return OK;
    time_format(report.wall, wall);
    return fail(ctx, CONFLICT, "The machine's clock says %s by now, which is not what was shown: look again.", wall);
}

/* The entry bears the time that it confirms; time itself moves on once the entry is durable, so that nothing falls due
 * by a confirmation that was refused or came to nothing. */
static enum result confirm(struct ctx *ctx, struct exchange *x)
{
    struct time_report report = timekeeper_tell(ctx->time);
    struct json *body;
    int64_t entry;
    TRY(demand_administrator(ctx));
    TRY(body_json(ctx, x, &body));
    TRY(demand_seen(ctx, body, report));
    ctx->now = report.wall;
    const struct ledger_event event = {.action = S("confirm"),
                                       .subject = S("clock"),
                                       .record = 1,
                                       .actor = ctx->actor->user,
                                       .comment = json_str(body, "comment", S(""))};
    TRY(ledger_append(ctx, &event, &entry));
    ((struct request *)x->user)->confirms_clock = true;
    return write_clock(x, (struct time_report){.state = TIME_RIGHT, .now = report.wall, .wall = report.wall});
}

const struct route clock_routes[] = {
    {HTTP_GET, "/api/v1/clock", get_clock, LANE_LOOP, .help = "The program's time beside the machine's clock"},
    {HTTP_POST, "/api/v1/clock/confirm", confirm, LANE_WRITER,
     .help = "The machine's clock went ahead, and it is right: go by it"},
};
const size_t clock_route_count = COUNT(clock_routes);
