/* Rows come into the table in order, chained, once; what the database does not take waits; old ones go, young ones
 * stay. */
#include "events/fixture.h"

#include "base/clock.h"

#include <semaphore.h>

#define ROWS "SELECT count(*) FROM security_event"
#define COUNTED "SELECT coalesce(sum(times), 0) FROM security_event"

static void post(struct fixture *f, enum event_kind kind, const char *detail)
{
    event_post(&f->ctx, &(struct event){.kind = kind, .actor = 3, .address = S("192.0.2.7"), .detail = str_of(detail)});
}

static void verify_ok(struct fixture *f, const struct keyring *key, int64_t rows)
{
    struct events_report report;
    expect_ok(&f->ctx, events_verify(&f->ctx, key, &report));
    assert_int_equal(report.rows, rows);
    assert_int_equal(report.row, 0);
}

/* ---- writing ---- */

static void what_is_posted_is_written_within_a_second(void **state)
{
    FIXTURE(f);
    const struct keyring *key = events_tables(f);
    events_begin(f, key);
    post(f, EVENT_SIGN_OUT, "");
    post(f, EVENT_EVIDENCE_READ, "x");
    wait_for_number(f, ROWS, 2);
    assert_int_equal(number_of(f, ROWS " WHERE kind = 'sign_out' AND actor = 3 AND address = '192.0.2.7' AND "
                                       "request = 'req-1' AND outcome = 'allowed' AND detail IS NULL AND times = 1"),
                     1);
    assert_int_equal(number_of(f, "SELECT id FROM security_event WHERE kind = 'evidence_read'"), 2);
    verify_ok(f, key, 2);
}

static void what_is_written_is_durable_on_return(void **state)
{
    FIXTURE(f);
    const struct keyring *key = events_tables(f);
    events_begin(f, key);
    for (int i = 1; i <= 5; i++) {
        expect_ok(&f->ctx, event_write(&f->ctx, &(struct event){.kind = EVENT_SIGN_IN, .actor = i}));
        assert_int_equal(number_of(f, ROWS), i);
    }
    verify_ok(f, key, 5);
}

static void nobody_keeps_them_and_nothing_happens(void **state)
{
    FIXTURE(f);
    post(f, EVENT_SIGN_OUT, "");
    expect_ok(&f->ctx, event_write(&f->ctx, &(struct event){.kind = EVENT_SIGN_IN}));
}

static void a_flood_of_refusals_is_two_rows(void **state)
{
    FIXTURE(f);
    const struct keyring *key = events_tables(f);
    events_begin(f, key);
    for (int i = 0; i < 10000; i++)
        event_post(&f->ctx, &(struct event){.kind = EVENT_REFUSED, .address = S("192.0.2.9")});
    events_end(f);
    assert_int_equal(number_of(f, ROWS), 2);
    assert_int_equal(number_of(f, COUNTED), 10000);
    verify_ok(f, key, 2);
}

static void failures_to_sign_in_are_a_row_each_up_to_what_a_minute_holds(void **state)
{
    FIXTURE(f);
    const struct keyring *key = events_tables(f);
    events_begin(f, key);
    for (int i = 0; i < FLOOD_SLOTS + 44; i++)
        event_post(&f->ctx, &(struct event){.kind = EVENT_SIGN_IN_FAILED, .address = S("192.0.2.9")});
    events_end(f);
    assert_int_equal(number_of(f, ROWS), FLOOD_SLOTS + 1);
    assert_int_equal(number_of(f, COUNTED), FLOOD_SLOTS + 44);
}

/* Whoever floods the stream with refusals of people it knows leaves no alarm out of it. */
static void an_alarm_is_a_row_beside_any_flood(void **state)
{
    FIXTURE(f);
    const struct keyring *key = events_tables(f);
    events_begin(f, key);
    for (int i = 1; i <= FLOOD_SLOTS + 44; i++)
        event_post(&f->ctx, &(struct event){.kind = EVENT_REFUSED, .actor = i, .address = S("192.0.2.9")});
    event_alarm(&f->ctx, "a user was put back", &(struct event){.subject = S("user"), .record = 7});
    events_end(f);
    assert_int_equal(number_of(f, ROWS " WHERE kind = 'refused'"), FLOOD_SLOTS + 1);
    assert_int_equal(number_of(f, ROWS " WHERE kind = 'alarm' AND record = 7 AND detail = 'a user was put back'"), 1);
}

struct held {
    struct fixture *f;
    sem_t held, let_go;
};

static enum result hold(struct ctx *ctx, void *arg)
{
    struct held *held = arg;
    TRY(db_script(ctx, "LOCK TABLE security_event IN EXCLUSIVE MODE"));
    sem_post(&held->held);
    while (sem_wait(&held->let_go) != 0) continue;
    return OK;
}

static enum result hold_sqlite(struct ctx *ctx, void *arg)
{
    struct held *held = arg;
    (void)ctx;
    sem_post(&held->held);
    while (sem_wait(&held->let_go) != 0) continue;
    return OK;
}

static void *hold_the_database(void *arg)
{
    struct held *held = arg;
    struct ctx ctx = {.arena = arena_new(0)};
    bool postgres = held->f->url[0];
    if (store_write(&ctx, held->f->store, postgres ? hold : hold_sqlite, held) != OK) sem_post(&held->held);
    arena_free(ctx.arena);
    return NULL;
}

/* While nobody may write, events find room in memory until there is none; how many did not is a row of its own. */
static void what_finds_no_room_is_counted(void **state)
{
    FIXTURE(f);
    enum { EVENTS = QUEUE_ROOM + 2 * BATCH_ROOM };
    const struct keyring *key = events_tables(f);
    struct held held = {.f = f};
    pthread_t thread;
    sem_init(&held.held, 0, 0);
    sem_init(&held.let_go, 0, 0);
    assert_int_equal(pthread_create(&thread, NULL, hold_the_database, &held), 0);
    while (sem_wait(&held.held) != 0) continue;
    events_begin(f, key);
    for (int i = 0; i < EVENTS; i++) post(f, EVENT_EVIDENCE_READ, "");
    sem_post(&held.let_go);
    pthread_join(thread, NULL);
    wait_for_number(f, COUNTED, EVENTS);
    assert_int_equal(number_of(f, ROWS " WHERE kind = 'events_lost' AND outcome = 'failed'"), 1);
    assert_true(number_of(f, "SELECT times FROM security_event WHERE kind = 'events_lost'") >= BATCH_ROOM);
    verify_ok(f, key, number_of(f, ROWS));
    sem_destroy(&held.held);
    sem_destroy(&held.let_go);
}

static void what_the_database_does_not_take_waits(void **state)
{
    FIXTURE(f);
    const struct keyring *key = events_tables(f);
    events_begin(f, key);
    expect_ok(&f->ctx, event_write(&f->ctx, &(struct event){.kind = EVENT_SIGN_IN, .actor = 1}));
    run_sql(f, "ALTER TABLE security_event RENAME TO elsewhere");
    assert_int_equal(event_write(&f->ctx, &(struct event){.kind = EVENT_SIGN_IN, .actor = 2}), BUSY);
    expect_sentence(&f->ctx, "could not be written");
    run_sql(f, "ALTER TABLE elsewhere RENAME TO security_event");
    wait_for_number(f, ROWS, 2);
    expect_ok(&f->ctx, event_write(&f->ctx, &(struct event){.kind = EVENT_SIGN_IN, .actor = 3}));
    verify_ok(f, key, 3);
}

/* The batch in the thread's hands is full, and was tried in vain. */
static bool a_batch_has_failed(struct events *events)
{
    pthread_mutex_lock(&events->lock);
    bool failed = events->failed >= BATCH_ROOM;
    pthread_mutex_unlock(&events->lock);
    return failed;
}

/* An event for which there is no room is counted as lost; what it belongs to must not be done all the same. */
static void what_finds_no_room_is_not_written(void **state)
{
    FIXTURE(f);
    const struct keyring *key = events_tables(f);
    events_begin(f, key);
    run_sql(f, "ALTER TABLE security_event RENAME TO elsewhere");
    for (int i = 0; i < BATCH_ROOM; i++) post(f, EVENT_EVIDENCE_READ, "");
    while (!a_batch_has_failed(f->ctx.events)) usleep(1000);
    for (int i = 0; i < QUEUE_ROOM; i++) post(f, EVENT_EVIDENCE_READ, "");
    assert_int_equal(event_write(&f->ctx, &(struct event){.kind = EVENT_EXPORT, .actor = 5}), BUSY);
    expect_sentence(&f->ctx, "could not be written");
    run_sql(f, "ALTER TABLE elsewhere RENAME TO security_event");
    wait_for_number(f, "SELECT count(*) FROM security_event WHERE kind = 'events_lost'", 1);
    assert_int_equal(number_of(f, "SELECT count(*) FROM security_event WHERE kind = 'export'"), 0);
}

/* ---- only growing ---- */

static void rows_are_not_changed_and_young_ones_not_deleted(void **state)
{
    FIXTURE(f);
    const struct keyring *key = events_tables(f);
    events_begin(f, key);
    add_old_rows(f, key, 1000, 2);
    expect_ok(&f->ctx, event_write(&f->ctx, &(struct event){.kind = EVENT_SIGN_IN}));
    assert_int_not_equal(try_sql(f, "UPDATE security_event SET actor = 4"), OK);
    assert_int_not_equal(try_sql(f, "DELETE FROM security_event"), OK);
    assert_int_not_equal(try_sql(f, "DELETE FROM security_event WHERE at > 1000000"), OK);
    assert_int_equal(number_of(f, ROWS), 3);
    if (f->url[0]) assert_int_not_equal(try_sql(f, "TRUNCATE security_event"), OK);
    run_sql(f, "DELETE FROM security_event WHERE at = 1000");
    assert_int_equal(number_of(f, ROWS), 2);
}

static void sweep_now(struct fixture *f)
{
    pthread_mutex_lock(&f->ctx.events->lock);
    f->ctx.events->sweep_at = 0;
    pthread_mutex_unlock(&f->ctx.events->lock);
}

static void old_rows_are_let_go_and_that_is_told(void **state)
{
    FIXTURE(f);
    const struct keyring *key = events_tables(f);
    add_old_rows(f, key, 1000, 7);
    events_begin(f, key);
    expect_ok(&f->ctx, event_write(&f->ctx, &(struct event){.kind = EVENT_SIGN_IN}));
    sweep_now(f);
    wait_for_number(f, ROWS " WHERE at < 1000000", 0);
    assert_int_equal(number_of(f, ROWS), 2);
    assert_int_equal(number_of(f, "SELECT times FROM security_event WHERE kind = 'events_swept'"), 7);
    verify_ok(f, key, 2);
}

/* By hand, since the thread writes the row that tells it within the same round: behind a full batch it would not. */
static void old_rows_stay_until_their_end_is_told(void **state)
{
    FIXTURE(f);
    const struct keyring *key = events_tables(f);
    struct events *events = calloc(1, sizeof *events);
    add_old_rows(f, key, 1000, 7);
    events->config = (struct events_config){.store = f->store, .keyring = key, .kept_days = 400};
    expect_ok(&f->ctx, events_sweep(&f->ctx, events));
    assert_int_equal(events->posted, 1);
    expect_ok(&f->ctx, events_sweep(&f->ctx, events));
    assert_int_equal(number_of(f, ROWS), 7);
    events->written = 1;
    expect_ok(&f->ctx, events_sweep(&f->ctx, events));
    assert_int_equal(number_of(f, ROWS), 0);
    free(events);
}

/* To the millisecond; and what has got old since is looked for an hour later, not with each round. */
static void a_row_stays_as_long_as_was_said(void **state)
{
    FIXTURE(f);
    const struct keyring *key = events_tables(f);
    struct events *events = calloc(1, sizeof *events);
    add_old_rows(f, key, 999, 2);
    events->config = (struct events_config){.store = f->store, .keyring = key, .kept_days = 400};
    f->ctx.now = INT64_C(400) * DAY + 999;
    expect_ok(&f->ctx, events_sweep(&f->ctx, events));
    assert_int_equal(events->posted, 0);
    f->ctx.now += SECOND;
    events->sweep_at = 0;
    expect_ok(&f->ctx, events_sweep(&f->ctx, events));
    events->written = 1;
    expect_ok(&f->ctx, events_sweep(&f->ctx, events));
    assert_int_equal(number_of(f, ROWS), 1);
    assert_int_equal(number_of(f, ROWS " WHERE at = 1999"), 1);
    f->ctx.now++;
    expect_ok(&f->ctx, events_sweep(&f->ctx, events));
    assert_int_equal(events->posted, 1);
    free(events);
}

/* More than are let go at once: the rest goes with the next round, and is not told again. */
static void what_is_left_of_old_rows_goes_next(void **state)
{
    FIXTURE(f);
    enum { AT_ONCE = 5000 };
    const struct keyring *key = events_tables(f);
    struct events *events = calloc(1, sizeof *events);
    add_old_rows(f, key, 1000, AT_ONCE + 1);
    events->config = (struct events_config){.store = f->store, .keyring = key, .kept_days = 400};
    expect_ok(&f->ctx, events_sweep(&f->ctx, events));
    events->written = 1;
    expect_ok(&f->ctx, events_sweep(&f->ctx, events));
    assert_int_equal(number_of(f, ROWS), 1);
    expect_ok(&f->ctx, events_sweep(&f->ctx, events));
    assert_int_equal(number_of(f, ROWS), 0);
    assert_int_equal(events->posted, 1);
    free(events);
}

/* A second stream goes on where the first ended, as the next start of the program does. */
static void a_new_start_goes_on_with_the_chain(void **state)
{
    FIXTURE(f);
    const struct keyring *key = events_tables(f);
    for (int i = 0; i < 3; i++) {
        events_begin(f, key);
        post(f, EVENT_SIGN_OUT, "");
        events_end(f);
    }
    assert_int_equal(number_of(f, ROWS), 3);
    assert_int_equal(number_of(f, ROWS " e WHERE EXISTS (SELECT 1 FROM security_event p WHERE p.mac = e.previous)"), 2);
    verify_ok(f, key, 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BOTH(what_is_posted_is_written_within_a_second),
        ON_BOTH(what_is_written_is_durable_on_return),
        ON_SQLITE(nobody_keeps_them_and_nothing_happens),
        ON_BOTH(a_flood_of_refusals_is_two_rows),
        ON_BOTH(an_alarm_is_a_row_beside_any_flood),
        ON_BOTH(failures_to_sign_in_are_a_row_each_up_to_what_a_minute_holds),
        ON_BOTH(what_finds_no_room_is_counted),
        ON_BOTH(what_the_database_does_not_take_waits),
        ON_BOTH(what_finds_no_room_is_not_written),
        ON_BOTH(rows_are_not_changed_and_young_ones_not_deleted),
        ON_BOTH(old_rows_are_let_go_and_that_is_told),
        ON_BOTH(old_rows_stay_until_their_end_is_told),
        ON_BOTH(a_row_stays_as_long_as_was_said),
        ON_BOTH(what_is_left_of_old_rows_goes_next),
        ON_BOTH(a_new_start_goes_on_with_the_chain),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
