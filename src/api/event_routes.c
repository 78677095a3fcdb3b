/* Security events, for whoever may read the room "security_events" for the whole organisation: a page of them, newest
 * first, and all that a filter leaves as a file. */
#include "api/noting.h"
#include "api/routes.h"

#include "access/names.h"
#include "access/email.h"
#include "access/users.h"
#include "base/clock.h"
#include "events/list.h"
#include "format/csv.h"
#include "format/json_out.h"
#include "http/stream.h"
#include "records/house.h"
#include "records/records.h"

enum { EVENTS = 50, EVENTS_MOST = 500, CLIENT_WAIT = 10 * 60 * 1000 };

/* ---- what is asked for ---- */

static enum result demand_events(struct ctx *ctx)
{
    if (actor_may_on_top(ctx->actor, S("security_events"), READ)) return OK;
    return fail(ctx, DENIED, "Your roles do not let you read security events.");
}

static enum result read_kinds(struct ctx *ctx, struct str text, struct event_filter *filter)
{
    struct str name;
    enum event_kind kind;
    while (str_cut(&text, ',', &name)) {
        if (!event_kind_of(name, &kind))
            return fail(ctx, INVALID, "\"%.*s\" is no kind of security event.", PRINT(str_slice(name, 0, 60)));
        filter->kinds |= 1U << kind;
    }
    return OK;
}

static enum result read_actor(struct ctx *ctx, struct str text, struct event_filter *filter)
{
    if (parse_number(text, &filter->actor) && filter->actor > 0) return OK;
    return fail(ctx, INVALID, "actor is the number of a user.");
}

/* A name or an e-mail address, or a part of one: of the users whom the reader may see, and of whoever tried to get in
 * by that address. */
static enum result read_who(struct ctx *ctx, struct str text, struct event_filter *filter)
{
    int64_t *users = arena_make_many(ctx->arena, int64_t, WHO_MOST);
    if (!str_trim(text).len) return OK;
    TRY(user_find(ctx, text, users, WHO_MOST, &filter->who_count));
    if (filter->who_count > WHO_MOST)
        return fail(ctx, INVALID, "\"%.*s\" fits more than %d users: write more of the name.",
                    PRINT(str_slice(text, 0, 60)), WHO_MOST);
    filter->who = users;
    filter->account = email_key(ctx->arena, text);
    return OK;
}

/* "RSK-12", or a number beside subject=token. */
static enum result read_record(struct ctx *ctx, struct str text, struct event_filter *filter)
{
    const struct reg *reg;
    if (parse_number(text, &filter->record) && filter->record > 0) return OK;
    if (!reference_parse(ctx->house, text, &reg, &filter->record))
        return fail(ctx, INVALID, "record is a reference like RSK-12, or the number of what subject= names.");
    filter->subject = str_of(reg->name);
    return OK;
}

/* A date means all of it. */
static enum result read_time(struct ctx *ctx, struct str text, int64_t rest_of_day, int64_t *instant)
{
    if (time_parse(text, instant)) return OK;
    if (!date_to_time(text, instant))
        return fail(ctx, INVALID, "\"%.*s\" is no date like 2026-11-21 and no instant like 2026-11-21T18:00:00Z.",
                    PRINT(str_slice(text, 0, 60)));
    *instant += rest_of_day;
    return OK;
}

static enum result read_from(struct ctx *ctx, struct str text, struct event_filter *filter)
{
    return read_time(ctx, text, 0, &filter->from);
}

static enum result read_to(struct ctx *ctx, struct str text, struct event_filter *filter)
{
    return read_time(ctx, text, DAY - 1, &filter->to);
}

static enum result read_cursor(struct ctx *ctx, struct str text, struct event_filter *filter)
{
    struct str at;
    filter->behind = true;
    if (str_cut(&text, '.', &at) && parse_number(at, &filter->before_at) && parse_number(text, &filter->before_id))
        return OK;
    return fail(ctx, INVALID, "The cursor is not one of this list; begin again without it.");
}

static enum result read_limit(struct ctx *ctx, struct str text, struct event_filter *filter)
{
    if (parse_number(text, &filter->limit) && filter->limit >= 1 && filter->limit <= EVENTS_MOST) return OK;
    return fail(ctx, INVALID, "limit must be a number from 1 to %d.", EVENTS_MOST);
}

static enum result read_format(struct ctx *ctx, struct str text, struct event_filter *filter)
{
    (void)ctx, (void)text, (void)filter; /* of the file, not of what stands in it */
    return OK;
}

static const struct {
    const char *name;
    enum result (*read)(struct ctx *ctx, struct str text, struct event_filter *filter);
    size_t text; /* where it is kept as it stands, for those without `read` */
} parameters[] = {
    {"kind", read_kinds},
    {"actor", read_actor},
    {"who", read_who},
    {"outcome", NULL, offsetof(struct event_filter, outcome)},
    {"address", NULL, offsetof(struct event_filter, address)},
    {"request", NULL, offsetof(struct event_filter, request)},
    {"subject", NULL, offsetof(struct event_filter, subject)},
    {"record", read_record},
    {"from", read_from},
    {"to", read_to},
    {"cursor", read_cursor},
    {"limit", read_limit},
    {"format", read_format},
};

/* An unknown one is refused: passed over, it would show more than was asked for. */
static enum result read_parameter(struct ctx *ctx, const struct pair *pair, struct event_filter *filter)
{
    for (size_t i = 0; i < COUNT(parameters); i++) {
        if (!str_is(pair->name, parameters[i].name)) continue;
        if (parameters[i].read) return pair->value.len ? parameters[i].read(ctx, pair->value, filter) : OK;
        *(struct str *)(void *)((char *)filter + parameters[i].text) = pair->value;
        return OK;
    }
    return fail(ctx, INVALID, "Security events have no filter \"%.*s\".", PRINT(str_slice(pair->name, 0, 60)));
}

static enum result read_filter(struct ctx *ctx, struct exchange *x, struct event_filter *filter)
{
    *filter = (struct event_filter){.limit = EVENTS};
    TRY(demand_events(ctx));
    for (size_t i = 0; i < x->query.count; i++) TRY(read_parameter(ctx, &x->query.pairs[i], filter));
    return OK;
}

/* ---- a page ---- */

static struct str reference_of(struct ctx *ctx, const struct event_shown *event)
{
    const struct reg *reg = house_register(ctx->house, event->subject);
    if (!reg || !event->record) return S("");
    return arena_print(ctx->arena, "%s-%lld", reg->prefix, (long long)event->record);
}

/* An alarm is a sentence; all else are words that the browser knows. */
static struct str detail_of(const struct ctx *ctx, const struct event_shown *event)
{
    return str_is(event->kind, event_kind_name(EVENT_ALARM)) ? ctx_retell(ctx, event->detail) : event->detail;
}

/* The user whom an event is about, or for whom a token was made; 0: it is about none. */
static int64_t user_of(const struct event_shown *event)
{
    struct str prefix = S("for user ");
    int64_t user = 0;
    if (str_is(event->subject, "user")) return event->record;
    if (!str_starts(event->detail, prefix)) return 0;
    return parse_number(str_slice(event->detail, prefix.len, event->detail.len), &user) ? user : 0;
}

/* As the ledger says who that is: the row is the one that somebody may have written. */
static enum result put_user(struct ctx *ctx, struct json_out *out, const struct event_shown *event)
{
    struct str name, email;
    int64_t user = user_of(event);
    if (!user) {
        json_put_null(out);
        return OK;
    }
    TRY(user_entered_name(ctx, user, &name, &email));
    json_open_object(out);
    json_key(out, "id"), json_put_number(out, user);
    json_key(out, "name"), json_put_optional(out, name);
    json_key(out, "email"), json_put_optional(out, email);
    json_close_object(out);
    return OK;
}

static enum result put_event(struct ctx *ctx, struct json_out *out, const struct event_shown *event,
                             struct names *names)
{
    char at[TIME_TEXT];
    struct str name;
    time_format(event->at, at);
    json_open_object(out);
    json_key(out, "id"), json_put_number(out, event->id);
    json_key(out, "at"), json_put_text(out, at);
    json_key(out, "kind"), json_put_str(out, event->kind);
    json_key(out, "outcome"), json_put_str(out, event->outcome);
    json_key(out, "actor");
    if (event->actor) {
        TRY(name_of(ctx, names, event->actor, &name));
        json_open_object(out);
        json_key(out, "id"), json_put_number(out, event->actor);
        json_key(out, "name"), json_put_str(out, name);
        json_close_object(out);
    } else {
        json_put_null(out);
    }
    json_key(out, "account"), json_put_optional(out, event->account);
    json_key(out, "address"), json_put_optional(out, event->address);
    json_key(out, "request"), json_put_optional(out, event->request);
    json_key(out, "subject"), json_put_optional(out, event->subject);
    json_key(out, "record");
    if (event->record)
        json_put_number(out, event->record);
    else
        json_put_null(out);
    json_key(out, "reference"), json_put_optional(out, reference_of(ctx, event));
    json_key(out, "user");
    TRY(put_user(ctx, out, event));
    json_key(out, "detail"), json_put_optional(out, detail_of(ctx, event));
    json_key(out, "count"), json_put_number(out, event->count);
    json_key(out, "node"), json_put_str(out, event->node);
    json_close_object(out);
    return OK;
}

static void go_on_behind(const struct event_shown *last, struct event_filter *filter)
{
    filter->behind = true;
    filter->before_at = last->at;
    filter->before_id = last->id;
}

static enum result list_events(struct ctx *ctx, struct exchange *x)
{
    struct event_filter filter;
    struct events_shown shown;
    struct names names = {0};
    struct json_out out = json_out_to(&x->out);
    TRY(read_filter(ctx, x, &filter));
    TRY(events_list(ctx, &filter, &shown));
    json_open_object(&out);
    json_key(&out, "items");
    json_open_array(&out);
    for (size_t i = 0; i < shown.count; i++) TRY(put_event(ctx, &out, &shown.at[i], &names));
    json_close_array(&out);
    json_key(&out, "next");
    const struct event_shown *last = shown.count == (size_t)filter.limit ? &shown.at[shown.count - 1] : NULL;
    if (last)
        json_put_str(&out, arena_print(ctx->arena, "%lld.%lld", (long long)last->at, (long long)last->id));
    else
        json_put_null(&out);
    json_close_object(&out);
    return OK;
}

/* ---- alarms ---- */

/* Of the last days, by the program's clock: so that whoever may read them is told without looking. What is dated later
 * than now was not written by this program, and would stay the newest for as long. */
static enum result count_alarms(struct ctx *ctx, struct exchange *x)
{
    enum { DAYS = 7 };
    struct json_out out = json_out_to(&x->out);
    struct events_counted alarms;
    struct str newest = S("");
    char since[TIME_TEXT] = "";
    TRY(demand_events(ctx));
    TRY(events_count(ctx, EVENT_ALARM, ctx->now - DAYS * DAY, ctx->now, &alarms));
    if (alarms.count) {
        time_format(alarms.oldest_at, since);
        newest = arena_print(ctx->arena, "%lld.%lld", (long long)alarms.newest.at, (long long)alarms.newest.id);
    }
    json_open_object(&out);
    json_key(&out, "count"), json_put_number(&out, alarms.count);
    json_key(&out, "since"), json_put_optional(&out, str_of(since));
    json_key(&out, "newest"), json_put_optional(&out, newest);
    json_close_object(&out);
    return OK;
}

/* ---- as a file ---- */

struct exporting {
    struct ctx page; /* on an arena of its own, emptied after each page */
    struct exchange_stream *stream;
    struct event_filter filter;
    bool csv, any;
};

static void csv_number(struct csv_out *csv, int64_t number)
{
    if (number)
        csv_put_number(csv, number);
    else
        csv_put(csv, S(""));
}

static enum result csv_event(struct ctx *ctx, struct csv_out *csv, const struct event_shown *event, struct names *names)
{
    char at[TIME_TEXT];
    struct str name = S("");
    time_format(event->at, at);
    if (event->actor) TRY(name_of(ctx, names, event->actor, &name));
    csv_put_number(csv, event->id);
    const struct str texts[] = {str_of(at), event->kind, event->outcome};
    for (size_t i = 0; i < COUNT(texts); i++) csv_put(csv, texts[i]);
    csv_number(csv, event->actor);
    const struct str more[] = {name,           event->account, event->address,           event->request,
                               event->subject, event->detail,  reference_of(ctx, event), event->node};
    for (size_t i = 0; i < COUNT(more); i++) csv_put(csv, more[i]);
    csv_number(csv, event->record);
    csv_put_number(csv, event->count);
    csv_end_row(csv);
    return OK;
}

static enum result write_page(struct exporting *e, const struct events_shown *shown)
{
    struct ctx *ctx = &e->page;
    struct buf text = buf_in(ctx->arena);
    struct csv_out csv = csv_out_to(&text);
    struct names names = {0};
    for (size_t i = 0; i < shown->count; i++) {
        struct json_out json = json_out_to(&text);
        if (!e->csv) buf_text(&text, e->any ? ",\n" : "\n");
        e->any = true;
        TRY(e->csv ? csv_event(ctx, &csv, &shown->at[i], &names) : put_event(ctx, &json, &shown->at[i], &names));
    }
    return text.len ? stream_write(e->stream, buf_str(&text)) : OK;
}

static enum result write_file(struct exporting *e)
{
    static const char heading[] = "id,at,kind,outcome,actor,name,account,address,request,subject,detail,reference,node,"
                                  "record,count\r\n";
    struct events_shown shown = {0};
    e->filter.limit = EVENTS_MOST;
    TRY(stream_write(e->stream, e->csv ? str_of(heading) : S("[")));
    do {
        arena_reset(e->page.arena);
        TRY(events_list(&e->page, &e->filter, &shown));
        TRY(write_page(e, &shown));
        if (shown.count) go_on_behind(&shown.at[shown.count - 1], &e->filter);
    } while (shown.count == EVENTS_MOST);
    return e->csv ? OK : stream_write(e->stream, S("\n]\n"));
}

static enum result stream_file(struct ctx *ctx, struct exchange *x, struct exporting *e)
{
    e->page = *ctx;
    e->page.arena = arena_scratch(ctx->arena);
    e->page.sentences = NULL; /* a file is held against logs: it says what they say */
    x->type = e->csv ? "text/csv; charset=utf-8" : "application/json";
    exchange_set_header(x, "Content-Disposition",
                        e->csv ? S("attachment; filename=\"security-events.csv\"")
                               : S("attachment; filename=\"security-events.json\""));
    x->status = 200;
    *((const struct request *)x->user)->taken = true;
    e->stream = exchange_stream(x, -1);
    if (!e->stream) return OK;
    stream_limit_waiting(e->stream, CLIENT_WAIT);
    if (write_file(e) == OK)
        stream_end(e->stream);
    else
        stream_abort(e->stream);
    return OK;
}

static enum result export_events(struct ctx *ctx, struct exchange *x)
{
    struct exporting e = {0};
    struct str format = S("csv");
    TRY(read_filter(ctx, x, &e.filter));
    exchange_query(x, "format", &format);
    e.csv = str_is(format, "csv");
    if (!e.csv && !str_is(format, "json"))
        return fail(ctx, INVALID, "Security events are exported as csv or json, not as \"%.*s\".",
                    PRINT(str_slice(format, 0, 60)));
    TRY(note_durably(ctx, x, (struct event){.kind = EVENT_EXPORT, .subject = S("security_event"), .detail = format}));
    return stream_file(ctx, x, &e);
}

const struct route event_routes[] = {
    {HTTP_GET, "/api/v1/security-events", list_events, LANE_WORKER,
     .help = "Who signed in or was refused, what was read out, which keys were used; newest first"},
    {HTTP_GET, "/api/v1/security-events/alarms", count_alarms, LANE_WORKER,
     .help = "How many alarms there were in the last seven days"},
    {HTTP_GET, "/api/v1/security-events/export", export_events, LANE_WORKER,
     .help = "All security events that the filters leave, as CSV or JSON"},
};
const size_t event_route_count = COUNT(event_routes);
