/* What awaits its place and does not get it, on both databases: whoever writes the database puts it there to hold up
 * what is sound, or to have an entry counted twice. */
#include "ledger/fixture.h"

#include "ledger/sealer.h"

struct sealed {
    struct ledger_keys *keys;
    struct ledger_seal seal;
};

static enum result open_keys(struct ctx *ctx, void *arg)
{
    return ledger_keys_open(ctx, &keyring, true, &((struct sealed *)arg)->keys);
}

static enum result seal(struct ctx *ctx, void *arg)
{
    struct sealed *s = arg;
    s->seal = (struct ledger_seal){.keys = s->keys};
    return ledger_seal(ctx, &s->seal);
}

static enum result append_batch(struct ctx *ctx, void *arg)
{
    const struct ledger_event event = {.action = S("change"), .subject = S("risk"), .record = 5, .comment = S("why")};
    int64_t id;
    (void)arg;
    for (int i = 0; i < SEAL_BATCH; i++) TRY(ledger_append(ctx, &event, &id));
    return OK;
}

/* They are there, and dated, and make one page to the last row. The memory is bounded: what reads that page again and
 * again comes to an end. */
static void a_page_of_refused_entries_is_passed_over(void **state)
{
    enum { ENOUGH = 400 * 1024 };
    FIXTURE(f);
    struct sealed s = {.keys = NULL};
    struct ctx bounded = {.arena = arena_new(ENOUGH), .now = 3000};
    ledger_fixture(f);
    write_ok(f, open_keys, &s);
    f->ctx.now = 1000;
    write_ok(f, append_batch, NULL);
    drop_guards(f);
    run_sql(f, "UPDATE ledger_entry SET actor = 1");
    int64_t sound = append(f, 2000, "change", "risk", 1, "{}", NULL);
    expect_ok(&bounded, store_write(&bounded, f->store, seal, &s));
    assert_int_equal(s.seal.refused, SEAL_BATCH);
    assert_int_equal(s.seal.sealed, 1);
    assert_int_equal(s.seal.leaves[0].number, sound);
    assert_false(s.seal.more);
    arena_free(bounded.arena);
    ledger_keys_close(s.keys);
}

/* The table has lost what makes its rows unique. */
static void an_entry_that_waits_twice_gets_one_place(void **state)
{
    FIXTURE(f);
    struct sealed s = {.keys = NULL};
    ledger_fixture(f);
    write_ok(f, open_keys, &s);
    int64_t entry = append(f, 1000, "change", "risk", 1, "{}", NULL);
    append(f, 1001, "change", "risk", 1, "{}", NULL);
    run_sql(f, f->url[0] ? "ALTER TABLE ledger_pending DROP CONSTRAINT ledger_pending_pkey"
                         : "CREATE TABLE p AS SELECT * FROM ledger_pending; DROP TABLE ledger_pending; "
                           "ALTER TABLE p RENAME TO ledger_pending");
    run_sql(f, "INSERT INTO ledger_pending SELECT * FROM ledger_pending ORDER BY entry LIMIT 1");
    write_ok(f, seal, &s);
    assert_int_equal(s.seal.sealed, 2);
    assert_int_equal(s.seal.refused, 1);
    assert_int_equal(s.seal.first_refused, entry);
    assert_string_equal(s.seal.fault, "stands more than once among those that wait");
    ledger_keys_close(s.keys);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BOTH(a_page_of_refused_entries_is_passed_over),
        ON_BOTH(an_entry_that_waits_twice_gets_one_place),
    };
    return cmocka_run_group_tests_name("ledger/refused", tests, NULL, NULL);
}
