/* The clerk's rounds: which failure ends one, and which keeps the other duties from nothing. The database is made to
 * refuse by triggers of the test's own. */
#include "served.h"

#include "access/actor.h"
#include "base/clock.h"
#include "events/events.h"
#include "jobs/clerk.h"
#include "store/store.h"

#include <unistd.h>

static enum result script(struct ctx *ctx, void *sql)
{
    return db_script(ctx, sql);
}

static void run(struct served *served, const char *sql)
{
    must(served, store_write(served->ctx, served->program.store, script, (void *)(uintptr_t)sql));
}

static int64_t number(struct served *served, const char *sql)
{
    int64_t found;
    must(served, db_query_number(served->ctx, str_of(sql), NULL, 0, -1, &found));
    return found;
}

static void a_message_waits(struct served *served)
{
    served_make(served, &served->admin, "task", "{'title': 'Look', 'unit': 2}");
    run(served, text_of(served,
                        "DELETE FROM outbox; INSERT INTO outbox (at, topic, register, record, actor, person) "
                        "VALUES (1, 'assigned', 'task', 1, 1, %lld)",
                        (long long)served->admin.person));
}

/* PostgreSQL: rows put into or taken from `table` are refused with this error. */
static void refuse(struct served *served, const char *table, const char *event, const char *code)
{
    run(served, text_of(served,
                        "CREATE FUNCTION refusing() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION "
                        "'not now' USING ERRCODE = '%s'; END $$; CREATE TRIGGER refusing BEFORE %s ON %s "
                        "FOR EACH ROW EXECUTE FUNCTION refusing()",
                        code, event, table));
}

/* It is nothing that the message could be blamed for: it is told in a later round. */
static void a_message_waits_while_the_database_is_busy_or_away(void **state)
{
    static const struct {
        const char *code;
        enum result result;
    } refusals[] = {{"55P03", BUSY}, {"53100", AWAY}};
    struct served *served = SERVED(state);
    a_message_waits(served);
    for (size_t i = 0; i < COUNT(refusals); i++) {
        refuse(served, "notification", "INSERT", refusals[i].code);
        assert_int_equal(clerk_notify(served->ctx, served->program.store), refusals[i].result);
        ctx_clear_error(served->ctx);
        assert_int_equal(number(served, "SELECT count(*) FROM outbox"), 1);
        run(served, "DROP TRIGGER refusing ON notification; DROP FUNCTION refusing()");
    }
    must(served, clerk_notify(served->ctx, served->program.store));
    assert_int_equal(number(served, "SELECT count(*) FROM outbox"), 0);
    assert_int_equal(number(served, "SELECT count(*) FROM notification"), 1);
}

/* Duties come in order: telling messages is one, the new day the next. */
static void a_duty_that_fails_keeps_the_next_from_nothing(void **state)
{
    enum { PATIENCE = 30 * SECOND, STEP = 20 * 1000 };
    static const char day_done[] = "SELECT count(*) FROM meta WHERE name = '" CLERK_DAY "'";
    struct served *served = SERVED(state);
    struct program *program = &served->program;
    struct jobs_config config = {.house = &program->house,
                                 .store = program->store,
                                 .access = program->access,
                                 .time = program->time,
                                 .threads = 1};
    struct jobs *jobs;
    struct clerk *clerk;
    a_message_waits(served);
    if (served->schema[0])
        refuse(served, "outbox", "DELETE", "P0001");
    else
        run(served, "CREATE TRIGGER refusing BEFORE DELETE ON outbox BEGIN SELECT RAISE(ABORT, 'not now'); END");
    assert_int_equal(clerk_notify(served->ctx, program->store), DENIED);
    ctx_clear_error(served->ctx);
    assert_int_equal(number(served, day_done), 0);
    must(served, jobs_open(served->ctx, &config, &jobs));
    must(served, clerk_open(served->ctx, jobs, &config, &clerk));
    int64_t until = clock_monotonic() + PATIENCE;
    while (!number(served, day_done) && clock_monotonic() < until) usleep(STEP);
    clerk_close(clerk);
    jobs_close(jobs);
    assert_int_equal(number(served, day_done), 1);
    assert_int_equal(number(served, "SELECT count(*) FROM outbox"), 1);
}

/* However many rows somebody puts into the queue: a few are refused in one write, so that changes go on, and what waits
 * behind them has its turn. */
static void planted_jobs_stop_no_change(void **state)
{
    struct served *served = SERVED(state);
    run(served, "INSERT INTO job (kind, status, \"user\", created_at, arguments, read_only, registers, done, total, "
                "detail, cancelled) WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 6000) "
                "SELECT 'import', CASE WHEN i % 2 = 0 THEN 'queued' ELSE 'running' END, 1, 1, '{}', 0, '', 0, 0, '', 0 "
                "FROM n; UPDATE job SET claimed_until = 1 WHERE status = 'running'");
    served->api.patience = 2 * SECOND;
    jobs_wake(served->api.jobs);
    served_make(served, &served->admin, "asset", "{'title': 'Meanwhile'}");
    enum { PATIENCE = 60 * SECOND, STEP = 20 * 1000 };
    int64_t until = clock_monotonic() + PATIENCE, waiting = 1;
    while (waiting && clock_monotonic() < until) {
        usleep(STEP);
        waiting = number(served, "SELECT count(*) FROM job WHERE status IN ('queued', 'running')");
    }
    assert_int_equal(waiting, 0);
    assert_int_equal(number(served, "SELECT count(*) FROM job WHERE status = 'failed' AND detail = "
                                    "'This job was not made by the program.'"),
                     6000);
}

static enum result sweep(struct ctx *ctx, void *arg)
{
    (void)arg;
    return jobs_sweep(ctx);
}

static struct str await_end(struct served *served, int64_t job)
{
    enum { PATIENCE = 60 * SECOND, STEP = 20 * 1000 };
    const struct value key = value_number(job);
    int64_t until = clock_monotonic() + PATIENCE;
    for (int64_t waiting = 1; waiting && clock_monotonic() < until;) {
        must(served, db_query_number(served->ctx, S("SELECT count(*) FROM job WHERE id=?1 AND ended_at IS NULL"), &key,
                                     1, 0, &waiting));
        if (waiting) usleep(STEP);
    }
    struct rows *rows;
    bool found;
    must(served, db_query_one(served->ctx, S("SELECT status FROM job WHERE id=?1"), &key, 1, &rows, &found));
    struct str status = found ? arena_copy(served->ctx->arena, rows_text(rows, 0)) : S("");
    rows_close(rows);
    return status;
}

/* What is refused is not entered as ended: a later job, whose number it bore, would then be refused as well. */
static void a_planted_job_takes_no_number_from_another(void **state)
{
    struct served *served = SERVED(state);
    run(served, "INSERT INTO job (id, kind, status, \"user\", created_at, arguments, read_only, registers, done, "
                "total, detail, cancelled) VALUES (1, 'import', 'queued', 1, 1, '{}', 0, '', 0, 0, '', 0)");
    run(served, "INSERT INTO job_part (job, text) VALUES (1, '[]')");
    jobs_wake(served->api.jobs);
    assert_true(str_is(await_end(served, 1), "failed"));
    must(served, store_write(served->ctx, served->program.store, sweep, NULL));
    assert_int_equal(number(served, "SELECT count(*) FROM job_part"), 0);
    assert_int_equal(number(served, "SELECT count(*) FROM ledger_entry WHERE subject = 'job'"), 0);
    run(served, "DELETE FROM job");
    if (!served->schema[0]) run(served, "DELETE FROM sqlite_sequence WHERE name = 'job'");
    struct answer begun = POST(served, &served->admin, "/task/import?format=csv", "title\nOne\n");
    expect_status(begun, 202);
    assert_int_equal(json_number(begun.json, "job", 0), 1);
    assert_true(str_is(await_end(served, 1), "done"));
}

/* Who has no queue may change it unseen: so it is while these rows are put in. */
static void reopen(struct served *served, struct events **events)
{
    struct program *program = &served->program;
    struct jobs_config jobs = {.house = &program->house,
                               .store = program->store,
                               .access = program->access,
                               .time = program->time,
                               .threads = 1};
    struct events_config kept = {
        .store = program->store, .keyring = program->keyring, .time = program->time, .kept_days = 400};
    must(served, events_open(served->ctx, &kept, events));
    served->ctx->events = *events;
    must(served, jobs_open(served->ctx, &jobs, &served->api.jobs));
}

static void close_again(struct served *served, struct events *events)
{
    jobs_close(served->api.jobs);
    served->api.jobs = NULL;
    served->ctx->events = NULL;
    events_close(events);
}

static enum result submit(struct ctx *ctx, void *arg)
{
    ctx->actor = &actor_system;
    return job_submit(ctx, "strange", S("{}"), NULL, arg);
}

/* Whatever its status says, and whatever else keeps it from being looked at: it is named by verify, refused, and told
 * once. What the program made, and somebody gave such a status, has its turn. */
static void a_planted_job_does_not_stand(void **state)
{
    static const char *const planted[] = {
        "'waiting', NULL, NULL", "'Queued', NULL, NULL",  "'', NULL, NULL",
        "'queued', NULL, NULL",  "'running', NULL, NULL", "'running', NULL, 9007199254740991",
        "'done', NULL, NULL",    "'zzz', 1, NULL",
    };
    struct served *served = SERVED(state);
    struct events *events;
    int64_t own, checked, unkeyed;
    jobs_close(served->api.jobs);
    must(served, store_write(served->ctx, served->program.store, submit, &own));
    run(served, "UPDATE job SET status = 'waiting'");
    must(served, jobs_verify(served->ctx, &checked, &unkeyed));
    assert_int_equal(checked, 1);
    for (size_t i = 0; i < COUNT(planted); i++) {
        run(served, text_of(served,
                            "INSERT INTO job (id, kind, status, ended_at, claimed_until, \"user\", created_at) "
                            "SELECT 100, 'import', %s, 1, 1",
                            planted[i]));
        assert_int_equal(jobs_verify(served->ctx, &checked, &unkeyed), CONFLICT);
        assert_true(str_starts(served->ctx->error.sentence, S("The job 100 has not ended, and is not as")));
        ctx_clear_error(served->ctx);
        run(served, text_of(served, "UPDATE job SET id = %zu WHERE id = 100", 101 + i));
    }
    reopen(served, &events);
    must(served, store_write(served->ctx, served->program.store, sweep, NULL));
    assert_true(str_is(await_end(served, own), "failed"));
    for (size_t i = 0; i < COUNT(planted) - 1; i++) assert_true(str_is(await_end(served, 101 + (int64_t)i), "failed"));
    close_again(served, events);
    must(served, jobs_verify(served->ctx, &checked, &unkeyed));
    assert_int_equal(number(served, "SELECT count(*) FROM job WHERE detail = 'This job was not made by the program.'"),
                     COUNT(planted));
    assert_int_equal(number(served, "SELECT count(*) FROM job WHERE detail LIKE 'This program does not know jobs%'"),
                     1);
    assert_int_equal(number(served, "SELECT count(DISTINCT record) FROM security_event WHERE kind = 'alarm' AND "
                                    "subject = 'job' AND detail = 'a job was changed outside of the program and is "
                                    "refused'"),
                     COUNT(planted));
    assert_int_equal(number(served, "SELECT count(*) FROM security_event WHERE kind = 'alarm'"), COUNT(planted));
}

#define ON_POSTGRES(test) cmocka_unit_test_setup_teardown(test, served_postgres, served_end)
#define BOTH(test) cmocka_unit_test_setup_teardown(test, served_sqlite, served_end), ON_POSTGRES(test)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_POSTGRES(a_message_waits_while_the_database_is_busy_or_away),
        BOTH(planted_jobs_stop_no_change),
        BOTH(a_planted_job_takes_no_number_from_another),
        BOTH(a_planted_job_does_not_stand),
        BOTH(a_duty_that_fails_keeps_the_next_from_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
