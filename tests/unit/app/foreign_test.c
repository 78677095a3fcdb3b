/* What others wrote into the ledger hides nothing of what the program wrote: it is shown as foreign, and each of it is
 * told once a day. */
#include "served.h"

#define test_failed(...) (print_error(__VA_ARGS__), print_error("\n"), _fail(__FILE__, __LINE__))

#include "events/events.h"
#include "ledger/signer.h"

#include <stdio.h>
#include <unistd.h>

static enum result script(struct ctx *ctx, void *sql)
{
    return db_script(ctx, sql);
}

static void run(struct served *served, const char *sql)
{
    if (store_write(served->ctx, served->program.store, script, (void *)(uintptr_t)sql) != OK)
        test_failed("%.*s", PRINT(served->ctx->error.sentence));
}

static int64_t number(struct served *served, const char *sql)
{
    int64_t found;
    must(served, db_query_number(served->ctx, str_of(sql), NULL, 0, -1, &found));
    return found;
}

static struct answer describe(struct served *served, const char *text)
{
    return PATCH(served, &served->admin, "/task/1", text_of(served, "{'description': '%s'}", text));
}

static void a_task(struct served *served)
{
    served_make(served, &served->admin, "task", "{'title': 'Ask the yard', 'unit': 2}");
    struct answer changed = describe(served, "Soon");
    expect_status(changed, 200);
}

/* Entry `id`, with a state of its own, as a copy of the newest one about the task. */
static void plant(struct served *served, int64_t id, const char *state)
{
    const char *copied = "WHERE subject = 'task' AND record = 1 AND version = 2";
    run(served, text_of(served,
                        "INSERT INTO ledger_entry SELECT %lld, at, actor, action, subject, record, %lld, state_size, "
                        "content_hash FROM ledger_entry %s",
                        (long long)id, (long long)id, copied));
    run(served, text_of(served,
                        "INSERT INTO ledger_state SELECT %lld, salt, 'Planted', '%s' FROM ledger_state WHERE entry = "
                        "(SELECT id FROM ledger_entry %s)",
                        (long long)id, state, copied));
}

static const struct json *nth(const struct answer *answer, size_t n)
{
    const struct json *items = json_get(answer->json, "items"), *one = items ? items->first : NULL;
    while (one && n--) one = one->next;
    return one;
}

static void expect_item(const struct answer *answer, size_t n, bool foreign, bool has_changes)
{
    const struct json *item = nth(answer, n);
    assert_non_null(item);
    assert_int_equal(json_bool(item, "foreign", !foreign), foreign);
    assert_int_equal(json_get(item, "changes")->first != NULL, has_changes);
    if (foreign && !has_changes) assert_true(str_is(json_str(item, "comment", S("none")), ""));
}

/* ---- what is no state ---- */

static void what_is_no_state_hides_no_history(void **state)
{
    static const char *const planted[] = {"garbage", "[1, 2]", "7"};
    struct served *served = SERVED(state);
    a_task(served);
    for (size_t i = 0; i < COUNT(planted); i++) plant(served, 900 + (int64_t)i, planted[i]);
    struct answer history = GET(served, &served->admin, "/task/1/history");
    expect_status(history, 200);
    for (size_t i = 0; i < COUNT(planted); i++) expect_item(&history, i, true, false);
    expect_item(&history, COUNT(planted), false, true);
    expect_item(&history, COUNT(planted) + 1, false, true);
    struct answer page = GET(served, &served->admin, "/ledger");
    expect_status(page, 200);
    assert_true(str_is(json_str(nth(&page, 0), "comment", S("none")), ""));
    struct answer proof = GET(served, &served->admin, "/ledger/proof/900?content=1");
    expect_status(proof, 409);
    assert_true(str_is(json_str(proof.json, "code", S("")), "not_genuine"));
}

/* The same of an entry of the program's own; of its content there is no proof then, of the entry itself there is. */
static void an_altered_state_hides_no_history(void **state)
{
    struct served *served = SERVED(state);
    a_task(served);
    must(served, store_reader(served->ctx, served->program.store, &served->ctx->db));
    must(served, ledger_signer_seal(served->ctx, served->program.signer));
    long long entry =
        (long long)number(served, "SELECT id FROM ledger_entry WHERE subject = 'task' AND record = 1 AND version = 2");
    run(served, text_of(served, "UPDATE ledger_state SET state = 'garbage' WHERE entry = %lld", entry));
    struct answer history = GET(served, &served->admin, "/task/1/history");
    expect_status(history, 200);
    expect_item(&history, 0, true, false);
    expect_item(&history, 1, false, true);
    struct answer proof = GET(served, &served->admin, text_of(served, "/ledger/proof/%lld?content=1", entry));
    expect_status(proof, 409);
    assert_true(str_is(json_str(proof.json, "code", S("")), "content_altered"));
    struct answer bare = GET(served, &served->admin, text_of(served, "/ledger/proof/%lld", entry));
    expect_status(bare, 200);
    run(served, text_of(served, "DELETE FROM ledger_state WHERE entry = %lld", entry));
    struct answer without = GET(served, &served->admin, text_of(served, "/ledger/proof/%lld?content=1", entry));
    expect_status(without, 409);
    assert_true(str_is(json_str(without.json, "code", S("")), "content_missing"));
}

/* ---- what was before ---- */

static void expect_before_missing(const struct answer *history, size_t n, bool missing)
{
    assert_int_equal(json_bool(nth(history, n), "before_missing", !missing), missing);
}

static void two_missing_in_a_row_are_both_said(void **state)
{
    struct served *served = SERVED(state);
    a_task(served);
    struct answer changed = describe(served, "Later");
    expect_status(changed, 200);
    run(served, "DELETE FROM ledger_state WHERE entry IN (SELECT id FROM ledger_entry WHERE subject = 'task' AND "
                "record = 1 AND version < 3)");
    struct answer history = GET(served, &served->admin, "/task/1/history");
    expect_before_missing(&history, 0, true);
    expect_before_missing(&history, 1, true);
    expect_before_missing(&history, 2, false);
}

/* Who may not read where the record lay is told neither what was said there and why, nor what is missing before it. */
static void what_is_withheld_claims_nothing(void **state)
{
    struct served *served = SERVED(state);
    struct caller south = served_user(served, "sue", SECURITY_MANAGER, SOUTH, "read,write");
    a_task(served);
    struct answer moved = PATCH(served, &served->admin, "/task/1", "{'unit': 3}");
    expect_status(moved, 200);
    run(served, "DELETE FROM ledger_state WHERE entry IN (SELECT id FROM ledger_entry WHERE subject = 'task' AND "
                "record = 1 AND version = 1)");
    struct answer all = GET(served, &served->admin, "/task/1/history");
    expect_before_missing(&all, 1, true);
    struct answer history = GET(served, &south, "/task/1/history");
    expect_status(history, 200);
    expect_before_missing(&history, 1, false);
    assert_null(json_get(nth(&history, 1), "changes")->first);
}

/* ---- saves ---- */

static void a_save_of_what_was_planted_is_refused(void **state)
{
    struct served *served = SERVED(state);
    a_task(served);
    struct answer same = describe(served, "Soon");
    expect_status(same, 200);
    run(served, "UPDATE task SET description = 'Never' WHERE id = 1");
    struct answer refused = describe(served, "Never");
    expect_status(refused, 409);
    assert_true(str_find(refused.body, S("its field \\\"description\\\" was changed outside of the program"), NULL));
}

/* ---- alarms ---- */

static size_t count_in(struct str text, const char *part)
{
    size_t count = 0, at;
    for (; str_find(text, str_of(part), &at); count++) text = str_slice(text, at + strlen(part), text.len);
    return count;
}

/* How many alarms this page makes, and how many of them are about several. */
static void expect_alarms(struct served *served, const char *path, size_t alarms, size_t of_several)
{
    char name[64], text[16384];
    snprintf(name, sizeof name, "%s/told.jsonl", served->directory);
    const struct events_config config = {.file = str_of(name), .kept_days = EVENTS_KEPT_LEAST};
    struct events *events;
    must(served, events_open(served->ctx, &config, &events));
    served->api.events = events;
    struct answer page = GET(served, &served->admin, path);
    served->api.events = NULL;
    events_close(events);
    expect_status(page, 200);
    FILE *file = fopen(name, "re");
    size_t len = file ? fread(text, 1, sizeof text, file) : 0;
    if (file) fclose(file);
    unlink(name);
    const struct str told = {text, len};
    assert_int_equal(count_in(told, "of the ledger says was changed or removed"), alarms);
    assert_int_equal(count_in(told, "more entries of the ledger were changed"), of_several);
}

/* Numbers that no other test here has told today. */
static int64_t fresh(void)
{
    static int64_t next = 1000;
    return next += 10;
}

static void each_foreign_entry_is_told_once_a_day(void **state)
{
    static const char *const paths[] = {"/ledger", "/task/1/history"};
    struct served *served = SERVED(state);
    a_task(served);
    for (size_t i = 0; i < COUNT(paths); i++) {
        int64_t id = fresh();
        expect_alarms(served, paths[i], 0, 0);
        plant(served, id + 5, "{}"), expect_alarms(served, paths[i], 1, 0);
        plant(served, id + 1, "{}"), plant(served, id + 2, "{}"); /* behind one that was told */
        expect_alarms(served, paths[i], 2, 0);
        expect_alarms(served, paths[i], 0, 0);
    }
    atomic_store(&served->given.ahead, 12 * (int64_t)HOUR); /* past midnight */
    expect_alarms(served, "/task/1/history", 3, 1);
    expect_alarms(served, "/task/1/history", 0, 0);
}

#define BOTH(test)                                                                                                     \
    cmocka_unit_test_setup_teardown(test, served_sqlite, served_end),                                                  \
        cmocka_unit_test_setup_teardown(test, served_postgres, served_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        BOTH(what_is_no_state_hides_no_history),     BOTH(an_altered_state_hides_no_history),
        BOTH(two_missing_in_a_row_are_both_said),    BOTH(what_is_withheld_claims_nothing),
        BOTH(a_save_of_what_was_planted_is_refused), BOTH(each_foreign_entry_is_told_once_a_day),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
