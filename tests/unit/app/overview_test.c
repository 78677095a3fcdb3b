/* Home, work, the risk matrix, comparing two states of a SoA and traceability, through the running server: first
 * what they show, then that they show nobody more than the lists do. */
#include "served.h"

#include "base/clock.h"

static const char framework[] =
    "{'id': 'small', 'title': 'A small standard', 'version': '1', 'publisher': 'Nobody', 'licence': 'ours',"
    "'items': [{'id': 'A', 'title': 'Theme', 'assessable': false},"
    "{'id': 'A.1', 'parent': 'A', 'title': 'First', 'assessable': true},"
    "{'id': 'A.2', 'parent': 'A', 'title': 'Second', 'assessable': true}]}";

struct cast {
    struct caller manager, chief, owner, south;
};

static const char *day(struct served *served, int64_t days)
{
    char text[DATE_TEXT];
    date_of_time(GIVEN_NOW + days * DAY, text);
    return text_of(served, "%s", text);
}

/* A risk in each company, a method, a SoA of the group with two lines. */
static struct cast furnish(struct served *served)
{
    struct cast house = {.manager = served_user(served, "mona", SECURITY_MANAGER, GROUP, "write"),
                         .chief = served_user(served, "carl", TOP_MANAGEMENT, GROUP, "write"),
                         .owner = served_user(served, "nora", OWNER, NORTH, "write"),
                         .south = served_user(served, "soren", OWNER, SOUTH, "write")};
    served_make(served, &house.manager, "methodology", "{'title': 'Method'}");
    served_move(served, &house.chief, "methodology", 1, "approve", "{}");
    served_make(served, &house.manager, "risk_assessment", "{'title': '2026', 'methodology': 1, 'unit': 1}");
    served_make(served, &house.manager, "asset", "{'title': 'Crane', 'unit': 2}");
    served_make(served, &house.manager, "control", "{'title': 'Backups', 'unit': 1}");
    served_make(served, &house.manager, "risk",
                text_of(served,
                        "{'title': 'Fire in the north', 'unit': 2, 'owner': %lld, 'assessment': 1, 'controls': [1],"
                        "'current_likelihood': 4, 'current_consequences': {'financial': 5}, 'treatment': 'modify'}",
                        (long long)house.owner.person));
    served_make(served, &house.manager, "risk",
                text_of(served, "{'title': 'Flood in the south', 'unit': 3, 'owner': %lld, 'assessment': 1}",
                        (long long)house.south.person));
    struct answer loaded = POST(served, &house.manager, "/frameworks", framework);
    expect_status(loaded, 201);
    served_make(served, &house.manager, "soa", "{'title': 'SoA', 'framework': 1, 'unit': 1}");
    return house;
}

static const struct json *named(const struct answer *answer, const char *list, const char *member, const char *name)
{
    const struct json *items = json_get(answer->json, list);
    for (const struct json *item = items ? items->first : NULL; item; item = item->next)
        if (str_is(json_str(item, member, S("")), name)) return item;
    return NULL;
}

static bool is_done(const struct answer *home, const char *step)
{
    const struct json *item = named(home, "steps", "name", step);
    assert_non_null(item);
    return json_bool(item, "done", false);
}

static int64_t figure(const struct answer *home, const char *name)
{
    return json_number(named(home, "figures", "name", name), "value", -1);
}

/* ---- home ---- */

static void the_path_is_done_step_by_step(void **state)
{
    struct served *served = served_of(state);
    struct answer home = GET(served, &served->admin, "/home");
    expect_status(home, 200);
    assert_int_equal(json_get(home.json, "steps")->count, 11);
    for (const struct json *step = json_get(home.json, "steps")->first; step; step = step->next)
        assert_false(json_bool(step, "done", true));
    struct cast house = furnish(served);
    home = GET(served, &house.manager, "/home");
    static const char *const done[] = {"organisation", "method", "assets", "framework", "assessment", "controls"};
    static const char *const open[] = {"risks", "treatment", "soa", "approval", "implementation"};
    for (size_t i = 0; i < COUNT(done); i++) assert_true(is_done(&home, done[i]));
    for (size_t i = 0; i < COUNT(open); i++) assert_false(is_done(&home, open[i]));
    const struct json *risks = named(&home, "steps", "name", "risks");
    assert_int_equal(json_number(risks, "count", 0), 2);
    struct answer unrated =
        GET(served, &house.manager, text_of(served, "/risk?%.*s", PRINT(json_str(risks, "filter", S("")))));
    assert_int_equal(items_count(&unrated), 1);
    assert_non_null(items_find(&unrated, "title", "Flood in the south"));
    struct answer patched =
        PATCH(served, &house.manager, "/risk/2",
              "{'current_likelihood': 1, 'current_consequences': {'financial': 1}, 'treatment': 'retain'}");
    expect_status(patched, 200);
    for (int line = 1; line <= 2; line++) {
        patched = PATCH(served, &house.manager, text_of(served, "/soa_line/%d", line), "{'good_practice': true}");
        expect_status(patched, 200);
    }
    served_move(served, &house.manager, "soa", 1, "submit", "{}");
    served_move(served, &house.chief, "soa", 1, "approve", "{}");
    served_move(served, &house.manager, "control", 1, "implement", "{}");
    home = GET(served, &house.manager, "/home");
    for (const struct json *step = json_get(home.json, "steps")->first; step; step = step->next)
        assert_true(json_bool(step, "done", false));
}

static void figures_count_what_their_filter_lists(void **state)
{
    struct served *served = served_of(state);
    struct cast house = furnish(served);
    served_make(served, &house.manager, "treatment_action",
                text_of(served, "{'title': 'Late', 'risk': 1, 'due_on': '%s', 'unit': 2}", day(served, -2)));
    served_make(served, &house.manager, "treatment_action",
                text_of(served, "{'title': 'In time', 'risk': 1, 'due_on': '%s', 'unit': 2}", day(served, 2)));
    served_make(served, &house.manager, "task",
                text_of(served, "{'title': 'Late', 'due_on': '%s', 'unit': 2}", day(served, -1)));
    served_make(served, &house.manager, "evidence",
                text_of(served, "{'title': 'Old', 'unit': 2, 'expires_on': '%s'}", day(served, -1)));
    served_make(served, &house.owner, "acceptance",
                text_of(served, "{'title': 'For now', 'risk': 1, 'reason': 'r', 'expires_on': '%s', 'unit': 2}",
                        day(served, 20)));
    struct answer home = GET(served, &house.manager, "/home");
    assert_int_equal(figure(&home, "untreated"), 1);
    assert_int_equal(figure(&home, "overdue_actions"), 1);
    assert_int_equal(figure(&home, "late_tasks"), 1);
    assert_int_equal(figure(&home, "expired_evidence"), 1);
    assert_int_equal(figure(&home, "expiring_acceptances"), 0);
    for (const struct json *one = json_get(home.json, "figures")->first; one; one = one->next) {
        struct str reg = json_str(one, "register", S("")), filter = json_str(one, "filter", S(""));
        struct answer list = GET(served, &house.manager, text_of(served, "/%.*s?%.*s", PRINT(reg), PRINT(filter)));
        expect_status(list, 200);
        assert_int_equal((int64_t)items_count(&list), json_number(one, "value", -1));
    }
    int64_t rated = 0;
    for (const struct json *one = json_get(home.json, "risks_by_level")->first; one; one = one->next)
        rated += json_number(one, "value", 0);
    assert_int_equal(rated, 1);
    const struct json *begun = named(&home, "controls_by_implementation", "implementation", "not_started");
    assert_int_equal(json_number(begun, "value", 0), 1);
    struct answer then = GET(served, &house.manager, "/home?as_of=2020-01-01");
    expect_status(then, 400);
}

static void home_counts_ones_own_company_only(void **state)
{
    struct served *served = served_of(state);
    struct cast house = furnish(served);
    struct caller emil = served_user(served, "emil", EMPLOYEE, NORTH, "read");
    struct answer north = GET(served, &house.owner, "/home"), south = GET(served, &house.south, "/home"),
                  none = GET(served, &emil, "/home");
    assert_int_equal(json_number(named(&north, "steps", "name", "risks"), "count", 0), 1);
    assert_true(is_done(&north, "risks"));
    assert_int_equal(figure(&north, "untreated"), 1);
    assert_int_equal(json_number(named(&south, "steps", "name", "risks"), "count", 0), 1);
    assert_false(is_done(&south, "risks"));
    assert_int_equal(figure(&south, "untreated"), 0);
    assert_false(is_done(&south, "assets"));
    assert_null(named(&none, "steps", "name", "risks"));
    assert_null(json_get(none.json, "risks_by_level"));
    assert_non_null(named(&none, "figures", "name", "late_tasks"));
}

/* ---- work ---- */

static const struct json *work_item(const struct answer *work, const char *kind, const char *reference)
{
    for (const struct json *item = json_get(work->json, "items")->first; item; item = item->next)
        if (str_is(json_str(item, "kind", S("")), kind) && str_is(json_str(item, "reference", S("")), reference))
            return item;
    return NULL;
}

static bool offers(const struct answer *work, const char *kind, const char *reference, const char *transition)
{
    const struct json *item = work_item(work, kind, reference);
    return item && str_is(json_str(item, "transition", S("")), transition);
}

static void work_is_what_waits_for_me(void **state)
{
    struct served *served = served_of(state);
    struct cast house = furnish(served);
    long long me = (long long)house.owner.person;
    served_make(served, &house.manager, "task",
                text_of(served, "{'title': 'Late', 'due_on': '%s', 'unit': 2, 'owner': %lld}", day(served, -1), me));
    served_make(served, &house.manager, "task", text_of(served, "{'title': 'Some day', 'unit': 2, 'owner': %lld}", me));
    served_make(served, &house.manager, "task", "{'title': 'Of nobody', 'unit': 2}");
    served_make(served, &house.manager, "treatment_action",
                text_of(served, "{'title': 'Sprinklers', 'risk': 1, 'due_on': '%s', 'unit': 2, 'owner': %lld}",
                        day(served, 3), me));
    served_make(
        served, &house.manager, "evidence",
        text_of(served, "{'title': 'Expires', 'unit': 2, 'owner': %lld, 'expires_on': '%s'}", me, day(served, 9)));
    served_make(
        served, &house.manager, "evidence",
        text_of(served, "{'title': 'Holds', 'unit': 2, 'owner': %lld, 'expires_on': '%s'}", me, day(served, 99)));
    struct answer work = GET(served, &house.owner, "/work");
    expect_status(work, 200);
    assert_int_equal(items_count(&work), 5);
    assert_true(offers(&work, "task", "TSK-1", "finish"));
    assert_true(json_bool(work_item(&work, "task", "TSK-1"), "late", false));
    assert_true(offers(&work, "treat", "TRT-1", "start"));
    assert_true(offers(&work, "treat", "RSK-1", "analyse"));
    assert_non_null(work_item(&work, "renew", "EVD-1"));
    assert_non_null(work_item(&work, "task", "TSK-2"));
    assert_true(str_is(json_str(json_get(work.json, "items")->first, "reference", S("")), "TSK-1"));
    served_move(served, &house.owner, "task", 1, "finish", "{}");
    work = GET(served, &house.owner, "/work");
    assert_null(work_item(&work, "task", "TSK-1"));
}

/* Decisions are the work of whoever may take them, and never of whoever asked for them. */
static void decisions_wait_for_whoever_may_take_them(void **state)
{
    struct served *served = served_of(state);
    struct cast house = furnish(served);
    served_make(served, &house.manager, "methodology", "{'title': 'Next', 'replaces': 1}");
    served_make(served, &house.manager, "acceptance",
                text_of(served, "{'title': 'For now', 'risk': 1, 'reason': 'r', 'expires_on': '%s', 'unit': 2}",
                        day(served, 20)));
    for (int line = 1; line <= 2; line++) {
        struct answer said =
            PATCH(served, &house.manager, text_of(served, "/soa_line/%d", line), "{'good_practice': true}");
        expect_status(said, 200);
    }
    served_move(served, &house.manager, "soa", 1, "submit", "{}");
    struct answer mine = GET(served, &house.manager, "/work"), his = GET(served, &house.chief, "/work"),
                  owners = GET(served, &house.owner, "/work");
    assert_true(offers(&his, "approve", "SOA-1", "approve"));
    assert_true(offers(&his, "approve", "MET-2", "approve"));
    assert_null(work_item(&mine, "approve", "SOA-1"));
    assert_null(work_item(&mine, "approve", "MET-2"));
    assert_null(work_item(&mine, "accept", "ACC-1"));
    assert_null(work_item(&owners, "approve", "SOA-1"));
    assert_null(work_item(&owners, "accept", "ACC-1"));
}

/* ---- the matrix ---- */

static int64_t cell_count(const struct answer *matrix, int likelihood, int consequence)
{
    const struct json *row = json_get(matrix->json, "cells")->first;
    while (--likelihood) row = row->next;
    const struct json *cell = row->first;
    while (--consequence) cell = cell->next;
    return (int64_t)cell->count;
}

static void the_matrix_places_risks_by_their_rating(void **state)
{
    struct served *served = served_of(state);
    struct caller nobody_yet = served_user(served, "rita", READER, GROUP, "read");
    struct answer empty = GET(served, &nobody_yet, "/risk-matrix");
    expect_status(empty, 200);
    assert_true(json_get(empty.json, "methodology")->kind == JSON_NULL);
    struct cast house = furnish(served);
    struct answer matrix = GET(served, &house.manager, "/risk-matrix");
    assert_int_equal(json_number(json_get(matrix.json, "methodology"), "id", 0), 1);
    assert_int_equal(json_get(matrix.json, "cells")->count, 5);
    assert_int_equal(cell_count(&matrix, 4, 5), 1);
    assert_int_equal(cell_count(&matrix, 1, 1), 0);
    assert_int_equal(json_get(matrix.json, "risks")->count, 2);
    const struct json *risk = named(&matrix, "risks", "reference", "RSK-1");
    assert_true(str_is(json_str(json_get(risk, "owner"), "title", S("")), "nora"));
    assert_int_equal(json_number(risk, "version", 0), 1);
    struct answer target = GET(served, &house.manager, "/risk-matrix?rating=target");
    assert_int_equal(cell_count(&target, 4, 5), 0);
    struct answer other = GET(served, &house.manager, "/risk-matrix?assessment=RAS-1");
    assert_int_equal(cell_count(&other, 4, 5), 1);
    static const char *const bad[] = {"/risk-matrix?rating=best", "/risk-matrix?assessment=RSK-1"};
    for (size_t i = 0; i < COUNT(bad); i++) {
        struct answer answer = GET(served, &house.manager, bad[i]);
        expect_status(answer, 400);
    }
    struct answer none = GET(served, &house.manager, "/risk-matrix?assessment=9");
    expect_status(none, 404);
    struct answer south = GET(served, &house.south, "/risk-matrix");
    assert_int_equal(json_get(south.json, "risks")->count, 1);
    assert_int_equal(cell_count(&south, 4, 5), 0);
    struct caller emil = served_user(served, "emil", EMPLOYEE, NORTH, "read");
    struct answer closed = GET(served, &emil, "/risk-matrix");
    expect_status(closed, 403);
}

/* A new version of the method has no risks yet, and does not take away those of the old one. */
static void a_new_method_does_not_empty_the_matrix(void **state)
{
    struct served *served = served_of(state);
    struct cast house = furnish(served);
    served_make(served, &house.manager, "methodology", "{'title': 'Next', 'replaces': 1}");
    served_move(served, &house.chief, "methodology", 2, "approve", "{}");
    struct answer matrix = GET(served, &house.manager, "/risk-matrix");
    assert_int_equal(json_number(json_get(matrix.json, "methodology"), "id", 0), 1);
    assert_int_equal(json_get(matrix.json, "risks")->count, 2);
    served_make(served, &house.manager, "risk_assessment", "{'title': '2027', 'methodology': 2, 'unit': 1}");
    served_make(served, &house.manager, "risk", "{'title': 'New', 'unit': 2, 'assessment': 2}");
    matrix = GET(served, &house.manager, "/risk-matrix");
    assert_int_equal(json_number(json_get(matrix.json, "methodology"), "id", 0), 2);
    assert_int_equal(json_get(matrix.json, "risks")->count, 1);
    matrix = GET(served, &house.manager, "/risk-matrix?assessment=1");
    assert_int_equal(json_get(matrix.json, "risks")->count, 2);
}

/* ---- comparing ---- */

static void approve_soa(struct served *served, struct cast *house)
{
    served_move(served, &house->manager, "soa", 1, "submit", "{}");
    served_move(served, &house->chief, "soa", 1, "approve", "{}");
}

static void two_versions_are_held_against_each_other(void **state)
{
    struct served *served = served_of(state);
    struct cast house = furnish(served);
    struct answer said = PATCH(served, &house.manager, "/soa_line/1", "{'good_practice': true}");
    said = PATCH(served, &house.manager, "/soa_line/2", "{'reasons': ['RSK-1']}");
    expect_status(said, 200);
    approve_soa(served, &house);
    said = PATCH(served, &house.manager, "/soa_line/2", "{'applicable': false, 'justification': 'No ships.'}");
    expect_status(said, 200);
    approve_soa(served, &house);
    struct answer same = GET(served, &house.manager, "/soa/SOA-1/compare?from=SOV-1&to=SOV-1");
    expect_status(same, 200);
    assert_int_equal(items_count(&same), 0);
    struct answer answer = GET(served, &house.manager, "/soa/1/compare?from=SOV-1&to=SOV-2");
    assert_int_equal(items_count(&answer), 1);
    const struct json *item = items_find(&answer, "line", "SOL-2"), *changes = json_get(item, "changes");
    assert_true(str_is(json_str(item, "title", S("")), "A.2 Second"));
    assert_true(str_is(json_str(item, "kind", S("")), "changed"));
    assert_true(str_is(json_str(changes->first, "field", S("")), "applicable"));
    assert_true(json_bool(changes->first, "before", false));
    assert_false(json_bool(changes->first, "after", true));
    struct answer now = GET(served, &house.manager, text_of(served, "/soa/1/compare?from=SOV-1&to=%s", day(served, 0)));
    assert_int_equal(items_count(&now), 1);
    struct answer from_nothing = GET(served, &house.manager, "/soa/1/compare?from=2020-01-01&to=SOV-1");
    assert_int_equal(items_count(&from_nothing), 2);
    assert_true(str_is(json_str(json_get(from_nothing.json, "items")->first, "kind", S("")), "added"));
    static const char *const bad[] = {"/soa/1/compare?to=SOV-1", "/soa/1/compare?from=yesterday&to=SOV-1"};
    for (size_t i = 0; i < COUNT(bad); i++) {
        struct answer refused = GET(served, &house.manager, bad[i]);
        expect_status(refused, 400);
    }
    served_make(served, &house.manager, "soa", "{'title': 'Another', 'framework': 1, 'unit': 1}");
    struct answer foreign = GET(served, &house.manager, "/soa/2/compare?from=SOV-1&to=SOV-2");
    expect_status(foreign, 400);
    struct answer hidden = GET(served, &house.south, "/soa/1/compare?from=SOV-1&to=SOV-2");
    expect_status(hidden, 404);
}

/* ---- traceability ---- */

static void breaks_are_told_to_whom_they_concern(void **state)
{
    struct served *served = served_of(state);
    struct cast house = furnish(served);
    served_make(served, &house.manager, "risk",
                "{'title': 'Bare', 'unit': 3, 'assessment': 1, 'treatment': 'modify', 'current_likelihood': 4,"
                "'current_consequences': {'financial': 5}}");
    struct answer all = GET(served, &house.manager, "/traceability"),
                  south = GET(served, &house.south, "/traceability"),
                  north = GET(served, &house.owner, "/traceability");
    expect_status(all, 200);
    assert_true(str_is(json_str(items_find(&all, "kind", "risk_without_control"), "reference", S("")), "RSK-3"));
    assert_non_null(items_find(&all, "kind", "line_without_reason"));
    assert_non_null(items_find(&south, "kind", "risk_without_control"));
    assert_null(items_find(&north, "kind", "risk_without_control"));
    assert_null(items_find(&north, "kind", "line_without_reason"));
}

int main(void)
{
#define BOTH(test)                                                                                                     \
    {#test " (SQLite)", test, served_sqlite, served_end, NULL},                                                        \
    {                                                                                                                  \
#test " (PostgreSQL)", test, served_postgres, served_end, NULL                                                 \
    }
    const struct CMUnitTest tests[] = {
        BOTH(the_path_is_done_step_by_step),
        BOTH(figures_count_what_their_filter_lists),
        BOTH(home_counts_ones_own_company_only),
        BOTH(work_is_what_waits_for_me),
        BOTH(decisions_wait_for_whoever_may_take_them),
        BOTH(the_matrix_places_risks_by_their_rating),
        BOTH(a_new_method_does_not_empty_the_matrix),
        BOTH(two_versions_are_held_against_each_other),
        BOTH(breaks_are_told_to_whom_they_concern),
    };
    return cmocka_run_group_tests_name("overviews", tests, NULL, NULL);
}
