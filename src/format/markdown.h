/* Markdown (CommonMark, with tables and task lists) into HTML that is safe to show, and into plain text for search.
 *
 * The writer of the text is not trusted. HTML in it is shown as the text that it is; links lead only to http,
 * https, mailto, tel, or a place on this server; pictures from elsewhere become links, so that opening a page
 * tells nobody. The result is well-formed, without scripts, styles and handlers. The text must be valid UTF-8. */
#ifndef MERLON_FORMAT_MARKDOWN_H
#define MERLON_FORMAT_MARKDOWN_H

#include "base/ctx.h"

enum { MARKDOWN_LONGEST = 128 * 1024, MARKDOWN_DEPTH = 32, MARKDOWN_COLUMNS = 100, MARKDOWN_CELLS = 200000 };

/* INVALID when the text is longer than MARKDOWN_LONGEST bytes, when quotes and lists nest deeper than MARKDOWN_DEPTH on
 * one line, or tables have more than MARKDOWN_COLUMNS columns or, filled up, could have more than MARKDOWN_CELLS cells:
 * short text could otherwise cost minutes. */
enum result markdown_to_html(struct ctx *ctx, struct str text, struct str *html) MUST_USE;

/* What a reader would see, one line for each paragraph, item and row; cells are separated by a space. Text beyond
 * the limits comes back as it is. */
struct str markdown_to_text(struct arena *arena, struct str text);

#endif
