/* What is kept of those to whom heads are sent. */
#include "ledger/fixture.h"

#include "ledger/cosigned.h"
#include "ledger/canonical.h"
#include "ledger/others.h"
#include "ledger/sealer.h"

#include <sodium.h>

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

/* ---- a cosignature that is kept ---- */

struct cosigned {
    struct policy policy;
    struct str line;
    int64_t at;
};

static enum result seal(struct ctx *ctx, void *arg)
{
    struct ledger_keys *keys;
    struct ledger_seal seal = {0};
    (void)arg;
    TRY(ledger_keys_open(ctx, &keyring, true, &keys));
    seal.keys = keys;
    enum result result = ledger_seal(ctx, &seal);
    ledger_keys_close(keys);
    return result;
}

static enum result keep(struct ctx *ctx, void *arg)
{
    const struct cosigned *c = arg;
    return ledger_keep_cosignature(ctx, 1, S("witness.example/one"), c->at, c->line);
}

static void cosign(struct fixture *f, struct cosigned *c, int64_t seconds)
{
    unsigned char public[NOTE_KEY], secret[crypto_sign_SECRETKEYBYTES], signature[NOTE_SIGNATURE], dated[NOTE_DATED];
    struct buf body = buf_in(f->ctx.arena), text = buf_in(f->ctx.arena), line = buf_in(f->ctx.arena);
    struct policy_witness *witness = &c->policy.witnesses[c->policy.witness_count++];
    struct ledger_head head;
    crypto_sign_keypair(public, secret);
    note_key_make(&witness->key, S("witness.example/one"), NOTE_COSIGNATURE, public);
    expect_ok(&f->ctx, tree_head(&f->ctx, 0, &head));
    canonical_head(&body, &head);
    note_put_cosigned(&text, buf_str(&body), seconds);
    crypto_sign_detached(signature, NULL, (const unsigned char *)text.at, text.len, secret);
    note_date(dated, seconds, signature);
    note_put_signature(&line, &witness->key, (struct str){(const char *)dated, sizeof dated});
    c->line = str_slice(buf_str(&line), 0, line.len - 1);
    c->at = seconds * 1000;
}

/* What it says of when, stands in the row once more, for lists: that is not to say something else. */
static void a_cosignature_is_dated_as_its_row_says(void **state)
{
    FIXTURE(f);
    struct cosigned c = {.policy = {.witness_count = 0}};
    const struct others_check check = {.policy = &c.policy};
    struct others_report report;
    ledger_fixture(f);
    write_ok(f, seal, NULL); /* makes the key: nothing awaits its seal yet */
    append(f, 1000, "create", "risk", 1, "{}", NULL);
    f->ctx.now = 2000;
    write_ok(f, seal, NULL);
    cosign(f, &c, 5);
    write_ok(f, keep, &c);
    expect_ok(&f->ctx, others_verify(&f->ctx, &check, &report));
    assert_int_equal(report.cosignatures, 1);
    drop_guards(f);
    run_sql(f, "UPDATE ledger_cosignature SET at = at + 1000");
    assert_int_equal(others_verify(&f->ctx, &check, &report), CONFLICT);
    expect_sentence(&f->ctx, "The cosignature of witness.example/one on the head over 1 entries does not hold.");
    ctx_clear_error(&f->ctx);
    run_sql(f, "UPDATE ledger_cosignature SET at = at - 1000");
    expect_ok(&f->ctx, others_verify(&f->ctx, &check, &report));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BOTH(a_peer_is_read_as_it_was_written),
        ON_BOTH(a_cosignature_is_dated_as_its_row_says),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
