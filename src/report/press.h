/* The printing press: a page, a place on it, and the few ways to put ink there. Inside report/ only; reports write
 * documents (document.h).
 *
 * Points (1/72 inch) from the page's top left corner. A document is printed twice: the first pass only measures and
 * finds out on which page things come to stand; the second draws. Both run the same code, so they agree; whatever draws
 * does nothing in the first pass. */
#ifndef MERLON_REPORT_PRESS_H
#define MERLON_REPORT_PRESS_H

#include "report/block.h"

#include <pango/pangocairo.h>

enum style {
    STYLE_BODY,
    STYLE_TITLE,
    STYLE_SUBTITLE,
    STYLE_CHAPTER,
    STYLE_SECTION,
    STYLE_LABEL,
    STYLE_STRONG,
    STYLE_CELL,
    STYLE_CELL_STRONG,
    STYLE_COLUMN,
    STYLE_CODE,
    STYLE_FIGURE,
    STYLE_RUNNING,
    STYLES
};

enum ink {
    INK = 0x1b2430,
    INK_MUTED = 0x5a6675,
    INK_ACCENT = 0x1d3f66,
    INK_LINE = 0xd5dbe3,
    INK_PALE = 0xf2f5f9,
    INK_WHITE = 0xffffff,
};

enum align { LEFT, CENTRE, RIGHT };

/* Where a heading came to stand, for contents and outline. */
struct landmark {
    const struct block *heading;
    int page; /* from 1 */
};

struct output {
    char *at;
    size_t len, room;
};

struct press {
    struct ctx *ctx;
    const struct document *document;
    bool drawing;
    double width, height;            /* of the page */
    double left, right, top, bottom; /* of the frame that text keeps to */
    double y;                        /* where the next block begins */
    int page, pages;                 /* from 1; pages is known in the second pass */
    struct landmark *landmarks;
    size_t landmark_count, landmark_next;

    PangoFontMap *fonts;
    PangoContext *context;
    PangoFontDescription *faces[STYLES];
    PangoAttrList *figures, *code; /* figures of one width; code that breaks anywhere without a hyphen */
    PangoLayout *layout;           /* for one text at a time */
    PangoLayout *cells[GRID_COLUMNS],
        *heads[GRID_COLUMNS]; /* a row stays set while the head of a new page is printed */
    cairo_surface_t *surface;
    cairo_t *cairo;
    struct output output;
};

/* In the ctx's arena; what it holds of the libraries is released with that, or by press_close. */
struct press *press_open(struct ctx *ctx, const struct document *document);
void press_close(struct press *press);
/* Begins a pass at the top of page 1. */
void press_begin(struct press *press, bool drawing);
/* Ends the second pass: the PDF is in press->output. BROKEN when the libraries report a failure. */
enum result press_finish(struct press *press) MUST_USE;

void press_break(struct press *press);               /* goes to the next page */
void press_need(struct press *press, double height); /* the same when less than this is left */
double press_room(const struct press *press);        /* height left on this page */
static inline double press_width(const struct press *press)
{
    return press->right - press->left;
}

/* Sets text into a layout: width in points, 0 is one line of any length. Returns its height. */
double press_set(struct press *press, PangoLayout *layout, enum style style, struct str text, double width);
void press_show(struct press *press, PangoLayout *layout, uint32_t colour, double x, double y);
/* Sets and shows; returns the height. */
double press_text(struct press *press, enum style style, uint32_t colour, struct str text, double x, double y,
                  double width);
/* Lines of what is set from *line on, as many as fit into the room but at least one, in the ink at hand; moves *line on
 * and returns the height taken. *line must be less than the layout's number of lines. */
double press_lines(struct press *press, PangoLayout *layout, double x, double y, int *line, double room);
/* One line, cut with an ellipsis where it is too long; x is the left end, the middle or the right end. */
void press_line(struct press *press, enum style style, uint32_t colour, enum align align, struct str text, double x,
                double y, double width);
double press_text_width(struct press *press, enum style style, struct str text); /* on one line */
double press_line_height(struct press *press, enum style style);

/* Structure for screen readers; every tag is ended on the page on which it began. */
void press_tag(struct press *press, const char *name);
void press_untag(struct press *press, const char *name);

#endif
