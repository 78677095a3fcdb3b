/* cmocka with what it wants to be included before it, and an arena that each test may have. */
#ifndef MERLON_TEST_BASE_CMOCKA_FIRST_H
#define MERLON_TEST_BASE_CMOCKA_FIRST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#undef fail /* the name is ours (base/ctx.h) */

#include "base/arena.h"

#define assert_str(actual, expected)                                                                                   \
    do {                                                                                                               \
        struct str actual_ = (actual);                                                                                 \
        assert_int_equal(actual_.len, strlen(expected));                                                               \
        if (actual_.len) assert_memory_equal(actual_.at, expected, actual_.len);                                       \
    } while (0)

static inline int with_arena(void **state)
{
    *state = arena_new(0);
    return *state ? 0 : -1;
}

static inline int without_arena(void **state)
{
    arena_fail_at(0);
    arena_free(*state);
    return 0;
}

/* Runs f(arena) and says whether it ran out of memory. */
static inline bool escapes(struct arena *arena, void (*f)(struct arena *))
{
    jmp_buf escape;
    if (setjmp(escape)) {
        arena_guard(arena, NULL);
        return true;
    }
    assert_null(arena_guard(arena, &escape));
    f(arena);
    assert_ptr_equal(arena_guard(arena, NULL), &escape);
    return false;
}

#define arena_test(f) cmocka_unit_test_setup_teardown(f, with_arena, without_arena)

#endif
