/* The arena: memory that is zeroed, aligned and apart; limits; escapes; and what is released when memory runs out. */
#include "cmocka_first.h"

#include <stdalign.h>
#include <sys/wait.h>
#include <unistd.h>

#ifdef MERLON_SANITIZE
#include <sanitizer/asan_interface.h>
#endif

static void memory_is_zeroed_aligned_and_apart(void **state)
{
    struct arena *arena = *state;
    unsigned char *before = NULL;
    for (size_t size = 0; size < 300; size++) {
        unsigned char *at = arena_alloc(arena, size);
        assert_int_equal((uintptr_t)at % alignof(max_align_t), 0);
        for (size_t i = 0; i < size; i++) assert_int_equal(at[i], 0);
        memset(at, 0xAA, size);
        assert_ptr_not_equal(at, before);
        before = at;
    }
}

static void zeroed_again_after_a_reset(void **state)
{
    struct arena *arena = *state;
    memset(arena_alloc(arena, 4000), 0xAA, 4000);
    arena_reset(arena);
    const char *at = arena_alloc(arena, 4000);
    for (size_t i = 0; i < 4000; i++) assert_int_equal(at[i], 0);
}

static void reset_gives_back_all_but_the_first_block(void **state)
{
    struct arena *arena = *state;
    size_t at_first = arena_used(arena);
    for (int i = 0; i < 100; i++) (void)arena_alloc(arena, 50000);
    assert_true(arena_used(arena) >= at_first + 100 * 50000);
    arena_reset(arena);
    assert_int_equal(arena_used(arena), at_first);
}

static void arrays_know_how_much_they_need(void **state)
{
    struct arena *arena = *state;
    int64_t *numbers = arena_make_many(arena, int64_t, 1000);
    for (int i = 0; i < 1000; i++) {
        assert_int_equal(numbers[i], 0);
        numbers[i] = i;
    }
    assert_int_equal(numbers[999], 999);
}

static size_t wanted, wanted_count;

static void alloc_wanted(struct arena *arena)
{
    (void)arena_alloc(arena, wanted);
}

static void array_wanted(struct arena *arena)
{
    (void)arena_array(arena, wanted_count, wanted);
}

static void grow_wanted(struct arena *arena)
{
    char *at = arena_alloc(arena, 8);
    (void)arena_grow(arena, at, 8, wanted);
}

static void escapes_at_its_limit(void **state)
{
    (void)state;
    struct arena *arena = arena_new((size_t)1 << 20);
    wanted = (size_t)1 << 19;
    assert_false(escapes(arena, alloc_wanted));
    assert_true(escapes(arena, alloc_wanted)); /* the first block counts, so the second half does not fit */
    wanted = 1000;
    assert_false(escapes(arena, alloc_wanted)); /* and smaller things still do */
    arena_free(arena);
}

#ifdef MERLON_SANITIZE
static void the_sanitizer_sees_the_gaps(void **state)
{
    struct arena *arena = *state;
    for (size_t size = 1; size < 200; size++) {
        char *at = arena_alloc(arena, size);
        assert_false(__asan_address_is_poisoned(at + size - 1));
        assert_true(__asan_address_is_poisoned(at + size));
        at = arena_grow(arena, at, size, size + 9);
        assert_false(__asan_address_is_poisoned(at + size + 8));
        assert_true(__asan_address_is_poisoned(at + size + 9));
    }
    char *before = arena_alloc(arena, 10);
    arena_reset(arena);
    assert_true(__asan_address_is_poisoned(before));
}
#endif

static void absurd_sizes_escape(void **state)
{
    static const size_t sizes[] = {SIZE_MAX, SIZE_MAX - 1, SIZE_MAX - 15, SIZE_MAX - 16, SIZE_MAX / 2, ARENA_LIMIT + 1};
    for (size_t i = 0; i < COUNT(sizes); i++) {
        wanted = sizes[i];
        assert_true(escapes(*state, alloc_wanted));
        assert_true(escapes(*state, grow_wanted));
    }
    wanted = SIZE_MAX / 2;
    wanted_count = 3; /* the product overflows to something small */
    assert_true(escapes(*state, array_wanted));
}

static void growing_keeps_what_was_there(void **state)
{
    struct arena *arena = *state;
    char *at = arena_grow(arena, NULL, 0, 10);
    memcpy(at, "0123456789", 10);
    char *more = arena_grow(arena, at, 10, 100);
    assert_ptr_equal(more, at); /* it was the newest, so it stays in place */
    memset(more + 10, 'x', 90);
    char *other = arena_alloc(arena, 16);
    memset(other, 'o', 16);
    char *moved = arena_grow(arena, more, 100, 20000);
    assert_ptr_not_equal(moved, more);
    assert_memory_equal(moved, "0123456789xxx", 13);
    memset(moved, 'm', 20000);
    for (int i = 0; i < 16; i++) assert_int_equal(other[i], 'o');
    assert_ptr_equal(arena_grow(arena, moved, 20000, 5), moved); /* never shrinks */
}

static void growing_step_by_step_never_overlaps(void **state)
{
    struct arena *arena = *state;
    char *a = NULL, *b = NULL;
    for (size_t size = 1; size < 3000; size++) {
        a = arena_grow(arena, a, size - 1, size);
        b = arena_grow(arena, b, size - 1, size);
        a[size - 1] = (char)(size % 100);
        b[size - 1] = (char)(size % 100 + 100);
    }
    for (size_t i = 0; i + 1 < 3000; i++) {
        assert_int_equal(a[i], (char)((i + 1) % 100));
        assert_int_equal(b[i], (char)((i + 1) % 100 + 100));
    }
}

static char order[16];

static void note(void *thing)
{
    size_t len = strlen(order);
    order[len] = *(const char *)thing;
    order[len + 1] = 0;
}

static void deferred_runs_last_first_and_once(void **state)
{
    struct arena *arena = *state;
    char a = 'a', b = 'b', c = 'c';
    order[0] = 0;
    arena_defer(arena, note, &a);
    arena_defer(arena, note, &b);
    arena_defer(arena, note, &c);
    arena_undefer(arena, &b);
    arena_release(arena);
    assert_string_equal(order, "ca");
    arena_release(arena);
    arena_reset(arena);
    assert_string_equal(order, "ca");
    arena_defer(arena, note, &b);
    arena_reset(arena);
    assert_string_equal(order, "cab");
}

static void free_runs_what_was_deferred(void **state)
{
    (void)state;
    struct arena *arena = arena_new(0);
    char z = 'z';
    order[0] = 0;
    arena_defer(arena, note, &z);
    arena_free(arena);
    assert_string_equal(order, "z");
    arena_free(NULL);
}

static void open_three_things(struct arena *arena)
{
    static char a = 'a', b = 'b', c = 'c';
    arena_defer(arena, note, &a);
    (void)arena_alloc(arena, 10);
    arena_defer(arena, note, &b);
    (void)arena_copy(arena, S("some text"));
    arena_defer(arena, note, &c);
    (void)arena_print(arena, "%d", 5);
}

/* Every allocation in turn fails: whatever was opened until then is released, exactly once. */
static void each_allocation_may_fail(void **state)
{
    (void)state;
    static const char *const released[] = {"a", "a", "ba", "ba", "cba", "cba"};
    for (size_t n = 1; n <= COUNT(released); n++) {
        struct arena *arena = arena_new(0);
        order[0] = 0;
        arena_fail_at(n);
        assert_true(escapes(arena, open_three_things));
        arena_free(arena);
        size_t len = strlen(order);
        assert_int_equal(len, strlen(released[n - 1]));
        for (size_t i = 0; i < len; i++) assert_non_null(strchr(released[n - 1], order[i]));
    }
    struct arena *arena = arena_new(0);
    arena_fail_at(COUNT(released) + 1);
    assert_false(escapes(arena, open_three_things));
    arena_fail_at(0);
    arena_free(arena);
}

static void a_failure_happens_once(void **state)
{
    uint64_t before = arena_allocation_count();
    wanted = 8;
    arena_fail_at(2);
    assert_false(escapes(*state, alloc_wanted));
    assert_true(escapes(*state, alloc_wanted));
    assert_false(escapes(*state, alloc_wanted));
    assert_int_equal(arena_allocation_count() - before, 3);
}

static void without_a_guard_it_aborts(void **state)
{
    (void)state;
    pid_t child = fork();
    if (child == 0) {
        if (!freopen("/dev/null", "w", stderr)) _exit(1);
        signal(SIGABRT, SIG_DFL);
        struct arena *arena = arena_new(1);
        (void)arena_alloc(arena, 1 << 20);
        _exit(0);
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
}

static void copies_are_terminated_and_their_own(void **state)
{
    char original[] = "copied";
    struct str copy = arena_copy(*state, str_of(original));
    original[0] = 'X';
    assert_str(copy, "copied");
    assert_int_equal(copy.at[copy.len], 0);
    assert_string_equal(arena_cstr(*state, S("ab\0cd")), "ab");
    assert_int_equal(arena_copy(*state, S("ab\0cd")).len, 5);
    assert_string_equal(arena_cstr(*state, (struct str){NULL, 0}), "");
}

static void prints_as_printf_does(void **state)
{
    assert_str(arena_print(*state, "%s is %d of %5.1f%%", "this", 7, 12.5), "this is 7 of  12.5%");
    assert_str(arena_print(*state, "%.*s", PRINT(S("cut here").len ? str_slice(S("cut here"), 0, 3) : S(""))), "cut");
    assert_int_equal(arena_print(*state, "%70000d", 1).len, 70000);
}

/* To whom the parent's guard belongs at that moment, also after the scratch arena was emptied. */
static void scratch_memory_escapes_with_its_parent(void **state)
{
    struct arena *arena = *state, *scratch = arena_scratch(arena);
    jmp_buf escape;
    volatile int escaped = 0;
    for (volatile int round = 0; round < 3; round++) {
        if (setjmp(escape)) {
            escaped++;
        } else {
            arena_guard(arena, &escape);
            arena_fail_at(1);
            (void)arena_alloc(scratch, 100);
        }
        arena_reset(scratch);
    }
    assert_int_equal(escaped, 3);
    arena_guard(arena, NULL);
}

static void scratch_memory_goes_with_its_parent(void **state)
{
    (void)state;
    struct arena *arena = arena_new(0), *scratch = arena_scratch(arena);
    char s = 's';
    order[0] = 0;
    arena_defer(scratch, note, &s);
    arena_free(arena);
    assert_string_equal(order, "s");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        arena_test(memory_is_zeroed_aligned_and_apart),
        arena_test(zeroed_again_after_a_reset),
        arena_test(reset_gives_back_all_but_the_first_block),
        arena_test(arrays_know_how_much_they_need),
        arena_test(escapes_at_its_limit),
#ifdef MERLON_SANITIZE
        arena_test(the_sanitizer_sees_the_gaps),
#endif
        arena_test(absurd_sizes_escape),
        arena_test(growing_keeps_what_was_there),
        arena_test(growing_step_by_step_never_overlaps),
        arena_test(deferred_runs_last_first_and_once),
        arena_test(free_runs_what_was_deferred),
        arena_test(each_allocation_may_fail),
        arena_test(a_failure_happens_once),
        arena_test(without_a_guard_it_aborts),
        arena_test(scratch_memory_escapes_with_its_parent),
        arena_test(scratch_memory_goes_with_its_parent),
        arena_test(copies_are_terminated_and_their_own),
        arena_test(prints_as_printf_does),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
