/* A restored copy, and the one that it was copied from: what either wrote after the backup is strange to the other,
 * whatever number it bears, and what the backup brought stays good. */
#include "ledger/fixture.h"

#include "ledger/chain.h"
#include "ledger/parting.h"
#include "ledger/remembered.h"
#include "ledger/sealer.h"
#include "ledger/verify.h"
#include "store/identity.h"

struct copy {
    struct fixture *f;
    struct ledger_keys *keys;
    struct keyring *keyring;
    struct identity before;
    struct ledger_seal seal;
};

static enum result start(struct ctx *ctx, void *arg)
{
    struct copy *c = arg;
    TRY(identity_begin(ctx, c->keyring));
    return ledger_keys_open(ctx, c->keyring, true, &c->keys);
}

static enum result seal(struct ctx *ctx, void *arg)
{
    struct copy *c = arg;
    c->seal = (struct ledger_seal){.keys = c->keys};
    return ledger_seal(ctx, &c->seal);
}

static enum result part(struct ctx *ctx, void *arg)
{
    struct copy *c = arg;
    TRY(identity_part(ctx, c->keyring, &c->before));
    return ledger_part(ctx, &c->before);
}

static enum result rotate(struct ctx *ctx, void *arg)
{
    struct copy *c = arg;
    return ledger_keys_renew(ctx, c->keyring, "rotate", S("shown around"), c->keys);
}

static enum result renew(struct ctx *ctx, void *arg)
{
    struct copy *c = arg;
    return ledger_keys_renew(ctx, c->keyring, LINK_RESTORE, S(""), c->keys);
}

/* Entries 1 to 4, of which the last awaits its place. */
static struct copy begin(struct fixture *f)
{
    struct copy c = {.f = f};
    ledger_fixture(f);
    expect_ok(&f->ctx, keyring_open(&f->ctx, str_of(f->directory), S(""), true, &c.keyring));
    store_use_keyring(f->store, c.keyring);
    write_ok(f, start, &c);
    for (int at = 1000; at < 1003; at++) append(f, at, "change", "risk", 1, "{\"n\":1}", "why");
    write_ok(f, seal, &c);
    append(f, 1003, "change", "risk", 1, "{\"n\":1}", "why");
    drop_guards(f);
    return c;
}

static void end(struct copy *c)
{
    store_use_keyring(c->f->store, &keyring);
    ledger_keys_close(c->keys);
    keyring_close(c->keyring);
}

static enum result verify(struct copy *c)
{
    struct ledger_report report;
    const struct ledger_check check = {.keys = ledger_keys_public(c->keys), .key_count = 1, .keyring = c->keyring};
    ctx_clear_error(&c->f->ctx);
    return ledger_verify(&c->f->ctx, &check, &report);
}

static void what_it_brought_is_good(void **state)
{
    FIXTURE(f);
    struct copy c = begin(f);
    expect_ok(&f->ctx, verify(&c));
    write_ok(f, part, &c);
    expect_ok(&f->ctx, verify(&c));
    write_ok(f, seal, &c);
    assert_int_equal(c.seal.sealed, 1);
    assert_int_equal(c.seal.refused, 0);
    expect_ok(&f->ctx, verify(&c));
    end(&c);
}

static enum result append_many(struct ctx *ctx, void *arg)
{
    const struct ledger_event event = {.action = S("change"), .subject = S("note"), .comment = S("one of many")};
    int64_t id;
    for (int i = 0; i < *(int *)arg; i++) TRY(ledger_append(ctx, &event, &id));
    return OK;
}

/* More than is read at once, of those that have their place and of those that await it. */
static void a_long_history_is_good_to_its_end(void **state)
{
    FIXTURE(f);
    struct copy c = begin(f);
    int many = 1100;
    f->ctx.now = 2000;
    write_ok(f, append_many, &many);
    write_ok(f, seal, &c);
    write_ok(f, append_many, &many);
    expect_ok(&f->ctx, verify(&c));
    write_ok(f, part, &c);
    expect_ok(&f->ctx, verify(&c));
    write_ok(f, seal, &c);
    assert_int_equal(c.seal.sealed, many);
    assert_int_equal(c.seal.refused, 0);
    expect_ok(&f->ctx, verify(&c));
    end(&c);
}

static void what_was_wrong_stays_wrong(void **state)
{
    FIXTURE(f);
    struct copy c = begin(f);
    run_sql(f, "UPDATE ledger_entry SET actor = 1 WHERE id = 4");
    write_ok(f, part, &c);
    assert_int_equal(verify(&c), CONFLICT);
    expect_sentence(&f->ctx, "Entry 4");
    write_ok(f, seal, &c);
    assert_int_equal(c.seal.first_refused, 4);
    end(&c);
}

/* The original gave the number before the backup, and wrote the entry after it. */
static void a_number_that_was_free_is_no_door(void **state)
{
    FIXTURE(f);
    struct copy c = begin(f);
    run_sql(f, "CREATE TABLE held AS SELECT * FROM ledger_entry WHERE id = 4");
    run_sql(f, "CREATE TABLE held_mac AS SELECT * FROM ledger_pending WHERE entry = 4");
    append(f, 1004, "change", "risk", 2, "{\"n\":1}", NULL);
    run_sql(f, "DELETE FROM ledger_pending WHERE entry = 4; DELETE FROM ledger_state WHERE entry = 4; "
               "DELETE FROM ledger_entry WHERE id = 4");
    write_ok(f, part, &c);
    write_ok(f, seal, &c);
    run_sql(f, "INSERT INTO ledger_pending SELECT * FROM held_mac");
    run_sql(f, f->url[0] ? "INSERT INTO ledger_entry OVERRIDING SYSTEM VALUE SELECT * FROM held"
                         : "INSERT INTO ledger_entry SELECT * FROM held");
    write_ok(f, seal, &c);
    assert_int_equal(c.seal.sealed, 0);
    assert_int_equal(c.seal.first_refused, 4);
    assert_string_equal(c.seal.fault, "was not written by this program, or was changed since");
    end(&c);
}

/* The copy's link is as genuine as one of its own, and its key is none of the original's all the same. */
static void a_link_of_the_copy_is_none_of_the_original(void **state)
{
    FIXTURE(f);
    struct copy c = begin(f);
    struct ledger_chain chain = {.count = 0};
    struct ledger_head head;
    write_ok(f, rotate, &c);
    write_ok(f, seal, &c);
    expect_ok(&f->ctx, tree_head(&f->ctx, 0, &head));
    write_ok(f, part, &c);
    write_ok(f, renew, &c);
    write_ok(f, seal, &c);
    expect_ok(&f->ctx, verify(&c));
    expect_ok(&f->ctx, ledger_chain_read(&f->ctx, &chain));
    assert_int_equal(chain.count, 3);
    /* Of the original's keys it takes what was signed up to where they part, and no longer hands them out. */
    assert_true(ledger_chain_signed(&f->ctx, &chain, &head));
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(chain.at[i].upto, head.size);
        assert_false(ledger_epoch_is_open(&chain.at[i]));
    }
    assert_true(ledger_epoch_is_open(&chain.at[2]));
    chain.at[1].upto = head.size - 1;
    assert_false(ledger_chain_signed(&f->ctx, &chain, &head));
    /* A node's memory of the original says nothing of the copy, and nobody has changed it. */
    const struct remembered memory = {.at = &head, .count = 1};
    ctx_clear_error(&f->ctx);
    assert_int_equal(remembered_check(&f->ctx, &memory, 0, &chain), BROKEN);
    expect_sentence(&f->ctx, "is of the ledger that this one was restored from, after the backup");
    /* As the original would see these rows. */
    keyring_bind(c.keyring, &c.before);
    assert_int_equal(ledger_chain_read(&f->ctx, &chain), CONFLICT);
    expect_sentence(&f->ctx, "says that a new key took over, but it was not written by this program");
    end(&c);
}

/* What the first restore left out stays out: the second knows no better than it. */
static void a_copy_of_a_copy_raises_no_bound(void **state)
{
    FIXTURE(f);
    struct copy c = begin(f);
    struct ledger_chain chain = {.count = 0};
    struct ledger_head heads[2];
    for (size_t i = 0; i < COUNT(heads); i++) {
        expect_ok(&f->ctx, tree_head(&f->ctx, 0, &heads[i]));
        write_ok(f, part, &c);
        write_ok(f, renew, &c);
        write_ok(f, seal, &c);
    }
    assert_true(heads[0].size < heads[1].size);
    expect_ok(&f->ctx, ledger_chain_read(&f->ctx, &chain));
    assert_int_equal(chain.count, 3);
    for (size_t i = 0; i < COUNT(heads); i++) assert_int_equal(chain.at[i].upto, heads[i].size);
    assert_true(ledger_epoch_is_open(&chain.at[2]));
    end(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BOTH(what_it_brought_is_good),
        ON_BOTH(a_long_history_is_good_to_its_end),
        ON_BOTH(what_was_wrong_stays_wrong),
        ON_BOTH(a_number_that_was_free_is_no_door),
        ON_BOTH(a_link_of_the_copy_is_none_of_the_original),
        ON_BOTH(a_copy_of_a_copy_raises_no_bound),
    };
    return cmocka_run_group_tests_name("ledger/parting", tests, NULL, NULL);
}
