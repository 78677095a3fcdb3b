/* Users, roles, tokens, custom fields, and the ledger, through the running server. */
#include "served.h"

#include "ledger/signer.h"

static const char *at(struct served *served, const char *what, int64_t id)
{
    return text_of(served, "/%s/%lld", what, (long long)id);
}

static bool has_error(const struct answer *answer, const char *pointer, const char *code)
{
    const struct json *errors = json_get(answer->json, "errors");
    for (const struct json *one = errors ? errors->first : NULL; one; one = one->next)
        if (str_is(json_str(one, "pointer", S("")), pointer) && str_is(json_str(one, "code", S("")), code)) return true;
    return false;
}

/* ---- users ---- */

static void a_new_user_signs_in_with_the_password_given(void **state)
{
    struct served *served = served_of(state);
    struct caller nobody = {0};
    int64_t person = served_make(served, &served->admin, "person", "{'name': 'Pia', 'unit': 2}");
    struct answer made =
        POST(served, &served->admin, "/users",
             text_of(served,
                     "{'name': 'Pia', 'email': 'Pia@Example.org', 'person': 'PER-%lld', 'language': 'de',"
                     "'grants': [{'role': 'owner', 'unit': 'UNT-2'}], 'password': '" PASSPHRASE "'}",
                     (long long)person));
    expect_status(made, 201);
    assert_int_equal(json_number(made.json, "person", 0), person);
    assert_true(json_bool(made.json, "has_password", false));
    assert_false(str_find(made.body, S("argon"), NULL));
    const struct json *grant = json_get(made.json, "grants")->first;
    assert_int_equal(json_number(grant, "unit", 0), NORTH);
    struct answer in = POST(served, &nobody, "/session", "{'email': 'pia@example.org', 'password': '" PASSPHRASE "'}");
    expect_status(in, 200);
    assert_true(str_is(json_str(in.json, "language", S("")), "de"));
    struct answer list = GET(served, &served->admin, "/users");
    assert_int_equal(items_count(&list), 2);
    assert_true(json_get(items_find(&list, "name", "Pia"), "last_login_at")->kind == JSON_STRING);
    struct answer page = GET(served, &served->admin, "/users?limit=1");
    assert_int_equal(items_count(&page), 1);
    page =
        GET(served, &served->admin, text_of(served, "/users?cursor=%.*s", PRINT(json_str(page.json, "next", S("")))));
    assert_non_null(items_find(&page, "name", "Pia"));
}

static void what_is_wrong_with_a_user_is_told_field_by_field(void **state)
{
    struct served *served = served_of(state);
    struct answer answer = POST(served, &served->admin, "/users",
                                "{'name': 'X', 'email': 'x@example.org', 'person': 'PER-99', 'active': 'yes',"
                                "'grants': [{'role': 'king', 'unit': 1}]}");
    expect_status(answer, 422);
    assert_true(has_error(&answer, "/person", "unknown"));
    assert_true(has_error(&answer, "/grants", "role"));
    assert_true(has_error(&answer, "/active", "type"));
    answer = POST(served, &served->admin, "/users",
                  "{'name': 'X', 'email': 'x@example.org', 'grants': [{'role': 'owner', 'unit': 77}]}");
    expect_status(answer, 422);
    assert_true(has_error(&answer, "/grants", "unknown"));
    answer = POST(served, &served->admin, "/users", "{'name': 'X', 'email': 'x@example.org', 'password': 'short'}");
    expect_status(answer, 422);
    answer = POST(served, &served->admin, "/users", "{'name': 'X', 'email': 'ada@example.org'}");
    expect_status(answer, 409);
    answer = POST(served, &served->admin, "/users", "[]");
    expect_status(answer, 400);
    answer = GET(served, &served->admin, "/users");
    assert_int_equal(items_count(&answer), 1);
}

/* The administrator of one company neither sees nor makes users of the other, nor gives roles beyond his own reach. */
static void an_administrator_stays_in_his_company(void **state)
{
    struct served *served = served_of(state);
    struct caller north = served_user(served, "nora", ADMINISTRATOR, NORTH, "write"),
                  south = served_user(served, "soren", OWNER, SOUTH, "write"),
                  owner = served_user(served, "otto", OWNER, NORTH, "write");
    struct answer answer = GET(served, &north, "/users");
    expect_status(answer, 200);
    assert_null(items_find(&answer, "name", "soren"));
    assert_non_null(items_find(&answer, "name", "otto"));
    answer = PATCH(served, &north, at(served, "users", south.user), "{'active': false}");
    expect_status(answer, 404);
    answer = POST(served, &north, "/users",
                  "{'name': 'Y', 'email': 'y@example.org', 'grants': [{'role': 'owner', 'unit': 3}]}");
    expect_status(answer, 422); /* he may not know that there is such a unit */
    answer = PATCH(served, &north, at(served, "users", owner.user), "{'grants': [{'role': 'owner', 'unit': 1}]}");
    expect_status(answer, 422);
    answer = PATCH(served, &north, at(served, "users", owner.user), "{'language': 'de', 'comment': 'asked for it'}");
    expect_status(answer, 200);
    answer = GET(served, &owner, "/users");
    expect_status(answer, 403);
    answer = POST(served, &owner, "/users", "{'name': 'Z', 'email': 'z@example.org', 'password': '" PASSPHRASE "'}");
    expect_status(answer, 403);
}

static void a_user_who_is_made_inactive_is_out_at_once(void **state)
{
    struct served *served = served_of(state);
    struct caller user = served_user(served, "otto", OWNER, NORTH, "write"), browser = served_sign_in(served, &user);
    struct answer answer = GET(served, &browser, "/asset");
    expect_status(answer, 200);
    answer = PATCH(served, &served->admin, at(served, "users", user.user), "{'active': false}");
    expect_status(answer, 200);
    answer = GET(served, &browser, "/asset");
    expect_status(answer, 401);
    answer = GET(served, &user, "/asset");
    expect_status(answer, 401);
    answer = PATCH(served, &served->admin, at(served, "users", served->admin.user), "{'active': false}");
    expect_status(answer, 409);
    answer = PATCH(served, &served->admin, at(served, "users", served->admin.user), "{'password': '" PASSPHRASE "'}");
    expect_status(answer, 403);
}

/* ---- roles and tokens ---- */

static void roles_say_what_they_may_in_each_room(void **state)
{
    struct served *served = served_of(state);
    struct caller emil = served_user(served, "emil", EMPLOYEE, NORTH, "read");
    struct answer answer = GET(served, &emil, "/roles");
    expect_status(answer, 200);
    assert_int_equal(items_count(&answer), ROLES);
    const struct json *employee = json_get(items_find(&answer, "name", "employee"), "rooms"),
                      *manager = json_get(items_find(&answer, "name", "security_manager"), "rooms");
    assert_int_equal(json_get(employee, "risk")->count, 0);
    assert_int_equal(json_get(employee, "work")->count, 2);
    assert_int_equal(json_get(manager, "risk")->count, 7);
    assert_non_null(json_get(manager, "assurance"));
}

static void a_token_is_shown_once_and_ends_when_revoked(void **state)
{
    struct served *served = served_of(state);
    struct answer made = POST(served, &served->admin, "/tokens", "{'name': 'nightly', 'scopes': ['write', 'asset']}");
    expect_status(made, 201);
    struct caller with = {.token = json_str(made.json, "secret", S(""))};
    assert_true(str_starts(with.token, S("mrl_")));
    served_make(served, &with, "asset", "{'title': 'A'}");
    struct answer refused = GET(served, &with, "/risk");
    expect_status(refused, 403);
    struct answer list = GET(served, &served->admin, "/tokens");
    assert_non_null(items_find(&list, "name", "nightly"));
    assert_false(str_find(list.body, with.token, NULL));
    struct caller other = served_user(served, "olga", OWNER, NORTH, "write");
    const char *path = at(served, "tokens", json_number(made.json, "id", 0));
    struct answer revoked = served_ask(served, &other, (struct asking){.method = "DELETE", .path = path});
    expect_status(revoked, 404);
    revoked = served_ask(served, &served->admin, (struct asking){.method = "DELETE", .path = path});
    expect_status(revoked, 204);
    struct answer after = GET(served, &with, "/asset");
    expect_status(after, 401);
    static const char *const bad[] = {"{'name': 'x', 'scopes': ['everything']}", "{'name': '', 'scopes': ['read']}",
                                      "{'name': 'x', 'scopes': 'read'}", "{'name': 'x', 'expires_at': 'soon'}",
                                      "{'name': 'x', 'expires_at': '2001-01-01'}"};
    for (size_t i = 0; i < COUNT(bad); i++) {
        struct answer answer = POST(served, &served->admin, "/tokens", bad[i]);
        expect_status(answer, 422);
    }
}

/* ---- custom fields ---- */

static void a_custom_field_is_added_changed_and_removed(void **state)
{
    struct served *served = served_of(state);
    struct answer answer = POST(served, &served->admin, "/custom-fields",
                                "{'register': 'asset', 'name': 'colour', 'kind': 'choice', 'label': 'Colour',"
                                "'choices': ['red', 'blue']}");
    expect_status(answer, 201);
    assert_int_equal(json_number(answer.json, "id", 0), 1);
    served_make(served, &served->admin, "asset", "{'title': 'A', 'custom': {'colour': 'red'}}");
    answer = POST(served, &served->admin, "/asset", "{'title': 'B', 'custom': {'colour': 'green'}}");
    expect_status(answer, 422);
    answer = PATCH(served, &served->admin, "/custom-fields/1",
                   "{'label': 'Paint', 'choices': ['blue', 'green'], 'required': true}");
    expect_status(answer, 200);
    assert_true(str_is(json_str(answer.json, "label", S("")), "Paint"));
    assert_true(json_bool(answer.json, "required", false));
    served_make(served, &served->admin, "asset", "{'title': 'B', 'custom': {'colour': 'green'}}");
    answer = PATCH(served, &served->admin, "/custom-fields/1", "{'kind': 'text'}");
    expect_status(answer, 422);
    answer = PATCH(served, &served->admin, "/custom-fields/1", "{'choices': []}");
    expect_status(answer, 422);
    answer = PATCH(served, &served->admin, "/custom-fields/7", "{'label': 'X'}");
    expect_status(answer, 404);
    answer = GET(served, &served->admin, "/asset/1");
    assert_true(str_is(json_str(json_get(answer.json, "custom"), "colour", S("")), "red"));
    struct asking removal = {.method = "DELETE", .path = "/custom-fields/1"};
    answer = served_ask(served, &served->admin, removal);
    expect_status(answer, 204);
    answer = GET(served, &served->admin, "/custom-fields");
    assert_int_equal(items_count(&answer), 0);
    answer = GET(served, &served->admin, "/ledger?limit=500");
    static const char *const actions[] = {"create", "change", "delete"};
    size_t found = 0;
    for (const struct json *item = json_get(answer.json, "items")->first; item; item = item->next) {
        if (!str_is(json_str(item, "register", S("")), "custom_field")) continue;
        assert_true(str_is(json_str(item, "action", S("")), actions[2 - found]));
        assert_int_equal(json_number(item, "version", 0), 3 - (int64_t)found++);
    }
    assert_int_equal(found, 3);
}

static void custom_fields_are_for_the_whole_organisation(void **state)
{
    struct served *served = served_of(state);
    struct caller north = served_user(served, "nora", SECURITY_MANAGER, NORTH, "write"),
                  group = served_user(served, "gina", SECURITY_MANAGER, GROUP, "write");
    static const char field[] = "{'register': 'asset', 'name': 'colour', 'kind': 'text', 'label': 'Colour'}";
    struct answer answer = POST(served, &north, "/custom-fields", field);
    expect_status(answer, 403);
    answer = POST(served, &group, "/custom-fields", field);
    expect_status(answer, 201);
    answer = PATCH(served, &north, "/custom-fields/1", "{'label': 'Mine'}");
    expect_status(answer, 403);
}

/* ---- the ledger ---- */

static void the_ledger_is_read_and_proven(void **state)
{
    struct served *served = served_of(state);
    served_make(served, &served->admin, "asset", "{'title': 'Harbour crane'}");
    struct answer page = GET(served, &served->admin, "/ledger");
    expect_status(page, 200);
    const struct json *entry = items_find(&page, "reference", "AST-1");
    assert_non_null(entry);
    assert_true(str_is(json_str(json_get(entry, "actor"), "name", S("")), "ada"));
    assert_true(str_is(json_str(entry, "action", S("")), "create"));
    assert_true(str_is(json_str(entry, "title", S("")), "Harbour crane"));
    const char *proof = at(served, "ledger/proof", json_number(entry, "entry", 0));
    struct answer early = GET(served, &served->admin, proof);
    expect_status(early, 409);
    must(served, ledger_signer_seal(served->ctx, served->program.signer));
    struct answer head = GET(served, &served->admin, "/ledger/head"), proven = GET(served, &served->admin, proof);
    expect_status(proven, 200);
    assert_int_equal(json_number(head.json, "size", 0), json_number(json_get(proven.json, "head"), "size", 1));
    assert_true(str_find(json_str(proven.json, "canonical", S("")), S("asset"), NULL));
    assert_null(json_get(proven.json, "state"));
    struct answer whole = GET(served, &served->admin, text_of(served, "%s?content=1", proof));
    assert_true(str_find(json_str(whole.json, "state", S("")), S("Harbour crane"), NULL));
    struct answer key = GET(served, &served->admin, "/ledger/key");
    assert_true(str_starts(key.body, S("-----BEGIN PUBLIC KEY-----")));
    struct answer none = GET(served, &served->admin, "/ledger/proof/99999");
    expect_status(none, 404);
    int64_t size = json_number(head.json, "size", 0);
    served_make(served, &served->admin, "asset", "{'title': 'Another'}");
    must(served, ledger_signer_seal(served->ctx, served->program.signer));
    struct answer consistent =
        GET(served, &served->admin, text_of(served, "/ledger/consistency?first=%lld", (long long)size));
    expect_status(consistent, 200);
    assert_int_equal(json_number(json_get(consistent.json, "first"), "size", 0), size);
}

/* One chain for both companies: that there is an entry is no secret, what it says is. */
static void the_ledger_hides_what_the_reader_may_not_see(void **state)
{
    struct served *served = served_of(state);
    struct caller north = served_user(served, "nora", AUDITOR, NORTH, "read"),
                  employee = served_user(served, "emil", EMPLOYEE, NORTH, "read");
    served_make(served, &served->admin, "asset", "{'title': 'Of the south', 'unit': 3}");
    served_make(served, &served->admin, "asset", "{'title': 'Of the north', 'unit': 2}");
    struct answer page = GET(served, &north, "/ledger?limit=2"), closed = GET(served, &employee, "/ledger");
    expect_status(closed, 403);
    expect_status(page, 200);
    assert_non_null(items_find(&page, "reference", "AST-2"));
    assert_null(items_find(&page, "reference", "AST-1"));
    assert_false(str_find(page.body, S("south"), NULL));
    const struct json *hidden = json_get(page.json, "items")->first->next;
    assert_false(json_bool(hidden, "visible", true));
    assert_null(json_get(hidden, "actor"));
    struct answer all = GET(served, &north, "/ledger?limit=500");
    for (const struct json *item = json_get(all.json, "items")->first; item; item = item->next)
        assert_false(str_is(json_str(item, "register", S("")), "user"));
    must(served, ledger_signer_seal(served->ctx, served->program.signer));
    struct answer proof = GET(served, &north, at(served, "ledger/proof", json_number(hidden, "entry", 0)));
    expect_status(proof, 404);
    const struct json *mine = items_find(&page, "reference", "AST-2");
    proof = GET(served, &north, at(served, "ledger/proof", json_number(mine, "entry", 0)));
    expect_status(proof, 200);
}

int main(void)
{
#define BOTH(test)                                                                                                     \
    {#test " (SQLite)", test, served_sqlite, served_end, NULL},                                                        \
    {                                                                                                                  \
#test " (PostgreSQL)", test, served_postgres, served_end, NULL                                                 \
    }
    const struct CMUnitTest tests[] = {
        BOTH(a_new_user_signs_in_with_the_password_given),
        BOTH(what_is_wrong_with_a_user_is_told_field_by_field),
        BOTH(an_administrator_stays_in_his_company),
        BOTH(a_user_who_is_made_inactive_is_out_at_once),
        BOTH(roles_say_what_they_may_in_each_room),
        BOTH(a_token_is_shown_once_and_ends_when_revoked),
        BOTH(a_custom_field_is_added_changed_and_removed),
        BOTH(custom_fields_are_for_the_whole_organisation),
        BOTH(the_ledger_is_read_and_proven),
        BOTH(the_ledger_hides_what_the_reader_may_not_see),
    };
    return cmocka_run_group_tests_name("administration and assurance", tests, NULL, NULL);
}
