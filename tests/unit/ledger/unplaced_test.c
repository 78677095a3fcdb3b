/* What this process has committed is missed until it has its place, by its content and not by its number; and what
 * another node has sealed is found, however much it is and however the two overlap. */
#include "ledger/fixture.h"

#include "ledger/remembered.h"
#include "ledger/signer.h"
#include "ledger/unplaced.h"
#include "ledger/verify.h"

#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

struct nodes {
    struct fixture *f;
    struct ledger_keys *keys;
    struct ledger_signer *signer; /* of this node */
};

static enum result open_keys(struct ctx *ctx, void *arg)
{
    return ledger_keys_open(ctx, &keyring, true, &((struct nodes *)arg)->keys);
}

static struct nodes begin(struct fixture *f)
{
    struct nodes n = {.f = f};
    ledger_fixture(f);
    write_ok(f, open_keys, &n);
    expect_ok(&f->ctx, ledger_signer_open(&f->ctx, f->store, n.keys, str_of(f->directory), &n.signer));
    append(f, 1000, "change", "risk", 1, "{\"n\":1}", NULL);
    f->ctx.now = 2000;
    expect_ok(&f->ctx, ledger_signer_seal(&f->ctx, n.signer));
    drop_guards(f);
    return n;
}

static void end(struct nodes *n)
{
    unlink(arena_print(n->f->ctx.arena, "%s/ledger.heads", n->f->directory).at);
    store_watch_commits(n->f->store, NULL, NULL);
    ledger_signer_close(n->signer);
    ledger_keys_close(n->keys);
}

static enum result round_of(struct nodes *n)
{
    ctx_clear_error(&n->f->ctx);
    return ledger_signer_seal(&n->f->ctx, n->signer);
}

static enum result seal(struct ctx *ctx, void *arg)
{
    struct ledger_seal seal = {.keys = ((struct nodes *)arg)->keys};
    return ledger_seal(ctx, &seal);
}

static void take_out(struct fixture *f, long long entry)
{
    run_sql(f,
            arena_print(f->ctx.arena,
                        "DELETE FROM ledger_pending WHERE entry = %lld; DELETE FROM ledger_state WHERE entry = %lld; "
                        "DELETE FROM ledger_entry WHERE id = %lld",
                        entry, entry, entry)
                .at);
}

/* The next entry takes the number: on SQLite by itself, on PostgreSQL when somebody sets the counter back. */
static void a_number_that_is_given_again_hides_nothing(void **state)
{
    FIXTURE(f);
    struct nodes n = begin(f);
    int64_t gone = append(f, 3000, "change", "risk", 1, "{\"n\":2}", NULL);
    take_out(f, gone);
    if (f->url[0])
        run_sql(f, arena_print(f->ctx.arena, "SELECT setval(pg_get_serial_sequence('ledger_entry', 'id'), %lld, false)",
                               (long long)gone)
                       .at);
    assert_int_equal(append(f, 3001, "change", "risk", 2, "{\"n\":3}", NULL), gone);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(round_of(&n), BROKEN);
        expect_sentence(&f->ctx, "was written by this program and saved, and is not in the ledger any more");
    }
    end(&n);
}

/* The place of another entry that is made to bear its number and its MAC. */
static void a_place_under_another_name_is_none(void **state)
{
    FIXTURE(f);
    struct nodes n = begin(f);
    run_sql(f, "DROP INDEX ledger_leaf_entry_unique");
    int64_t other = append(f, 3000, "change", "risk", 1, "{\"n\":2}", NULL);
    int64_t gone = append(f, 3001, "change", "risk", 1, "{\"n\":3}", NULL);
    run_sql(f, "CREATE TABLE held AS SELECT * FROM ledger_pending");
    run_sql(f, arena_print(f->ctx.arena, "DELETE FROM ledger_pending WHERE entry = %lld", (long long)gone).at);
    write_ok(f, seal, &n);
    run_sql(f, arena_print(f->ctx.arena,
                           "UPDATE ledger_leaf SET entry = %lld, mac = (SELECT mac FROM held WHERE entry = %lld) "
                           "WHERE entry = %lld",
                           (long long)gone, (long long)gone, (long long)other)
                   .at);
    assert_int_equal(round_of(&n), BROKEN);
    expect_sentence(&f->ctx, "was written by this program and saved, and is not in the ledger any more");
    end(&n);
}

/* The newest head is held against what is remembered although nothing is written. */
static void a_newest_head_that_was_altered_is_told_at_once(void **state)
{
    FIXTURE(f);
    static const char *const changes[] = {"at = at - 1", "previous = 0", "origin = 'merlon/0123456789abcdef'",
                                          "signature = (SELECT signature FROM held WHERE size = 1)"};
    struct nodes n = begin(f);
    append(f, 3000, "change", "risk", 1, "{\"n\":2}", NULL);
    expect_ok(&f->ctx, round_of(&n));
    run_sql(f, "CREATE TABLE held AS SELECT * FROM ledger_head");
    for (size_t i = 0; i < COUNT(changes); i++) {
        run_sql(f, arena_print(f->ctx.arena, "UPDATE ledger_head SET %s WHERE size = 2", changes[i]).at);
        assert_int_equal(round_of(&n), BROKEN);
        expect_sentence(&f->ctx, "The newest signed head (over 2 entries) bears a signature that does not hold");
        run_sql(f, "DELETE FROM ledger_head; INSERT INTO ledger_head SELECT * FROM held");
        expect_ok(&f->ctx, round_of(&n));
    }
    end(&n);
}

/* It was kept away from its seal until others had theirs: a place now would be behind them for good. */
static void what_was_kept_from_its_seal_gets_no_late_place(void **state)
{
    FIXTURE(f);
    struct nodes n = begin(f);
    struct ledger_report report;
    const struct ledger_check check = {.keys = ledger_keys_public(n.keys), .key_count = 1, .keyring = &keyring};
    append(f, 3000, "change", "risk", 1, "{\"n\":2}", NULL);
    run_sql(f, "CREATE TABLE held AS SELECT * FROM ledger_pending");
    run_sql(f, "DELETE FROM ledger_pending");
    append(f, 3001 + LEDGER_SKEW, "change", "risk", 1, "{\"n\":3}", NULL);
    assert_int_equal(round_of(&n), BROKEN);
    run_sql(f, "INSERT INTO ledger_pending SELECT * FROM held");
    assert_int_equal(round_of(&n), BROKEN);
    expect_sentence(&f->ctx, "because it is dated long before what has its place");
    expect_ok(&f->ctx, ledger_verify(&f->ctx, &check, &report));
    assert_int_equal(report.pending, 1);
    end(&n);
}

/* So far apart are the clocks of nodes that work as they should; what is older by a millisecond was held back. */
static void what_comes_late_gets_its_place_to_the_millisecond(void **state)
{
    FIXTURE(f);
    struct nodes n = begin(f);
    const int64_t newest = 10000 + LEDGER_SKEW, late[] = {newest - LEDGER_SKEW / 2 - 1, newest - LEDGER_SKEW};
    int64_t pending;
    append(f, newest, "change", "risk", 1, "{\"n\":2}", NULL);
    expect_ok(&f->ctx, round_of(&n));
    for (size_t i = 0; i < COUNT(late); i++) {
        append(f, late[i], "change", "risk", 1, "{\"n\":3}", NULL);
        expect_ok(&f->ctx, round_of(&n));
        expect_ok(&f->ctx, ledger_pending_count(&f->ctx, &pending));
        assert_int_equal(pending, 0);
    }
    append(f, newest - LEDGER_SKEW - 1, "change", "risk", 1, "{\"n\":4}", NULL);
    assert_int_equal(round_of(&n), BROKEN);
    expect_sentence(&f->ctx, "because it is dated long before what has its place");
    end(&n);
}

/* Else whoever alters the newest ones has what was kept from its seal pass for as old as what is left. */
static void an_altered_place_stops_the_sealing(void **state)
{
    FIXTURE(f);
    struct nodes n = begin(f);
    append(f, 3000, "change", "risk", 1, "{\"n\":2}", NULL);
    expect_ok(&f->ctx, round_of(&n));
    run_sql(f, "CREATE TABLE held AS SELECT * FROM ledger_leaf");
    run_sql(f, "UPDATE ledger_leaf SET mac = (SELECT mac FROM held WHERE position = 0) WHERE position = 1");
    append(f, 3001, "change", "risk", 1, "{\"n\":3}", NULL);
    assert_int_equal(round_of(&n), BROKEN);
    expect_sentence(&f->ctx, "Entry 2 of the ledger was changed outside of the program, and the sealing goes by it");
    run_sql(f, "UPDATE ledger_leaf SET mac = (SELECT mac FROM held WHERE position = 1) WHERE position = 1");
    expect_ok(&f->ctx, round_of(&n));
    end(&n);
}

static enum result append_many(struct ctx *ctx, void *arg)
{
    const struct ledger_event event = {.action = S("change"), .subject = S("note"), .comment = S("one of many")};
    int64_t id;
    for (int i = 0; i < *(const int *)arg; i++) TRY(ledger_append(ctx, &event, &id));
    return OK;
}

enum { NEWEST = 64 /* are read in any case */ };

/* Whoever starts anew has the newest time from a setting; without it from the rows, and these can be exchanged with all
 * that makes them genuine: so what they say is held against the signed head. */
static void exchanged_places_hide_no_time(void **state)
{
    FIXTURE(f);
    struct nodes n = begin(f);
    int many = NEWEST;
    append(f, 3000, "change", "risk", 1, "{\"n\":2}", NULL);
    run_sql(f, "CREATE TABLE held AS SELECT * FROM ledger_pending");
    run_sql(f, "DELETE FROM ledger_pending");
    write_ok(f, append_many, &many);
    append(f, 3001 + LEDGER_SKEW, "change", "risk", 1, "{\"n\":3}", NULL);
    write_ok(f, seal, &n);
    store_watch_commits(f->store, NULL, NULL);
    ledger_signer_close(n.signer);
    expect_ok(&f->ctx, ledger_signer_open(&f->ctx, f->store, n.keys, str_of(f->directory), &n.signer));
    run_sql(f, "CREATE TABLE leaves AS SELECT * FROM ledger_leaf; DROP INDEX ledger_leaf_entry_unique; "
               "UPDATE ledger_leaf SET entry = (SELECT entry FROM leaves WHERE position = 0), "
               "mac = (SELECT mac FROM leaves WHERE position = 0) WHERE position = 65; "
               "UPDATE ledger_leaf SET entry = (SELECT entry FROM leaves WHERE position = 65), "
               "mac = (SELECT mac FROM leaves WHERE position = 65) WHERE position = 0");
    run_sql(f, "INSERT INTO ledger_pending SELECT * FROM held");
    assert_int_equal(round_of(&n), BROKEN);
    expect_sentence(&f->ctx, "because it is dated long before what has its place");
    run_sql(f, "DELETE FROM meta WHERE name = 'ledger_newest_time'");
    assert_int_equal(round_of(&n), BROKEN);
    expect_sentence(&f->ctx, "The ledger's tree does not match its newest signed head (over 66 entries)");
    run_sql(f, "DELETE FROM ledger_leaf; INSERT INTO ledger_leaf SELECT * FROM leaves");
    assert_int_equal(round_of(&n), BROKEN);
    expect_sentence(&f->ctx, "because it is dated long before what has its place");
    end(&n);
}

/* Many that came late, each by less than may be, do not let one in that came late by more: neither by the setting, nor
 * where it was put back to what it was, nor where it is gone. */
static void lateness_does_not_add_up(void **state)
{
    static const char *const changes[] = {
        "SELECT 1",
        "DELETE FROM meta WHERE name = 'ledger_newest_time'; INSERT INTO meta SELECT * FROM earlier",
        "DELETE FROM meta WHERE name = 'ledger_newest_time'",
    };
    FIXTURE(f);
    struct nodes n = begin(f);
    int many = NEWEST + 2;
    run_sql(f, "CREATE TABLE earlier AS SELECT * FROM meta WHERE name = 'ledger_newest_time'");
    append(f, 3000, "change", "risk", 1, "{\"n\":2}", NULL);
    run_sql(f, "CREATE TABLE held AS SELECT * FROM ledger_pending; DELETE FROM ledger_pending");
    f->ctx.now = 3000 + LEDGER_SKEW;
    write_ok(f, append_many, &many);
    run_sql(f, "CREATE TABLE late AS SELECT * FROM ledger_pending; DELETE FROM ledger_pending");
    append(f, 2999 + 2 * LEDGER_SKEW, "change", "risk", 1, "{\"n\":3}", NULL);
    write_ok(f, seal, &n);
    run_sql(f, "INSERT INTO ledger_pending SELECT * FROM late");
    write_ok(f, seal, &n);
    for (size_t i = 0; i < COUNT(changes); i++) {
        run_sql(f, changes[i]);
        if (i == 0) run_sql(f, "INSERT INTO ledger_pending SELECT * FROM held");
        assert_int_equal(round_of(&n), BROKEN);
        expect_sentence(&f->ctx, "because it is dated long before what has its place");
    }
    end(&n);
}

static enum result keep_none(struct ctx *ctx, void *arg, const struct ledger_entry *entry)
{
    (void)ctx, (void)arg, (void)entry;
    return OK;
}

/* An entry that is moved to later for a moment is not left out unseen, nor one passed over whose state was taken. */
static void a_past_day_holds_what_it_leaves_out(void **state)
{
    FIXTURE(f);
    static const char *const changes[] = {"UPDATE ledger_entry SET at = 9000 WHERE id = 2",
                                          "DELETE FROM ledger_state WHERE entry = 2"};
    struct nodes n = begin(f);
    struct ledger_entry entry;
    append(f, 2000, "change", "risk", 1, "{\"n\":2}", NULL);
    expect_ok(&f->ctx, ledger_state_at(&f->ctx, S("risk"), 1, 3000, &entry));
    assert_int_equal(entry.id, 2);
    for (size_t i = 0; i < COUNT(changes); i++) {
        run_sql(f, changes[i]);
        assert_int_equal(ledger_state_at(&f->ctx, S("risk"), 1, 3000, &entry), BROKEN);
        expect_sentence(&f->ctx, "What entry 2 of the ledger says was changed or removed outside of the program");
        ctx_clear_error(&f->ctx);
        assert_int_equal(ledger_each_at(&f->ctx, S("risk"), 3000, keep_none, NULL), BROKEN);
        ctx_clear_error(&f->ctx);
        run_sql(f, "UPDATE ledger_entry SET at = 2000 WHERE id = 2");
    }
    end(&n);
}

/* To who only reads it is shown, to who seals it is not. */
static void what_is_hidden_from_the_sealing_is_told(void **state)
{
    FIXTURE(f);
    struct nodes n = begin(f);
    enum result result = OK;
    long long hidden = append(f, 3000, "change", "risk", 1, "{\"n\":2}", NULL);
    run_sql(f, arena_print(f->ctx.arena,
                           "ALTER TABLE ledger_pending RENAME TO truly; CREATE VIEW ledger_pending AS SELECT * FROM "
                           "truly WHERE entry <> %lld OR total_changes() = 0; CREATE TRIGGER p_in INSTEAD OF INSERT ON "
                           "ledger_pending BEGIN INSERT INTO truly (entry, mac) VALUES (NEW.entry, NEW.mac); END; "
                           "CREATE TRIGGER p_out INSTEAD OF DELETE ON ledger_pending BEGIN DELETE FROM truly WHERE "
                           "entry = OLD.entry; END",
                           hidden)
                   .at);
    for (int i = 0; i < 10 && result == OK; i++) {
        append(f, 3001 + i, "change", "risk", 2, "{\"n\":3}", NULL);
        result = round_of(&n);
    }
    assert_int_equal(result, BROKEN);
    expect_sentence(&f->ctx, arena_print(f->ctx.arena, "Entry %lld awaits its seal, and others", hidden).at);
    end(&n);
}

/* From who seals all is hidden, so that the tree does not even grow; one round in a second is then soon many. */
static void a_sealing_that_sees_nothing_is_told(void **state)
{
    FIXTURE(f);
    struct nodes n = begin(f);
    long long hidden = append(f, 3000, "change", "risk", 1, "{\"n\":2}", NULL);
    run_sql(f, "ALTER TABLE ledger_pending RENAME TO truly; CREATE VIEW ledger_pending AS SELECT * FROM truly WHERE "
               "total_changes() = 0");
    for (int i = 0; i < 10; i++) expect_ok(&f->ctx, round_of(&n));
    assert_int_equal(round_of(&n), BROKEN);
    expect_sentence(&f->ctx, arena_print(f->ctx.arena,
                                         "Entry %lld awaits its seal, and rounds of sealing end well "
                                         "without it",
                                         hidden)
                                 .at);
    assert_true(ledger_signer_waits(n.signer) > 0);
    run_sql(f, "DROP VIEW ledger_pending; ALTER TABLE truly RENAME TO ledger_pending");
    expect_ok(&f->ctx, round_of(&n));
    assert_int_equal(ledger_signer_left(n.signer), 0);
    end(&n);
}

/* ---- several nodes ---- */

enum { MANY = 3000, EACH = 150 };

/* Some of them sealed by the other node, some by this one, some not yet. */
static void what_another_node_sealed_is_found(void **state)
{
    FIXTURE(f);
    struct nodes n = begin(f);
    int many = MANY, few = 3;
    write_ok(f, append_many, &many);
    write_ok(f, seal, &n);
    write_ok(f, append_many, &few);
    for (int i = 0; i < 2; i++) expect_ok(&f->ctx, round_of(&n));
    write_ok(f, append_many, &few);
    write_ok(f, seal, &n);
    expect_ok(&f->ctx, round_of(&n));
    end(&n);
}

/* The last two places, as what this process has committed. */
static void read_newest_two(struct fixture *f, struct db_mark *marks)
{
    struct rows *rows;
    bool more;
    expect_ok(&f->ctx,
              db_query(&f->ctx, S("SELECT entry, leaf_hash FROM ledger_leaf WHERE position > 0"), NULL, 0, &rows));
    for (int i = 0; i < 2; i++) {
        expect_ok(&f->ctx, rows_next(&f->ctx, rows, &more));
        assert_true(more);
        marks[i].number = rows_number(rows, 0);
        memcpy(marks[i].of, rows_bytes(rows, 1).at, HASH_SIZE);
    }
    rows_close(rows);
    unplaced_sort(marks, 2);
}

/* Leaves that are not those of the signed head show nothing: what they name is missed until they are put right. */
static void nothing_is_found_in_a_tree_that_does_not_match_its_head(void **state)
{
    FIXTURE(f);
    struct nodes n = begin(f);
    struct db_mark marks[2] = {{.number = 0}};
    struct unplaced unplaced = {marks, COUNT(marks)};
    int64_t searched = 1;
    append(f, 3000, "change", "risk", 1, "{\"n\":2}", NULL);
    append(f, 3001, "change", "risk", 1, "{\"n\":3}", NULL);
    write_ok(f, seal, &n);
    read_newest_two(f, marks);
    run_sql(f, "CREATE TABLE held AS SELECT * FROM ledger_leaf");
    run_sql(f, "UPDATE ledger_leaf SET leaf_hash = (SELECT leaf_hash FROM held WHERE position = 0) WHERE position = 2");
    for (int i = 0; i < 2; i++) { /* the next round is told the same */
        ctx_clear_error(&f->ctx);
        assert_int_equal(unplaced_look(&f->ctx, &unplaced, &searched), BROKEN);
        expect_sentence(&f->ctx, "The ledger's tree does not match its newest signed head (over 3 entries)");
        assert_int_equal(unplaced.count, 2);
    }
    run_sql(f, "UPDATE ledger_leaf SET leaf_hash = (SELECT leaf_hash FROM held WHERE position = 2) WHERE position = 2");
    ctx_clear_error(&f->ctx);
    expect_ok(&f->ctx, unplaced_look(&f->ctx, &unplaced, &searched));
    assert_int_equal(unplaced.count, 0);
    assert_int_equal(searched, 3);
    end(&n);
}

struct other {
    struct nodes *n;
    atomic_bool ends;
    atomic_int failed;
};

static void *seal_all_the_time(void *arg)
{
    struct other *other = arg;
    struct ctx ctx = {.arena = arena_new(0), .now = 5000};
    while (!other->ends) {
        enum result result = store_write(&ctx, other->n->f->store, seal, other->n);
        other->failed += result != OK && result != BUSY;
        arena_reset(ctx.arena);
    }
    arena_free(ctx.arena);
    return NULL;
}

/* Between the look at the places and the look at what awaits one, the other gives places. */
static void nothing_is_missed_while_another_node_seals(void **state)
{
    FIXTURE(f);
    struct nodes n = begin(f);
    struct other other = {.n = &n};
    pthread_t thread;
    int few = 2;
    assert_int_equal(pthread_create(&thread, NULL, seal_all_the_time, &other), 0);
    enum result result = OK;
    for (int i = 0; i < EACH && result != BROKEN; i++) {
        write_ok(f, append_many, &few);
        do result = round_of(&n);
        while (result == BUSY); /* on a slow machine the other may hold the lock for long */
    }
    other.ends = true;
    pthread_join(thread, NULL);
    expect_ok(&f->ctx, result);
    assert_int_equal(other.failed, 0);
    end(&n);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BOTH(a_number_that_is_given_again_hides_nothing),
        ON_BOTH(a_place_under_another_name_is_none),
        ON_BOTH(a_newest_head_that_was_altered_is_told_at_once),
        ON_BOTH(what_was_kept_from_its_seal_gets_no_late_place),
        ON_BOTH(what_comes_late_gets_its_place_to_the_millisecond),
        ON_BOTH(an_altered_place_stops_the_sealing),
        ON_BOTH(exchanged_places_hide_no_time),
        ON_BOTH(lateness_does_not_add_up),
        ON_BOTH(a_past_day_holds_what_it_leaves_out),
        ON_SQLITE(what_is_hidden_from_the_sealing_is_told),
        ON_SQLITE(a_sealing_that_sees_nothing_is_told),
        ON_BOTH(what_another_node_sealed_is_found),
        ON_BOTH(nothing_is_found_in_a_tree_that_does_not_match_its_head),
        ON_BOTH(nothing_is_missed_while_another_node_seals),
    };
    return cmocka_run_group_tests_name("ledger/unplaced", tests, NULL, NULL);
}
