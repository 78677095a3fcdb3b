/* The word of an administrator that the clock is right: it counts once it stands in the ledger, and not before. And how
 * far the time came without the clock: a start does not fall behind it. */
#include "served.h"

#include "app/timekeeping.h"
#include "base/clock.h"
#include "ledger/floor.h"
#include "store/blob.h"
#include "store/store.h"

static const int64_t AHEAD = INT64_C(40) * DAY;

static enum result script(struct ctx *ctx, void *sql)
{
    return db_script(ctx, sql);
}

static void run(struct served *served, const char *sql)
{
    must(served, store_write(served->ctx, served->program.store, script, (void *)(uintptr_t)sql));
}

static void expect_state(struct served *served, const char *wanted)
{
    struct answer clock = GET(served, &served->admin, "/clock");
    expect_status(clock, 200);
    assert_true(str_is(json_str(clock.json, "state", S("")), wanted));
}

static struct answer confirm(struct served *served)
{
    char wall[TIME_TEXT];
    time_format(timekeeper_tell(served->program.time).wall, wall);
    return POST(served, &served->admin, "/clock/confirm", text_of(served, "{'machine': '%s'}", wall));
}

/* Whoever can keep the entry from being written must not have time go on by it all the same. */
static void what_is_not_entered_is_not_believed(void **state)
{
    struct served *served = SERVED(state);
    atomic_store(&served->given.ahead, AHEAD);
    expect_state(served, "held");
    run(served,
        served->schema[0]
            ? "CREATE FUNCTION refusing() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.subject = 'clock' "
              "THEN RAISE EXCEPTION 'no'; END IF; RETURN NEW; END $$; CREATE TRIGGER refusing BEFORE INSERT ON "
              "ledger_entry FOR EACH ROW EXECUTE FUNCTION refusing()"
            : "CREATE TRIGGER refusing BEFORE INSERT ON ledger_entry WHEN NEW.subject = 'clock' "
              "BEGIN SELECT RAISE(ABORT, 'no'); END");
    struct answer refused = confirm(served);
    expect_status(refused, 403);
    expect_state(served, "held");
    assert_true(timekeeper_now(served->program.time) < GIVEN_NOW + DAY + HOUR);
    run(served, served->schema[0] ? "DROP TRIGGER refusing ON ledger_entry" : "DROP TRIGGER refusing");
    struct answer confirmed = confirm(served);
    expect_status(confirmed, 200);
    expect_state(served, "right");
    assert_true(timekeeper_now(served->program.time) >= GIVEN_NOW + AHEAD);
}

/* In one write, so that the program that runs notes nothing between the two. */
static enum result start_anew(struct ctx *ctx, void *arg)
{
    char reached[TIME_TEXT];
    struct ctx own = *ctx;
    own.time = arg;
    time_format(GIVEN_NOW + AHEAD, reached);
    TRY(meta_set(ctx, "clock_reached", str_of(reached)));
    return timekeeping_begin(&own);
}

static void a_start_does_not_fall_behind_what_was_reached(void **state)
{
    struct served *served = SERVED(state);
    struct timekeeper *keeper = timekeeper_new(&served->given.source, false);
    assert_non_null(keeper);
    must(served, store_write(served->ctx, served->program.store, start_anew, keeper));
    assert_true(timekeeper_now(keeper) >= GIVEN_NOW + AHEAD);
    timekeeper_free(keeper);
}

struct second_start {
    struct timekeeper *keeper;
    const char *doubted; /* what the program noted when it last ran */
};

static enum result start_a_second_time(struct ctx *ctx, void *arg)
{
    const struct second_start *start = arg;
    struct ctx own = *ctx;
    own.time = start->keeper;
    TRY(meta_set(ctx, "clock_held", str_of(start->doubted)));
    return timekeeping_begin(&own);
}

/* Ten days are believed of a program that was off, and not of one that had held them off. */
static void what_was_held_off_is_held_off_at_the_next_start(void **state)
{
    struct served *served = SERVED(state);
    static const struct {
        const char *doubted;
        enum timekeeping state;
    } starts[] = {{"", TIME_RIGHT}, {"2026-11-21T18:21:00.000Z", TIME_HELD}};
    atomic_store(&served->given.ahead, 10 * (int64_t)DAY);
    for (size_t i = 0; i < COUNT(starts); i++) {
        struct second_start start = {timekeeper_new(&served->given.source, false), starts[i].doubted};
        assert_non_null(start.keeper);
        must(served, store_write(served->ctx, served->program.store, start_a_second_time, &start));
        assert_int_equal(timekeeper_tell(start.keeper).state, starts[i].state);
        timekeeper_free(start.keeper);
    }
}

static void go_round(struct served *served, struct timekeeper *keeper, struct time_told *told)
{
    struct ctx own = *served->ctx;
    own.time = keeper;
    must(served, timekeeping_round(&own, served->program.store, told));
}

static struct str mark_of(struct served *served)
{
    struct str mark;
    must(served, meta_get(served->ctx, "clock_held", &mark));
    return mark;
}

static enum result raise_floor(struct ctx *ctx, void *arg)
{
    return ledger_floor_raise(ctx, *(const int64_t *)arg);
}

/* Another node has got so far, though it has written nothing that is seen here. */
static void each_round_hears_how_far_others_have_got(void **state)
{
    struct served *served = SERVED(state);
    struct timekeeper *keeper = timekeeper_new(&served->given.source, false);
    struct time_told told = {.state = TIME_RIGHT};
    int64_t floor = GIVEN_NOW + HOUR;
    assert_non_null(keeper);
    timekeeping_name(&told, S("/here"));
    must(served, store_write(served->ctx, served->program.store, raise_floor, &floor));
    assert_true(timekeeper_now(keeper) < floor);
    go_round(served, keeper, &told);
    assert_true(timekeeper_now(keeper) >= floor);
    timekeeper_free(keeper);
}

/* Its clock is right; that says nothing of the other's. */
static void what_one_node_holds_off_no_other_takes_back(void **state)
{
    struct served *served = SERVED(state);
    struct given right;
    struct timekeeper *here = timekeeper_new(&served->given.source, false),
                      *there = timekeeper_new(given_begin(&right), false);
    struct time_told held = {.state = TIME_RIGHT}, other = {.state = TIME_RIGHT};
    assert_non_null(here);
    assert_non_null(there);
    timekeeping_name(&held, S("/here"));
    timekeeping_name(&other, S("/there"));
    atomic_store(&served->given.ahead, AHEAD);
    go_round(served, here, &held);
    assert_true(str_ends(mark_of(served), S(":/here")));
    go_round(served, there, &other);
    assert_true(str_ends(mark_of(served), S(":/here")));
    atomic_store(&served->given.ahead, 0);
    go_round(served, here, &held);
    assert_int_equal(mark_of(served).len, 0);
    timekeeper_free(here);
    timekeeper_free(there);
}

/* As `merlon check` and `merlon backup` open it: by a clock of their own, and with the key where it lies. */
static struct time_report told_to_a_reader(struct served *served)
{
    struct given past;
    struct program reader = {.arena = arena_new(0),
                             .out = stdout,
                             .err = stderr,
                             .clock = given_begin(&past),
                             .settings = served->program.settings};
    reader.ctx.arena = reader.arena;
    atomic_store(&past.ahead, -20 * (int64_t)DAY);
    assert_int_equal(program_open(&reader, OPEN_READ_ONLY), OK);
    struct time_report report = timekeeper_tell(reader.time);
    assert_null(reader.keyring); /* which of its questions are held against the key, a command decides itself */
    program_close(&reader);
    arena_free(reader.arena);
    return report;
}

static void who_only_reads_goes_by_what_was_written_too(void **state)
{
    struct served *served = SERVED(state);
    struct time_report report = told_to_a_reader(served);
    assert_int_equal(report.state, TIME_BEHIND);
    assert_true(report.known >= GIVEN_NOW);
    assert_true(report.known < GIVEN_NOW + HOUR);
}

/* An event is newer than any entry; and another that nobody of the program wrote. */
static void no_start_dates_an_event_before_another(void **state)
{
    struct served *served = SERVED(state);
    atomic_store(&served->given.ahead, 2 * (int64_t)HOUR);
    must(served, event_write(served->ctx, &(struct event){.kind = EVENT_BACKUP}));
    run(served, served->schema[0]
                    ? "INSERT INTO security_event (at, node, kind, outcome, times, previous, previous_at, mac) "
                      "VALUES (2000000000000, 'n', 'backup', 'allowed', 1, '\\x00', 0, '\\x00')"
                    : "INSERT INTO security_event (at, node, kind, outcome, times, previous, previous_at, mac) "
                      "VALUES (2000000000000, 'n', 'backup', 'allowed', 1, x'00', 0, x'00')");
    struct time_report report = told_to_a_reader(served);
    assert_true(report.known >= GIVEN_NOW + 2 * HOUR);
    assert_true(report.known < GIVEN_NOW + 3 * HOUR);
}

#define BOTH(test)                                                                                                     \
    cmocka_unit_test_setup_teardown(test, served_sqlite, served_end),                                                  \
        cmocka_unit_test_setup_teardown(test, served_postgres, served_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        BOTH(what_is_not_entered_is_not_believed),
        BOTH(a_start_does_not_fall_behind_what_was_reached),
        BOTH(what_was_held_off_is_held_off_at_the_next_start),
        BOTH(what_one_node_holds_off_no_other_takes_back),
        BOTH(each_round_hears_how_far_others_have_got),
        BOTH(who_only_reads_goes_by_what_was_written_too),
        BOTH(no_start_dates_an_event_before_another),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
