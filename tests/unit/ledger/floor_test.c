/* Two programs on one ledger, each with a clock of its own, both given. However far these are apart, and however their
 * writes overlap, the ledger verifies: no entry stands behind one that is dated much later. */
#include "ledger/fixture.h"

#include "base/timekeeper.h"
#include "ledger/floor.h"
#include "ledger/sealer.h"
#include "ledger/signer.h"
#include "ledger/verify.h"
#include "store/blob.h"

#include <pthread.h>
#include <semaphore.h>
#include <unistd.h>

#define BEGIN ((int64_t)1800000000000)

struct machine {
    int64_t wall, elapsed;
    struct timekeeper *keeper;
};

struct two {
    struct fixture *f;
    struct ledger_keys *keys;
    struct machine ahead, behind; /* an hour apart */
    int attempts;                 /* of the last write */
    struct ledger_seal seal;
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
    (void)arg;
    return false;
}

static void switch_on(struct machine *machine)
{
    *machine = (struct machine){.wall = BEGIN, .elapsed = HOUR};
    const struct time_source source = {wall, elapsed, vouched, machine};
    machine->keeper = timekeeper_new(&source, false);
    assert_non_null(machine->keeper);
}

static enum result open_keys(struct ctx *ctx, void *arg)
{
    return ledger_keys_open(ctx, &keyring, true, &((struct two *)arg)->keys);
}

static void begin(struct two *two, struct fixture *f)
{
    *two = (struct two){.f = f};
    ledger_fixture(f);
    expect_ok(&f->ctx, store_write(&f->ctx, f->store, open_keys, two));
    switch_on(&two->ahead);
    switch_on(&two->behind);
    two->ahead.wall += HOUR;
}

static void end(struct two *two)
{
    timekeeper_free(two->ahead.keeper);
    timekeeper_free(two->behind.keeper);
    ledger_keys_close(two->keys);
}

static enum result append_one(struct ctx *ctx, void *arg)
{
    struct two *two = arg;
    const struct ledger_event event = {.action = S("change"), .subject = S("risk"), .record = 5, .comment = S("why")};
    int64_t id;
    two->attempts++;
    return ledger_append(ctx, &event, &id);
}

static enum result seal(struct ctx *ctx, void *arg)
{
    struct two *two = arg;
    two->seal = (struct ledger_seal){.keys = two->keys};
    return ledger_seal(ctx, &two->seal);
}

static enum result raise_floor(struct ctx *ctx, void *arg)
{
    return ledger_floor_raise(ctx, ((struct two *)arg)->seal.floor);
}

/* By the clock of one of the two; NULL: at f->ctx.now. */
static enum result by(struct two *two, struct machine *machine, enum result (*fn)(struct ctx *ctx, void *arg))
{
    two->attempts = 0;
    two->f->ctx.time = machine ? machine->keeper : NULL;
    return store_write(&two->f->ctx, two->f->store, fn, two);
}

static size_t sealed_by(struct two *two, struct machine *machine)
{
    expect_ok(&two->f->ctx, by(two, machine, seal));
    if (!two->seal.floor) return two->seal.sealed;
    assert_int_equal(two->seal.sealed, 0);
    expect_ok(&two->f->ctx, by(two, machine, raise_floor));
    expect_ok(&two->f->ctx, by(two, machine, seal));
    assert_int_equal(two->seal.floor, 0);
    return two->seal.sealed;
}

static void expect_sound(struct two *two, int64_t sealed)
{
    struct ledger_report report;
    const struct ledger_check check = {.keys = ledger_keys_public(two->keys), .key_count = 1};
    expect_ok(&two->f->ctx, ledger_verify(&two->f->ctx, &check, &report));
    assert_int_equal(report.sealed, sealed);
    assert_int_equal(report.pending, 0);
}

static int64_t newest_time(struct two *two)
{
    struct ctx *ctx = &two->f->ctx;
    int64_t at;
    expect_ok(ctx, db_query_number(ctx, S("SELECT at FROM ledger_entry ORDER BY id DESC LIMIT 1"), NULL, 0, 0, &at));
    return at;
}

static void whoever_is_far_behind_is_brought_up(void **state)
{
    FIXTURE(f);
    struct two two;
    begin(&two, f);
    expect_ok(&f->ctx, by(&two, &two.ahead, append_one));
    int64_t ahead = newest_time(&two);
    expect_ok(&f->ctx, by(&two, &two.behind, append_one));
    assert_int_equal(two.attempts, 1); /* nothing is sealed yet */
    assert_int_equal(newest_time(&two), ahead - HOUR);
    assert_int_equal(sealed_by(&two, &two.behind), 2);
    expect_ok(&f->ctx, by(&two, &two.behind, append_one));
    assert_int_equal(two.attempts, 2);
    assert_int_equal(newest_time(&two), ahead);
    expect_ok(&f->ctx, by(&two, &two.behind, append_one));
    assert_int_equal(two.attempts, 1);
    assert_int_equal(sealed_by(&two, &two.ahead), 2);
    expect_sound(&two, 4);
    end(&two);
}

/* So much apart they may be, and no more. */
static void a_few_minutes_are_no_matter(void **state)
{
    FIXTURE(f);
    struct two two;
    begin(&two, f);
    expect_ok(&f->ctx, by(&two, &two.behind, append_one));
    assert_int_equal(sealed_by(&two, &two.behind), 1);
    two.ahead.wall = two.behind.wall + FLOOR_STEP;
    expect_ok(&f->ctx, by(&two, &two.ahead, append_one));
    expect_ok(&f->ctx, by(&two, &two.ahead, seal));
    assert_int_equal(two.seal.sealed, 1); /* without raising the floor */
    two.ahead.wall++, two.ahead.elapsed++;
    expect_ok(&f->ctx, by(&two, &two.ahead, append_one));
    assert_int_equal(sealed_by(&two, &two.ahead), 1);
    two.behind.wall++, two.behind.elapsed++;
    expect_ok(&f->ctx, by(&two, &two.behind, append_one));
    assert_int_equal(two.attempts, 1);
    two.ahead.wall += 2 * FLOOR_STEP;
    expect_ok(&f->ctx, by(&two, &two.ahead, append_one));
    assert_int_equal(sealed_by(&two, &two.ahead), 2);
    int64_t floor = two.ahead.wall;
    two.behind.wall = floor - FLOOR_STEP;
    expect_ok(&f->ctx, by(&two, &two.behind, append_one));
    assert_int_equal(two.attempts, 1);
    two.ahead.wall += FLOOR_STEP + 1;
    expect_ok(&f->ctx, by(&two, &two.ahead, append_one));
    assert_int_equal(sealed_by(&two, &two.ahead), 2);
    floor = two.ahead.wall;
    two.behind.wall = floor - FLOOR_STEP - 1;
    expect_ok(&f->ctx, by(&two, &two.behind, append_one));
    assert_int_equal(two.attempts, 2);
    assert_int_equal(newest_time(&two), floor);
    end(&two);
}

struct slow {
    struct two *two;
    sem_t begun, go_on;
    enum result result;
};

static enum result append_slowly(struct ctx *ctx, void *arg)
{
    struct slow *slow = arg;
    const struct ledger_event event = {.action = S("change"), .subject = S("risk"), .record = 6, .comment = S("why")};
    int64_t id;
    TRY(ledger_append(ctx, &event, &id));
    sem_post(&slow->begun);
    while (sem_wait(&slow->go_on) != 0) continue;
    return OK;
}

static void *write_slowly(void *arg)
{
    struct slow *slow = arg;
    struct ctx ctx = {.arena = arena_new(0), .time = slow->two->behind.keeper};
    slow->result = store_write(&ctx, slow->two->f->store, append_slowly, slow);
    arena_free(ctx.arena);
    return NULL;
}

/* It has dated its entry by its own clock, and keeps the other's from their place until it is saved. */
static void who_has_begun_is_waited_for(void **state)
{
    FIXTURE(f);
    struct two two;
    begin(&two, f);
    struct slow slow = {.two = &two};
    pthread_t thread;
    sem_init(&slow.begun, 0, 0);
    sem_init(&slow.go_on, 0, 0);
    assert_int_equal(pthread_create(&thread, NULL, write_slowly, &slow), 0);
    while (sem_wait(&slow.begun) != 0) continue;
    expect_ok(&f->ctx, by(&two, &two.ahead, append_one));
    expect_ok(&f->ctx, by(&two, &two.ahead, seal));
    assert_true(two.seal.floor > 0);
    assert_int_equal(by(&two, &two.ahead, raise_floor), BUSY);
    ctx_clear_error(&f->ctx);
    sem_post(&slow.go_on);
    pthread_join(thread, NULL);
    assert_int_equal(slow.result, OK);
    assert_int_equal(sealed_by(&two, &two.ahead), 2);
    expect_sound(&two, 2);
    end(&two);
}

static void expect_alarm(struct ledger_signer *signer, const char *wanted)
{
    char alarm[SIGNER_ALARM];
    ledger_signer_alarm(signer, alarm, sizeof alarm);
    assert_int_equal(strncmp(alarm, wanted, strlen(wanted)), 0);
    if (!wanted[0]) assert_string_equal(alarm, "");
}

/* Whoever holds what each write holds while it goes on keeps the sealing off, and rounds end well all the same. */
static void who_keeps_the_sealing_off_is_told(void **state)
{
    FIXTURE(f);
    struct two two;
    struct ledger_signer *signer;
    begin(&two, f);
    struct slow slow = {.two = &two};
    pthread_t thread;
    expect_ok(&f->ctx, ledger_signer_open(&f->ctx, f->store, two.keys, str_of(f->directory), &signer));
    sem_init(&slow.begun, 0, 0);
    sem_init(&slow.go_on, 0, 0);
    assert_int_equal(pthread_create(&thread, NULL, write_slowly, &slow), 0);
    while (sem_wait(&slow.begun) != 0) continue;
    expect_ok(&f->ctx, by(&two, &two.ahead, append_one));
    int64_t to = clock_monotonic();
    expect_ok(&f->ctx, ledger_signer_seal(&f->ctx, signer));
    int64_t from = clock_monotonic();
    assert_int_equal(ledger_signer_left(signer), 1);
    assert_true(ledger_signer_waits(signer) >= from - to);
    ledger_signer_watch(signer, to);
    expect_alarm(signer, "");
    for (int64_t at = to; at < from + WAITING_HELD; at += SECOND) ledger_signer_watch(signer, at);
    ledger_signer_watch(signer, from + WAITING_HELD);
    expect_alarm(signer, "Entries of the ledger await their seal, and no round"); /* there was one round only */
    sem_post(&slow.go_on);
    pthread_join(thread, NULL);
    expect_ok(&f->ctx, ledger_signer_seal(&f->ctx, signer));
    ledger_signer_watch(signer, from + WAITING_HELD);
    expect_alarm(signer, "");
    assert_int_equal(ledger_signer_left(signer), 0);
    unlink(arena_print(f->ctx.arena, "%s/ledger.heads", f->directory).at);
    store_watch_commits(f->store, NULL, NULL);
    ledger_signer_close(signer);
    end(&two);
}

static enum result rotate(struct ctx *ctx, void *arg)
{
    struct two *two = arg;
    return ledger_keys_renew(ctx, &keyring, "rotate", S("shown around"), two->keys);
}

/* The first head of a new key covers all that waits, and waits for the floor like any other. */
static void a_new_key_that_is_ahead_waits_too(void **state)
{
    FIXTURE(f);
    struct two two;
    begin(&two, f);
    expect_ok(&f->ctx, by(&two, &two.behind, append_one));
    assert_int_equal(sealed_by(&two, &two.behind), 1);
    expect_ok(&f->ctx, by(&two, &two.ahead, rotate));
    expect_ok(&f->ctx, by(&two, &two.ahead, seal));
    assert_int_equal(two.seal.sealed, 0);
    expect_ok(&f->ctx, by(&two, &two.behind, append_one));
    assert_int_equal(sealed_by(&two, &two.ahead), 2);
    expect_ok(&f->ctx, by(&two, &two.behind, append_one));
    assert_int_equal(two.attempts, 2);
    assert_int_equal(sealed_by(&two, &two.ahead), 1);
    expect_sound(&two, 4);
    end(&two);
}

static enum result raise_far(struct ctx *ctx, void *arg)
{
    (void)arg;
    return ledger_floor_raise(ctx, BEGIN + 2 * HOUR);
}

/* Also before the first entry that it was raised for has its place. */
static void a_floor_is_a_time_that_has_been(void **state)
{
    FIXTURE(f);
    struct two two;
    int64_t latest;
    begin(&two, f);
    expect_ok(&f->ctx, by(&two, &two.ahead, append_one));
    expect_ok(&f->ctx, by(&two, &two.ahead, raise_far));
    expect_ok(&f->ctx, ledger_latest(&f->ctx, &latest));
    assert_int_equal(latest, BEGIN + 2 * HOUR);
    end(&two);
}

/* Whoever comes late with an earlier time does not take it down. */
static void a_floor_is_never_lowered(void **state)
{
    FIXTURE(f);
    struct two two;
    int64_t floor;
    begin(&two, f);
    expect_ok(&f->ctx, by(&two, &two.ahead, append_one));
    assert_int_equal(sealed_by(&two, &two.ahead), 1);
    two.seal.floor = two.behind.wall;
    expect_ok(&f->ctx, by(&two, &two.behind, raise_floor));
    expect_ok(&f->ctx, ledger_floor_read(&f->ctx, &floor));
    assert_int_equal(floor, two.ahead.wall);
    end(&two);
}

/* There nobody writes beside anybody. */
static void sqlite_has_no_floor(void **state)
{
    FIXTURE(f);
    struct two two;
    int64_t floor;
    begin(&two, f);
    expect_ok(&f->ctx, by(&two, &two.ahead, append_one));
    expect_ok(&f->ctx, by(&two, &two.ahead, seal));
    assert_int_equal(two.seal.sealed, 1);
    expect_ok(&f->ctx, ledger_floor_read(&f->ctx, &floor));
    assert_int_equal(floor, 0);
    end(&two);
}

/* Nobody moves the program's time by it who has the database alone. */
static void a_floor_that_was_set_by_hand_is_refused(void **state)
{
    FIXTURE(f);
    struct two two;
    begin(&two, f);
    expect_ok(&f->ctx, by(&two, &two.ahead, append_one));
    assert_int_equal(sealed_by(&two, &two.ahead), 1);
    run_sql(f, "UPDATE meta SET value = '4102444800000' WHERE name = 'ledger_floor'");
    assert_int_equal(by(&two, &two.behind, append_one), BROKEN);
    expect_sentence(&f->ctx, "The setting \"ledger_floor\"");
    assert_true(timekeeper_now(two.behind.keeper) < BEGIN + MINUTE);
    end(&two);
}

/* The later one has the smaller number. */
static void places_are_given_in_the_order_of_times(void **state)
{
    static const int64_t order[] = {2, 1, 3};
    FIXTURE(f);
    struct two two;
    begin(&two, f);
    append(f, BEGIN + HOUR, "change", "risk", 1, "{}", NULL);
    append(f, BEGIN, "change", "risk", 2, "{}", NULL);
    append(f, BEGIN + HOUR, "change", "risk", 3, "{}", NULL);
    assert_int_equal(sealed_by(&two, NULL), 3);
    for (size_t i = 0; i < COUNT(order); i++) assert_int_equal(two.seal.leaves[i].number, order[i]);
    expect_sound(&two, 3);
    end(&two);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_POSTGRES(whoever_is_far_behind_is_brought_up),
        ON_POSTGRES(a_few_minutes_are_no_matter),
        ON_POSTGRES(who_has_begun_is_waited_for),
        ON_POSTGRES(who_keeps_the_sealing_off_is_told),
        ON_POSTGRES(a_new_key_that_is_ahead_waits_too),
        ON_BOTH(a_floor_is_a_time_that_has_been),
        ON_POSTGRES(a_floor_is_never_lowered),
        ON_SQLITE(sqlite_has_no_floor),
        ON_POSTGRES(a_floor_that_was_set_by_hand_is_refused),
        ON_BOTH(places_are_given_in_the_order_of_times),
    };
    return cmocka_run_group_tests_name("ledger/floor", tests, NULL, NULL);
}
