/* Reading rows of cells from an uploaded file, CSV or XLSX, so that import need not know which. Rows come one at a
 * time; the whole table is never in memory. Whatever is wrong with the file is INVALID with a sentence that names the
 * line.
 *
 *     struct table_reader *table;
 *     TRY(table_open(ctx, file, &(struct table_options){0}, &table));
 *     for (;;) {
 *         struct str *cells;
 *         size_t count;
 *         TRY(table_row(ctx, table, &cells, &count));
 *         if (!cells) break;
 *         ...
 *     } */
#ifndef MERLON_FORMAT_TABLE_H
#define MERLON_FORMAT_TABLE_H

#include "base/ctx.h"

/* 0 or NULL is the default in brackets. */
struct table_options {
    const char *sheet;       /* XLSX: by name, upper or lower case [the first] */
    bool windows_1252;       /* CSV: a file that is not UTF-8 is taken as Windows-1252 instead of refused */
    char separator;          /* CSV [found in the first line: comma, semicolon or tab] */
    size_t row_limit;        /* [1,000,000], header included */
    size_t column_limit;     /* [500] */
    size_t cell_limit;       /* bytes [262,144] */
    uint64_t unpacked_limit; /* XLSX: bytes of all parts that are read [512 MiB] */
};

enum { TABLE_ROWS = 1000000, TABLE_COLUMNS = 500, TABLE_CELL = 256 * 1024 };

/* The options with the defaults filled in. */
struct table_options table_defaults(const struct table_options *options);

struct table_reader;

/* Tells an XLSX from a CSV file by its first bytes. The bytes of `file` must live as long as the reader. The
 * reader lives in the ctx's arena and is released with it. */
enum result table_open(struct ctx *ctx, struct str file, const struct table_options *options,
                       struct table_reader **out) MUST_USE;

/* The next row that is not blank: *cells are valid until the next call. After the last row: OK and *cells NULL.
 * Cells are text, valid UTF-8: numbers as 1234.5, truth as "true" and "false", dates as YYYY-MM-DD, instants as
 * RFC 3339. A row may have fewer or more cells than the header. */
enum result table_row(struct ctx *ctx, struct table_reader *table, struct str **cells, size_t *count) MUST_USE;

/* Of the newest row: its first line in a CSV file, its row number in a sheet; from 1. */
size_t table_line(const struct table_reader *table);

#endif
