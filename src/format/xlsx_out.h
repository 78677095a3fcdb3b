/* Writing workbooks (.xlsx) into memory with libxlsxwriter. Rows go to the library's temporary files as they come, so
 * that a large export takes little memory. The same calls with the same `created` give the same bytes.
 *
 * Every sheet has a bold, frozen header row with filter buttons, and columns as wide as their content (8 to 60
 * characters). Text is always text, never a formula. Excel's limits hold: text beyond 32,767 UTF-16 units is cut and
 * ends in an ellipsis; integers beyond 15 digits, which Excel would round, and dates before 1900-03-01 become text.
 *
 *     struct xlsx_book *book;
 *     TRY(xlsx_book_open(ctx, S("Risks"), ctx->now, &book));
 *     TRY(xlsx_sheet_add(ctx, book, S("Risks"), names, COUNT(names)));
 *     TRY(xlsx_row_add(ctx, book, (struct xlsx_cell[]){xlsx_text(ref), xlsx_number(4)}, 2));
 *     TRY(xlsx_book_close(ctx, book, &bytes)); */
#ifndef MERLON_FORMAT_XLSX_OUT_H
#define MERLON_FORMAT_XLSX_OUT_H

#include "base/ctx.h"

enum xlsx_kind { XLSX_EMPTY, XLSX_TEXT, XLSX_NUMBER, XLSX_DECIMAL, XLSX_BOOL, XLSX_DATE, XLSX_TIME };

struct xlsx_cell {
    enum xlsx_kind kind;
    bool wrap;       /* XLSX_TEXT: long text over several lines */
    struct str text; /* XLSX_TEXT; XLSX_DATE as YYYY-MM-DD */
    int64_t number;  /* XLSX_NUMBER; XLSX_BOOL; XLSX_TIME in ms since 1970 UTC */
    double decimal;
};

static inline struct xlsx_cell xlsx_empty(void)
{
    return (struct xlsx_cell){.kind = XLSX_EMPTY};
}
static inline struct xlsx_cell xlsx_text(struct str s)
{
    return (struct xlsx_cell){.kind = XLSX_TEXT, .text = s};
}
static inline struct xlsx_cell xlsx_number(int64_t n)
{
    return (struct xlsx_cell){.kind = XLSX_NUMBER, .number = n};
}
static inline struct xlsx_cell xlsx_decimal(double n)
{
    return (struct xlsx_cell){.kind = XLSX_DECIMAL, .decimal = n};
}
static inline struct xlsx_cell xlsx_bool(bool yes)
{
    return (struct xlsx_cell){.kind = XLSX_BOOL, .number = yes};
}
static inline struct xlsx_cell xlsx_date(struct str s)
{
    return (struct xlsx_cell){.kind = XLSX_DATE, .text = s};
}
static inline struct xlsx_cell xlsx_time(int64_t ms)
{
    return (struct xlsx_cell){.kind = XLSX_TIME, .number = ms};
}

struct xlsx_book;

/* created in ms since 1970: document property and the only time in the file. The book lives in the ctx's arena;
 * one that is never closed is released with it. */
enum result xlsx_book_open(struct ctx *ctx, struct str title, int64_t created, struct xlsx_book **out) MUST_USE;

/* Begins a sheet; later rows go there. Its name is made fit for Excel: 31 characters, none of []:*?/\, unique. */
enum result xlsx_sheet_add(struct ctx *ctx, struct xlsx_book *book, struct str name, const struct str *header,
                           size_t columns) MUST_USE;
/* INVALID beyond Excel's 1,048,576 rows; BROKEN when the temporary file cannot be written. */
enum result xlsx_row_add(struct ctx *ctx, struct xlsx_book *book, const struct xlsx_cell *cells, size_t count) MUST_USE;
/* The file's bytes, in the arena. The book must have a sheet. */
enum result xlsx_book_close(struct ctx *ctx, struct xlsx_book *book, struct str *out) MUST_USE;

#endif
