/* What somebody put into the table beside the program is shown as it stands, and keeps nobody from reading on. */
#include "events/fixture.h"

#include "base/clock.h"
#include "events/list.h"

#define PLANTED                                                                                                        \
    "INSERT INTO security_event (at, node, kind, outcome, detail, times, previous, previous_at, mac) VALUES "

static const int64_t NOW = 1800000000000;

/* Bytes of the two databases are written differently. */
static void plant(struct fixture *f, int64_t at, const char *detail, int64_t times, int mac)
{
    const char *bytes = db_dialect(f->ctx.db) == DIALECT_SQLITE ? "x'" : "'\\x";
    run_sql(f, arena_cstr(f->ctx.arena, arena_print(f->ctx.arena,
                                                    PLANTED "(%lld, 'n', 'alarm', 'failed', '%s', %lld, %s00', 0, "
                                                            "%s%08x')",
                                                    (long long)at, detail, (long long)times, bytes, bytes, mac)));
}

static struct events_counted count(struct fixture *f)
{
    struct events_counted counted;
    expect_ok(&f->ctx, events_count(&f->ctx, EVENT_ALARM, NOW - 7 * DAY, NOW, &counted));
    return counted;
}

static void what_is_dated_later_than_now_does_not_count(void **state)
{
    FIXTURE(f);
    events_tables(f);
    assert_int_equal(count(f).count, 0);
    assert_int_equal(count(f).newest.at, 0);
    plant(f, NOW + 10000 * (int64_t)DAY, "planted", 1, 1);
    plant(f, NOW - HOUR, "first", 2, 2);
    assert_int_equal(count(f).count, 2);
    assert_int_equal(count(f).oldest_at, NOW - HOUR);
    int64_t first = count(f).newest.id;
    plant(f, NOW, "second", 1, 3);
    assert_int_equal(count(f).count, 3);
    assert_int_equal(count(f).newest.id, first + 1);
    assert_int_equal(count(f).newest.at, NOW);
}

static void a_row_counts_for_no_more_than_the_most(void **state)
{
    FIXTURE(f);
    events_tables(f);
    for (int i = 0; i < 3; i++) plant(f, NOW - HOUR, "x", INT64_C(1) << 62, i);
    plant(f, NOW, "x", -5, 4);
    assert_int_equal(count(f).count, 3 * EVENT_TIMES_MOST + 1);
}

static void a_text_is_cut_to_what_the_program_writes(void **state)
{
    FIXTURE(f);
    events_tables(f);
    char *text = arena_make_many(f->ctx.arena, char, 1000001);
    memset(text, 'a', 1000000);
    plant(f, NOW, text, 1, 1);
    struct event_filter filter = {.limit = 10};
    struct events_shown shown;
    expect_ok(&f->ctx, events_list(&f->ctx, &filter, &shown));
    assert_int_equal(shown.count, 1);
    assert_int_equal(shown.at[0].detail.len, DETAIL_SIZE - 1);
    assert_int_equal(count(f).newest.detail.len, DETAIL_SIZE - 1);
}

/* A row of any number is gone past once: page by page, one row a page, down to the end. */
static void paging_ends_whatever_the_numbers(void **state)
{
    FIXTURE(f);
    events_tables(f);
    plant(f, NOW, "x", 1, 1);
    plant(f, NOW, "x", 1, 2);
    plant(f, NOW, "x", 1, 3);
    run_sql(f, "PRAGMA ignore_check_constraints = 1");
    drop_triggers(f);
    run_sql(f, "UPDATE security_event SET id = 0 WHERE id = 1");
    run_sql(f, "UPDATE security_event SET id = -7 WHERE id = 2");
    struct event_filter filter = {.limit = 1};
    struct events_shown shown;
    const int64_t wanted[] = {3, 0, -7};
    for (size_t i = 0; i < COUNT(wanted); i++) {
        expect_ok(&f->ctx, events_list(&f->ctx, &filter, &shown));
        assert_int_equal(shown.count, 1);
        assert_int_equal(shown.at[0].id, wanted[i]);
        filter.behind = true, filter.before_at = shown.at[0].at, filter.before_id = shown.at[0].id;
    }
    expect_ok(&f->ctx, events_list(&f->ctx, &filter, &shown));
    assert_int_equal(shown.count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BOTH(what_is_dated_later_than_now_does_not_count),
        ON_BOTH(a_row_counts_for_no_more_than_the_most),
        ON_BOTH(a_text_is_cut_to_what_the_program_writes),
        ON_SQLITE(paging_ends_whatever_the_numbers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
