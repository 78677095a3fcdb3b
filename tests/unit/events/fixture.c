/* Old rows are made by the room's own functions: the clock cannot be set back for a test, but a row can say what it
 * likes. */
#include "events/fixture.h"

#include "base/clock.h"

enum { PATIENCE = 30 * SECOND, STEP = 5000 /* microseconds */ };

static enum result make_tables(struct ctx *ctx, void *arg)
{
    (void)arg;
    return tables_apply(ctx, event_tables, event_table_count);
}

const struct keyring *events_tables(struct fixture *f)
{
    expect_ok(&f->ctx, store_write(&f->ctx, f->store, make_tables, NULL));
    f->ctx.now = clock_now();
    f->ctx.request_id = S("req-1");
    return &keyring;
}

static void close_events(void *events)
{
    events_close(events);
}

void events_begin(struct fixture *f, const struct keyring *key)
{
    struct events_config config = {.store = f->store, .keyring = key, .kept_days = 400};
    expect_ok(&f->ctx, events_open(&f->ctx, &config, &f->ctx.events));
    arena_defer(f->ctx.arena, close_events, f->ctx.events);
}

void events_end(struct fixture *f)
{
    arena_undefer(f->ctx.arena, f->ctx.events);
    events_close(f->ctx.events);
    f->ctx.events = NULL;
}

int64_t number_of(struct fixture *f, const char *sql)
{
    int64_t number;
    expect_ok(&f->ctx, db_query_number(&f->ctx, str_of(sql), NULL, 0, -1, &number));
    return number;
}

static enum result script(struct ctx *ctx, void *arg)
{
    return db_script(ctx, arg);
}

enum result try_sql(struct fixture *f, const char *sql)
{
    ctx_clear_error(&f->ctx);
    return store_write(&f->ctx, f->store, script, (void *)(uintptr_t)sql);
}

void run_sql(struct fixture *f, const char *sql)
{
    expect_ok(&f->ctx, try_sql(f, sql));
}

void wait_for_number(struct fixture *f, const char *sql, int64_t wanted)
{
    int64_t until = clock_monotonic() + PATIENCE, number = number_of(f, sql);
    while (number != wanted && clock_monotonic() < until) {
        usleep(STEP);
        number = number_of(f, sql);
    }
    if (number != wanted) test_failed("%s gave %lld instead of %lld", sql, (long long)number, (long long)wanted);
}

void drop_triggers(struct fixture *f)
{
    static const char *const statements[] = {
        [DIALECT_SQLITE] = "DROP TRIGGER \"security_event_no_UPDATE\"; DROP TRIGGER \"security_event_no_DELETE\"",
        [DIALECT_POSTGRES] = "DROP TRIGGER security_event_append_only ON security_event; "
                             "DROP TRIGGER security_event_kept ON security_event",
    };
    run_sql(f, statements[db_dialect(f->ctx.db)]);
}

void add_old_rows(struct fixture *f, const struct keyring *key, int64_t at, size_t count)
{
    struct events *events = calloc(1, sizeof *events);
    events->config = (struct events_config){.store = f->store, .keyring = key, .kept_days = EVENTS_KEPT_MOST};
    snprintf(events->node, sizeof events->node, "old");
    expect_ok(&f->ctx, events_find_last(&f->ctx, events));
    for (size_t i = 0; i < count; i++) {
        struct buf bytes = buf_in(f->ctx.arena);
        struct event_row *row = &events->batch[events->batched++];
        event_row_make(&(struct event){.kind = EVENT_EXPORT, .actor = 7}, &events->config, S(""), row);
        row->at = at + (int64_t)i * SECOND;
        memcpy(row->previous, events->last, MAC_SIZE);
        row->previous_at = events->last_at;
        event_row_bytes(&bytes, row, str_of(events->node));
        keyring_mac(key, "security-event", buf_str(&bytes), row->mac);
        memcpy(events->last, row->mac, MAC_SIZE);
        events->last_at = row->at;
        if (events->batched < COUNT(events->batch) && i + 1 < count) continue;
        expect_ok(&f->ctx, store_write(&f->ctx, f->store, events_insert, events));
        events->batched = 0;
    }
    free(events);
}
