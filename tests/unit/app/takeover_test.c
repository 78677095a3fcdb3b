/* A job that somebody else takes over while it runs: who had it keeps nothing more, and it goes on behind what was
 * kept, each row once. */
#include "served.h"
#include "store/store.h"

#include <sched.h>

enum { ROWS = 1500 };

static int64_t number(struct served *served, const char *sql)
{
    int64_t found;
    assert_int_equal(db_query_number(served->ctx, str_of(sql), NULL, 0, -1, &found), OK);
    return found;
}

static enum result take_over(struct ctx *ctx, void *arg)
{
    return db_run(ctx, S("UPDATE job SET claim=claim+1, claimed_until=0 WHERE status='running' AND position>0"), NULL,
                  0, arg);
}

static int64_t begin_import(struct served *served)
{
    struct buf file = buf_in(served->ctx->arena);
    buf_text(&file, "title\n");
    for (int i = 0; i < ROWS; i++) buf_print(&file, "taken over %d\n", i);
    struct answer begun =
        POST(served, &served->admin, "/task/import?format=csv", arena_cstr(served->ctx->arena, buf_str(&file)));
    expect_status(begun, 202);
    return json_number(begun.json, "job", 0);
}

static void each_row_is_taken_once(void **state)
{
    struct served *served = SERVED(state);
    int64_t job = begin_import(served), taken = 0;
    while (!taken) assert_int_equal(store_write(served->ctx, served->program.store, take_over, &taken), OK);
    const char *path = text_of(served, "/jobs/%lld", (long long)job);
    struct answer answer = GET(served, &served->admin, path);
    while (!str_is(json_str(answer.json, "status", S("")), "done")) {
        expect_status(answer, 200);
        assert_false(str_is(json_str(answer.json, "status", S("")), "failed"));
        sched_yield();
        answer = GET(served, &served->admin, path);
    }
    const struct json *result = json_get(answer.json, "result");
    assert_int_equal(number(served, "SELECT claim FROM job"), 3);
    assert_int_equal(number(served, "SELECT count(*) FROM task"), ROWS);
    assert_int_equal(number(served, "SELECT count(DISTINCT title) FROM task"), ROWS);
    assert_int_equal(json_number(result, "created", 0), ROWS);
    assert_int_equal(json_get(result, "fates")->count, ROWS);
    assert_int_equal(number(served, "SELECT count(*) FROM job_part"), 0);
}

static enum result spoil_result(struct ctx *ctx, void *arg)
{
    return db_run(ctx, S("UPDATE job SET result='{\"rows\":1},\"planted\":[1'"), NULL, 0, arg);
}

/* What somebody else wrote there breaks nothing of the answer that it stands in. */
static void a_result_that_is_no_json_is_none(void **state)
{
    struct served *served = SERVED(state);
    struct answer begun = POST(served, &served->admin, "/task/import?format=csv", "title\nOne\n");
    const char *path = text_of(served, "/jobs/%lld", (long long)json_number(begun.json, "job", 0));
    struct answer answer = GET(served, &served->admin, path);
    for (; !str_is(json_str(answer.json, "status", S("")), "done"); answer = GET(served, &served->admin, path))
        sched_yield();
    int64_t changed;
    assert_int_equal(store_write(served->ctx, served->program.store, spoil_result, &changed), OK);
    answer = GET(served, &served->admin, path);
    expect_status(answer, 200);
    assert_int_equal(json_get(answer.json, "result")->kind, JSON_NULL);
    assert_null(json_get(answer.json, "planted"));
}

static enum result begun_often(struct ctx *ctx, void *arg)
{
    return db_run(ctx,
                  arena_print(ctx->arena,
                              "UPDATE job SET claim=%d, claimed_until=0 WHERE status='running' AND position>0 "
                              "AND claim=1",
                              *(const int *)arg),
                  NULL, 0, &(int64_t){0});
}

/* One that ends its program each time is tried JOB_TRIES times, and not once more. */
static void a_job_is_not_tried_for_ever(void **state)
{
    struct served *served = SERVED(state);
    static int last = JOB_TRIES - 1, once_more = JOB_TRIES;
    static const struct {
        int *claims;
        const char *status;
    } cases[] = {{&last, "done"}, {&once_more, "failed"}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        int64_t job = begin_import(served);
        const char *claim = text_of(served, "SELECT claim FROM job WHERE id = %lld", (long long)job),
                   *path = text_of(served, "/jobs/%lld", (long long)job);
        while (number(served, claim) < *cases[i].claims)
            assert_int_equal(store_write(served->ctx, served->program.store, begun_often, cases[i].claims), OK);
        struct answer answer = GET(served, &served->admin, path);
        for (; str_is(json_str(answer.json, "status", S("")), "running"); answer = GET(served, &served->admin, path))
            sched_yield();
        assert_true(str_is(json_str(answer.json, "status", S("")), cases[i].status));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(each_row_is_taken_once, served_sqlite, served_end),
        cmocka_unit_test_setup_teardown(each_row_is_taken_once, served_postgres, served_end),
        cmocka_unit_test_setup_teardown(a_result_that_is_no_json_is_none, served_sqlite, served_end),
        cmocka_unit_test_setup_teardown(a_result_that_is_no_json_is_none, served_postgres, served_end),
        cmocka_unit_test_setup_teardown(a_job_is_not_tried_for_ever, served_sqlite, served_end),
        cmocka_unit_test_setup_teardown(a_job_is_not_tried_for_ever, served_postgres, served_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
