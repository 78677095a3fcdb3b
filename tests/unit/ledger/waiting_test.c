/* When what awaits its seal is an alarm: by given instants. */
#include "ledger/fixture.h"

#include "ledger/waiting.h"

enum { BEGUN = 1000 };

static void expect_alarm(struct waiting *waiting, int64_t now, const char *part)
{
    waiting_look(waiting, now);
    const char *alarm = waiting_alarm(waiting, "");
    if (!part) assert_string_equal(alarm, "");
    if (part) assert_non_null(strstr(alarm, part));
}

static void a_wait_is_that_of_the_oldest(void **state)
{
    (void)state;
    struct waiting waiting = {.since = 0};
    assert_int_equal(waiting_for(&waiting, BEGUN), 0);
    waiting_end(&waiting, OK, false, BEGUN, BEGUN + 1);
    assert_int_equal(waiting_for(&waiting, BEGUN + 7), 7);
    waiting_end(&waiting, BROKEN, false, BEGUN + 2, BEGUN + 8);
    assert_int_equal(waiting_for(&waiting, BEGUN + 9), 7);
    waiting_end(&waiting, BUSY, false, BEGUN + 3, BEGUN + 8);
    assert_int_equal(waiting_for(&waiting, BEGUN + 9), 6);
    waiting_end(&waiting, OK, false, 0, BEGUN + 10);
    assert_int_equal(waiting_for(&waiting, BEGUN + 11), 0);
    expect_alarm(&waiting, BEGUN + DAY, NULL);
}

static void no_answer_is_an_alarm(void **state)
{
    (void)state;
    struct waiting waiting = {.since = BEGUN};
    for (int64_t now = BEGUN; now < BEGUN + WAITING_LATE; now += SECOND) expect_alarm(&waiting, now, NULL);
    waiting_end(&waiting, BUSY, false, BEGUN, BEGUN + SECOND); /* is none */
    assert_true(waiting_look(&waiting, BEGUN + WAITING_LATE));
    assert_false(waiting_look(&waiting, BEGUN + WAITING_LATE + 1));
    expect_alarm(&waiting, BEGUN + WAITING_LATE + 2, "no round of sealing comes to its end");
    waiting_end(&waiting, BROKEN, false, BEGUN, BEGUN + WAITING_LATE + 3);
    assert_true(waiting_look(&waiting, BEGUN + WAITING_LATE + 4));
    expect_alarm(&waiting, BEGUN + WAITING_LATE + 5, NULL);
}

/* Whatever rounds say, now this and now that: whoever hides an entry could have each of them end well. */
static void what_waits_too_long_is_an_alarm(void **state)
{
    (void)state;
    static const enum result results[] = {OK, BROKEN, BUSY};
    struct waiting waiting = {.since = BEGUN};
    int64_t now = BEGUN;
    for (int i = 0; now < BEGUN + WAITING_HELD; now += SECOND, i++) {
        expect_alarm(&waiting, now, NULL);
        waiting_end(&waiting, results[i % 3], i % 2, BEGUN, now);
    }
    expect_alarm(&waiting, now, "awaits its seal for two minutes");
    assert_string_equal(waiting_alarm(&waiting, "A round has said more."), "A round has said more.");
    waiting_end(&waiting, OK, false, now, now);
    expect_alarm(&waiting, now + 1, NULL);
}

/* Also where this process has nothing that waits. */
static void rounds_behind_one_write_are_an_alarm(void **state)
{
    (void)state;
    struct waiting waiting = {.since = 0};
    int64_t now = BEGUN;
    for (; now < BEGUN + WAITING_HELD; now += SECOND) {
        expect_alarm(&waiting, now, NULL);
        waiting_end(&waiting, OK, true, 0, now);
    }
    waiting_end(&waiting, BUSY, false, 0, now); /* was not held, and so does not end it */
    expect_alarm(&waiting, now, "awaits its seal for two minutes");
    waiting_end(&waiting, OK, false, 0, now);
    expect_alarm(&waiting, now + 1, NULL);
    waiting_end(&waiting, OK, true, 0, now + 2);
    expect_alarm(&waiting, now + 3, NULL);
}

/* Whoever watches was held up with the rounds. The first look is no such case. */
static void a_machine_that_was_paused_has_its_time(void **state)
{
    (void)state;
    struct waiting waiting = {.since = BEGUN, .behind = BEGUN}, first = {.since = BEGUN};
    int64_t later = BEGUN + HOUR;
    expect_alarm(&first, later, "no round of sealing comes to its end");
    expect_alarm(&waiting, BEGUN, NULL);
    for (int64_t now = later; now < later + WAITING_HELD; now += SECOND) {
        expect_alarm(&waiting, now, NULL);
        waiting_end(&waiting, OK, true, BEGUN, now);
    }
    expect_alarm(&waiting, later + WAITING_HELD, "awaits its seal for two minutes");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_wait_is_that_of_the_oldest),
        cmocka_unit_test(no_answer_is_an_alarm),
        cmocka_unit_test(what_waits_too_long_is_an_alarm),
        cmocka_unit_test(rounds_behind_one_write_are_an_alarm),
        cmocka_unit_test(a_machine_that_was_paused_has_its_time),
    };
    return cmocka_run_group_tests_name("ledger/waiting", tests, NULL, NULL);
}
