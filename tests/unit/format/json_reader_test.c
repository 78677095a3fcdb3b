/* The pull reader: the grammar's corners, in the spirit of the public JSON test suite, one line each. */
#include "fixture.h"

#include "format/json_reader.h"

static enum json_kind last_token(struct ctx *ctx, struct str text)
{
    struct json_reader reader = json_open(ctx->arena, text);
    enum json_kind kind;
    do kind = json_next(&reader);
    while (kind != JSON_END && kind != JSON_BAD);
    assert_int_equal(json_next(&reader), kind); /* and it stays that way */
    return kind;
}

static void takes_what_is_json(void **state)
{
    static const struct str texts[] = {
        S("[]"),
        S("{}"),
        S(" [ ] "),
        S("null"),
        S("true"),
        S("\"\""),
        S("0"),
        S("-0"),
        S("[1,-2,3.5e+7,0e0,1E-2]"),
        S("{\"a\":{\"b\":[{},[],\"c\"]}}"),
        S("[\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\uD834\\uDD1E\"]"),
        S("\t\n\r 1\r\n"),
        S("[\"\\u0000\"]"),
        S("{\"\":0}"),
        S("{\"a\":1,\"a\":2}"),
        S("\"\xF4\x8F\xBF\xBF\""),
        S("\"\x7F\""),
        S("[-123456789012345678901234567890]"),
        S("\xEF\xBB\xBF{}"),
        S("[1e-400]"),
        S("\"a long plain string, then \xC3\xA9\""),
        S("-0.000000000000000000000000000000000000000000000000000000000000000000000000000001"),
        S("[\"\\uDBFF\\uDFFF\"]"),
    };
    for (size_t i = 0; i < COUNT(texts); i++)
        if (last_token(*state, texts[i]) != JSON_END) fail_msg("refused: %.*s", PRINT(texts[i]));
}

static const struct str broken[] = {
    S(""),
    S(" "),
    S("["),
    S("]"),
    S("{"),
    S("}"),
    S("[1"),
    S("[1,"),
    S("[1,]"),
    S("[,1]"),
    S("[1 2]"),
    S("[1}"),
    S("{\"a\"}"),
    S("{\"a\":}"),
    S("{\"a\" 1}"),
    S("{\"a\":1,}"),
    S("{\"a\":1"),
    S("{a:1}"),
    S("{'a':1}"),
    S("{1:1}"),
    S("{\"a\":1]"),
    S("{,}"),
    S("{\"a\":1 \"b\":2}"),
    S("[1]]"),
    S("1 2"),
    S("nul"),
    S("True"),
    S("NaN"),
    S("-"),
    S("+1"),
    S("01"),
    S("-01"),
    S("1."),
    S(".5"),
    S("1.e1"),
    S("1e"),
    S("1e+"),
    S("0x1"),
    S("1e400"),
    S("-1e400"),
    S("\""),
    S("\"\\"),
    S("\"\\\""),
    S("\"\\x\""),
    S("\"\\u12\""),
    S("\"\\u12G4\""),
    S("\"\\uD800\""),
    S("\"\\uD800x\""),
    S("\"\\uDC00\""),
    S("\"\\uD800\\u0041\""),
    S("\"a\nb\""),
    S("\"\t\""),
    S("\"\x00\""),
    S("[1]\x00"),
    S("[1]x"),
    S("\"\x80\""),
    S("\"\xC0\xAF\""),
    S("\"\xE0\x80\xAF\""),
    S("\"\xED\xA0\x80\""),
    S("\"\xF4\x90\x80\x80\""),
    S("\"\xC3"),
    S("\"\xE2\x82\""),
    S("\"\xFF\""),
    S("// c\n1"),
    S("/**/1"),
    S("[1,//\n2]"),
    S("\xFF\xFE[\x00]\x00"),
    S("[\"a\",\n4\n,1,"),
    S("{\"a\":\"b\"}#"),
    S("\xE2\x81\xA0[]"),
    S("[\x0C]"),
    S("\xC2\xA0 1"),
    S("-Infinity"),
};

static void refuses_what_is_not(void **state)
{
    for (size_t i = 0; i < COUNT(broken); i++)
        if (last_token(*state, broken[i]) != JSON_BAD) fail_msg("taken: %.*s", PRINT(broken[i]));
}

static void delivers_tokens_in_order(void **state)
{
    struct ctx *ctx = *state;
    struct json_reader r = json_open(ctx->arena, S("{\"a\":[1,true,null,2.5],\"b\\n\":\"x\\u00e9y\"}"));
    assert_int_equal(json_next(&r), JSON_OBJECT);
    assert_int_equal(json_next(&r), JSON_KEY);
    assert_str(r.text, "a");
    assert_int_equal(json_next(&r), JSON_ARRAY);
    assert_int_equal(json_next(&r), JSON_NUMBER);
    assert_int_equal(r.number, 1);
    assert_int_equal(json_next(&r), JSON_BOOL);
    assert_true(r.boolean);
    assert_int_equal(json_next(&r), JSON_NULL);
    assert_int_equal(json_next(&r), JSON_DECIMAL);
    assert_true(r.decimal == 2.5);
    assert_int_equal(json_next(&r), JSON_CLOSE);
    assert_int_equal(json_next(&r), JSON_KEY);
    assert_str(r.text, "b\n");
    assert_int_equal(json_next(&r), JSON_STRING);
    assert_str(r.text, "x\xC3\xA9y");
    assert_int_equal(json_next(&r), JSON_CLOSE);
    assert_int_equal(json_next(&r), JSON_END);
}

static void borrows_strings_without_escapes(void **state)
{
    struct ctx *ctx = *state;
    struct str text = S("\"plain text that is longer than sixteen bytes\"");
    uint64_t before = arena_allocation_count();
    struct json_reader r = json_open(ctx->arena, text);
    assert_int_equal(json_next(&r), JSON_STRING);
    assert_ptr_equal(r.text.at, text.at + 1);
    assert_int_equal(arena_allocation_count(), before);
}

static void integers_are_exact_to_the_last(void **state)
{
    static const struct {
        struct str text;
        int64_t number;
    } cases[] = {{S("9223372036854775807"), INT64_MAX},
                 {S("-9223372036854775808"), INT64_MIN},
                 {S("9007199254740993"), 9007199254740993},
                 {S("999999999999999999"), 999999999999999999},
                 {S("-0"), 0}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct json_reader r = json_open(((struct ctx *)*state)->arena, cases[i].text);
        assert_int_equal(json_next(&r), JSON_NUMBER);
        assert_true(r.number == cases[i].number);
    }
    struct json_reader r = json_open(((struct ctx *)*state)->arena, S("9223372036854775808"));
    assert_int_equal(json_next(&r), JSON_DECIMAL);
    assert_true(r.decimal == 9223372036854775808.0);
    assert_str(r.text, "9223372036854775808");
}

static void decimals_are_read_as_the_c_library_reads_them(void **state)
{
    static const char *const texts[] = {"0.1",
                                        "1.7976931348623157e308",
                                        "5e-324",
                                        "123456789.123456789",
                                        "1e22",
                                        "1e23",
                                        "-0.0",
                                        "9007199254740993.0",
                                        "2.2250738585072011e-308",
                                        "0.30000000000000004",
                                        "123456789012345678e-5",
                                        "1.0000000000000000000000001",
                                        "4e-22",
                                        "8.5e+3"};
    for (size_t i = 0; i < COUNT(texts); i++) {
        struct json_reader r = json_open(((struct ctx *)*state)->arena, str_of(texts[i]));
        assert_int_equal(json_next(&r), JSON_DECIMAL);
        double expected = strtod(texts[i], NULL);
        assert_memory_equal(&r.decimal, &expected, sizeof expected);
    }
}

static void depth_has_a_limit(void **state)
{
    struct ctx *ctx = *state;
    static const char open[] = "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[";
    static const char close[] = "]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]";
    for (int limit = JSON_DEPTH; limit <= 2 * JSON_DEEPEST; limit += 32) {
        int effective = limit < JSON_DEEPEST ? limit : JSON_DEEPEST;
        for (int depth = effective; depth <= effective + 1; depth++) {
            struct str text = arena_print(ctx->arena, "%.*s%.*s", depth, open, depth, close);
            struct json_reader r = json_open(ctx->arena, text);
            r.depth_limit = limit;
            while (json_next(&r) != JSON_END && r.kind != JSON_BAD) {
            }
            assert_int_equal(r.kind, depth == effective ? JSON_END : JSON_BAD);
        }
    }
}

static void skips_whole_values(void **state)
{
    struct ctx *ctx = *state;
    struct json_reader r = json_open(ctx->arena, S("[{\"a\":[1,{\"b\":[]}]},7]"));
    assert_int_equal(json_next(&r), JSON_ARRAY);
    assert_int_equal(json_next(&r), JSON_OBJECT);
    json_skip(&r);
    assert_int_equal(json_next(&r), JSON_NUMBER);
    json_skip(&r); /* nothing to skip */
    assert_int_equal(r.number, 7);
    assert_int_equal(json_next(&r), JSON_CLOSE);
    assert_int_equal(json_next(&r), JSON_END);
    r = json_open(ctx->arena, S("[[1,2"));
    assert_int_equal(json_next(&r), JSON_ARRAY);
    json_skip(&r);
    assert_int_equal(r.kind, JSON_BAD);
}

static void complaints_name_line_and_column(void **state)
{
    struct ctx *ctx = *state;
    struct json_reader r = json_open(ctx->arena, S("{\n  \"\xC3\xBC\": tru}"));
    while (json_next(&r) != JSON_BAD) {
    }
    assert_int_equal(json_complain(ctx, &r), INVALID);
    assert_says(ctx, "The JSON is not valid at line 2, column 8: a value is missing here");
    r = json_open(ctx->arena, S("[7]"));
    assert_int_equal(json_next(&r), JSON_ARRAY);
    assert_int_equal(json_complain(ctx, &r), INVALID);
    assert_says(ctx, "line 1, column 2: this is not what was expected here.");
}

static void a_very_long_number_is_refused(void **state)
{
    struct ctx *ctx = *state;
    struct buf text = buf_in(ctx->arena);
    for (int i = 0; i < 600; i++) buf_char(&text, '7');
    assert_int_equal(last_token(ctx, buf_str(&text)), JSON_BAD);
    text.len = 300;
    assert_int_equal(last_token(ctx, buf_str(&text)), JSON_END);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ctx_test(takes_what_is_json),
        ctx_test(refuses_what_is_not),
        ctx_test(delivers_tokens_in_order),
        ctx_test(borrows_strings_without_escapes),
        ctx_test(integers_are_exact_to_the_last),
        ctx_test(decimals_are_read_as_the_c_library_reads_them),
        ctx_test(depth_has_a_limit),
        ctx_test(skips_whole_values),
        ctx_test(complaints_name_line_and_column),
        ctx_test(a_very_long_number_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
