/* Nobody approves his own work: not by a second login, not when it was one comma. Whoever wrote a part only before the
 * last approval is a stranger to what is submitted now. */
#include "served.h"

struct people {
    struct caller author, second, board;
};

static struct people people_of(struct served *served)
{
    return (struct people){.author = served_user(served, "mara", SECURITY_MANAGER, GROUP, "write"),
                           .second = served_user(served, "sven", SECURITY_MANAGER, GROUP, "write"),
                           .board = served_user(served, "bea", TOP_MANAGEMENT, GROUP, "write")};
}

static struct answer step(struct served *served, const struct caller *caller, const char *path)
{
    return served_ask(served, caller, (struct asking){"POST", path, "{}", "If-Match: *\r\n"});
}

static void changes(struct served *served, const struct caller *caller, const char *path, const char *patch)
{
    struct answer answer = PATCH(served, caller, path, patch);
    expect_status(answer, 200);
}

/* Refused, because of this. */
static void refuses(struct served *served, const struct caller *caller, const char *path, const char *why)
{
    struct answer answer = step(served, caller, path);
    expect_status(answer, 403);
    if (!str_find(answer.body, str_of(why), NULL)) print_error("%s: %.*s\n", path, PRINT(answer.body));
    assert_true(str_find(answer.body, str_of(why), NULL));
}

/* Whose account it was when it acted, that person's it stays: no other account comes to be that person's second. */
static void a_person_has_one_login_for_good(void **state)
{
    struct served *served = SERVED(state);
    struct people people = people_of(served);
    const struct caller *admin = &served->admin;
    static const char second[] = "{'name': 'Mara again', 'email': 'again@example.org', 'person': 'PER-%lld'}";
    const char *account = text_of(served, "/users/%lld", (long long)people.author.user),
               *other = text_of(served, second, (long long)people.author.person);
    served_make(served, &people.author, "methodology", "{'title': 'Method'}");
    struct answer made = POST(served, admin, "/users", other);
    expect_status(made, 409);
    assert_true(str_find(made.body, S("This person has a user already"), NULL));
    struct answer untied = PATCH(served, admin, account, "{'person': null}");
    expect_status(untied, 409);
    served_make(served, admin, "person", "{'name': 'Somebody else', 'unit': 1}");
    untied = PATCH(served, admin, account, "{'person': 'PER-5'}");
    expect_status(untied, 409);
    assert_true(str_find(untied.body, S("has acted as its person"), NULL));
    struct answer left = PATCH(served, admin, account, "{'active': false}");
    expect_status(left, 200);
    made = POST(served, admin, "/users", other);
    expect_status(made, 409);
}

/* One that has done nothing may have been tied to the wrong person. */
static void a_tie_is_mended_before_the_first_deed(void **state)
{
    struct served *served = SERVED(state);
    struct caller nina = served_user(served, "nina", READER, NORTH, "read");
    served_make(served, &served->admin, "person", "{'name': 'The right one', 'unit': 1}");
    struct answer tied = PATCH(served, &served->admin, text_of(served, "/users/%lld", (long long)nina.user),
                               text_of(served, "{'person': %lld}", (long long)nina.person + 1));
    expect_status(tied, 200);
    assert_int_equal(json_number(tied.json, "person", 0), nina.person + 1);
}

static void whoever_wrote_or_edited_it_does_not_approve_it(void **state)
{
    struct served *served = SERVED(state);
    struct people people = people_of(served);
    served_make(served, &people.author, "methodology", "{'title': 'Method'}");
    changes(served, &people.second, "/methodology/1", "{'description': 'Mine'}");
    changes(served, &people.author, "/methodology/1", "{'title': 'Next year'}");
    refuses(served, &people.author, "/methodology/1/transitions/approve", "you wrote it");
    refuses(served, &people.second, "/methodology/1/transitions/approve", "you have changed it");
    served_move(served, &people.board, "methodology", 1, "approve", "{}");
}

/* Whose it is tells the person that is linked, who did it the account that was stamped. */
static void neither_owner_nor_doer_verifies(void **state)
{
    struct served *served = SERVED(state);
    struct people people = people_of(served);
    served_make(served, &people.author, "methodology", "{'title': 'Method'}");
    served_move(served, &people.board, "methodology", 1, "approve", "{}");
    served_make(served, &people.author, "risk_assessment", "{'title': 'Round', 'methodology': 1}");
    served_make(served, &people.author, "risk", "{'title': 'Ransom', 'assessment': 1, 'unit': 2}");
    served_make(served, &people.author, "treatment_action",
                text_of(served, "{'title': 'Do', 'risk': 1, 'unit': 2, 'owner': %lld, 'due_on': '2026-12-01'}",
                        (long long)people.author.person));
    served_move(served, &people.second, "treatment_action", 1, "start", "{}");
    served_move(served, &people.second, "treatment_action", 1, "finish", "{'result': 'Done'}");
    refuses(served, &people.author, "/treatment_action/1/transitions/verify", "you wrote it");
    refuses(served, &people.second, "/treatment_action/1/transitions/verify", "you took one of its steps");
    served_move(served, &people.board, "treatment_action", 1, "verify", "{}");
}

/* The first who takes a step is not forgotten when another takes the last, nor the owner who gives it away before. */
static void what_was_passed_on_still_counts(void **state)
{
    struct served *served = SERVED(state);
    struct people people = people_of(served);
    struct caller third = served_user(served, "tom", SECURITY_MANAGER, GROUP, "write");
    static const char verify[] = "/treatment_action/1/transitions/verify";
    served_make(served, &people.author, "methodology", "{'title': 'Method'}");
    served_move(served, &people.board, "methodology", 1, "approve", "{}");
    served_make(served, &people.author, "risk_assessment", "{'title': 'Round', 'methodology': 1}");
    served_make(served, &people.author, "risk", "{'title': 'Ransom', 'assessment': 1, 'unit': 2}");
    served_make(served, &people.author, "treatment_action",
                text_of(served, "{'title': 'Do', 'risk': 1, 'unit': 2, 'owner': %lld, 'due_on': '2026-12-01'}",
                        (long long)third.person));
    changes(served, &people.author, "/treatment_action/1",
            text_of(served, "{'owner': %lld}", (long long)people.author.person));
    served_move(served, &people.second, "treatment_action", 1, "start", "{}");
    served_move(served, &people.author, "treatment_action", 1, "finish", "{'result': 'Done'}");
    refuses(served, &people.second, verify, "you took one of its steps");
    refuses(served, &third, verify, "you have owned it");
    served_move(served, &people.board, "treatment_action", 1, "verify", "{}");
}

/* Whoever answers for a control or put it into effect does not say that it works. */
static void neither_owner_nor_implementer_tests_a_control(void **state)
{
    struct served *served = SERVED(state);
    struct people people = people_of(served);
    static const char test[] = "{'last_test': 'passed', 'last_tested_on': '2026-11-01'}";
    const struct asking record = {"POST", "/control/1/transitions/record_test", test, "If-Match: *\r\n"};
    served_make(served, &people.author, "control",
                text_of(served, "{'title': 'Reviews', 'unit': 2, 'owner': %lld}", (long long)people.author.person));
    served_move(served, &people.second, "control", 1, "implement", "{}");
    struct answer own = served_ask(served, &people.author, record), done = served_ask(served, &people.second, record);
    expect_status(own, 403);
    expect_status(done, 403);
    changes(served, &people.second, "/control/1", text_of(served, "{'owner': %lld}", (long long)people.second.person));
    own = served_ask(served, &people.author, record);
    expect_status(own, 403);
    struct answer by_another = served_ask(served, &served->admin, record);
    expect_status(by_another, 200);
}

/* A Statement of Applicability of North with one line, which the second has filled in and the author submitted. */
static struct people one_statement(struct served *served)
{
    struct people people = people_of(served);
    served_make(served, &people.author, "framework", "{'title': 'Annex', 'key': 'annex'}");
    served_make(served, &people.author, "requirement",
                "{'title': 'R', 'identifier': 'A.1', 'framework': 1, 'reference_list': true}");
    served_make(served, &people.author, "soa", "{'title': 'SoA', 'unit': 2, 'framework': 1}");
    changes(served, &people.second, "/soa_line/1", "{'good_practice': true}");
    served_move(served, &people.author, "soa", 1, "submit", "{}");
    return people;
}

static void whoever_changed_a_part_does_not_approve_the_whole(void **state)
{
    struct served *served = SERVED(state);
    struct people people = one_statement(served);
    static const char approve[] = "/soa/1/transitions/approve";
    refuses(served, &people.author, approve, "you wrote it");
    refuses(served, &people.second, approve, "you have changed a part of it");
    served_move(served, &people.board, "soa", 1, "approve", "{}");
}

static void what_was_approved_since_counts_no_more(void **state)
{
    struct served *served = SERVED(state);
    struct people people = one_statement(served);
    served_move(served, &people.board, "soa", 1, "approve", "{}");
    served_move(served, &people.author, "soa", 1, "revise", "{}");
    served_move(served, &people.author, "soa", 1, "submit", "{}");
    served_move(served, &people.second, "soa", 1, "approve", "{}");
    served_move(served, &people.author, "soa", 1, "revise", "{}");
    changes(served, &people.second, "/soa_line/1", "{'justification': 'As everybody does'}");
    served_move(served, &people.author, "soa", 1, "submit", "{}");
    refuses(served, &people.second, "/soa/1/transitions/approve", "you have changed a part of it");
    served_move(served, &people.board, "soa", 1, "approve", "{}");
}

/* What another changed of another statement is nothing to this one. */
static void a_part_of_another_whole_does_not_count(void **state)
{
    struct served *served = SERVED(state);
    struct people people = one_statement(served);
    struct caller other = served_user(served, "olaf", SECURITY_MANAGER, GROUP, "write");
    served_make(served, &people.author, "soa", "{'title': 'Other', 'unit': 3, 'framework': 1}");
    changes(served, &other, "/soa_line/2", "{'good_practice': true}");
    served_move(served, &other, "soa", 1, "approve", "{}");
}

/* ---- what is decided is what was shown ---- */

static struct answer shown_of(struct served *served, const struct caller *caller)
{
    struct answer shown = GET(served, caller, "/soa/1/decisions/approve");
    expect_status(shown, 200);
    return shown;
}

static struct answer approve_as_shown(struct served *served, const struct caller *caller, const struct answer *shown)
{
    const char *body = text_of(served, "{'content_sha256': '%.*s'}", PRINT(json_str(shown->json, "sha256", S(""))));
    struct asking asking = {"POST", "/soa/1/transitions/approve", body, "If-Match: *\r\n"};
    return served_ask(served, caller, asking);
}

/* Also of the parts, and what is derived in them: nobody edits the statement when a control comes to be there. */
static void what_changed_since_it_was_shown_is_not_decided(void **state)
{
    struct served *served = SERVED(state);
    struct people people = one_statement(served);
    struct answer shown = shown_of(served, &people.board);
    served_make(served, &people.second, "control", "{'title': 'Fence', 'unit': 2, 'requirements': [1]}");
    struct answer refused = approve_as_shown(served, &people.board, &shown);
    expect_status(refused, 409);
    assert_true(str_find(refused.body, S("has changed since it was shown"), NULL));
    shown = shown_of(served, &people.board);
    struct answer taken = approve_as_shown(served, &people.board, &shown);
    expect_status(taken, 200);
    struct answer versions = GET(served, &people.board, "/soa_version?limit=10");
    assert_int_equal(items_count(&versions), 1);
}

static void what_changed_since_the_last_decision_is_shown(void **state)
{
    struct served *served = SERVED(state);
    struct people people = one_statement(served);
    struct answer first = shown_of(served, &people.board);
    assert_int_equal(json_get(first.json, "since")->kind, JSON_NULL);
    assert_int_equal(json_number(json_get(json_get(first.json, "asked"), "actor"), "id", 0), people.author.user);
    served_move(served, &people.board, "soa", 1, "approve", "{}");
    served_move(served, &people.author, "soa", 1, "revise", "{}");
    changes(served, &people.author, "/soa/1", "{'title': 'SoA of the group'}");
    changes(served, &people.second, "/soa_line/1", "{'justification': 'Other words'}");
    served_move(served, &people.second, "soa", 1, "submit", "{}");
    struct answer again = shown_of(served, &people.board);
    const struct json *parts = json_get(again.json, "parts"), *line = parts->first;
    assert_int_equal(json_number(json_get(json_get(again.json, "since"), "actor"), "id", 0), people.board.user);
    assert_int_equal(json_number(json_get(json_get(again.json, "asked"), "actor"), "id", 0), people.second.user);
    assert_true(str_find(again.body, S("\"field\":\"title\",\"before\":\"SoA\",\"after\":\"SoA of the group\""), NULL));
    assert_int_equal(parts->count, 1);
    assert_true(str_is(json_str(json_get(line, "changes")->first, "field", S("")), "justification"));
}

/* A past day is not decided on, and to ask for one is no sign that anything was altered. */
static void a_decision_is_of_today(void **state)
{
    struct served *served = SERVED(state);
    struct people people = one_statement(served);
    struct answer soa = GET(served, &people.board, "/soa/1");
    const char *path =
        text_of(served, "/soa/1/decisions/approve?as_of=%.*s", PRINT(json_str(soa.json, "changed_at", S(""))));
    struct answer past = GET(served, &people.board, path);
    expect_status(past, 400);
    assert_true(str_find(past.body, S("A decision is always of today"), NULL));
}

/* Who may read the statement where it lies now does not learn what it said where it lay. */
static void what_lay_elsewhere_is_withheld(void **state)
{
    struct served *served = SERVED(state);
    struct people people = one_statement(served);
    struct caller south = served_user(served, "saga", TOP_MANAGEMENT, SOUTH, "write");
    served_move(served, &people.board, "soa", 1, "approve", "{}");
    served_move(served, &people.author, "soa", 1, "revise", "{}");
    changes(served, &people.author, "/soa/1", "{'title': 'SoA of the South', 'unit': 3}");
    struct answer shown = shown_of(served, &south), whole = shown_of(served, &people.board);
    assert_true(json_bool(shown.json, "withheld", false));
    assert_int_equal(json_get(shown.json, "changes")->count, 0);
    assert_int_equal(json_get(shown.json, "parts")->count, 0);
    assert_false(json_bool(whole.json, "withheld", true));
    assert_true(json_get(whole.json, "changes")->count > 0);
}

/* Nobody makes up for a tie by naming somebody in a request. */
static void a_person_who_is_only_named_reviews_nothing(void **state)
{
    struct served *served = SERVED(state);
    struct people people = people_of(served);
    served_make(served, &people.author, "methodology", "{'title': 'Method'}");
    const char *body = text_of(served, "{'compensating_review': {'by': %lld, 'reason': 'Alone here'}}",
                               (long long)people.second.person);
    struct asking asking = {"POST", "/methodology/1/transitions/approve", body, "If-Match: *\r\n"};
    struct answer answer = served_ask(served, &people.author, asking);
    expect_status(answer, 403);
}

#define BOTH(test)                                                                                                     \
    cmocka_unit_test_setup_teardown(test, served_sqlite, served_end),                                                  \
        cmocka_unit_test_setup_teardown(test, served_postgres, served_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        BOTH(a_person_has_one_login_for_good),
        BOTH(a_tie_is_mended_before_the_first_deed),
        BOTH(whoever_wrote_or_edited_it_does_not_approve_it),
        BOTH(neither_owner_nor_doer_verifies),
        BOTH(what_was_passed_on_still_counts),
        BOTH(neither_owner_nor_implementer_tests_a_control),
        BOTH(whoever_changed_a_part_does_not_approve_the_whole),
        BOTH(what_was_approved_since_counts_no_more),
        BOTH(a_part_of_another_whole_does_not_count),
        BOTH(what_changed_since_it_was_shown_is_not_decided),
        BOTH(what_changed_since_the_last_decision_is_shown),
        BOTH(a_decision_is_of_today),
        BOTH(what_lay_elsewhere_is_withheld),
        BOTH(a_person_who_is_only_named_reviews_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
