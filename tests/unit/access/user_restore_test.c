/* merlon user restore: what the ledger says comes back, and nothing of what somebody else has put there. */
#include "access/fixture.h"

#include "access/sealed.h"
#include "access/verify.h"
#include "store/seal.h"

static int64_t ada;

static enum result restore(struct ctx *ctx, void *arg)
{
    struct user stood, user;
    bool changed;
    TRY(user_restore(ctx, *(const int64_t *)arg, &stood, &user, &changed));
    assert_true(changed);
    return OK;
}

static enum result restore_in_vain(struct ctx *ctx, void *arg)
{
    struct user stood, user;
    bool changed;
    TRY(user_restore(ctx, *(const int64_t *)arg, &stood, &user, &changed));
    assert_false(changed);
    return OK;
}

static void the_operator_puts_back_what_the_ledger_says(void **state)
{
    FIXTURE(f);
    struct opened opened;
    struct user user;
    ada = begin_with_ada(f, &opened);
    run_sql(f, "UPDATE \"user\" SET name = 'Somebody'; "
               "INSERT INTO role_grant (user_id, role, unit) VALUES (1, 'administrator', 1)");
    assert_int_equal(sign_in_ada(f, &opened), DENIED);
    write_ok(f, restore, &ada);
    expect_ok(&f->ctx, user_get(&f->ctx, ada, &user));
    assert_int_equal(user.grant_count, 1);
    assert_true(user.grants[0].role != ADMINISTRATOR);
    assert_false(str_is(user.name, "Somebody"));
    assert_int_equal(number_of(f, "SELECT count(*) FROM session"), 0);
    assert_int_equal(check_sealed(f, &sealed_users), OK);
    expect_ok(&f->ctx, sign_in_ada(f, &opened));
    assert_int_equal(number_of(f, "SELECT count(*) FROM ledger_entry WHERE action = 'restore'"), 1);
    write_ok(f, restore_in_vain, &ada);
    assert_int_equal(number_of(f, "SELECT count(*) FROM ledger_entry WHERE action = 'restore'"), 1);
    assert_int_equal(number_of(f, "SELECT count(*) FROM session"), 1);
    act_as(f, ada);
    assert_int_equal(in_write(f, restore, &ada), DENIED);
}

/* By the address in the ledger, whatever stands in the rows, or stands there no more. */
static void a_user_whose_row_is_gone_or_has_another_address_comes_back(void **state)
{
    FIXTURE(f);
    struct opened opened;
    struct user user;
    int64_t id;
    ada = begin_with_ada(f, &opened);
    run_sql(f, "UPDATE \"user\" SET email_key = 'elsewhere@example.org' WHERE id = 1");
    expect_ok(&f->ctx, user_by_email(&f->ctx, S("ada@example.org"), &id));
    assert_int_equal(id, 0);
    expect_ok(&f->ctx, user_entered_as(&f->ctx, S(" Ada@Example.org"), &id));
    assert_int_equal(id, ada);
    write_ok(f, restore, &ada);
    expect_ok(&f->ctx, sign_in_ada(f, &opened));
    run_sql(f, "DELETE FROM session; DELETE FROM role_grant WHERE user_id = 1; DELETE FROM \"user\" WHERE id = 1");
    expect_ok(&f->ctx, user_entered_as(&f->ctx, S("nobody@example.org"), &id));
    assert_int_equal(id, 0);
    write_ok(f, restore, &ada);
    expect_ok(&f->ctx, user_get(&f->ctx, ada, &user));
    assert_true(user.active && str_is(user.email, "ada@example.org"));
    assert_int_equal(user.grant_count, 1);
    assert_false(user.has_password);
    assert_int_equal(check_sealed(f, &sealed_users), OK);
}

/* The row of a session that was ended is kept by whoever means to put it back. */
static void a_session_of_before_is_none_afterwards(void **state)
{
    FIXTURE(f);
    struct opened opened;
    ada = begin_with_ada(f, &opened);
    run_sql(f, "CREATE TABLE kept AS SELECT * FROM session");
    run_sql(f, "UPDATE \"user\" SET name = 'Somebody'");
    f->ctx.now += 1;
    write_ok(f, restore, &ada);
    run_sql(f, "INSERT INTO session SELECT * FROM kept");
    assert_int_equal(find_later(f, opened.token), NOT_FOUND);
    assert_int_equal(check_sealed(f, &sealed_sessions), CONFLICT);
}

/* An address is one user's alone; a row of no standing must not hold it. */
static void a_planted_row_keeps_nobody_from_being_restored(void **state)
{
    static const char *const planted[] = {
        "INSERT INTO \"user\" (id, name, email, email_key, created_at, changed_at) VALUES "
        "(50, 'x', '" ADA "', '" ADA "', 1, 1)",
        "UPDATE \"user\" SET email_key = '" ADA "' WHERE id = 2",
    };
    FIXTURE(f);
    struct opened opened;
    ada = begin_with_ada(f, &opened);
    int64_t bob = add_user_with_password(f, "bob@example.org", EMPLOYEE, SITE_A);
    for (size_t i = 0; i < COUNT(planted); i++) {
        run_sql(f, "DELETE FROM session; DELETE FROM role_grant WHERE user_id = 1; DELETE FROM \"user\" WHERE id = 1");
        run_sql(f, planted[i]);
        write_ok(f, restore, &ada);
        assert_int_equal(number_of(f, "SELECT min(id) FROM \"user\" WHERE email_key = '" ADA "'"), ada);
    }
    write_ok(f, restore, &bob);
    assert_int_equal(number_of(f, "SELECT min(id) FROM \"user\" WHERE email_key = 'bob@example.org'"), bob);
    run_sql(f, "DELETE FROM \"user\" WHERE id = 50");
    assert_int_equal(check_sealed(f, &sealed_users), OK);
}

/* Whom the organisation has let go does not come back in because somebody altered the row. */
static void who_was_made_inactive_stays_so(void **state)
{
    FIXTURE(f);
    struct opened opened;
    struct user user;
    ada = begin_with_ada(f, &opened);
    int64_t bob = add_user_with_password(f, "bob@example.org", EMPLOYEE, SITE_A);
    expect_ok(&f->ctx, try_change(f, bob, &(struct user_edit){.sets = USER_ACTIVE, .active = false}));
    run_sql(f, "UPDATE \"user\" SET active = 1, name = 'Somebody' WHERE id = 2");
    write_ok(f, restore, &bob);
    expect_ok(&f->ctx, user_get(&f->ctx, bob, &user));
    assert_false(user.active);
    assert_int_equal(check_sealed(f, &sealed_users), OK);
}

/* By the newest state alone: an address that was given up finds nobody. */
static void a_user_is_found_by_the_newest_address(void **state)
{
    FIXTURE(f);
    struct opened opened;
    int64_t id;
    ada = begin_with_ada(f, &opened);
    expect_ok(&f->ctx, try_change(f, ada, &(struct user_edit){.sets = USER_EMAIL, .email = S("lovelace@example.org")}));
    expect_ok(&f->ctx, user_entered_as(&f->ctx, S(ADA), &id));
    assert_int_equal(id, 0);
    expect_ok(&f->ctx, user_entered_as(&f->ctx, S("lovelace@example.org"), &id));
    assert_int_equal(id, ada);
}

/* A person is one user's alone, like an address. */
static void a_planted_row_of_the_same_person_keeps_nobody_from_being_restored(void **state)
{
    FIXTURE(f);
    struct opened opened;
    struct user user;
    ada = begin_with_ada(f, &opened);
    expect_ok(&f->ctx, try_change(f, ada, &(struct user_edit){.sets = USER_PERSON, .person = 7}));
    run_sql(f, "UPDATE \"user\" SET person = NULL WHERE id = 1; "
               "INSERT INTO \"user\" (id, name, email, email_key, person, created_at, changed_at) VALUES "
               "(50, 'x', 'x@example.org', 'x@example.org', 7, 1, 1)");
    write_ok(f, restore, &ada);
    expect_ok(&f->ctx, user_get(&f->ctx, ada, &user));
    assert_int_equal(user.person, 7);
    assert_int_equal(number_of(f, "SELECT count(*) FROM \"user\" WHERE id = 50 AND person IS NULL"), 1);
}

/* Neither the intruder's password nor an account that the intruder made is made right by it. */
static void nothing_of_an_intruder_is_put_right(void **state)
{
    FIXTURE(f);
    struct opened opened;
    struct user user;
    int64_t planted = 50;
    ada = begin_with_ada(f, &opened);
    add_user_with_password(f, "mallory@example.org", EMPLOYEE, SITE_A);
    run_sql(f, "UPDATE \"user\" SET password_hash = (SELECT m.password_hash FROM \"user\" m WHERE m.email_key = "
               "'mallory@example.org') WHERE id = 1");
    write_ok(f, restore, &ada);
    assert_int_equal(number_of(f, "SELECT count(*) FROM \"user\" WHERE id = 1 AND password_hash IS NULL"), 1);
    assert_int_equal(sign_in_ada(f, &opened), DENIED);
    run_sql(f, "INSERT INTO \"user\" (id, name, email, email_key, person, created_at, changed_at) VALUES (50, 'x', "
               "'x@example.org', 'x@example.org', 7, 1, 1); "
               "INSERT INTO role_grant (user_id, role, unit) VALUES (50, 'administrator', 1)");
    write_ok(f, restore, &planted);
    expect_ok(&f->ctx, user_get(&f->ctx, planted, &user));
    assert_false(user.active);
    assert_int_equal(user.grant_count, 0);
    assert_int_equal(user.person, 0);
    assert_int_equal(check_sealed(f, &sealed_users), OK);
}

/* A user who is as the ledger says keeps the address, whoever else had it before. */
static void nothing_is_taken_from_a_user_of_standing(void **state)
{
    FIXTURE(f);
    struct opened opened;
    ada = begin_with_ada(f, &opened);
    run_sql(f, "UPDATE \"user\" SET email = 'x@example.org', email_key = 'x@example.org' WHERE id = 1");
    int64_t heir = add_user_with_password(f, ADA, EMPLOYEE, SITE_A);
    assert_int_equal(in_write(f, restore, &ada), CONFLICT);
    assert_int_equal(number_of(f, "SELECT min(id) FROM \"user\" WHERE email_key = '" ADA "'"), heir);
    assert_int_equal(number_of(f, "SELECT count(*) FROM ledger_entry WHERE action = 'restore'"), 0);
}

/* What is bound to a number, a token for instance, must not come to belong to the next user. */
static void a_users_number_is_not_given_again(void **state)
{
    FIXTURE(f);
    struct opened opened;
    struct user user;
    int64_t checked = 0;
    const struct grant grants[] = {{EMPLOYEE, SITE_A}};
    struct user_edit edit = {.sets = USER_NAME | USER_EMAIL | USER_GRANTS,
                             .name = S("Bob"),
                             .email = S("bob@example.org"),
                             .grants = grants,
                             .grant_count = 1};
    ada = begin_with_ada(f, &opened);
    run_sql(f, "DELETE FROM session; DELETE FROM role_grant WHERE user_id = 1; DELETE FROM \"user\" WHERE id = 1");
    run_sql(f, db_dialect(f->ctx.db) == DIALECT_SQLITE ? "DELETE FROM sqlite_sequence WHERE name = 'user'"
                                                       : "ALTER SEQUENCE user_id_seq RESTART");
    assert_int_equal(try_create(f, &edit, &user), CONFLICT);
    expect_sentence(&f->ctx, "The ledger has the version 1 of user 1 already");
    assert_int_equal(users_verify(&f->ctx, &checked), CONFLICT);
    expect_sentence(&f->ctx, "its row was removed");
}

/* Nobody is shown as a number only because the database was away for a moment. */
static void a_name_waits_for_the_database(void **state)
{
    static const struct {
        const char *code;
        enum result result;
    } refusals[] = {{"55P03", BUSY}, {"53100", AWAY}};
    FIXTURE(f);
    struct opened opened;
    struct str name, email;
    ada = begin_with_ada(f, &opened);
    run_sql(f, "ALTER TABLE ledger_entry RENAME TO genuine");
    for (size_t i = 0; i < COUNT(refusals); i++) {
        run_sql(f, arena_print(f->ctx.arena,
                               "CREATE FUNCTION refusing() RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RAISE "
                               "EXCEPTION 'not now' USING ERRCODE = '%s'; END $$; "
                               "CREATE VIEW ledger_entry AS SELECT * FROM genuine WHERE refusing()",
                               refusals[i].code)
                       .at);
        assert_int_equal(user_entered_name(&f->ctx, ada, &name, &email), refusals[i].result);
        ctx_clear_error(&f->ctx);
        run_sql(f, "DROP VIEW ledger_entry; DROP FUNCTION refusing()");
    }
    run_sql(f, "CREATE VIEW ledger_entry AS SELECT * FROM genuine");
    expect_ok(&f->ctx, user_entered_name(&f->ctx, ada, &name, &email));
    assert_true(str_is(email, ADA));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BOTH(the_operator_puts_back_what_the_ledger_says),
        ON_BOTH(a_user_whose_row_is_gone_or_has_another_address_comes_back),
        ON_BOTH(a_session_of_before_is_none_afterwards),
        ON_BOTH(a_planted_row_keeps_nobody_from_being_restored),
        ON_BOTH(who_was_made_inactive_stays_so),
        ON_BOTH(a_user_is_found_by_the_newest_address),
        ON_BOTH(a_planted_row_of_the_same_person_keeps_nobody_from_being_restored),
        ON_BOTH(nothing_of_an_intruder_is_put_right),
        ON_BOTH(nothing_is_taken_from_a_user_of_standing),
        ON_BOTH(a_users_number_is_not_given_again),
        ON_POSTGRES(a_name_waits_for_the_database),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
