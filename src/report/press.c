/* Fonts, the surface, pages and text. The libraries' objects hang on one struct with one release, registered before the
 * first of them is made; the PDF is collected on the heap, because Cairo calls back with it and the arena may jump. */
#include "report/press.h"

#include "base/clock.h"
#include "report/furniture.h"

#include <cairo-pdf.h>

static const struct {
    double size;
    PangoWeight weight;
    bool code;
    float spacing; /* of lines, relative to the font's own */
} styles[STYLES] = {
    [STYLE_BODY] = {9, PANGO_WEIGHT_NORMAL, .spacing = 1.14F},
    [STYLE_TITLE] = {28, PANGO_WEIGHT_BOLD, .spacing = 0.95F},
    [STYLE_SUBTITLE] = {13, PANGO_WEIGHT_NORMAL, .spacing = 1.05F},
    [STYLE_CHAPTER] = {15, PANGO_WEIGHT_SEMIBOLD, .spacing = 1},
    [STYLE_SECTION] = {11, PANGO_WEIGHT_SEMIBOLD, .spacing = 1},
    [STYLE_LABEL] = {8, PANGO_WEIGHT_NORMAL, .spacing = 1},
    [STYLE_STRONG] = {9, PANGO_WEIGHT_SEMIBOLD, .spacing = 1.14F},
    [STYLE_CELL] = {7.8, PANGO_WEIGHT_NORMAL, .spacing = 1.04F},
    [STYLE_CELL_STRONG] = {7.8, PANGO_WEIGHT_SEMIBOLD, .spacing = 1.04F},
    [STYLE_COLUMN] = {7.4, PANGO_WEIGHT_SEMIBOLD, .spacing = 1},
    [STYLE_CODE] = {7.6, PANGO_WEIGHT_NORMAL, .code = true, .spacing = 1.1F},
    [STYLE_FIGURE] = {22, PANGO_WEIGHT_SEMIBOLD, .spacing = 1},
    [STYLE_RUNNING] = {7.5, PANGO_WEIGHT_NORMAL, .spacing = 1},
};

static const char family[] = "Inter,Open Sans,Noto Sans,DejaVu Sans,sans-serif";
static const char code_family[] = "DejaVu Sans Mono,Noto Sans Mono,monospace";

static const struct {
    double width, height;
} papers[] = {[A4] = {595.28, 841.89}, [LETTER] = {612, 792}};

enum { MARGIN_SIDE = 50, MARGIN_TOP = 62, MARGIN_BOTTOM = 56 };

/* Bytes. No field may be longer than 20,000 characters, of four bytes each at most, and in so many are no more than
 * 10,000 lines that say something. Pango takes the square of a paragraph's length. */
enum {
    LONGEST_TEXT = 96 * 1024,
    LONGEST_NAME = 2000,
    LONGEST_WORD = 4000,
    LONGEST_PARAGRAPH = 16 * 1024,
    MOST_LINES = 10 * 1000
};

void press_close(struct press *press)
{
    if (press->cairo) cairo_destroy(press->cairo);
    if (press->surface) cairo_surface_destroy(press->surface);
    for (size_t i = 0; i < GRID_COLUMNS; i++) {
        g_clear_object(&press->cells[i]);
        g_clear_object(&press->heads[i]);
    }
    g_clear_object(&press->layout);
    g_clear_pointer(&press->figures, pango_attr_list_unref);
    g_clear_pointer(&press->code, pango_attr_list_unref);
    for (size_t i = 0; i < STYLES; i++) g_clear_pointer(&press->faces[i], pango_font_description_free);
    g_clear_object(&press->context);
    g_clear_object(&press->fonts);
    free(press->output.at);
    press->output = (struct output){0};
    press->cairo = NULL;
    press->surface = NULL;
}

static void release(void *press)
{
    press_close(press);
}

/* Shapes are placed where the outline says, not on the pixels of some screen: what is measured is what is printed. */
static void open_context(struct press *press)
{
    press->fonts = pango_cairo_font_map_new_for_font_type(CAIRO_FONT_TYPE_FT);
    pango_cairo_font_map_set_resolution(PANGO_CAIRO_FONT_MAP(press->fonts), 72);
    press->context = pango_font_map_create_context(press->fonts);
    cairo_font_options_t *options = cairo_font_options_create();
    cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
    cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
    cairo_font_options_set_antialias(options, CAIRO_ANTIALIAS_GRAY);
    pango_cairo_context_set_font_options(press->context, options);
    cairo_font_options_destroy(options);
    pango_context_set_round_glyph_positions(press->context, FALSE);
}

static void open_fonts(struct press *press)
{
    for (size_t i = 0; i < STYLES; i++) {
        press->faces[i] = pango_font_description_new();
        pango_font_description_set_family_static(press->faces[i], styles[i].code ? code_family : family);
        pango_font_description_set_weight(press->faces[i], styles[i].weight);
        pango_font_description_set_absolute_size(press->faces[i], styles[i].size * PANGO_SCALE);
    }
    press->figures = pango_attr_list_new();
    pango_attr_list_insert(press->figures, pango_attr_font_features_new("tnum=1, calt=0"));
    press->code = pango_attr_list_new();
    pango_attr_list_insert(press->code, pango_attr_insert_hyphens_new(FALSE));
    press->layout = pango_layout_new(press->context);
    for (size_t i = 0; i < GRID_COLUMNS; i++) {
        press->cells[i] = pango_layout_new(press->context);
        press->heads[i] = pango_layout_new(press->context);
    }
}

struct press *press_open(struct ctx *ctx, const struct document *document)
{
    struct press *press = arena_make(ctx->arena, struct press);
    arena_defer(ctx->arena, release, press);
    press->ctx = ctx;
    press->document = document;
    bool landscape = document->landscape;
    press->width = landscape ? papers[document->paper].height : papers[document->paper].width;
    press->height = landscape ? papers[document->paper].width : papers[document->paper].height;
    press->left = MARGIN_SIDE;
    press->right = press->width - MARGIN_SIDE;
    press->top = MARGIN_TOP;
    press->bottom = press->height - MARGIN_BOTTOM;
    open_context(press);
    open_fonts(press);
    return press;
}

/* Called by Cairo. */
static cairo_status_t collect(void *closure, const unsigned char *bytes, unsigned int len)
{
    struct output *output = closure;
    if (output->room - output->len < len) {
        size_t room = output->room ? output->room * 2 : 65536;
        while (room - output->len < len) room *= 2;
        char *at = realloc(output->at, room);
        if (!at) return CAIRO_STATUS_WRITE_ERROR;
        output->at = at;
        output->room = room;
    }
    memcpy(output->at + output->len, bytes, len);
    output->len += len;
    return CAIRO_STATUS_SUCCESS;
}

static void set_metadata(struct press *press)
{
    const struct document *document = press->document;
    struct arena *arena = press->ctx->arena;
    char created[TIME_TEXT];
    time_format(document->created, created);
    struct str when = arena_print(arena, "%.19sZ", created);
    struct str subject = arena_print(arena, "%.*s %.*s", PRINT(document->reference), PRINT(document->version));
    const struct {
        cairo_pdf_metadata_t which;
        struct str text;
    } entries[] = {
        {CAIRO_PDF_METADATA_TITLE, document->title},
        {CAIRO_PDF_METADATA_AUTHOR, document->author.len ? document->author : document->organisation},
        {CAIRO_PDF_METADATA_SUBJECT, str_trim(subject)},
        {CAIRO_PDF_METADATA_KEYWORDS, document->classification},
        {CAIRO_PDF_METADATA_CREATOR, S("Merlon " MERLON_VERSION)},
        {CAIRO_PDF_METADATA_CREATE_DATE, when},
        {CAIRO_PDF_METADATA_MOD_DATE, when},
    };
    for (size_t i = 0; i < COUNT(entries); i++) {
        if (!entries[i].text.len) continue;
        struct str text = text_printable(arena, str_shorten(entries[i].text, LONGEST_NAME));
        cairo_pdf_surface_set_metadata(press->surface, entries[i].which, arena_cstr(arena, text));
    }
}

void press_begin(struct press *press, bool drawing)
{
    press->drawing = drawing;
    if (drawing) {
        press->pages = press->page;
        press->surface = cairo_pdf_surface_create_for_stream(collect, &press->output, press->width, press->height);
        press->cairo = cairo_create(press->surface);
        set_metadata(press);
        cairo_tag_begin(press->cairo, "Document", NULL);
    }
    press->page = 1;
    press->landmark_next = 0;
    press->y = press->top;
    furniture_print(press);
}

enum result press_finish(struct press *press)
{
    cairo_tag_end(press->cairo, "Document");
    cairo_show_page(press->cairo);
    cairo_status_t drawn = cairo_status(press->cairo);
    cairo_surface_finish(press->surface);
    cairo_status_t written = cairo_surface_status(press->surface);
    cairo_status_t status = drawn ? drawn : written;
    if (!status) return OK;
    return fail(press->ctx, BROKEN, "The PDF could not be made: %s.", cairo_status_to_string(status));
}

void press_break(struct press *press)
{
    if (press->drawing) cairo_show_page(press->cairo);
    press->page++;
    press->y = press->top;
    furniture_print(press);
}

double press_room(const struct press *press)
{
    return press->bottom - press->y;
}

void press_need(struct press *press, double height)
{
    if (press->y > press->top && press_room(press) < height) press_break(press);
}

/* How much of the text stands in one piece: up to a line's end, else up to the last blank before a paragraph grows too
 * long, else as much as a word may have. */
static size_t piece_of(struct str text)
{
    size_t word = 0, blank = 0, at = 0;
    for (; at < text.len && text.at[at] != '\n'; at++) {
        if (text.at[at] == ' ') blank = word = at;
        if (at - word > LONGEST_WORD) {
            size_t whole = str_shorten(text, at).len;
            return whole ? whole : at;
        }
        if (at >= LONGEST_PARAGRAPH && blank) return blank;
    }
    return at;
}

/* What somebody else put into the database may be of any length, and one word: it is cut, and broken into lines that
 * Pango can set in time. A field that the program let in is not cut, but a very long paragraph, or a word without a
 * blank (1,300 characters of Chinese), begins a new line where it would not have to. Links, printed one a line,
 * may be more than fit, and then end with an ellipsis. */
static struct str text_settable(struct arena *arena, struct str text, size_t most)
{
    struct str whole = str_shorten(text, most);
    struct buf out = buf_in(arena);
    size_t piece = piece_of(whole);
    size_t lines = 0;
    struct str rest = whole;
    if (piece == text.len) return text;
    for (; rest.len && lines < MOST_LINES; piece = piece_of(rest), lines++) {
        buf_add(&out, str_slice(rest, 0, piece));
        rest = str_slice(rest, piece, rest.len);
        if (rest.len) buf_char(&out, '\n');
        if (rest.len && (rest.at[0] == '\n' || rest.at[0] == ' ')) rest = str_slice(rest, 1, rest.len);
    }
    if (rest.len || whole.len < text.len) buf_text(&out, " \xe2\x80\xa6");
    return buf_str(&out);
}

double press_set(struct press *press, PangoLayout *layout, enum style style, struct str text, double width)
{
    size_t most = style == STYLE_BODY || style == STYLE_CELL || style == STYLE_CODE ? LONGEST_TEXT : LONGEST_NAME;
    struct str shown = text_printable(press->ctx->arena, text_settable(press->ctx->arena, text, most));
    bool code = styles[style].code;
    pango_layout_set_font_description(layout, press->faces[style]);
    pango_layout_set_attributes(layout, code ? press->code : press->figures);
    pango_layout_set_width(layout, width > 0 ? (int)(width * PANGO_SCALE) : -1);
    pango_layout_set_ellipsize(layout, PANGO_ELLIPSIZE_NONE);
    pango_layout_set_alignment(layout, PANGO_ALIGN_LEFT);
    pango_layout_set_wrap(layout, code ? PANGO_WRAP_CHAR : PANGO_WRAP_WORD_CHAR);
    pango_layout_set_line_spacing(layout, styles[style].spacing);
    pango_layout_set_text(layout, shown.len ? shown.at : "", (int)shown.len);
    int height;
    pango_layout_get_size(layout, NULL, &height);
    return (double)height / PANGO_SCALE;
}

void press_show(struct press *press, PangoLayout *layout, uint32_t colour, double x, double y)
{
    if (!press->drawing) return;
    furniture_ink(press, colour);
    cairo_move_to(press->cairo, x, y);
    pango_cairo_show_layout(press->cairo, layout);
}

double press_text(struct press *press, enum style style, uint32_t colour, struct str text, double x, double y,
                  double width)
{
    double height = press_set(press, press->layout, style, text, width);
    press_show(press, press->layout, colour, x, y);
    return height;
}

void press_line(struct press *press, enum style style, uint32_t colour, enum align align, struct str text, double x,
                double y, double width)
{
    press_set(press, press->layout, style, text, width);
    pango_layout_set_ellipsize(press->layout, PANGO_ELLIPSIZE_END);
    int taken;
    pango_layout_get_size(press->layout, &taken, NULL);
    double printed = (double)taken / PANGO_SCALE;
    static const double shift[] = {[LEFT] = 0, [CENTRE] = 0.5, [RIGHT] = 1};
    press_show(press, press->layout, colour, x - printed * shift[align], y);
}

double press_lines(struct press *press, PangoLayout *layout, double x, double y, int *line, double room)
{
    PangoLayoutIter *iter = pango_layout_get_iter(layout);
    int index = 0, first = 0, taken = 0;
    do {
        int top, bottom;
        pango_layout_iter_get_line_yrange(iter, &top, &bottom);
        if (index++ < *line) continue;
        if (!taken) first = top;
        if (taken && bottom - first > room * PANGO_SCALE) break;
        taken = bottom - first;
        ++*line;
        if (!press->drawing) continue;
        PangoRectangle logical;
        pango_layout_iter_get_line_extents(iter, NULL, &logical);
        double baseline = (double)(pango_layout_iter_get_baseline(iter) - first) / PANGO_SCALE;
        cairo_move_to(press->cairo, x + (double)logical.x / PANGO_SCALE, y + baseline);
        pango_cairo_show_layout_line(press->cairo, pango_layout_iter_get_line_readonly(iter));
    } while (pango_layout_iter_next_line(iter));
    pango_layout_iter_free(iter);
    return (double)taken / PANGO_SCALE;
}

double press_text_width(struct press *press, enum style style, struct str text)
{
    press_set(press, press->layout, style, text, 0);
    int width;
    pango_layout_get_size(press->layout, &width, NULL);
    return (double)width / PANGO_SCALE;
}

double press_line_height(struct press *press, enum style style)
{
    return press_set(press, press->layout, style, S("X"), 0);
}

void press_tag(struct press *press, const char *name)
{
    if (press->drawing) cairo_tag_begin(press->cairo, name, NULL);
}

void press_untag(struct press *press, const char *name)
{
    if (press->drawing) cairo_tag_end(press->cairo, name);
}
