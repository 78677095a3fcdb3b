/* Strings: comparing, cutting, numbers at their edges, and UTF-8 by RFC 3629. */
#include "cmocka_first.h"

#include <math.h>

static void compares(void **state)
{
    (void)state;
    assert_true(str_eq(S("a"), S("a")));
    assert_true(str_eq(S(""), (struct str){NULL, 0}));
    assert_false(str_eq(S("a"), S("A")));
    assert_false(str_eq(S("a"), S("ab")));
    assert_false(str_eq(S("a\0b"), S("a\0c")));
    assert_true(str_is(S("risk"), "risk"));
    assert_false(str_is(S("risks"), "risk"));
    assert_true(str_is(S(""), ""));
    assert_str(str_of(NULL), "");
    assert_true(str_eq_nocase(S("Content-TYPE"), S("content-type")));
    assert_false(str_eq_nocase(S("a"), S("b")));
    assert_false(str_eq_nocase(S("["), S("{"))); /* 32 apart, but no letters */
    assert_false(str_eq_nocase(S("\xC4"), S("\xE4")));
}

static void orders_as_bytes(void **state)
{
    (void)state;
    static const struct str sorted[] = {S(""), S("\0"), S("A"), S("AB"), S("B"), S("a"), S("\xC3\xA4"), S("\xFF")};
    for (size_t i = 0; i < COUNT(sorted); i++)
        for (size_t k = 0; k < COUNT(sorted); k++) {
            int order = str_compare(sorted[i], sorted[k]);
            assert_int_equal((order > 0) - (order < 0), (i > k) - (i < k));
        }
}

static void slices_stay_inside(void **state)
{
    (void)state;
    struct str s = S("0123456789");
    assert_str(str_slice(s, 2, 5), "234");
    assert_str(str_slice(s, 0, 99), "0123456789");
    assert_str(str_slice(s, 9, SIZE_MAX), "9");
    assert_str(str_slice(s, 10, 12), "");
    assert_str(str_slice(s, SIZE_MAX, SIZE_MAX), "");
    assert_str(str_slice(s, 5, 2), "");
    assert_true(str_starts(s, S("012")) && str_starts(s, S("")) && !str_starts(S("01"), S("012")));
    assert_true(str_ends(s, S("789")) && str_ends(s, S("")) && !str_ends(S("89"), S("789")));
    assert_str(str_trim(S(" \t\r\n\f\v a b \n")), "a b");
    assert_str(str_trim(S(" \t ")), "");
    assert_str(str_trim(S("")), "");
}

static void finds(void **state)
{
    (void)state;
    size_t at = 99;
    assert_true(str_find(S("abcabc"), S("ca"), &at));
    assert_int_equal(at, 2);
    assert_true(str_find(S("abc\0def"), S("\0d"), &at));
    assert_int_equal(at, 3);
    assert_true(str_find(S("abc"), S("abc"), NULL));
    assert_false(str_find(S("abc"), S("abcd"), &at));
    assert_false(str_find(S("abc"), S(""), &at));
    assert_false(str_find(S(""), S("a"), &at));
    assert_int_equal(at, 3); /* left alone when there is no hit */
}

static void cuts_into_pieces(void **state)
{
    (void)state;
    struct str rest = S("a,,b,"), piece;
    static const char *const pieces[] = {"a", "", "b", ""};
    for (size_t i = 0; i < COUNT(pieces); i++) {
        assert_true(str_cut(&rest, ',', &piece));
        assert_str(piece, pieces[i]);
    }
    assert_false(str_cut(&rest, ',', &piece));
    assert_false(str_cut(&rest, ',', &piece));
    rest = S("whole");
    assert_true(str_cut(&rest, ',', &piece));
    assert_str(piece, "whole");
    assert_false(str_cut(&rest, ',', &piece));
    rest = (struct str){NULL, 0};
    assert_false(str_cut(&rest, ',', &piece));
}

static void whole_numbers(void **state)
{
    (void)state;
    static const struct {
        struct str text;
        int64_t number;
    } good[] = {
        {S("0"), 0},
        {S("-0"), 0},
        {S("7"), 7},
        {S("-7"), -7},
        {S("007"), 7},
        {S("9223372036854775807"), INT64_MAX},
        {S("-9223372036854775808"), INT64_MIN},
    };
    for (size_t i = 0; i < COUNT(good); i++) {
        int64_t n = 99;
        assert_true(parse_number(good[i].text, &n));
        assert_int_equal(n, good[i].number);
    }
    static const struct str bad[] = {
        S(""),
        S("-"),
        S("+1"),
        S("--1"),
        S(" 1"),
        S("1 "),
        S("1.0"),
        S("1e3"),
        S("0x10"),
        S("1\0"),
        S("\xD9\xA1"),
        S("9223372036854775808"),
        S("-9223372036854775809"),
        S("99999999999999999999"),
        S("18446744073709551616"),
    };
    for (size_t i = 0; i < COUNT(bad); i++) {
        int64_t n = 99;
        assert_false(parse_number(bad[i], &n));
        assert_int_equal(n, 99);
    }
}

static void decimals(void **state)
{
    (void)state;
    static const struct {
        struct str text;
        double number;
    } good[] = {{S("0"), 0},
                {S("1.5"), 1.5},
                {S("-1.5"), -1.5},
                {S("1e3"), 1000},
                {S("2.5E-1"), 0.25},
                {S("9007199254740993"), 9007199254740992.0},
                {S("1.7976931348623157e308"), 1.7976931348623157e308}};
    for (size_t i = 0; i < COUNT(good); i++) {
        double n = 99;
        assert_true(parse_decimal(good[i].text, &n));
        assert_true(n == good[i].number);
    }
    static const struct str bad[] = {
        S(""),       S("-"),  S("."),  S("e"),   S("1e"),  S("1.2.3"), S("inf"), S("nan"), S("0x1p3"), S("1e999"),
        S("-1e999"), S("1 "), S(" 1"), S("1,5"), S("1\0"), S("\0"),    S("--1"), S("1-"),  S("1e5e5"),
    };
    for (size_t i = 0; i < COUNT(bad); i++) {
        double n = 99;
        assert_false(parse_decimal(bad[i], &n));
        assert_true(n == 99);
    }
    char longest[65];
    memset(longest, '1', sizeof longest);
    double n;
    assert_false(parse_decimal((struct str){longest, sizeof longest}, &n));
    assert_true(parse_decimal((struct str){longest, 63}, &n));
}

/* Writes a code point as UTF-8 the long way, as a second opinion. */
static struct str encode(uint32_t c, char out[4])
{
    unsigned char *at = (unsigned char *)out;
    size_t len = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    static const unsigned char lead[] = {0, 0, 0xC0, 0xE0, 0xF0};
    for (size_t i = len; i-- > 1; c >>= 6) at[i] = (unsigned char)(0x80 | (c & 63));
    at[0] = (unsigned char)(lead[len] | c);
    return (struct str){out, len};
}

static void every_code_point_is_utf8(void **state)
{
    (void)state;
    char bytes[4];
    for (uint32_t c = 0; c < 0x1FFFFF; c++) {
        struct str s = encode(c, bytes);
        bool valid = c <= 0x10FFFF && (c < 0xD800 || c > 0xDFFF);
        assert_int_equal(str_is_utf8(s), valid);
        if (valid) assert_int_equal(str_utf8_length(s), 1);
        if (s.len > 1) assert_false(str_is_utf8(str_slice(s, 0, s.len - 1)));
    }
}

static void what_is_not_utf8(void **state)
{
    (void)state;
    static const struct str bad[] = {
        S("\x80"),
        S("\xBF"),
        S("\xC0\x80"),
        S("\xC1\xBF"),
        S("\xE0\x80\x80"),
        S("\xE0\x9F\xBF"),
        S("\xF0\x80\x80\x80"),
        S("\xF0\x8F\xBF\xBF"),
        S("\xED\xA0\x80"),
        S("\xED\xBF\xBF"),
        S("\xF4\x90\x80\x80"),
        S("\xF5\x80\x80\x80"),
        S("\xFE"),
        S("\xFF"),
        S("\xC3"),
        S("\xE2\x82"),
        S("\xF0\x9F\x98"),
        S("\xC3("),
        S("\xE2(\xA1"),
        S("\xE2\x82("),
        S("good \xC3"),
        S("\xC3 bad"),
        S("\xC3\xA4\xA4"),
    };
    for (size_t i = 0; i < COUNT(bad); i++) assert_false(str_is_utf8(bad[i]));
    assert_true(str_is_utf8(S("")));
    assert_true(str_is_utf8(S("Gr\xC3\xBC\xC3\x9F Gott \xE2\x82\xAC \xF0\x9F\x98\x80\0 end")));
    assert_int_equal(str_utf8_length(S("\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80x")), 4);
    assert_int_equal(str_utf8_length(S("")), 0);
}

static void hashes_as_fnv_does(void **state)
{
    (void)state;
    assert_true(str_hash(S("")) == 0xcbf29ce484222325u); /* the published vectors of FNV-1a 64 */
    assert_true(str_hash(S("a")) == 0xaf63dc4c8601ec8cu);
    assert_true(str_hash(S("foobar")) == 0x85944171f73967e8u);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(compares),           cmocka_unit_test(orders_as_bytes),
        cmocka_unit_test(slices_stay_inside), cmocka_unit_test(finds),
        cmocka_unit_test(cuts_into_pieces),   cmocka_unit_test(whole_numbers),
        cmocka_unit_test(decimals),           cmocka_unit_test(every_code_point_is_utf8),
        cmocka_unit_test(what_is_not_utf8),   cmocka_unit_test(hashes_as_fnv_does),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
