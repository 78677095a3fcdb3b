/* When what awaits its seal is an alarm: by given instants. */
#include "ledger/fixture.h"

#include "ledger/waiting.h"

static const struct waiting_left none = {.taken_up = 0}, one = {.taken_up = 1}, new_ones = {.since_begun = true},
                                 behind = {.taken_up = 1, .behind = true}, of_others = {.behind = true};

enum { BEGUN = 1000 };

static void expect_late(struct waiting *waiting, int64_t now, const char *part)
{
    waiting_look(waiting, now);
    if (!part) assert_null(waiting->late);
    if (part) assert_non_null(waiting->late);
    if (part) assert_non_null(strstr(waiting->late, part));
}

static void a_wait_ends_with_what_was_taken_up(void **state)
{
    (void)state;
    struct waiting waiting = {.since = 0};
    assert_int_equal(waiting_for(&waiting, BEGUN), 0);
    waiting_begin(&waiting, BEGUN);
    waiting_begin(&waiting, BEGUN + 5);
    assert_int_equal(waiting_for(&waiting, BEGUN + 7), 7);
    waiting_end(&waiting, OK, &one, BEGUN + 10, BEGUN + 11);
    assert_int_equal(waiting_for(&waiting, BEGUN + 20), 20);
    waiting_end(&waiting, BROKEN, &none, BEGUN + 20, BEGUN + 21);
    assert_int_equal(waiting_for(&waiting, BEGUN + 30), 30);
    waiting_end(&waiting, OK, &new_ones, BEGUN + 30, BEGUN + 31);
    assert_int_equal(waiting_for(&waiting, BEGUN + 40), 10);
    waiting_end(&waiting, OK, &none, BEGUN + 40, BEGUN + 41);
    assert_int_equal(waiting_for(&waiting, BEGUN + 50), 0);
    expect_late(&waiting, BEGUN + DAY, NULL);
}

static void no_answer_is_an_alarm(void **state)
{
    (void)state;
    struct waiting waiting = {.since = 0};
    waiting_begin(&waiting, BEGUN);
    for (int64_t now = BEGUN; now < BEGUN + WAITING_LATE; now += SECOND) expect_late(&waiting, now, NULL);
    waiting_end(&waiting, BUSY, &none, BEGUN, BEGUN + SECOND); /* is none */
    expect_late(&waiting, BEGUN + WAITING_LATE, "no round of sealing comes to its end");
    waiting_end(&waiting, BROKEN, &one, BEGUN, BEGUN + WAITING_LATE);
    assert_true(waiting_look(&waiting, BEGUN + WAITING_LATE + 1));
    assert_null(waiting.late);
    assert_false(waiting_look(&waiting, BEGUN + WAITING_LATE + 2));
}

/* Rounds end each second and say that somebody's write goes on. Also where this process has nothing that waits. */
static void rounds_behind_one_write_are_an_alarm(void **state)
{
    (void)state;
    const struct waiting_left *const lefts[] = {&behind, &of_others};
    for (size_t i = 0; i < COUNT(lefts); i++) {
        struct waiting waiting = {.since = 0};
        int64_t now = BEGUN;
        for (; now < BEGUN + WAITING_BEHIND; now += SECOND) {
            expect_late(&waiting, now, NULL);
            waiting_end(&waiting, OK, lefts[i], now, now);
        }
        waiting_end(&waiting, BUSY, &none, now, now); /* was not held, and so does not end it */
        expect_late(&waiting, now, "somebody who keeps the sealing off");
        waiting_end(&waiting, OK, &none, now, now);
        expect_late(&waiting, now + 1, NULL);
        waiting_end(&waiting, OK, lefts[i], now, now);
        expect_late(&waiting, now + 2, NULL);
    }
}

static void a_machine_that_was_paused_has_its_time(void **state)
{
    (void)state;
    struct waiting waiting = {.since = 0};
    int64_t later = BEGUN + HOUR;
    waiting_begin(&waiting, BEGUN);
    waiting_end(&waiting, OK, &behind, BEGUN, BEGUN);
    expect_late(&waiting, BEGUN, NULL);
    for (int64_t now = later; now < later + WAITING_BEHIND; now += SECOND) {
        expect_late(&waiting, now, NULL);
        waiting_end(&waiting, OK, &behind, now, now);
    }
    expect_late(&waiting, later + WAITING_BEHIND, "somebody who keeps the sealing off");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_wait_ends_with_what_was_taken_up),
        cmocka_unit_test(no_answer_is_an_alarm),
        cmocka_unit_test(rounds_behind_one_write_are_an_alarm),
        cmocka_unit_test(a_machine_that_was_paused_has_its_time),
    };
    return cmocka_run_group_tests_name("ledger/waiting", tests, NULL, NULL);
}
