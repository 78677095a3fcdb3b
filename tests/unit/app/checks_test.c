/* The questions of merlon verify and merlon check: what fails for one of them keeps no other from being asked. */
#include "world.h"

#include "app/checks.h"

static struct checks run_checks(struct world *world)
{
    struct checks checks = {.program = &world->program};
    (void)!checks_run(&checks);
    ctx_clear_error(world->ctx);
    return checks;
}

static const struct check_answer *wrong_one(const struct checks *checks)
{
    for (size_t i = 0; i < checks->count; i++)
        if (checks->at[i].result != OK) return &checks->at[i];
    return NULL;
}

/* A row that is too large for memory would else hide what all other questions have to say. */
static void a_question_without_memory_is_told_and_the_others_are_asked(void **state)
{
    struct world *world = *state;
    uint64_t before = arena_allocation_count();
    struct checks whole = run_checks(world);
    uint64_t all = arena_allocation_count() - before;
    assert_null(wrong_one(&whole));
    for (uint64_t part = 1; part <= 9; part++) {
        arena_fail_at(all * part / 10);
        struct checks checks = run_checks(world);
        arena_fail_at(0);
        assert_int_equal(checks.count, whole.count);
        assert_int_equal(checks.wrong, 1);
        const struct check_answer *wrong = wrong_one(&checks);
        assert_int_equal(wrong->result, BUSY);
        assert_true(wrong->skipped);
        assert_true(str_find(wrong->detail, S("There is not enough memory to look at this"), NULL));
    }
}

#define IN_WORLD(test) cmocka_unit_test_setup_teardown(test, world_begin, world_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_WORLD(a_question_without_memory_is_told_and_the_others_are_asked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
