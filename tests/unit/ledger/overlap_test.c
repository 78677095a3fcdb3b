/* What only shows when things happen at once or go wrong half-way: entries that are appended while others are sealed,
 * two sealers, and memory that runs out at every point of a write. Afterwards every entry has exactly one place. */
#include "ledger/fixture.h"

#include "ledger/sealer.h"
#include "ledger/verify.h"

#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>

enum { APPENDERS = 3, SEALERS = 2, EACH = 120 };

struct overlap {
    struct fixture *f;
    struct ledger_keys *keys;
    atomic_int appending;
    atomic_int failures;
    int64_t fail_at;
};

static enum result open_keys(struct ctx *ctx, void *arg)
{
    struct overlap *o = arg;
    return ledger_keys_open(ctx, &keyring, true, &o->keys);
}

static struct overlap begin(struct fixture *f)
{
    struct overlap o = {.f = f};
    ledger_fixture(f);
    write_ok(f, open_keys, &o);
    return o;
}

static enum result append_three(struct ctx *ctx, void *arg)
{
    (void)arg;
    const struct ledger_event event = {
        .action = S("change"), .subject = S("risk"), .record = 5, .comment = S("why"), .state = S("{\"a\":1}")};
    int64_t id;
    for (int i = 0; i < 3; i++) TRY(ledger_append(ctx, &event, &id));
    return OK;
}

static enum result seal(struct ctx *ctx, void *arg)
{
    struct overlap *o = arg;
    struct ledger_seal seal = {.keys = o->keys};
    return ledger_seal(ctx, &seal);
}

static void write_until(struct overlap *o, enum result (*fn)(struct ctx *ctx, void *arg))
{
    struct ctx ctx = {.arena = arena_new(0), .now = 1700000000000};
    enum result result = store_write(&ctx, o->f->store, fn, o);
    if (result != OK) print_error("%.*s\n", PRINT(ctx.error.sentence));
    if (result != OK) o->failures++;
    arena_free(ctx.arena);
}

static void *append_thread(void *arg)
{
    struct overlap *o = arg;
    for (int i = 0; i < EACH; i++) write_until(o, append_three);
    o->appending--;
    return NULL;
}

static void *seal_thread(void *arg)
{
    struct overlap *o = arg;
    while (o->appending > 0) write_until(o, seal);
    return NULL;
}

static void expect_sound(struct overlap *o, int64_t sealed)
{
    struct ledger_report report;
    const struct ledger_check check = {.keys = ledger_keys_public(o->keys), .key_count = 1};
    expect_ok(&o->f->ctx, ledger_verify(&o->f->ctx, &check, &report));
    assert_int_equal(report.pending, 0);
    assert_int_equal(report.sealed, sealed);
    assert_int_equal(report.states, sealed);
}

static void test_at_once(void **state)
{
    FIXTURE(f);
    struct overlap o = begin(f);
    pthread_t threads[APPENDERS + SEALERS];
    o.appending = APPENDERS;
    for (size_t i = 0; i < COUNT(threads); i++)
        assert_int_equal(pthread_create(&threads[i], NULL, i < APPENDERS ? append_thread : seal_thread, &o), 0);
    for (size_t i = 0; i < COUNT(threads); i++) pthread_join(threads[i], NULL);
    write_until(&o, seal);
    assert_int_equal(o.failures, 0);
    expect_sound(&o, 3 * APPENDERS * EACH);
    ledger_keys_close(o.keys);
}

/* ---- memory ---- */

static enum result append_and_seal(struct ctx *ctx, void *arg)
{
    struct overlap *o = arg;
    arena_fail_at((uint64_t)o->fail_at);
    enum result result = append_three(ctx, arg);
    if (result == OK) result = seal(ctx, arg);
    arena_fail_at(0);
    return result;
}

static void test_memory(void **state)
{
    FIXTURE(f);
    struct overlap o = begin(f);
    enum result result = BROKEN;
    for (o.fail_at = 1; result != OK; o.fail_at++) {
        struct ctx ctx = {.arena = arena_new(0), .now = 1};
        result = store_write(&ctx, f->store, append_and_seal, &o);
        assert_true(result == OK || result == BROKEN);
        int64_t entries;
        expect_ok(&f->ctx, db_query_number(&f->ctx, S("SELECT count(*) FROM ledger_entry"), NULL, 0, 0, &entries));
        assert_int_equal(entries, result == OK ? 3 : 0);
        arena_free(ctx.arena);
    }
    assert_true(o.fail_at > 10);
    expect_sound(&o, 3);
    ledger_keys_close(o.keys);
}

/* The verifier leaves no transaction open behind it, at whatever point it ran out. */
static void test_memory_of_verifier(void **state)
{
    FIXTURE(f);
    struct overlap o = begin(f);
    write_until(&o, append_three);
    write_until(&o, seal);
    const struct ledger_check check = {.keys = ledger_keys_public(o.keys), .key_count = 1};
    volatile bool done = false;
    for (volatile uint64_t n = 1; !done; n++) {
        struct ctx ctx = {.arena = arena_new(0), .db = f->ctx.db};
        struct ledger_report report;
        jmp_buf escape;
        if (setjmp(escape) == 0) {
            arena_guard(ctx.arena, &escape);
            arena_fail_at(n);
            assert_int_equal(ledger_verify(&ctx, &check, &report), OK);
            assert_int_equal(report.sealed, 3);
            done = true;
        }
        arena_fail_at(0);
        arena_free(ctx.arena);
        assert_false(db_in_transaction(f->ctx.db));
    }
    ledger_keys_close(o.keys);
}

/* ---- a new key ---- */

struct sealing_elsewhere {
    struct fixture *f;
    sem_t locked, rotated;
    enum result result;
};

static enum result hold(struct ctx *ctx, void *arg)
{
    struct sealing_elsewhere *elsewhere = arg;
    enum result result = db_lock(ctx, "ledger");
    sem_post(&elsewhere->locked);
    while (sem_wait(&elsewhere->rotated) != 0) continue;
    return result;
}

static void *seal_elsewhere(void *arg)
{
    struct sealing_elsewhere *elsewhere = arg;
    struct ctx ctx = {.arena = arena_new(0)};
    elsewhere->result = store_write(&ctx, elsewhere->f->store, hold, elsewhere);
    arena_free(ctx.arena);
    return NULL;
}

static enum result rotate(struct ctx *ctx, void *arg)
{
    struct overlap *o = arg;
    TRY(db_script(ctx, "SET LOCAL lock_timeout = 50"));
    return ledger_keys_renew(ctx, &keyring, "rotate", S("shown around"), o->keys);
}

/* Else that round would sign with the old key over the entry that says that a new one took over. */
static void no_key_takes_over_while_another_node_seals(void **state)
{
    FIXTURE(f);
    struct overlap o = begin(f);
    struct sealing_elsewhere elsewhere = {.f = f};
    pthread_t thread;
    sem_init(&elsewhere.locked, 0, 0);
    sem_init(&elsewhere.rotated, 0, 0);
    assert_int_equal(pthread_create(&thread, NULL, seal_elsewhere, &elsewhere), 0);
    while (sem_wait(&elsewhere.locked) != 0) continue;
    assert_int_equal(store_write(&f->ctx, f->store, rotate, &o), BUSY);
    sem_post(&elsewhere.rotated);
    pthread_join(thread, NULL);
    assert_int_equal(elsewhere.result, OK);
    write_ok(f, rotate, &o);
    ledger_keys_close(o.keys);
}

/* ---- reading only ---- */

/* As merlon verify does: nothing is written, nothing could be. */
static void test_read_only(void **state)
{
    FIXTURE(f);
    struct overlap o = begin(f);
    write_until(&o, append_three);
    write_until(&o, seal);
    arena_reset(f->ctx.arena);
    store_close(f->store);
    const struct store_config config = {
        .directory = str_of(f->directory), .database = str_of(f->url), .read_only = true};
    expect_ok(&f->ctx, store_open(&f->ctx, &config, &f->store));
    store_use_keyring(f->store, &keyring);
    expect_ok(&f->ctx, store_reader(&f->ctx, f->store, &f->ctx.db));
    struct ledger_public key;
    expect_ok(&f->ctx, ledger_public_stored(&f->ctx, &key));
    assert_memory_equal(&key, ledger_keys_public(o.keys), sizeof key);
    expect_sound(&o, 3);
    assert_int_equal(store_write(&f->ctx, f->store, append_three, NULL), DENIED);
    ledger_keys_close(o.keys);
}

/* ---- what makes rows unique is gone ---- */

/* The key of ledger_pending was taken away for a moment, and rows were doubled: their entries get one place each. */
static void test_two_rows_one_place(void **state)
{
    FIXTURE(f);
    struct overlap o = begin(f);
    write_ok(f, append_three, &o);
    run_sql(f, f->url[0] ? "ALTER TABLE ledger_pending DROP CONSTRAINT ledger_pending_pkey"
                         : "CREATE TABLE p AS SELECT * FROM ledger_pending; DROP TABLE ledger_pending; "
                           "ALTER TABLE p RENAME TO ledger_pending");
    run_sql(f, "DROP INDEX ledger_leaf_entry_unique");
    run_sql(f, "INSERT INTO ledger_pending SELECT * FROM ledger_pending WHERE entry IN (1, 3)");
    write_ok(f, seal, &o);
    expect_sound(&o, 3);
    ledger_keys_close(o.keys);
}

/* A head over a tree that has the first entry twice, as a program could once be made to sign. */
static enum result place_again(struct ctx *ctx, void *arg)
{
    struct overlap *o = arg;
    struct hasher *hasher = hasher_in(ctx->arena);
    const struct merkle_source source = tree_source(hasher);
    struct merkle tree;
    struct ledger_head head;
    struct hash leaf;
    TRY(tree_head(ctx, 0, &head));
    TRY(merkle_resume(ctx, &source, (uint64_t)head.size, &tree));
    TRY(source.subtree(ctx, source.arg, 0, 0, &leaf));
    merkle_add(&tree, hasher, &leaf, NULL);
    TRY(db_script(ctx, "DROP INDEX ledger_leaf_entry_unique; INSERT INTO ledger_leaf SELECT "
                       "(SELECT max(position) + 1 FROM ledger_leaf), entry, leaf_hash, mac FROM ledger_leaf "
                       "WHERE position = 0"));
    head.previous = head.size, head.size++, head.at++;
    merkle_root(&tree, hasher, &head.root);
    ledger_sign_head(ctx, o->keys, &head);
    return tree_add_head(ctx, &head);
}

static void test_two_places(void **state)
{
    FIXTURE(f);
    struct overlap o = begin(f);
    struct ledger_report report;
    const struct ledger_check check = {.keys = ledger_keys_public(o.keys), .key_count = 1};
    write_ok(f, append_and_seal, &o);
    expect_sound(&o, 3);
    write_ok(f, place_again, &o);
    assert_int_equal(ledger_verify(&f->ctx, &check, &report), CONFLICT);
    expect_sentence(&f->ctx, "Entry 1 has more than one place in the tree.");
    assert_int_equal(report.entry, 1);
    ledger_keys_close(o.keys);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BOTH(test_at_once),
        ON_BOTH(test_memory),
        ON_BOTH(test_memory_of_verifier),
        ON_POSTGRES(no_key_takes_over_while_another_node_seals),
        ON_BOTH(test_read_only),
        ON_BOTH(test_two_rows_one_place),
        ON_BOTH(test_two_places),
    };
    return cmocka_run_group_tests_name("ledger/overlap", tests, NULL, NULL);
}
