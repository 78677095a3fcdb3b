/* Who may hand out what, and that every change of a user leaves its mark. */
#include "access/fixture.h"

#include "access/sealed.h"

#include "ledger/ledger.h"

static const struct grant reader_at_a[] = {{READER, COMPANY_A}};
static const struct grant reader_at_b[] = {{READER, COMPANY_B}};
static const struct grant reader_at_group[] = {{READER, GROUP}};

static struct user_edit somebody(const char *email, const struct grant *grants)
{
    return (struct user_edit){.sets = USER_NAME | USER_EMAIL | USER_GRANTS,
                              .name = S("Somebody Else"),
                              .email = str_of(email),
                              .grants = grants,
                              .grant_count = grants ? 1 : 0};
}

static void a_user_is_kept_as_given(void **state)
{
    FIXTURE(f);
    struct user made, user;
    access_fixture(f);
    const struct grant grants[] = {{READER, COMPANY_B}, {OWNER, COMPANY_A}, {READER, COMPANY_B}};
    struct user_edit edit = {.sets = USER_NAME | USER_EMAIL | USER_LANGUAGE | USER_PERSON | USER_GRANTS,
                             .name = S("  Grace Hopper "),
                             .email = S(" Grace@Example.org"),
                             .language = S("de"),
                             .person = 77,
                             .grants = grants,
                             .grant_count = 3};
    expect_ok(&f->ctx, try_create(f, &edit, &made));
    expect_ok(&f->ctx, user_get(&f->ctx, made.id, &user));
    assert_true(str_is(user.name, "Grace Hopper"));
    assert_true(str_is(user.email, "Grace@Example.org"));
    assert_true(str_is(user.language, "de"));
    assert_int_equal(user.person, 77);
    assert_true(user.active);
    assert_false(user.has_password);
    assert_int_equal(user.created_at, NOON);
    assert_int_equal(user.last_login_at, 0);
    assert_int_equal(user.version, 1);
    assert_int_equal(user.grant_count, 2); /* the same grant twice is one */
    assert_int_equal(user.grants[0].unit, COMPANY_A);
    assert_int_equal(user.grants[0].role, OWNER);
    int64_t id;
    expect_ok(&f->ctx, user_by_email(&f->ctx, S("GRACE@example.org"), &id));
    assert_int_equal(id, made.id);
    expect_ok(&f->ctx, user_of_person(&f->ctx, 77, &id));
    assert_int_equal(id, made.id);
    struct str name;
    expect_ok(&f->ctx, user_name(&f->ctx, made.id, &name));
    assert_true(str_is(name, "Grace Hopper"));
    expect_ok(&f->ctx, user_name(&f->ctx, 999, &name));
    assert_true(str_is(name, "#999"));
    run_sql(f, "UPDATE \"user\" SET name = 'Ada Lovelace' WHERE name = 'Grace Hopper'");
    expect_ok(&f->ctx, user_name(&f->ctx, made.id, &name));
    assert_true(str_is(name, "Grace Hopper")); /* what she did is not put to somebody else's name */
}

static void all_field_errors_are_told_at_once(void **state)
{
    FIXTURE(f);
    struct user user;
    access_fixture(f);
    const struct grant grants[] = {{READER, 0}};
    struct user_edit edit = {.sets = USER_LANGUAGE | USER_GRANTS | USER_PERSON,
                             .language = S("klingon"),
                             .person = -1,
                             .grants = grants,
                             .grant_count = 1};
    assert_int_equal(try_create(f, &edit, &user), INVALID);
    assert_true(has_field_error(&f->ctx, "/name", "required"));
    assert_true(has_field_error(&f->ctx, "/email", "invalid"));
    assert_true(has_field_error(&f->ctx, "/language", "invalid"));
    assert_true(has_field_error(&f->ctx, "/person", "invalid"));
    assert_true(has_field_error(&f->ctx, "/grants", "invalid"));
    assert_int_equal(number_of(f, "SELECT COUNT(*) FROM \"user\""), 0);
}

static void a_change_is_checked_as_a_new_user_is(void **state)
{
    FIXTURE(f);
    access_fixture(f);
    int64_t ada = add_user_with_password(f, "ada@example.org", OWNER, COMPANY_A);
    struct user_edit edit = {.sets = USER_EMAIL | USER_LANGUAGE, .email = S("no address"), .language = S("klingon")};
    assert_int_equal(try_change(f, ada, &edit), INVALID);
    assert_true(has_field_error(&f->ctx, "/email", "invalid"));
    assert_true(has_field_error(&f->ctx, "/language", "invalid"));
    assert_int_equal(number_of(f, "SELECT COUNT(*) FROM \"user\" WHERE email = 'ada@example.org'"), 1);
}

static void odd_addresses_are_refused(void **state)
{
    FIXTURE(f);
    struct user user;
    static const char *const bad[] = {"",          "ada",         "@example.org", "ada@",          "a da@example.org",
                                      "a@b@c",     "a@b c",       "a@.example",   "a..b@example",  "a\"b@c.org",
                                      "a<b@c.org", "a@-\x01.org", ".a@b",         "a@example.org."};
    static const char *const good[] = {"ada@example.org", "a.b+c@mail.example.org", "root@localhost",
                                       "jürgen@müller.example"};
    access_fixture(f);
    for (size_t i = 0; i < COUNT(bad); i++) {
        struct user_edit edit = somebody(bad[i], NULL);
        if (try_create(f, &edit, &user) != INVALID) test_failed("taken: \"%s\"", bad[i]);
    }
    for (size_t i = 0; i < COUNT(good); i++) {
        struct user_edit edit = somebody(good[i], NULL);
        if (try_create(f, &edit, &user) != OK) test_failed("refused: \"%s\"", good[i]);
    }
}

static void an_address_and_a_person_have_one_user(void **state)
{
    FIXTURE(f);
    struct user user;
    access_fixture(f);
    struct user_edit edit = somebody("ada@example.org", reader_at_a);
    edit.sets |= USER_PERSON;
    edit.person = 5;
    expect_ok(&f->ctx, try_create(f, &edit, &user));
    edit.email = S("ADA@EXAMPLE.ORG");
    edit.person = 6;
    assert_int_equal(try_create(f, &edit, &user), CONFLICT);
    expect_sentence(&f->ctx, "e-mail address");
    edit.email = S("other@example.org");
    edit.person = 5;
    assert_int_equal(try_create(f, &edit, &user), CONFLICT);
    expect_sentence(&f->ctx, "person");
    edit.person = 6;
    expect_ok(&f->ctx, try_create(f, &edit, &user));
    struct user_edit taken = {.sets = USER_EMAIL, .email = S("Ada@example.org")};
    assert_int_equal(try_change(f, user.id, &taken), CONFLICT);
}

static void every_change_is_in_the_ledger(void **state)
{
    FIXTURE(f);
    access_fixture(f);
    static const char *const actions[] = {"create", "grant", "password", "change"};
    int64_t admin = add_user(f, "admin@example.org", ADMINISTRATOR, GROUP),
            user = add_user(f, "ada@example.org", READER, GROUP);
    act_as(f, admin);
    struct user_edit edits[] = {
        {.sets = USER_GRANTS, .grants = reader_at_a, .grant_count = 1, .comment = S("moved to A")},
        {.sets = USER_PASSWORD, .password_hash = S("$argon2id$not-looked-at-here")},
        {.sets = USER_NAME | USER_LANGUAGE, .name = S("Ada Lovelace"), .language = S("en")},
    };
    for (size_t i = 0; i < COUNT(edits); i++) expect_ok(&f->ctx, try_change(f, user, &edits[i]));
    expect_ok(&f->ctx, try_change(f, user, &edits[0])); /* changes nothing, and is not told */
    struct ledger_entries entries;
    expect_ok(&f->ctx, ledger_history(&f->ctx, S("user"), user, 0, 100, &entries));
    assert_int_equal(entries.count, COUNT(actions));
    for (size_t i = 0; i < COUNT(actions); i++) {
        const struct ledger_entry *entry = &entries.at[COUNT(actions) - 1 - i];
        assert_true(str_is(entry->action, actions[i]));
        assert_int_equal(entry->version, i + 1);
        assert_int_equal(entry->actor, i ? admin : 0);
    }
    size_t at;
    assert_true(str_is(entries.at[2].comment, "moved to A"));
    assert_true(str_find(entries.at[2].state, S("\"grants\":[{\"role\":\"reader\",\"unit\":2}]"), &at));
    assert_true(str_find(entries.at[0].state, S("Ada Lovelace"), &at));
    assert_false(str_find(entries.at[1].state, S("argon2"), &at));
}

/* ---- who may ---- */

static void only_administrators_manage_users(void **state)
{
    FIXTURE(f);
    struct user user;
    access_fixture(f);
    int64_t ada = add_user(f, "ada@example.org", READER, GROUP);
    for (size_t role = SECURITY_MANAGER; role < ROLES; role++) {
        act_as(f, add_user(f, arena_print(f->ctx.arena, "u%zu@example.org", role).at, (enum role)role, GROUP));
        struct user_edit edit = somebody("new@example.org", reader_at_group);
        assert_int_equal(try_create(f, &edit, &user), DENIED);
        enum result result = try_change(f, ada, &edit);
        assert_true(result == DENIED || result == NOT_FOUND);
    }
    act_as(f, add_user(f, "admin@example.org", ADMINISTRATOR, GROUP));
    struct user_edit edit = somebody("new@example.org", reader_at_group);
    expect_ok(&f->ctx, try_create(f, &edit, &user));
}

static void an_administrator_reaches_no_sibling(void **state)
{
    FIXTURE(f);
    struct user user;
    access_fixture(f);
    int64_t in_b = add_user(f, "b@example.org", READER, COMPANY_B);
    int64_t at_top = add_user(f, "top@example.org", READER, GROUP);
    int64_t in_a = add_user(f, "a@example.org", READER, SITE_A);
    int64_t admin_a = add_user(f, "admin-a@example.org", ADMINISTRATOR, COMPANY_A);
    act_as(f, admin_a);
    struct user_edit edit = somebody("new@example.org", reader_at_b);
    assert_int_equal(try_create(f, &edit, &user), DENIED);
    edit = somebody("new@example.org", reader_at_group);
    assert_int_equal(try_create(f, &edit, &user), DENIED);
    edit = somebody("new@example.org", NULL);
    assert_int_equal(try_create(f, &edit, &user), DENIED);
    struct user_edit password = {.sets = USER_PASSWORD, .password_hash = S("x")};
    assert_int_equal(try_change(f, in_b, &password), NOT_FOUND);
    assert_int_equal(try_change(f, at_top, &password), NOT_FOUND);
    expect_ok(&f->ctx, try_change(f, in_a, &password));
    struct user_edit raise = {.sets = USER_GRANTS, .grants = reader_at_group, .grant_count = 1};
    assert_int_equal(try_change(f, in_a, &raise), DENIED);
    const struct grant itself[] = {{ADMINISTRATOR, GROUP}};
    struct user_edit raise_oneself = {.sets = USER_GRANTS, .grants = itself, .grant_count = 1};
    assert_int_equal(try_change(f, admin_a, &raise_oneself), DENIED);
}

static void a_role_beyond_reach_protects_the_whole_user(void **state)
{
    FIXTURE(f);
    access_fixture(f);
    const struct grant both[] = {{READER, COMPANY_A}, {READER, COMPANY_B}};
    struct user_edit edit = {.sets = USER_NAME | USER_EMAIL | USER_GRANTS,
                             .name = S("Both"),
                             .email = S("both@example.org"),
                             .grants = both,
                             .grant_count = 2};
    struct user user;
    expect_ok(&f->ctx, try_create(f, &edit, &user));
    act_as(f, add_user(f, "admin-a@example.org", ADMINISTRATOR, COMPANY_A));
    expect_ok(&f->ctx, user_get(&f->ctx, user.id, &user));
    struct user_edit password = {.sets = USER_PASSWORD, .password_hash = S("x")};
    assert_int_equal(try_change(f, user.id, &password), DENIED);
    assert_int_equal(user_demand_manage(&f->ctx, user.id), DENIED);
}

static void lists_show_whom_one_may_know(void **state)
{
    FIXTURE(f);
    struct user_list list;
    access_fixture(f);
    int64_t in_b = add_user(f, "b@example.org", READER, COMPANY_B), in_a = add_user(f, "a@example.org", READER, SITE_A);
    int64_t admin_a = add_user(f, "admin-a@example.org", ADMINISTRATOR, COMPANY_A);
    int64_t admin = add_user(f, "admin@example.org", ADMINISTRATOR, GROUP);
    struct user bare;
    struct user_edit edit = somebody("bare@example.org", NULL);
    expect_ok(&f->ctx, try_create(f, &edit, &bare));
    expect_ok(&f->ctx, user_list(&f->ctx, 0, 50, &list));
    assert_int_equal(list.count, 5);
    act_as(f, admin_a);
    expect_ok(&f->ctx, user_list(&f->ctx, 0, 50, &list));
    assert_int_equal(list.count, 2);
    assert_int_equal(list.at[0].id, in_a);
    assert_int_equal(list.at[0].grant_count, 1);
    assert_int_equal(list.at[1].id, admin_a);
    act_as(f, admin);
    expect_ok(&f->ctx, user_list(&f->ctx, 0, 50, &list));
    assert_int_equal(list.count, 5);
    expect_ok(&f->ctx, user_list(&f->ctx, in_b, 2, &list));
    assert_int_equal(list.count, 2);
    assert_int_equal(list.at[0].id, in_a);
    act_as(f, in_b);
    expect_ok(&f->ctx, user_list(&f->ctx, 0, 50, &list));
    assert_int_equal(list.count, 1);
    struct user user;
    expect_ok(&f->ctx, user_get(&f->ctx, in_b, &user));
    assert_int_equal(user_get(&f->ctx, in_a, &user), NOT_FOUND);
}

static void a_user_is_found_by_a_part_of_name_or_address(void **state)
{
    FIXTURE(f);
    int64_t found[2];
    size_t count;
    access_fixture(f);
    int64_t in_b = add_user(f, "b_1@example.org", READER, COMPANY_B),
            in_a = add_user(f, "A@example.org", READER, SITE_A);
    int64_t admin_a = add_user(f, "admin-a@example.com", ADMINISTRATOR, COMPANY_A);
    expect_ok(&f->ctx, user_find(&f->ctx, S(" EXAMPLE.org "), found, COUNT(found), &count));
    assert_int_equal(count, 2);
    assert_int_equal(found[0], in_b);
    assert_int_equal(found[1], in_a);
    expect_ok(&f->ctx, user_find(&f->ctx, S("@example."), found, COUNT(found), &count));
    assert_int_equal(count, COUNT(found) + 1);
    expect_ok(&f->ctx, user_find(&f->ctx, S("b_1"), found, COUNT(found), &count));
    assert_int_equal(count, 1);
    expect_ok(&f->ctx, user_find(&f->ctx, S("a_@"), found, COUNT(found), &count));
    assert_int_equal(count, 0);
    act_as(f, admin_a); /* sees nobody of the other company */
    expect_ok(&f->ctx, user_find(&f->ctx, S("example.org"), found, COUNT(found), &count));
    assert_int_equal(count, 1);
    assert_int_equal(found[0], in_a);
}

static void the_last_administrator_stays(void **state)
{
    FIXTURE(f);
    access_fixture(f);
    int64_t first = add_user(f, "first@example.org", ADMINISTRATOR, GROUP);
    add_user(f, "below@example.org", ADMINISTRATOR, COMPANY_A);
    struct user_edit inactive = {.sets = USER_ACTIVE, .active = false};
    struct user_edit reader = {.sets = USER_GRANTS, .grants = reader_at_group, .grant_count = 1};
    act_as(f, first);
    assert_int_equal(try_change(f, first, &inactive), CONFLICT);
    expect_sentence(&f->ctx, "last administrator");
    assert_int_equal(try_change(f, first, &reader), CONFLICT);
    assert_int_equal(number_of(f, "SELECT COUNT(*) FROM role_grant WHERE role = 'administrator'"), 2);
    int64_t second = add_user(f, "second@example.org", ADMINISTRATOR, GROUP);
    expect_ok(&f->ctx, try_change(f, first, &inactive));
    act_as(f, second);
    assert_int_equal(try_change(f, second, &inactive), CONFLICT);
}

static void an_inactive_user_has_no_actor(void **state)
{
    FIXTURE(f);
    const struct actor *actor;
    access_fixture(f);
    int64_t ada = add_user(f, "ada@example.org", READER, GROUP);
    expect_ok(&f->ctx, user_actor(&f->ctx, ada, &actor));
    assert_int_equal(actor->user, ada);
    assert_int_equal(actor->grants[0].role, READER);
    struct user_edit inactive = {.sets = USER_ACTIVE, .active = false};
    expect_ok(&f->ctx, try_change(f, ada, &inactive));
    assert_int_equal(user_actor(&f->ctx, ada, &actor), NOT_FOUND);
    assert_int_equal(user_actor(&f->ctx, 999, &actor), NOT_FOUND);
}

/* ---- one's own ---- */

static enum result own_language(struct ctx *ctx, void *arg)
{
    return user_change_own_language(ctx, *(struct str *)arg);
}

static enum result no_password(struct ctx *ctx, void *arg)
{
    return user_change_own_password(ctx, S(""), *(int64_t *)arg);
}

static enum result own_password(struct ctx *ctx, void *arg)
{
    return user_change_own_password(ctx, S("$argon2id$new"), *(int64_t *)arg);
}

static void everybody_chooses_his_language(void **state)
{
    FIXTURE(f);
    struct user user;
    struct str german = S("de"), odd = S("Deutsch");
    access_fixture(f);
    int64_t ada = add_user(f, "ada@example.org", EMPLOYEE, GROUP);
    act_as(f, ada);
    write_ok(f, own_language, &german);
    expect_ok(&f->ctx, user_get(&f->ctx, ada, &user));
    assert_true(str_is(user.language, "de"));
    assert_int_equal(user.version, 2);
    assert_int_equal(in_write(f, own_language, &odd), INVALID);
    struct actor narrowed = *f->ctx.actor;
    narrowed.read_only = true;
    f->ctx.actor = &narrowed;
    assert_int_equal(in_write(f, own_language, &german), DENIED);
}

static enum result seal_session(struct ctx *ctx, void *arg)
{
    return sealed_make_of(ctx, &sealed_sessions, *(const int64_t *)arg, NULL, NULL);
}

static void a_new_password_ends_other_sessions(void **state)
{
    FIXTURE(f);
    access_fixture(f);
    int64_t ada = add_user(f, "ada@example.org", EMPLOYEE, GROUP);
    run_sql(f, "INSERT INTO session (user_id, token_hash, csrf, created_at, last_seen_at, expires_at) VALUES "
               "(1, 'a', 'c', 1, 1, 1), (1, 'b', 'c', 1, 1, 1), (1, 'c', 'c', 1, 1, 1)");
    int64_t kept = number_of(f, "SELECT id FROM session WHERE token_hash = 'b'");
    write_ok(f, seal_session, &kept);
    act_as(f, ada);
    assert_int_equal(in_write(f, no_password, &kept), INVALID);
    assert_int_equal(number_of(f, "SELECT COUNT(*) FROM session"), 3);
    write_ok(f, own_password, &kept);
    assert_int_equal(number_of(f, "SELECT COUNT(*) FROM session"), 1);
    assert_int_equal(number_of(f, "SELECT id FROM session"), kept);
    assert_int_equal(number_of(f, "SELECT COUNT(*) FROM \"user\" WHERE password_hash = '$argon2id$new'"), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BOTH(a_user_is_kept_as_given),
        ON_BOTH(all_field_errors_are_told_at_once),
        ON_BOTH(a_change_is_checked_as_a_new_user_is),
        ON_BOTH(odd_addresses_are_refused),
        ON_BOTH(an_address_and_a_person_have_one_user),
        ON_BOTH(every_change_is_in_the_ledger),
        ON_BOTH(only_administrators_manage_users),
        ON_BOTH(an_administrator_reaches_no_sibling),
        ON_BOTH(a_role_beyond_reach_protects_the_whole_user),
        ON_BOTH(lists_show_whom_one_may_know),
        ON_BOTH(a_user_is_found_by_a_part_of_name_or_address),
        ON_BOTH(the_last_administrator_stays),
        ON_BOTH(an_inactive_user_has_no_actor),
        ON_BOTH(everybody_chooses_his_language),
        ON_BOTH(a_new_password_ends_other_sessions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
