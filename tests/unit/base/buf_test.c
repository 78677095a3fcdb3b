/* Buffers: what is written is what was meant, numbers to their edges, through every growth and out of memory. */
#include "cmocka_first.h"

#include "base/buf.h"
#include "base/random.h"

#include <math.h>

static void starts_empty(void **state)
{
    struct buf buf = buf_in(*state);
    assert_str(buf_str(&buf), "");
    buf_add(&buf, S(""));
    buf_add(&buf, (struct str){NULL, 0});
    buf_text(&buf, NULL);
    assert_str(buf_str(&buf), "");
}

static void writes_each_kind(void **state)
{
    struct buf buf = buf_in(*state);
    buf_text(&buf, "text ");
    buf_char(&buf, '|');
    buf_number(&buf, -42);
    buf_char(&buf, '|');
    buf_decimal(&buf, 0.1);
    buf_print(&buf, "|%s %03d|", "printed", 7);
    buf_hex(&buf, "\x00\x7f\xff\xa5", 4);
    buf_add(&buf, S("\0end"));
    struct str s = buf_str(&buf);
    static const char expected[] = "text |-42|0.1|printed 007|007fffa5\0end";
    assert_int_equal(s.len, sizeof expected - 1);
    assert_memory_equal(s.at, expected, s.len);
}

static void numbers_to_their_edges(void **state)
{
    static const int64_t numbers[] = {0,         1,         -1,           9, 10, -10, 99, 100, 1000000000000,
                                      INT64_MAX, INT64_MIN, INT64_MIN + 1};
    for (size_t i = 0; i < COUNT(numbers); i++) {
        struct buf buf = buf_in(*state);
        buf_number(&buf, numbers[i]);
        char expected[32];
        snprintf(expected, sizeof expected, "%lld", (long long)numbers[i]);
        assert_str(buf_str(&buf), expected);
        int64_t back;
        assert_true(parse_number(buf_str(&buf), &back));
        assert_true(back == numbers[i]);
    }
}

static void decimals_read_back_the_same(void **state)
{
    struct arena *arena = *state;
    static const double telling[] = {0,
                                     -0.0,
                                     0.1,
                                     1.0 / 3,
                                     100,
                                     1e21,
                                     1e-7,
                                     5e-324,
                                     2.2250738585072014e-308,
                                     123456789.125,
                                     1.7976931348623157e308,
                                     -9007199254740993.0,
                                     0.30000000000000004};
    for (int i = 0; i < 20000; i++) {
        double n = 0;
        if ((size_t)i < COUNT(telling))
            n = telling[i];
        else
            random_bytes(&n, sizeof n);
        if (!isfinite(n)) continue;
        struct buf buf = buf_in(arena);
        buf_decimal(&buf, n);
        double back;
        assert_true(parse_decimal(buf_str(&buf), &back));
        assert_memory_equal(&back, &n, sizeof n);
        if (i % 100 == 0) arena_reset(arena);
    }
}

static void decimals_are_short(void **state)
{
    struct buf buf = buf_in(*state);
    buf_decimal(&buf, 0.3);
    buf_char(&buf, ' ');
    buf_decimal(&buf, 2);
    buf_char(&buf, ' ');
    buf_decimal(&buf, -1234.5);
    assert_str(buf_str(&buf), "0.3 2 -1234.5");
}

static void grows_past_its_blocks(void **state)
{
    struct buf buf = buf_in(*state);
    for (int i = 0; i < 200000; i++) buf_char(&buf, (char)('a' + i % 26));
    struct str s = buf_str(&buf);
    assert_int_equal(s.len, 200000);
    for (size_t i = 0; i < s.len; i++) assert_int_equal(s.at[i], 'a' + i % 26);
}

static void two_buffers_in_one_arena(void **state)
{
    struct buf a = buf_in(*state), b = buf_in(*state);
    for (int i = 0; i < 20000; i++) {
        buf_print(&a, "%d,", i % 10);
        buf_number(&b, i % 7);
    }
    assert_int_equal(buf_str(&a).len, 40000);
    assert_int_equal(buf_str(&b).len, 20000);
    for (size_t i = 0; i < 20000; i++) {
        assert_int_equal(a.at[i * 2], '0' + i % 10);
        assert_int_equal(b.at[i], '0' + i % 7);
    }
}

static void adding_its_own_text(void **state)
{
    struct buf buf = buf_in(*state);
    buf_text(&buf, "ab");
    for (int i = 0; i < 12; i++) buf_add(&buf, buf_str(&buf));
    assert_int_equal(buf.len, 2 << 12);
    for (size_t i = 0; i < buf.len; i += 2) assert_memory_equal(buf.at + i, "ab", 2);
}

static size_t absurd;

static void reserve_the_absurd(struct arena *arena)
{
    struct buf buf = buf_in(arena);
    buf_text(&buf, "something");
    buf_reserve(&buf, absurd);
}

static void asking_for_the_absurd_escapes(void **state)
{
    static const size_t sizes[] = {SIZE_MAX, SIZE_MAX - 300, SIZE_MAX / 2 + 1, (size_t)ARENA_LIMIT * 2};
    for (size_t i = 0; i < COUNT(sizes); i++) {
        absurd = sizes[i];
        assert_true(escapes(*state, reserve_the_absurd));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        arena_test(starts_empty),
        arena_test(writes_each_kind),
        arena_test(numbers_to_their_edges),
        arena_test(decimals_read_back_the_same),
        arena_test(decimals_are_short),
        arena_test(grows_past_its_blocks),
        arena_test(two_buffers_in_one_arena),
        arena_test(adding_its_own_text),
        arena_test(asking_for_the_absurd_escapes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
