/* Markdown: whatever is written, the HTML has no tag, attribute or target beyond those that Markdown itself makes. */
#include "format/markdown.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds)
{
    if (!holds) abort();
}

static bool has(struct str s, const char *what)
{
    return str_find(s, str_of(what), NULL);
}

static bool is_one_of(struct str word, const char *const *list, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (str_is(word, list[i])) return true;
    return false;
}

static void check_target(struct str target)
{
    static const char *const targets[] = {"http://", "https://", "mailto:", "tel:", "/", "#"};
    bool allowed = !target.len;
    for (size_t i = 0; i < COUNT(targets); i++)
        allowed |= str_eq_nocase(str_slice(target, 0, strlen(targets[i])), str_of(targets[i]));
    check(allowed && !str_starts(target, S("//")));
}

/* name="value" after the name of a tag. What looks like one within a value is none: the language of a block of code
 * may be called `href=`. */
static void check_attributes(struct str rest)
{
    static const char *const names[] = {"href",  "src",   "alt",  "title",   "class",
                                        "start", "align", "type", "checked", "disabled"};
    for (struct str name, value; rest.len && rest.at[0] == ' ';) {
        rest = str_slice(rest, 1, rest.len);
        if (str_is(rest, "/")) return;
        check(str_cut(&rest, '=', &name) && is_one_of(name, names, COUNT(names)));
        check(rest.len > 1 && rest.at[0] == '"');
        rest = str_slice(rest, 1, rest.len);
        check(memchr(rest.at, '"', rest.len) && str_cut(&rest, '"', &value));
        if (str_is(name, "href") || str_is(name, "src")) check_target(value);
    }
    check(!rest.len);
}

/* The inside of a tag: its name is known, and so are its attributes, and how each target begins. */
static void check_tag(struct str tag)
{
    static const char *const names[] = {"p",     "h1",    "h2",     "h3", "h4", "h5", "h6",    "ul",        "ol",
                                        "li",    "em",    "strong", "a",  "br", "hr", "img",   "code",      "pre",
                                        "table", "thead", "tbody",  "tr", "th", "td", "input", "blockquote"};
    if (str_starts(tag, S("/"))) tag = str_slice(tag, 1, tag.len);
    size_t len = 0;
    while (len < tag.len && tag.at[len] != ' ') len++;
    check(is_one_of(str_slice(tag, 0, len), names, COUNT(names)));
    check_attributes(str_slice(tag, len, tag.len));
}

static void try_text(struct ctx *ctx, struct str text)
{
    struct str html;
    struct str plain = markdown_to_text(ctx->arena, text);
    check(plain.len <= text.len * 2 + 1024);
    if (markdown_to_html(ctx, text, &html) != OK) {
        check(ctx->error.result == INVALID && ctx->error.sentence.len > 0);
        return;
    }
    check(str_is_utf8(html) && !has(html, "<script") && !has(html, "<!--"));
    for (struct str piece, rest = html; str_cut(&rest, '<', &piece) && rest.at;) {
        const char *end = rest.len ? memchr(rest.at, '>', rest.len) : NULL;
        check(end != NULL);
        check_tag(str_slice(rest, 0, (size_t)(end - rest.at)));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str text = {(const char *)data, size};
    struct arena *arena = arena_new(0);
    struct ctx ctx = {.arena = arena};
    jmp_buf escape;
    if (setjmp(escape) == 0) {
        arena_guard(arena, &escape);
        if (str_is_utf8(text)) try_text(&ctx, text);
    }
    arena_free(arena);
    return 0;
}
