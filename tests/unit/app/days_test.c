/* What a date means, to the day: the day of expiry still holds and the next does not, whatever expires. It is the 21st
 * of November 2026 in this world, until a test moves on. */
#include "world.h"

#include "base/clock.h"
#include "jobs/clerk.h"
#include "store/store.h"

static void a_day_passes(struct world *world)
{
    world->ctx->now += DAY;
    assert_ok(world, clerk_new_day(world->ctx, world->program.store));
}

static void expect_text(struct world *world, const char *reg, const char *field, const char *wanted)
{
    struct str text = world_text(world, reg, 1, field);
    if (!str_is(text, wanted)) print_error("%s 1: %s is %.*s, not %s\n", reg, field, PRINT(text), wanted);
    assert_true(str_is(text, wanted));
}

static void expect_result(struct world *world, enum result got, enum result wanted, const char *what)
{
    if (got != wanted) print_error("%s: %d, %.*s\n", what, got, PRINT(world->ctx->error.sentence));
    assert_int_equal(got, wanted);
}

/* Each is made to end today; `holds` today, `over` tomorrow. */
static void the_day_of_expiry_still_holds(void **state)
{
    static const struct {
        const char *reg, *change, *field, *holds, *over;
    } cases[] = {
        {"evidence", "{'expires_on': '2026-11-21'}", "status", "valid", "expired"},
        {"acceptance", NULL, "status", "accepted", "expired"},
        {"risk", NULL, "status", "monitored", "in_treatment"},
        {"control", NULL, "implementation", "effective", "implemented"},
    };
    struct world *world = *state;
    world->ctx->actor = &world->marta;
    world_move(world, "control", 1, "implement", "{}");
    world_move(world, "control", 1, "record_test", "{'last_test': 'passed', 'last_tested_on': '2026-11-01'}");
    world_change(world, "control", 1, "{'test_interval': 20}");
    world_make(world, "evidence", "{'title': 'Longer', 'unit': 1, 'supports': ['CTL-1'], 'expires_on': '2027-11-21'}");
    world_make(world, "acceptance",
               "{'title': 'Today', 'unit': 1, 'risk': 1, 'reason': 'Short.', 'expires_on': '2026-11-21'}");
    world_move(world, "acceptance", 1, "withdraw", "{}");
    world->ctx->actor = &world->jens;
    world_move(world, "acceptance", 2, "accept", "{}");
    world_change(world, "evidence", 1, cases[0].change);
    for (int tomorrow = 0; tomorrow < 2; tomorrow++) {
        assert_true(str_is(world_text(world, "acceptance", 2, "status"), tomorrow ? "expired" : "accepted"));
        for (size_t i = 0; i < COUNT(cases); i++)
            if (strcmp(cases[i].reg, "acceptance") != 0)
                expect_text(world, cases[i].reg, cases[i].field, tomorrow ? cases[i].over : cases[i].holds);
        a_day_passes(world);
    }
}

/* What was expired and gets a later day is valid again, also on that very day. */
static void a_later_day_makes_evidence_valid_again(void **state)
{
    struct world *world = *state;
    world_change(world, "evidence", 1, "{'expires_on': '2026-11-20'}");
    expect_text(world, "evidence", "status", "expired");
    world_change(world, "evidence", 1, "{'expires_on': '2026-11-21'}");
    expect_text(world, "evidence", "status", "valid");
    world_change(world, "evidence", 1, "{'expires_on': '2026-11-20'}");
    world_change(world, "evidence", 1, "{'expires_on': null}");
    expect_text(world, "evidence", "status", "valid");
}

/* The methodology of this world lets an acceptance run for 365 days. */
static void an_acceptance_ends_within_its_time(void **state)
{
    static const struct {
        const char *day;
        enum result result;
    } cases[] = {{"2026-11-20", INVALID}, {"2026-11-21", OK}, {"2027-11-21", OK}, {"2027-11-22", INVALID}};
    struct world *world = *state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct str json =
            arena_print(world->ctx->arena, "{'title': 'A', 'unit': 1, 'risk': 1, 'reason': 'R.', 'expires_on': '%s'}",
                        cases[i].day);
        expect_result(world, world_try(world, "acceptance", 0, NULL, json.at), cases[i].result, cases[i].day);
    }
    assert_true(str_find(world->ctx->error.fields->detail, S("365 days"), NULL));
}

static void dates_stand_in_order(void **state)
{
    static const struct {
        const char *reg, *step, *json;
        enum result result;
    } cases[] = {
        {"control", "implement", "{}", OK},
        {"control", "record_test", "{'last_test': 'passed', 'last_tested_on': '2026-11-22'}", CONFLICT},
        {"control", "record_test", "{'last_test': 'passed', 'last_tested_on': '2026-11-21'}", OK},
        {"control", "record_test", "{'last_test': null, 'last_tested_on': '2026-11-21'}", INVALID},
        {"evidence", NULL, "{'period_from': '2026-01-02', 'period_to': '2026-01-01'}", INVALID},
        {"evidence", NULL, "{'period_from': '2026-01-02', 'period_to': '2026-01-02'}", OK},
        {"evidence", NULL, "{'period_from': '2026-01-02', 'period_to': null}", OK},
        {"evidence", NULL, "{'period_from': null, 'period_to': '2026-01-02'}", OK},
    };
    struct world *world = *state;
    for (size_t i = 0; i < COUNT(cases); i++)
        expect_result(world, world_try(world, cases[i].reg, 1, cases[i].step, cases[i].json), cases[i].result,
                      cases[i].json);
}

/* The day is derived once; what has ended long ago, or is no longer in force, stays as it is. */
static void a_day_touches_only_what_expires(void **state)
{
    struct world *world = *state;
    world->ctx->actor = &world->marta;
    world_make(world, "evidence", "{'title': 'Wrong', 'unit': 1, 'expires_on': '2026-11-21'}");
    world_move(world, "evidence", 2, "reject", "{'note': 'Not ours'}");
    world_make(world, "acceptance",
               "{'title': 'Asked', 'unit': 1, 'risk': 1, 'reason': 'R.', 'expires_on': '2026-11-21'}");
    a_day_passes(world);
    assert_true(str_is(world_text(world, "evidence", 2, "status"), "rejected"));
    assert_true(str_is(world_text(world, "acceptance", 2, "status"), "requested"));
    assert_true(str_is(world_text(world, "acceptance", 1, "status"), "accepted"));
    assert_true(str_is(world_text(world, "risk", 1, "status"), "monitored"));
}

#define IN_WORLD(test) cmocka_unit_test_setup_teardown(test, world_begin, world_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_WORLD(the_day_of_expiry_still_holds),      IN_WORLD(a_later_day_makes_evidence_valid_again),
        IN_WORLD(an_acceptance_ends_within_its_time), IN_WORLD(dates_stand_in_order),
        IN_WORLD(a_day_touches_only_what_expires),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
