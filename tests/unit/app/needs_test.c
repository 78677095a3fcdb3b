/* Protection needs flow along "depends on": each asset needs at least what leans on it needs, round circles too, and no
 * more once that is gone. Beside it, the small rules of assets, units and persons. */
#include "world.h"

enum { ASSETS = 5 };

static const char *print(struct world *world, const char *format, ...) PRINTF_LIKE(2, 3);
static const char *print(struct world *world, const char *format, ...)
{
    va_list arguments;
    char *at = arena_alloc(world->ctx->arena, 400);
    va_start(arguments, format);
    vsnprintf(at, 400, format, arguments);
    va_end(arguments);
    return at;
}

/* "-" for none: what assets 1, 2, ... need in confidentiality. */
static void expect_needs(struct world *world, const char *wanted, const char *why)
{
    char got[ASSETS + 1] = "";
    for (int i = 0; i < ASSETS; i++) {
        struct record *asset;
        assert_ok(world, record_load(world->ctx, house_register(world->ctx->house, S("asset")), i + 1, &asset));
        int64_t need = record_number_of(asset, "need_confidentiality");
        got[i] = need ? (char)('0' + need) : '-';
    }
    if (strcmp(got, wanted) != 0) print_error("%s: %s, not %s\n", why, got, wanted);
    assert_string_equal(got, wanted);
}

static void needs_flow_down_and_fall_back(void **state)
{
    static const struct {
        int asset;
        const char *change, *needs;
    } steps[] = {
        {1, "{'confidentiality': 4}", "4----"},
        {1, "{'depends_on': [2]}", "44---"},
        {2, "{'depends_on': [3, 4]}", "4444-"},
        {3, "{'depends_on': [5]}", "44444"},
        {4, "{'depends_on': [5], 'confidentiality': 5}", "44455"},
        {4, "{'confidentiality': 2}", "44444"},
        {1, "{'confidentiality': 3}", "33333"},
        {5, "{'confidentiality': 1}", "33333"},
        {1, "{'depends_on': []}", "3--22"},
        {5, "{'depends_on': [2]}", "32222"}, /* 2 leans on 4, 4 on 5, 5 on 2 */
        {2, "{'confidentiality': 5}", "35555"},
        {2, "{'confidentiality': null}", "32222"},
        {5, "{'depends_on': []}", "3--22"},
        {4, "{'depends_on': []}", "3--21"},
        {4, "{'integrity': 5, 'availability': 3}", "3--21"},
    };
    struct world *world = *state;
    for (int i = 1; i <= ASSETS; i++) world_make(world, "asset", print(world, "{'title': 'Asset %d', 'unit': 1}", i));
    for (size_t i = 0; i < COUNT(steps); i++) {
        world_change(world, "asset", steps[i].asset, steps[i].change);
        expect_needs(world, steps[i].needs, print(world, "asset %d %s", steps[i].asset, steps[i].change));
    }
}

/* Thirty in a row, made from the end: more than are looked at at once. */
static void needs_flow_far(void **state)
{
    enum { ROW = 30 };
    struct world *world = *state;
    struct record *last;
    world_make(world, "asset", "{'title': 'Asset', 'unit': 1}");
    for (int i = 2; i <= ROW; i++)
        world_make(world, "asset", print(world, "{'title': 'Asset', 'unit': 1, 'depends_on': [%d]}", i - 1));
    for (int rating = 5; rating > 2; rating--) {
        world_change(world, "asset", ROW, print(world, "{'confidentiality': %d}", rating));
        assert_ok(world, record_load(world->ctx, house_register(world->ctx->house, S("asset")), 1, &last));
        assert_int_equal(record_number_of(last, "need_confidentiality"), rating);
    }
}

static void what_is_deleted_needs_nothing(void **state)
{
    struct world *world = *state;
    for (int i = 1; i <= ASSETS; i++) world_make(world, "asset", print(world, "{'title': 'Asset %d', 'unit': 1}", i));
    world_change(world, "asset", 1, "{'confidentiality': 4, 'depends_on': [2]}");
    world_change(world, "asset", 2, "{'depends_on': [3]}");
    expect_needs(world, "444--", "at first");
    world_delete(world, "asset", 1);
    expect_needs(world, "4----", "without the first");
}

/* ---- small rules ---- */

static void rules_hold(void **state)
{
    static const struct {
        const char *reg;
        int64_t id;
        const char *json;
        enum result result;
    } cases[] = {
        {"asset", 0, "{'title': 'Crane', 'unit': 1}", OK},
        {"asset", 0, "{'title': 'Motor', 'unit': 1}", OK},
        {"asset", 1, "{'depends_on': [1]}", INVALID},
        {"asset", 1, "{'depends_on': [2, 1]}", INVALID},
        {"asset", 1, "{'depends_on': [2]}", OK},
        {"unit", 0, "{'title': 'Company', 'parent': 1}", OK},
        {"unit", 0, "{'title': 'Site', 'parent': 2}", OK},
        {"unit", 2, "{'parent': 2}", INVALID},
        {"unit", 2, "{'parent': 3}", INVALID},
        {"unit", 1, "{'parent': 3}", INVALID},
        {"unit", 3, "{'parent': 1}", OK},
        {"unit", 2, "{'parent': 3}", OK},
        {"person", 1, "{'email': 'marta@example.org'}", OK},
        {"person", 1, "{'email': 'm@e'}", OK},
        {"person", 1, "{'email': '@example.org'}", INVALID},
        {"person", 1, "{'email': 'marta@'}", INVALID},
        {"person", 1, "{'email': 'marta'}", INVALID},
        {"person", 1, "{'email': null}", OK},
        {"person", 1, "{'email': 'one@example.org'}", OK},
        {"person", 2, "{'email': 'one@example.org'}", INVALID},
        {"person", 2, "{'email': 'two@example.org'}", OK},
        {"person", 2, "{'email': 'two@example.org', 'job': 'Master'}", OK},
        {"classification", 0, "{'title': 'Secret', 'rank': 1}", OK},
        {"classification", 0, "{'title': 'Secret', 'rank': 2}", INVALID},
        {"classification", 0, "{'title': 'Open', 'rank': 10}", OK},
        {"classification", 0, "{'title': 'Other', 'rank': 11}", INVALID},
        {"classification", 0, "{'title': 'Other', 'rank': 0}", INVALID},
    };
    struct world *world = *state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        enum result got = world_try(world, cases[i].reg, cases[i].id, NULL, cases[i].json);
        if (got != cases[i].result)
            print_error("%s %s: %d, %.*s\n", cases[i].reg, cases[i].json, got, PRINT(world->ctx->error.sentence));
        assert_int_equal(got, cases[i].result);
    }
}

/* What a deleted record has is free again. */
static void what_is_deleted_is_not_unique(void **state)
{
    struct world *world = *state;
    world_make(world, "classification", "{'title': 'Secret', 'rank': 1}");
    world_delete(world, "classification", 1);
    world_make(world, "classification", "{'title': 'Secret', 'rank': 1}");
    assert_int_equal(world_try(world, "classification", 0, NULL, "{'title': 'Secret', 'rank': 1}"), INVALID);
}

#define IN_WORLD(test) cmocka_unit_test_setup_teardown(test, world_begin, world_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_WORLD(needs_flow_down_and_fall_back), IN_WORLD(needs_flow_far),
        IN_WORLD(what_is_deleted_needs_nothing), IN_WORLD(rules_hold),
        IN_WORLD(what_is_deleted_is_not_unique),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
