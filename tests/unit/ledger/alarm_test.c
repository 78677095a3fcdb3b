/* An alarm of the sealing stands until what it tells of is over: whoever writes the database, or the directory, neither
 * silences it nor makes the program forget what it has committed. */
#include "ledger/fixture.h"

#include "ledger/remembered.h"
#include "ledger/signer.h"
#include "store/holding.h"

#include <unistd.h>

struct watched {
    struct fixture *f;
    struct ledger_keys *keys;
    struct ledger_signer *signer;
};

static enum result open_keys(struct ctx *ctx, void *arg)
{
    struct watched *w = arg;
    return ledger_keys_open(ctx, &keyring, true, &w->keys);
}

static struct watched begin(struct fixture *f)
{
    struct watched w = {.f = f};
    ledger_fixture(f);
    write_ok(f, open_keys, &w);
    expect_ok(&f->ctx, ledger_signer_open(&f->ctx, f->store, w.keys, str_of(f->directory), &w.signer));
    for (int at = 1000; at < 1020; at++) append(f, at, "change", "risk", 1, "{\"n\":1}", NULL);
    f->ctx.now = 2000;
    expect_ok(&f->ctx, ledger_signer_seal(&f->ctx, w.signer));
    drop_guards(f);
    return w;
}

static void end(struct watched *w)
{
    unlink(arena_print(w->f->ctx.arena, "%s/ledger.heads", w->f->directory).at);
    store_watch_commits(w->f->store, NULL, NULL);
    ledger_signer_close(w->signer);
    ledger_keys_close(w->keys);
}

static enum result round_of(struct watched *w)
{
    ctx_clear_error(&w->f->ctx);
    return ledger_signer_seal(&w->f->ctx, w->signer);
}

static void expect_alarm(struct watched *w, const char *part)
{
    char alarm[600];
    ledger_signer_alarm(w->signer, alarm, sizeof alarm);
    if (!strstr(alarm, part)) print_error("the alarm says: %s\n", alarm);
    assert_non_null(strstr(alarm, part));
}

/* So that what was before differs from what comes. */
static int64_t a_later_instant(void)
{
    int64_t now = clock_monotonic();
    while (clock_monotonic() < now + 5) continue;
    return clock_monotonic();
}

#define PLANTED_KEY                                                                                                    \
    "INSERT INTO ledger_entry (id, at, actor, action, subject, record, version, state_size) VALUES "                   \
    "(5000, 1, 0, 'rotate', 'ledger-key', 1, 1, 0); "

/* With a key that was planted no chain can be read, and nothing is sealed: that is an alarm as well. */
static void a_planted_key_is_an_alarm(void **state)
{
    FIXTURE(f);
    struct watched w = begin(f);
    run_sql(f, PLANTED_KEY);
    append(f, 3000, "change", "risk", 1, "{\"n\":2}", NULL);
    assert_int_not_equal(round_of(&w), OK);
    expect_alarm(&w, "Entry 5000 says that a new key took over, but it was not written by this program");
    end(&w);
}

/* What was committed is missed also after rounds that came to nothing. */
static void what_was_committed_is_not_forgotten_in_a_round_that_fails(void **state)
{
    FIXTURE(f);
    struct watched w = begin(f);
    int64_t entry = append(f, 3000, "change", "risk", 1, "{\"n\":2}", NULL);
    run_sql(f, PLANTED_KEY);
    for (int i = 0; i < 3; i++) assert_int_not_equal(round_of(&w), OK);
    run_sql(f, arena_print(f->ctx.arena,
                           "DELETE FROM ledger_entry WHERE id = 5000; DELETE FROM ledger_pending WHERE entry = %lld; "
                           "DELETE FROM ledger_state WHERE entry = %lld; DELETE FROM ledger_entry WHERE id = %lld",
                           (long long)entry, (long long)entry, (long long)entry)
                   .at);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(round_of(&w), BROKEN);
        expect_alarm(&w, "it was removed before it was sealed");
    }
    end(&w);
}

/* Nor by a row of ledger_leaf that somebody puts there for a moment: a place is what the signed tree says. */
static void a_planted_place_is_none(void **state)
{
    FIXTURE(f);
    static const char *const places[] = {"-7", "500", "3"};
    struct watched w = begin(f);
    run_sql(f, f->url[0] ? "ALTER TABLE ledger_leaf DROP CONSTRAINT ledger_leaf_pkey"
                         : "CREATE TABLE l AS SELECT * FROM ledger_leaf; DROP TABLE ledger_leaf; "
                           "ALTER TABLE l RENAME TO ledger_leaf");
    for (size_t i = 0; i < COUNT(places); i++) {
        long long entry = append(f, 3000 + (int64_t)i, "change", "risk", 1, "{\"n\":2}", NULL);
        run_sql(f, arena_print(f->ctx.arena,
                               "INSERT INTO ledger_leaf (position, entry, leaf_hash, mac) SELECT %s, entry, mac, mac "
                               "FROM ledger_pending WHERE entry = %lld; DELETE FROM ledger_pending WHERE entry = %lld",
                               places[i], entry, entry)
                       .at);
        for (int round = 0; round < 2; round++) assert_int_equal(round_of(&w), BROKEN); /* also while it stands */
        expect_alarm(&w, arena_print(f->ctx.arena, "Entry %lld was written by this program and saved", entry).at);
        run_sql(f, arena_print(f->ctx.arena,
                               "DELETE FROM ledger_leaf WHERE entry = %lld; DELETE FROM ledger_state WHERE entry = "
                               "%lld; DELETE FROM ledger_entry WHERE id = %lld",
                               entry, entry, entry)
                       .at);
        assert_int_equal(round_of(&w), BROKEN);
        expect_alarm(&w, arena_print(f->ctx.arena, "Entry %lld was written by this program and saved", entry).at);
        store_watch_commits(f->store, NULL, NULL);
        ledger_signer_close(w.signer);
        expect_ok(&f->ctx, ledger_signer_open(&f->ctx, f->store, w.keys, str_of(f->directory), &w.signer));
    }
    end(&w);
}

/* Nor where the round runs out of memory. */
static void a_round_without_memory_is_an_alarm(void **state)
{
    FIXTURE(f);
    struct watched w = begin(f);
    append(f, 3000, "change", "risk", 1, "{\"n\":2}", NULL);
    ctx_clear_error(&f->ctx);
    arena_fail_at(2); /* the first is the scratch memory of the round itself */
    assert_int_equal(ledger_signer_seal(&f->ctx, w.signer), BROKEN);
    arena_fail_at(0);
    expect_alarm(&w, "There is not enough memory to seal the ledger");
    expect_ok(&f->ctx, round_of(&w));
    char alarm[600];
    ledger_signer_alarm(w.signer, alarm, sizeof alarm);
    assert_string_equal(alarm, "");
    end(&w);
}

/* A program that has written nothing itself seals what others wrote, and has nothing to look for. */
static void a_round_before_the_first_write_is_quiet(void **state)
{
    FIXTURE(f);
    struct watched w = begin(f);
    struct ledger_signer *idle;
    expect_ok(&f->ctx, ledger_signer_open(&f->ctx, f->store, w.keys, str_of(f->directory), &idle));
    store_watch_commits(f->store, NULL, NULL);
    append(f, 3000, "change", "risk", 1, "{\"n\":2}", NULL);
    for (int i = 0; i < 2; i++) expect_ok(&f->ctx, ledger_signer_seal(&f->ctx, idle));
    char alarm[600];
    ledger_signer_alarm(idle, alarm, sizeof alarm);
    assert_string_equal(alarm, "");
    ledger_signer_close(idle);
    end(&w);
}

/* A program that lost its memory together with the file begins anew with an entry that says so. */
static void a_memory_that_is_gone_begins_with_an_entry(void **state)
{
    FIXTURE(f);
    struct watched w = begin(f);
    const char *path = arena_print(f->ctx.arena, "%s/ledger.heads", f->directory).at;
    ledger_signer_close(w.signer);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fprintf(file, "20 0 2000 %064d merlon/0123456789abcdef 0123456789abcdef %0128d\n", 0, 0);
    assert_int_equal(fclose(file), 0);
    expect_ok(&f->ctx, ledger_signer_open(&f->ctx, f->store, w.keys, str_of(f->directory), &w.signer));
    append(f, 3000, "change", "risk", 1, "{\"n\":2}", NULL);
    assert_int_equal(round_of(&w), BROKEN);
    assert_int_equal(unlink(path), 0);
    f->ctx.now = 4000;
    int64_t from = a_later_instant();
    expect_ok(&f->ctx, round_of(&w));
    int64_t waits = ledger_signer_waits(w.signer); /* of the entry that says so, which this round committed itself */
    assert_true(waits <= clock_monotonic() - from);
    a_later_instant();
    assert_true(ledger_signer_waits(w.signer) > waits);
    int64_t entries;
    expect_ok(&f->ctx, db_query_number(&f->ctx, S("SELECT count(*) FROM ledger_entry WHERE action = 'remember'"), NULL,
                                       0, 0, &entries));
    assert_int_equal(entries, 1);
    end(&w);
}

/* Of two heads over equally many entries only one can be this ledger's. */
static void a_head_of_the_same_size_over_other_entries_does_not_continue(void **state)
{
    FIXTURE(f);
    struct watched w = begin(f);
    struct ledger_head newest, other;
    expect_ok(&f->ctx, tree_head(&f->ctx, 0, &newest));
    expect_ok(&f->ctx, ledger_continues(&f->ctx, &newest, &newest));
    other = newest;
    other.root.at[0] ^= 1;
    assert_int_equal(ledger_continues(&f->ctx, &newest, &other), BROKEN);
    expect_sentence(&f->ctx, "The first 20 entries of the ledger are not those");
    end(&w);
}

/* Told also where the round itself hangs: by what this process remembers, to whoever asks from another thread. */
static void entries_that_no_round_comes_to_are_an_alarm(void **state)
{
    FIXTURE(f);
    struct watched w = begin(f);
    char alarm[600];
    assert_int_equal(ledger_signer_waits(w.signer), 0);
    ledger_signer_watch(w.signer, INT64_MAX);
    ledger_signer_alarm(w.signer, alarm, sizeof alarm);
    assert_string_equal(alarm, ""); /* nothing awaits its seal */
    int64_t from = clock_monotonic();
    append(f, 3000, "change", "risk", 1, "{\"n\":2}", NULL);
    int64_t to = clock_monotonic();
    ledger_signer_watch(w.signer, from + WAITING_LATE - 1);
    ledger_signer_alarm(w.signer, alarm, sizeof alarm);
    assert_string_equal(alarm, "");
    ledger_signer_watch(w.signer, to + WAITING_LATE);
    expect_alarm(&w, "no round of sealing comes to its end");
    expect_ok(&f->ctx, round_of(&w));
    ledger_signer_watch(w.signer, to + WAITING_LATE);
    ledger_signer_alarm(w.signer, alarm, sizeof alarm);
    assert_string_equal(alarm, "");
    end(&w);
}

/* Whoever watches was held up with the rounds; what still hangs when all goes on is told in its time. */
static void a_machine_that_was_paused_is_no_alarm(void **state)
{
    FIXTURE(f);
    struct watched w = begin(f);
    char alarm[600];
    append(f, 3000, "change", "risk", 1, "{\"n\":2}", NULL);
    int64_t at = clock_monotonic();
    ledger_signer_watch(w.signer, at);
    at += 2 * WAITING_LATE;
    for (int64_t end_at = at + WAITING_LATE; at < end_at; at += WAITING_LATE / 10) {
        ledger_signer_watch(w.signer, at);
        ledger_signer_alarm(w.signer, alarm, sizeof alarm);
        assert_string_equal(alarm, "");
    }
    ledger_signer_watch(w.signer, at);
    expect_alarm(&w, "no round of sealing comes to its end");
    end(&w);
}

/* It was not held, so what waited before it waits still, and since then. */
static void a_round_that_is_not_held_ends_no_wait(void **state)
{
    FIXTURE(f);
    struct watched w = begin(f);
    struct holding holding = {.job = {.run = hold_writer, .done = is_held_no_more}};
    sem_init(&holding.begun, 0, 0);
    sem_init(&holding.goes_on, 0, 0);
    sem_init(&holding.done, 0, 0);
    append(f, 3000, "change", "risk", 1, "{\"n\":2}", NULL);
    int64_t to = clock_monotonic();
    a_later_instant();
    assert_int_equal(store_submit(f->store, &holding.job), OK);
    while (sem_wait(&holding.begun) != 0) continue;
    f->ctx.patience = 1;
    enum result result = round_of(&w);
    sem_post(&holding.goes_on);
    while (sem_wait(&holding.done) != 0) continue;
    assert_int_equal(result, BUSY);
    ledger_signer_watch(w.signer, to + WAITING_LATE);
    expect_alarm(&w, "no round of sealing comes to its end");
    f->ctx.patience = 0;
    expect_ok(&f->ctx, round_of(&w));
    assert_int_equal(ledger_signer_waits(w.signer), 0);
    end(&w);
}

/* What somebody put there waits still, and that nobody could look again is no answer to it. */
static void a_round_that_is_not_held_leaves_the_alarm(void **state)
{
    FIXTURE(f);
    struct watched w = begin(f);
    struct holding holding = {.job = {.run = hold_writer, .done = is_held_no_more}};
    sem_init(&holding.begun, 0, 0);
    sem_init(&holding.goes_on, 0, 0);
    sem_init(&holding.done, 0, 0);
    run_sql(f, "INSERT INTO ledger_pending (entry, mac) VALUES (5000, x'00')");
    assert_int_equal(round_of(&w), BROKEN);
    expect_alarm(&w, "Entry 5000 awaits its seal and does not get it");
    assert_int_equal(store_submit(f->store, &holding.job), OK);
    while (sem_wait(&holding.begun) != 0) continue;
    f->ctx.patience = 1;
    enum result result = round_of(&w);
    sem_post(&holding.goes_on);
    while (sem_wait(&holding.done) != 0) continue;
    assert_int_equal(result, BUSY);
    expect_alarm(&w, "Entry 5000 awaits its seal and does not get it");
    f->ctx.patience = 0;
    end(&w);
}

/* Nor does one that says why it seals nothing; but then that is the alarm, not that none comes to its end. */
static void a_round_that_tells_why_leaves_the_wait_and_its_own_alarm(void **state)
{
    FIXTURE(f);
    struct watched w = begin(f);
    run_sql(f, PLANTED_KEY);
    append(f, 3000, "change", "risk", 1, "{\"n\":2}", NULL);
    int64_t to = clock_monotonic(), from = a_later_instant();
    assert_int_not_equal(round_of(&w), OK);
    assert_true(ledger_signer_waits(w.signer) >= from - to);
    ledger_signer_watch(w.signer, from + WAITING_LATE - 1);
    expect_alarm(&w, "Entry 5000 says that a new key took over");
    ledger_signer_watch(w.signer, clock_monotonic() + WAITING_LATE);
    expect_alarm(&w, "no round of sealing comes to its end");
    end(&w);
}

static enum result seal_elsewhere(struct ctx *ctx, void *arg)
{
    struct ledger_seal seal = {.keys = arg};
    return ledger_seal(ctx, &seal);
}

static int64_t newest_remembered(struct watched *w)
{
    int64_t size;
    expect_ok(&w->f->ctx, remembered_newest(&w->f->ctx, str_of(w->f->directory), &size));
    return size;
}

static void seal_one_elsewhere(struct watched *w)
{
    append(w->f, 3000, "change", "risk", 1, "{\"n\":2}", NULL);
    w->f->ctx.now = 4000;
    write_ok(w->f, seal_elsewhere, w->keys);
}

/* A node that writes nothing for long misses what is taken back from the others, too. */
static void what_another_node_sealed_is_remembered(void **state)
{
    FIXTURE(f);
    struct watched w = begin(f);
    store_watch_commits(f->store, NULL, NULL); /* what comes now is another's */
    seal_one_elsewhere(&w);
    assert_int_equal(newest_remembered(&w), 20);
    expect_ok(&f->ctx, round_of(&w));
    assert_int_equal(newest_remembered(&w), 21);
    run_sql(f, "DELETE FROM ledger_head WHERE size = 21; DELETE FROM ledger_leaf WHERE position = 20");
    assert_int_equal(round_of(&w), BROKEN);
    expect_alarm(&w, "ends after 20 entries, but this program has seen a signed head over 21");
    end(&w);
}

/* What is only a missing head is no roll-back: there would be no newer database to find. */
static void a_head_that_was_taken_out_is_put_back(void **state)
{
    FIXTURE(f);
    static const char *const taken[] = {
        "DELETE FROM ledger_head WHERE size = (SELECT max(size) FROM ledger_head)",
        "DELETE FROM ledger_head",
    };
    struct watched w = begin(f);
    struct ledger_head head;
    expect_ok(&f->ctx, tree_head(&f->ctx, 0, &head));
    int64_t size = head.size;
    for (size_t i = 0; i < COUNT(taken); i++) {
        run_sql(f, taken[i]);
        expect_ok(&f->ctx, round_of(&w));
        expect_ok(&f->ctx, tree_head(&f->ctx, 0, &head));
        assert_int_equal(head.size, size);
        expect_alarm(&w, "were put back from ledger.heads");
    }
    run_sql(f, "DELETE FROM ledger_head WHERE size = (SELECT max(size) FROM ledger_head)");
    run_sql(f, "UPDATE ledger_leaf SET leaf_hash = (SELECT leaf_hash FROM ledger_leaf WHERE position = 0) WHERE "
               "position = (SELECT max(position) FROM ledger_leaf)");
    assert_int_equal(round_of(&w), BROKEN);
    end(&w);
}

/* Nobody makes a node remember what the ledger's key never signed, nor hides a forged line behind a newer one. */
static void only_what_is_signed_is_remembered(void **state)
{
    FIXTURE(f);
    struct watched w = begin(f);
    store_watch_commits(f->store, NULL, NULL);
    run_sql(f, "INSERT INTO ledger_head (size, root, at, key_id, signature, origin, previous) SELECT 500, root, at, "
               "key_id, signature, origin, 20 FROM ledger_head WHERE size = 20");
    assert_int_equal(round_of(&w), BROKEN);
    expect_alarm(&w, "The newest signed head (over 500 entries) bears a signature that does not hold");
    assert_int_equal(newest_remembered(&w), 20);
    struct ledger_head head;
    expect_ok(&f->ctx, ledger_signed_head(&f->ctx, 0, &head)); /* what is handed out meanwhile */
    assert_int_equal(head.size, 20);
    assert_int_equal(ledger_signed_head(&f->ctx, 500, &head), BROKEN);
    run_sql(f, "DELETE FROM ledger_head WHERE size = 500");
    FILE *file = fopen(arena_print(f->ctx.arena, "%s/ledger.heads", f->directory).at, "a");
    assert_non_null(file);
    fprintf(file, "20 0 2000 %064d merlon/0123456789abcdef 0123456789abcdef %0128d\n", 0, 0);
    assert_int_equal(fclose(file), 0);
    seal_one_elsewhere(&w);
    assert_int_equal(round_of(&w), BROKEN);
    expect_alarm(&w, "Line 2 of ledger.heads is of the key 0123456789abcdef");
    assert_int_equal(newest_remembered(&w), 20);
    end(&w);
}

/* One digit of the signature in that line of ledger.heads is another from now on. */
static void forge_line(struct watched *w, int line)
{
    const char *path = arena_print(w->f->ctx.arena, "%s/ledger.heads", w->f->directory).at;
    char text[4096];
    FILE *file = fopen(path, "r+");
    assert_non_null(file);
    size_t len = fread(text, 1, sizeof text - 1, file);
    text[len] = 0;
    char *end = text;
    for (int i = 0; i < line; i++) assert_non_null(end = strchr(end, '\n') + 1);
    end[-2] = end[-2] == '0' ? '1' : '0';
    rewind(file);
    assert_int_equal(fwrite(text, 1, len, file), len);
    assert_int_equal(fclose(file), 0);
}

/* The newest line is the ledger's own; the one before it, of a head that was taken out as well, is not. */
static void a_forged_line_is_not_put_back(void **state)
{
    FIXTURE(f);
    struct watched w = begin(f);
    struct ledger_head head;
    for (int i = 0; i < 2; i++) {
        append(f, 3000 + i, "change", "risk", 1, "{\"n\":2}", NULL);
        expect_ok(&f->ctx, round_of(&w));
    }
    run_sql(f, "DELETE FROM ledger_head WHERE size > 20");
    forge_line(&w, 2);
    assert_int_equal(round_of(&w), BROKEN);
    expect_alarm(&w, "Line 2 of ledger.heads bears no signature of a key of this ledger");
    expect_ok(&f->ctx, tree_head(&f->ctx, 0, &head));
    assert_int_equal(head.size, 20);
    end(&w);
}

/* As thinning leaves it: without that line. */
static void take_line_out(struct watched *w, int line)
{
    const char *path = arena_print(w->f->ctx.arena, "%s/ledger.heads", w->f->directory).at;
    char text[4096];
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    text[fread(text, 1, sizeof text - 1, file)] = 0;
    assert_int_equal(fclose(file), 0);
    char *from = text;
    for (int i = 1; i < line; i++) assert_non_null(from = strchr(from, '\n') + 1);
    const char *after = strchr(from, '\n') + 1;
    file = fopen(path, "w");
    assert_non_null(file);
    fprintf(file, "%.*s%s", (int)(from - text), text, after);
    assert_int_equal(fclose(file), 0);
}

/* What is still there without a gap is put back; over a gap nothing is, since a head names the one before it. */
static void a_thinned_memory_puts_back_what_has_no_gap(void **state)
{
    FIXTURE(f);
    struct watched w = begin(f);
    struct ledger_head head;
    for (int i = 0; i < 2; i++) {
        append(f, 3000 + i, "change", "risk", 1, "{\"n\":2}", NULL);
        expect_ok(&f->ctx, round_of(&w));
    }
    take_line_out(&w, 2);
    run_sql(f, "DELETE FROM ledger_head WHERE size > 21");
    expect_ok(&f->ctx, round_of(&w));
    expect_ok(&f->ctx, tree_head(&f->ctx, 0, &head));
    assert_int_equal(head.size, 22);
    run_sql(f, "DELETE FROM ledger_head WHERE size > 20");
    assert_int_equal(round_of(&w), BROKEN);
    expect_ok(&f->ctx, tree_head(&f->ctx, 0, &head));
    assert_int_equal(head.size, 20);
    end(&w);
}

/* Nor what stands before the gap: a newer head, with which all seems to be in order again up to there. */
static void what_ends_at_a_gap_is_not_put_back_in_part(void **state)
{
    FIXTURE(f);
    struct watched w = begin(f);
    struct ledger_head head;
    for (int i = 0; i < 3; i++) {
        append(f, 3000 + i, "change", "risk", 1, "{\"n\":2}", NULL);
        expect_ok(&f->ctx, round_of(&w));
    }
    take_line_out(&w, 3);
    run_sql(f, "DELETE FROM ledger_head WHERE size > 20");
    assert_int_equal(round_of(&w), BROKEN);
    expect_ok(&f->ctx, tree_head(&f->ctx, 0, &head));
    assert_int_equal(head.size, 20);
    end(&w);
}

static enum result renew(struct ctx *ctx, void *arg)
{
    return ledger_keys_renew(ctx, &keyring, "rotate", S("yearly"), arg);
}

static void expect_seals_nothing(struct fixture *f, struct ledger_keys *keys)
{
    int64_t before, after;
    const struct str waiting = S("SELECT count(*) FROM ledger_pending");
    expect_ok(&f->ctx, db_query_number(&f->ctx, waiting, NULL, 0, 0, &before));
    assert_int_not_equal(before, 0);
    assert_int_equal(store_write(&f->ctx, f->store, seal_elsewhere, keys), BROKEN);
    expect_sentence(&f->ctx, "and this program still holds");
    expect_ok(&f->ctx, db_query_number(&f->ctx, waiting, NULL, 0, 0, &after));
    assert_int_equal(after, before);
}

/* Another node has rotated the key: neither before its first head nor after does the old key sign another. */
static void a_node_with_the_key_of_before_seals_nothing(void **state)
{
    FIXTURE(f);
    struct watched w = begin(f), other = {.f = f};
    write_ok(f, open_keys, &other);
    write_ok(f, renew, other.keys);
    expect_seals_nothing(f, w.keys);
    write_ok(f, seal_elsewhere, other.keys);
    append(f, 3000, "change", "risk", 1, "{\"n\":2}", NULL);
    expect_seals_nothing(f, w.keys);
    write_ok(f, seal_elsewhere, other.keys);
    ledger_keys_close(other.keys);
    end(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BOTH(a_planted_key_is_an_alarm),
        ON_BOTH(what_was_committed_is_not_forgotten_in_a_round_that_fails),
        ON_BOTH(a_planted_place_is_none),
        ON_SQLITE(a_round_without_memory_is_an_alarm),
        ON_BOTH(a_round_before_the_first_write_is_quiet),
        ON_BOTH(a_head_of_the_same_size_over_other_entries_does_not_continue),
        ON_BOTH(entries_that_no_round_comes_to_are_an_alarm),
        ON_SQLITE(a_machine_that_was_paused_is_no_alarm),
        ON_SQLITE(a_round_that_is_not_held_ends_no_wait),
        ON_SQLITE(a_round_that_is_not_held_leaves_the_alarm),
        ON_BOTH(a_round_that_tells_why_leaves_the_wait_and_its_own_alarm),
        ON_BOTH(a_memory_that_is_gone_begins_with_an_entry),
        ON_BOTH(what_another_node_sealed_is_remembered),
        ON_BOTH(a_head_that_was_taken_out_is_put_back),
        ON_BOTH(only_what_is_signed_is_remembered),
        ON_BOTH(a_forged_line_is_not_put_back),
        ON_BOTH(a_thinned_memory_puts_back_what_has_no_gap),
        ON_BOTH(what_ends_at_a_gap_is_not_put_back_in_part),
        ON_BOTH(a_node_with_the_key_of_before_seals_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
