/* Whether changes can be kept is found out by trying, but only where there is a doubt. */
#include "fixture.h"

#include "base/clock.h"
#include "store/blob.h"
#include "store/pulse.h"

#include <sqlite3.h>

static enum result fail_badly(struct ctx *ctx, void *arg)
{
    (void)arg;
    return fail(ctx, BROKEN, "The database is damaged.");
}

static enum result make_tables(struct ctx *ctx, void *arg)
{
    (void)arg;
    return tables_apply(ctx, store_tables, store_table_count);
}

/* Asks until the answer is this one, for as long as some beats may take on a slow machine. */
static enum result becomes(struct fixture *f, const struct pulse *pulse, enum result wanted)
{
    enum { PATIENCE = 30 * SECOND, STEP = 20 * 1000 };
    int64_t until = clock_monotonic() + PATIENCE;
    enum result result = pulse_check(&f->ctx, pulse);
    while (result != wanted && clock_monotonic() < until) {
        usleep(STEP);
        ctx_clear_error(&f->ctx);
        result = pulse_check(&f->ctx, pulse);
    }
    return result;
}

static enum result make_another_table(struct ctx *ctx, void *arg)
{
    (void)arg;
    return db_script(ctx, "CREATE TABLE another (n integer)");
}

/* Also while nobody writes: whoever would be the first to write would else be the first to hear of it. */
static void a_file_that_is_moved_away_is_noticed(void **state)
{
    FIXTURE(f);
    struct pulse *pulse;
    expect_ok(&f->ctx, store_write(&f->ctx, f->store, make_tables, NULL));
    expect_ok(&f->ctx, pulse_open(&f->ctx, f->store, &pulse));
    expect_ok(&f->ctx, pulse_check(&f->ctx, pulse));
    const char *path = arena_print(f->ctx.arena, "%s/merlon.db-wal", f->directory).at,
               *aside = arena_print(f->ctx.arena, "%s/aside", f->directory).at;
    assert_int_equal(rename(path, aside), 0);
    assert_true(store_is_suspect(f->store));
    assert_int_equal(becomes(f, pulse, AWAY), AWAY);
    assert_int_equal(rename(aside, path), 0);
    pulse_close(pulse);
}

/* In this database no change can be kept, as the table into which a beat would write is not there: nobody knows until
 * a write has come to nothing, and then it is so until one is kept. */
static void after_a_broken_write_it_is_tried_whether_changes_are_kept(void **state)
{
    FIXTURE(f);
    struct pulse *pulse;
    expect_ok(&f->ctx, store_write(&f->ctx, f->store, make_another_table, NULL)); /* so that a beat need not write */
    expect_ok(&f->ctx, pulse_open(&f->ctx, f->store, &pulse));
    expect_ok(&f->ctx, pulse_check(&f->ctx, pulse));
    assert_int_equal(store_write(&f->ctx, f->store, fail_badly, NULL), BROKEN);
    assert_true(store_is_suspect(f->store));
    assert_int_equal(becomes(f, pulse, AWAY), AWAY);
    expect_ok(&f->ctx, store_write(&f->ctx, f->store, make_tables, NULL));
    assert_false(store_is_suspect(f->store));
    assert_int_equal(becomes(f, pulse, OK), OK);
    pulse_close(pulse);
}

/* Changes are answered 503 then, so it is not ready either; and nobody needs to be sent here for it to come back. */
static void a_lock_that_another_program_holds_is_noticed(void **state)
{
    FIXTURE(f);
    const struct store_config config = {.directory = str_of(f->directory), .lock_wait = 20};
    struct pulse *pulse;
    struct store *impatient;
    sqlite3 *holder;
    struct ctx ctx = {.arena = f->ctx.arena};
    expect_ok(&f->ctx, store_write(&f->ctx, f->store, make_tables, NULL));
    expect_ok(&ctx, store_open(&ctx, &config, &impatient));
    expect_ok(&ctx, pulse_open(&ctx, impatient, &pulse));
    const char *path = arena_print(ctx.arena, "%s/merlon.db", f->directory).at;
    assert_int_equal(sqlite3_open(path, &holder), SQLITE_OK);
    assert_int_equal(sqlite3_exec(holder, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
    expect_ok(&ctx, pulse_check(&ctx, pulse)); /* nobody was refused yet */
    assert_int_equal(store_write(&ctx, impatient, make_another_table, NULL), BUSY);
    assert_int_equal(pulse_check(&ctx, pulse), AWAY);
    assert_int_equal(sqlite3_exec(holder, "COMMIT", NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(becomes(f, pulse, OK), OK);
    sqlite3_close(holder);
    pulse_close(pulse);
    store_close(impatient);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_SQLITE(a_file_that_is_moved_away_is_noticed),
        ON_SQLITE(a_lock_that_another_program_holds_is_noticed),
        ON_BOTH(after_a_broken_write_it_is_tried_whether_changes_are_kept),
    };
    return cmocka_run_group_tests_name("store/pulse", tests, NULL, NULL);
}
