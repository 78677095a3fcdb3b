/* Several writers on PostgreSQL: what one has read, another may change before it writes. The other is played by a
 * connection of the test, which holds a row while the program comes to it; the program is seen to wait by asking
 * PostgreSQL for locks that are not granted, never by the clock. */
#include "served.h"

#include <libpq-fe.h>
#include <pthread.h>
#include <sched.h>

struct asked {
    struct served *served;
    const char *headers, *body;
    struct answer answer;
};

static void *ask_change(void *arg)
{
    struct asked *asked = arg;
    asked->answer = served_ask(asked->served, &asked->served->admin,
                               (struct asking){"PATCH", "/asset/1", asked->body, asked->headers});
    return NULL;
}

static void sql(PGconn *connection, const char *text)
{
    PGresult *result = PQexec(connection, text);
    ExecStatusType status = PQresultStatus(result);
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) print_error("%s", PQerrorMessage(connection));
    assert_true(status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK);
    PQclear(result);
}

static PGconn *another_writer(struct served *served)
{
    char path[80];
    PGconn *connection = PQconnectdb(getenv("MERLON_TEST_DATABASE"));
    assert_int_equal(PQstatus(connection), CONNECTION_OK);
    snprintf(path, sizeof path, "SET search_path = %s", served->schema);
    sql(connection, path);
    return connection;
}

/* Until somebody waits for a row that this connection holds. */
static void wait_for_waiter(PGconn *connection)
{
    char text[160];
    snprintf(text, sizeof text, "SELECT 1 FROM pg_locks WHERE NOT granted AND %d = ANY(pg_blocking_pids(pid))",
             PQbackendPID(connection));
    for (bool waits = false; !waits; sched_yield()) {
        PGresult *result = PQexec(connection, text);
        waits = PQntuples(result) > 0;
        PQclear(result);
    }
}

/* The answer to a change of asset 1 that comes to the row while another changes its title. */
static struct answer change_meanwhile(struct served *served, const char *headers, const char *body)
{
    PGconn *other = another_writer(served);
    struct asked asked = {.served = served, .headers = headers, .body = body};
    pthread_t thread;
    served_make(served, &served->admin, "asset", "{'title': 'Crane', 'unit': 2}");
    sql(other, "BEGIN");
    sql(other, "UPDATE asset SET title = 'Theirs', version = version + 1 WHERE id = 1");
    assert_int_equal(pthread_create(&thread, NULL, ask_change, &asked), 0);
    wait_for_waiter(other);
    sql(other, "COMMIT");
    pthread_join(thread, NULL);
    PQfinish(other);
    return asked.answer;
}

static void a_change_of_what_has_just_changed_is_refused(void **state)
{
    struct served *served = SERVED(state);
    struct answer answer = change_meanwhile(served, "If-Match: \"1\"\r\n", "{'location': 'Quay'}");
    expect_status(answer, 409);
    const struct json *current = json_get(answer.json, "current");
    assert_true(str_is(json_str(current, "title", S("")), "Theirs"));
}

static void a_change_of_any_version_keeps_what_another_wrote(void **state)
{
    struct served *served = SERVED(state);
    struct answer answer = change_meanwhile(served, "If-Match: *\r\n", "{'location': 'Quay'}");
    expect_status(answer, 200);
    assert_true(str_is(json_str(answer.json, "title", S("")), "Theirs"));
    assert_true(str_is(json_str(answer.json, "location", S("")), "Quay"));
    assert_int_equal(json_number(answer.json, "version", 0), 3);
}

/* ---- an import whose batch is run again ---- */

static void an_import_that_collides_loses_no_row(void **state)
{
    struct served *served = SERVED(state);
    PGconn *other = another_writer(served);
    served_make(served, &served->admin, "asset", "{'title': 'Crane', 'unit': 2}");
    sql(other, "BEGIN");
    sql(other, "UPDATE asset SET location = 'Quay', version = version + 1 WHERE id = 1");
    struct answer started = POST(served, &served->admin, "/asset/import?format=csv",
                                 "reference,title,unit\n,One,UNT-2\n,Two,UNT-2\nAST-1,Three,UNT-2\n,Four,UNT-2\n");
    expect_status(started, 202);
    wait_for_waiter(other);
    sql(other, "COMMIT");
    PQfinish(other);
    struct answer job;
    do {
        sched_yield();
        job = GET(served, &served->admin, "/jobs/1");
    } while (str_is(json_str(job.json, "status", S("")), "running"));
    assert_true(str_is(json_str(job.json, "status", S("")), "done"));
    const struct json *result = json_get(job.json, "result");
    assert_int_equal(json_number(result, "rows", 0), 4);
    assert_int_equal(json_number(result, "created", 0), 3);
    assert_int_equal(json_number(result, "changed", 0), 1);
    assert_int_equal(json_get(result, "fates")->count, 4);
    struct answer assets = GET(served, &served->admin, "/asset");
    assert_int_equal(items_count(&assets), 4);
}

#define ON_POSTGRES(test) cmocka_unit_test_setup_teardown(test, served_postgres, served_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_POSTGRES(a_change_of_what_has_just_changed_is_refused),
        ON_POSTGRES(a_change_of_any_version_keeps_what_another_wrote),
        ON_POSTGRES(an_import_that_collides_loses_no_row),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
