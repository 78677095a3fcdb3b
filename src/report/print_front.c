/* Title page, contents and bookmarks: what an auditor looks at first. Who answers for the document stands on its
 * face. */
#include "report/furniture.h"
#include "report/print.h"

#include <cairo-pdf.h>

enum { CONTENTS_LEADING = 19, CONTENTS_INDENT = 22, TITLE_AT = 120, RULE_LENGTH = 54 };

static void print_top(struct press *press)
{
    const struct document *document = press->document;
    double y = 48;
    furniture_fill(press, 0, 0, press->width, 7, 0, INK_ACCENT);
    press_line(press, STYLE_SECTION, INK_ACCENT, LEFT, document->organisation, press->left, y,
               press_width(press) * 0.6);
    if (!document->classification.len) return;
    struct cell chip = cell_mark(document->classification, NO_MARK, INK_MUTED);
    double width = press_text_width(press, STYLE_COLUMN, chip.text) + 16;
    furniture_chip(press, &chip, press->right - width, y - 2);
}

void print_front(struct press *press)
{
    const struct document *document = press->document;
    bool low = press->height < 700;
    print_top(press);
    press->y = TITLE_AT + (low ? 10 : 30);
    press_tag(press, "H1");
    press->y += press_text(press, STYLE_TITLE, INK_ACCENT, document->title, press->left, press->y, press_width(press));
    press_untag(press, "H1");
    press->y += 6;
    press_tag(press, "P");
    if (document->subtitle.len)
        press->y +=
            press_text(press, STYLE_SUBTITLE, INK_MUTED, document->subtitle, press->left, press->y, press_width(press));
    press_untag(press, "P");
    press->y += 14;
    furniture_fill(press, press->left, press->y, RULE_LENGTH, 3, 0, INK_ACCENT);
    press->y += 18;
    double x = press->left;
    if (document->status.text.len) x += furniture_chip(press, &document->status, x, press->y) + 10;
    press_line(press, STYLE_STRONG, INK, LEFT, document->version, x, press->y + 2, press->right - x);
    press->y += furniture_chip_height(press) + (low ? 26 : 60);
    press_tag(press, "H2");
    press->y += press_text(press, STYLE_SECTION, INK, document->words.control, press->left, press->y, 0) + 6;
    press_untag(press, "H2");
    if (low)
        print_facts_in_two(press, document->control, document->control_count, press_width(press) * 0.15);
    else
        print_facts(press, document->control, document->control_count, press_width(press) * 0.28);
}

static void contents_line(struct press *press, size_t index)
{
    const struct landmark *at = &press->landmarks[index];
    bool chapter = at->heading->level == 1;
    enum style style = chapter ? STYLE_STRONG : STYLE_BODY;
    double x = press->left + (chapter ? 0 : CONTENTS_INDENT), y = press->y + 4;
    double text_x = press->left + CONTENTS_INDENT * (chapter ? 1 : 2.2);
    struct str page = arena_print(press->ctx->arena, "%d", at->page);
    struct str target = arena_print(press->ctx->arena, "dest='heading-%zu' rect=[%d %d %d %d]", index, (int)press->left,
                                    (int)press->y, (int)press_width(press), CONTENTS_LEADING);
    press_tag(press, "TOCI");
    if (press->drawing) cairo_tag_begin(press->cairo, CAIRO_TAG_LINK, target.at);
    press_line(press, style, INK, LEFT, at->heading->number, x, y, CONTENTS_INDENT * 2);
    press_line(press, style, INK, LEFT, at->heading->text, text_x, y, press->right - text_x - 40);
    press_line(press, style, INK, RIGHT, page, press->right, y, 40);
    press_untag(press, CAIRO_TAG_LINK);
    press_untag(press, "TOCI");
    press->y += CONTENTS_LEADING;
    furniture_rule(press, press->left, press->y, press_width(press), 0.4, INK_LINE);
}

void print_contents(struct press *press)
{
    if (!press->landmark_count) return;
    press_tag(press, "H2");
    press->y += press_text(press, STYLE_CHAPTER, INK_ACCENT, press->document->words.contents, press->left, press->y,
                           press_width(press)) +
                8;
    press_untag(press, "H2");
    press_tag(press, "TOC");
    for (size_t i = 0; i < press->landmark_count; i++) {
        if (press_room(press) < CONTENTS_LEADING + 2) {
            press_untag(press, "TOC");
            press_break(press);
            press_tag(press, "TOC");
        }
        contents_line(press, i);
    }
    press_untag(press, "TOC");
    press->y += 10;
}

void print_outline(struct press *press)
{
    int chapter = CAIRO_PDF_OUTLINE_ROOT;
    struct arena *arena = press->ctx->arena;
    for (size_t i = 0; i < press->landmark_count; i++) {
        const struct block *heading = press->landmarks[i].heading;
        struct str text = arena_print(arena, "%.*s  %.*s", PRINT(heading->number), PRINT(heading->text));
        struct str target = arena_print(arena, "dest='heading-%zu'", i);
        int parent = heading->level == 1 ? CAIRO_PDF_OUTLINE_ROOT : chapter;
        const char *shown = arena_cstr(arena, text_printable(arena, str_shorten(text, 2000)));
        int item = cairo_pdf_surface_add_outline(press->surface, parent, shown, target.at,
                                                 heading->level == 1 ? CAIRO_PDF_OUTLINE_FLAG_OPEN : 0);
        if (heading->level == 1) chapter = item;
    }
}
