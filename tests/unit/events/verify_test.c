/* Whoever writes the database without the master key is seen, and by what. */
#include "events/fixture.h"

#include "base/clock.h"

enum { ROWS = 6 };

static const struct keyring *fill(struct fixture *f)
{
    const struct keyring *key = events_tables(f);
    events_begin(f, key);
    for (int i = 1; i <= ROWS; i++)
        expect_ok(&f->ctx,
                  event_write(
                      &f->ctx,
                      &(struct event){.kind = EVENT_EVIDENCE_READ, .actor = i, .subject = S("evidence"), .record = i}));
    return key;
}

static void seen(struct fixture *f, const struct keyring *key, int64_t row, const char *sentence)
{
    struct events_report report;
    ctx_clear_error(&f->ctx);
    assert_int_equal(events_verify(&f->ctx, key, &report), CONFLICT);
    expect_sentence(&f->ctx, sentence);
    assert_int_equal(report.row, row);
}

static void each_column_that_is_altered_is_seen(void **state)
{
    FIXTURE(f);
    static const char *const changes[] = {
        "at = at + 1",     "node = 'x'",
        "kind = 'report'", "outcome = 'refused'",
        "actor = 9",       "actor = NULL",
        "account = 'x'",   "address = '192.0.2.9'",
        "request = 'r'",   "subject = NULL",
        "record = 9",      "detail = 'x'",
        "times = 2",       "previous = (SELECT mac FROM security_event WHERE id = 1)",
        "previous_at = 1", "kind = 'none'",
        "outcome = ''",    "mac = (SELECT previous FROM security_event WHERE id = 1)",
        "account = ''",    "detail = ''",
    };
    const struct keyring *key = fill(f);
    drop_triggers(f);
    run_sql(f, "CREATE TABLE before AS SELECT * FROM security_event");
    for (size_t i = 0; i < COUNT(changes); i++) {
        run_sql(f, "DELETE FROM security_event");
        run_sql(f, "INSERT INTO security_event SELECT * FROM before");
        run_sql(f, arena_print(f->ctx.arena,
                               "DROP INDEX security_event_mac_unique; "
                               "UPDATE security_event SET %s WHERE id = 4; "
                               "CREATE INDEX security_event_mac_unique ON security_event (mac)",
                               changes[i])
                       .at);
        seen(f, key, 4, "altered");
    }
}

/* Behind a NUL more would be shown than the MAC is over; PostgreSQL keeps none. */
static void what_follows_a_nul_is_seen(void **state)
{
    FIXTURE(f);
    const struct keyring *key = fill(f);
    drop_triggers(f);
    run_sql(f, "UPDATE security_event SET subject = subject || char(0) || ' approved' WHERE id = 4");
    seen(f, key, 4, "altered");
}

/* For what is nobody's and of no record the program writes NULL. */
static void a_zero_for_none_is_seen(void **state)
{
    FIXTURE(f);
    const struct keyring *key = fill(f);
    expect_ok(&f->ctx, event_write(&f->ctx, &(struct event){.kind = EVENT_BACKUP}));
    drop_triggers(f);
    run_sql(f, "UPDATE security_event SET record = 0 WHERE id = 7");
    seen(f, key, 7, "altered");
    run_sql(f, "UPDATE security_event SET record = NULL, actor = 0 WHERE id = 7");
    seen(f, key, 7, "altered");
}

static void a_row_that_is_numbered_anew_is_seen(void **state)
{
    FIXTURE(f);
    const struct keyring *key = fill(f);
    drop_triggers(f);
    run_sql(f, "UPDATE security_event SET id = 1000 WHERE id = 3");
    seen(f, key, 4, "came before 4 was removed, or numbered anew");
}

static void a_row_that_is_taken_out_is_seen(void **state)
{
    FIXTURE(f);
    const struct keyring *key = fill(f);
    drop_triggers(f);
    run_sql(f, "DELETE FROM security_event WHERE id = 3");
    seen(f, key, 4, "came before 4 was removed");
}

static void a_beginning_that_is_cut_off_is_seen(void **state)
{
    FIXTURE(f);
    const struct keyring *key = fill(f);
    drop_triggers(f);
    run_sql(f, "DELETE FROM security_event WHERE id < 4");
    seen(f, key, 4, "came before 4 was removed");
}

static void a_row_that_is_put_in_is_seen(void **state)
{
    FIXTURE(f);
    const struct keyring *key = fill(f);
    run_sql(f, "INSERT INTO security_event (id, at, node, kind, outcome, previous, previous_at, mac) "
               "SELECT 50, at, node, kind, outcome, mac, at, (SELECT previous FROM security_event WHERE id = 1) "
               "FROM security_event WHERE id = 6");
    seen(f, key, 50, "altered");
}

static void a_row_that_is_repeated_is_seen(void **state)
{
    FIXTURE(f);
    const struct keyring *key = fill(f);
    run_sql(f, "DROP INDEX security_event_mac_unique");
    run_sql(f, "INSERT INTO security_event SELECT 50, at, node, kind, outcome, actor, account, address, request, "
               "subject, record, detail, times, previous, previous_at, mac FROM security_event WHERE id = 5");
    seen(f, key, 5, "more than once");
}

static void with_another_key_nothing_is_right(void **state)
{
    FIXTURE(f);
    fill(f);
    struct keyring *other = calloc(1, sizeof *other);
    seen(f, other, 1, "altered");
    free(other);
}

/* The table alone does not tell, but the program that runs does, at its next event. */
static void an_end_that_is_cut_off_is_an_alarm(void **state)
{
    FIXTURE(f);
    fill(f);
    drop_triggers(f);
    run_sql(f, "DELETE FROM security_event WHERE id > 4");
    expect_ok(&f->ctx, event_write(&f->ctx, &(struct event){.kind = EVENT_SIGN_IN}));
    wait_for_number(f, "SELECT count(*) FROM security_event WHERE kind = 'alarm' AND outcome = 'failed'", 1);
}

static void emptying_the_table_is_seen_once_the_program_writes_again(void **state)
{
    FIXTURE(f);
    const struct keyring *key = fill(f);
    drop_triggers(f);
    run_sql(f, "DELETE FROM security_event");
    expect_ok(&f->ctx, event_write(&f->ctx, &(struct event){.kind = EVENT_SIGN_IN}));
    int64_t first = number_of(f, "SELECT min(id) FROM security_event");
    seen(f, key, first, "removed");
}

/* As several nodes do on a new database, or a command beside the server's first start. */
static void streams_that_begin_at_once_are_right(void **state)
{
    FIXTURE(f);
    struct events_report report;
    const struct keyring *key = events_tables(f);
    events_begin(f, key);
    struct events *first = f->ctx.events;
    events_begin(f, key);
    struct events *const both[] = {first, f->ctx.events};
    for (int i = 0; i < 4; i++) {
        f->ctx.events = both[i % 2];
        expect_ok(&f->ctx, event_write(&f->ctx, &(struct event){.kind = EVENT_SIGN_IN, .actor = i + 1}));
    }
    expect_ok(&f->ctx, events_verify(&f->ctx, key, &report));
    assert_int_equal(report.rows, 4);
    drop_triggers(f);
    run_sql(f, "DELETE FROM security_event WHERE id = 2");
    seen(f, key, 4, "came before 4 was removed");
}

/* A row that says that old ones were let go excuses their absence only if it is genuine. */
static void old_rows_may_be_missing_only_when_that_was_told(void **state)
{
    FIXTURE(f);
    const struct keyring *key = events_tables(f);
    add_old_rows(f, key, 1000, 3);
    add_old_rows(f, key, 5000, 2);
    run_sql(f, "DELETE FROM security_event WHERE at < 4000");
    seen(f, key, 4, "came before 4 was removed");
    run_sql(f,
            "INSERT INTO security_event (id, at, node, kind, outcome, detail, previous, previous_at, mac) "
            "SELECT 50, at, node, 'events_swept', outcome, '2020-01-01T00:00:00.000Z', mac, at, (SELECT previous FROM "
            "security_event WHERE id = 4) FROM security_event WHERE id = 5");
    seen(f, key, 4, "came before 4 was removed");
    drop_triggers(f);
    run_sql(f, "UPDATE security_event SET id = 2 WHERE id = 50");
    seen(f, key, 2, "altered");
}

/* "Older than" excludes that very moment. */
static void what_was_let_go_is_excused_to_the_millisecond(void **state)
{
    FIXTURE(f);
    struct events_report report;
    char before[TIME_TEXT];
    const struct keyring *key = events_tables(f);
    add_old_rows(f, key, 1000, 3);
    events_begin(f, key);
    time_format(2000, before);
    expect_ok(&f->ctx, event_write(&f->ctx, &(struct event){.kind = EVENT_SWEPT, .detail = str_of(before)}));
    run_sql(f, "DELETE FROM security_event WHERE at = 1000");
    expect_ok(&f->ctx, events_verify(&f->ctx, key, &report));
    run_sql(f, "DELETE FROM security_event WHERE at = 2000");
    seen(f, key, 3, "came before 3 was removed");
}

/* The newest row is the one with the highest number, also where the clock was set back in between. */
static void the_chain_goes_on_behind_the_newest_number(void **state)
{
    FIXTURE(f);
    const struct keyring *key = events_tables(f);
    struct events *events = calloc(1, sizeof *events);
    assert_non_null(events);
    add_old_rows(f, key, 9000, 1);
    add_old_rows(f, key, 1000, 1);
    expect_ok(&f->ctx, events_find_last(&f->ctx, events));
    assert_int_equal(events->last_at, 1000);
    free(events);
}

/* A row that is older than is kept may have been let go by another node; a younger one that is gone was taken. */
static void a_tail_that_is_old_may_be_gone(void **state)
{
    FIXTURE(f);
    events_tables(f);
    struct events *events = calloc(1, sizeof *events);
    assert_non_null(events);
    events->config = (struct events_config){.store = f->store, .kept_days = 30};
    memset(events->batch[0].previous, 7, MAC_SIZE);
    f->ctx.now = 100 * (int64_t)DAY;
    for (int64_t days = 29; days <= 31; days++) {
        events->batch[0].previous_at = f->ctx.now - days * DAY;
        events->tail_is_gone = false;
        expect_ok(&f->ctx, store_write(&f->ctx, f->store, events_insert, events));
        assert_int_equal(events->tail_is_gone, days <= 30);
    }
    free(events);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BOTH(each_column_that_is_altered_is_seen),
        ON_SQLITE(what_follows_a_nul_is_seen),
        ON_BOTH(a_zero_for_none_is_seen),
        ON_BOTH(a_row_that_is_numbered_anew_is_seen),
        ON_BOTH(a_row_that_is_taken_out_is_seen),
        ON_BOTH(a_beginning_that_is_cut_off_is_seen),
        ON_BOTH(a_row_that_is_put_in_is_seen),
        ON_BOTH(a_row_that_is_repeated_is_seen),
        ON_BOTH(with_another_key_nothing_is_right),
        ON_BOTH(an_end_that_is_cut_off_is_an_alarm),
        ON_BOTH(emptying_the_table_is_seen_once_the_program_writes_again),
        ON_BOTH(streams_that_begin_at_once_are_right),
        ON_BOTH(old_rows_may_be_missing_only_when_that_was_told),
        ON_BOTH(the_chain_goes_on_behind_the_newest_number),
        ON_BOTH(a_tail_that_is_old_may_be_gone),
        ON_BOTH(what_was_let_go_is_excused_to_the_millisecond),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
