/* Charts as vectors. Each says in words or numbers what it shows in colour: the bars by their legend of shapes and the
 * counts in them, the matrix by the name of the level in each of its cells. */
#include "report/furniture.h"
#include "report/print.h"

enum { BAR_HEIGHT = 15, BAR_STEP = 23, LEGEND_STEP = 16, MATRIX_ROW = 44, AXIS = 18 };

/* ---- legend ---- */

static void print_legend(struct press *press, const struct series *series, size_t count)
{
    double x = press->left;
    for (size_t i = 0; i < count; i++) {
        double width = MARK_SPACE + press_text_width(press, STYLE_LABEL, series[i].label) + 16;
        if (x > press->left && x + width > press->right) x = press->left, press->y += LEGEND_STEP;
        furniture_mark(press, series[i].mark ? series[i].mark : SQUARE, series[i].colour, x, press->y + 5);
        press_line(press, STYLE_LABEL, INK_MUTED, LEFT, series[i].label, x + MARK_SPACE, press->y, press_width(press));
        x += width;
    }
    press->y += LEGEND_STEP + 4;
}

/* ---- stacked bars ---- */

static int64_t sum_of(const struct bars *bars, const struct bar *bar)
{
    int64_t sum = 0;
    for (size_t i = 0; i < bars->series_count; i++) sum += bar->counts[i];
    return sum;
}

static void print_segments(struct press *press, const struct bars *bars, const struct bar *bar, double x, double width)
{
    int64_t sum = sum_of(bars, bar);
    if (!sum) furniture_fill(press, x, press->y, width, BAR_HEIGHT, 2, INK_PALE);
    for (size_t i = 0; i < bars->series_count && sum; i++) {
        double part = width * (double)bar->counts[i] / (double)sum;
        struct str number = arena_print(press->ctx->arena, "%lld", (long long)bar->counts[i]);
        if (!bar->counts[i]) continue;
        furniture_fill(press, x, press->y, part - 0.8, BAR_HEIGHT, 0, bars->series[i].colour);
        if (press_text_width(press, STYLE_COLUMN, number) + 3 < part)
            press_line(press, STYLE_COLUMN, furniture_on(bars->series[i].colour), CENTRE, number, x + part / 2,
                       press->y + 3, part);
        x += part;
    }
}

static void print_bar(struct press *press, const struct bars *bars, const struct bar *bar)
{
    double labels = press_width(press) * 0.26, totals = 40;
    struct str total = arena_print(press->ctx->arena, "%lld", (long long)sum_of(bars, bar));
    press_tag(press, "P");
    press_line(press, STYLE_LABEL, INK, LEFT, bar->label, press->left, press->y + 2.5, labels - 10);
    print_segments(press, bars, bar, press->left + labels, press_width(press) - labels - totals);
    press_line(press, STYLE_COLUMN, INK, RIGHT, total, press->right, press->y + 2.5, totals);
    press_untag(press, "P");
    press->y += BAR_STEP;
}

double print_bars_height(const struct bars *bars)
{
    double height = (double)(bars->bar_count * BAR_STEP + 2 * LEGEND_STEP);
    return height < 300 ? height : 60;
}

void print_bars(struct press *press, const struct bars *bars)
{
    press_need(press, print_bars_height(bars));
    print_legend(press, bars->series, bars->series_count);
    for (size_t i = 0; i < bars->bar_count; i++) {
        press_need(press, BAR_STEP);
        print_bar(press, bars, &bars->bars[i]);
    }
    press->y += 6;
}

/* ---- heat map ---- */

static void print_matrix_cell(struct press *press, const struct matrix *matrix, size_t index, double x, double width)
{
    const struct series *level = &matrix->levels[matrix->cells[index]];
    uint32_t ink = furniture_on(level->colour);
    double middle = x + width / 2;
    furniture_fill(press, x + 1, press->y + 1, width - 2, MATRIX_ROW - 2, 3, level->colour);
    press_tag(press, "TD");
    if (matrix->counts[index])
        press_line(press, STYLE_CHAPTER, ink, CENTRE,
                   arena_print(press->ctx->arena, "%lld", (long long)matrix->counts[index]), middle, press->y + 5,
                   width);
    press_line(press, STYLE_RUNNING, ink, CENTRE, level->label, middle, press->y + (matrix->counts[index] ? 27 : 16),
               width - 6);
    press_untag(press, "TD");
}

static void print_matrix_row(struct press *press, const struct matrix *matrix, size_t row, double labels, double width)
{
    press_tag(press, "TR");
    press_tag(press, "TH");
    double height = press_set(press, press->layout, STYLE_LABEL, matrix->row_labels[row], labels - 10);
    press_show(press, press->layout, INK, press->left, press->y + (MATRIX_ROW - height) / 2);
    press_untag(press, "TH");
    for (size_t i = 0; i < matrix->columns; i++)
        print_matrix_cell(press, matrix, row * matrix->columns + i, press->left + labels + width * (double)i, width);
    press_untag(press, "TR");
    press->y += MATRIX_ROW;
}

static void print_column_labels(struct press *press, const struct matrix *matrix, double labels, double width)
{
    double height = 0;
    press_tag(press, "TR");
    for (size_t i = 0; i < matrix->columns; i++) {
        double x = press->left + labels + width * (double)i;
        double text = press_set(press, press->layout, STYLE_LABEL, matrix->column_labels[i], width - 6);
        pango_layout_set_alignment(press->layout, PANGO_ALIGN_CENTER);
        press_tag(press, "TH");
        press_show(press, press->layout, INK, x + 3, press->y + 4);
        press_untag(press, "TH");
        if (text > height) height = text;
    }
    press_untag(press, "TR");
    press->y += height + 8;
}

double print_matrix_height(const struct matrix *matrix)
{
    return (double)matrix->rows * MATRIX_ROW + 4 * AXIS;
}

void print_matrix(struct press *press, const struct matrix *matrix)
{
    double labels = 96, widest = 140;
    double width = (press_width(press) - labels) / (double)matrix->columns;
    if (width > widest) width = widest;
    press_need(press, print_matrix_height(matrix));
    press_line(press, STYLE_COLUMN, INK_MUTED, LEFT, matrix->row_axis, press->left, press->y, labels);
    press->y += AXIS;
    press_tag(press, "Table");
    for (size_t row = matrix->rows; row-- > 0;) print_matrix_row(press, matrix, row, labels, width);
    print_column_labels(press, matrix, labels, width);
    press_untag(press, "Table");
    press_line(press, STYLE_COLUMN, INK_MUTED, CENTRE, matrix->column_axis,
               press->left + labels + width * (double)matrix->columns / 2, press->y, press_width(press));
    press->y += AXIS + 4;
    print_legend(press, matrix->levels, matrix->level_count);
}
