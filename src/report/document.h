/* A document before it is printed: who answers for it, and its blocks in order. One document is written by a report and
 * printed by typeset.h as PDF and by workbook.h as XLSX, so that both say the same.
 *
 * Everything lives in the ctx's arena and borrows the texts it is given. Texts are UTF-8 and are printed as they stand:
 * nothing in them is markup. Fixed words ("Contents", "Page") come from the caller, in the reader's language. */
#ifndef MERLON_REPORT_DOCUMENT_H
#define MERLON_REPORT_DOCUMENT_H

#include "report/grid.h"

enum paper { A4, LETTER };

/* A line of the document control block, or of a block of facts. Facts without a value are left out. */
struct fact {
    struct str label;
    struct cell value;
    bool code; /* a hash or a key: letters of one width, breaks anywhere */
};

struct document_words {
    struct str contents, control, page_of; /* "Contents", "Document control", "Page {page} of {pages}" */
    struct str empty;                      /* "None": in place of a grid's rows when it has none */
};

/* One stacked bar a row: how many of it are of each series. */
struct series {
    struct str label;
    enum mark mark;
    uint32_t colour;
};
struct bar {
    struct str label;
    const int64_t *counts; /* one for each series, none below 0 */
};
struct bars {
    struct str name, rows_label, total_label; /* sheet of the workbook, heads of its first and last column */
    const struct series *series;
    size_t series_count; /* at most BAR_SERIES */
    const struct bar *bars;
    size_t bar_count;
};
enum { BAR_SERIES = 12, MATRIX_MAX = 10 };

/* A heat map. Rows are likelihood from the lowest, columns consequence from the lowest; the lowest row is printed
 * last. */
struct matrix {
    struct str name, row_axis, column_axis, level_label, count_label; /* the last two head columns in a workbook */
    const struct str *row_labels, *column_labels;
    size_t rows, columns;        /* at most MATRIX_MAX */
    const struct series *levels; /* for the legend; printed in colour and by name */
    size_t level_count;
    const size_t *cells;   /* rows * columns indexes into levels */
    const int64_t *counts; /* rows * columns; 0 is printed as nothing */
};

/* A number that sums something up: "87 applicable". */
struct figure {
    struct str label;
    int64_t number;
    uint32_t colour; /* 0 is the ink of the text */
};

struct block;

struct document {
    struct arena *arena;
    struct str title, subtitle, organisation, reference, version, classification, author;
    struct cell status;
    struct document_words words;
    int64_t created; /* ms since 1970: the only time in the file, so that the same document gives the same bytes */
    enum paper paper;
    bool landscape;
    const struct fact *control; /* the document control block of the title page */
    size_t control_count;
    struct block *first, *last;
};

struct document *document_new(struct ctx *ctx, struct str title);

/* level 1 or 2; numbered as they come ("2.1"), and listed in the contents and the outline. */
void document_heading(struct document *document, int level, struct str text);
void document_paragraph(struct document *document, struct str text);
/* The pointed-to arrays are borrowed. */
void document_facts(struct document *document, struct str name, const struct fact *facts, size_t count);
void document_figures(struct document *document, struct str name, const struct figure *figures, size_t count);
void document_bars(struct document *document, const struct bars *bars);
void document_matrix(struct document *document, const struct matrix *matrix);
/* The grid may still be filled afterwards. */
void document_grid(struct document *document, struct grid *grid);

#endif
