/* A refusal is noted where it becomes a status, so that no handler can forget it. Who only shows nothing at all is no
 * event: that is every browser that opens the sign-in page. */
#include "api/noting.h"

#include "records/house.h"
#include "records/records.h"

static void complete(struct ctx *ctx, struct exchange *x, struct event *event)
{
    if (ctx->actor && !event->actor) event->actor = ctx->actor->user;
    event->address = exchange_remote(x);
    exchange_set_header(x, "X-Request-Id", ctx->request_id);
}

void note_event(struct exchange *x, struct event event)
{
    struct request *request = x->user;
    request->event = event;
    request->has_event = true;
}

void note_is_told(struct exchange *x)
{
    ((struct request *)x->user)->event_is_told = true;
}

void note_now(struct ctx *ctx, struct exchange *x, struct event event)
{
    complete(ctx, x, &event);
    event_post(ctx, &event);
}

enum result note_durably(struct ctx *ctx, struct exchange *x, struct event event)
{
    complete(ctx, x, &event);
    return event_write(ctx, &event);
}

/* What the path names, as far as there may be such a thing; never the path itself, which may hold anything. */
static void name_subject(struct request *request, struct event *event)
{
    struct str text = S("");
    const struct reg *reg, *named;
    if (!exchange_parameter(request->x, "register", &text)) return;
    reg = house_register(request->api->house, text);
    if (!reg) return;
    event->subject = str_of(reg->name);
    if (!exchange_parameter(request->x, "id", &text) || parse_number(text, &event->record)) return;
    if (!reference_parse(request->api->house, text, &named, &event->record) || named != reg) event->record = 0;
}

static void note_refusal(struct request *request)
{
    struct exchange *x = request->x;
    struct event event = {.kind = EVENT_REFUSED};
    if (request->shows_nothing || request->event_is_told) return;
    event.detail = arena_print(x->arena, "%d %s: %s %s", x->status, request->refused ? request->refused : "rights",
                               http_method_name(x->method), x->route->pattern);
    name_subject(request, &event);
    note_now(&request->ctx, x, event);
}

void note_outcome(struct request *request)
{
    if (request->result == OK && request->has_event) note_now(&request->ctx, request->x, request->event);
    if (request->x->status == 401 || request->x->status == 403) note_refusal(request);
}
