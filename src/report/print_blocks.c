/* Headings, paragraphs, facts and figures. What belongs together is kept on one page where it fits. */
#include "report/furniture.h"
#include "report/print.h"

#include <cairo-pdf.h>

enum { FACT_PADDING = 4, FIGURE_HEIGHT = 52, FIGURES_A_ROW = 6, FACT_HEIGHT = 20, TORN_FACT = 80 };

/* Height at least of what must not be torn from the heading before it: all of a chart, the beginning of a grid. */
static double kept_together(const struct block *block)
{
    double height = 0;
    for (; block; block = block->next) {
        switch (block->kind) {
        case BLOCK_HEADING: height += 30; continue;
        case BLOCK_PARAGRAPH: height += 36; continue;
        case BLOCK_FACTS: return height + (double)(block->count < 8 ? block->count : 8) * FACT_HEIGHT;
        case BLOCK_FIGURES: return height + FIGURE_HEIGHT + 8;
        case BLOCK_BARS: return height + print_bars_height(block->bars);
        case BLOCK_MATRIX: return height + print_matrix_height(block->matrix);
        case BLOCK_GRID: return height + 110;
        }
    }
    return height;
}

void print_heading(struct press *press, const struct block *block)
{
    double needed = 44 + kept_together(block->next);
    bool chapter = block->level == 1;
    enum style style = chapter ? STYLE_CHAPTER : STYLE_SECTION;
    const char *tag = chapter ? "H1" : "H2";
    press_need(press, needed < press->bottom - press->top ? needed : 170);
    if (press->y > press->top) press->y += chapter ? 20 : 12;
    size_t index = press->landmark_next++;
    press->landmarks[index].page = press->page;
    struct str name = arena_print(press->ctx->arena, "name='heading-%zu'", index);
    double indent = chapter ? 24 : 30;
    press_tag(press, tag);
    if (press->drawing) cairo_tag_begin(press->cairo, CAIRO_TAG_DEST, name.at);
    press_text(press, style, INK_ACCENT, block->number, press->left, press->y, 0);
    press->y +=
        press_text(press, style, INK_ACCENT, block->text, press->left + indent, press->y, press_width(press) - indent);
    press_untag(press, CAIRO_TAG_DEST);
    press_untag(press, tag);
    press->y += chapter ? 8 : 5;
}

void print_paragraph(struct press *press, const struct block *block)
{
    int line = 0;
    double measure = press_width(press) < 620 ? press_width(press) : 620; /* longer lines are hard to read */
    press_need(press, 30);
    press_set(press, press->cells[0], STYLE_BODY, block->text, measure); /* stays set over the pages */
    for (;;) {
        press_tag(press, "P");
        if (press->drawing) furniture_ink(press, INK);
        press->y += press_lines(press, press->cells[0], press->left, press->y, &line, press_room(press));
        press_untag(press, "P");
        if (line >= pango_layout_get_line_count(press->cells[0])) break;
        press_break(press);
    }
    press->y += 8;
}

/* Where a fact stands: label and value beside each other. */
struct place {
    double x, labels, values; /* left end; widths */
};

static double fact_height(struct press *press, const struct fact *fact, struct place place)
{
    struct str value = cell_printed(press->ctx->arena, &fact->value);
    double space = fact->value.mark ? MARK_SPACE : 0;
    double label = press_set(press, press->layout, STYLE_LABEL, fact->label, place.labels - 8);
    double text = press_set(press, press->layout, fact->code ? STYLE_CODE : STYLE_BODY, value, place.values - space);
    return (label > text ? label : text) + 2 * FACT_PADDING;
}

/* The value from *line on, as far as the page goes, in the layout in which it stays set; returns the height taken. */
static double print_value(struct press *press, const struct fact *fact, struct place place, int *line)
{
    double x = place.x + place.labels, y = press->y + FACT_PADDING;
    if (fact->value.mark && !*line) furniture_mark(press, fact->value.mark, fact->value.colour, x, y + 5.5);
    if (press->drawing) furniture_ink(press, INK);
    x += fact->value.mark ? MARK_SPACE : 0;
    return press_lines(press, press->cells[0], x, y, line, press_room(press) - 2 * FACT_PADDING);
}

/* Goes on over as many pages as it needs; press->y stays where its last part begins, and *height is that part's. */
static void print_fact(struct press *press, const struct fact *fact, struct place place, double *height)
{
    struct str value = cell_printed(press->ctx->arena, &fact->value);
    double width = place.values - (fact->value.mark ? MARK_SPACE : 0), label = 0, text;
    press_set(press, press->cells[0], fact->code ? STYLE_CODE : STYLE_BODY, value, width);
    for (int line = 0;;) {
        double y = press->y + FACT_PADDING + 1;
        press_tag(press, "P");
        label = line ? 0 : press_text(press, STYLE_LABEL, INK_MUTED, fact->label, place.x, y, place.labels - 8);
        text = print_value(press, fact, place, &line);
        press_untag(press, "P");
        furniture_rule(press, place.x, press->y - 0.25, place.labels + place.values, 0.5, INK_LINE);
        *height = (label > text ? label : text) + 2 * FACT_PADDING;
        if (line >= pango_layout_get_line_count(press->cells[0])) return;
        press_break(press);
    }
}

/* Room for it, so that only what is higher than a page is torn, and begins where it stands. */
static void need_fact(struct press *press, double height)
{
    bool torn = height > press->bottom - press->top;
    press_need(press, torn ? TORN_FACT : height);
}

/* The next fact that says something, from *at on; NULL after the last. */
static const struct fact *next_fact(const struct fact *facts, size_t count, size_t *at)
{
    while (*at < count)
        if (!cell_is_empty(&facts[(*at)++].value)) return &facts[*at - 1];
    return NULL;
}

void print_facts(struct press *press, const struct fact *facts, size_t count, double labels)
{
    size_t at = 0;
    struct place place = {press->left, labels, press_width(press) - labels};
    for (const struct fact *fact; (fact = next_fact(facts, count, &at));) {
        double height;
        need_fact(press, fact_height(press, fact, place));
        print_fact(press, fact, place, &height);
        press->y += height;
    }
    furniture_rule(press, press->left, press->y - 0.25, press_width(press), 0.5, INK_LINE);
    press->y += 8;
}

/* Long values, those of more than one line, hashes and keys take the whole width. */
static bool is_wide(struct press *press, const struct fact *fact, struct place place)
{
    if (fact->code) return true;
    struct str value = cell_printed(press->ctx->arena, &fact->value);
    return str_find(value, S("\n"), NULL) || press_text_width(press, STYLE_BODY, value) > place.values - MARK_SPACE;
}

void print_facts_in_two(struct press *press, const struct fact *facts, size_t count, double labels)
{
    double gap = 24, half = (press_width(press) - gap) / 2;
    struct place whole = {press->left, labels, press_width(press) - labels};
    struct place halves[2] = {{press->left, labels, half - labels}, {press->left + half + gap, labels, half - labels}};
    size_t at = 0, side = 0;
    double height = 0;
    for (const struct fact *fact; (fact = next_fact(facts, count, &at));) {
        size_t after = at;
        const struct fact *next = next_fact(facts, count, &after);
        bool alone = !side && (!next || is_wide(press, next, halves[0])); /* nothing will stand beside it */
        bool wide = alone || is_wide(press, fact, halves[0]);
        if (wide && side) press->y += height, side = 0;
        struct place place = wide ? whole : halves[side];
        double own = fact_height(press, fact, place), above = height;
        if (!side) need_fact(press, own); /* two of them are short: one line of value, a few of label */
        print_fact(press, fact, place, &own);
        height = side && above > own ? above : own;
        side = wide ? 0 : !side;
        if (!side) press->y += height;
    }
    if (side) press->y += height;
    furniture_rule(press, press->left, press->y - 0.25, press_width(press), 0.5, INK_LINE);
    press->y += 8;
}

static void print_figure(struct press *press, const struct figure *figure, double x, double width)
{
    uint32_t colour = figure->colour ? figure->colour : INK_ACCENT;
    struct str number = arena_print(press->ctx->arena, "%lld", (long long)figure->number);
    furniture_fill(press, x, press->y, width, FIGURE_HEIGHT, 4, INK_PALE);
    furniture_fill(press, x, press->y + 8, 2.5, FIGURE_HEIGHT - 16, 0, colour);
    press_tag(press, "P");
    press_line(press, STYLE_FIGURE, colour, LEFT, number, x + 12, press->y + 6, width - 20);
    press_line(press, STYLE_LABEL, INK_MUTED, LEFT, figure->label, x + 12, press->y + 34, width - 18);
    press_untag(press, "P");
}

void print_figures(struct press *press, const struct block *block)
{
    size_t columns = block->count < FIGURES_A_ROW ? block->count : FIGURES_A_ROW;
    if (press_width(press) < 600 && columns == FIGURES_A_ROW) columns /= 2;
    double gap = 8, width = columns ? (press_width(press) - gap * (double)(columns - 1)) / (double)columns : 0;
    for (size_t i = 0; i < block->count; i++) {
        if (i % columns == 0) press_need(press, FIGURE_HEIGHT + gap);
        print_figure(press, &block->figures[i], press->left + (width + gap) * (double)(i % columns), width);
        if (i % columns == columns - 1 || i == block->count - 1) press->y += FIGURE_HEIGHT + gap;
    }
    press->y += 6;
}
