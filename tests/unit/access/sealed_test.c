/* Whoever can write the database but has no master key lets nobody in: each of these is what such a person would do, in
 * the form that would go unseen if only the obvious was looked at. */
#include "access/fixture.h"

#include "access/sealed.h"
#include "access/token.h"
#include "access/verify.h"
#include "access/user_seen.h"
#include "store/seal.h"

#include <pthread.h>
#include <stdatomic.h>

#define RAISE_STAMP "UPDATE access_stamp SET number = number + 1"

static int64_t ada;

static void what_the_program_wrote_is_right(void **state)
{
    FIXTURE(f);
    struct opened opened;
    ada = begin_with_ada(f, &opened);
    expect_ok(&f->ctx, find_later(f, opened.token));
    expect_ok(&f->ctx, check_sealed(f, &sealed_users));
    expect_ok(&f->ctx, check_sealed(f, &sealed_sessions));
}

static void an_added_grant_lets_nobody_in(void **state)
{
    FIXTURE(f);
    struct opened opened;
    ada = begin_with_ada(f, &opened);
    run_sql(f, "INSERT INTO role_grant (user_id, role, unit) VALUES (1, 'administrator', 1); " RAISE_STAMP);
    assert_int_equal(find_later(f, opened.token), NOT_FOUND);
    assert_int_equal(sign_in_ada(f, &opened), DENIED);
    assert_int_equal(check_sealed(f, &sealed_users), CONFLICT);
    expect_sentence(&f->ctx, "The user 1 is not as the program wrote it");
}

static void a_grant_that_is_gone_is_seen(void **state)
{
    FIXTURE(f);
    struct opened opened;
    ada = begin_with_ada(f, &opened);
    run_sql(f, "DELETE FROM role_grant; " RAISE_STAMP);
    assert_int_equal(find_later(f, opened.token), NOT_FOUND);
    assert_int_equal(check_sealed(f, &sealed_users), CONFLICT);
}

static enum result sign_in_wrong(struct fixture *f)
{
    struct login login = {.email = S(ADA), .password = S("not that"), .address = S("192.0.2.1")};
    struct opened opened;
    ctx_clear_error(&f->ctx);
    return session_open(&f->ctx, &login, &opened);
}

static void a_grant_that_was_moved_lets_nobody_in(void **state)
{
    FIXTURE(f);
    struct opened opened;
    ada = begin_with_ada(f, &opened);
    run_sql(f, "UPDATE role_grant SET unit = 3 - unit; " RAISE_STAMP);
    assert_int_equal(find_later(f, opened.token), NOT_FOUND);
    assert_int_equal(check_sealed(f, &sealed_users), CONFLICT);
}

/* Numbers at their ends, as only somebody else writes them. */
static void times_without_end_end_all_the_same(void **state)
{
    FIXTURE(f);
    struct opened opened;
    ada = begin_with_ada(f, &opened);
    run_sql(f, "UPDATE session SET last_seen_at = 9223372036854775807; " RAISE_STAMP);
    expect_ok(&f->ctx, find_later(f, opened.token));
    run_sql(f, "UPDATE session SET last_seen_at = -9223372036854775807 - 1; " RAISE_STAMP);
    assert_int_equal(find_later(f, opened.token), NOT_FOUND);
    assert_int_equal(sign_in_wrong(f), DENIED);
    run_sql(f, "UPDATE login_attempt SET last_at = 9223372036854775807, failures = 9223372036854775807");
    assert_int_equal(sign_in_wrong(f), DENIED);
    run_sql(f, "UPDATE login_attempt SET last_at = 9223372036854775807, failures = -9223372036854775807 - 1, "
               "blocked_until = -9223372036854775807 - 1");
    assert_int_equal(sign_in_wrong(f), DENIED);
}

static void a_replaced_password_opens_nothing(void **state)
{
    FIXTURE(f);
    struct opened opened;
    ada = begin_with_ada(f, &opened);
    add_user_with_password(f, "mallory@example.org", EMPLOYEE, SITE_A);
    run_sql(f, "UPDATE \"user\" SET password_hash = (SELECT m.password_hash FROM \"user\" m WHERE m.email_key = "
               "'mallory@example.org') WHERE id = 1");
    assert_int_equal(sign_in_ada(f, &opened), DENIED);
    expect_sentence(&f->ctx, "was changed outside of the program");
    assert_int_equal(number_of(f, "SELECT count(*) FROM session"), 1);
}

/* Everything that a row of its own would bring along: the grants, the MAC, even the version. */
static void a_row_put_in_the_place_of_another_is_refused(void **state)
{
    FIXTURE(f);
    struct opened opened;
    ada = begin_with_ada(f, &opened);
    add_user_with_password(f, "mallory@example.org", OWNER, COMPANY_A);
    run_sql(f, "UPDATE \"user\" SET password_hash = (SELECT m.password_hash FROM \"user\" m WHERE m.id = 2), "
               "password_at = (SELECT m.password_at FROM \"user\" m WHERE m.id = 2), "
               "mac = (SELECT m.mac FROM \"user\" m WHERE m.id = 2) WHERE id = 1");
    assert_int_equal(sign_in_ada(f, &opened), DENIED);
}

/* An older row is right in itself; the ledger knows of a newer one. */
static void a_user_put_back_to_an_earlier_state_is_refused(void **state)
{
    FIXTURE(f);
    struct opened opened;
    ada = begin_with_ada(f, &opened);
    run_sql(f, "CREATE TABLE before AS SELECT * FROM \"user\"");
    struct user_edit edit = {.sets = USER_ACTIVE, .active = false};
    expect_ok(&f->ctx, try_change(f, ada, &edit));
    assert_int_equal(sign_in_ada(f, &opened), DENIED);
    run_sql(f, "UPDATE \"user\" SET active = 1, version = 1, changed_at = (SELECT b.changed_at FROM before b), "
               "mac = (SELECT b.mac FROM before b) WHERE id = 1; " RAISE_STAMP);
    expect_ok(&f->ctx, check_sealed(f, &sealed_users));
    assert_int_equal(sign_in_ada(f, &opened), DENIED);
    expect_sentence(&f->ctx, "was changed outside of the program");
}

static void what_others_changed_is_not_sealed_with_the_next_change(void **state)
{
    FIXTURE(f);
    struct opened opened;
    struct user_edit edit = {.sets = USER_NAME, .name = S("Another Name")};
    ada = begin_with_ada(f, &opened);
    run_sql(f, "UPDATE role_grant SET role = 'administrator'");
    assert_int_equal(try_change(f, ada, &edit), CONFLICT);
    expect_sentence(&f->ctx, "merlon user restore");
    assert_int_equal(check_sealed(f, &sealed_users), CONFLICT);
}

/* ---- sessions ---- */

static void a_session_made_another_users_is_none(void **state)
{
    FIXTURE(f);
    struct opened opened;
    ada = begin_with_ada(f, &opened);
    add_user_with_password(f, "boss@example.org", ADMINISTRATOR, GROUP);
    run_sql(f, "UPDATE session SET user_id = 2; " RAISE_STAMP);
    assert_int_equal(find_later(f, opened.token), NOT_FOUND);
    assert_int_equal(check_sealed(f, &sealed_sessions), CONFLICT);
}

static void a_session_of_before_the_new_password_does_not_come_back(void **state)
{
    FIXTURE(f);
    struct opened opened;
    ada = begin_with_ada(f, &opened);
    run_sql(f, "CREATE TABLE before AS SELECT * FROM session");
    f->ctx.now += 1000;
    struct user_edit edit = {.sets = USER_PASSWORD, .password_hash = S("$argon2id$v=19$other")};
    expect_ok(&f->ctx, try_change(f, ada, &edit));
    run_sql(f, "INSERT INTO session SELECT * FROM before");
    assert_int_equal(find_later(f, opened.token), NOT_FOUND);
}

/* ---- tokens ---- */

struct making {
    struct new_token wanted;
    struct token token;
    struct str secret;
};

static enum result make_token(struct ctx *ctx, void *arg)
{
    struct making *making = arg;
    return token_create(ctx, &making->wanted, &making->token, &making->secret);
}

static enum result take_back(struct ctx *ctx, void *arg)
{
    return token_revoke(ctx, ((struct making *)arg)->token.id);
}

static void make(struct fixture *f, int64_t user, struct making *making)
{
    *making = (struct making){.wanted = {.user = user, .name = S("a script")}};
    write_ok(f, make_token, making);
}

static enum result use(struct fixture *f, struct str secret)
{
    struct token_use found;
    f->ctx.now += 60 * 1000;
    ctx_clear_error(&f->ctx);
    return token_find(&f->ctx, secret, &found);
}

static void a_token_copied_to_another_user_is_none(void **state)
{
    FIXTURE(f);
    struct opened opened;
    struct making making;
    ada = begin_with_ada(f, &opened);
    int64_t boss = add_user_with_password(f, "boss@example.org", ADMINISTRATOR, GROUP);
    make(f, ada, &making);
    expect_ok(&f->ctx, use(f, making.secret));
    run_sql(f, "CREATE TABLE copied AS SELECT * FROM token; DELETE FROM token; UPDATE copied SET id = 7, user_id = 2; "
               "INSERT INTO token SELECT * FROM copied");
    assert_int_equal(boss, 2);
    assert_int_equal(use(f, making.secret), NOT_FOUND);
    assert_int_equal(check_sealed(f, &sealed_tokens), CONFLICT);
}

/* The cure of a token that was changed: it gives nothing any more, and the ledger says so. */
static void cure(struct fixture *f, struct making *making)
{
    int64_t checked = 0;
    write_ok(f, take_back, making);
    ctx_clear_error(&f->ctx);
    expect_ok(&f->ctx, check_sealed(f, &sealed_tokens));
    expect_ok(&f->ctx, tokens_verify(&f->ctx, &checked));
}

static void a_token_with_wider_scopes_is_none(void **state)
{
    FIXTURE(f);
    struct opened opened;
    struct making making;
    ada = begin_with_ada(f, &opened);
    make(f, ada, &making);
    run_sql(f, "UPDATE token SET scopes = 'write'; " RAISE_STAMP);
    assert_int_equal(use(f, making.secret), NOT_FOUND);
    assert_int_equal(check_sealed(f, &sealed_tokens), CONFLICT);
    cure(f, &making);
    assert_int_equal(use(f, making.secret), NOT_FOUND);
    assert_int_equal(number_of(f, "SELECT count(*) FROM token WHERE scopes = 'read'"), 1); /* as it was made */
    run_sql(f, "UPDATE token SET scopes = 'write,risk'; " RAISE_STAMP); /* and of one that was revoked before */
    assert_int_equal(check_sealed(f, &sealed_tokens), CONFLICT);
    cure(f, &making);
    run_sql(f, "CREATE TABLE copied AS SELECT * FROM token; UPDATE copied SET id = 77, name = 'Of the intruder', "
               "secret_hash = 'x', revoked_at = NULL; INSERT INTO token SELECT * FROM copied"); /* and of one put in */
    making.token.id = 77;
    cure(f, &making);
    assert_int_equal(number_of(f, "SELECT count(*) FROM token WHERE name = 'Of the intruder' AND id = 77"), 0);
}

static void a_revoked_token_does_not_come_back(void **state)
{
    FIXTURE(f);
    struct opened opened;
    struct making making;
    ada = begin_with_ada(f, &opened);
    make(f, ada, &making);
    run_sql(f, "CREATE TABLE before AS SELECT * FROM token");
    write_ok(f, take_back, &making);
    run_sql(f, "DELETE FROM token; INSERT INTO token SELECT * FROM before");
    expect_ok(&f->ctx, check_sealed(f, &sealed_tokens));
    assert_int_equal(use(f, making.secret), NOT_FOUND);
}

/* ---- what is remembered ---- */

static bool reaches(struct fixture *f, struct str secret, int64_t unit)
{
    struct token_use found;
    struct reg risk = test_register("risk", "risk", 0);
    f->ctx.now += 60 * 1000;
    expect_ok(&f->ctx, token_find(&f->ctx, secret, &found));
    return actor_may(found.actor, &risk, READ, unit, 0);
}

static void set_stamp(struct fixture *f, int64_t number)
{
    run_sql(
        f,
        arena_print(f->ctx.arena, "UPDATE access_stamp SET number = %lld WHERE name = 'rights'", (long long)number).at);
}

/* The stamp says that nothing has changed since: it is not believed. */
static void a_right_that_was_taken_does_not_live_on_by_the_stamp(void **state)
{
    FIXTURE(f);
    struct opened opened;
    struct making making;
    ada = begin_with_ada(f, &opened);
    make(f, ada, &making);
    assert_true(reaches(f, making.secret, COMPANY_A));
    int64_t stamp = number_of(f, "SELECT number FROM access_stamp");
    expect_ok(&f->ctx, try_change(f, ada, &(struct user_edit){.sets = USER_GRANTS}));
    set_stamp(f, stamp);
    assert_false(reaches(f, making.secret, COMPANY_A));
}

/* The same by the row and its MAC of before: in memory they would still be the newest. */
static void a_user_put_back_with_the_stamp_is_refused(void **state)
{
    FIXTURE(f);
    struct opened opened;
    struct making making;
    ada = begin_with_ada(f, &opened);
    make(f, ada, &making);
    assert_true(reaches(f, making.secret, COMPANY_A));
    int64_t stamp = number_of(f, "SELECT number FROM access_stamp");
    run_sql(f, "CREATE TABLE before AS SELECT * FROM \"user\"");
    expect_ok(&f->ctx, try_change(f, ada, &(struct user_edit){.sets = USER_GRANTS}));
    run_sql(f, "INSERT INTO role_grant (user_id, role, unit) VALUES (1, 'owner', 2); UPDATE \"user\" SET version = 1, "
               "changed_at = (SELECT b.changed_at FROM before b), mac = (SELECT b.mac FROM before b)");
    set_stamp(f, stamp);
    expect_ok(&f->ctx, check_sealed(f, &sealed_users));
    assert_int_equal(use(f, making.secret), NOT_FOUND);
}

static void a_moved_unit_is_seen_whatever_the_stamp_says(void **state)
{
    FIXTURE(f);
    struct opened opened;
    struct making making;
    ada = begin_with_ada(f, &opened);
    make(f, ada, &making);
    assert_true(reaches(f, making.secret, SITE_A));
    run_sql(f, "UPDATE unit SET parent = 3 WHERE id = 4; "
               "UPDATE unit_reach SET ancestor = 3 WHERE ancestor = 2 AND unit = 4");
    assert_false(reaches(f, making.secret, SITE_A));
    set_stamp(f, 0);
    assert_false(reaches(f, making.secret, SITE_A));
    assert_true(reaches(f, making.secret, COMPANY_A));
}

static void a_tree_that_was_widened_lets_nobody_in(void **state)
{
    FIXTURE(f);
    struct opened opened;
    struct making making;
    ada = begin_with_ada(f, &opened);
    make(f, ada, &making);
    assert_false(reaches(f, making.secret, COMPANY_B));
    run_sql(f, "INSERT INTO unit_reach (ancestor, unit) VALUES (2, 3); " RAISE_STAMP);
    assert_int_equal(use(f, making.secret), BROKEN);
    expect_sentence(&f->ctx, "The tree of units was changed outside of the program");
    run_sql(f, "DELETE FROM unit_reach WHERE ancestor = 2 AND unit = 3");
    assert_false(reaches(f, making.secret, COMPANY_B));
    run_sql(f, "UPDATE unit SET parent = 4 WHERE id = 1; " RAISE_STAMP);
    assert_int_equal(use(f, making.secret), BROKEN);
    expect_sentence(&f->ctx, "The tree of units was changed outside of the program");
}

/* ---- a grant that is there for a moment only ---- */

struct toggling {
    struct store *store;
    struct ctx ctx;
    atomic_bool ends;
    atomic_int rounds;
};

static enum result put_in(struct ctx *ctx, void *arg)
{
    (void)arg;
    return db_script(ctx, "INSERT INTO role_grant (user_id, role, unit) VALUES (1, 'administrator', 1)");
}

static enum result take_out(struct ctx *ctx, void *arg)
{
    (void)arg;
    return db_script(ctx, "DELETE FROM role_grant WHERE user_id = 1 AND role = 'administrator'; " RAISE_STAMP);
}

static void *toggle(void *arg)
{
    struct toggling *toggling = arg;
    while (!atomic_load(&toggling->ends)) {
        if (store_write(&toggling->ctx, toggling->store, put_in, NULL) != OK) break;
        if (store_write(&toggling->ctx, toggling->store, take_out, NULL) != OK) break;
        arena_reset(toggling->ctx.arena);
        atomic_fetch_add(&toggling->rounds, 1);
    }
    return NULL;
}

/* Between the look at the MAC and the reading of the grants there is no moment in which one could be put in. */
static void a_grant_of_a_moment_is_never_used(void **state)
{
    FIXTURE(f);
    enum { ROUNDS = 60, USES = 400, ARENA = 1 << 24 };
    struct opened opened;
    struct making making;
    struct token_use found;
    pthread_t thread;
    int let_in = 0, too_much = 0;
    struct arena *arena = arena_new(ARENA);
    ada = begin_with_ada(f, &opened);
    make(f, ada, &making);
    struct toggling toggling = {.store = f->store, .ctx = f->ctx};
    toggling.ctx.arena = arena_new(ARENA);
    toggling.ctx.access = NULL;
    toggling.ctx.db = NULL;
    assert_int_equal(pthread_create(&thread, NULL, toggle, &toggling), 0);
    for (int i = 0; i < USES || atomic_load(&toggling.rounds) < ROUNDS; i++) {
        struct ctx ctx = f->ctx;
        ctx.arena = arena;
        ctx.now += (int64_t)i * 60 * 1000;
        bool in = token_find(&ctx, making.secret, &found) == OK;
        too_much += in && found.actor->grant_count != 1;
        let_in += in;
        arena_reset(arena);
    }
    atomic_store(&toggling.ends, true);
    pthread_join(thread, NULL);
    arena_free(toggling.ctx.arena);
    arena_free(arena);
    assert_int_equal(too_much, 0);
    assert_true(let_in > 0);
}

static enum result seal_another(struct ctx *ctx, void *arg)
{
    struct user user;
    TRY(user_load(ctx, *(const int64_t *)arg, &user));
    TRY(put_in(ctx, NULL));
    return user_seal(ctx, &user);
}

/* Somebody who puts it in between the writing of a change and its MAC does not get it sealed. */
static void a_grant_of_a_moment_is_not_sealed(void **state)
{
    FIXTURE(f);
    struct opened opened;
    ada = begin_with_ada(f, &opened);
    assert_int_equal(in_write(f, seal_another, &ada), CONFLICT);
    expect_sentence(&f->ctx, "at this very moment");
}

static void a_row_numbered_below_one_is_named(void **state)
{
    FIXTURE(f);
    struct opened opened;
    ada = begin_with_ada(f, &opened);
    run_sql(f, f->schema[0] ? "ALTER TABLE session DROP CONSTRAINT session_id_check"
                            : "PRAGMA ignore_check_constraints = ON");
    run_sql(f, "UPDATE session SET id = -9223372036854775807 - 1");
    assert_int_equal(check_sealed(f, &sealed_sessions), CONFLICT);
    expect_sentence(&f->ctx, "The session -9223372036854775808 was put into the database");
}

/* ---- what is done only for a moment ---- */

/* A trigger that makes each new session another user's would have it sealed by the program itself. */
static void a_session_turned_round_by_a_trigger_is_not_sealed(void **state)
{
    FIXTURE(f);
    struct opened opened;
    ada = begin_with_ada(f, &opened);
    int64_t other = add_user_with_password(f, "mallory@example.org", EMPLOYEE, SITE_A);
    assert_true(other > 1);
    run_sql(f, f->schema[0] ? "CREATE FUNCTION turn() RETURNS trigger LANGUAGE plpgsql AS "
                              "'BEGIN NEW.user_id := 2; RETURN NEW; END'; "
                              "CREATE TRIGGER turn BEFORE INSERT ON session FOR EACH ROW EXECUTE FUNCTION turn()"
                            : "CREATE TRIGGER turn AFTER INSERT ON session BEGIN "
                              "UPDATE session SET user_id = 2 WHERE id = NEW.id; END");
    assert_int_equal(sign_in_ada(f, &opened), CONFLICT);
    expect_sentence(&f->ctx, "alters rows of \"session\"");
}

/* The secret of another row that has the same number, as a view in place of the table, or a table below it, gives. */
static void a_second_row_of_a_number_is_none(void **state)
{
    FIXTURE(f);
    struct opened opened;
    ada = begin_with_ada(f, &opened);
    const struct sealed_value used[] = {{1, value_number(ada)}, {2, value_text(S("of another row"))}};
    bool right;
    expect_ok(&f->ctx, sealed_holds(&f->ctx, &sealed_sessions, 1, used, 1, &right));
    assert_true(right);
    expect_ok(&f->ctx, sealed_holds(&f->ctx, &sealed_sessions, 1, used, 2, &right));
    assert_false(right);
    run_sql(f, f->schema[0] ? "CREATE TABLE kid () INHERITS (session); INSERT INTO kid SELECT * FROM session"
                            : "ALTER TABLE session RENAME TO kept; CREATE VIEW session AS "
                              "SELECT * FROM kept UNION ALL SELECT * FROM kept");
    expect_ok(&f->ctx, sealed_is_right(&f->ctx, &sealed_sessions, 1, &right));
    assert_false(right);
}

/* ---- without the key ---- */

static void without_the_key_nobody_is_let_in(void **state)
{
    FIXTURE(f);
    struct opened opened;
    const struct actor *actor;
    ada = begin_with_ada(f, &opened);
    store_use_keyring(f->store, NULL);
    f->ctx.access = NULL;
    assert_int_equal(find_later(f, opened.token), NOT_FOUND);
    expect_ok(&f->ctx, user_actor(&f->ctx, ada, &actor)); /* who reads at the command line says as whom */
    assert_int_equal(try_change(f, ada, &(struct user_edit){.sets = USER_NAME, .name = S("Ada")}), CONFLICT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BOTH(what_the_program_wrote_is_right),
        ON_BOTH(an_added_grant_lets_nobody_in),
        ON_BOTH(a_grant_that_is_gone_is_seen),
        ON_BOTH(a_grant_that_was_moved_lets_nobody_in),
        ON_BOTH(times_without_end_end_all_the_same),
        ON_BOTH(a_replaced_password_opens_nothing),
        ON_BOTH(a_row_put_in_the_place_of_another_is_refused),
        ON_BOTH(a_user_put_back_to_an_earlier_state_is_refused),
        ON_BOTH(what_others_changed_is_not_sealed_with_the_next_change),
        ON_BOTH(a_session_made_another_users_is_none),
        ON_BOTH(a_session_of_before_the_new_password_does_not_come_back),
        ON_BOTH(a_token_copied_to_another_user_is_none),
        ON_BOTH(a_token_with_wider_scopes_is_none),
        ON_BOTH(a_revoked_token_does_not_come_back),
        ON_BOTH(a_right_that_was_taken_does_not_live_on_by_the_stamp),
        ON_BOTH(a_user_put_back_with_the_stamp_is_refused),
        ON_BOTH(a_moved_unit_is_seen_whatever_the_stamp_says),
        ON_BOTH(a_tree_that_was_widened_lets_nobody_in),
        ON_BOTH(a_grant_of_a_moment_is_never_used),
        ON_BOTH(a_grant_of_a_moment_is_not_sealed),
        ON_BOTH(a_row_numbered_below_one_is_named),
        ON_BOTH(a_session_turned_round_by_a_trigger_is_not_sealed),
        ON_BOTH(a_second_row_of_a_number_is_none),
        ON_BOTH(without_the_key_nobody_is_let_in),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
