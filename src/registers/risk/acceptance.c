/* Acceptances: somebody entitled takes a risk as it is, for a reason and for a time (ISO/IEC 27001 6.1.3 f). The
 * level decides which role that must be; the methodology decides how long at most; nobody accepts what he asked for
 * himself. */
#include "base/clock.h"
#include "records/house.h"
#include "records/records.h"
#include "records/rights.h"
#include "registers/risk/method.h"

enum { TITLE_, RISK, REASON, EXPIRES_ON, LEVEL, APPROVED_BY, APPROVED_ON, FIELDS };

static const struct field fields[FIELDS] = {
    [TITLE_] = {.name = "title", .kind = TEXT, .flags = REQUIRED | SEARCH | LISTED | TITLE},
    [RISK] = {.name = "risk", .kind = LINK, .target = "risk", .flags = REQUIRED | LISTED | FIXED},
    [REASON] = {.name = "reason", .kind = PROSE, .flags = REQUIRED | SEARCH},
    [EXPIRES_ON] = {.name = "expires_on", .kind = DATE, .flags = REQUIRED | LISTED | INDEXED},
    [LEVEL] = {.name = "level", .kind = TEXT, .flags = DERIVED | LISTED},
    [APPROVED_BY] = {.name = "approved_by", .kind = NUMBER, .flags = DERIVED | BY_USER},
    [APPROVED_ON] = {.name = "approved_on", .kind = DATE, .flags = DERIVED | LISTED},
};

static const struct state states[] = {
    {.name = "requested", .tone = ACTIVE, .flags = INITIAL},
    {.name = "accepted", .tone = GOOD, .flags = LOCKED},
    {.name = "refused", .tone = BAD, .flags = FINAL | LOCKED},
    {.name = "withdrawn", .tone = NEUTRAL, .flags = FINAL | LOCKED},
    {.name = "expired", .tone = WARNING, .flags = FINAL | LOCKED},
    {0},
};

static enum result load_risk(struct ctx *ctx, const struct record *acceptance, struct record **risk,
                             struct method *method, struct level *level)
{
    *level = (struct level){0};
    TRY(record_load(ctx, house_register(ctx->house, S("risk")), record_number(acceptance, RISK), risk));
    TRY(method_of_risk(ctx, *risk, method));
    (void)method_level(method, record_number_of(*risk, "current_likelihood"),
                       record_number_of(*risk, "current_consequence"), level);
    return OK;
}

static struct str called(const struct level *level)
{
    return level->title.len ? level->title : level->name;
}

static enum result may_accept(struct ctx *ctx, const struct record *acceptance)
{
    struct record *risk;
    struct method method;
    struct level level;
    TRY(load_risk(ctx, acceptance, &risk, &method, &level));
    if (!level.rank) return fail(ctx, CONFLICT, "The risk has no level yet: rate it before it is accepted.");
    if (str_is(level.appetite, "unacceptable"))
        return fail(ctx, CONFLICT,
                    "A risk at level \"%.*s\" is beyond what the methodology lets anybody accept; treat it.",
                    PRINT(called(&level)));
    if (level.approver.len && !actor_is(ctx, level.approver, record_unit(risk)))
        return fail(ctx, DENIED, "A risk at level \"%.*s\" is accepted by the role %.*s.", PRINT(called(&level)),
                    PRINT(level.approver));
    return OK;
}

/* The risk rests while the acceptance holds. */
static enum result settle_risk(struct ctx *ctx, struct record *acceptance)
{
    struct record *risk;
    struct method method;
    struct level level;
    TRY(load_risk(ctx, acceptance, &risk, &method, &level));
    record_set_text(acceptance, LEVEL, arena_copy(ctx->arena, level.name));
    return OK;
}

static const struct transition transitions[] = {
    {.name = "accept",
     .from = {"requested"},
     .to = "accepted",
     .needs = DECIDE,
     .independent_of = {"hand"},
     .stamps_user = "approved_by",
     .stamps_date = "approved_on",
     .guard = may_accept,
     .effect = settle_risk},
    {.name = "refuse", .from = {"requested"}, .to = "refused", .needs = DECIDE, .independent_of = {"hand"}},
    {.name = "withdraw", .from = {"requested", "accepted"}, .to = "withdrawn", .needs = CHANGE},
    {0},
};

/* An acceptance that has run out is none any more; the nightly pass makes it so. */
static enum result derive(struct ctx *ctx, struct record *acceptance)
{
    char today[DATE_TEXT];
    date_of_time(ctx->now, today);
    bool over = str_compare(record_text(acceptance, EXPIRES_ON), str_of(today)) < 0;
    if (over && str_is(record_status(acceptance), "accepted")) acceptance->row[C_STATUS] = value_text(S("expired"));
    return OK;
}

static enum result check(struct ctx *ctx, const struct record *before, const struct record *acceptance)
{
    struct record *risk;
    struct method method;
    struct level level;
    char today[DATE_TEXT];
    bool unchanged = before && value_eq(before->own[EXPIRES_ON], acceptance->own[EXPIRES_ON]);
    if (unchanged) return OK;
    enum result loaded = load_risk(ctx, acceptance, &risk, &method, &level);
    if (loaded != OK) return loaded == NOT_FOUND ? OK : loaded;
    date_of_time(ctx->now, today);
    int64_t days = date_days(record_text(acceptance, EXPIRES_ON)) - date_days(str_of(today));
    if (days < 0) fail_field(ctx, "expires_on", "past", "An acceptance must end in the future.");
    if (days > method.acceptance_days)
        fail_field(ctx, "expires_on", "too_far", "The methodology lets an acceptance run for %lld days at most.",
                   (long long)method.acceptance_days);
    return OK;
}

const struct reg acceptance_register = {
    .name = "acceptance",
    .prefix = "ACC",
    .room = "risk",
    .flags = DAILY,
    .fields = fields,
    .field_count = FIELDS,
    .states = states,
    .transitions = transitions,
    .derive = derive,
    .check = check,
};
