/* Clocks that go ahead while others write: two programs on one ledger, each with a clock of its own, both given.
 * However their writes overlap, the ledger verifies: no entry stands behind one that is dated much later. */
#include "ledger/fixture.h"

#include "base/timekeeper.h"
#include "ledger/sealer.h"
#include "ledger/verify.h"

#define BEGIN ((int64_t)1800000000000)

struct machine {
    int64_t wall, elapsed;
    struct timekeeper *keeper;
};

struct leap {
    struct fixture *f;
    struct ledger_keys *keys;
    struct machine here, there;
    int64_t jump; /* of the clock here, at the first so many attempts of a write */
    int times, attempts;
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

static void pass(struct leap *l, int64_t ms)
{
    struct machine *const both[] = {&l->here, &l->there};
    for (size_t i = 0; i < COUNT(both); i++) both[i]->wall += ms, both[i]->elapsed += ms;
}

static enum result open_keys(struct ctx *ctx, void *arg)
{
    return ledger_keys_open(ctx, &keyring, true, &((struct leap *)arg)->keys);
}

static void begin(struct leap *l, struct fixture *f)
{
    *l = (struct leap){.f = f};
    ledger_fixture(f);
    write_ok(f, open_keys, l);
    switch_on(&l->here);
    switch_on(&l->there);
    pass(l, MINUTE);
}

static void end(struct leap *l)
{
    timekeeper_free(l->here.keeper);
    timekeeper_free(l->there.keeper);
    ledger_keys_close(l->keys);
}

static enum result append_one(struct ctx *ctx, void *arg)
{
    struct leap *l = arg;
    const struct ledger_event event = {.action = S("change"), .subject = S("risk"), .record = 5, .comment = S("why")};
    int64_t id;
    TRY(ledger_append(ctx, &event, &id));
    if (l->attempts++ < l->times) l->here.wall += l->jump;
    return OK;
}

static enum result seal(struct ctx *ctx, void *arg)
{
    struct leap *l = arg;
    l->seal = (struct ledger_seal){.keys = l->keys};
    return ledger_seal(ctx, &l->seal);
}

/* By the clock of one of the two; NULL: at f->ctx.now. */
static enum result write_by(struct leap *l, struct machine *machine, enum result (*fn)(struct ctx *ctx, void *arg))
{
    l->attempts = 0;
    l->f->ctx.time = machine ? machine->keeper : NULL;
    return store_write(&l->f->ctx, l->f->store, fn, l);
}

static size_t sealed_by(struct leap *l, struct machine *machine)
{
    expect_ok(&l->f->ctx, write_by(l, machine, seal));
    return l->seal.sealed;
}

static void expect_sound(struct leap *l, int64_t sealed, int64_t pending)
{
    struct ledger_report report;
    const struct ledger_check check = {.keys = ledger_keys_public(l->keys), .key_count = 1};
    expect_ok(&l->f->ctx, ledger_verify(&l->f->ctx, &check, &report));
    assert_int_equal(report.sealed, sealed);
    assert_int_equal(report.pending, pending);
}

static int64_t newest_time(struct leap *l)
{
    int64_t at;
    expect_ok(&l->f->ctx,
              db_query_number(&l->f->ctx, S("SELECT at FROM ledger_entry ORDER BY id DESC LIMIT 1"), NULL, 0, 0, &at));
    return at;
}

/* `times`: at the first so many attempts the clock here goes ahead by `jump`. */
static enum result append_while_it_leaps(struct leap *l, int64_t jump, int times)
{
    l->jump = jump;
    l->times = times;
    return write_by(l, &l->here, append_one);
}

static void a_write_that_the_clock_overtook_is_run_again(void **state)
{
    FIXTURE(f);
    struct leap l;
    begin(&l, f);
    expect_ok(&f->ctx, append_while_it_leaps(&l, DB_LINGERS, 1));
    assert_int_equal(l.attempts, 1);
    expect_ok(&f->ctx, append_while_it_leaps(&l, DB_LINGERS + 1, 1));
    assert_int_equal(l.attempts, 2);
    assert_int_equal(newest_time(&l), l.here.wall);
    assert_int_equal(append_while_it_leaps(&l, HOUR, 99), BUSY);
    expect_sentence(&f->ctx, "The clock went ahead while this was written, so nothing was saved; try again.");
    pass(&l, TIME_SETTLES);
    assert_int_equal(sealed_by(&l, &l.here), 2);
    end(&l);
}

/* There nobody writes beside it. */
static void on_sqlite_it_is_saved(void **state)
{
    FIXTURE(f);
    struct leap l;
    begin(&l, f);
    expect_ok(&f->ctx, append_while_it_leaps(&l, HOUR, 1));
    assert_int_equal(l.attempts, 1);
    l.here.wall += HOUR;
    expect_ok(&f->ctx, append_while_it_leaps(&l, 0, 0));
    assert_int_equal(sealed_by(&l, &l.here), 2);
    expect_sound(&l, 2, 0);
    end(&l);
}

static void what_is_dated_ahead_waits_until_all_have_heard(void **state)
{
    FIXTURE(f);
    struct leap l;
    begin(&l, f);
    l.here.wall += HOUR;
    expect_ok(&f->ctx, write_by(&l, &l.here, append_one));
    int64_t ahead = newest_time(&l);
    assert_int_equal(sealed_by(&l, &l.here), 0); /* whichever of the two seals */
    assert_int_equal(sealed_by(&l, &l.there), 0);
    expect_ok(&f->ctx, write_by(&l, &l.there, append_one));
    assert_int_equal(sealed_by(&l, &l.there), 1);
    expect_sound(&l, 1, 1);
    f->ctx.now = timekeeper_now(l.there.keeper); /* there somebody began to write... */
    pass(&l, SECOND);
    timekeeper_not_before(l.there.keeper, ahead);
    pass(&l, TIME_SETTLES - 2 * SECOND);
    expect_ok(&f->ctx, write_by(&l, NULL, append_one)); /* ... and ends it now */
    assert_int_equal(sealed_by(&l, &l.there), 1);
    expect_sound(&l, 2, 1);
    pass(&l, 2 * SECOND);
    assert_int_equal(sealed_by(&l, &l.there), 1);
    expect_sound(&l, 3, 0);
    end(&l);
}

/* The later one has the smaller number. */
static void places_are_given_in_the_order_of_times(void **state)
{
    FIXTURE(f);
    struct leap l;
    begin(&l, f);
    append(f, BEGIN + HOUR, "change", "risk", 1, "{}", NULL);
    append(f, BEGIN, "change", "risk", 2, "{}", NULL);
    append(f, BEGIN + HOUR, "change", "risk", 3, "{}", NULL);
    assert_int_equal(sealed_by(&l, NULL), 3);
    assert_int_equal(l.seal.entries[0], 2);
    assert_int_equal(l.seal.entries[1], 1);
    assert_int_equal(l.seal.entries[2], 3);
    expect_sound(&l, 3, 0);
    end(&l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_POSTGRES(a_write_that_the_clock_overtook_is_run_again),
        ON_SQLITE(on_sqlite_it_is_saved),
        ON_POSTGRES(what_is_dated_ahead_waits_until_all_have_heard),
        ON_BOTH(places_are_given_in_the_order_of_times),
    };
    return cmocka_run_group_tests_name("ledger/leap", tests, NULL, NULL);
}
