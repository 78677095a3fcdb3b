/* Tables. A row that fits on a page is never split; one that does not is continued line by line, cell by cell. The head
 * is repeated on every page. */
#include "report/furniture.h"
#include "report/print.h"

enum {
    PAD_X = 5,
    PAD_Y = 4,
    SPLIT_ROOM = 90,
    LONGEST_WORD = 80,
    SHORT_WORD = 6,
    ROWS_LOOKED_AT = 60,
    WORDS_LOOKED_AT = 160
};

/* The row at hand: its cells as set, and how many lines of each are printed. */
struct setting {
    struct press *press;
    const struct grid *grid;
    double left[GRID_COLUMNS], width[GRID_COLUMNS]; /* of the columns, padding included */
    double head;                                    /* height of the head */
    bool right[GRID_COLUMNS];                       /* set to the right, as numbers are */
    int line[GRID_COLUMNS];
};

/* The widest word at the beginning of a text, among those that are not too long to be kept whole. */
static double widest_word(struct press *press, enum style style, struct str text)
{
    double widest = 0;
    size_t start = 0, end = text.len < WORDS_LOOKED_AT ? text.len : WORDS_LOOKED_AT;
    for (size_t i = 0; i <= end; i++) {
        if (i < end && text.at[i] != ' ' && text.at[i] != '\n') continue;
        struct str word = str_slice(text, start, i);
        start = i + 1;
        if (word.len < SHORT_WORD) continue;
        double width = press_text_width(press, style, word);
        if (width > widest && width < LONGEST_WORD) widest = width;
    }
    return widest;
}

/* What a column needs at least so that no common word in it is broken. The first rows tell for all of them. */
static double least_width(struct setting *setting, size_t column)
{
    struct press *press = setting->press;
    const struct grid_column *head = &setting->grid->columns[column];
    enum style style = head->strong ? STYLE_CELL_STRONG : STYLE_CELL;
    double least = widest_word(press, STYLE_COLUMN, head->label);
    size_t rows = ROWS_LOOKED_AT;
    for (const struct grid_row *row = setting->grid->first; row && rows; row = row->next, rows--) {
        const struct cell *cell = row->cells ? &row->cells[column] : NULL;
        if (!cell) continue;
        double width = widest_word(press, style, cell->text) + (cell->mark ? MARK_SPACE : 0);
        if (width > least) least = width;
    }
    return least + 2 * PAD_X + 1;
}

static void set_sides(struct setting *setting)
{
    const struct grid_row *row = setting->grid->first;
    while (row && !row->cells) row = row->next;
    for (size_t i = 0; i < setting->grid->count; i++)
        setting->right[i] = setting->grid->columns[i].right || (row && row->cells[i].kind == CELL_NUMBER);
}

/* Widths by weight; columns that would get less than they need take it from the others. */
static void set_columns(struct setting *setting)
{
    size_t count = setting->grid->count;
    double least[GRID_COLUMNS], free = press_width(setting->press), weights = 0, x = setting->press->left, sum = 0;
    bool held[GRID_COLUMNS] = {0};
    for (size_t i = 0; i < count; i++) {
        sum += least[i] = least_width(setting, i);
        weights += setting->grid->columns[i].weight;
    }
    for (size_t i = 0; i < count && sum > free; i++) least[i] = 0; /* they cannot all have what they need */
    for (size_t i = 0; i < count; i++) {
        double weight = setting->grid->columns[i].weight;
        if (held[i] || weights <= weight || free * weight / weights >= least[i]) continue;
        held[i] = true;
        free -= least[i];
        weights -= weight;
        i = (size_t)-1; /* the others have less to share now: look at all of them again */
    }
    for (size_t i = 0; i < count; i++) {
        setting->left[i] = x;
        setting->width[i] = held[i] ? least[i] : free * setting->grid->columns[i].weight / weights;
        x += setting->width[i];
    }
}

static double set_head(struct setting *setting)
{
    double height = 0;
    for (size_t i = 0; i < setting->grid->count; i++) {
        const struct grid_column *column = &setting->grid->columns[i];
        PangoLayout *layout = setting->press->heads[i];
        double text = press_set(setting->press, layout, STYLE_COLUMN, column->label, setting->width[i] - 2 * PAD_X);
        pango_layout_set_alignment(layout, setting->right[i] ? PANGO_ALIGN_RIGHT : PANGO_ALIGN_LEFT);
        if (text > height) height = text;
    }
    return height + 2 * PAD_Y + 2;
}

static void print_head(struct setting *setting)
{
    struct press *press = setting->press;
    double height = set_head(setting);
    furniture_fill(press, press->left, press->y, press_width(press), height, 0, INK_ACCENT);
    press_tag(press, "TR");
    for (size_t i = 0; i < setting->grid->count; i++) {
        press_tag(press, "TH");
        press_show(press, press->heads[i], INK_WHITE, setting->left[i] + PAD_X, press->y + PAD_Y + 1);
        press_untag(press, "TH");
    }
    press_untag(press, "TR");
    press->y += height;
}

static void begin_part(struct setting *setting)
{
    press_tag(setting->press, "Table");
    print_head(setting);
}

static void next_page(struct setting *setting)
{
    press_untag(setting->press, "Table");
    press_break(setting->press);
    begin_part(setting);
}

/* Sets the cells of a row; returns its height. */
static double set_row(struct setting *setting, const struct grid_row *row)
{
    double height = 0;
    struct press *press = setting->press;
    for (size_t i = 0; i < setting->grid->count; i++) {
        const struct grid_column *column = &setting->grid->columns[i];
        const struct cell *cell = &row->cells[i];
        PangoLayout *layout = press->cells[i];
        double width = setting->width[i] - 2 * PAD_X - (cell->mark ? MARK_SPACE : 0);
        enum style style = column->strong ? STYLE_CELL_STRONG : STYLE_CELL;
        double text = press_set(press, layout, style, cell_printed(press->ctx->arena, cell), width);
        pango_layout_set_alignment(layout, setting->right[i] ? PANGO_ALIGN_RIGHT : PANGO_ALIGN_LEFT);
        if (text > height) height = text;
        setting->line[i] = 0;
    }
    return height + 2 * PAD_Y;
}

static double print_cell(struct setting *setting, const struct grid_row *row, size_t i, double room)
{
    struct press *press = setting->press;
    const struct cell *cell = &row->cells[i];
    double x = setting->left[i] + PAD_X, y = press->y + PAD_Y, height = 0;
    press_tag(press, "TD");
    if (cell->mark && !setting->line[i]) furniture_mark(press, cell->mark, cell->colour, x, y + 4.9);
    if (press->drawing) furniture_ink(press, INK);
    if (cell->mark) x += MARK_SPACE;
    if (setting->line[i] < pango_layout_get_line_count(press->cells[i]))
        height = press_lines(press, press->cells[i], x, y, &setting->line[i], room);
    press_untag(press, "TD");
    return height;
}

/* As much of the row as fits on this page; true when all of it is printed. */
static bool print_part(struct setting *setting, const struct grid_row *row)
{
    struct press *press = setting->press;
    double height = 0, room = press_room(press) - 2 * PAD_Y;
    bool done = true;
    press_tag(press, "TR");
    for (size_t i = 0; i < setting->grid->count; i++) {
        double taken = print_cell(setting, row, i, room);
        if (taken > height) height = taken;
        done = done && setting->line[i] >= pango_layout_get_line_count(press->cells[i]);
    }
    press_untag(press, "TR");
    press->y += height + 2 * PAD_Y;
    furniture_rule(press, press->left, press->y - 0.25, press_width(press), 0.5, INK_LINE);
    return done;
}

static void print_row(struct setting *setting, const struct grid_row *row)
{
    struct press *press = setting->press;
    double height = set_row(setting, row), page = press->bottom - press->top - setting->head;
    if (height > press_room(press) && (height <= page || press_room(press) < SPLIT_ROOM)) {
        next_page(setting);
    }
    while (!print_part(setting, row)) next_page(setting);
}

static void print_group(struct setting *setting, const struct grid_row *row)
{
    struct press *press = setting->press;
    double text = press_set(press, press->layout, STYLE_STRONG, row->group, press_width(press) - 2 * PAD_X);
    if (press_room(press) < text + 2 * PAD_Y + 40) {
        next_page(setting);
        press_set(press, press->layout, STYLE_STRONG, row->group, press_width(press) - 2 * PAD_X);
    }
    double height = text + 2 * PAD_Y + 2;
    furniture_fill(press, press->left, press->y, press_width(press), height, 0, INK_PALE);
    press_tag(press, "TR");
    press_tag(press, "TH");
    press_show(press, press->layout, INK_ACCENT, press->left + PAD_X, press->y + PAD_Y + 1);
    press_untag(press, "TH");
    press_untag(press, "TR");
    press->y += height;
    furniture_rule(press, press->left, press->y - 0.25, press_width(press), 0.5, INK_LINE);
}

void print_grid(struct press *press, const struct grid *grid)
{
    struct setting setting = {.press = press, .grid = grid};
    set_sides(&setting);
    set_columns(&setting);
    setting.head = set_head(&setting);
    press_need(press, setting.head + 40);
    begin_part(&setting);
    for (const struct grid_row *row = grid->first; row; row = row->next) {
        if (row->cells)
            print_row(&setting, row);
        else
            print_group(&setting, row);
    }
    press_untag(press, "Table");
    if (!grid->first)
        press->y += PAD_Y + press_text(press, STYLE_BODY, INK_MUTED, press->document->words.empty, press->left + PAD_X,
                                       press->y + PAD_Y, 0);
    press->y += 10;
}
