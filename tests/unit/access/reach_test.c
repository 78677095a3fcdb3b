/* Which units lie below which, and that a grant at one never reaches its sibling. */
#include "access/fixture.h"

#include "access/reach.h"

static enum result rebuild(struct ctx *ctx, void *arg)
{
    (void)arg;
    return reach_rebuild(ctx);
}

static bool holds(struct fixture *f, int64_t ancestor, int64_t unit)
{
    struct unit_reach *reach;
    expect_ok(&f->ctx, reach_load(&f->ctx, &reach));
    bool yes = reach_holds(reach, ancestor, unit);
    reach_release(reach);
    return yes;
}

static void each_unit_lies_below_those_above_it(void **state)
{
    FIXTURE(f);
    access_fixture(f);
    assert_int_equal(number_of(f, "SELECT COUNT(*) FROM unit_reach"), 8);
    for (int64_t unit = GROUP; unit <= SITE_A; unit++) assert_true(holds(f, unit, unit));
    assert_true(holds(f, GROUP, SITE_A));
    assert_true(holds(f, COMPANY_A, SITE_A));
    assert_false(holds(f, COMPANY_B, SITE_A));
    assert_false(holds(f, SITE_A, COMPANY_A));
    assert_false(holds(f, GROUP, 99));
}

static void tops_are_units_without_others_above(void **state)
{
    FIXTURE(f);
    struct unit_reach *reach;
    access_fixture(f);
    expect_ok(&f->ctx, reach_load(&f->ctx, &reach));
    assert_true(reach_is_top(reach, GROUP));
    assert_false(reach_is_top(reach, COMPANY_A));
    assert_false(reach_is_top(reach, 99));
    reach_release(reach);
    assert_true(reach_is_top(NULL, COMPANY_A));
    assert_true(reach_holds(NULL, 5, 5));
    assert_false(reach_holds(NULL, 5, 6));
}

static void a_moved_branch_changes_hands(void **state)
{
    FIXTURE(f);
    access_fixture(f);
    int64_t stamp = number_of(f, "SELECT number FROM access_stamp");
    write_ok(f, rebuild, NULL);
    assert_int_equal(number_of(f, "SELECT number FROM access_stamp"), stamp); /* nothing differs, nothing is told */
    run_sql(f, "UPDATE unit SET parent = 3 WHERE id = 4");
    write_ok(f, rebuild, NULL);
    assert_int_equal(number_of(f, "SELECT number FROM access_stamp"), stamp + 1);
    assert_true(holds(f, COMPANY_B, SITE_A));
    assert_false(holds(f, COMPANY_A, SITE_A));
    assert_true(holds(f, GROUP, SITE_A));
}

static void a_deleted_unit_is_still_reached_from_above(void **state)
{
    FIXTURE(f);
    access_fixture(f);
    run_sql(f, "UPDATE unit SET deleted_at = 1 WHERE id = 2");
    write_ok(f, rebuild, NULL);
    assert_true(holds(f, GROUP, COMPANY_A));
    assert_true(holds(f, GROUP, SITE_A));
    assert_false(holds(f, COMPANY_A, COMPANY_A));
    assert_false(holds(f, COMPANY_A, SITE_A));
}

static void a_circle_is_refused_and_nothing_changes(void **state)
{
    FIXTURE(f);
    access_fixture(f);
    run_sql(f, "UPDATE unit SET parent = 4 WHERE id = 1");
    assert_int_equal(in_write(f, rebuild, NULL), CONFLICT);
    expect_sentence(&f->ctx, "below itself");
    assert_int_equal(number_of(f, "SELECT COUNT(*) FROM unit_reach"), 8);
    run_sql(f, "UPDATE unit SET parent = 1 WHERE id = 1");
    assert_int_equal(in_write(f, rebuild, NULL), CONFLICT);
}

static void depth_is_bounded(void **state)
{
    FIXTURE(f);
    access_fixture(f);
    for (int64_t id = 5; id < 5 + UNIT_LEVELS - 3; id++)
        run_sql(f, arena_print(f->ctx.arena, "INSERT INTO unit (id, parent) VALUES (%lld, %lld)", (long long)id,
                               (long long)id - 1)
                       .at);
    write_ok(f, rebuild, NULL);
    assert_true(holds(f, GROUP, 5 + UNIT_LEVELS - 4));
    run_sql(f, arena_print(f->ctx.arena, "INSERT INTO unit (id, parent) VALUES (900, %d)", 5 + UNIT_LEVELS - 4).at);
    assert_int_equal(in_write(f, rebuild, NULL), CONFLICT);
}

/* ---- what a grant reaches ---- */

static void siblings_see_nothing_of_each_other(void **state)
{
    FIXTURE(f);
    access_fixture(f);
    static const enum verb verbs[] = {READ, CREATE, CHANGE, REMOVE, DECIDE, ADMINISTER, CHANGE_OWN};
    struct reg risk = test_register("risk", "risk", 0);
    for (size_t role = 0; role < ROLES; role++) {
        const char *email = arena_print(f->ctx.arena, "%s@example.org", role_name((enum role)role)).at;
        act_as(f, add_user(f, email, (enum role)role, COMPANY_A));
        for (size_t v = 0; v < COUNT(verbs); v++) {
            bool here = actor_may(f->ctx.actor, &risk, verbs[v], COMPANY_A, 0);
            assert_int_equal(actor_may(f->ctx.actor, &risk, verbs[v], SITE_A, 0), here);
            assert_false(actor_may(f->ctx.actor, &risk, verbs[v], COMPANY_B, 0));
            assert_false(actor_may(f->ctx.actor, &risk, verbs[v], GROUP, 0));
        }
        assert_true(actor_has_role(f->ctx.actor, (enum role)role, SITE_A));
        assert_false(actor_has_role(f->ctx.actor, (enum role)role, COMPANY_B));
    }
}

static void the_query_and_the_decision_agree(void **state)
{
    FIXTURE(f);
    access_fixture(f);
    int64_t units[GRANTS_MAX];
    struct reg risk = test_register("risk", "risk", 0);
    act_as(f, add_user(f, "reader@example.org", READER, COMPANY_A));
    assert_int_equal(actor_units(f->ctx.actor, &risk, READ, units), 1);
    for (int64_t unit = GROUP; unit <= SITE_A; unit++) {
        const char *sql =
            arena_print(f->ctx.arena, "SELECT COUNT(*) FROM unit_reach WHERE unit = %lld AND ancestor = %lld",
                        (long long)unit, (long long)units[0])
                .at;
        assert_int_equal(number_of(f, sql), actor_may(f->ctx.actor, &risk, READ, unit, 0));
    }
}

static void what_is_everybodys_is_changed_from_the_top(void **state)
{
    FIXTURE(f);
    access_fixture(f);
    struct reg threat = test_register("threat", "risk", GLOBAL);
    act_as(f, add_user(f, "a@example.org", SECURITY_MANAGER, COMPANY_A));
    assert_true(actor_may(f->ctx.actor, &threat, READ, 0, 0));
    assert_false(actor_may(f->ctx.actor, &threat, CREATE, 0, 0));
    assert_false(actor_may(f->ctx.actor, &threat, DECIDE, 0, 0));
    act_as(f, add_user(f, "top@example.org", SECURITY_MANAGER, GROUP));
    assert_true(actor_may(f->ctx.actor, &threat, CREATE, 0, 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BOTH(each_unit_lies_below_those_above_it),
        ON_BOTH(tops_are_units_without_others_above),
        ON_BOTH(a_moved_branch_changes_hands),
        ON_BOTH(a_deleted_unit_is_still_reached_from_above),
        ON_BOTH(a_circle_is_refused_and_nothing_changes),
        ON_BOTH(depth_is_bounded),
        ON_BOTH(siblings_see_nothing_of_each_other),
        ON_BOTH(the_query_and_the_decision_agree),
        ON_BOTH(what_is_everybodys_is_changed_from_the_top),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
