/* What the overviews share, and their routes. Each is a table of registers and filters somewhere; nothing here
 * knows SQL. */
#include "api/overview.h"

#include "access/actor.h"
#include "api/routes.h"
#include "base/clock.h"
#include "records/house.h"
#include "report/trace.h"

/* ---- lists by text ---- */

static struct str day_from_now(struct ctx *ctx, int64_t days)
{
    char day[DATE_TEXT];
    date_of_time((ctx->as_of ? ctx->as_of : ctx->now) + days * DAY, day);
    return arena_copy(ctx->arena, str_of(day));
}

struct str overview_filter(struct ctx *ctx, const char *pattern)
{
    const struct {
        const char *name;
        int64_t days;
    } days[] = {{"{today}", 0}, {"{soon}", SOON_DAYS}};
    struct str filter = str_of(pattern);
    size_t at;
    for (size_t i = 0; i < COUNT(days); i++) {
        if (!str_find(filter, str_of(days[i].name), &at)) continue;
        struct str after = str_slice(filter, at + strlen(days[i].name), filter.len);
        filter = arena_print(ctx->arena, "%.*s%.*s%.*s", PRINT(str_slice(filter, 0, at)),
                             PRINT(day_from_now(ctx, days[i].days)), PRINT(after));
    }
    return filter;
}

bool overview_may_read(const struct ctx *ctx, const char *name)
{
    const struct reg *reg = house_register(ctx->house, str_of(name));
    return reg && actor_may(ctx->actor, reg, READ, 0, ctx->actor->person);
}

static enum result parse(struct ctx *ctx, const char *reg, struct str filter, struct list_query **query)
{
    struct parameter pairs[8];
    struct str pair;
    size_t count = 0;
    while (count < COUNT(pairs) && str_cut(&filter, '&', &pair)) {
        struct str value = pair;
        if (!pair.len || !str_cut(&value, '=', &pairs[count].name)) continue;
        pairs[count++].value = value;
    }
    return list_parse(ctx, house_register(ctx->house, str_of(reg)), pairs, count, NULL, query);
}

enum result overview_count(struct ctx *ctx, const char *reg, struct str filter, int64_t *count)
{
    struct list_query *query;
    *count = 0;
    if (!overview_may_read(ctx, reg)) return OK;
    TRY(parse(ctx, reg, filter, &query));
    return list_count(ctx, query, count);
}

enum result overview_list(struct ctx *ctx, const char *reg, struct str filter, int64_t most, struct record_list *list)
{
    struct list_query *query;
    struct str next;
    *list = (struct record_list){0};
    if (!overview_may_read(ctx, reg)) return OK;
    TRY(parse(ctx, reg, filter, &query));
    query->limit = most;
    return list_page(ctx, query, list, &next);
}

enum result overview_methodology(struct ctx *ctx, struct record **methodology)
{
    static const char *const filters[] = {"status=approved&sort=-id", "sort=-id"};
    struct record_list list = {0};
    for (size_t i = 0; i < COUNT(filters) && !list.count; i++)
        TRY(overview_list(ctx, "methodology", str_of(filters[i]), 1, &list));
    *methodology = list.count ? list.at[0] : NULL;
    return OK;
}

const struct json *overview_data(struct ctx *ctx, const struct record *record, const char *field)
{
    size_t index;
    return record && reg_field(record->reg, str_of(field), &index) ? record_data(ctx, record, index) : NULL;
}

enum result overview_demand_now(struct ctx *ctx)
{
    if (!ctx->as_of) return OK;
    return fail(ctx, INVALID, "This page is always of today; leave out as_of.");
}

void overview_put_record(struct ctx *ctx, struct json_out *out, const struct record *record)
{
    json_key(out, "register"), json_put_text(out, record->reg->name);
    json_key(out, "id"), json_put_number(out, record_id(record));
    json_key(out, "reference"), json_put_str(out, record_reference(ctx, record));
    json_key(out, "title"), json_put_str(out, record_title(record));
}

/* ---- traceability ---- */

static enum result traceability(struct ctx *ctx, struct exchange *x)
{
    struct trace trace;
    TRY(trace_find(ctx, reading_new(ctx, NULL), &trace));
    trace_write_json(ctx, &trace, &x->out);
    return OK;
}

const struct route overview_routes[] = {
    {HTTP_GET, "/api/v1/home", home_write, LANE_WORKER, .help = "The way to a Statement of Applicability, and figures"},
    {HTTP_GET, "/api/v1/work", work_write, LANE_WORKER, .one_moment = true,
     .help = "What waits for the caller, the most urgent first"},
    {HTTP_GET, "/api/v1/risk-matrix", matrix_write, LANE_WORKER, .help = "Risks by likelihood and consequence"},
    {HTTP_GET, "/api/v1/soa/{id}/compare", compare_write, LANE_WORKER,
     .help = "What differs between two days or two versions of a Statement of Applicability"},
    {HTTP_GET, "/api/v1/traceability", traceability, LANE_WORKER,
     .help = "Where need, control and proof do not hang together"},
};
const size_t overview_route_count = COUNT(overview_routes);
