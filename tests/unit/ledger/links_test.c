/* Entries that say that a new key took over, against whoever has the database: what they say is what was entered, under
 * the key before, and the new key signs nothing before they have their place. */
#include "ledger/fixture.h"

#include "ledger/canonical.h"
#include "ledger/chain.h"
#include "ledger/signer.h"
#include "ledger/verify.h"

#include <unistd.h>

struct links {
    struct fixture *f;
    struct ledger_keys *keys;
    struct ledger_signer *signer;
};

static enum result open_keys(struct ctx *ctx, void *arg)
{
    return ledger_keys_open(ctx, &keyring, true, &((struct links *)arg)->keys);
}

static void rotate(struct links *l)
{
    expect_ok(&l->f->ctx, ledger_signer_renew(&l->f->ctx, l->signer, &keyring, "rotate", S("yearly")));
}

static struct links begin(struct fixture *f)
{
    struct links l = {.f = f};
    ledger_fixture(f);
    write_ok(f, open_keys, &l);
    expect_ok(&f->ctx, ledger_signer_open(&f->ctx, f->store, l.keys, str_of(f->directory), &l.signer));
    append(f, 1000, "change", "risk", 1, "{\"n\":1}", NULL);
    expect_ok(&f->ctx, ledger_signer_seal(&f->ctx, l.signer));
    drop_guards(f);
    return l;
}

static void end(struct links *l)
{
    unlink(arena_print(l->f->ctx.arena, "%s/ledger.heads", l->f->directory).at);
    store_watch_commits(l->f->store, NULL, NULL);
    ledger_signer_close(l->signer);
    ledger_keys_close(l->keys);
}

static void expect_wrong(struct links *l, const char *why)
{
    struct ctx *ctx = &l->f->ctx;
    struct ledger_report report;
    const struct ledger_check check = {.keys = ledger_keys_public(l->keys), .key_count = 1};
    ctx_clear_error(ctx);
    assert_int_equal(ledger_verify(ctx, &check, &report), CONFLICT);
    expect_sentence(ctx, why);
}

/* The entry's hash is made to fit its state again, as whoever has no key can do as well. */
static enum result hash_anew(struct ctx *ctx, void *arg)
{
    struct rows *rows;
    struct hash hash;
    bool found;
    (void)arg;
    TRY(db_query_one(ctx, S("SELECT salt, comment, state FROM ledger_state WHERE entry = 2"), NULL, 0, &rows, &found));
    assert_true(found);
    canonical_content(hasher_in(ctx->arena), arena_copy(ctx->arena, rows_bytes(rows, 0)), rows_text(rows, 1),
                      rows_text(rows, 2), &hash);
    rows_close(rows);
    const struct value args[] = {value_bytes(hash_bytes(&hash))};
    return db_run(ctx, S("UPDATE ledger_entry SET content_hash = ?1 WHERE id = 2"), args, COUNT(args), NULL);
}

static void one_that_the_old_key_did_not_sign_is_told(void **state)
{
    FIXTURE(f);
    struct links l = begin(f);
    rotate(&l);
    run_sql(f, "UPDATE ledger_state SET state = replace(state, '\"size\":1', '\"size\":2') WHERE entry = 2");
    expect_wrong(&l, "it was not written by this program, or was changed since");
    write_ok(f, hash_anew, NULL);
    expect_wrong(&l, "it was not written by this program, or was changed since");
    store_use_keyring(f->store, NULL); /* as an outsider verifies */
    expect_wrong(&l, "but the key before did not sign that");
    store_use_keyring(f->store, &keyring);
    end(&l);
}

/* What another entry says, signed by the same key, makes it no link to that key: an entry is what its hash covers. */
static void what_another_one_says_is_not_said_here(void **state)
{
    FIXTURE(f);
    struct links l = begin(f);
    struct ledger_chain chain = {.count = 0};
    rotate(&l);
    rotate(&l);
    run_sql(f, "CREATE TABLE held AS SELECT * FROM ledger_state WHERE entry = 3");
    run_sql(f, "UPDATE ledger_state SET state = (SELECT state FROM held) WHERE entry = 2");
    assert_int_equal(ledger_chain_read(&f->ctx, &chain), CONFLICT);
    expect_sentence(&f->ctx, "Entry 2 says that a new key took over, but it was not written by this program");
    run_sql(f,
            "UPDATE ledger_state SET state = (SELECT state FROM held), salt = (SELECT salt FROM held) WHERE entry = 2");
    ctx_clear_error(&f->ctx);
    assert_int_equal(ledger_chain_read(&f->ctx, &chain), CONFLICT);
    append(f, 2000, "change", "risk", 1, "{\"n\":2}", NULL);
    ctx_clear_error(&f->ctx);
    assert_int_not_equal(ledger_signer_seal(&f->ctx, l.signer), OK);
    end(&l);
}

/* A row that stood in its way: the new key signs nothing until it is gone, and then the entry first. */
static void a_new_key_signs_nothing_before_its_entry(void **state)
{
    FIXTURE(f);
    struct links l = begin(f);
    struct ledger_report report;
    run_sql(f, f->url[0]
                   ? "CREATE FUNCTION stand() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO ledger_leaf "
                     "(position, entry, leaf_hash, mac) VALUES (-1, NEW.entry, NEW.mac, NEW.mac); RETURN NULL; END $$; "
                     "CREATE TRIGGER stand AFTER INSERT ON ledger_pending FOR EACH ROW EXECUTE FUNCTION stand()"
                   : "CREATE TRIGGER stand AFTER INSERT ON ledger_pending BEGIN INSERT INTO ledger_leaf "
                     "(position, entry, leaf_hash, mac) VALUES (-1, NEW.entry, NEW.mac, NEW.mac); END");
    assert_int_not_equal(ledger_signer_renew(&f->ctx, l.signer, &keyring, "rotate", S("yearly")), OK);
    run_sql(f, f->url[0] ? "DROP TRIGGER stand ON ledger_pending" : "DROP TRIGGER stand");
    append(f, 2000, "change", "risk", 1, "{\"n\":2}", NULL);
    ctx_clear_error(&f->ctx);
    assert_int_equal(ledger_signer_seal(&f->ctx, l.signer), BROKEN);
    expect_sentence(&f->ctx, "Entry 2 says that a new key took over, and it gets no place in the ledger");
    run_sql(f, "DELETE FROM ledger_leaf WHERE position = -1");
    ctx_clear_error(&f->ctx);
    expect_ok(&f->ctx, ledger_signer_seal(&f->ctx, l.signer));
    const struct ledger_check check = {.keys = ledger_keys_public(l.keys), .key_count = 1, .keyring = &keyring};
    expect_ok(&f->ctx, ledger_verify(&f->ctx, &check, &report));
    assert_int_equal(report.sealed, 3);
    end(&l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BOTH(one_that_the_old_key_did_not_sign_is_told),
        ON_BOTH(what_another_one_says_is_not_said_here),
        ON_BOTH(a_new_key_signs_nothing_before_its_entry),
    };
    return cmocka_run_group_tests_name("ledger/links", tests, NULL, NULL);
}
