/* What an entry said may be missing: that is no purge, and what follows it did not change every field. */
#include "served.h"

#define test_failed(...) (print_error(__VA_ARGS__), print_error("\n"), _fail(__FILE__, __LINE__))

static enum result script(struct ctx *ctx, void *sql)
{
    return db_script(ctx, sql);
}

static void run(struct served *served, const char *sql)
{
    if (store_write(served->ctx, served->program.store, script, (void *)(uintptr_t)sql) != OK)
        test_failed("%.*s", PRINT(served->ctx->error.sentence));
}

static void two_tasks(struct served *served)
{
    served_make(served, &served->admin, "task", "{'title': 'Ask the yard', 'unit': 2}");
    served_make(served, &served->admin, "task", "{'title': 'Paint the crane', 'unit': 2}");
}

static struct answer describe(struct served *served, const char *text)
{
    return PATCH(served, &served->admin, "/task/1", text_of(served, "{'description': '%s'}", text));
}

static const struct json *nth(const struct answer *answer, size_t n)
{
    const struct json *items = json_get(answer->json, "items"), *one = items ? items->first : NULL;
    while (one && n--) one = one->next;
    return one;
}

static void expect_item(const struct json *item, bool missing, bool before_missing, bool has_changes)
{
    assert_non_null(item);
    assert_int_equal(json_bool(item, "missing", !missing), missing);
    assert_int_equal(json_bool(item, "foreign", !missing), missing);
    assert_false(json_bool(item, "purged", true));
    assert_int_equal(json_bool(item, "before_missing", !before_missing), before_missing);
    assert_int_equal(json_get(item, "changes")->first != NULL, has_changes);
}

/* Somebody takes away what an entry said: nobody has purged that, and the entry after it did not change every field. */
static void what_is_missing_is_not_said_to_be_purged(void **state)
{
    struct served *served = SERVED(state);
    two_tasks(served);
    for (int i = 0; i < 3; i++) {
        struct answer changed = describe(served, text_of(served, "Text %d", i));
        expect_status(changed, 200);
    }
    run(served, "DELETE FROM ledger_state WHERE entry = (SELECT id FROM ledger_entry WHERE subject = 'task' AND "
                "record = 1 AND version = 3)");
    struct answer history = GET(served, &served->admin, "/task/1/history");
    expect_status(history, 200);
    expect_item(nth(&history, 0), false, true, false);
    expect_item(nth(&history, 1), true, false, false);
    expect_item(nth(&history, 2), false, false, true);
    expect_item(nth(&history, 3), false, false, true);
    struct answer page = GET(served, &served->admin, "/ledger");
    assert_true(json_bool(nth(&page, 1), "missing", false));
    assert_false(json_bool(nth(&page, 1), "purged", true));
}

/* What somebody put in between two entries of the program says nothing of what the later one changed. */
static void what_was_put_in_between_is_no_before(void **state)
{
    struct served *served = SERVED(state);
    two_tasks(served);
    run(served, "INSERT INTO ledger_entry (at, actor, action, subject, record, version, state_size, content_hash) "
                "SELECT at, actor, 'update', subject, record, 0, 0, NULL FROM ledger_entry WHERE subject = 'task' AND "
                "record = 1");
    struct answer changed = describe(served, "Soon");
    expect_status(changed, 200);
    struct answer history = GET(served, &served->admin, "/task/1/history");
    const struct json *changes = json_get(nth(&history, 0), "changes");
    assert_true(str_is(json_str(changes->first, "field", S("")), "description"));
    assert_null(changes->first->next);
    assert_true(json_bool(nth(&history, 1), "foreign", false));
}

#define BOTH(test)                                                                                                     \
    cmocka_unit_test_setup_teardown(test, served_sqlite, served_end),                                                  \
        cmocka_unit_test_setup_teardown(test, served_postgres, served_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        BOTH(what_is_missing_is_not_said_to_be_purged),
        BOTH(what_was_put_in_between_is_no_before),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
