/* Marks are outlines of our own rather than characters of a font, so that they look the same whichever font there is.
 * Each status has a shape of its own; the colour only helps. */
#include "report/furniture.h"

#include <math.h>

enum { FOOTER_GAP = 18, HEADER_AT = 30 };

static double channel(uint32_t colour, int shift)
{
    return (double)((colour >> shift) & 255) / 255;
}

void furniture_ink(struct press *press, uint32_t colour)
{
    cairo_set_source_rgb(press->cairo, channel(colour, 16), channel(colour, 8), channel(colour, 0));
}

static double linear(double value)
{
    return value <= 0.04045 ? value / 12.92 : pow((value + 0.055) / 1.055, 2.4);
}

static double luminance(uint32_t colour)
{
    return 0.2126 * linear(channel(colour, 16)) + 0.7152 * linear(channel(colour, 8)) +
           0.0722 * linear(channel(colour, 0));
}

uint32_t furniture_on(uint32_t colour)
{
    double light = luminance(colour);
    return 1.05 / (light + 0.05) >= (light + 0.05) / (luminance(INK) + 0.05) ? INK_WHITE : INK;
}

uint32_t furniture_pale(uint32_t colour)
{
    uint32_t pale = 0;
    for (int shift = 0; shift <= 16; shift += 8) {
        uint32_t value = (colour >> shift) & 255;
        pale |= (255 - (255 - value) / 9) << shift;
    }
    return pale;
}

void furniture_rule(struct press *press, double x, double y, double width, double thickness, uint32_t colour)
{
    furniture_fill(press, x, y, width, thickness, 0, colour);
}

static void rounded(cairo_t *cairo, double x, double y, double width, double height, double radius)
{
    cairo_new_sub_path(cairo);
    cairo_arc(cairo, x + width - radius, y + radius, radius, -M_PI / 2, 0);
    cairo_arc(cairo, x + width - radius, y + height - radius, radius, 0, M_PI / 2);
    cairo_arc(cairo, x + radius, y + height - radius, radius, M_PI / 2, M_PI);
    cairo_arc(cairo, x + radius, y + radius, radius, M_PI, 3 * M_PI / 2);
    cairo_close_path(cairo);
}

void furniture_fill(struct press *press, double x, double y, double width, double height, double radius,
                    uint32_t colour)
{
    if (!press->drawing || width <= 0 || height <= 0) return;
    furniture_ink(press, colour);
    cairo_new_path(press->cairo);
    if (radius > 0)
        rounded(press->cairo, x, y, width, height, radius);
    else
        cairo_rectangle(press->cairo, x, y, width, height);
    cairo_fill(press->cairo);
}

/* ---- marks: drawn around (0, 0) with radius r ---- */

static void ring(cairo_t *cairo, double r)
{
    cairo_arc(cairo, 0, 0, r - 0.5, 0, 2 * M_PI);
    cairo_stroke(cairo);
}

static void pie(cairo_t *cairo, double r, double share)
{
    ring(cairo, r);
    cairo_move_to(cairo, 0, 0);
    cairo_arc(cairo, 0, 0, r - 0.4, -M_PI / 2, -M_PI / 2 + 2 * M_PI * share);
    cairo_close_path(cairo);
    cairo_fill(cairo);
}

static void quarter(cairo_t *cairo, double r)
{
    pie(cairo, r, 0.25);
}

static void half(cairo_t *cairo, double r)
{
    pie(cairo, r, 0.5);
}

static void disc(cairo_t *cairo, double r)
{
    cairo_arc(cairo, 0, 0, r, 0, 2 * M_PI);
    cairo_fill(cairo);
}

static void tick(cairo_t *cairo, double r)
{
    disc(cairo, r);
    cairo_set_source_rgb(cairo, 1, 1, 1);
    cairo_move_to(cairo, -0.5 * r, 0.05 * r);
    cairo_line_to(cairo, -0.12 * r, 0.42 * r);
    cairo_line_to(cairo, 0.52 * r, -0.36 * r);
    cairo_stroke(cairo);
}

static void triangle(cairo_t *cairo, double r)
{
    cairo_move_to(cairo, 0, -r);
    cairo_line_to(cairo, r * 1.05, r * 0.85);
    cairo_line_to(cairo, -r * 1.05, r * 0.85);
    cairo_close_path(cairo);
    cairo_fill(cairo);
}

static void cross(cairo_t *cairo, double r)
{
    double d = r * 0.75;
    cairo_set_line_width(cairo, 1.5);
    cairo_move_to(cairo, -d, -d);
    cairo_line_to(cairo, d, d);
    cairo_move_to(cairo, -d, d);
    cairo_line_to(cairo, d, -d);
    cairo_stroke(cairo);
}

static void dash(cairo_t *cairo, double r)
{
    cairo_set_line_width(cairo, 1.5);
    cairo_move_to(cairo, -r * 0.8, 0);
    cairo_line_to(cairo, r * 0.8, 0);
    cairo_stroke(cairo);
}

static void square(cairo_t *cairo, double r)
{
    rounded(cairo, -r * 0.9, -r * 0.9, r * 1.8, r * 1.8, r * 0.35);
    cairo_fill(cairo);
}

void furniture_mark(struct press *press, enum mark mark, uint32_t colour, double x, double y)
{
    static void (*const shapes[MARKS])(cairo_t * cairo, double r) = {
        [RING] = ring,         [QUARTER] = quarter, [HALF] = half, [DISC] = disc,     [TICK] = tick,
        [TRIANGLE] = triangle, [CROSS] = cross,     [DASH] = dash, [SQUARE] = square,
    };
    if (!press->drawing || !shapes[mark]) return;
    cairo_save(press->cairo);
    cairo_translate(press->cairo, x + MARK_SIZE / 2.0, y);
    cairo_set_line_width(press->cairo, 1);
    cairo_set_line_cap(press->cairo, CAIRO_LINE_CAP_ROUND);
    cairo_set_line_join(press->cairo, CAIRO_LINE_JOIN_ROUND);
    furniture_ink(press, colour ? colour : INK_MUTED);
    cairo_new_path(press->cairo); /* text leaves the point behind where it ended */
    shapes[mark](press->cairo, MARK_SIZE / 2.0);
    cairo_restore(press->cairo);
}

double furniture_chip_height(struct press *press)
{
    return press_line_height(press, STYLE_COLUMN) + 7;
}

double furniture_chip(struct press *press, const struct cell *cell, double x, double y)
{
    uint32_t colour = cell->colour ? cell->colour : INK_MUTED;
    double space = cell->mark ? MARK_SPACE : 0;
    double text = press_text_width(press, STYLE_COLUMN, cell->text);
    double height = furniture_chip_height(press), width = text + space + 16;
    furniture_fill(press, x, y, width, height, height / 2, furniture_pale(colour));
    furniture_mark(press, cell->mark, colour, x + 7, y + height / 2);
    press_text(press, STYLE_COLUMN, colour, cell->text, x + 8 + space, y + 3.5, 0);
    return width;
}

/* ---- running header and footer ---- */

static struct str page_text(struct press *press)
{
    struct buf out = buf_in(press->ctx->arena);
    struct str rest = press->document->words.page_of;
    while (rest.len) {
        bool page = str_starts(rest, S("{page}")), pages = str_starts(rest, S("{pages}"));
        if (page || pages) buf_number(&out, page ? press->page : press->pages);
        if (!page && !pages) buf_char(&out, rest.at[0]);
        rest = str_slice(rest, page ? 6 : pages ? 7 : 1, rest.len);
    }
    return buf_str(&out);
}

static struct str join(struct press *press, struct str a, struct str b)
{
    if (!a.len || !b.len) return a.len ? a : b;
    return arena_print(press->ctx->arena, "%.*s  ·  %.*s", PRINT(a), PRINT(b));
}

static void print_header(struct press *press)
{
    const struct document *document = press->document;
    double half_width = press_width(press) / 2 - 10;
    struct str right = join(press, join(press, document->reference, document->version), document->status.text);
    press_line(press, STYLE_RUNNING, INK_MUTED, LEFT, join(press, document->organisation, document->title), press->left,
               HEADER_AT, half_width);
    press_line(press, STYLE_RUNNING, INK_MUTED, RIGHT, right, press->right, HEADER_AT, half_width);
    furniture_rule(press, press->left, HEADER_AT + 14, press_width(press), 0.5, INK_LINE);
}

void furniture_print(struct press *press)
{
    if (!press->drawing) return;
    const struct document *document = press->document;
    double y = press->bottom + FOOTER_GAP, third = press_width(press) / 3 - 10;
    if (press->page > 1) print_header(press);
    furniture_rule(press, press->left, y - 6, press_width(press), 0.5, INK_LINE);
    press_line(press, STYLE_RUNNING, INK_MUTED, LEFT, document->classification, press->left, y, third);
    press_line(press, STYLE_RUNNING, INK_MUTED, CENTRE, document->reference, press->width / 2, y, third);
    press_line(press, STYLE_RUNNING, INK_MUTED, RIGHT, page_text(press), press->right, y, third);
}
