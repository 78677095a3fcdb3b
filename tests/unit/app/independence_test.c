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
    refuses(served, &people.author, "/treatment_action/1/transitions/verify", "you own it");
    refuses(served, &people.second, "/treatment_action/1/transitions/verify", "you did it");
    served_move(served, &people.board, "treatment_action", 1, "verify", "{}");
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
    refuses(served, &people.author, approve, "you submitted it");
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

/* ---- a review that makes up for it, where there is nobody else ---- */

static struct answer approve_reviewed(struct served *served, const struct caller *caller, const char *review)
{
    const char *body = text_of(served, "{'compensating_review': %s}", review);
    struct asking asking = {"POST", "/methodology/1/transitions/approve", body, "If-Match: *\r\n"};
    return served_ask(served, caller, asking);
}

static void a_review_names_another_person_and_why(void **state)
{
    struct served *served = SERVED(state);
    struct people people = people_of(served);
    long long self = people.author.person, other = people.second.person;
    served_make(served, &people.author, "methodology", "{'title': 'Method'}");
    served_make(served, &served->admin, "person", "{'name': 'Gone', 'unit': 1}");
    struct answer removed =
        served_ask(served, &served->admin, (struct asking){.method = "DELETE", .path = "/person/5"});
    expect_status(removed, 204);
    const struct {
        const char *review;
        int status;
    } cases[] = {
        {"null", 403},
        {"{}", 422},
        {text_of(served, "{'by': %lld}", other), 422},
        {text_of(served, "{'by': %lld, 'reason': ' '}", other), 422},
        {"{'reason': 'Alone here'}", 422},
        {text_of(served, "{'by': %lld, 'reason': 'Alone here'}", self), 422},
        {"{'by': 99, 'reason': 'Alone here'}", 422},
        {"{'by': 0, 'reason': 'Alone here'}", 422},
        {"{'by': 5, 'reason': 'Alone here'}", 422},
        {"{'by': 'UNT-1', 'reason': 'Alone here'}", 422},
        {"{'by': 'nobody', 'reason': 'Alone here'}", 422},
        {text_of(served, "{'by': 'PER-%lld', 'reason': 'Alone here'}", other), 200},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct answer answer = approve_reviewed(served, &people.author, cases[i].review);
        if (answer.status != cases[i].status) print_error("%s\n", cases[i].review);
        expect_status(answer, cases[i].status);
    }
    struct answer history = GET(served, &people.author, "/methodology/1/history");
    assert_true(str_find(history.body, S("Compensating review by sven: Alone here"), NULL));
}

/* Whom one may not see one cannot name as the reviewer. */
static void a_review_by_a_stranger_is_none(void **state)
{
    struct served *served = SERVED(state);
    struct caller north = served_user(served, "nora", SECURITY_MANAGER, NORTH, "write"),
                  south = served_user(served, "soren", SECURITY_MANAGER, SOUTH, "write"),
                  near = served_user(served, "nils", SECURITY_MANAGER, NORTH, "write");
    served_make(served, &served->admin, "framework", "{'title': 'Annex', 'key': 'annex'}");
    served_make(served, &north, "soa", "{'title': 'SoA', 'unit': 2, 'framework': 1}");
    served_move(served, &north, "soa", 1, "submit", "{}");
    static const int statuses[] = {422, 200};
    const struct caller *reviewers[] = {&south, &near};
    for (size_t i = 0; i < COUNT(statuses); i++) {
        const char *body = text_of(served, "{'compensating_review': {'by': %lld, 'reason': 'Alone here'}}",
                                   (long long)reviewers[i]->person);
        struct asking asking = {"POST", "/soa/1/transitions/approve", body, "If-Match: *\r\n"};
        struct answer answer = served_ask(served, &north, asking);
        expect_status(answer, statuses[i]);
    }
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
        BOTH(whoever_changed_a_part_does_not_approve_the_whole),
        BOTH(what_was_approved_since_counts_no_more),
        BOTH(a_part_of_another_whole_does_not_count),
        BOTH(a_review_names_another_person_and_why),
        BOTH(a_review_by_a_stranger_is_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
