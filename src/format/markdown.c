/* cmark-gfm parses and renders; what must not be in the result is taken out of the tree in between, by an allow-list.
 * Strikethrough and automatic links are left off: cmark-gfm keeps their special characters in a table that all threads
 * share and each parse changes. */
#include "format/markdown.h"

#include "base/buf.h"

#include <cmark-gfm-core-extensions.h>
#include <cmark-gfm-extension_api.h>
#include <cmark-gfm.h>
#include <pthread.h>

/* What the library allocates; held by the arena, so that running out of memory leaks nothing. */
struct work {
    cmark_parser *parser;
    cmark_node *root;
    char *html;
};

static void release(void *thing)
{
    struct work *work = thing;
    if (work->parser) cmark_parser_free(work->parser);
    if (work->root) cmark_node_free(work->root);
    free(work->html);
    *work = (struct work){0};
}

static struct work *parse(struct arena *arena, struct str text)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT; /* the library's list of extensions is filled by one thread */
    static const char *const extensions[] = {"table", "tasklist"};
    pthread_once(&once, cmark_gfm_core_extensions_ensure_registered);
    struct work *work = arena_make(arena, struct work);
    arena_defer(arena, release, work);
    work->parser = cmark_parser_new(CMARK_OPT_VALIDATE_UTF8);
    for (size_t i = 0; i < COUNT(extensions); i++)
        cmark_parser_attach_syntax_extension(work->parser, cmark_find_syntax_extension(extensions[i]));
    cmark_parser_feed(work->parser, text.at, text.len);
    work->root = cmark_parser_finish(work->parser);
    return work;
}

static bool is_local(struct str url)
{
    /* "//host" and "/\host" lead away, for all that they begin with a slash */
    bool leads_away = url.len > 1 && (url.at[1] == '/' || url.at[1] == '\\');
    return url.len && (url.at[0] == '#' || (url.at[0] == '/' && !leads_away));
}

static bool is_allowed_link(struct str url)
{
    static const struct str schemes[] = {S("http://"), S("https://"), S("mailto:"), S("tel:")};
    for (size_t i = 0; i < COUNT(schemes); i++)
        if (str_eq_nocase(str_slice(url, 0, schemes[i].len), schemes[i])) return true;
    return is_local(url);
}

/* The node gives way to one of another type; NULL when the tree does not take it there. */
static cmark_node *replace(cmark_node *node, cmark_node_type type)
{
    cmark_node *other = cmark_node_new(type);
    if (cmark_node_replace(node, other)) return other;
    cmark_node_free(other);
    return NULL;
}

static void show_html_as_text(cmark_node *node, bool block)
{
    cmark_node *outer = replace(node, block ? CMARK_NODE_CODE_BLOCK : CMARK_NODE_TEXT);
    if (outer) cmark_node_set_literal(outer, cmark_node_get_literal(node));
    if (!outer) cmark_node_unlink(node);
    cmark_node_free(node);
}

static bool is_inside_link(cmark_node *node)
{
    while (node && cmark_node_get_type(node) != CMARK_NODE_LINK) node = cmark_node_parent(node);
    return node != NULL;
}

/* Only emphasis where it stands in a link already: HTML has no links in links. */
static void make_picture_a_link(cmark_node *node)
{
    struct str url = str_of(cmark_node_get_url(node));
    if (is_local(url)) return;
    bool inside = is_inside_link(node);
    cmark_node *link = replace(node, inside ? CMARK_NODE_EMPH : CMARK_NODE_LINK);
    if (link) {
        if (!inside) cmark_node_set_url(link, is_allowed_link(url) ? cmark_node_get_url(node) : "");
        for (cmark_node *child = cmark_node_first_child(node); child; child = cmark_node_first_child(node))
            cmark_node_append_child(link, child);
    } else {
        cmark_node_unlink(node);
    }
    cmark_node_free(node);
}

static void make_safe(cmark_node *root)
{
    cmark_iter *iterator = cmark_iter_new(root);
    for (cmark_event_type event = cmark_iter_next(iterator); event != CMARK_EVENT_DONE;
         event = cmark_iter_next(iterator)) {
        cmark_node *node = cmark_iter_get_node(iterator);
        cmark_node_type type = cmark_node_get_type(node);
        bool is_leaf_html = type == CMARK_NODE_HTML_BLOCK || type == CMARK_NODE_HTML_INLINE;
        if (is_leaf_html)
            show_html_as_text(node, type == CMARK_NODE_HTML_BLOCK);
        else if (type == CMARK_NODE_LINK && !is_allowed_link(str_of(cmark_node_get_url(node))))
            cmark_node_set_url(node, "");
        else if (type == CMARK_NODE_IMAGE && event == CMARK_EVENT_EXIT)
            make_picture_a_link(node);
    }
    cmark_iter_free(iterator);
}

/* How deep the quotes and lists are that this line opens: "> * 1. text" is 3. */
static size_t opened_by(struct str line)
{
    size_t depth = 0;
    for (size_t i = 0; i < line.len && memchr(" \t>*+-.)0123456789", line.at[i], 18); i++) {
        bool space_follows = i + 1 == line.len || memchr(" \t\r", line.at[i + 1], 3);
        depth += line.at[i] == '>' || (space_follows && memchr("*+-.)", line.at[i], 5));
    }
    return depth;
}

/* The columns of the table which this line would make, standing below a header: it has nothing but dashes and bars. */
static size_t columns_of(struct str line)
{
    size_t bars = 0, dashes = 0;
    for (size_t i = 0; i < line.len; i++) {
        if (!memchr(" \t\r|:->*+.)0123456789", line.at[i], 21)) return 0;
        bars += line.at[i] == '|';
        dashes += line.at[i] == '-';
    }
    return dashes ? bars + 1 : 0;
}

static bool is_rule(struct str line)
{
    for (size_t i = 0; i < line.len; i++)
        if (!memchr(" \t\r-*_", line.at[i], 6)) return false;
    return true;
}

/* Short rows are filled up to the width of their table, so that a wide header over many short lines is a bomb; deep
 * quotes and wide tables cost the square of their size. NULL, or what is too much. */
static const char *find_excess(struct str text)
{
    size_t lines = 0, widest = 0;
    struct str rest = text, line;
    if (text.len > MARKDOWN_LONGEST) return SENTENCE("The text is longer than 128 KiB; attach it as a file.");
    while (str_cut(&rest, '\n', &line)) {
        lines++;
        size_t columns = columns_of(line);
        if (columns > widest) widest = columns;
        if (!is_rule(line) && opened_by(line) > MARKDOWN_DEPTH)
            return SENTENCE("The text has quotes or lists nested too deep.");
    }
    if (widest > MARKDOWN_COLUMNS || widest * lines > MARKDOWN_CELLS)
        return SENTENCE("The text has too large a table.");
    return NULL;
}

enum result markdown_to_html(struct ctx *ctx, struct str text, struct str *html)
{
    const char *excess = find_excess(text);
    if (excess) return fail(ctx, INVALID, "%s", excess);
    struct work *work = parse(ctx->arena, text);
    make_safe(work->root);
    work->html = cmark_render_html(work->root, CMARK_OPT_DEFAULT, cmark_parser_get_syntax_extensions(work->parser));
    *html = arena_copy(ctx->arena, str_of(work->html));
    release(work);
    return OK;
}

static void end_line(struct buf *buf)
{
    while (buf->len && buf->at[buf->len - 1] == ' ') buf->len--;
    if (buf->len && buf->at[buf->len - 1] != '\n') buf_char(buf, '\n');
}

/* On leaving a node: what separates it from the next. By name, for the types of extensions have no constant in the
 * installed headers. */
static void separate(struct buf *buf, cmark_node *node)
{
    static const char *const lines[] = {"paragraph", "heading", "table_row", "table_header", "item", "tasklist"};
    const char *type = cmark_node_get_type_string(node);
    if (strcmp(type, "table_cell") == 0) buf_char(buf, ' ');
    for (size_t i = 0; i < COUNT(lines); i++)
        if (strcmp(type, lines[i]) == 0) end_line(buf);
}

static void add_leaf(struct buf *buf, cmark_node *node)
{
    cmark_node_type type = cmark_node_get_type(node);
    const char *literal = cmark_node_get_literal(node);
    if (literal) buf_text(buf, literal);
    if (type == CMARK_NODE_SOFTBREAK || type == CMARK_NODE_LINEBREAK) buf_char(buf, ' ');
    if (type == CMARK_NODE_CODE_BLOCK || type == CMARK_NODE_HTML_BLOCK) end_line(buf);
}

struct str markdown_to_text(struct arena *arena, struct str text)
{
    if (find_excess(text)) return text;
    struct work *work = parse(arena, text);
    struct buf buf = buf_in(arena);
    buf_reserve(&buf, text.len * 2 + 1024); /* the walk is over the library's nodes, not within its calls */
    cmark_node *node = work->root;
    bool entering = true;
    while (node) {
        cmark_node *child = cmark_node_first_child(node);
        if (entering && child) {
            node = child;
            continue;
        }
        if (entering) add_leaf(&buf, node);
        separate(&buf, node);
        if (node == work->root) break;
        cmark_node *next = cmark_node_next(node);
        entering = next != NULL;
        node = next ? next : cmark_node_parent(node);
    }
    release(work);
    struct str result = buf_str(&buf);
    return result.len && result.at[result.len - 1] == '\n' ? str_slice(result, 0, result.len - 1) : result;
}
