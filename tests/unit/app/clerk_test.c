/* The clerk's regular duties and the queue's ledger: what fails for one record keeps the others from nothing, leaves
 * nothing half done, and what has ended says so. */
#include "world.h"

#include "access/parting.h"
#include "base/clock.h"
#include "jobs/clerk.h"
#include "jobs/inside.h"
#include "jobs/jobs.h"
#include "ledger/ledger.h"
#include "store/blob.h"
#include "store/identity.h"
#include "store/store.h"

static enum result script(struct ctx *ctx, void *sql)
{
    return db_script(ctx, sql);
}

static void run_sql(struct world *world, const char *sql)
{
    assert_ok(world, store_write(world->ctx, world->program.store, script, (void *)(uintptr_t)sql));
}

static int64_t number_of(struct world *world, const char *sql)
{
    int64_t number;
    assert_ok(world, db_query_number(world->ctx, str_of(sql), NULL, 0, -1, &number));
    return number;
}

/* The first was altered by hand, so nothing more is written to it. */
static void one_that_cannot_be_derived_keeps_no_other(void **state)
{
    struct world *world = *state;
    world->ctx->actor = &world->marta;
    world_change(world, "evidence", 1, "{'expires_on': '2026-11-21'}");
    world_make(world, "evidence", "{'title': 'Second', 'unit': 1, 'expires_on': '2026-11-21'}");
    run_sql(world, "UPDATE evidence SET title = 'By hand' WHERE id = 1");
    int64_t entries = number_of(world, "SELECT count(*) FROM ledger_entry");
    world->ctx->now += DAY;
    assert_ok(world, clerk_new_day(world->ctx, world->program.store));
    assert_true(str_is(world_text(world, "evidence", 1, "status"), "valid"));
    assert_true(str_is(world_text(world, "evidence", 2, "status"), "expired"));
    assert_int_equal(number_of(world, "SELECT count(*) FROM ledger_entry WHERE subject = 'evidence' AND record = 2"),
                     2);
    assert_int_equal(number_of(world, "SELECT count(*) FROM ledger_entry WHERE subject = 'evidence' AND record = 1 AND "
                                      "action = 'new_day'"),
                     0);
    assert_true(number_of(world, "SELECT count(*) FROM ledger_entry") > entries);
}

static void a_message_that_cannot_be_told_keeps_no_other(void **state)
{
    struct world *world = *state;
    assert_ok(world, clerk_notify(world->ctx, world->program.store));
    int64_t told = number_of(world, "SELECT count(*) FROM notification");
    run_sql(world, "INSERT INTO outbox (at, topic, register, record, actor, person) VALUES "
                   "(1, 'assigned', 'risk', 1, 1, 999), (1, 'assigned', 'risk', 1, 1, 1)");
    assert_ok(world, clerk_notify(world->ctx, world->program.store));
    assert_int_equal(number_of(world, "SELECT count(*) FROM outbox"), 0);
    assert_int_equal(number_of(world, "SELECT count(*) FROM notification"), told + 1);
    assert_int_equal(number_of(world, "SELECT count(*) FROM notification WHERE owner = 999"), 0);
}

static enum result submit(struct ctx *ctx, void *id)
{
    return job_submit(ctx, "import", S("{}"), NULL, id);
}

struct given_file {
    const struct keyring *keyring;
    struct blob_info info;
    int64_t job;
};

static enum result submit_file(struct ctx *ctx, void *arg)
{
    struct given_file *file = arg;
    TRY(blob_write(ctx, file->keyring, S("Title\nHarbour crane\n"), &file->info));
    return job_submit(ctx, "import", S("{}"), &file->info, &file->job);
}

/* Whoever exchanges the file would have another's rights bring it in. */
static void a_job_is_bound_to_what_its_file_holds(void **state)
{
    struct world *world = *state;
    struct given_file file = {.keyring = world->program.keyring};
    bool right;
    world->ctx->actor = &world->marta;
    assert_ok(world, store_write(world->ctx, world->program.store, submit_file, &file));
    assert_ok(world, sealed_is_right(world->ctx, &sealed_jobs, file.job, &right));
    assert_true(right);
    run_sql(world, "UPDATE blob SET sha256 = (SELECT '-' || substr(b.sha256, 2) FROM blob b WHERE b.id = blob.id)");
    assert_ok(world, sealed_is_right(world->ctx, &sealed_jobs, file.job, &right));
    assert_false(right);
}

struct job_of_a_copy {
    int64_t kept, altered;
    struct keyring *keyring;
};

static enum result part_from_the_original(struct ctx *ctx, void *arg)
{
    struct sealed_parting jobs;
    struct identity before;
    TRY(sealed_part_begin(ctx, &sealed_jobs, &jobs));
    TRY(identity_part(ctx, ((struct job_of_a_copy *)arg)->keyring, &before));
    return sealed_part_end(ctx, &sealed_jobs, &jobs);
}

/* What waited when the backup was made is done in the copy; what had been tampered with is not. */
static void a_job_of_a_backup_goes_on_in_the_copy(void **state)
{
    struct world *world = *state;
    struct job_of_a_copy copy = {.keyring = world->program.keyring};
    bool right;
    world->ctx->actor = &world->marta;
    assert_ok(world, store_write(world->ctx, world->program.store, submit, &copy.kept));
    assert_ok(world, store_write(world->ctx, world->program.store, submit, &copy.altered));
    run_sql(world, "UPDATE job SET \"user\" = 999 WHERE id = (SELECT max(id) FROM job)");
    assert_ok(world, store_write(world->ctx, world->program.store, part_from_the_original, &copy));
    assert_ok(world, sealed_is_right(world->ctx, &sealed_jobs, copy.kept, &right));
    assert_true(right);
    assert_ok(world, sealed_is_right(world->ctx, &sealed_jobs, copy.altered, &right));
    assert_false(right);
}

/* In the moment in which the job is submitted its file is exchanged: then there is no job. */
static void a_job_with_another_file_is_not_sealed(void **state)
{
    struct world *world = *state;
    struct given_file file = {.keyring = world->program.keyring};
    world->ctx->actor = &world->marta;
    run_sql(world, "CREATE TRIGGER planted AFTER INSERT ON job BEGIN UPDATE blob SET sha256 = '-' || substr(sha256, 2) "
                   "WHERE id = NEW.input; END");
    assert_int_equal(store_write(world->ctx, world->program.store, submit_file, &file), CONFLICT);
    ctx_clear_error(world->ctx);
    assert_int_equal(number_of(world, "SELECT count(*) FROM job"), 0);
}

static enum result cancel(struct ctx *ctx, void *id)
{
    return job_cancel(ctx, *(const int64_t *)id);
}

/* Else its row could be put back into the queue, and would run. */
static void a_cancelled_job_is_spent_in_the_ledger(void **state)
{
    struct world *world = *state;
    int64_t id;
    bool right;
    world->ctx->actor = &world->marta;
    assert_ok(world, store_write(world->ctx, world->program.store, submit, &id));
    assert_ok(world, job_is_as_entered(world->ctx, id, 0, &right));
    assert_true(right);
    assert_ok(world, store_write(world->ctx, world->program.store, cancel, &id));
    assert_ok(world, job_is_as_entered(world->ctx, id, 0, &right));
    assert_false(right);
    assert_int_equal(number_of(world, "SELECT count(*) FROM ledger_entry WHERE subject = 'job' AND action = 'end'"), 1);
    assert_int_equal(store_write(world->ctx, world->program.store, cancel, &id), NOT_FOUND);
    assert_int_equal(number_of(world, "SELECT count(*) FROM ledger_entry WHERE subject = 'job'"), 1);
}

/* Nor is it made to skip rows by an entry that somebody else put in. */
static void a_planted_entry_moves_no_job_on(void **state)
{
    struct world *world = *state;
    int64_t id;
    bool right;
    world->ctx->actor = &world->marta;
    assert_ok(world, store_write(world->ctx, world->program.store, submit, &id));
    run_sql(world, "INSERT INTO ledger_entry (at, actor, action, subject, record, version, state_size) SELECT 1, 0, "
                   "'keep', 'job', max(id), 3, 0 FROM job");
    assert_ok(world, job_is_as_entered(world->ctx, id, 3, &right));
    assert_false(right);
    assert_ok(world, job_is_as_entered(world->ctx, id, 0, &right));
    assert_false(right);
}

static enum result keep_ten(struct ctx *ctx, void *id)
{
    int64_t entry;
    const struct ledger_event event = {.action = S(JOB_KEEPS),
                                       .subject = S(JOB_SUBJECT),
                                       .record = *(const int64_t *)id,
                                       .version = 10,
                                       .comment = S(""),
                                       .state = S("")};
    return ledger_append(ctx, &event, &entry);
}

static void a_job_goes_on_where_it_was_left(void **state)
{
    struct world *world = *state;
    int64_t id;
    bool right;
    world->ctx->actor = &world->marta;
    assert_ok(world, store_write(world->ctx, world->program.store, submit, &id));
    assert_ok(world, store_write(world->ctx, world->program.store, keep_ten, &id));
    for (int64_t position = 0; position <= 11; position++) {
        assert_ok(world, job_is_as_entered(world->ctx, id, position, &right));
        assert_int_equal(right, position == 10);
    }
}

static void nobody_cancels_the_job_of_another(void **state)
{
    struct world *world = *state;
    struct actor other = world->marta;
    int64_t id;
    world->ctx->actor = &world->marta;
    assert_ok(world, store_write(world->ctx, world->program.store, submit, &id));
    other.user++;
    for (int running = 0; running < 2; running++) {
        if (running) run_sql(world, "UPDATE job SET status = 'running'");
        world->ctx->actor = &other;
        assert_int_equal(store_write(world->ctx, world->program.store, cancel, &id), NOT_FOUND);
        ctx_clear_error(world->ctx);
        assert_int_equal(number_of(world, "SELECT count(*) FROM job WHERE cancelled = 1 OR status = 'cancelled'"), 0);
    }
}

static enum result sweep(struct ctx *ctx, void *arg)
{
    (void)arg;
    return jobs_sweep(ctx);
}

/* A row of the queue that somebody put in names a file of others; a cancelled job's own goes. */
static void only_a_jobs_own_file_is_swept(void **state)
{
    struct world *world = *state;
    struct given_file file = {.keyring = world->program.keyring};
    world->ctx->actor = &world->marta;
    assert_ok(world, store_write(world->ctx, world->program.store, submit_file, &file));
    run_sql(world,
            "INSERT INTO job (kind, status, \"user\", created_at, ended_at, input) SELECT 'import', 'done', 1, 1, "
            "1, input FROM job");
    assert_ok(world, store_write(world->ctx, world->program.store, sweep, NULL));
    assert_int_equal(number_of(world, "SELECT count(*) FROM blob"), 1);
    assert_ok(world, store_write(world->ctx, world->program.store, cancel, &file.job));
    assert_ok(world, store_write(world->ctx, world->program.store, sweep, NULL));
    assert_int_equal(number_of(world, "SELECT count(*) FROM blob"), 0);
}

#define IN_WORLD(test) cmocka_unit_test_setup_teardown(test, world_begin, world_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_WORLD(one_that_cannot_be_derived_keeps_no_other), IN_WORLD(a_message_that_cannot_be_told_keeps_no_other),
        IN_WORLD(a_job_is_bound_to_what_its_file_holds),     IN_WORLD(a_job_of_a_backup_goes_on_in_the_copy),
        IN_WORLD(a_job_with_another_file_is_not_sealed),     IN_WORLD(a_cancelled_job_is_spent_in_the_ledger),
        IN_WORLD(a_planted_entry_moves_no_job_on),           IN_WORLD(a_job_goes_on_where_it_was_left),
        IN_WORLD(nobody_cancels_the_job_of_another),         IN_WORLD(only_a_jobs_own_file_is_swept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
