/* What makes a password, what hashing may cost, and that running out of memory or racing threads corrupt nothing. */
#include "access/fixture.h"

#include "access/cache.h"
#include "access/password.h"

#include <sched.h>

static void rules(void **state)
{
    (void)state;
    static const struct {
        const char *password, *code; /* NULL: taken */
    } cases[] = {
        {"", "too_short"},
        {"elevenchars", "too_short"},
        {"äöüäöüäöüäö", "too_short"}, /* eleven characters, though more bytes */
        {"password1234", "common"},
        {"Passwort!2024", "common"},
        {"passwordpassword", "common"},
        {"!!Sommer2026!!", "common"},
        {"qwertzuiop123", "common"},
        {"aaaaaaaaaaaaaaaa", "common"},
        {"abababababab", "common"},
        {"123456789012", "common"},
        {"abcdefghijklmno", "common"},
        {"acegacegaceg", "common"}, /* four different letters */
        {"acegkacegkac", NULL},
        {"abcdefghijzq", "common"}, /* nine steps of twelve */
        {"abcdefghizqm", NULL},
        {"correcthorsebatterystaple", "common"},
        {"my lovelace box 4", "personal"},
        {"iloveADAMANTly99", NULL}, /* "Ada" is too short to mean anything */
        {"countess.x98765", "personal"},
        {"seven kettles hum at dawn", NULL},
        {"v8#kQz!mPw2x", NULL},
        {"zwölf Möwen über Föhr", NULL},
        {"all lower case no digits", NULL},
        {"\xff\xfe not utf-8 at all", "too_long"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct ctx ctx = {.arena = arena_new(0)};
        password_check(&ctx, "password", str_of(cases[i].password), S("Ada Lovelace"), S("countess.x@example.org"));
        bool as_told = cases[i].code ? has_field_error(&ctx, "/password", cases[i].code) : !ctx_has_field_errors(&ctx);
        if (!as_told) test_failed("\"%s\": %s", cases[i].password, ctx.error.fields ? ctx.error.fields->code : "taken");
        arena_free(ctx.arena);
    }
}

static void length_is_bounded(void **state)
{
    (void)state;
    struct ctx ctx = {.arena = arena_new(0)};
    char longest[PASSWORD_MOST + 1];
    for (size_t i = 0; i < sizeof longest; i++) longest[i] = (char)('a' + i * i * 7 % 26);
    password_check(&ctx, "password", (struct str){longest, PASSWORD_MOST}, S(""), S(""));
    assert_false(ctx_has_field_errors(&ctx));
    password_check(&ctx, "new_password", (struct str){longest, PASSWORD_MOST + 1}, S(""), S(""));
    assert_true(has_field_error(&ctx, "/new_password", "too_long"));
    arena_free(ctx.arena);
}

static void a_hash_matches_its_password_only(void **state)
{
    FIXTURE(f);
    struct str hash, other;
    bool matches;
    access_fixture(f);
    expect_ok(&f->ctx, password_prepare(&f->ctx, S(PASSPHRASE), S("Ada"), S("a@b"), &hash));
    expect_ok(&f->ctx, password_prepare(&f->ctx, S(PASSPHRASE), S("Ada"), S("a@b"), &other));
    assert_true(str_starts(hash, S("$argon2id$v=19$m=65536,t=2,p=1$")));
    assert_false(str_eq(hash, other)); /* each with its own salt */
    expect_ok(&f->ctx, password_matches(&f->ctx, hash, S(PASSPHRASE), &matches));
    assert_true(matches);
    expect_ok(&f->ctx, password_matches(&f->ctx, hash, S("seven kettles hum at dusk"), &matches));
    assert_false(matches);
    uint64_t before = access_hash_count(f->ctx.access);
    expect_ok(&f->ctx, password_matches(&f->ctx, S(""), S(""), &matches));
    assert_false(matches);
    expect_ok(&f->ctx, password_matches(&f->ctx, S("not a hash"), S(PASSPHRASE), &matches));
    assert_false(matches);
    assert_int_equal(access_hash_count(f->ctx.access) - before, 2);
    assert_int_equal(password_prepare(&f->ctx, S("short"), S("Ada"), S("a@b"), &hash), INVALID);
    assert_int_equal(access_hash_count(f->ctx.access) - before, 2);
}

static void without_its_room_nobody_signs_in(void **state)
{
    (void)state;
    bool matches;
    struct ctx ctx = {.arena = arena_new(0)};
    assert_int_equal(password_matches(&ctx, S(""), S("x"), &matches), BROKEN);
    arena_free(ctx.arena);
}

static void confirming_counts_like_signing_in(void **state)
{
    FIXTURE(f);
    int64_t retry_after;
    access_fixture(f);
    act_as(f, add_user_with_password(f, "ada@example.org", READER, GROUP));
    expect_ok(&f->ctx, password_confirm(&f->ctx, S(PASSPHRASE), S("192.0.2.7"), &retry_after));
    for (int i = 0; i < 5; i++) {
        ctx_clear_error(&f->ctx);
        assert_int_equal(password_confirm(&f->ctx, S("wrong"), S("192.0.2.7"), &retry_after), DENIED);
        assert_true(has_field_error(&f->ctx, "/password", "wrong"));
    }
    assert_int_equal(password_confirm(&f->ctx, S(PASSPHRASE), S("192.0.2.7"), &retry_after), BUSY);
    assert_int_equal(retry_after, 30);
    f->ctx.now += 30000;
    expect_ok(&f->ctx, password_confirm(&f->ctx, S(PASSPHRASE), S("192.0.2.7"), &retry_after));
}

/* ---- at most two at once ---- */

struct hasher {
    pthread_t thread;
    struct access *access;
    atomic_int *at_once, *most;
    enum result result;
};

static void *hash_in_turn(void *arg)
{
    struct hasher *hasher = arg;
    hasher->result = hashing_enter(hasher->access);
    if (hasher->result != OK) return NULL;
    int now = atomic_fetch_add(hasher->at_once, 1) + 1, most = atomic_load(hasher->most);
    while (now > most && !atomic_compare_exchange_weak(hasher->most, &most, now)) {
    }
    sched_yield();
    atomic_fetch_sub(hasher->at_once, 1);
    hashing_leave(hasher->access);
    return NULL;
}

static int waiting(struct access *access)
{
    pthread_mutex_lock(&access->hashing_lock);
    int count = access->waiting;
    pthread_mutex_unlock(&access->hashing_lock);
    return count;
}

static void two_hash_sixteen_wait_the_next_is_sent_away(void **state)
{
    FIXTURE(f);
    struct hasher hashers[HASHING_WAITING];
    atomic_int at_once = HASHING_AT_ONCE, most = 0;
    access_fixture(f);
    for (int i = 0; i < HASHING_AT_ONCE; i++) assert_int_equal(hashing_enter(f->ctx.access), OK);
    for (size_t i = 0; i < COUNT(hashers); i++) {
        hashers[i] = (struct hasher){.access = f->ctx.access, .at_once = &at_once, .most = &most};
        assert_int_equal(pthread_create(&hashers[i].thread, NULL, hash_in_turn, &hashers[i]), 0);
    }
    while (waiting(f->ctx.access) < HASHING_WAITING) sched_yield();
    struct str hash;
    assert_int_equal(password_prepare(&f->ctx, S(PASSPHRASE), S("Ada"), S("a@b"), &hash), BUSY);
    expect_sentence(&f->ctx, "try again");
    assert_int_equal(atomic_load(&most), 0);
    for (int i = 0; i < HASHING_AT_ONCE; i++) {
        atomic_fetch_sub(&at_once, 1);
        hashing_leave(f->ctx.access);
    }
    for (size_t i = 0; i < COUNT(hashers); i++) {
        pthread_join(hashers[i].thread, NULL);
        assert_int_equal(hashers[i].result, OK);
    }
    assert_in_range(atomic_load(&most), 1, HASHING_AT_ONCE);
    expect_ok(&f->ctx, password_prepare(&f->ctx, S(PASSPHRASE), S("Ada"), S("a@b"), &hash));
}

/* ---- memory and threads ---- */

static struct str signed_in(struct fixture *f, int64_t *user)
{
    struct opened opened;
    access_fixture(f);
    *user = add_user_with_password(f, "ada@example.org", READER, COMPANY_A);
    struct login login = {.email = S("ada@example.org"), .password = S(PASSPHRASE)};
    expect_ok(&f->ctx, session_open(&f->ctx, &login, &opened));
    return opened.token;
}

/* Looks the session up with an arena whose n-th allocation fails; true when it did not come to that. */
static bool find_failing_at(struct fixture *f, struct access *access, struct str cookie, uint64_t n)
{
    jmp_buf escape;
    volatile bool found = false;
    struct ctx ctx = {.arena = arena_new(0), .db = f->ctx.db, .now = f->ctx.now, .access = access};
    if (setjmp(escape) == 0) {
        struct session session;
        arena_guard(ctx.arena, &escape);
        arena_fail_at(n);
        found = session_find(&ctx, cookie, &session) == OK && session.actor->user != 0;
    }
    arena_fail_at(0);
    arena_free(ctx.arena);
    return found;
}

static void each_allocation_may_fail(void **state)
{
    FIXTURE(f);
    int64_t user;
    struct str cookie = signed_in(f, &user);
    uint64_t cold = 0, warm = 0;
    for (bool found = false; !found; cold++) {
        struct access *access;
        expect_ok(&f->ctx, access_new(&f->ctx, f->store, &access));
        found = find_failing_at(f, access, cookie, cold + 1);
        access_free(access);
        assert_int_equal(number_of(f, "SELECT COUNT(*) FROM session"), 1);
    }
    f->ctx.now += 11000;
    assert_true(find_failing_at(f, f->ctx.access, cookie, 0));
    while (!find_failing_at(f, f->ctx.access, cookie, warm + 1)) warm++;
    assert_true(cold > warm);
    assert_in_range(warm, 1, 4);
}

static void what_a_request_holds_outlives_the_session(void **state)
{
    FIXTURE(f);
    int64_t user;
    struct session session;
    struct str cookie = signed_in(f, &user);
    struct ctx ctx = {.arena = arena_new(0), .db = f->ctx.db, .now = f->ctx.now, .access = f->ctx.access};
    expect_ok(&ctx, session_find(&ctx, cookie, &session));
    struct user_edit inactive = {.sets = USER_ACTIVE | USER_NAME, .active = false, .name = S("Gone")};
    expect_ok(&f->ctx, try_change(f, user, &inactive));
    struct session again;
    assert_int_equal(session_find(&f->ctx, cookie, &again), NOT_FOUND);
    assert_true(str_is(session.actor->name, "Somebody Else"));
    assert_true(str_is(session.actor->email, "ada@example.org"));
    assert_int_equal(session.actor->grants[0].unit, COMPANY_A);
    assert_true(reach_holds(session.actor->reach, COMPANY_A, SITE_A));
    arena_free(ctx.arena);
}

enum { FINDERS = 3, FINDS = 400, CHANGES = 20 };

struct finder {
    pthread_t thread;
    struct fixture *f;
    struct str cookie;
    int found;
};

static void *find_often(void *arg)
{
    struct finder *finder = arg;
    struct ctx ctx = {.arena = arena_new(0), .now = finder->f->ctx.now, .access = finder->f->ctx.access};
    if (store_reader(&ctx, finder->f->store, &ctx.db) == OK)
        for (int i = 0; i < FINDS; i++) {
            struct session session;
            enum result result = session_find(&ctx, finder->cookie, &session);
            bool whole = result == OK && str_is(session.actor->email, "ada@example.org") &&
                         reach_holds(session.actor->reach, GROUP, session.actor->grants[0].unit);
            finder->found += whole;
            arena_reset(ctx.arena);
        }
    arena_free(ctx.arena);
    return NULL;
}

static void many_find_while_rights_change(void **state)
{
    FIXTURE(f);
    int64_t user;
    struct str cookie = signed_in(f, &user);
    struct finder finders[FINDERS];
    for (size_t i = 0; i < FINDERS; i++) {
        finders[i] = (struct finder){.f = f, .cookie = cookie};
        assert_int_equal(pthread_create(&finders[i].thread, NULL, find_often, &finders[i]), 0);
    }
    for (int i = 0; i < CHANGES; i++) {
        struct grant grant = {READER, i % 2 ? COMPANY_A : COMPANY_B};
        struct user_edit edit = {.sets = USER_GRANTS, .grants = &grant, .grant_count = 1};
        expect_ok(&f->ctx, try_change(f, user, &edit));
    }
    for (size_t i = 0; i < FINDERS; i++) {
        pthread_join(finders[i].thread, NULL);
        assert_int_equal(finders[i].found, FINDS);
    }
    struct session session;
    expect_ok(&f->ctx, session_find(&f->ctx, cookie, &session));
    assert_int_equal(session.actor->grants[0].unit, COMPANY_A);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rules),
        cmocka_unit_test(length_is_bounded),
        cmocka_unit_test(without_its_room_nobody_signs_in),
        ON_SQLITE(a_hash_matches_its_password_only),
        ON_BOTH(confirming_counts_like_signing_in),
        ON_SQLITE(two_hash_sixteen_wait_the_next_is_sent_away),
        ON_BOTH(each_allocation_may_fail),
        ON_BOTH(what_a_request_holds_outlives_the_session),
        ON_BOTH(many_find_while_rights_change),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
