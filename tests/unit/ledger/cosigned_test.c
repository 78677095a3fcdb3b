/* What is kept of those to whom heads are sent. */
#include "ledger/fixture.h"

#include "ledger/cosigned.h"

static enum result write_peer(struct ctx *ctx, void *arg)
{
    return ledger_peer_write(ctx, arg);
}

static void expect_peer(const struct ledger_peer *peer, const struct ledger_peer *wanted)
{
    assert_true(str_eq(peer->name, wanted->name));
    assert_int_equal(peer->size, wanted->size);
    assert_int_equal(peer->asked_at, wanted->asked_at);
    assert_int_equal(peer->good_at, wanted->good_at);
    assert_true(str_eq(peer->trouble, wanted->trouble));
}

/* Each field has a value of its own, so that two that change places are seen. */
static void a_peer_is_read_as_it_was_written(void **state)
{
    FIXTURE(f);
    struct ledger_peer peers[] = {
        {.name = S("mail"), .size = 11, .asked_at = 22, .good_at = 33, .trouble = S("nobody there")},
        {.name = S("witness"), .size = 44, .asked_at = 55, .good_at = 66, .trouble = S("")},
    };
    struct ledger_peer read, *all;
    size_t count;
    ledger_fixture(f);
    for (size_t i = 0; i < COUNT(peers); i++) write_ok(f, write_peer, &peers[i]);
    peers[0].good_at = 77;
    write_ok(f, write_peer, &peers[0]);
    expect_ok(&f->ctx, ledger_peers(&f->ctx, &all, &count));
    assert_int_equal(count, COUNT(peers));
    for (size_t i = 0; i < COUNT(peers); i++) {
        expect_peer(&all[i], &peers[i]);
        expect_ok(&f->ctx, ledger_peer_read(&f->ctx, peers[i].name, &read));
        expect_peer(&read, &peers[i]);
    }
    expect_ok(&f->ctx, ledger_peer_read(&f->ctx, S("stranger"), &read));
    expect_peer(&read, &(struct ledger_peer){.name = S("stranger"), .trouble = S("")});
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BOTH(a_peer_is_read_as_it_was_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
