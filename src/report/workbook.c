/* One document, another paper: groups of rows become a column, because a sheet that can be filtered is worth more than
 * one that looks like a page. */
#include "report/workbook.h"

#include "format/xlsx_out.h"
#include "report/block.h"

struct book {
    struct ctx *ctx;
    struct xlsx_book *xlsx;
    const struct document *document;
};

static struct xlsx_cell cell_of(const struct cell *cell)
{
    if (cell_is_empty(cell)) return xlsx_empty();
    switch (cell->kind) {
    case CELL_NUMBER: return xlsx_number(cell->number);
    case CELL_DATE: return xlsx_date(cell->text);
    case CELL_TEXT: break;
    }
    struct xlsx_cell text = xlsx_text(cell->text);
    text.wrap = cell->text.len > 60;
    return text;
}

static enum result put_fact(struct book *book, struct str label, const struct cell *value)
{
    if (cell_is_empty(value)) return OK;
    return xlsx_row_add(book->ctx, book->xlsx, (struct xlsx_cell[]){xlsx_text(label), cell_of(value)}, 2);
}

static enum result put_facts(struct book *book, const struct fact *facts, size_t count)
{
    for (size_t i = 0; i < count; i++) TRY(put_fact(book, facts[i].label, &facts[i].value));
    return OK;
}

static enum result put_figures(struct book *book, const struct block *block)
{
    for (size_t i = 0; i < block->count; i++) {
        struct cell number = cell_number(block->figures[i].number);
        TRY(put_fact(book, block->figures[i].label, &number));
    }
    return OK;
}

static enum result put_text(struct book *book, const struct block *block)
{
    struct cell text = cell_text(block->text);
    return put_fact(book, block->number, &text);
}

/* Everything that is no table of its own. */
static enum result control_sheet(struct book *book)
{
    const struct document *document = book->document;
    const struct str header[] = {document->words.control, document->title};
    TRY(xlsx_sheet_add(book->ctx, book->xlsx, document->words.control, header, COUNT(header)));
    TRY(put_facts(book, document->control, document->control_count));
    for (const struct block *block = document->first; block; block = block->next) {
        switch (block->kind) {
        case BLOCK_HEADING:
        case BLOCK_PARAGRAPH: TRY(put_text(book, block)); break;
        case BLOCK_FACTS: TRY(put_facts(book, block->facts, block->count)); break;
        case BLOCK_FIGURES: TRY(put_figures(book, block)); break;
        case BLOCK_BARS:
        case BLOCK_MATRIX:
        case BLOCK_GRID: break;
        }
    }
    return OK;
}

static enum result grid_sheet(struct book *book, const struct grid *grid)
{
    struct str header[GRID_COLUMNS + 1], group = {0};
    size_t shift = grid->grouped;
    header[0] = grid->group_label;
    for (size_t i = 0; i < grid->count; i++) header[i + shift] = grid->columns[i].label;
    TRY(xlsx_sheet_add(book->ctx, book->xlsx, grid->name, header, grid->count + shift));
    for (const struct grid_row *row = grid->first; row; row = row->next) {
        struct xlsx_cell cells[GRID_COLUMNS + 1];
        if (!row->cells) group = row->group;
        if (!row->cells) continue;
        cells[0] = xlsx_text(group);
        for (size_t i = 0; i < grid->count; i++) cells[i + shift] = cell_of(&row->cells[i]);
        TRY(xlsx_row_add(book->ctx, book->xlsx, cells, grid->count + shift));
    }
    return OK;
}

static enum result bars_sheet(struct book *book, const struct bars *bars)
{
    struct str header[BAR_SERIES + 2] = {bars->rows_label};
    for (size_t i = 0; i < bars->series_count; i++) header[i + 1] = bars->series[i].label;
    header[bars->series_count + 1] = bars->total_label;
    TRY(xlsx_sheet_add(book->ctx, book->xlsx, bars->name, header, bars->series_count + 2));
    for (size_t row = 0; row < bars->bar_count; row++) {
        struct xlsx_cell cells[BAR_SERIES + 2] = {xlsx_text(bars->bars[row].label)};
        int64_t total = 0;
        for (size_t i = 0; i < bars->series_count; i++) {
            cells[i + 1] = xlsx_number(bars->bars[row].counts[i]);
            total += bars->bars[row].counts[i];
        }
        cells[bars->series_count + 1] = xlsx_number(total);
        TRY(xlsx_row_add(book->ctx, book->xlsx, cells, bars->series_count + 2));
    }
    return OK;
}

/* One row for each cell of the matrix: likelihood, consequence, level and count can be filtered and pivoted. */
static enum result matrix_sheet(struct book *book, const struct matrix *matrix)
{
    const struct str header[] = {matrix->row_axis, matrix->column_axis, matrix->level_label, matrix->count_label};
    TRY(xlsx_sheet_add(book->ctx, book->xlsx, matrix->name, header, COUNT(header)));
    for (size_t i = matrix->rows * matrix->columns; i-- > 0;) {
        const struct xlsx_cell cells[] = {
            xlsx_text(matrix->row_labels[i / matrix->columns]), xlsx_text(matrix->column_labels[i % matrix->columns]),
            xlsx_text(matrix->levels[matrix->cells[i]].label), xlsx_number(matrix->counts[i])};
        TRY(xlsx_row_add(book->ctx, book->xlsx, cells, COUNT(cells)));
    }
    return OK;
}

static enum result table_sheet(struct book *book, const struct block *block)
{
    switch (block->kind) {
    case BLOCK_BARS: return bars_sheet(book, block->bars);
    case BLOCK_MATRIX: return matrix_sheet(book, block->matrix);
    case BLOCK_GRID: return grid_sheet(book, block->grid);
    case BLOCK_HEADING:
    case BLOCK_PARAGRAPH:
    case BLOCK_FACTS:
    case BLOCK_FIGURES: break;
    }
    return OK;
}

enum result workbook_xlsx(struct ctx *ctx, const struct document *document, struct str *bytes)
{
    struct book book = {.ctx = ctx, .document = document};
    TRY(xlsx_book_open(ctx, document->title, document->created, &book.xlsx));
    TRY(control_sheet(&book));
    for (const struct block *block = document->first; block; block = block->next) TRY(table_sheet(&book, block));
    return xlsx_book_close(ctx, book.xlsx, bytes);
}
