/* Percent-decoding, queries and cookies: what is decoded, and what is refused. */
#include "http/query.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static int open_arena(void **state)
{
    *state = arena_new(0);
    return *state ? 0 : -1;
}

static int close_arena(void **state)
{
    arena_free(*state);
    return 0;
}

static void assert_str(struct str actual, const char *expected)
{
    assert_int_equal(actual.len, strlen(expected));
    assert_memory_equal(actual.at, expected, actual.len);
}

static void decodes(void **state)
{
    static const struct {
        const char *sent, *meant; /* meant NULL: refused */
        bool plus;
    } cases[] = {
        {"", "", false},
        {"plain", "plain", false},
        {"a%20b", "a b", false},
        {"a+b", "a+b", false},
        {"a+b", "a b", true},
        {"%2B%2b", "++", true},
        {"%C3%A4", "\xc3\xa4", false},
        {"\xc3\xa4", "\xc3\xa4", false},
        {"%00", NULL, false},
        {"a%00b", NULL, true},
        {"%", NULL, false},
        {"%4", NULL, false},
        {"%zz", NULL, false},
        {"%4g", NULL, false},
        {"%C3", NULL, false},
        {"\xff", NULL, false},
        {"%C0%80", NULL, false},
        {"%ED%A0%80", NULL, false},
        {"%2500", "%00", false},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct str out;
        bool done = percent_decode(*state, str_of(cases[i].sent), cases[i].plus, &out);
        assert_int_equal(done, cases[i].meant != NULL);
        if (done) assert_str(out, cases[i].meant);
    }
}

static void keeps_the_order_of_pairs(void **state)
{
    struct query query;
    assert_true(query_parse(*state, S("b=2&a=x%20y+z&&b=3&flag&=v&e="), &query));
    static const char *const expected[][2] = {{"b", "2"},   {"a", "x y z"}, {"b", "3"},
                                              {"flag", ""}, {"", "v"},      {"e", ""}};
    assert_int_equal(query.count, COUNT(expected));
    for (size_t i = 0; i < COUNT(expected); i++) {
        assert_str(query.pairs[i].name, expected[i][0]);
        assert_str(query.pairs[i].value, expected[i][1]);
    }
    struct str value;
    assert_true(query_find(&query, "b", &value));
    assert_str(value, "2");
    assert_false(query_find(&query, "c", &value));
    assert_true(query_parse(*state, S(""), &query));
    assert_int_equal(query.count, 0);
}

static void refuses_bad_queries(void **state)
{
    struct query query;
    assert_false(query_parse(*state, S("a=%00"), &query));
    assert_false(query_parse(*state, S("%zz=1"), &query));
    assert_false(query_parse(*state, S("a=\xfe"), &query));
    struct buf many = buf_in(*state);
    for (int i = 0; i < QUERY_PAIRS; i++) buf_text(&many, "a&");
    assert_false(query_parse(*state, buf_str(&many), &query));
    many.len -= 2;
    assert_true(query_parse(*state, buf_str(&many), &query));
    assert_int_equal(query.count, QUERY_PAIRS - 1);
}

static void finds_cookies(void **state)
{
    (void)state;
    struct str value, header = S("a=1; session=abc=def; b=\"q\"; session=2;empty=; lone");
    assert_true(cookie_find(header, "session", &value));
    assert_str(value, "abc=def");
    assert_true(cookie_find(header, "b", &value));
    assert_str(value, "q");
    assert_true(cookie_find(header, "empty", &value));
    assert_str(value, "");
    assert_false(cookie_find(header, "lone", &value));
    assert_false(cookie_find(header, "ession", &value));
    assert_false(cookie_find(S(""), "a", &value));
    assert_false(cookie_find(S(";;=;"), "a", &value));
}

static void encodes(void **state)
{
    struct buf out = buf_in(*state);
    percent_encode(&out, S("a b/\xc3\xa4~\"\r\n"));
    assert_str(buf_str(&out), "a%20b%2F%C3%A4~%22%0D%0A");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(decodes),
        cmocka_unit_test(keeps_the_order_of_pairs),
        cmocka_unit_test(refuses_bad_queries),
        cmocka_unit_test(finds_cookies),
        cmocka_unit_test(encodes),
    };
    return cmocka_run_group_tests(tests, open_arena, close_arena);
}
