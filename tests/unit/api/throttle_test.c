/* So many a minute for each address, counted anew a minute after the first. */
#include "api/throttle.h"

#include "base/clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void test_counts_each_address(void **state)
{
    struct ctx ctx = {.arena = arena_new(0)};
    struct throttle *throttle;
    int64_t seconds;
    (void)state;
    assert_int_equal(throttle_new(&ctx, 3, &throttle), OK);
    for (int i = 0; i < 3; i++) assert_true(throttle_admits(throttle, S("192.0.2.1"), 1000 + i, &seconds));
    assert_false(throttle_admits(throttle, S("192.0.2.1"), 2000, &seconds));
    assert_int_equal(seconds, 59);
    assert_true(throttle_admits(throttle, S("192.0.2.2"), 2000, &seconds));
    assert_false(throttle_admits(throttle, S("192.0.2.1"), 1000 + MINUTE - 1, &seconds));
    assert_int_equal(seconds, 1);
    for (int i = 0; i < 3; i++) assert_true(throttle_admits(throttle, S("192.0.2.1"), 1000 + MINUTE, &seconds));
    assert_false(throttle_admits(throttle, S("192.0.2.1"), 1000 + MINUTE, &seconds));
    throttle_free(throttle);
    arena_free(ctx.arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_counts_each_address)};
    return cmocka_run_group_tests_name("api/throttle", tests, NULL, NULL);
}
