/* What a file may change and what it may not: the rules of an import are those of requests, row by row, and what only a
 * step of the workflow sets passes through a file unchanged. */
#include "served.h"

#include <sched.h>

static struct answer import(struct served *served, const struct caller *caller, const char *path, const char *csv)
{
    struct answer job = POST(served, caller, path, csv);
    expect_status(job, 202);
    const char *at = text_of(served, "/%.*s", PRINT(answer_header(&job, "Location")));
    do {
        sched_yield();
        job = GET(served, caller, at);
    } while (str_is(json_str(job.json, "status", S("")), "running") ||
             str_is(json_str(job.json, "status", S("")), "queued"));
    return job;
}

static const char *fate_of(struct served *served, const struct answer *job)
{
    const struct json *fate = json_get(json_get(job->json, "result"), "fates")->first;
    return arena_cstr(served->ctx->arena, json_str(fate, "fate", S("")));
}

/* One row; what comes of it, and a word of why. */
static void a_row_has_its_fate(void **state)
{
    static const struct {
        const char *reg, *csv, *fate, *why;
    } cases[] = {
        {"control", "title,unit,last_test,last_tested_on\nFence,UNT-2,passed,2026-01-01\n", "created", ""},
        {"control", "reference,title,last_test,last_tested_on\nCTL-1,Gate,passed,2026-01-01\n", "changed", ""},
        {"control", "reference,title,last_test\nCTL-1,Gate,failed\n", "unchanged", ""},
        {"control", "id,title\n1,Wall\n", "changed", ""},
        {"control", "reference,title\nRSK-1,Gate\n", "refused", "no reference of this register"},
        {"control", "reference,title\nCTL-77,Gate\n", "refused", "There is no control CTL-77"},
        {"control", "reference,title\nCTL-1,\n", "refused", "title is needed"},
        {"control", "title,unit\nFence,UNT-77\n", "refused", "that you may link to here"},
        {"control", "title,test_interval\nFence,\n", "created", ""},
        {"control", "title,test_interval\nFence,0\n", "refused", "test_interval"},
        {"framework", "title,key\nAnnex,annex\n", "created", ""},
        {"framework", "reference,title,key\nFRM-1,Annex A,other\n", "changed", ""},
        {"asset", "title,unit\nCrane,UNT-2\n", "created", ""},
        {"asset", "title,unit\nCrane,UNT-2,for ships\n", "refused",
         "has 3 cells, but the first row names only 2 columns"},
        {"asset", "title,unit,\nCrane,UNT-2,for a, b and c,,\n", "refused",
         "has 4 cells, but the first row names only 2"},
        {"asset", "title;unit\nCrane;UNT-2;for ships\n", "refused", "has 3 cells, but the first row names only 2"},
        {"asset", "title,,unit\nCrane,for ships,UNT-2\n", "refused", "something in column 2, which the first row"},
        {"asset", "title,unit,\nCrane,UNT-2, ,,\n", "created", ""},
        {"asset", "reference,title,depends_on\nAST-1,Crane,AST-1\n", "refused", "itself"},
    };
    struct served *served = SERVED(state);
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct answer job =
            import(served, &served->admin, text_of(served, "/%s/import?format=csv", cases[i].reg), cases[i].csv);
        const char *fate = fate_of(served, &job);
        bool told = !cases[i].why[0] || str_find(job.body, str_of(cases[i].why), NULL);
        if (strcmp(fate, cases[i].fate) != 0 || !told) print_error("%s%.*s\n", cases[i].csv, PRINT(job.body));
        assert_string_equal(fate, cases[i].fate);
        assert_true(told);
    }
    struct answer control = GET(served, &served->admin, "/control/1"),
                  framework = GET(served, &served->admin, "/framework/1");
    assert_true(str_is(json_str(control.json, "title", S("")), "Wall"));
    assert_true(str_is(json_str(control.json, "last_test", S("")), ""));
    assert_true(str_is(json_str(framework.json, "key", S("")), "annex"));
    assert_true(str_is(json_str(framework.json, "title", S("")), "Annex A"));
}

/* A file whose columns cannot be understood changes nothing at all. */
static void a_file_is_understood_or_refused(void **state)
{
    static const struct {
        const char *csv, *why;
    } cases[] = {
        {"\n", "empty"},
        {"title,colour\nFence,red\n", "is no field of the register"},
        {"title,title\nFence,Gate\n", "Two columns are for the field title"},
        {"title,Title\nFence,Gate\n", "Two columns are for the field title"},
        {"reference,title,id\nAST-1,Gate,2\n", "columns 1 and 3 both say which record"},
        {"reference,reference\nAST-1,AST-2\n", "columns 1 and 2 both say which record"},
        {"title,custom.none\nFence,x\n", "is no field of the register"},
    };
    struct served *served = SERVED(state);
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct answer job = import(served, &served->admin, "/control/import?format=csv", cases[i].csv);
        if (!str_find(job.body, str_of(cases[i].why), NULL)) print_error("%s%.*s\n", cases[i].csv, PRINT(job.body));
        assert_true(str_find(job.body, str_of(cases[i].why), NULL));
        assert_false(str_is(json_str(job.json, "status", S("")), "done"));
    }
    struct answer none = GET(served, &served->admin, "/control");
    assert_int_equal(items_count(&none), 0);
}

static void a_dry_run_changes_nothing(void **state)
{
    struct served *served = SERVED(state);
    struct answer job =
        import(served, &served->admin, "/control/import?format=csv&dry_run=1", "title,unit\nFence,UNT-2\n");
    assert_string_equal(fate_of(served, &job), "created");
    struct answer none = GET(served, &served->admin, "/control");
    assert_int_equal(items_count(&none), 0);
}

/* The rights are those of whoever imports, row by row. */
static void nobody_imports_what_he_could_not_write(void **state)
{
    struct served *served = SERVED(state);
    struct caller nora = served_user(served, "nora", SECURITY_MANAGER, NORTH, "write"),
                  rita = served_user(served, "rita", READER, GROUP, "write");
    served_make(served, &served->admin, "control", "{'title': 'Theirs', 'unit': 3}");
    struct answer refused = POST(served, &rita, "/control/import?format=csv", "title\nFence\n");
    expect_status(refused, 403);
    struct answer job = import(served, &nora, "/control/import?format=csv", "reference,title\nCTL-1,Mine now\n,Ours\n");
    const struct json *result = json_get(job.json, "result");
    assert_int_equal(json_number(result, "created", 0), 1);
    assert_int_equal(json_number(result, "refused", 0), 1);
    struct answer theirs = GET(served, &served->admin, "/control/1"), ours = GET(served, &served->admin, "/control/2");
    assert_true(str_is(json_str(theirs.json, "title", S("")), "Theirs"));
    assert_int_equal(json_number(ours.json, "unit", 0), NORTH);
}

static struct str detail_of(const struct answer *job)
{
    return json_str(json_get(json_get(job->json, "result"), "fates")->first, "detail", S(""));
}

/* What a file says of a link that does not change is held against names only of records that one may see: whether the
 * guess was right would else be told. */
static void nobody_guesses_a_title_by_importing(void **state)
{
    struct served *served = SERVED(state);
    struct caller nora = served_user(served, "nora", SECURITY_MANAGER, NORTH, "write"),
                  board = served_user(served, "bea", TOP_MANAGEMENT, GROUP, "write");
    served_make(served, &served->admin, "methodology", "{'title': 'Method'}");
    served_move(served, &board, "methodology", 1, "approve", "{}");
    served_make(served, &served->admin, "risk_assessment", "{'title': 'Round', 'methodology': 1}");
    served_make(served, &served->admin, "risk",
                "{'title': 'Theft', 'assessment': 1, 'unit': 3, 'current_likelihood': 1,"
                "'current_consequences': {'legal': 1}}");
    served_make(served, &served->admin, "treatment_action",
                "{'title': 'Lock', 'unit': 2, 'risk': 1, 'due_on': '2026-12-01'}");
    const char *csv = "reference,title,risk\nTRT-1,Lock,Theft\n";
    struct answer theirs = import(served, &nora, "/treatment_action/import?format=csv", csv),
                  ours = import(served, &served->admin, "/treatment_action/import?format=csv", csv);
    assert_true(str_starts(detail_of(&theirs), S("risk is not imported: the file says \"Theft\"")));
    assert_true(str_is(detail_of(&ours), ""));
}

/* A file of before is not told of what it changed itself. */
static void a_file_that_comes_back_is_told_nothing(void **state)
{
    struct served *served = SERVED(state);
    served_make(served, &served->admin, "control", "{'title': 'Fence', 'unit': 2}");
    struct answer job =
        import(served, &served->admin, "/control/import?format=csv", "reference,title,version\nCTL-1,Gate,1\n");
    assert_string_equal(fate_of(served, &job), "changed");
    assert_true(str_is(detail_of(&job), ""));
    job = import(served, &served->admin, "/control/import?format=csv", "reference,title,version\nCTL-1,Wall,7\n");
    assert_true(str_is(detail_of(&job),
                       "version is not imported: the file says \"7\", the record has \"2\"; the program sets it."));
    job = import(served, &served->admin, "/control/import?format=csv", "title,unit,version\nHedge,UNT-2,7\n");
    assert_true(str_is(detail_of(&job),
                       "version is not imported: the file says \"7\", the record has \"1\"; the program sets it."));
}

#define SQLITE(test) cmocka_unit_test_setup_teardown(test, served_sqlite, served_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        SQLITE(a_row_has_its_fate),
        SQLITE(a_file_is_understood_or_refused),
        SQLITE(a_dry_run_changes_nothing),
        SQLITE(nobody_imports_what_he_could_not_write),
        SQLITE(nobody_guesses_a_title_by_importing),
        SQLITE(a_file_that_comes_back_is_told_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
