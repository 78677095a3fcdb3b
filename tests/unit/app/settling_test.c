/* What is told when the ledger is not sealed: by threads that wait for nothing, to whoever asks whether it is. */
#include "served.h"

#include "app/settling.h"
#include "base/wait.h"
#include "ledger/stop.h"
#include "store/holding.h"

static const char WELL[] = "ok\n",
                  NOT_WELL[] = "ok\nbut the ledger is not sealed, or not what this program wrote; the log says more\n";

/* The server tells of the program's own signer, as `merlon serve` has it. */
static struct served *begin(void **state)
{
    struct served *served = served_of(state);
    served->api.signer = served->program.signer;
    return served;
}

static void expect_ready(struct served *served, const char *wanted)
{
    static const struct caller nobody = {0};
    struct answer answer = GET(served, &nobody, "//readyz");
    expect_status(answer, 200);
    assert_string_equal(arena_cstr(served->ctx->arena, answer.body), wanted);
}

static enum result seal(struct served *served)
{
    ctx_clear_error(served->ctx);
    must(served, store_reader(served->ctx, served->program.store, &served->ctx->db));
    return ledger_signer_seal(served->ctx, served->program.signer);
}

/* Asks until there is an alarm of this kind, for as long as that may take on a slow machine. */
static bool becomes_alarm(struct served *served, const char *part)
{
    char alarm[600] = "";
    int64_t until = clock_monotonic() + 4 * WAITING_LATE;
    pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    pthread_cond_t never;
    wait_init(&never);
    while (!strstr(alarm, part) && clock_monotonic() < until) {
        pthread_mutex_lock(&lock);
        wait_for(&never, &lock, 50);
        pthread_mutex_unlock(&lock);
        ledger_signer_alarm(served->program.signer, alarm, sizeof alarm);
    }
    pthread_cond_destroy(&never);
    return strstr(alarm, part) != NULL;
}

/* The writer is what the sealing waits for, and the search index too. */
static void a_write_that_hangs_is_an_alarm(void **state)
{
    struct served *served = begin(state);
    struct holding holding = {.job = {.run = hold_writer, .done = is_held_no_more}};
    struct settling *settling;
    sem_init(&holding.begun, 0, 0);
    sem_init(&holding.goes_on, 0, 0);
    sem_init(&holding.done, 0, 0);
    served_make(served, &served->admin, "asset", "{'title': 'Before'}");
    assert_int_equal(store_submit(served->program.store, &holding.job), OK);
    while (sem_wait(&holding.begun) != 0) continue;
    must(served, settling_open(served->ctx, served->program.store, served->program.signer, S("here"), &settling));
    bool told = becomes_alarm(served, "no round of sealing comes to its end");
    expect_ready(served, NOT_WELL);
    sem_post(&holding.goes_on);
    while (sem_wait(&holding.done) != 0) continue;
    settling_close(settling);
    assert_true(told);
    must(served, seal(served));
    ledger_signer_watch(served->program.signer, clock_monotonic());
    expect_ready(served, WELL);
}

static enum result cut_heads(struct ctx *ctx, void *arg)
{
    (void)arg;
    return db_script(ctx, "DROP TRIGGER \"ledger_head_no_DELETE\"; "
                          "DELETE FROM ledger_head WHERE size = (SELECT max(size) FROM ledger_head); "
                          "DROP TRIGGER \"ledger_leaf_no_DELETE\"; "
                          "DELETE FROM ledger_leaf WHERE position = (SELECT max(position) FROM ledger_leaf)");
}

static void readiness_tells_of_an_alarm(void **state)
{
    struct served *served = begin(state);
    must(served, seal(served));
    expect_ready(served, WELL);
    must(served, store_write(served->ctx, served->program.store, cut_heads, NULL));
    served_make(served, &served->admin, "asset", "{'title': 'After'}");
    assert_int_equal(seal(served), BROKEN);
    expect_ready(served, NOT_WELL);
}

static enum result stop(struct ctx *ctx, void *arg)
{
    (void)arg;
    return ledger_stop(ctx, S("A witness knows more."));
}

static enum result resume(struct ctx *ctx, void *arg)
{
    (void)arg;
    return ledger_resume(ctx, 1, S("It was asked."), 0);
}

static void readiness_tells_of_a_stop(void **state)
{
    struct served *served = begin(state);
    must(served, seal(served));
    must(served, store_write(served->ctx, served->program.store, stop, NULL));
    assert_int_equal(seal(served), BROKEN);
    expect_ready(served, NOT_WELL);
    must(served, store_write(served->ctx, served->program.store, resume, NULL));
    must(served, seal(served));
    expect_ready(served, WELL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        {"a_write_that_hangs_is_an_alarm (SQLite)", a_write_that_hangs_is_an_alarm, served_sqlite, served_end, NULL},
        {"readiness_tells_of_an_alarm (SQLite)", readiness_tells_of_an_alarm, served_sqlite, served_end, NULL},
        {"readiness_tells_of_a_stop (SQLite)", readiness_tells_of_a_stop, served_sqlite, served_end, NULL},
        {"readiness_tells_of_a_stop (PostgreSQL)", readiness_tells_of_a_stop, served_postgres, served_end, NULL},
    };
    return cmocka_run_group_tests_name("settling", tests, NULL, NULL);
}
