/* Markdown is what strangers write and colleagues read: what is dangerous stays a harmless literal. */
#include "fixture.h"

#include "format/markdown.h"

static struct str html_of(struct ctx *ctx, struct str text)
{
    struct str html;
    assert_int_equal(markdown_to_html(ctx, text, &html), OK);
    return html;
}

static void ordinary_text_becomes_html(void **state)
{
    static const struct {
        struct str text;
        const char *html;
    } cases[] = {
        {S(""), ""},
        {S("# Scope\n\nAll *sites* and **ships**."),
         "<h1>Scope</h1>\n<p>All <em>sites</em> and <strong>ships</strong>.</p>\n"},
        {S("- a\n- b\n"), "<ul>\n<li>a</li>\n<li>b</li>\n</ul>\n"},
        {S("| a | b |\n|---|---|\n| 1 | 2 |\n"), "<table>\n<thead>\n<tr>\n<th>a</th>\n<th>b</th>\n</tr>\n</"
                                                 "thead>\n<tbody>\n<tr>\n<td>1</td>\n<td>2</td>\n</tr>\n"
                                                 "</tbody>\n</table>\n"},
        {S("`a < b` & \"c\""), "<p><code>a &lt; b</code> &amp; &quot;c&quot;</p>\n"},
        {S("[x](https://example.org/?a=1&b=2)"), "<p><a href=\"https://example.org/?a=1&amp;b=2\">x</a></p>\n"},
        {S("[x](/risk/5) [y](#top) [z](mailto:a@b.c)"),
         "<p><a href=\"/risk/5\">x</a> <a href=\"#top\">y</a> <a href=\"mailto:a@b.c\">z</a></p>\n"},
        {S("![plan](/api/v1/evidence/5)"), "<p><img src=\"/api/v1/evidence/5\" alt=\"plan\" /></p>\n"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) assert_str(html_of(*state, cases[i].text), cases[i].html);
}

static void what_is_dangerous_stays_text(void **state)
{
    static const struct {
        struct str text;
        const char *html;
    } cases[] = {
        {S("a <script>alert(1)</script>"), "<p>a &lt;script&gt;alert(1)&lt;/script&gt;</p>\n"},
        {S("<script>\nalert(1)\n</script>\n"), "<pre><code>&lt;script&gt;\nalert(1)\n&lt;/script&gt;\n</code></pre>\n"},
        {S("<img src=x onerror=alert(1)>"), "<pre><code>&lt;img src=x onerror=alert(1)&gt;\n</code></pre>\n"},
        {S("[x](javascript:alert(1))"), "<p><a href=\"\">x</a></p>\n"},
        {S("[x](JaVaScRiPt:alert(1))"), "<p><a href=\"\">x</a></p>\n"},
        {S("[x](data:text/html,1)"), "<p><a href=\"\">x</a></p>\n"},
        {S("[x](//evil.example/)"), "<p><a href=\"\">x</a></p>\n"},
        {S("[x](/\\evil.example/)"), "<p><a href=\"\">x</a></p>\n"},
        {S("<javascript:alert(1)>"), "<p><a href=\"\">javascript:alert(1)</a></p>\n"},
        {S("![*spy*](https://evil.example/pixel.png)"),
         "<p><a href=\"https://evil.example/pixel.png\"><em>spy</em></a></p>\n"},
        {S("![x](data:image/png;base64,AAAA)"), "<p><a href=\"\">x</a></p>\n"},
        {S("[![x](https://e.example/a.png)](https://e.example/)"),
         "<p><a href=\"https://e.example/\"><em>x</em></a></p>\n"},
        {S("[a](https://x.example/ \"t\\\" onclick=alert(1) \\\"\")"), NULL},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct str html = html_of(*state, cases[i].text);
        if (cases[i].html) assert_str(html, cases[i].html);
        assert_false(str_find(html, S("<img"), NULL));
        assert_false(str_find(html, S("\" onclick"), NULL));
        assert_false(str_find(html, S("<!--"), NULL));
    }
}

static void plain_text_is_what_a_reader_sees(void **state)
{
    static const struct {
        struct str text;
        const char *plain;
    } cases[] = {
        {S(""), ""},
        {S("# Head\n\nOne *two*\nthree.\n\n- a\n- b `c`\n"), "Head\nOne two three.\na\nb c"},
        {S("| a | b |\n|---|---|\n| 1 | 2 |\n"), "a b\n1 2"},
        {S("[shown](https://hidden.example/) ![alt](x.png)"), "shown alt"},
        {S("```\ncode\nmore\n```\nend"), "code\nmore\nend"},
        {S("> quoted\n>\n> twice"), "quoted\ntwice"},
        {S("M\xC3\xBCller &amp; &lt;co&gt;"), "M\xC3\xBCller & <co>"},
    };
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_str(markdown_to_text(((struct ctx *)*state)->arena, cases[i].text), cases[i].plain);
}

static void length_has_a_limit(void **state)
{
    struct ctx *ctx = *state;
    struct buf text = buf_in(ctx->arena);
    struct str html;
    for (int i = 0; i < MARKDOWN_LONGEST; i++) buf_char(&text, 'x');
    assert_int_equal(markdown_to_html(ctx, buf_str(&text), &html), OK);
    buf_char(&text, 'x');
    assert_int_equal(markdown_to_html(ctx, buf_str(&text), &html), INVALID);
    assert_says(ctx, "The text is longer than 128 KiB");
    assert_int_equal(markdown_to_text(ctx->arena, buf_str(&text)).len, MARKDOWN_LONGEST + 1);
}

/* Each of these cost the library seconds to minutes before there were limits. */
static void bombs_are_refused(void **state)
{
    struct ctx *ctx = *state;
    struct str html;
    struct buf wide = buf_in(ctx->arena), tall = buf_in(ctx->arena), deep = buf_in(ctx->arena);
    for (int i = 0; i < 200; i++) buf_text(&wide, "|x");
    buf_char(&wide, '\n');
    for (int i = 0; i < 200; i++) buf_text(&wide, "|-");
    assert_int_equal(markdown_to_html(ctx, buf_str(&wide), &html), INVALID);
    assert_says(ctx, "The text has too large a table.");
    buf_text(&tall, "> a|b|c|d|e|f\n> -|-|-|-|-|-\n");
    for (int i = 0; i < 33000; i++) buf_text(&tall, ">x\n");
    assert_int_equal(markdown_to_html(ctx, buf_str(&tall), &html), OK);
    for (int i = 0; i < 2000; i++) buf_text(&tall, ">x\n");
    assert_int_equal(markdown_to_html(ctx, buf_str(&tall), &html), INVALID);
    for (int i = 0; i < 33; i++) buf_text(&deep, "> 1. ");
    buf_text(&deep, "-");
    assert_int_equal(markdown_to_html(ctx, buf_str(&deep), &html), INVALID);
    assert_says(ctx, "The text has quotes or lists nested too deep.");
    assert_int_equal(markdown_to_html(ctx,
                                      S("a\n\n- - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - -\n\n"
                                        "--------------------------------------------------------------\n"),
                                      &html),
                     OK);
}

static void work_on_something(struct ctx *ctx)
{
    html_of(ctx, S("# a\n\n<b> ![x](y)\n\n| a |\n|---|\n| b |\n"));
    assert_str(markdown_to_text(ctx->arena, S("*a*")), "a");
}

static void running_out_of_memory_harms_nothing(void **state)
{
    (void)state;
    assert_true(fail_each_allocation(work_on_something) > 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ctx_test(ordinary_text_becomes_html),
        ctx_test(what_is_dangerous_stays_text),
        ctx_test(plain_text_is_what_a_reader_sees),
        ctx_test(length_has_a_limit),
        ctx_test(bombs_are_refused),
        ctx_test(running_out_of_memory_harms_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
