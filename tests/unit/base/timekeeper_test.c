/* The program's time beside a clock that is set forward and back: both clocks are given. */
#include "cmocka_first.h"

#include "base/timekeeper.h"

#define MONTHS (31 * (int64_t)DAY)
#define YEARS (3652 * (int64_t)DAY)
#define BEGIN ((int64_t)1800000000000)

struct machine {
    int64_t wall, elapsed;
    bool vouched;
    struct timekeeper *keeper;
};

static int64_t wall(void *arg)
{
    return ((struct machine *)arg)->wall;
}

static int64_t elapsed(void *arg)
{
    return ((struct machine *)arg)->elapsed;
}

static bool vouched(void *arg)
{
    return ((struct machine *)arg)->vouched;
}

static struct timekeeper *keeper_of(struct machine *machine, bool trusts)
{
    const struct time_source source = {wall, elapsed, vouched, machine};
    struct timekeeper *keeper = timekeeper_new(&source, trusts);
    assert_non_null(keeper);
    return keeper;
}

/* A program that has been running: what it knew when it was started is some seconds old. */
static void begin(struct machine *machine)
{
    *machine = (struct machine){.wall = BEGIN, .elapsed = 5000};
    machine->keeper = keeper_of(machine, false);
    timekeeper_begin(machine->keeper, BEGIN - 5 * SECOND, false);
    assert_int_equal(timekeeper_now(machine->keeper), BEGIN);
}

/* Both clocks go on; asked in between as often as a program asks. */
static int64_t pass(struct machine *machine, int64_t ms)
{
    int64_t step = ms / 1000 ? ms / 1000 : 1, before = timekeeper_now(machine->keeper);
    for (int64_t gone = 0; gone < ms; gone += step) {
        machine->wall += step;
        machine->elapsed += step;
        int64_t now = timekeeper_now(machine->keeper);
        assert_true(now >= before);
        before = now;
    }
    return before;
}

static enum timekeeping state_of(struct machine *machine)
{
    return timekeeper_tell(machine->keeper).state;
}

static void test_goes_with_the_clock(void **state)
{
    struct machine m;
    (void)state;
    begin(&m);
    assert_int_equal(pass(&m, HOUR), BEGIN + HOUR);
    m.wall += 3; /* as clocks are: a little fast, a little slow */
    assert_int_equal(timekeeper_now(m.keeper), m.wall);
    m.elapsed += 10 * HOUR, m.wall += 10 * HOUR - 20;
    assert_int_equal(timekeeper_now(m.keeper), m.wall);
    assert_int_equal(state_of(&m), TIME_RIGHT);
    assert_int_equal(timekeeper_tell(m.keeper).follows, 0);
    timekeeper_free(m.keeper);
    timekeeper_free(NULL);
}

/* An hour ahead is followed; when the clock comes back, time goes at half speed until they meet. */
static void test_an_hour(void **state)
{
    struct machine m;
    (void)state;
    begin(&m);
    m.wall += HOUR;
    assert_int_equal(timekeeper_now(m.keeper), BEGIN + HOUR);
    assert_int_equal(state_of(&m), TIME_RIGHT);
    assert_int_equal(timekeeper_tell(m.keeper).followed, HOUR);
    m.wall -= HOUR;
    assert_int_equal(timekeeper_now(m.keeper), BEGIN + HOUR);
    assert_int_equal(state_of(&m), TIME_BEHIND);
    assert_int_equal(pass(&m, HOUR), BEGIN + HOUR + HOUR / 2);
    pass(&m, HOUR);
    assert_int_equal(timekeeper_now(m.keeper), m.wall);
    assert_int_equal(state_of(&m), TIME_RIGHT);
    pass(&m, HOUR);
    assert_int_equal(timekeeper_now(m.keeper), m.wall);
    timekeeper_free(m.keeper);
}

static void test_asked_each_millisecond(void **state)
{
    struct machine m;
    (void)state;
    begin(&m);
    m.wall -= HOUR;
    for (int i = 0; i < 1000; i++) {
        m.elapsed++, m.wall++;
        timekeeper_now(m.keeper);
    }
    assert_int_equal(timekeeper_now(m.keeper), BEGIN + 500);
    timekeeper_free(m.keeper);
}

/* Six seconds of a clock ten years ahead leave no trace. */
static void test_years_ahead_are_held(void **state)
{
    struct machine m;
    (void)state;
    begin(&m);
    m.wall += YEARS;
    assert_int_equal(pass(&m, 6 * SECOND), BEGIN + 6 * SECOND);
    assert_int_equal(state_of(&m), TIME_HELD);
    m.wall -= YEARS;
    assert_int_equal(pass(&m, SECOND), BEGIN + 7 * SECOND);
    assert_int_equal(state_of(&m), TIME_RIGHT);
    assert_int_equal(timekeeper_tell(m.keeper).follows, 0);
    timekeeper_free(m.keeper);
}

static void test_years_back(void **state)
{
    struct machine m;
    (void)state;
    begin(&m);
    m.wall -= YEARS;
    assert_int_equal(pass(&m, HOUR), BEGIN + HOUR);
    assert_int_equal(state_of(&m), TIME_BEHIND);
    m.wall += YEARS;
    pass(&m, SECOND);
    assert_int_equal(timekeeper_now(m.keeper), m.wall);
    assert_int_equal(state_of(&m), TIME_RIGHT);
    assert_int_equal(timekeeper_tell(m.keeper).follows, 0);
    timekeeper_free(m.keeper);
}

/* Each of the three that confirm. */
static void test_confirmed(void **state)
{
    struct machine m;
    (void)state;
    begin(&m);
    m.wall += YEARS;
    assert_int_equal(timekeeper_now(m.keeper), BEGIN);
    m.vouched = true;
    assert_int_equal(timekeeper_now(m.keeper), m.wall);
    assert_int_equal(timekeeper_tell(m.keeper).followed, YEARS);
    timekeeper_free(m.keeper);

    begin(&m);
    m.wall += YEARS;
    assert_int_equal(timekeeper_now(m.keeper), BEGIN);
    timekeeper_confirm(m.keeper);
    assert_int_equal(timekeeper_now(m.keeper), m.wall);
    assert_int_equal(state_of(&m), TIME_RIGHT);
    m.wall += 3; /* read a little later than the other clock: no second jump */
    assert_int_equal(state_of(&m), TIME_RIGHT);
    m.wall += HOUR;
    assert_int_equal(state_of(&m), TIME_HELD);
    timekeeper_free(m.keeper);

    begin(&m);
    m.wall += YEARS;
    assert_int_equal(pass(&m, DAY - MINUTE), BEGIN + DAY - MINUTE);
    assert_int_equal(state_of(&m), TIME_HELD);
    pass(&m, 3 * (int64_t)MINUTE);
    assert_int_equal(timekeeper_now(m.keeper), m.wall);
    timekeeper_free(m.keeper);
}

/* The day for which a clock stands by what it says begins anew when it says something else. */
static void test_a_clock_that_wanders(void **state)
{
    struct machine m;
    (void)state;
    begin(&m);
    for (int i = 0; i < 5; i++) {
        m.wall += YEARS;
        pass(&m, DAY - HOUR);
        assert_int_equal(state_of(&m), TIME_HELD);
    }
    timekeeper_confirm(m.keeper);
    m.wall -= HOUR; /* nothing is left to confirm */
    int64_t now = timekeeper_now(m.keeper);
    timekeeper_confirm(m.keeper);
    assert_int_equal(timekeeper_now(m.keeper), now);
    timekeeper_free(m.keeper);
}

/* A day in a day: a clock that goes ahead by many small jumps gets no further. */
static void test_many_small_jumps(void **state)
{
    struct machine m;
    (void)state;
    begin(&m);
    for (int i = 0; i < 100; i++) {
        m.wall += HOUR;
        pass(&m, SECOND);
    }
    int64_t now = timekeeper_now(m.keeper);
    assert_true(now >= BEGIN + DAY - HOUR && now <= BEGIN + DAY + 100 * SECOND);
    assert_int_equal(state_of(&m), TIME_HELD);
    timekeeper_free(m.keeper);
}

static void start(struct machine *machine, int64_t off, bool doubted)
{
    *machine = (struct machine){.wall = BEGIN + off, .elapsed = 77};
    machine->keeper = keeper_of(machine, false);
    timekeeper_begin(machine->keeper, BEGIN, doubted);
}

static void test_starts(void **state)
{
    struct machine m;
    (void)state;
    start(&m, 21 * (int64_t)DAY, false); /* a holiday */
    assert_int_equal(timekeeper_now(m.keeper), m.wall);
    assert_int_equal(state_of(&m), TIME_RIGHT);
    assert_int_equal(timekeeper_tell(m.keeper).follows, 0); /* a program that was off is no clock that jumped */
    m.wall += 21 * (int64_t)DAY;                            /* which is not believed of a program that runs */
    assert_int_equal(timekeeper_now(m.keeper), BEGIN + 21 * (int64_t)DAY);
    timekeeper_free(m.keeper);

    start(&m, MONTHS + DAY, false); /* too long, and nobody vouches for the clock */
    assert_int_equal(timekeeper_now(m.keeper), BEGIN);
    assert_int_equal(state_of(&m), TIME_HELD);
    m.vouched = true;
    assert_int_equal(timekeeper_now(m.keeper), m.wall);
    timekeeper_free(m.keeper);

    start(&m, 21 * (int64_t)DAY, true); /* started again while the clock was held off */
    assert_int_equal(timekeeper_now(m.keeper), BEGIN);
    assert_int_equal(state_of(&m), TIME_HELD);
    timekeeper_free(m.keeper);

    start(&m, -YEARS, false); /* a machine whose clock comes up in the past, until the network is there */
    assert_int_equal(pass(&m, MINUTE), BEGIN + MINUTE);
    assert_int_equal(state_of(&m), TIME_BEHIND);
    m.wall += YEARS + 3 * (int64_t)DAY;
    assert_int_equal(timekeeper_now(m.keeper), m.wall);
    timekeeper_free(m.keeper);

    start(&m, 0, false);
    timekeeper_begin(m.keeper, 0, false); /* nothing is known: nothing changes */
    assert_int_equal(timekeeper_now(m.keeper), m.wall);
    timekeeper_free(m.keeper);
}

static void test_trusting(void **state)
{
    struct machine m = {.wall = BEGIN};
    (void)state;
    m.keeper = keeper_of(&m, true);
    timekeeper_begin(m.keeper, BEGIN - YEARS, false);
    assert_int_equal(timekeeper_now(m.keeper), BEGIN);
    assert_int_equal(timekeeper_tell(m.keeper).followed, YEARS); /* so long no program is off */
    m.wall += YEARS;
    assert_int_equal(timekeeper_now(m.keeper), BEGIN + YEARS);
    m.wall -= YEARS; /* even so it never falls */
    assert_int_equal(timekeeper_now(m.keeper), BEGIN + YEARS);
    timekeeper_free(m.keeper);
}

static void test_another_program(void **state)
{
    struct machine m;
    (void)state;
    begin(&m);
    timekeeper_not_before(m.keeper, BEGIN - HOUR);
    assert_int_equal(timekeeper_now(m.keeper), BEGIN);
    timekeeper_not_before(m.keeper, BEGIN + 3 * SECOND);
    assert_int_equal(timekeeper_now(m.keeper), BEGIN + 3 * SECOND);
    assert_int_equal(state_of(&m), TIME_BEHIND);
    pass(&m, 6 * SECOND);
    assert_int_equal(timekeeper_now(m.keeper), m.wall);
    timekeeper_free(m.keeper);
}

static void test_the_system(void **state)
{
    (void)state;
    struct timekeeper *keeper = timekeeper_new(&time_source_system, false);
    assert_non_null(keeper);
    int64_t before = clock_now(), now = timekeeper_now(keeper), after = clock_now();
    assert_true(now >= before - SECOND && now <= after + SECOND);
    assert_true(time_source_system.elapsed(NULL) >= clock_monotonic() - SECOND);
    time_source_system.vouched(NULL); /* what it says depends on the machine */
    timekeeper_free(keeper);
}

/* What a held clock shows must stand for a day: one that has moved, also back, begins to stand anew. */
static void a_held_clock_that_moves_back_has_not_stood(void **state)
{
    (void)state;
    struct machine machine;
    begin(&machine);
    machine.wall += YEARS;
    assert_int_equal(pass(&machine, 23 * HOUR), BEGIN + 23 * HOUR);
    machine.wall -= YEARS / 2;
    assert_int_equal(pass(&machine, 23 * HOUR), BEGIN + 46 * HOUR);
    assert_int_equal(timekeeper_tell(machine.keeper).state, TIME_HELD);
    int64_t now = pass(&machine, 2 * HOUR);
    assert_int_equal(now, machine.wall);
    timekeeper_free(machine.keeper);
}

/* Hours between two starts are the program's having been off, unless the clock was in doubt before. */
static void hours_since_a_doubt_were_followed(void **state)
{
    (void)state;
    for (int doubted = 0; doubted < 2; doubted++) {
        struct machine machine = {.wall = BEGIN, .elapsed = 5000};
        machine.keeper = keeper_of(&machine, false);
        timekeeper_begin(machine.keeper, BEGIN - 2 * HOUR, doubted);
        assert_int_equal(timekeeper_now(machine.keeper), BEGIN);
        assert_int_equal(timekeeper_tell(machine.keeper).follows, doubted);
        timekeeper_free(machine.keeper);
    }
}

/* What passed before it is told is not counted once more after it. */
static void an_instant_that_is_over_moves_nothing(void **state)
{
    (void)state;
    struct machine machine;
    begin(&machine);
    machine.wall += YEARS, machine.elapsed += 5 * SECOND; /* held: nothing but what passes tells the time */
    timekeeper_not_before(machine.keeper, BEGIN + 2 * SECOND);
    assert_int_equal(timekeeper_now(machine.keeper), BEGIN + 5 * SECOND);
    timekeeper_free(machine.keeper);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_held_clock_that_moves_back_has_not_stood),
        cmocka_unit_test(hours_since_a_doubt_were_followed),
        cmocka_unit_test(an_instant_that_is_over_moves_nothing),
        cmocka_unit_test(test_goes_with_the_clock),
        cmocka_unit_test(test_an_hour),
        cmocka_unit_test(test_asked_each_millisecond),
        cmocka_unit_test(test_years_ahead_are_held),
        cmocka_unit_test(test_years_back),
        cmocka_unit_test(test_confirmed),
        cmocka_unit_test(test_a_clock_that_wanders),
        cmocka_unit_test(test_many_small_jumps),
        cmocka_unit_test(test_starts),
        cmocka_unit_test(test_trusting),
        cmocka_unit_test(test_another_program),
        cmocka_unit_test(test_the_system),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
