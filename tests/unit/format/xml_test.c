/* The XML reader, handed its input in pieces of every size. */
#include "fixture.h"

#include "format/xml.h"

struct source {
    struct str rest;
    size_t piece;
    bool breaks; /* fails at the end */
};

static int64_t give(void *thing, char *out, size_t room)
{
    struct source *source = thing;
    size_t len = source->piece < room ? source->piece : room;
    if (len > source->rest.len) len = source->rest.len;
    if (!len) return source->breaks ? -1 : 0;
    memcpy(out, source->rest.at, len);
    source->rest = str_slice(source->rest, len, source->rest.len);
    return (int64_t)len;
}

/* "<a k=v>text</a>" once more, names without prefix; or the problem. */
static struct str retell(struct ctx *ctx, struct str text, size_t piece)
{
    struct source source = {.rest = text, .piece = piece};
    struct xml_reader xml = xml_open(ctx->arena, give, &source);
    struct buf out = buf_in(ctx->arena);
    for (;;) {
        switch (xml_next(&xml)) {
        case XML_OPEN:
            buf_print(&out, "<%.*s", PRINT(xml.name));
            for (size_t i = 0; i < xml.attribute_count; i++)
                buf_print(&out, " %.*s=%.*s", PRINT(xml.attributes[i].name), PRINT(xml.attributes[i].value));
            buf_char(&out, '>');
            break;
        case XML_TEXT: buf_add(&out, xml.text); break;
        case XML_CLOSE: buf_print(&out, "</%.*s>", PRINT(xml.name)); break;
        case XML_END: return buf_str(&out);
        case XML_BAD: return str_of(xml.problem);
        }
    }
}

static void tells_what_stands_there(void **state)
{
    static const struct {
        struct str text;
        const char *told;
    } cases[] = {
        {S("<a/>"), "<a></a>"},
        {S("\xEF\xBB\xBF<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!-- <b> --><x:a y:k = 'v' l=\"&gt;>'\"/>\n"),
         "\n<a k=v l=>>'></a>\n"},
        {S("<a>x &lt;&amp;&gt;&quot;&apos; &#65;&#x41;&#x1F600;</a>"), "<a>x <&>\"' AA\xF0\x9F\x98\x80</a>"},
        {S("<a><![CDATA[<&]]]]><b\n/>t</a >"), "<a><&]]<b></b>t</a>"},
        {S("<a><b><c/></b><b/></a>"), "<a><b><c></c></b><b></b></a>"},
        {S("<a>\xC3\xA4<?pi > ?></a>"), "<a>\xC3\xA4</a>"},
    };
    for (size_t i = 0; i < COUNT(cases); i++)
        for (size_t piece = 1; piece < 90; piece++) assert_str(retell(*state, cases[i].text, piece), cases[i].told);
}

static void refuses_what_is_broken_or_dangerous(void **state)
{
    static const struct {
        struct str text;
        const char *problem;
    } cases[] = {
        {S(""), "it ends in the middle"},
        {S("<a>"), "it ends in the middle"},
        {S("<a"), "it ends in the middle"},
        {S("<a b=\">"), "it ends in the middle"},
        {S("<!-- x"), "it ends in the middle"},
        {S("<a></b>"), "its elements are not closed in order"},
        {S("</a>"), "its elements are not closed in order"},
        {S("<x:a></y:a>"), "its elements are not closed in order"},
        {S("<a/><b/>"), "it is not well-formed XML"},
        {S("<a b>"), "it is not well-formed XML"},
        {S("<a b=c>"), "it is not well-formed XML"},
        {S("< a/>"), "it is not well-formed XML"},
        {S("x<a/>"), "it has text outside of its elements"},
        {S("<a/>x"), "it has text outside of its elements"},
        {S("<!DOCTYPE a [<!ENTITY b \"c\">]><a>&b;</a>"), "it has a document type declaration, which is not allowed"},
        {S("<a>&b;</a>"), "it has an entity that is not allowed"},
        {S("<a>&#0;</a>"), "it has an entity that is not allowed"},
        {S("<a>&#xD800;</a>"), "it has an entity that is not allowed"},
        {S("<a>&#99999999;</a>"), "it has an entity that is not allowed"},
        {S("<a>&</a>"), "it has an entity that is not allowed"},
        {S("<a>&#;</a>"), "it has an entity that is not allowed"},
        {S("<a>\xC3</a>"), "it has text that is not UTF-8"},
        {S("<a b='\xFF'/>"), "it has text that is not UTF-8"},
        {S("<a><![CDATA[\xFF]]></a>"), "it has text that is not UTF-8"},
        {S("<?xml version='1.0' encoding='UTF-16'?><a/>"), "its XML is not UTF-8"},
    };
    for (size_t i = 0; i < COUNT(cases); i++)
        for (size_t piece = 1; piece < 60; piece += 7)
            assert_str(retell(*state, cases[i].text, piece), cases[i].problem);
}

static void limits_hold(void **state)
{
    struct ctx *ctx = *state;
    struct buf deep = buf_in(ctx->arena), wide = buf_in(ctx->arena), large = buf_in(ctx->arena);
    for (int i = 0; i <= XML_DEPTH; i++) buf_text(&deep, "<a>");
    assert_str(retell(ctx, buf_str(&deep), 100), "its elements are nested too deep");
    buf_text(&wide, "<a");
    for (int i = 0; i <= XML_ATTRIBUTES; i++) buf_print(&wide, " a%d='1'", i);
    buf_text(&wide, "/>");
    assert_str(retell(ctx, buf_str(&wide), 1000), "an element has too many attributes");
    buf_text(&large, "<a>");
    for (int i = 0; i <= XML_LONGEST / 8; i++) buf_text(&large, "12345678");
    assert_str(retell(ctx, buf_str(&large), 100000), "it has text of more than 4 MiB in one piece");
}

static void a_source_that_fails_is_damage(void **state)
{
    struct source source = {.rest = S("<a>text"), .piece = 100, .breaks = true};
    struct xml_reader xml = xml_open(((struct ctx *)*state)->arena, give, &source);
    assert_int_equal(xml_next(&xml), XML_OPEN);
    assert_int_equal(xml_next(&xml), XML_BAD);
    assert_string_equal(xml.problem, "it is damaged");
    assert_int_equal(xml_next(&xml), XML_BAD);
}

static void attributes_are_found_by_name(void **state)
{
    struct source source = {.rest = S("<c r='B2' t='s'/>"), .piece = 100};
    struct xml_reader xml = xml_open(((struct ctx *)*state)->arena, give, &source);
    assert_int_equal(xml_next(&xml), XML_OPEN);
    assert_str(xml_attribute(&xml, "t"), "s");
    assert_str(xml_attribute(&xml, "none"), "");
    assert_int_equal(xml.depth, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ctx_test(tells_what_stands_there),       ctx_test(refuses_what_is_broken_or_dangerous), ctx_test(limits_hold),
        ctx_test(a_source_that_fails_is_damage), ctx_test(attributes_are_found_by_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
