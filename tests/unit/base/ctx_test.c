/* How a failure travels: the result, its sentence, and all field errors in the order in which they were found. */
#include "cmocka_first.h"

#include "base/ctx.h"

static enum result find_risk(struct ctx *ctx, const char *reference)
{
    return fail(ctx, NOT_FOUND, "There is no risk %s.", reference);
}

static enum result through(struct ctx *ctx, bool *reached)
{
    TRY(OK);
    TRY(find_risk(ctx, "R-12"));
    *reached = true;
    return OK;
}

static void a_failure_keeps_its_sentence(void **state)
{
    struct ctx ctx = {.arena = *state};
    bool reached = false;
    assert_int_equal(through(&ctx, &reached), NOT_FOUND);
    assert_false(reached);
    assert_int_equal(ctx.error.result, NOT_FOUND);
    assert_str(ctx.error.sentence, "There is no risk R-12.");
    assert_false(ctx_has_field_errors(&ctx));
}

static void the_last_failure_counts(void **state)
{
    struct ctx ctx = {.arena = *state};
    assert_int_equal(fail(&ctx, BUSY, "Try again."), BUSY);
    assert_int_equal(fail(&ctx, BROKEN, "%s is full: %d bytes left.", "The disk", 0), BROKEN);
    assert_int_equal(ctx.error.result, BROKEN);
    assert_str(ctx.error.sentence, "The disk is full: 0 bytes left.");
}

static void field_errors_stay_in_order(void **state)
{
    struct ctx ctx = {.arena = *state};
    static const char *const names[] = {"title", "likelihood", "custom/colour"};
    for (size_t i = 0; i < COUNT(names); i++) fail_field(&ctx, names[i], "required", "Fill in %s.", names[i]);
    assert_true(ctx_has_field_errors(&ctx));
    assert_int_equal(ctx.error.result, INVALID);
    assert_true(ctx.error.sentence.len > 0);
    size_t i = 0;
    for (struct field_error *error = ctx.error.fields; error; error = error->next, i++) {
        assert_str(error->pointer, arena_print(*state, "/%s", names[i]).at);
        assert_string_equal(error->code, "required");
        assert_str(error->detail, arena_print(*state, "Fill in %s.", names[i]).at);
    }
    assert_int_equal(i, COUNT(names));
}

static void cleared_is_as_new(void **state)
{
    struct ctx ctx = {.arena = *state};
    fail_field(&ctx, "title", "required", "Give it a title.");
    ctx_clear_error(&ctx);
    assert_false(ctx_has_field_errors(&ctx));
    assert_int_equal(ctx.error.result, OK);
    assert_int_equal(ctx.error.sentence.len, 0);
    fail_field(&ctx, "unit", "unknown", "There is no such unit.");
    assert_str(ctx.error.fields->pointer, "/unit");
    assert_null(ctx.error.fields->next);
}

static void sentences_may_be_long(void **state)
{
    struct ctx ctx = {.arena = *state};
    char *name = arena_alloc(*state, 100001);
    memset(name, 'n', 100000);
    assert_int_equal(fail(&ctx, INVALID, "[%s]", name), INVALID);
    assert_int_equal(ctx.error.sentence.len, 100002);
}

static void fail_out_of_memory(struct arena *arena)
{
    struct ctx ctx = {.arena = arena};
    fail_field(&ctx, "title", "required", "Give it a title, %d.", 1);
}

static void failing_may_itself_run_out_of_memory(void **state)
{
    for (uint64_t n = 1; n <= 3; n++) {
        arena_fail_at(n);
        assert_true(escapes(*state, fail_out_of_memory));
    }
    arena_fail_at(4);
    assert_false(escapes(*state, fail_out_of_memory));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        arena_test(a_failure_keeps_its_sentence), arena_test(the_last_failure_counts),
        arena_test(field_errors_stay_in_order),   arena_test(cleared_is_as_new),
        arena_test(sentences_may_be_long),        arena_test(failing_may_itself_run_out_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
