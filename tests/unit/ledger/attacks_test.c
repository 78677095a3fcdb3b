/* Whoever writes the database and has no key, against a running signer: a sealed ledger of some heads, then an attack
 * in SQL, then what sees it: whether the signer must refuse to sign or `merlon verify` must find it, in which words. */
#include "ledger/fixture.h"

#include "ledger/cosigned.h"
#include "ledger/proof.h"
#include "ledger/remembered.h"
#include "ledger/signer.h"
#include "ledger/verify.h"

#include <unistd.h>

struct siege {
    struct fixture *f;
    struct ledger_keys *keys;
    struct ledger_signer *signer;
};

enum { HEADS = 3, EACH = 100 };

static enum result open_keys(struct ctx *ctx, void *arg)
{
    struct siege *s = arg;
    return ledger_keys_open(ctx, &keyring, true, &s->keys);
}

static void write_some(struct siege *s, int64_t at)
{
    for (int i = 0; i < EACH; i++) {
        const char *state = arena_print(s->f->ctx.arena, "{\"n\":%d}", i).at;
        append(s->f, at + i, "change", "risk", 1 + i % 7, state, i % 3 ? NULL : "because");
    }
}

static void seal_ok(struct siege *s, int64_t now)
{
    s->f->ctx.now = now;
    expect_ok(&s->f->ctx, ledger_signer_seal(&s->f->ctx, s->signer));
}

static struct siege begin(struct fixture *f)
{
    struct siege s = {.f = f};
    ledger_fixture(f);
    write_ok(f, open_keys, &s);
    expect_ok(&f->ctx, ledger_signer_open(&f->ctx, f->store, s.keys, str_of(f->directory), &s.signer));
    for (int i = 0; i < HEADS; i++) {
        write_some(&s, 1000 + 1000 * i);
        seal_ok(&s, 1500 + 1000 * i);
    }
    return s;
}

static void end(struct siege *s)
{
    unlink(arena_print(s->f->ctx.arena, "%s/ledger.heads", s->f->directory).at);
    store_watch_commits(s->f->store, NULL, NULL);
    ledger_signer_close(s->signer);
    ledger_keys_close(s->keys);
}

/* As merlon verify does it on the host: with the public key, the master key and ledger.heads. */
static enum result verify(struct siege *s, bool with_heads)
{
    struct fixture *f = s->f;
    struct ledger_report report;
    struct remembered known;
    expect_ok(&f->ctx, remembered_read(&f->ctx, str_of(f->directory), &known));
    const struct ledger_check check = {.keys = ledger_keys_public(s->keys),
                                       .key_count = 1,
                                       .keyring = &keyring,
                                       .known = known.at,
                                       .known_count = with_heads ? known.count : 0};
    return ledger_verify(&f->ctx, &check, &report);
}

static enum result seal_after_one_more(struct siege *s)
{
    append(s->f, 9000, "change", "risk", 1, "{\"n\":1}", NULL);
    s->f->ctx.now = 9001;
    return ledger_signer_seal(&s->f->ctx, s->signer);
}

struct attack {
    const char *name, *sql;
    const char *signer;   /* what the signer says, and does not sign; NULL: it sees nothing */
    const char *verifier; /* what the verifier says; NULL: it sees nothing */
};

#define CUT_TAIL                                                                                                       \
    "DELETE FROM ledger_head WHERE size > 200; DELETE FROM ledger_leaf WHERE position >= 200; "                        \
    "DELETE FROM ledger_node WHERE (position + 1) * 256 > 200; DELETE FROM ledger_entry WHERE id > 200; "              \
    "DELETE FROM ledger_state WHERE entry > 200; "
#define FORGED                                                                                                         \
    "INSERT INTO ledger_entry (id, at, actor, action, subject, record, version, state_size) VALUES "                   \
    "(777, 3000, 7, 'change', 'risk', 1, 2, 0); "
#define ANY_MAC "(SELECT mac FROM ledger_leaf WHERE position = 5)"

static const struct attack attacks[] = {
    {"state altered", "UPDATE ledger_state SET state = '{\"n\":2}' WHERE entry = 150", NULL,
     "has another state or comment beside it"},
    {"state altered, with its size", "UPDATE ledger_entry SET state_size = 3 WHERE id = 150", NULL,
     "does not match its leaf"},
    {"everything queued again after all heads, nodes and leaves are deleted",
     "INSERT INTO ledger_pending (entry, mac) SELECT entry, mac FROM ledger_leaf; DELETE FROM ledger_head; "
     "DELETE FROM ledger_node; DELETE FROM ledger_leaf",
     "has seen a signed head over 300: the database went back in time",
     "ledger.heads remembers a signed head over 300 entries, but only 0 are here"},
    {"a head with a foreign key, to be signed on top of",
     "INSERT INTO ledger_head (size, root, at, key_id, signature, origin, previous) SELECT size, root, at, "
     "'0123456789abcdef', signature, origin, previous FROM ledger_head WHERE size = 300 ON CONFLICT DO NOTHING; "
     "UPDATE ledger_head SET key_id = '0123456789abcdef' WHERE size = 300",
     "which is none of this ledger's: nothing more is signed", "names the key 0123456789abcdef"},
    {"two entries swapped",
     "UPDATE ledger_entry SET id = 9000 WHERE id = 150; UPDATE ledger_entry SET id = 150 WHERE id = 160; "
     "UPDATE ledger_entry SET id = 160 WHERE id = 9000",
     NULL, "does not match its leaf"},
    {"an entry put in with a past time, awaiting its seal",
     FORGED "INSERT INTO ledger_pending (entry, mac) VALUES (777, " ANY_MAC ")",
     "Entry 777 awaits its seal and does not get it, because it was not written by this program",
     "Entry 777 (change of risk 1 at 1970-01-01T00:00:03.000Z) awaits its seal and was not written by this program"},
    {"an entry put in behind the tree", FORGED, NULL, "Entry 777 stands outside the tree"},
    {"an entry put in with a place of its own",
     FORGED
     "INSERT INTO ledger_leaf (position, entry, leaf_hash, mac) SELECT 300, 777, leaf_hash, mac FROM ledger_leaf "
     "WHERE position = 5",
     "place 300 of the tree is taken, and no signed head covers it",
     "Entry 777 (change of risk 1 at 1970-01-01T00:00:03.000Z) does not match its leaf"},
    {"a purge forged",
     "INSERT INTO ledger_entry (id, at, actor, action, subject, record, version, state_size) VALUES "
     "(777, 4000, 7, 'purge', 'risk', 1, 2, 0); INSERT INTO ledger_pending (entry, mac) VALUES (777, " ANY_MAC "); "
     "DELETE FROM ledger_state WHERE entry IN (SELECT id FROM ledger_entry WHERE subject = 'risk' AND record = 1)",
     "Entry 777 awaits its seal and does not get it", "and the entry that says it was purged is not sealed"},
    {"the tail cut, with its heads", CUT_TAIL, "has seen a signed head over 300: the database went back in time",
     "ledger.heads remembers a signed head over 300 entries, but only 200 are here"},
    {"all but the newest head removed", "DELETE FROM ledger_head WHERE size < 300", NULL,
     "follows one over 200, which is not there: it was removed"},
    {"the newest head removed, with an entry under it",
     "DELETE FROM ledger_head WHERE size = 300; DELETE FROM ledger_leaf WHERE position = 250",
     "place 200 of the tree is taken, and no signed head covers it",
     "Place 250 of the tree, after entry 250, is empty"},
    {"every head removed, with an entry", "DELETE FROM ledger_head; DELETE FROM ledger_leaf WHERE position = 250",
     "its heads were removed, so nothing more is signed", "Place 250 of the tree"},
    {"the newest head dated back", "UPDATE ledger_head SET at = 5 WHERE size = 300",
     "bears a signature that does not hold", "was altered: its signature does not hold"},
    {"a sealed entry queued again",
     "INSERT INTO ledger_pending (entry, mac) SELECT entry, mac FROM ledger_leaf WHERE "
     "position = 7",
     "has its place already", "is said to await a place in the tree"},
    {"an entry that awaits its place and is not there",
     "INSERT INTO ledger_pending (entry, mac) VALUES (777, " ANY_MAC ")",
     "Entry 777 awaits its seal and does not get it, because it is not there",
     "is said to await a place in the tree, but it is not there"},
};

static enum result run_attack(struct ctx *ctx, void *arg)
{
    return db_script(ctx, arg);
}

static void expect_attack_seen(struct siege *s, const struct attack *attack)
{
    struct fixture *f = s->f;
    expect_ok(&f->ctx, store_write(&f->ctx, f->store, run_attack, (void *)(uintptr_t)attack->sql));
    enum result found = verify(s, true);
    if (attack->verifier && found != CONFLICT) test_failed("%s: verify does not see it", attack->name);
    if (attack->verifier) expect_sentence(&f->ctx, attack->verifier);
    ctx_clear_error(&f->ctx);
    enum result sealed = seal_after_one_more(s);
    if (attack->signer && sealed != BROKEN) test_failed("%s: the signer does not see it", attack->name);
    if (attack->signer) expect_sentence(&f->ctx, attack->signer);
    if (!attack->signer) expect_ok(&f->ctx, sealed);
}

static void each_attack(struct fixture *f, size_t i)
{
    struct siege s = begin(f);
    drop_guards(f);
    expect_attack_seen(&s, &attacks[i]);
    end(&s);
}

static void attacks_are_seen(void **state)
{
    FIXTURE(f);
    for (size_t i = 0; i < COUNT(attacks); i++) {
        struct fixture *own = fixture_new(f->url[0]);
        each_attack(own, i);
        fixture_free(own);
    }
}

/* Everything but what the node remembers is put back, too: then only that, or a witness, can tell. */
static void an_older_copy_shows_against_what_is_remembered(void **state)
{
    FIXTURE(f);
    struct siege s = begin(f);
    drop_guards(f);
    run_sql(f, CUT_TAIL);
    assert_int_equal(verify(&s, true), CONFLICT);
    expect_sentence(&f->ctx, "the database went back in time");
    ctx_clear_error(&f->ctx);
    expect_ok(&f->ctx, verify(&s, false));
    end(&s);
}

/* The entry, its queue row and its state, in the second before it is sealed. */
static void what_is_removed_before_its_seal_is_missed(void **state)
{
    FIXTURE(f);
    struct siege s = begin(f);
    drop_guards(f);
    int64_t entry = append(f, 8000, "change", "risk", 1, "{\"n\":5}", NULL);
    char sql[300];
    snprintf(sql, sizeof sql,
             "DELETE FROM ledger_pending WHERE entry = %lld; DELETE FROM ledger_state WHERE entry = %lld; "
             "DELETE FROM ledger_entry WHERE id = %lld",
             (long long)entry, (long long)entry, (long long)entry);
    run_sql(f, sql);
    f->ctx.now = 8001;
    assert_int_equal(ledger_signer_seal(&f->ctx, s.signer), BROKEN);
    expect_sentence(&f->ctx, "was written by this program and saved, and is not in the ledger any more");
    char alarm[200];
    ledger_signer_alarm(s.signer, alarm, sizeof alarm);
    assert_non_null(strstr(alarm, "is not in the ledger any more"));
    end(&s);
}

static enum result fail_after_writing(struct ctx *ctx, void *arg)
{
    (void)arg;
    int64_t id;
    const struct ledger_event event = {.action = S("change"), .subject = S("risk"), .record = 1, .version = 1};
    TRY(ledger_append(ctx, &event, &id));
    return fail(ctx, INVALID, "No.");
}

/* What was rolled back was never there, and nobody misses it. */
static void what_was_rolled_back_is_not_missed(void **state)
{
    FIXTURE(f);
    struct siege s = begin(f);
    assert_int_equal(store_write(&f->ctx, f->store, fail_after_writing, NULL), INVALID);
    ctx_clear_error(&f->ctx);
    seal_ok(&s, 8001);
    assert_int_equal(verify(&s, true), OK);
    end(&s);
}

/* The sound ones do not wait for what is refused, also when there is more of it than a batch takes. */
static void refused_entries_hold_nobody_up(void **state)
{
    FIXTURE(f);
    struct siege s = begin(f);
    struct ledger_head head;
    run_sql(f,
            "INSERT INTO ledger_pending (entry, mac) WITH RECURSIVE n(i) AS (SELECT -2100 UNION ALL SELECT i + 1 FROM "
            "n WHERE i < -1) SELECT i, " ANY_MAC " FROM n");
    assert_int_equal(seal_after_one_more(&s), BROKEN);
    expect_sentence(&f->ctx, "Entry -2100 awaits its seal and does not get it");
    expect_ok(&f->ctx, tree_head(&f->ctx, 0, &head));
    assert_int_equal(head.size, HEADS * EACH + 1);
    end(&s);
}

/* A clock that went back by an hour takes no head with it. */
static void times_of_heads_never_fall(void **state)
{
    FIXTURE(f);
    struct siege s = begin(f);
    struct ledger_head before, after;
    expect_ok(&f->ctx, tree_head(&f->ctx, 0, &before));
    append(f, before.at, "change", "risk", 1, "{\"n\":5}", NULL);
    seal_ok(&s, 7);
    expect_ok(&f->ctx, tree_head(&f->ctx, 0, &after));
    assert_int_equal(after.at, before.at);
    assert_int_equal(after.previous, before.size);
    expect_ok(&f->ctx, verify(&s, true));
    end(&s);
}

/* ---- keys ---- */

static void a_new_key_is_signed_by_the_old(void **state)
{
    FIXTURE(f);
    struct siege s = begin(f);
    struct ledger_public first = *ledger_keys_public(s.keys);
    struct ledger_head head;
    expect_ok(&f->ctx, ledger_signer_renew(&f->ctx, s.signer, &keyring, "rotate", S("yearly")));
    assert_string_not_equal(ledger_keys_public(s.keys)->id, first.id);
    expect_ok(&f->ctx, tree_head(&f->ctx, 0, &head));
    assert_string_equal(head.key_id, ledger_keys_public(s.keys)->id);
    assert_string_equal(head.origin + strlen("merlon/"), first.id);
    expect_ok(&f->ctx, verify(&s, true)); /* whoever has the new key */
    const struct ledger_check old = {.keys = &first, .key_count = 1};
    struct ledger_report report;
    expect_ok(&f->ctx, ledger_verify(&f->ctx, &old, &report)); /* and whoever has the old one */
    struct ledger_public other = first;
    other.at[3] ^= 1;
    const struct ledger_check foreign = {.keys = &other, .key_count = 1};
    assert_int_equal(ledger_verify(&f->ctx, &foreign, &report), CONFLICT);
    expect_sentence(&f->ctx, "no key that was given is it or one of those before it");
    end(&s);
}

static void a_restored_copy_has_an_origin_of_its_own(void **state)
{
    FIXTURE(f);
    struct siege s = begin(f);
    struct ledger_public first = *ledger_keys_public(s.keys);
    struct ledger_head head;
    expect_ok(&f->ctx, ledger_signer_renew(&f->ctx, s.signer, &keyring, "restore", S("")));
    expect_ok(&f->ctx, tree_head(&f->ctx, 0, &head));
    assert_string_equal(head.origin + strlen("merlon/"), ledger_keys_public(s.keys)->id);
    assert_string_not_equal(head.origin + strlen("merlon/"), first.id);
    write_some(&s, 6000);
    seal_ok(&s, 7000);
    expect_ok(&f->ctx, verify(&s, true));
    end(&s);
}

/* A program that still holds the old key signs nothing more. */
static void whoever_holds_the_old_key_is_told(void **state)
{
    FIXTURE(f);
    struct siege s = begin(f);
    struct siege other = {.f = f};
    expect_ok(&f->ctx, ledger_keys_open(&f->ctx, &keyring, false, &other.keys));
    expect_ok(&f->ctx, ledger_signer_renew(&f->ctx, s.signer, &keyring, "rotate", S("yearly")));
    assert_int_equal(ledger_keys_demand_current(&f->ctx, other.keys), BROKEN);
    expect_sentence(&f->ctx, "start it again");
    ledger_keys_close(other.keys);
    end(&s);
}

static enum result forget_key(struct ctx *ctx, void *arg)
{
    (void)arg;
    return db_run(ctx, S("DELETE FROM meta WHERE name = 'ledger.secret'"), NULL, 0, NULL);
}

static enum result make_again(struct ctx *ctx, void *arg)
{
    struct ledger_keys **keys = arg;
    return ledger_keys_open(ctx, &keyring, true, keys);
}

static void a_key_is_made_for_an_empty_ledger_only(void **state)
{
    FIXTURE(f);
    struct siege s = begin(f);
    struct ledger_keys *again;
    write_ok(f, forget_key, NULL);
    assert_int_equal(store_write(&f->ctx, f->store, make_again, &again), BROKEN);
    expect_sentence(&f->ctx, "its signing key was removed from the database");
    assert_null(again);
    end(&s);
}

/* ---- what is remembered ---- */

static void a_torn_line_is_passed_over_and_a_changed_one_told(void **state)
{
    FIXTURE(f);
    struct siege s = begin(f);
    struct remembered heads;
    const char *path = arena_print(f->ctx.arena, "%s/ledger.heads", f->directory).at;
    FILE *file = fopen(path, "a");
    assert_non_null(file);
    fputs("400 300 17", file);
    fclose(file);
    expect_ok(&f->ctx, remembered_read(&f->ctx, str_of(f->directory), &heads));
    assert_int_equal(heads.count, HEADS);
    expect_ok(&f->ctx, seal_after_one_more(&s));
    expect_ok(&f->ctx, remembered_read(&f->ctx, str_of(f->directory), &heads));
    assert_int_equal(heads.count, HEADS + 1);
    assert_int_equal(heads.at[HEADS].size, HEADS * EACH + 1);
    file = fopen(path, "r+");
    assert_non_null(file);
    fputs("x", file);
    fclose(file);
    assert_int_equal(remembered_read(&f->ctx, str_of(f->directory), &heads), BROKEN);
    expect_sentence(&f->ctx, "Line 1 of");
    end(&s);
}

static void expect_newest_remembered(struct siege *s, int64_t size)
{
    int64_t found;
    expect_ok(&s->f->ctx, remembered_newest(&s->f->ctx, str_of(s->f->directory), &found));
    assert_int_equal(found, size);
}

static void expect_lost(struct siege *s, const char *part)
{
    char alarm[600];
    ledger_signer_alarm(s->signer, alarm, sizeof alarm);
    if (!strstr(alarm, part)) print_error("the alarm says: %s\n", alarm);
    assert_non_null(strstr(alarm, part));
}

/* Under a running signer, which has nothing to seal. */
static void a_lost_file_is_an_alarm_and_is_written_again(void **state)
{
    FIXTURE(f);
    struct siege s = begin(f);
    char alarm[200];
    const char *path = arena_print(f->ctx.arena, "%s/ledger.heads", f->directory).at;
    expect_ok(&f->ctx, ledger_signer_seal(&f->ctx, s.signer));
    ledger_signer_alarm(s.signer, alarm, sizeof alarm);
    assert_string_equal(alarm, "");
    assert_int_equal(unlink(path), 0);
    expect_ok(&f->ctx, ledger_signer_seal(&f->ctx, s.signer));
    expect_newest_remembered(&s, HEADS * EACH);
    expect_lost(&s, "it remembers a signed head over 0 entries, and this program knows of one over 300");
    assert_int_equal(truncate(path, 0), 0);
    expect_ok(&f->ctx, seal_after_one_more(&s)); /* sealing goes on, and so does the alarm */
    expect_newest_remembered(&s, HEADS * EACH + 1);
    expect_lost(&s, "ledger.heads was removed or cut");
    end(&s);
}

/* Where nothing else awaits its seal, no head is signed for it, and it is told just so. */
static void a_forged_row_alone_gets_no_head(void **state)
{
    FIXTURE(f);
    struct siege s = begin(f);
    struct ledger_head head;
    expect_ok(&f->ctx, ledger_signer_seal(&f->ctx, s.signer));
    drop_guards(f);
    run_sql(f, FORGED "INSERT INTO ledger_pending (entry, mac) VALUES (777, " ANY_MAC ")");
    for (int round = 0; round < 2; round++) {
        ctx_clear_error(&f->ctx);
        assert_int_equal(ledger_signer_seal(&f->ctx, s.signer), BROKEN);
        expect_sentence(&f->ctx, "Entry 777 awaits its seal and does not get it");
    }
    expect_ok(&f->ctx, tree_head(&f->ctx, 0, &head));
    assert_int_equal(head.size, HEADS * EACH);
    end(&s);
}

static void expect_no_proof(struct siege *s, int64_t entry, const char *sentence)
{
    struct ctx *ctx = &s->f->ctx;
    struct buf text = buf_in(ctx->arena);
    assert_int_equal(ledger_proof_json(ctx, entry, 0, false, &text), CONFLICT);
    expect_sentence(ctx, sentence);
    assert_true(str_is(ctx->error.more, "\"code\":\"not_genuine\""));
    assert_int_equal(ledger_tlog_proof(ctx, entry, 0, &text), CONFLICT);
}

static void what_the_program_did_not_write_has_no_proof(void **state)
{
    FIXTURE(f);
    struct siege s = begin(f);
    struct ledger_entries entries;
    drop_guards(f);
    run_sql(f, FORGED "INSERT INTO ledger_pending (entry, mac) VALUES (777, " ANY_MAC ")");
    run_sql(f, "UPDATE ledger_entry SET actor = 77 WHERE id = 5");
    expect_no_proof(&s, 777, "Entry 777 was not written by this program");
    expect_no_proof(&s, 5, "Entry 5 was not written by this program, or was changed since");
    run_sql(f, "DELETE FROM ledger_pending");
    expect_no_proof(&s, 777, "has no place in the ledger's tree and awaits none");
    expect_ok(&f->ctx, ledger_recent(&f->ctx, 0, 2, &entries));
    assert_false(entries.at[0].sealed);
    assert_true(entries.at[1].sealed);
    end(&s);
}

static void a_roll_back_is_told_while_nothing_is_pending(void **state)
{
    FIXTURE(f);
    struct siege s = begin(f);
    expect_ok(&f->ctx, ledger_signer_seal(&f->ctx, s.signer));
    drop_guards(f);
    run_sql(f, CUT_TAIL);
    assert_int_equal(ledger_signer_seal(&f->ctx, s.signer), BROKEN);
    expect_sentence(&f->ctx, "ends after 200 entries, but this program has seen a signed head over 300");
    end(&s);
}

static void change_digit(struct fixture *f, int64_t line, size_t column)
{
    struct remembered heads;
    char path[128], byte[2] = {0};
    expect_ok(&f->ctx, remembered_read(&f->ctx, str_of(f->directory), &heads));
    snprintf(path, sizeof path, "%s/ledger.heads", f->directory);
    FILE *file = fopen(path, "r+");
    assert_non_null(file);
    for (int64_t seen = 1, c; seen < line && (c = getc(file)) != EOF;) seen += c == '\n';
    long at = ftell(file) + (long)column;
    assert_int_equal(fseek(file, at, SEEK_SET), 0);
    byte[0] = (char)getc(file);
    assert_int_equal(fseek(file, at, SEEK_SET), 0);
    fputc(byte[0] == '1' ? '2' : '1', file);
    assert_int_equal(fclose(file), 0);
}

/* A file that was altered or damaged accuses nobody of rewriting history: its line says so by its own signature. */
static void a_damaged_file_of_heads_is_not_history_written_anew(void **state)
{
    FIXTURE(f);
    struct siege s = begin(f);
    enum { IN_TIME = 10, IN_ROOT = 20 };
    for (size_t i = 0; i < 2; i++) {
        change_digit(f, HEADS, i ? IN_TIME : IN_ROOT);
        assert_int_equal(seal_after_one_more(&s), BROKEN);
        expect_sentence(&f->ctx, "Line 3 of ledger.heads bears no signature of a key of this ledger");
        ctx_clear_error(&f->ctx);
    }
    ledger_signer_close(s.signer);
    expect_ok(&f->ctx, ledger_signer_open(&f->ctx, f->store, s.keys, str_of(f->directory), &s.signer));
    expect_lost(&s, "Line 3 of ledger.heads bears no signature");
    assert_int_equal(seal_after_one_more(&s), BROKEN);
    end(&s);
}

/* With the file gone as well as the tail, only memory tells that a second head over one size would be signed. */
static void the_tail_cut_with_the_file_is_seen_from_memory(void **state)
{
    FIXTURE(f);
    struct siege s = begin(f);
    drop_guards(f);
    run_sql(f, CUT_TAIL);
    unlink(arena_print(f->ctx.arena, "%s/ledger.heads", f->directory).at);
    assert_int_equal(seal_after_one_more(&s), BROKEN);
    expect_sentence(&f->ctx, "has seen a signed head over 300: the database went back in time");
    ctx_clear_error(&f->ctx);
    expect_newest_remembered(&s, HEADS * EACH);
    assert_int_equal(verify(&s, true), CONFLICT);
    end(&s);
}

/* A signer that was opened on what an earlier one has left knows it too. */
static void what_was_found_at_the_start_is_kept_in_mind(void **state)
{
    FIXTURE(f);
    struct siege s = begin(f);
    ledger_signer_close(s.signer);
    expect_ok(&f->ctx, ledger_signer_open(&f->ctx, f->store, s.keys, str_of(f->directory), &s.signer));
    unlink(arena_print(f->ctx.arena, "%s/ledger.heads", f->directory).at);
    drop_guards(f);
    run_sql(f, CUT_TAIL);
    assert_int_equal(seal_after_one_more(&s), BROKEN);
    expect_sentence(&f->ctx, "the database went back in time");
    end(&s);
}

static void a_link_in_its_place_is_an_alarm(void **state)
{
    FIXTURE(f);
    struct siege s = begin(f);
    const char *path = arena_print(f->ctx.arena, "%s/ledger.heads", f->directory).at;
    unlink(path);
    assert_int_equal(symlink("/tmp/merlon-is-not-here", path), 0);
    assert_int_equal(seal_after_one_more(&s), BROKEN);
    expect_sentence(&f->ctx, "ledger.heads is a symbolic link");
    assert_int_not_equal(access("/tmp/merlon-is-not-here", F_OK), 0);
    end(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BOTH(attacks_are_seen),
        ON_BOTH(an_older_copy_shows_against_what_is_remembered),
        ON_BOTH(what_is_removed_before_its_seal_is_missed),
        ON_BOTH(what_was_rolled_back_is_not_missed),
        ON_BOTH(a_forged_row_alone_gets_no_head),
        ON_BOTH(a_roll_back_is_told_while_nothing_is_pending),
        ON_BOTH(a_damaged_file_of_heads_is_not_history_written_anew),
        ON_BOTH(refused_entries_hold_nobody_up),
        ON_BOTH(times_of_heads_never_fall),
        ON_BOTH(a_new_key_is_signed_by_the_old),
        ON_BOTH(a_restored_copy_has_an_origin_of_its_own),
        ON_BOTH(what_the_program_did_not_write_has_no_proof),
        ON_BOTH(whoever_holds_the_old_key_is_told),
        ON_BOTH(a_key_is_made_for_an_empty_ledger_only),
        ON_SQLITE(a_torn_line_is_passed_over_and_a_changed_one_told),
        ON_SQLITE(a_lost_file_is_an_alarm_and_is_written_again),
        ON_BOTH(the_tail_cut_with_the_file_is_seen_from_memory),
        ON_BOTH(what_was_found_at_the_start_is_kept_in_mind),
        ON_SQLITE(a_link_in_its_place_is_an_alarm),
    };
    return cmocka_run_group_tests_name("ledger/attacks", tests, NULL, NULL);
}
