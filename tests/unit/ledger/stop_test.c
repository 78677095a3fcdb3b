/* The stop of the sealing against whoever writes the database and has no key. What lifts it is a decision of this
 * program alone: the setting taken away, an earlier one or an earlier entry put back, all of it taken away under a
 * running signer. */
#include "ledger/fixture.h"

#include "ledger/signer.h"
#include "ledger/stop.h"
#include "ledger/verify.h"
#include "store/blob.h"

#include <unistd.h>

#define APART "do not say the same on whether sealing is stopped"
#define DELETE_SETTING "DELETE FROM meta WHERE name = 'ledger_stop'; "
#define DELETE_ENTRIES(which)                                                                                          \
    "DELETE FROM ledger_pending WHERE entry IN (SELECT id FROM ledger_entry WHERE " which "); "                        \
    "DELETE FROM ledger_state WHERE entry IN (SELECT id FROM ledger_entry WHERE " which "); "                          \
    "DELETE FROM ledger_entry WHERE " which "; "
#define UNSEALED "subject = 'ledger' AND id NOT IN (SELECT entry FROM ledger_leaf)"

struct halt {
    struct fixture *f;
    struct ledger_keys *keys;
    struct ledger_signer *signer;
};

static enum result open_keys(struct ctx *ctx, void *arg)
{
    struct halt *h = arg;
    return ledger_keys_open(ctx, &keyring, true, &h->keys);
}

static void open_signer(struct halt *h)
{
    struct fixture *f = h->f;
    expect_ok(&f->ctx, ledger_signer_open(&f->ctx, f->store, h->keys, str_of(f->directory), &h->signer));
}

static void close_signer(struct halt *h)
{
    store_watch_commits(h->f->store, NULL, NULL);
    ledger_signer_close(h->signer);
}

static enum result stop(struct ctx *ctx, void *arg)
{
    (void)arg;
    return ledger_stop(ctx, S("The witness knows more."));
}

static enum result resume(struct ctx *ctx, void *arg)
{
    const struct halt *h = arg;
    TRY(ledger_signer_may_go_on(ctx, h->signer));
    return ledger_resume(ctx, 7, S("it was a test"), ledger_signer_decisions(h->signer));
}

static struct halt begin(struct fixture *f)
{
    struct halt h = {.f = f};
    ledger_fixture(f);
    write_ok(f, open_keys, &h);
    open_signer(&h);
    append(f, 1000, "change", "risk", 1, "{\"n\":1}", NULL);
    expect_ok(&f->ctx, ledger_signer_seal(&f->ctx, h.signer));
    drop_guards(f);
    return h;
}

static void end(struct halt *h)
{
    unlink(arena_print(h->f->ctx.arena, "%s/ledger.heads", h->f->directory).at);
    close_signer(h);
    ledger_keys_close(h->keys);
}

static void expect_stopped(struct halt *h, const char *why)
{
    struct fixture *f = h->f;
    int64_t pending;
    append(f, 2000, "change", "risk", 1, "{\"n\":2}", NULL);
    assert_int_equal(ledger_signer_seal(&f->ctx, h->signer), BROKEN);
    expect_sentence(&f->ctx, why);
    ctx_clear_error(&f->ctx);
    expect_ok(&f->ctx, ledger_pending_count(&f->ctx, &pending));
    assert_true(pending > 0);
}

static void expect_verified(struct halt *h)
{
    struct fixture *f = h->f;
    struct ledger_report report;
    const struct ledger_check check = {.keys = ledger_keys_public(h->keys), .key_count = 1, .keyring = &keyring};
    expect_ok(&f->ctx, ledger_stand_verify(&f->ctx));
    expect_ok(&f->ctx, ledger_verify(&f->ctx, &check, &report));
}

static void expect_apart(struct halt *h)
{
    struct fixture *f = h->f;
    struct str sentence;
    int64_t since;
    expect_stopped(h, APART);
    assert_int_equal(ledger_stand_verify(&f->ctx), CONFLICT);
    expect_sentence(&f->ctx, APART);
    ctx_clear_error(&f->ctx);
    expect_ok(&f->ctx, ledger_stopped(&f->ctx, &sentence, &since));
    assert_true(str_find(sentence, S(APART), NULL));
}

/* A decision makes all well, and all that waited is sealed. */
static void expect_resumes(struct halt *h)
{
    struct fixture *f = h->f;
    int64_t pending;
    write_ok(f, resume, h);
    expect_ok(&f->ctx, ledger_signer_seal(&f->ctx, h->signer));
    expect_ok(&f->ctx, ledger_pending_count(&f->ctx, &pending));
    assert_int_equal(pending, 0);
    expect_verified(h);
}

static void a_stop_and_its_end_are_entries(void **state)
{
    FIXTURE(f);
    struct halt h = begin(f);
    struct ledger_entries entries;
    struct str sentence;
    int64_t since;
    f->ctx.now = 1500;
    assert_int_equal(store_write(&f->ctx, f->store, resume, &h), CONFLICT);
    expect_sentence(&f->ctx, "there is nothing to resume");
    ctx_clear_error(&f->ctx);
    write_ok(f, stop, NULL);
    expect_ok(&f->ctx, ledger_stopped(&f->ctx, &sentence, &since));
    assert_true(str_is(sentence, "The witness knows more."));
    assert_int_equal(since, 1500);
    expect_stopped(&h, "The witness knows more.");
    expect_verified(&h);
    expect_resumes(&h);
    expect_ok(&f->ctx, ledger_history(&f->ctx, S("ledger"), 2, 0, 10, &entries));
    assert_int_equal(entries.count, 2);
    assert_true(str_is(entries.at[1].action, "stop") && str_is(entries.at[1].comment, "The witness knows more."));
    assert_true(str_is(entries.at[0].action, "resume") && str_is(entries.at[0].comment, "it was a test"));
    assert_int_equal(entries.at[0].actor, 7);
    end(&h);
}

static int64_t resumes_of(struct fixture *f)
{
    int64_t resumes;
    expect_ok(&f->ctx, db_query_number(&f->ctx, S("SELECT count(*) FROM ledger_entry WHERE action = 'resume'"), NULL, 0,
                                       0, &resumes));
    return resumes;
}

/* An older copy of the database: the witness knows more of it, and so does this node. To lift the one stop would let
 * nothing go on, so nobody is asked to. */
static void no_stop_is_lifted_in_an_older_copy(void **state)
{
    FIXTURE(f);
    struct halt h = begin(f);
    append(f, 1001, "change", "risk", 1, "{\"n\":2}", NULL);
    expect_ok(&f->ctx, ledger_signer_seal(&f->ctx, h.signer));
    close_signer(&h);
    run_sql(f, "DELETE FROM ledger_leaf WHERE position = 1; DELETE FROM ledger_head WHERE size = 2;" DELETE_ENTRIES(
                   "id = 2"));
    open_signer(&h);
    write_ok(f, stop, NULL);
    assert_int_equal(store_write(&f->ctx, f->store, resume, &h), CONFLICT);
    expect_sentence(&f->ctx, "ends after 1 entries, but this program has seen a signed head over 2");
    ctx_clear_error(&f->ctx);
    assert_int_equal(resumes_of(f), 0);
    unlink(arena_print(f->ctx.arena, "%s/ledger.heads", f->directory).at);
    close_signer(&h);
    open_signer(&h);
    expect_resumes(&h);
    assert_int_equal(resumes_of(f), 1);
    end(&h);
}

/* The server of the same directory has signed more since this program read what it remembers. */
static void what_another_program_signed_counts_too(void **state)
{
    FIXTURE(f);
    struct halt h = begin(f);
    struct ledger_signer *early = h.signer;
    open_signer(&h);
    append(f, 1001, "change", "risk", 1, "{\"n\":2}", NULL);
    expect_ok(&f->ctx, ledger_signer_seal(&f->ctx, h.signer));
    run_sql(f, "DELETE FROM ledger_leaf WHERE position = 1; DELETE FROM ledger_head WHERE size = 2;" DELETE_ENTRIES(
                   "id = 2"));
    assert_int_equal(ledger_signer_may_go_on(&f->ctx, early), CONFLICT);
    expect_sentence(&f->ctx, "ends after 1 entries, but this program has seen a signed head over 2");
    ctx_clear_error(&f->ctx);
    ledger_signer_close(early);
    end(&h);
}

/* Also for a process that never saw it. */
static void without_the_setting_the_entry_stops(void **state)
{
    FIXTURE(f);
    struct halt h = begin(f);
    write_ok(f, stop, NULL);
    close_signer(&h);
    run_sql(f, DELETE_SETTING);
    open_signer(&h);
    expect_apart(&h);
    expect_resumes(&h);
    end(&h);
}

static void without_the_entry_the_setting_stops(void **state)
{
    FIXTURE(f);
    struct halt h = begin(f);
    write_ok(f, stop, NULL);
    close_signer(&h);
    run_sql(f, DELETE_ENTRIES(UNSEALED));
    open_signer(&h);
    expect_apart(&h);
    expect_resumes(&h);
    end(&h);
}

static void an_earlier_setting_put_back_lifts_nothing(void **state)
{
    FIXTURE(f);
    struct halt h = begin(f);
    write_ok(f, stop, NULL);
    write_ok(f, resume, &h);
    expect_ok(&f->ctx, ledger_signer_seal(&f->ctx, h.signer));
    run_sql(f, "CREATE TABLE kept AS SELECT * FROM meta WHERE name = 'ledger_stop'");
    write_ok(f, stop, NULL);
    close_signer(&h);
    run_sql(f, DELETE_SETTING "INSERT INTO meta SELECT * FROM kept");
    open_signer(&h);
    expect_apart(&h);
    expect_resumes(&h);
    end(&h);
}

static enum result put_the_end_of_another_stop(struct ctx *ctx, void *arg)
{
    (void)arg;
    return meta_set(ctx, "ledger_stop", S("1"));
}

/* Of the same number, and the program's own: before a backup was restored, that decision was another. */
static void an_end_of_the_same_number_lifts_nothing(void **state)
{
    FIXTURE(f);
    struct halt h = begin(f);
    write_ok(f, stop, NULL);
    write_ok(f, put_the_end_of_another_stop, NULL);
    expect_apart(&h);
    expect_resumes(&h);
    end(&h);
}

static void an_entry_turned_into_its_opposite_is_no_decision(void **state)
{
    FIXTURE(f);
    struct halt h = begin(f);
    write_ok(f, stop, NULL);
    run_sql(f, DELETE_SETTING "UPDATE ledger_entry SET action = 'resume' WHERE " UNSEALED);
    expect_stopped(&h, "was changed outside of the program, and the sealing goes by it");
    end(&h);
}

static void take_all_away(struct fixture *f)
{
    run_sql(f, DELETE_ENTRIES(UNSEALED) DELETE_SETTING);
}

/* By its round, or told by whoever stopped the sealing. */
static void what_a_process_has_seen_it_remembers(void **state)
{
    FIXTURE(f);
    struct halt h = begin(f);
    write_ok(f, stop, NULL);
    expect_stopped(&h, "The witness knows more.");
    take_all_away(f);
    expect_stopped(&h,
                   "This program has seen 1 decisions to stop the sealing or to go on, and the database knows of 0");
    write_ok(f, resume, &h);
    assert_int_equal(ledger_signer_seal(&f->ctx, h.signer), BROKEN); /* it goes on, and the entry is missed */
    expect_sentence(&f->ctx, "was written by this program and saved, and is not in the ledger any more");
    ctx_clear_error(&f->ctx);
    expect_verified(&h);
    write_ok(f, stop, NULL);
    expect_ok(&f->ctx, ledger_signer_learn(&f->ctx, h.signer));
    assert_int_equal(ledger_signer_decisions(h.signer), 3);
    end(&h);
}

static void told_of_a_stop_it_needs_no_round(void **state)
{
    FIXTURE(f);
    struct halt h = begin(f);
    write_ok(f, stop, NULL);
    expect_ok(&f->ctx, ledger_signer_learn(&f->ctx, h.signer));
    take_all_away(f);
    expect_stopped(&h, "This program has seen 1 decisions");
    end(&h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BOTH(a_stop_and_its_end_are_entries),          ON_BOTH(no_stop_is_lifted_in_an_older_copy),
        ON_BOTH(what_another_program_signed_counts_too),  ON_BOTH(without_the_setting_the_entry_stops),
        ON_BOTH(without_the_entry_the_setting_stops),     ON_BOTH(an_earlier_setting_put_back_lifts_nothing),
        ON_BOTH(an_end_of_the_same_number_lifts_nothing), ON_BOTH(an_entry_turned_into_its_opposite_is_no_decision),
        ON_BOTH(what_a_process_has_seen_it_remembers),    ON_BOTH(told_of_a_stop_it_needs_no_round),
    };
    return cmocka_run_group_tests_name("ledger/stop", tests, NULL, NULL);
}
