/* Signing in, being recognised, and all the ways in which a session ends. The clock is ctx.now, moved by hand. */
#include "access/fixture.h"

#include "access/cache.h"
#include "access/limit.h"
#include "access/password.h"
#include "access/token.h"

#include <pthread.h>
#include <sched.h>

#define EMAIL "ada@example.org"

static enum result sign_in(struct fixture *f, const char *email, const char *password, struct opened *opened)
{
    struct login login = {.email = str_of(email),
                          .password = str_of(password),
                          .address = S("192.0.2.7"),
                          .agent = S("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0")};
    ctx_clear_error(&f->ctx);
    return session_open(&f->ctx, &login, opened);
}

static int64_t start(struct fixture *f, struct opened *opened)
{
    access_fixture(f);
    int64_t user = add_user_with_password(f, EMAIL, OWNER, COMPANY_A);
    expect_ok(&f->ctx, sign_in(f, "Ada@Example.ORG ", PASSPHRASE, opened));
    return user;
}

static enum result find(struct fixture *f, struct str cookie, struct session *session)
{
    ctx_clear_error(&f->ctx);
    return session_find(&f->ctx, cookie, session);
}

static enum result touch(struct ctx *ctx, void *arg)
{
    return access_touch(ctx, *(struct access_due *)arg);
}

static enum result close_one(struct ctx *ctx, void *arg)
{
    return session_close(ctx, *(int64_t *)arg);
}

struct rotation {
    const struct session *session;
    struct str token;
};

static enum result rotate(struct ctx *ctx, void *arg)
{
    struct rotation *rotation = arg;
    return session_rotate(ctx, rotation->session, &rotation->token);
}

/* ---- recognised ---- */

static void a_cookie_leads_to_its_user(void **state)
{
    FIXTURE(f);
    struct opened opened;
    struct session session;
    int64_t user = start(f, &opened);
    assert_int_equal(opened.user, user);
    assert_int_equal(opened.expires_at, NOON + SESSION_IDLE);
    expect_ok(&f->ctx, find(f, opened.token, &session));
    assert_int_equal(session.actor->user, user);
    assert_true(str_is(session.actor->email, EMAIL));
    assert_int_equal(session.actor->grant_count, 1);
    assert_false(session.actor->read_only);
    assert_true(str_eq(session.csrf, opened.csrf));
    assert_int_equal(session.expires_at, NOON + SESSION_IDLE);
    assert_false(access_is_due(session.due));
    assert_false(session.rotate);
    assert_int_equal(number_of(f, "SELECT COUNT(*) FROM session WHERE agent = 'Firefox' AND address = '192.0.2.7'"), 1);
    assert_int_equal(number_of(f, "SELECT last_login_at FROM \"user\""), NOON);
}

static void the_database_holds_no_secret(void **state)
{
    FIXTURE(f);
    struct opened opened;
    start(f, &opened);
    const char *sql =
        arena_print(f->ctx.arena, "SELECT COUNT(*) FROM session WHERE token_hash = '%.*s'", PRINT(opened.token)).at;
    assert_int_equal(number_of(f, sql), 0);
    assert_int_equal(
        number_of(f, "SELECT COUNT(*) FROM \"user\" WHERE password_hash LIKE '$argon2id$v=19$m=65536,t=2,%'"), 1);
}

static void strangers_are_not_recognised(void **state)
{
    FIXTURE(f);
    struct opened opened;
    struct session session;
    start(f, &opened);
    char *other = (char *)(uintptr_t)arena_copy(f->ctx.arena, opened.token).at;
    other[0] = other[0] == 'A' ? 'B' : 'A';
    assert_int_equal(find(f, (struct str){other, opened.token.len}, &session), NOT_FOUND);
    expect_sentence(&f->ctx, "Sign in first");
    assert_int_equal(find(f, S(""), &session), NOT_FOUND);
    assert_int_equal(find(f, str_slice(opened.token, 0, 42), &session), NOT_FOUND);
    assert_int_equal(find(f, opened.csrf, &session), NOT_FOUND);
}

static void the_usual_request_asks_no_database(void **state)
{
    FIXTURE(f);
    struct opened opened;
    struct session session;
    start(f, &opened);
    expect_ok(&f->ctx, find(f, opened.token, &session));
    struct db *db = f->ctx.db;
    f->ctx.now += 11000; /* the user was made in this process: for so long it asks each time */
    expect_ok(&f->ctx, find(f, opened.token, &session));
    f->ctx.db = NULL;
    f->ctx.now += 1999;
    expect_ok(&f->ctx, find(f, opened.token, &session));
    f->ctx.now += 1;
    assert_int_equal(find(f, opened.token, &session), BROKEN);
    f->ctx.db = db;
    expect_ok(&f->ctx, find(f, opened.token, &session));
}

/* ---- refused ---- */

static void refusals_look_and_cost_the_same(void **state)
{
    FIXTURE(f);
    struct opened opened;
    static const struct {
        const char *email, *password;
    } tries[] = {{EMAIL, "seven kettles hum at dusk"},
                 {"nobody@example.org", PASSPHRASE},
                 {"gone@example.org", PASSPHRASE},
                 {"external@example.org", PASSPHRASE},
                 {EMAIL, ""}};
    start(f, &opened);
    add_user_with_password(f, "gone@example.org", OWNER, COMPANY_A);
    run_sql(f, "UPDATE \"user\" SET active = 0 WHERE email_key = 'gone@example.org'");
    add_user(f, "external@example.org", OWNER, COMPANY_A);
    for (size_t i = 0; i < COUNT(tries); i++) {
        uint64_t before = access_hash_count(f->ctx.access);
        assert_int_equal(sign_in(f, tries[i].email, tries[i].password, &opened), DENIED);
        assert_int_equal(access_hash_count(f->ctx.access) - before, 1);
        assert_true(str_is(f->ctx.error.sentence, "The e-mail address or the password is wrong."));
        assert_int_equal(opened.token.len, 0);
        assert_int_equal(opened.user, 0);
    }
}

static void an_account_is_held_back_longer_each_time(void **state)
{
    FIXTURE(f);
    struct opened opened;
    static const int64_t waits[] = {30, 60, 120};
    start(f, &opened);
    for (int i = 0; i < 4; i++) assert_int_equal(sign_in(f, EMAIL, "wrong", &opened), DENIED);
    for (size_t i = 0; i < COUNT(waits); i++) {
        assert_int_equal(sign_in(f, EMAIL, "wrong", &opened), DENIED);
        uint64_t before = access_hash_count(f->ctx.access);
        assert_int_equal(sign_in(f, EMAIL, PASSPHRASE, &opened), BUSY);
        assert_int_equal(opened.retry_after, waits[i]);
        assert_int_equal(access_hash_count(f->ctx.access), before);
        f->ctx.now += waits[i] * 1000 - 1;
        assert_int_equal(sign_in(f, EMAIL, PASSPHRASE, &opened), BUSY);
        assert_int_equal(opened.retry_after, 1);
        f->ctx.now += 1;
    }
    expect_ok(&f->ctx, sign_in(f, EMAIL, PASSPHRASE, &opened));
    for (int i = 0; i < 4; i++) assert_int_equal(sign_in(f, EMAIL, "wrong", &opened), DENIED);
    expect_ok(&f->ctx, sign_in(f, EMAIL, PASSPHRASE, &opened));
}

static void unknown_accounts_are_held_back_too(void **state)
{
    FIXTURE(f);
    struct opened opened;
    access_fixture(f);
    for (int i = 0; i < 5; i++) assert_int_equal(sign_in(f, "nobody@example.org", "wrong", &opened), DENIED);
    assert_int_equal(sign_in(f, "NOBODY@example.org", "wrong", &opened), BUSY);
    assert_int_equal(opened.retry_after, 30);
    assert_int_equal(number_of(f, "SELECT COUNT(*) FROM login_attempt WHERE subject LIKE '%nobody%'"), 0);
}

static enum result take(struct ctx *ctx, void *arg)
{
    return limit_take(ctx, arg);
}

static enum result forgive(struct ctx *ctx, void *arg)
{
    return limit_forgive(ctx, arg);
}

static void an_address_is_held_back(void **state)
{
    FIXTURE(f);
    access_fixture(f);
    struct attempt attempt = {.address = S("198.51.100.4")};
    for (int i = 0; i < 20; i++) {
        attempt.account = arena_print(f->ctx.arena, "user%d@example.org", i);
        write_ok(f, take, &attempt);
        if (i == 10) write_ok(f, forgive, &attempt);
    }
    write_ok(f, take, &attempt);
    attempt.account = S("fresh@example.org");
    assert_int_equal(in_write(f, take, &attempt), BUSY);
    assert_int_equal(attempt.retry_after, 30);
    struct attempt elsewhere = {.account = S("fresh@example.org"), .address = S("198.51.100.5")};
    expect_ok(&f->ctx, limit_check(&f->ctx, &elsewhere));
    f->ctx.now += 60 * 60 * 1000; /* an hour without failures forgets */
    write_ok(f, take, &attempt);
    write_ok(f, take, &attempt);
}

static void an_ipv6_network_is_one_address(void **state)
{
    FIXTURE(f);
    access_fixture(f);
    static const struct {
        const char *first, *second;
        bool same;
    } pairs[] = {{"2001:db8:1:2::1", "2001:db8:1:2:ffff::9", true},
                 {"2001:db8:1:2::1", "2001:db8:1:3::1", false},
                 {"::ffff:192.0.2.1", "::ffff:192.0.2.2", false},
                 {"192.0.2.1", "192.0.2.2", false}};
    for (size_t i = 0; i < COUNT(pairs); i++) {
        struct attempt first = {.address = str_of(pairs[i].first)}, second = {.address = str_of(pairs[i].second)};
        run_sql(f, "DELETE FROM login_attempt");
        write_ok(f, take, &first);
        write_ok(f, take, &second);
        assert_int_equal(number_of(f, "SELECT COUNT(*) FROM login_attempt"), pairs[i].same ? 1 : 2);
    }
}

static void success_takes_back_only_its_own_attempt(void **state)
{
    FIXTURE(f);
    access_fixture(f);
    struct attempt attempt = {.account = S("a@example.org"), .address = S("198.51.100.4")};
    for (int i = 0; i < 3; i++) write_ok(f, take, &attempt);
    write_ok(f, forgive, &attempt);
    assert_int_equal(number_of(f, "SELECT COUNT(*) FROM login_attempt"), 1);
    assert_int_equal(number_of(f, "SELECT failures FROM login_attempt"), 2);
}

static void many_at_once_gain_nothing(void **state)
{
    FIXTURE(f);
    access_fixture(f);
    struct attempt attempt = {.account = S("a@example.org")};
    for (int i = 0; i < 5; i++) write_ok(f, take, &attempt); /* none of these has been compared yet */
    assert_int_equal(in_write(f, take, &attempt), BUSY);
    int64_t until;
    expect_ok(&f->ctx, limit_blocked_until(&f->ctx, S(" A@example.org"), &until));
    assert_int_equal(until, NOON + 30000);
    f->ctx.now += 30000;
    for (int i = 0; i < 12; i++) {
        write_ok(f, take, &attempt);
        assert_int_equal(in_write(f, take, &attempt), BUSY);
        f->ctx.now += attempt.retry_after * 1000;
    }
    assert_int_equal(attempt.retry_after, 3600); /* an hour is the longest */
}

/* ---- ending ---- */

static void idle_sessions_end(void **state)
{
    FIXTURE(f);
    struct opened opened;
    struct session session;
    start(f, &opened);
    f->ctx.now += SESSION_IDLE - 1;
    expect_ok(&f->ctx, find(f, opened.token, &session));
    f->ctx.now += 1;
    assert_int_equal(find(f, opened.token, &session), NOT_FOUND);
}

static void used_sessions_end_after_a_week(void **state)
{
    FIXTURE(f);
    struct opened opened;
    struct session session;
    start(f, &opened);
    while (f->ctx.now + SESSION_IDLE / 2 < NOON + SESSION_LIFE) {
        f->ctx.now += SESSION_IDLE / 2;
        expect_ok(&f->ctx, find(f, opened.token, &session));
        assert_true(access_is_due(session.due));
        write_ok(f, touch, &session.due);
    }
    expect_ok(&f->ctx, find(f, opened.token, &session));
    assert_int_equal(session.expires_at, NOON + SESSION_LIFE);
    f->ctx.now = NOON + SESSION_LIFE;
    assert_int_equal(find(f, opened.token, &session), NOT_FOUND);
}

static void last_seen_is_written_once_a_minute(void **state)
{
    FIXTURE(f);
    struct opened opened;
    struct session session;
    start(f, &opened);
    f->ctx.now += 59999;
    expect_ok(&f->ctx, find(f, opened.token, &session));
    assert_false(access_is_due(session.due));
    f->ctx.now += 1;
    expect_ok(&f->ctx, find(f, opened.token, &session));
    assert_int_equal(session.due.session, session.id);
    struct access_due due = session.due;
    expect_ok(&f->ctx, find(f, opened.token, &session));
    assert_false(access_is_due(session.due)); /* somebody is at it */
    write_ok(f, touch, &due);
    assert_int_equal(number_of(f, "SELECT last_seen_at FROM session"), NOON + 60000);
    f->ctx.now += 59999;
    expect_ok(&f->ctx, find(f, opened.token, &session));
    assert_false(access_is_due(session.due));
    assert_int_equal(session.expires_at, NOON + 60000 + SESSION_IDLE);
}

static void a_closed_session_is_gone_at_once(void **state)
{
    FIXTURE(f);
    struct opened opened, other;
    struct session session;
    start(f, &opened);
    expect_ok(&f->ctx, sign_in(f, EMAIL, PASSPHRASE, &other));
    f->ctx.now += 11000;
    expect_ok(&f->ctx, find(f, opened.token, &session));
    write_ok(f, close_one, &session.id);
    assert_int_equal(find(f, opened.token, &session), NOT_FOUND);
    expect_ok(&f->ctx, find(f, other.token, &session));
}

static void signing_in_again_replaces_the_session(void **state)
{
    FIXTURE(f);
    struct opened opened, next;
    struct session session;
    start(f, &opened);
    struct login login = {.email = S(EMAIL), .password = S(PASSPHRASE), .replaces = opened.token};
    expect_ok(&f->ctx, session_open(&f->ctx, &login, &next));
    assert_false(str_eq(next.token, opened.token));
    assert_false(str_eq(next.csrf, opened.csrf));
    assert_int_equal(find(f, opened.token, &session), NOT_FOUND);
    expect_ok(&f->ctx, find(f, next.token, &session));
}

static void the_oldest_of_too_many_sessions_end(void **state)
{
    FIXTURE(f);
    struct opened opened, newest;
    struct session session;
    start(f, &opened);
    for (int i = 0; i < SESSIONS_MAX; i++)
        run_sql(f, arena_print(f->ctx.arena,
                               "INSERT INTO session (user_id, token_hash, csrf, created_at, last_seen_at, expires_at) "
                               "SELECT id, 'hash %d', 'csrf', 1, 1, 2 FROM \"user\"",
                               i)
                       .at);
    expect_ok(&f->ctx, find(f, opened.token, &session)); /* is remembered from now on, and ends at once all the same */
    expect_ok(&f->ctx, sign_in(f, EMAIL, PASSPHRASE, &newest));
    assert_int_equal(number_of(f, "SELECT COUNT(*) FROM session"), SESSIONS_MAX);
    assert_int_equal(find(f, opened.token, &session), NOT_FOUND);
    expect_ok(&f->ctx, find(f, newest.token, &session));
}

static enum result sweep(struct ctx *ctx, void *arg)
{
    (void)arg;
    return access_sweep(ctx);
}

static void what_has_run_out_is_swept(void **state)
{
    FIXTURE(f);
    struct opened opened;
    start(f, &opened);
    assert_int_equal(sign_in(f, "nobody@example.org", "wrong", &opened), DENIED);
    write_ok(f, sweep, NULL);
    assert_int_equal(number_of(f, "SELECT COUNT(*) FROM session"), 1);
    assert_true(number_of(f, "SELECT COUNT(*) FROM login_attempt") > 0);
    f->ctx.now += SESSION_IDLE + 1;
    write_ok(f, sweep, NULL);
    assert_int_equal(number_of(f, "SELECT COUNT(*) FROM session"), 0);
    f->ctx.now += SESSION_LIFE;
    write_ok(f, sweep, NULL);
    assert_int_equal(number_of(f, "SELECT COUNT(*) FROM login_attempt"), 0);
}

/* ---- changed rights ---- */

static void new_rights_bring_a_new_token(void **state)
{
    FIXTURE(f);
    struct opened opened;
    struct session session;
    int64_t user = start(f, &opened);
    f->ctx.now += 11000;
    expect_ok(&f->ctx, find(f, opened.token, &session));
    const struct grant grants[] = {{SECURITY_MANAGER, GROUP}};
    struct user_edit edit = {.sets = USER_GRANTS, .grants = grants, .grant_count = 1};
    expect_ok(&f->ctx, try_change(f, user, &edit));
    expect_ok(&f->ctx, find(f, opened.token, &session));
    assert_true(session.rotate);
    assert_int_equal(session.actor->grants[0].role, SECURITY_MANAGER);
    struct rotation first = {.session = &session}, second = {.session = &session};
    write_ok(f, rotate, &first);
    write_ok(f, rotate, &second);
    assert_int_equal(first.token.len, opened.token.len);
    assert_int_equal(second.token.len, 0); /* another request was first */
    struct session renewed;
    expect_ok(&f->ctx, find(f, first.token, &renewed));
    assert_int_equal(renewed.id, session.id);
    assert_false(renewed.rotate);
    assert_true(str_eq(renewed.csrf, opened.csrf));
    f->ctx.now += 29999;
    expect_ok(&f->ctx, find(f, opened.token, &renewed));
    assert_false(renewed.rotate);
    f->ctx.now += 2001;
    assert_int_equal(find(f, opened.token, &renewed), NOT_FOUND);
    expect_ok(&f->ctx, find(f, first.token, &renewed));
}

static void an_inactive_user_is_out_at_once(void **state)
{
    FIXTURE(f);
    struct opened opened;
    struct session session;
    int64_t user = start(f, &opened);
    f->ctx.now += 11000;
    expect_ok(&f->ctx, find(f, opened.token, &session));
    struct user_edit edit = {.sets = USER_ACTIVE, .active = false};
    expect_ok(&f->ctx, try_change(f, user, &edit));
    assert_int_equal(find(f, opened.token, &session), NOT_FOUND);
    assert_int_equal(number_of(f, "SELECT COUNT(*) FROM session"), 0);
}

static void moved_units_are_seen_at_once(void **state)
{
    FIXTURE(f);
    struct opened opened;
    struct session session;
    struct reg risk = test_register("risk", "risk", 0);
    start(f, &opened);
    f->ctx.now += 11000;
    expect_ok(&f->ctx, find(f, opened.token, &session));
    assert_true(actor_may(session.actor, &risk, READ, SITE_A, 0));
    run_sql(f, "UPDATE unit SET parent = 3 WHERE id = 4; UPDATE unit_reach SET ancestor = 3 WHERE ancestor = 2 AND "
               "unit = 4; UPDATE access_stamp SET number = number + 1");
    f->ctx.now += 2000;
    expect_ok(&f->ctx, find(f, opened.token, &session));
    assert_false(actor_may(session.actor, &risk, READ, SITE_A, 0));
    assert_true(actor_may(session.actor, &risk, READ, COMPANY_A, 0));
}

static void another_node_follows_within_two_seconds(void **state)
{
    FIXTURE(f);
    struct opened opened;
    struct session session;
    struct access *here, *there;
    int64_t user = start(f, &opened);
    here = f->ctx.access;
    expect_ok(&f->ctx, access_new(&f->ctx, f->store, &there));
    f->ctx.access = there;
    expect_ok(&f->ctx, find(f, opened.token, &session));
    f->ctx.access = here;
    struct user_edit edit = {.sets = USER_ACTIVE, .active = false};
    expect_ok(&f->ctx, try_change(f, user, &edit));
    f->ctx.access = there;
    f->ctx.now += 1999;
    expect_ok(&f->ctx, find(f, opened.token, &session));
    f->ctx.now += 1;
    assert_int_equal(find(f, opened.token, &session), NOT_FOUND);
    f->ctx.access = here;
    arena_reset(f->ctx.arena); /* gives back what was held, and frees the first */
    access_free(there);
}

static void csrf_must_be_exactly_it(void **state)
{
    (void)state;
    assert_true(access_csrf_ok(S("abc"), S("abc")));
    assert_false(access_csrf_ok(S("abc"), S("abd")));
    assert_false(access_csrf_ok(S("abc"), S("ab")));
    assert_false(access_csrf_ok(S("abc"), S("")));
    assert_false(access_csrf_ok(S(""), S("")));
}

/* ---- what changes while the password is compared ---- */

struct signing {
    struct fixture *f;
    struct ctx ctx;
    enum result result;
};

static void *sign_in_meanwhile(void *arg)
{
    struct signing *signing = arg;
    struct opened opened;
    struct login login = {.email = S(EMAIL), .password = S(PASSPHRASE), .address = S("192.0.2.7")};
    signing->result = session_open(&signing->ctx, &login, &opened);
    return NULL;
}

static bool somebody_waits_to_hash(struct access *access)
{
    pthread_mutex_lock(&access->hashing_lock);
    bool waits = access->waiting > 0;
    pthread_mutex_unlock(&access->hashing_lock);
    return waits;
}

/* The hash that is compared has been read already; all slots are taken, so that the comparison waits for the change. */
static void expect_meanwhile(struct fixture *f, const char *change, enum result wanted)
{
    struct signing signing = {.f = f, .ctx = f->ctx};
    struct access *access = f->ctx.access;
    pthread_t thread;
    signing.ctx.arena = arena_new(0);
    for (int i = 0; i < HASHING_AT_ONCE; i++) assert_int_equal(hashing_enter(access), OK);
    assert_int_equal(pthread_create(&thread, NULL, sign_in_meanwhile, &signing), 0);
    while (!somebody_waits_to_hash(access)) sched_yield();
    run_sql(f, change);
    for (int i = 0; i < HASHING_AT_ONCE; i++) hashing_leave(access);
    pthread_join(thread, NULL);
    if (signing.result != wanted) print_error("%s: %d\n", change, signing.result);
    assert_int_equal(signing.result, wanted);
    arena_free(signing.ctx.arena);
}

static void whoever_is_changed_meanwhile_signs_in_again(void **state)
{
    FIXTURE(f);
    struct opened opened;
    start(f, &opened);
    add_user(f, "other@example.org", OWNER, COMPANY_A);
    run_sql(f, "UPDATE \"user\" SET last_login_at = 0");
    expect_meanwhile(f, "UPDATE \"user\" SET name = name", OK);
    assert_int_equal(number_of(f, "SELECT COUNT(*) FROM \"user\" WHERE last_login_at > 0"), 1);
    expect_meanwhile(f, "UPDATE \"user\" SET password_hash = 'other' WHERE email = '" EMAIL "'", CONFLICT);
    run_sql(f, "DELETE FROM login_attempt");
    assert_int_equal(number_of(f, "SELECT COUNT(*) FROM session"), 2);
}

static void whoever_is_shut_out_meanwhile_stays_out(void **state)
{
    FIXTURE(f);
    struct opened opened;
    start(f, &opened);
    expect_meanwhile(f, "UPDATE \"user\" SET active = 0 WHERE email = '" EMAIL "'", CONFLICT);
    assert_int_equal(number_of(f, "SELECT COUNT(*) FROM session"), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BOTH(a_cookie_leads_to_its_user),
        ON_BOTH(the_database_holds_no_secret),
        ON_BOTH(strangers_are_not_recognised),
        ON_BOTH(the_usual_request_asks_no_database),
        ON_BOTH(refusals_look_and_cost_the_same),
        ON_BOTH(an_account_is_held_back_longer_each_time),
        ON_BOTH(whoever_is_changed_meanwhile_signs_in_again),
        ON_BOTH(whoever_is_shut_out_meanwhile_stays_out),
        ON_BOTH(unknown_accounts_are_held_back_too),
        ON_BOTH(an_address_is_held_back),
        ON_BOTH(an_ipv6_network_is_one_address),
        ON_BOTH(success_takes_back_only_its_own_attempt),
        ON_BOTH(many_at_once_gain_nothing),
        ON_BOTH(idle_sessions_end),
        ON_BOTH(used_sessions_end_after_a_week),
        ON_BOTH(last_seen_is_written_once_a_minute),
        ON_BOTH(a_closed_session_is_gone_at_once),
        ON_BOTH(signing_in_again_replaces_the_session),
        ON_BOTH(the_oldest_of_too_many_sessions_end),
        ON_BOTH(what_has_run_out_is_swept),
        ON_BOTH(new_rights_bring_a_new_token),
        ON_BOTH(an_inactive_user_is_out_at_once),
        ON_BOTH(moved_units_are_seen_at_once),
        ON_BOTH(another_node_follows_within_two_seconds),
        cmocka_unit_test(csrf_must_be_exactly_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
