/* A witness on both databases: what it cosigns, what it refuses and how, and that neither a second question at once nor
 * whoever writes its database sets it back. The log that asks is made here from leaves of its own. */
#include "ledger/fixture.h"

#include "ledger/witness.h"

#include <pthread.h>
#include <sodium.h>

enum { LEAVES = 64, AT_ONCE = 4, ROUNDS = 12 };
#define LOG_NAME "log.example/one"

static struct keyring master = {.master = "another0123456789abcdef01234567"};

struct log {
    struct fixture *f;
    unsigned char secret[crypto_sign_SECRETKEYBYTES];
    struct note_key key;
    struct hash leaves[LEAVES];
    struct witness *witness;
    struct policy *logs;
};

/* ---- the log ---- */

static struct hash root_over(struct log *log, size_t from, size_t to)
{
    if (to - from == 1) return log->leaves[from];
    size_t half = 1;
    while (half * 2 < to - from) half *= 2;
    struct hash left = root_over(log, from, from + half), right = root_over(log, from + half, to), out;
    merkle_node(hasher_in(log->f->ctx.arena), &left, &right, &out);
    return out;
}

static enum result subtree(struct ctx *ctx, void *arg, unsigned level, uint64_t index, struct hash *out)
{
    (void)ctx;
    *out = root_over(arg, index << level, (index + 1) << level);
    return OK;
}

static struct str note_over(struct log *log, size_t size)
{
    struct hash root = root_over(log, 0, size);
    struct buf text = buf_in(log->f->ctx.arena);
    unsigned char signature[NOTE_SIGNATURE];
    buf_print(&text, LOG_NAME "\n%zu\n", size);
    base64_put(&text, root.at, sizeof root.at);
    buf_text(&text, "\nextension\n");
    crypto_sign_detached(signature, NULL, (const unsigned char *)text.at, text.len, log->secret);
    buf_char(&text, '\n');
    note_put_signature(&text, &log->key, (struct str){(const char *)signature, sizeof signature});
    return buf_str(&text);
}

static struct str question(struct log *log, size_t old_size, size_t size)
{
    const struct merkle_source source = {subtree, log};
    struct merkle_proof proof = {.count = 0};
    struct buf body = buf_in(log->f->ctx.arena);
    struct ctx *ctx = &log->f->ctx;
    if (old_size && old_size < size)
        expect_ok(ctx, merkle_consistency(ctx, hasher_in(ctx->arena), &source, old_size, size, &proof));
    add_checkpoint_put(&body, (int64_t)old_size, &proof, note_over(log, size));
    return buf_str(&body);
}

static enum result open_witness(struct ctx *ctx, void *arg)
{
    struct log *log = arg;
    return witness_open(ctx, &master, log->logs, &log->witness);
}

static struct log *begin(struct fixture *f)
{
    struct log *log = arena_make(f->ctx.arena, struct log);
    unsigned char public[NOTE_KEY];
    struct buf policy = buf_in(f->ctx.arena);
    ledger_fixture(f);
    log->f = f;
    crypto_sign_keypair(public, log->secret);
    note_key_make(&log->key, S(LOG_NAME), NOTE_ED25519, public);
    for (size_t i = 0; i < LEAVES; i++) memset(log->leaves[i].at, (int)i + 1, HASH_SIZE);
    buf_text(&policy, "log ");
    note_key_put(&policy, &log->key);
    buf_text(&policy, "\nquorum none\n");
    expect_ok(&f->ctx, policy_parse(&f->ctx, buf_str(&policy), &log->logs));
    write_ok(f, open_witness, log);
    return log;
}

/* ---- asking ---- */

struct asked {
    struct log *log;
    struct add_checkpoint add;
    struct witness_answer answer;
};

static enum result take(struct ctx *ctx, void *arg)
{
    struct asked *asked = arg;
    return witness_take(ctx, asked->log->witness, &asked->add, &asked->answer);
}

static struct witness_answer ask(struct log *log, struct str body)
{
    struct asked *asked = arena_make(log->f->ctx.arena, struct asked);
    asked->log = log;
    enum witness_verdict verdict = witness_read(log->f->ctx.arena, log->witness, body, &asked->add);
    if (verdict != WITNESS_COSIGNED) return (struct witness_answer){.verdict = verdict};
    write_ok(log->f, take, asked);
    return asked->answer;
}

static void expect_cosigned(struct log *log, struct str body, int64_t now)
{
    struct arena *arena = log->f->ctx.arena;
    struct add_checkpoint add;
    struct note lines;
    int64_t at;
    log->f->ctx.now = now;
    struct witness_answer answer = ask(log, body);
    assert_int_equal(answer.verdict, WITNESS_COSIGNED);
    assert_true(add_checkpoint_parse(arena, body, &add));
    assert_true(note_parse_signatures(arena, answer.line, &lines));
    assert_int_equal(note_check(arena, add.note.text, &lines.signatures[0], witness_key(log->witness), &at),
                     NOTE_HOLDS);
    assert_int_equal(at, now / 1000 * 1000);
}

static void expect_size(struct log *log, struct str body, int64_t size)
{
    struct witness_answer answer = ask(log, body);
    assert_int_equal(answer.verdict, WITNESS_OTHER);
    assert_int_equal(answer.size, size);
    assert_int_equal(answer.line.len, 0);
}

/* ---- tests ---- */

static void test_follows_a_log(void **state)
{
    FIXTURE(f);
    struct log *log = begin(f);
    expect_size(log, question(log, 5, 10), 0); /* it knows nothing yet */
    expect_cosigned(log, question(log, 0, 10), 5500);
    expect_cosigned(log, question(log, 10, 10), 6500); /* again */
    expect_cosigned(log, question(log, 10, 37), 7500);
    expect_size(log, question(log, 10, 40), 37);
    expect_size(log, question(log, 0, 40), 37);
    expect_cosigned(log, question(log, 37, 64), 8500);
    witness_close(log->witness);
}

static void test_refuses_another_past(void **state)
{
    FIXTURE(f);
    struct log *log = begin(f);
    expect_cosigned(log, question(log, 0, 20), 1000);
    expect_size(log, question(log, 12, 12), 20); /* an older copy */
    log->leaves[7].at[0] ^= 1;                   /* written anew */
    assert_int_equal(ask(log, question(log, 20, 30)).verdict, WITNESS_UNPROVEN);
    expect_size(log, question(log, 20, 20), 20);
    log->leaves[7].at[0] ^= 1;
    expect_cosigned(log, question(log, 20, 30), 2000);
    witness_close(log->witness);
}

static void test_refuses_what_is_wrong(void **state)
{
    FIXTURE(f);
    struct log *log = begin(f);
    struct str good = question(log, 0, 20), longer = question(log, 20, 30);
    assert_int_equal(ask(log, S("old 0\n\n")).verdict, WITNESS_MALFORMED);
    assert_int_equal(ask(log, question(log, 30, 20)).verdict, WITNESS_MALFORMED);
    char *other = arena_alloc(f->ctx.arena, good.len);
    memcpy(other, good.at, good.len);
    memcpy(other + strlen("old 0\n\n"), "lag", 3); /* the origin */
    assert_int_equal(ask(log, (struct str){other, good.len}).verdict, WITNESS_UNKNOWN);
    memcpy(other, good.at, good.len);
    memcpy(other + strlen("old 0\n\n" LOG_NAME "\n"), "21", 2); /* the size, which is signed */
    assert_int_equal(ask(log, (struct str){other, good.len}).verdict, WITNESS_UNSIGNED);
    struct str with_proof = arena_print(f->ctx.arena, "old 0\n%.*s", PRINT(str_slice(longer, 7, longer.len)));
    assert_int_equal(ask(log, with_proof).verdict, WITNESS_UNPROVEN); /* from nothing, nothing is to be proven */
    expect_cosigned(log, good, 1000);
    witness_close(log->witness);
}

static void test_two_questions_at_once(void **state)
{
    FIXTURE(f);
    struct log *log = begin(f);
    expect_cosigned(log, question(log, 0, 5), 1000);
    struct str slow = question(log, 5, 10), fast = question(log, 5, 20);
    expect_cosigned(log, fast, 2000);
    expect_size(log, slow, 20); /* it was compared with 5 by whoever sent it */
    witness_close(log->witness);
}

/* PostgreSQL has several writers at once. Who waits for another must not go by what stood there before. */
struct racer {
    struct asked asked;
    pthread_barrier_t *start;
    enum result result;
};

static void *race(void *arg)
{
    struct racer *racer = arg;
    struct fixture *f = racer->asked.log->f;
    struct ctx ctx = {.arena = arena_new(0), .now = f->ctx.now};
    pthread_barrier_wait(racer->start);
    racer->result = store_write(&ctx, f->store, take, &racer->asked);
    arena_free(ctx.arena);
    return NULL;
}

/* Several ways on from one size, of which only one may be cosigned: how many were, and the new size. */
static size_t cosigned_of(struct log *log, size_t old_size, size_t *size)
{
    struct racer racers[AT_ONCE] = {0};
    pthread_t threads[AT_ONCE];
    pthread_barrier_t start;
    size_t cosigned = 0;
    assert_int_equal(pthread_barrier_init(&start, NULL, AT_ONCE), 0);
    for (size_t i = 0; i < AT_ONCE; i++) {
        struct str body = question(log, old_size, old_size + 1 + i);
        racers[i] = (struct racer){.asked = {.log = log}, .start = &start};
        assert_int_equal(witness_read(log->f->ctx.arena, log->witness, body, &racers[i].asked.add), WITNESS_COSIGNED);
    }
    for (size_t i = 0; i < AT_ONCE; i++) assert_int_equal(pthread_create(&threads[i], NULL, race, &racers[i]), 0);
    for (size_t i = 0; i < AT_ONCE; i++) pthread_join(threads[i], NULL);
    for (size_t i = 0; i < AT_ONCE; i++) {
        assert_int_equal(racers[i].result, OK);
        if (racers[i].asked.answer.verdict == WITNESS_OTHER) continue;
        assert_int_equal(racers[i].asked.answer.verdict, WITNESS_COSIGNED);
        *size = old_size + 1 + i;
        cosigned++;
    }
    pthread_barrier_destroy(&start);
    return cosigned;
}

static void test_branches_at_once(void **state)
{
    FIXTURE(f);
    struct log *log = begin(f);
    size_t size = 5;
    expect_cosigned(log, question(log, 0, size), 1000);
    for (size_t i = 0; i < ROUNDS; i++) assert_int_equal(cosigned_of(log, size, &size), 1);
    expect_size(log, question(log, 0, 60), (int64_t)size);
    witness_close(log->witness);
}

static enum result expect_tampered(struct ctx *ctx, void *arg)
{
    struct asked *asked = arg;
    assert_int_equal(witness_take(ctx, asked->log->witness, &asked->add, &asked->answer), BROKEN);
    expect_sentence(ctx, "was altered or removed in its database");
    ctx_clear_error(ctx);
    return OK;
}

static void refuse_as_tampered(struct log *log, struct str body)
{
    struct asked *asked = arena_make(log->f->ctx.arena, struct asked);
    asked->log = log;
    assert_int_equal(witness_read(log->f->ctx.arena, log->witness, body, &asked->add), WITNESS_COSIGNED);
    write_ok(log->f, expect_tampered, asked);
    assert_int_equal(asked->answer.line.len, 0);
}

static enum result forget(struct ctx *ctx, void *arg)
{
    (void)arg;
    return witness_forget(ctx, S(LOG_NAME), S("It begins anew, as agreed."));
}

static void test_what_was_never_watched_is_not_forgotten(void **state)
{
    FIXTURE(f);
    struct log *log = begin(f);
    assert_int_equal(store_write(&f->ctx, f->store, forget, NULL), NOT_FOUND);
    expect_sentence(&f->ctx, "This witness knows no log");
    witness_close(log->witness);
}

static void test_memory_cannot_be_set_back(void **state)
{
    FIXTURE(f);
    struct log *log = begin(f);
    expect_cosigned(log, question(log, 0, 20), 1000);
    expect_cosigned(log, question(log, 20, 30), 2000);
    run_sql(f, "UPDATE witness_log SET size = 20");
    refuse_as_tampered(log, question(log, 20, 25));
    run_sql(f, "DELETE FROM witness_log");
    refuse_as_tampered(log, question(log, 0, 25));
    /* nor does an entry that somebody else made let it forget */
    run_sql(f, "INSERT INTO ledger_entry (id, at, actor, action, subject, record, version, state_size, content_hash) "
               "SELECT 9000, at, actor, 'forget', subject, record, version + 1, state_size, content_hash FROM "
               "ledger_entry WHERE subject = 'witness' AND action = 'watch'; INSERT INTO ledger_state SELECT 9000, "
               "salt, comment, state FROM ledger_state WHERE entry = (SELECT id FROM ledger_entry WHERE action = "
               "'watch'); INSERT INTO ledger_pending SELECT 9000, mac FROM ledger_pending LIMIT 1");
    refuse_as_tampered(log, question(log, 0, 25));
    run_sql(f, "DELETE FROM ledger_pending WHERE entry = 9000; DELETE FROM ledger_state WHERE entry = 9000");
    run_sql(f, db_dialect(f->ctx.db) == DIALECT_SQLITE ? "DROP TRIGGER \"ledger_entry_no_DELETE\""
                                                       : "DROP TRIGGER ledger_entry_append_only ON ledger_entry");
    run_sql(f, "DELETE FROM ledger_entry WHERE id = 9000");
    write_ok(f, forget, NULL);
    expect_cosigned(log, question(log, 0, 25), 3000);
    witness_close(log->witness);
}

/* What a restored copy puts under its own identity is what held. */
static void test_a_copy_keeps_what_held(void **state)
{
    FIXTURE(f);
    struct log *log = begin(f);
    struct witness_parting parting;
    expect_cosigned(log, question(log, 0, 20), 1000);
    store_use_keyring(f->store, &master);
    expect_ok(&f->ctx, witness_part_begin(&f->ctx, &parting));
    assert_int_equal(parting.count, 1);
    run_sql(f, "UPDATE witness_log SET at = at + 1");
    expect_ok(&f->ctx, witness_part_begin(&f->ctx, &parting));
    assert_int_equal(parting.count, 0);
    store_use_keyring(f->store, &keyring);
    witness_close(log->witness);
}

static void expect_verified(struct fixture *f, const struct keyring *key, enum result wanted, const char *sentence)
{
    int64_t checked;
    ctx_clear_error(&f->ctx);
    assert_int_equal(witness_verify(&f->ctx, key, &checked), wanted);
    if (sentence) expect_sentence(&f->ctx, sentence);
}

static void test_memory_is_verified(void **state)
{
    static const struct {
        const char *done, *undone, *sentence;
        enum result without_key; /* form and size are seen without the MAC's key, too */
    } cases[] = {
        {"UPDATE witness_log SET at = at + 1", "UPDATE witness_log SET at = at - 1", "did not write", OK},
        {"UPDATE witness_log SET size = 19", "UPDATE witness_log SET size = 20", "did not write", CONFLICT},
        {"UPDATE witness_log SET note = 'x' || note", "UPDATE witness_log SET note = substr(note, 2)", "did not write",
         CONFLICT},
        {"CREATE TABLE away AS SELECT * FROM witness_log; DELETE FROM witness_log",
         "INSERT INTO witness_log SELECT * FROM away", "has no row in witness_log", CONFLICT},
    };
    FIXTURE(f);
    struct log *log = begin(f);
    expect_verified(f, &master, OK, NULL);
    expect_cosigned(log, question(log, 0, 20), 1000);
    expect_verified(f, &master, OK, NULL);
    for (size_t i = 0; i < COUNT(cases); i++) {
        run_sql(f, cases[i].done);
        expect_verified(f, &master, CONFLICT, cases[i].sentence);
        expect_verified(f, NULL, cases[i].without_key, NULL);
        run_sql(f, cases[i].undone);
        expect_verified(f, &master, OK, NULL);
    }
    write_ok(f, forget, NULL);
    expect_verified(f, &master, OK, NULL);
    run_sql(f, "INSERT INTO witness_log SELECT * FROM away");
    expect_verified(f, &master, CONFLICT, "does not say are witnessed here");
    witness_close(log->witness);
}

static void test_key_stays(void **state)
{
    FIXTURE(f);
    struct log *log = begin(f);
    struct note_key first = *witness_key(log->witness);
    char name[NOTE_NAME];
    memcpy(name, first.name.at, first.name.len);
    struct str kept = {name, first.name.len};
    assert_true(str_starts(kept, S("merlon-witness/")));
    witness_close(log->witness);
    write_ok(f, open_witness, log);
    assert_memory_equal(witness_key(log->witness)->at, first.at, NOTE_KEY);
    assert_true(str_eq(witness_key(log->witness)->name, kept));
    expect_cosigned(log, question(log, 0, 20), 1000);
    witness_close(log->witness);
    run_sql(f, "DELETE FROM meta WHERE name = 'witness.secret'");
    assert_int_equal(store_write(&f->ctx, f->store, open_witness, log), BROKEN);
    expect_sentence(&f->ctx, "its key is gone");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BOTH(test_follows_a_log),
        ON_BOTH(test_refuses_another_past),
        ON_BOTH(test_refuses_what_is_wrong),
        ON_BOTH(test_two_questions_at_once),
        ON_BOTH(test_branches_at_once),
        ON_BOTH(test_memory_cannot_be_set_back),
        ON_BOTH(test_what_was_never_watched_is_not_forgotten),
        ON_BOTH(test_a_copy_keeps_what_held),
        ON_BOTH(test_memory_is_verified),
        ON_BOTH(test_key_stays),
    };
    return cmocka_run_group_tests_name("ledger/witness", tests, NULL, NULL);
}
