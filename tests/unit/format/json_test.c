/* The document tree and the writer, there and back again. */
#include "fixture.h"

#include "format/json.h"
#include "format/json_out.h"

#include <math.h>

static struct json *parse(struct ctx *ctx, struct str text)
{
    struct json *value = NULL;
    if (json_parse(ctx, text, &value) != OK) fail_msg("%.*s", PRINT(ctx->error.sentence));
    return value;
}

static void members_are_found_by_key_and_kind(void **state)
{
    struct json *doc = parse(*state, S("{\"title\":\"Fire\",\"level\":4,\"share\":0.25,\"open\":true,\"none\":null,"
                                       "\"tags\":[\"a\",\"b\"]}"));
    assert_int_equal(doc->kind, JSON_OBJECT);
    assert_int_equal(doc->count, 6);
    assert_str(json_str(doc, "title", S("?")), "Fire");
    assert_str(json_str(doc, "level", S("?")), "?");
    assert_int_equal(json_number(doc, "level", -1), 4);
    assert_int_equal(json_number(doc, "share", -1), -1);
    assert_true(json_decimal(doc, "share", 0) == 0.25);
    assert_true(json_decimal(doc, "level", 0) == 4.0);
    assert_true(json_bool(doc, "open", false));
    assert_false(json_bool(doc, "missing", false));
    assert_int_equal(json_get(doc, "none")->kind, JSON_NULL);
    const struct json *tags = json_get(doc, "tags");
    assert_int_equal(tags->count, 2);
    assert_str(tags->first->next->text, "b");
    assert_null(tags->first->next->next);
    assert_null(json_get(tags, "title"));
    assert_null(json_get(NULL, "title"));
}

static void what_is_read_is_written_the_same(void **state)
{
    struct ctx *ctx = *state;
    static const char *const texts[] = {"{\"a\":[1,-2,3.50,1e5,true,false,null,\"x\"],\"b\":{},\"c\":[]}",
                                        "[]",
                                        "\"\"",
                                        "-9223372036854775808",
                                        "123456789012345678901234567890",
                                        "[[[[{\"k\":[0]}]]]]"};
    for (size_t i = 0; i < COUNT(texts); i++) {
        struct buf out = buf_in(ctx->arena);
        json_write_value(&out, parse(ctx, str_of(texts[i])));
        assert_str(buf_str(&out), texts[i]);
    }
}

static void a_key_twice_is_refused(void **state)
{
    struct ctx *ctx = *state;
    struct json *out;
    assert_int_equal(json_parse(ctx, S("{\"id\":1,\n\"\\u0069d\":2}"), &out), INVALID);
    assert_says(ctx, "The JSON is not valid at line 2, column 12: the object that ends here has the key \"id\" twice.");
    struct buf many = buf_in(ctx->arena);
    buf_char(&many, '{');
    for (int i = 0; i < 1000; i++) buf_print(&many, "\"key%d\":%d,", i, i);
    size_t before_last = many.len;
    buf_text(&many, "\"key1000\":0}");
    assert_int_equal(parse(ctx, buf_str(&many))->count, 1001);
    many.len = before_last;
    buf_text(&many, "\"key500\":0}");
    assert_int_equal(json_parse(ctx, buf_str(&many), &out), INVALID);
    assert_says(ctx, "\"key500\" twice");
}

static void the_depth_is_the_callers(void **state)
{
    struct ctx *ctx = *state;
    struct json *out;
    assert_int_equal(json_parse_deep(ctx, S("[[1]]"), 2, &out), OK);
    assert_int_equal(json_parse_deep(ctx, S("[[1]]"), 1, &out), INVALID);
    assert_says(ctx, "column 2: brackets are nested too deep.");
}

static void strings_are_escaped_for_html_too(void **state)
{
    struct ctx *ctx = *state;
    static const struct {
        struct str text;
        const char *json;
    } cases[] = {
        {S(""), "\"\""},
        {S("plain and rather long, so that it goes by words"), "\"plain and rather long, so that it goes by words\""},
        {S("a\"b\\c/d"), "\"a\\\"b\\\\c/d\""},
        {S("\b\f\n\r\t\x01\x1F\x7F"), "\"\\b\\f\\n\\r\\t\\u0001\\u001f\x7F\""},
        {S("12345678</script>"), "\"12345678\\u003c/script>\""},
        {S("\xE2\x80\xA8|\xE2\x80\xA9|\xE2\x80\xAA|\xE2\x82\xAC"), "\"\\u2028|\\u2029|\xE2\x80\xAA|\xE2\x82\xAC\""},
        {S("a\0b"), "\"a\\u0000b\""},
        {S("\xC3\xA4\xF0\x9F\x98\x80"), "\"\xC3\xA4\xF0\x9F\x98\x80\""},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct buf out = buf_in(ctx->arena);
        json_string(&out, cases[i].text);
        assert_str(buf_str(&out), cases[i].json);
        assert_true(str_eq(parse(ctx, buf_str(&out))->text, cases[i].text));
    }
}

static void every_length_and_place_of_an_escape(void **state)
{
    struct ctx *ctx = *state;
    for (size_t len = 1; len < 40; len++) {
        for (size_t place = 0; place < len; place++) {
            char text[40];
            memset(text, 'x', len);
            text[place] = "\"\\\n<"[place % 4];
            struct buf out = buf_in(ctx->arena);
            json_string(&out, (struct str){text, len});
            assert_true(str_eq(parse(ctx, buf_str(&out))->text, (struct str){text, len}));
        }
    }
}

static void commas_come_by_themselves(void **state)
{
    struct ctx *ctx = *state;
    struct buf buf = buf_in(ctx->arena);
    struct json_out out = json_out_to(&buf);
    json_open_object(&out);
    json_key(&out, "id"), json_put_number(&out, INT64_MIN);
    json_key_str(&out, S("a\"b")), json_put_str(&out, S("c"));
    json_key(&out, "list"), json_open_array(&out);
    json_open_object(&out), json_close_object(&out);
    json_open_array(&out), json_close_array(&out);
    json_put_bool(&out, true), json_put_null(&out), json_put_raw(&out, S("{\"raw\":1}"));
    json_put_text(&out, NULL), json_put_text(&out, "t");
    json_close_array(&out);
    json_key(&out, "end"), json_put_value(&out, parse(ctx, S("[1,{\"x\":2}]")));
    json_key(&out, "nothing"), json_put_value(&out, NULL);
    json_close_object(&out);
    assert_str(buf_str(&buf),
               "{\"id\":-9223372036854775808,\"a\\\"b\":\"c\",\"list\":[{},[],true,null,{\"raw\":1},null,"
               "\"t\"],\"end\":[1,{\"x\":2}],\"nothing\":null}");
    parse(ctx, buf_str(&buf));
}

static void decimals_are_short_and_come_back_exactly(void **state)
{
    struct ctx *ctx = *state;
    static const struct {
        double n;
        const char *text;
    } cases[] = {{0, "0"},
                 {1.5, "1.5"},
                 {-0.25, "-0.25"},
                 {0.1, "0.1"},
                 {99.99, "99.99"},
                 {1234567.000001, "1234567.000001"},
                 {1e300, "1e+300"},
                 {1.0 / 3, "0.3333333333333333"},
                 {0.1 + 0.2, "0.30000000000000004"},
                 {12.05, "12.05"},
                 {-7, "-7"},
                 {INFINITY, "null"},
                 {NAN, "null"}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct buf buf = buf_in(ctx->arena);
        struct json_out out = json_out_to(&buf);
        json_put_decimal(&out, cases[i].n);
        assert_str(buf_str(&buf), cases[i].text);
    }
    for (int64_t i = -20000; i < 20000; i++) {
        double n = (double)i / 128 + 1.0 / 3 * (double)(i % 3);
        struct buf buf = buf_in(ctx->arena);
        struct json_out out = json_out_to(&buf);
        json_put_decimal(&out, n);
        struct json *back = parse(ctx, buf_str(&buf));
        assert_true((back->kind == JSON_NUMBER ? (double)back->number : back->decimal) == n);
        if (i % 100 == 0) arena_reset(ctx->arena);
    }
}

static void parse_something(struct ctx *ctx)
{
    struct json *out;
    struct buf text = buf_in(ctx->arena);
    buf_text(&text, "{\"a\":[\"\\u00e9\",{\"b\":\"\\n\"}]");
    for (int i = 0; i < 60; i++) buf_print(&text, ",\"key\\u0041%d\":[%d,\"%0*d\"]", i, i, i * 20 + 1, i);
    buf_char(&text, '}');
    assert_int_equal(json_parse(ctx, buf_str(&text), &out), OK);
    struct buf back = buf_in(ctx->arena);
    json_write_value(&back, out);
    assert_int_equal(json_parse(ctx, S("{\"a\":1,\"a\":2}"), &out), INVALID);
}

static void running_out_of_memory_harms_nothing(void **state)
{
    (void)state;
    assert_true(fail_each_allocation(parse_something) > 50);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ctx_test(members_are_found_by_key_and_kind),
        ctx_test(what_is_read_is_written_the_same),
        ctx_test(a_key_twice_is_refused),
        ctx_test(the_depth_is_the_callers),
        ctx_test(strings_are_escaped_for_html_too),
        ctx_test(every_length_and_place_of_an_escape),
        ctx_test(commas_come_by_themselves),
        ctx_test(decimals_are_short_and_come_back_exactly),
        ctx_test(running_out_of_memory_harms_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
