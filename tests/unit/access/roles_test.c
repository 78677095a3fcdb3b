/* The table of rights, cell by cell where a mistake would hurt, and what a single decision makes of it. */
#include "access/fixture.h"

static void role_names_go_both_ways(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROLES; i++) {
        enum role role = ROLES;
        assert_true(role_of_name(str_of(role_name((enum role)i)), &role));
        assert_int_equal(role, i);
    }
    enum role role;
    assert_false(role_of_name(S("root"), &role));
    assert_false(role_of_name(S(""), &role));
}

static const char *const rooms[] = {"organisation",  "asset",     "risk",          "compliance", "control",
                                    "document",      "people",    "access",        "incident",   "monitoring",
                                    "vulnerability", "audit",     "continuity",    "supplier",   "privacy",
                                    "work",          "assurance", "administration"};

static void each_cell_that_matters(void **state)
{
    (void)state;
    static const struct {
        enum role role;
        const char *room;
        unsigned verb;
        bool may;
    } cells[] = {
        {ADMINISTRATOR, "administration", ADMINISTER, true},
        {ADMINISTRATOR, "administration", CREATE, true},
        {ADMINISTRATOR, "risk", READ, true},
        {ADMINISTRATOR, "risk", CREATE, false},
        {ADMINISTRATOR, "risk", CHANGE, false},
        {ADMINISTRATOR, "risk", ADMINISTER, true},
        {ADMINISTRATOR, "organisation", CREATE, true},
        {SECURITY_MANAGER, "risk", DECIDE, true},
        {SECURITY_MANAGER, "audit", CREATE, true},
        {SECURITY_MANAGER, "asset", ADMINISTER, true},
        {SECURITY_MANAGER, "administration", READ, true},
        {SECURITY_MANAGER, "administration", ADMINISTER, false},
        {TOP_MANAGEMENT, "risk", DECIDE, true},
        {TOP_MANAGEMENT, "compliance", DECIDE, true},
        {TOP_MANAGEMENT, "risk", CHANGE, false},
        {TOP_MANAGEMENT, "risk", CREATE, false},
        {OWNER, "risk", CREATE, true},
        {OWNER, "asset", CREATE, true},
        {OWNER, "control", CREATE, true},
        {OWNER, "risk", CHANGE, false},
        {OWNER, "risk", CHANGE_OWN, true},
        {OWNER, "risk", DECIDE, false},
        {OWNER, "compliance", CREATE, false},
        {OWNER, "administration", READ, false},
        {AUDITOR, "audit", CREATE, true},
        {AUDITOR, "audit", DECIDE, true},
        {AUDITOR, "risk", READ, true},
        {AUDITOR, "risk", CHANGE_OWN, false},
        {AUDITOR, "control", CREATE, false},
        {READER, "risk", READ, true},
        {READER, "risk", CREATE, false},
        {READER, "incident", CREATE, false},
        {READER, "administration", READ, false},
        {ADMINISTRATOR, "security_events", READ, true},
        {AUDITOR, "security_events", READ, true},
        {AUDITOR, "security_events", CHANGE, false},
        {SECURITY_MANAGER, "security_events", READ, false},
        {TOP_MANAGEMENT, "security_events", READ, false},
        {READER, "security_events", READ, false},
        {EMPLOYEE, "document", READ, true},
        {EMPLOYEE, "document", CREATE, false},
        {EMPLOYEE, "risk", READ, false},
        {EMPLOYEE, "people", READ, false},
        {EMPLOYEE, "incident", CREATE, true},
        {EMPLOYEE, "incident", READ, false},
        {EMPLOYEE, "work", READ, false},
    };
    for (size_t i = 0; i < COUNT(cells); i++) {
        bool may = (role_verbs(cells[i].role, str_of(cells[i].room)) & cells[i].verb) != 0;
        if (may != cells[i].may)
            test_failed("%s in %s, verb %u: %d", role_name(cells[i].role), cells[i].room, cells[i].verb, may);
    }
}

static void rules_over_whole_columns(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(rooms); i++) {
        struct str room = str_of(rooms[i]);
        assert_false(role_verbs(ADMINISTRATOR, room) & DECIDE);
        assert_false(role_verbs(EMPLOYEE, room) & (CHANGE | REMOVE | DECIDE | ADMINISTER));
        assert_false(role_verbs(OWNER, room) & (CHANGE | REMOVE | DECIDE | ADMINISTER));
        assert_false(role_verbs(TOP_MANAGEMENT, room) & (CHANGE | REMOVE | ADMINISTER));
        if (str_is(room, "administration")) continue;
        assert_true(role_verbs(SECURITY_MANAGER, room) & DECIDE);
        for (size_t r = ADMINISTRATOR; r <= READER; r++) assert_true(role_verbs((enum role)r, room) & READ);
        if (!str_is(room, "work")) assert_int_equal(role_verbs(READER, room), READ);
    }
    for (size_t r = 0; r < ROLES; r++) {
        assert_true(role_verbs((enum role)r, S("work")) & CREATE);
        assert_true(role_verbs((enum role)r, S("work")) & CHANGE_OWN);
        assert_int_equal(role_verbs((enum role)r, S("cellar")), 0);
    }
}

static void the_page_holds_every_room_and_role(void **state)
{
    (void)state;
    struct ctx ctx = {.arena = arena_new(0)};
    size_t at;
    struct str page = roles_markdown(&ctx);
    assert_true(str_find(page, S("| risk | RS | RCUODAS | RA | RCO | R | R | – |"), &at));
    assert_true(str_find(page, S("| administration | RCUODS | R | R | – | R | – | – |"), &at));
    for (size_t i = 0; i < COUNT(rooms); i++)
        assert_true(str_find(page, arena_print(ctx.arena, "\n| %s |", rooms[i]), &at));
    for (size_t i = 0; i < ROLES; i++)
        assert_true(str_find(page, arena_print(ctx.arena, "`%s`", role_name((enum role)i)), &at));
    arena_free(ctx.arena);
}

/* ---- one decision ---- */

static const struct grant owner_at_7[] = {{OWNER, 7}};
static const struct grant employee_at_7[] = {{EMPLOYEE, 7}};
static const struct actor owner = {.user = 3, .person = 30, .grants = owner_at_7, .grant_count = 1};
static const struct actor employee = {.user = 4, .person = 40, .grants = employee_at_7, .grant_count = 1};

static void the_owner_changes_his_own(void **state)
{
    (void)state;
    struct reg risk = test_register("risk", "risk", 0);
    assert_true(actor_may(&owner, &risk, READ, 7, 99));
    assert_false(actor_may(&owner, &risk, READ, 8, 99));
    assert_true(actor_may(&owner, &risk, CHANGE, 7, 30));
    assert_true(actor_may(&owner, &risk, CHANGE_OWN, 7, 30));
    assert_false(actor_may(&owner, &risk, CHANGE, 7, 31));
    assert_false(actor_may(&owner, &risk, CHANGE_OWN, 7, 31));
    assert_false(actor_may(&owner, &risk, CHANGE, 8, 30));
    assert_false(actor_may(&owner, &risk, CHANGE, 7, 0));
    assert_false(actor_may(&owner, &risk, REMOVE, 7, 30));
    assert_true(actor_may(&owner, &risk, CREATE, 0, 0));
}

static void nobody_owns_what_nobody_owns(void **state)
{
    (void)state;
    struct reg risk = test_register("risk", "risk", 0);
    struct actor no_person = owner;
    no_person.person = 0;
    assert_false(actor_may(&no_person, &risk, CHANGE, 7, 0));
    assert_false(actor_may(&no_person, &risk, CHANGE_OWN, 7, 0));
}

static void who_changes_any_changes_his_own(void **state)
{
    (void)state;
    struct reg risk = test_register("risk", "risk", 0);
    const struct grant grants[] = {{SECURITY_MANAGER, 7}};
    struct actor manager = {.user = 1, .person = 10, .grants = grants, .grant_count = 1};
    assert_true(actor_may(&manager, &risk, CHANGE_OWN, 7, 99));
    assert_true(actor_may(&manager, &risk, CHANGE, 7, 99));
}

static void employees_see_their_own_work_only(void **state)
{
    (void)state;
    int64_t units[GRANTS_MAX];
    struct reg task = test_register("task", "work", 0), notification = test_register("notification", "work", MINE);
    assert_true(actor_may(&employee, &task, READ, 7, 40));
    assert_false(actor_may(&employee, &task, READ, 7, 41));
    assert_int_equal(actor_units(&employee, &task, READ, units), 0);
    assert_int_equal(actor_units(&employee, &task, CHANGE_OWN, units), 1);
    assert_int_equal(units[0], 7);
    assert_int_equal(actor_units(&employee, &notification, READ, units), 1);
    assert_true(actor_may(&employee, &notification, READ, 0, 0));
}

static void records_of_no_unit(void **state)
{
    (void)state;
    struct reg threat = test_register("threat", "risk", GLOBAL);
    assert_true(actor_may(&owner, &threat, READ, 0, 0));
    assert_true(actor_may(&owner, &threat, CREATE, 0, 0)); /* unit 7 has nothing above it */
    assert_false(actor_may(&employee, &threat, READ, 0, 0));
}

static void tokens_narrow(void **state)
{
    (void)state;
    int64_t units[GRANTS_MAX];
    struct reg risk = test_register("risk", "risk", 0), asset = test_register("asset", "asset", 0);
    struct reg risks = test_register("risk_assessment", "risk", 0);
    struct actor actor = owner;
    actor.read_only = true;
    assert_true(actor_may(&actor, &risk, READ, 7, 0));
    assert_false(actor_may(&actor, &risk, CREATE, 7, 0));
    assert_false(actor_may(&actor, &risk, CHANGE, 7, 30));
    actor = owner;
    actor.registers = S("risk,control");
    assert_true(actor_may(&actor, &risk, CREATE, 7, 0));
    assert_false(actor_may(&actor, &asset, READ, 7, 0));
    assert_false(actor_may(&actor, &risks, READ, 7, 0));
    assert_int_equal(actor_units(&actor, &asset, READ, units), 0);
    assert_int_equal(actor_units(&actor, &risk, READ, units), 1);
}

static void a_narrowed_token_administers_nothing(void **state)
{
    (void)state;
    const struct grant grants[] = {{ADMINISTRATOR, 7}};
    struct actor actor = {.user = 1, .grants = grants, .grant_count = 1};
    assert_true(actor_may_in(&actor, S("administration"), ADMINISTER, 7));
    assert_false(actor_may_in(&actor, S("administration"), ADMINISTER, 8));
    assert_true(actor_may_in(&actor, S("administration"), ADMINISTER, 0));
    actor.registers = S("risk");
    assert_false(actor_may_in(&actor, S("administration"), READ, 7));
    actor.registers = S("");
    actor.read_only = true;
    assert_true(actor_may_in(&actor, S("administration"), READ, 7));
    assert_false(actor_may_in(&actor, S("administration"), ADMINISTER, 7));
}

static void the_program_may_everything(void **state)
{
    (void)state;
    struct reg risk = test_register("risk", "risk", 0);
    assert_true(actor_may(&actor_system, &risk, DECIDE, 12, 34));
    assert_true(actor_may_in(&actor_system, S("administration"), ADMINISTER, 5));
    assert_true(actor_has_role(&actor_system, TOP_MANAGEMENT, 5));
    assert_int_equal(actor_system.user, 0);
}

static void units_are_told_once(void **state)
{
    (void)state;
    int64_t units[GRANTS_MAX];
    const struct grant grants[] = {{OWNER, 7}, {READER, 7}, {READER, 9}, {EMPLOYEE, 11}};
    struct actor actor = {.user = 1, .grants = grants, .grant_count = 4};
    struct reg risk = test_register("risk", "risk", 0);
    assert_int_equal(actor_units(&actor, &risk, READ, units), 2);
    assert_int_equal(units[0], 7);
    assert_int_equal(units[1], 9);
    assert_int_equal(actor_units(&actor, &risk, CREATE, units), 1);
    assert_true(actor_has_role(&actor, READER, 9));
    assert_false(actor_has_role(&actor, OWNER, 9));
    assert_true(actor_has_role(&actor, OWNER, 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(role_names_go_both_ways),
        cmocka_unit_test(each_cell_that_matters),
        cmocka_unit_test(rules_over_whole_columns),
        cmocka_unit_test(the_page_holds_every_room_and_role),
        cmocka_unit_test(the_owner_changes_his_own),
        cmocka_unit_test(nobody_owns_what_nobody_owns),
        cmocka_unit_test(who_changes_any_changes_his_own),
        cmocka_unit_test(employees_see_their_own_work_only),
        cmocka_unit_test(records_of_no_unit),
        cmocka_unit_test(tokens_narrow),
        cmocka_unit_test(a_narrowed_token_administers_nothing),
        cmocka_unit_test(the_program_may_everything),
        cmocka_unit_test(units_are_told_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
