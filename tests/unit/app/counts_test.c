/* Which controls count for a line of a Statement of Applicability, and how far they bring it: those of the statement's
 * own unit, of the units above and of those below, unless they are retired or deleted. */
#include "base/clock.h"
#include "served.h"

static const char *line_says(struct served *served, const char *member)
{
    struct answer line = GET(served, &served->admin, "/soa_line/1");
    expect_status(line, 200);
    return arena_cstr(served->ctx->arena, json_str(line.json, member, S("none")));
}

static void expect_line(struct served *served, const char *wanted, const char *why)
{
    const char *is = line_says(served, "implementation");
    if (strcmp(is, wanted) != 0) print_error("%s: %s, not %s\n", why, is, wanted);
    assert_string_equal(is, wanted);
}

static void changes(struct served *served, const char *path, const char *patch)
{
    struct answer answer = PATCH(served, &served->admin, path, patch);
    expect_status(answer, 200);
}

/* A statement of North, with one line; below North lies unit 4, below South unit 5. */
static void one_statement(struct served *served)
{
    const struct caller *admin = &served->admin;
    served_make(served, admin, "unit", "{'title': 'Yard', 'kind': 'site', 'parent': 2}");
    served_make(served, admin, "unit", "{'title': 'Dock', 'kind': 'site', 'parent': 3}");
    served_make(served, admin, "framework", "{'title': 'Annex', 'key': 'annex'}");
    served_make(served, admin, "requirement",
                "{'title': 'R', 'identifier': 'A.1', 'framework': 1, 'reference_list': true}");
    served_make(served, admin, "soa", "{'title': 'SoA', 'unit': 2, 'framework': 1}");
}

static void controls_above_and_below_count(void **state)
{
    static const struct {
        int unit;
        const char *implementation;
    } cases[] = {{1, "implemented"}, {2, "implemented"}, {4, "implemented"}, {3, "not_started"}, {5, "not_started"}};
    struct served *served = SERVED(state);
    one_statement(served);
    for (size_t i = 0; i < COUNT(cases); i++) {
        int64_t control =
            served_make(served, &served->admin, "control",
                        text_of(served, "{'title': 'C', 'unit': %d, 'requirements': [1]}", cases[i].unit));
        served_move(served, &served->admin, "control", control, "implement", "{}");
        expect_line(served, cases[i].implementation, text_of(served, "a control of unit %d", cases[i].unit));
        served_move(served, &served->admin, "control", control, "retire", "{}");
        expect_line(served, "not_started", text_of(served, "retired in unit %d", cases[i].unit));
    }
    struct answer line = GET(served, &served->admin, "/soa_line/1");
    assert_int_equal(json_get(line.json, "controls")->count, 0);
}

/* A control moves, and its unit moves: the line follows both. */
static void what_moves_counts_where_it_lies(void **state)
{
    static const struct {
        const char *path, *patch, *implementation;
    } steps[] = {
        {"/control/1", "{'unit': 3}", "not_started"},
        {"/control/1", "{'unit': 5}", "not_started"},
        {"/unit/5", "{'parent': 4}", "implemented"},
        {"/unit/5", "{'parent': 3}", "not_started"},
        {"/unit/5", "{'parent': 1}", "not_started"},
        {"/control/1", "{'unit': 1}", "implemented"},
        {"/soa/1", "{'unit': 3}", "implemented"},
        {"/control/1", "{'unit': 2}", "not_started"},
        {"/soa/1", "{'unit': 1}", "implemented"},
        {"/control/1", "{'requirements': []}", "not_started"},
        {"/control/1", "{'requirements': [1]}", "implemented"},
    };
    struct served *served = SERVED(state);
    one_statement(served);
    served_make(served, &served->admin, "control", "{'title': 'C', 'unit': 2, 'requirements': [1]}");
    served_move(served, &served->admin, "control", 1, "implement", "{}");
    expect_line(served, "implemented", "at first");
    for (size_t i = 0; i < COUNT(steps); i++) {
        changes(served, steps[i].path, steps[i].patch);
        expect_line(served, steps[i].implementation, text_of(served, "%s %s", steps[i].path, steps[i].patch));
    }
}

/* 0 not started, 1 planned, 2 partly, 3 implemented, 4 effective: all alike gives that, mixed gives partly as soon as
 * anything at all has been done. */
static void controls_combine(void **state)
{
    static const char *const names[] = {"not_started", "planned", "partly_implemented", "implemented", "effective"};
    static const int combined[5][5] = {
        {0, 1, 2, 2, 2}, {1, 1, 2, 2, 2}, {2, 2, 2, 2, 2}, {2, 2, 2, 3, 3}, {2, 2, 2, 3, 4}};
    struct served *served = SERVED(state);
    const struct caller *admin = &served->admin;
    struct caller tester = served_user(served, "tess", SECURITY_MANAGER, GROUP, "write");
    char today[DATE_TEXT];
    date_of_time(GIVEN_NOW, today);
    one_statement(served);
    for (int step = 0; step < 5; step++)
        for (int twin = 0; twin < 2; twin++) {
            int64_t id = served_make(served, admin, "control", "{'title': 'C', 'unit': 2}");
            if (step == 1) served_move(served, admin, "control", id, "plan", "{}");
            if (step == 2) served_move(served, admin, "control", id, "begin", "{}");
            if (step >= 3) served_move(served, admin, "control", id, "implement", "{}");
            if (step < 4) continue;
            served_make(served, admin, "evidence",
                        text_of(served, "{'title': 'E', 'unit': 2, 'supports': ['CTL-%lld']}", (long long)id));
            served_move(served, &tester, "control", id, "record_test",
                        text_of(served, "{'last_test': 'passed', 'last_tested_on': '%s'}", today));
        }
    for (int a = 0; a < 5; a++)
        for (int b = 0; b < 5; b++) {
            int first = 2 * a + 1, second = 2 * b + 2;
            changes(served, text_of(served, "/control/%d", first), "{'requirements': [1]}");
            changes(served, text_of(served, "/control/%d", second), "{'requirements': [1]}");
            expect_line(served, names[combined[a][b]], text_of(served, "%s with %s", names[a], names[b]));
            changes(served, text_of(served, "/control/%d", first), "{'requirements': []}");
            changes(served, text_of(served, "/control/%d", second), "{'requirements': []}");
        }
    expect_line(served, "not_started", "none");
    changes(served, "/soa_line/1", "{'applicable': false, 'justification': 'No yard'}");
    expect_line(served, "none", "not applicable");
}

/* ---- what a line needs to say ---- */

static void a_line_gives_its_reason(void **state)
{
    static const struct {
        const char *patch;
        int status;
        bool open;
    } cases[] = {
        {"{'good_practice': true}", 200, false},
        {"{'good_practice': false}", 200, true},
        {"{'reasons': ['OBL-1']}", 200, false},
        {"{'applicable': false}", 422, false},
        {"{'applicable': false, 'justification': 'No yard'}", 200, false},
        {"{'justification': null}", 422, false},
        {"{'applicable': true, 'reasons': []}", 200, true},
        {"{'applicable': false}", 200, false},
    };
    struct served *served = SERVED(state);
    one_statement(served);
    served_make(served, &served->admin, "obligation", "{'title': 'NIS2', 'unit': 2}");
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct answer answer = PATCH(served, &served->admin, "/soa_line/1", cases[i].patch);
        expect_status(answer, cases[i].status);
        struct answer line = GET(served, &served->admin, "/soa_line/1"), soa = GET(served, &served->admin, "/soa/1");
        if (json_bool(line.json, "open", !cases[i].open) != cases[i].open) print_error("%s\n", cases[i].patch);
        assert_int_equal(json_bool(line.json, "open", !cases[i].open), cases[i].open);
        assert_int_equal(json_number(soa.json, "lines_open", -1), cases[i].open);
    }
}

/* A statement with an open line is neither submitted nor approved; one that says otherwise than what was approved is a
 * draft again, and one whose controls move on stays approved. */
static void what_was_approved_is_what_stands(void **state)
{
    struct served *served = SERVED(state);
    const struct caller *admin = &served->admin;
    struct caller board = served_user(served, "bea", TOP_MANAGEMENT, GROUP, "write");
    one_statement(served);
    static const struct asking submit = {"POST", "/soa/1/transitions/submit", "{}", "If-Match: *\r\n"},
                               approve = {"POST", "/soa/1/transitions/approve", "{}", "If-Match: *\r\n"};
    struct answer answer = served_ask(served, admin, submit);
    expect_status(answer, 409);
    changes(served, "/soa_line/1", "{'good_practice': true}");
    served_move(served, admin, "soa", 1, "submit", "{}");
    changes(served, "/soa_line/1", "{'good_practice': false}");
    answer = served_ask(served, &board, approve);
    expect_status(answer, 409);
    static const char *const said[] = {"{'good_practice': true}", "{'justification': 'So'}", "{'reasons': ['OBL-1']}",
                                       "{'applicable': false}"};
    served_make(served, admin, "obligation", "{'title': 'NIS2', 'unit': 2}");
    changes(served, "/soa_line/1", "{'good_practice': true}");
    for (size_t i = 0; i < COUNT(said); i++) {
        changes(served, "/soa_line/1", said[i]);
        served_move(served, admin, "soa", 1, "submit", "{}");
        served_move(served, &board, "soa", 1, "approve", "{}");
        served_make(served, admin, "control", "{'title': 'C', 'unit': 2, 'requirements': [1]}");
        changes(served, "/soa_line/1", "{'tags': ['x']}");
        struct answer soa = GET(served, admin, "/soa/1");
        assert_true(str_is(json_str(soa.json, "status", S("")), "approved"));
        assert_int_equal(json_number(soa.json, "edition", 0), i + 1);
        changes(served, "/soa_line/1", said[(i + 1) % COUNT(said)]);
        soa = GET(served, admin, "/soa/1");
        if (i + 1 < COUNT(said)) assert_true(str_is(json_str(soa.json, "status", S("")), "draft"));
    }
}

#define SQLITE(test) cmocka_unit_test_setup_teardown(test, served_sqlite, served_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        SQLITE(controls_above_and_below_count), SQLITE(what_moves_counts_where_it_lies),  SQLITE(controls_combine),
        SQLITE(a_line_gives_its_reason),        SQLITE(what_was_approved_is_what_stands),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
