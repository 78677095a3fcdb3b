/* The server that is handed an event stands on the same directory, which only its own user may write: whoever can
 * send it one could as well run the command. */
#include "app/telling.h"

#include "app/control.h"
#include "base/log.h"

enum { FIELDS = 6 };

struct str telling_pack(struct ctx *ctx, const struct event *event)
{
    return arena_print(ctx->arena, "%s\n%d\n%lld\n%lld\n%.*s\n%.*s", event_kind_name(event->kind), (int)event->outcome,
                       (long long)event->actor, (long long)event->record, PRINT(event->subject), PRINT(event->detail));
}

bool telling_unpack(struct str frame, struct event *event)
{
    struct str fields[FIELDS];
    int64_t outcome;
    *event = (struct event){0};
    for (size_t i = 0; i < FIELDS; i++)
        if (!str_cut(&frame, '\n', &fields[i])) fields[i] = S("");
    if (!event_kind_of(fields[0], &event->kind) || !parse_number(fields[1], &outcome)) return false;
    if (!parse_number(fields[2], &event->actor) || !parse_number(fields[3], &event->record)) return false;
    if (outcome < EVENT_BY_KIND || outcome > EVENT_FAILED) return false;
    event->outcome = (enum event_outcome)outcome;
    event->subject = fields[4];
    event->detail = fields[5];
    return true;
}

/* What only reads has a store that takes no writes. */
static enum result write_apart(struct program *program, const struct event *event)
{
    struct ctx ctx = program->ctx;
    struct store *store;
    struct store_config place = {.directory = program->settings.value[SET_DATA],
                                 .database = program->settings.value[SET_DATABASE]};
    struct events_config config = {.keyring = program->keyring,
                                   .time = program->time,
                                   .kept_days = setting_number(&program->settings, SET_EVENTS_KEEP)};
    TRY(store_open(&ctx, &place, &store));
    config.store = store;
    ctx.events = NULL;
    enum result result = store_reader(&ctx, store, &ctx.db);
    if (result == OK)
        result = program_demand_writable(&ctx, program); /* else each event would be an error in the log */
    if (result == OK) result = events_open(&ctx, &config, &ctx.events);
    if (result == OK) result = event_write(&ctx, event);
    events_close(ctx.events);
    store_close(store);
    return result;
}

void program_tell(struct program *program, const struct event *event)
{
    const struct error kept = program->ctx.error; /* what is told may be a failure, whose sentence is still to come */
    event_post(&program->ctx, event);
    if (program->access) return; /* opened for writing: that was the table */
    bool told = program->settings.value[SET_DATABASE].len ? program->keyring && write_apart(program, event) == OK
                                                          : control_tell(program, telling_pack(&program->ctx, event));
    program->ctx.error = kept;
    if (!told)
        log_text(LOG_DEBUG, "this is not in the table of security events, since no server runs here", "event",
                 str_of(event_kind_name(event->kind)));
}
