/* A table of a document: columns, and rows that may stand in groups. Rows are kept as they are added, in the arena. */
#ifndef MERLON_REPORT_GRID_H
#define MERLON_REPORT_GRID_H

#include "base/buf.h"
#include "base/ctx.h"

/* The shape that stands beside a status, so that it is never told by colour alone. */
enum mark { NO_MARK, RING, QUARTER, HALF, DISC, TICK, TRIANGLE, CROSS, DASH, SQUARE, MARKS };

enum cell_kind { CELL_TEXT, CELL_NUMBER, CELL_DATE };

struct cell {
    enum cell_kind kind;
    enum mark mark;
    uint32_t colour; /* 0xRRGGBB of the mark; 0 is the ink of the text */
    struct str text; /* CELL_TEXT; CELL_DATE as YYYY-MM-DD */
    int64_t number;  /* CELL_NUMBER */
};

static inline struct cell cell_text(struct str text)
{
    return (struct cell){.kind = CELL_TEXT, .text = text};
}
static inline struct cell cell_number(int64_t n)
{
    return (struct cell){.kind = CELL_NUMBER, .number = n};
}
static inline struct cell cell_date(struct str date)
{
    return (struct cell){.kind = CELL_DATE, .text = date};
}
static inline struct cell cell_mark(struct str text, enum mark mark, uint32_t colour)
{
    return (struct cell){.kind = CELL_TEXT, .text = text, .mark = mark, .colour = colour};
}

enum { GRID_COLUMNS = 16 };

struct grid_column {
    struct str label;
    double weight; /* share of the width, relative to the others */
    bool strong;   /* the column by which a reader finds the row */
    bool right;    /* numbers stand to the right */
};

struct grid_row {
    struct grid_row *next;
    struct str group;   /* a heading over the rows that follow; then there are no cells */
    struct cell *cells; /* one for each column */
};

struct grid {
    struct arena *arena;
    struct str name;        /* the sheet in a workbook */
    struct str group_label; /* head of the column which groups become in a workbook */
    const struct grid_column *columns;
    size_t count; /* of columns, 1 to GRID_COLUMNS */
    struct grid_row *first, *last;
    size_t rows; /* groups not counted */
    bool grouped;
};

/* columns are borrowed. */
struct grid *grid_new(struct arena *arena, struct str name, const struct grid_column *columns, size_t count);
/* A row's cells, empty texts to be filled in. */
struct cell *grid_row(struct grid *grid);
void grid_group(struct grid *grid, struct str text);

/* The text with what cannot be printed replaced: bytes that are no UTF-8 by U+FFFD, control characters by a space; line
 * breaks and tabs stay. The same text when there is nothing to replace, else a copy in the arena. */
struct str text_printable(struct arena *arena, struct str text);

/* The text of a cell as it is printed. A number's is in the arena. */
struct str cell_printed(struct arena *arena, const struct cell *cell);
bool cell_is_empty(const struct cell *cell);

#endif
