/* What the thread does with the table: finding where the chain ends, adding to it, and letting old rows go. */
#include "events/inside.h"

#include "base/clock.h"

enum { SWEEP_EVERY = HOUR, SWEEP_BATCH = 5000 };

static struct str bytes_of(const unsigned char mac[MAC_SIZE])
{
    return (struct str){(const char *)mac, MAC_SIZE};
}

enum result events_find_last(struct ctx *ctx, struct events *events)
{
    struct rows *rows;
    bool found;
    TRY(db_query_one(ctx, S("SELECT mac, at FROM security_event ORDER BY id DESC LIMIT 1"), NULL, 0, &rows, &found));
    if (found) {
        struct str mac = rows_bytes(rows, 0);
        if (mac.len == MAC_SIZE) memcpy(events->last, mac.at, MAC_SIZE);
        events->last_at = rows_number(rows, 1);
    }
    rows_close(rows);
    return OK;
}

/* Whoever cuts off the newest rows while the program runs is seen by what it remembers of them. */
static enum result check_tail(struct ctx *ctx, struct events *events)
{
    static const unsigned char none[MAC_SIZE];
    const struct event_row *row = &events->batch[0];
    struct value args[] = {value_bytes(bytes_of(row->previous))};
    int64_t found;
    if (memcmp(row->previous, none, MAC_SIZE) == 0) return OK;
    if (row->previous_at < ctx->now - events->config.kept_days * DAY) return OK; /* another node may have let it go */
    TRY(db_query_number(ctx, S("SELECT count(*) FROM security_event WHERE mac = ?1"), args, COUNT(args), 0, &found));
    events->tail_is_gone = !found;
    return OK;
}

static enum result insert(struct ctx *ctx, const struct events *events, const struct event_row *row)
{
    struct value args[] = {value_number(row->at),
                           value_text(str_of(events->node)),
                           value_text(str_of(event_kind_name(row->kind))),
                           value_text(str_of(event_outcome_name(row->outcome))),
                           value_id(row->actor),
                           value_optional(str_of(row->account)),
                           value_optional(str_of(row->address)),
                           value_optional(str_of(row->request)),
                           value_optional(str_of(row->subject)),
                           value_id(row->record),
                           value_optional(str_of(row->detail)),
                           value_number(row->count),
                           value_bytes(bytes_of(row->previous)),
                           value_number(row->previous_at),
                           value_bytes(bytes_of(row->mac))};
    return db_run(ctx,
                  S("INSERT INTO security_event (at, node, kind, outcome, actor, account, address, request, subject, "
                    "record, detail, times, previous, previous_at, mac) "
                    "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15) "
                    "ON CONFLICT (mac) DO NOTHING"),
                  args, COUNT(args), NULL);
}

enum result events_insert(struct ctx *ctx, void *arg)
{
    struct events *events = arg;
    TRY(check_tail(ctx, events));
    for (size_t i = 0; i < events->batched; i++) TRY(insert(ctx, events, &events->batch[i]));
    return OK;
}

/* ---- letting go ---- */

static enum result remove_some(struct ctx *ctx, void *arg)
{
    struct sweep *sweep = arg;
    struct value args[] = {value_number(sweep->before), value_number(SWEEP_BATCH)};
    return db_run(ctx,
                  S("DELETE FROM security_event WHERE id IN "
                    "(SELECT id FROM security_event WHERE at < ?1 ORDER BY at, id LIMIT ?2)"),
                  args, COUNT(args), &sweep->removed);
}

static void tell(struct events *events, int64_t before, int64_t count)
{
    char time[TIME_TEXT];
    struct event_row row;
    time_format(before, time);
    event_row_make(&(struct event){.kind = EVENT_SWEPT, .subject = S("security_event"), .detail = str_of(time)},
                   &events->config, S(""), &row);
    row.count = count;
    pthread_mutex_lock(&events->lock);
    if (events_put(events, &row)) events->sweep = (struct sweep){.before = before, .told = events->posted};
    pthread_mutex_unlock(&events->lock);
}

static enum result begin_sweep(struct ctx *ctx, struct events *events)
{
    int64_t before = ctx->now - events->config.kept_days * DAY, count;
    struct value args[] = {value_number(before)};
    TRY(store_reader(ctx, events->config.store, &ctx->db));
    TRY(db_query_number(ctx, S("SELECT count(*) FROM security_event WHERE at < ?1"), args, COUNT(args), 0, &count));
    if (count) tell(events, before, count);
    return OK;
}

enum result events_sweep(struct ctx *ctx, struct events *events)
{
    int64_t now = clock_monotonic();
    pthread_mutex_lock(&events->lock);
    bool begins = !events->sweep.before && now >= events->sweep_at;
    bool removes = events->sweep.before && events->written >= events->sweep.told;
    if (begins) events->sweep_at = now + SWEEP_EVERY;
    pthread_mutex_unlock(&events->lock);
    if (begins) return begin_sweep(ctx, events);
    if (!removes) return OK;
    TRY(store_write(ctx, events->config.store, remove_some, &events->sweep));
    if (events->sweep.removed < SWEEP_BATCH) events->sweep = (struct sweep){0};
    return OK;
}
