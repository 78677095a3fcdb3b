/* The parts of a workbook that a sheet's rows lean on: which part the sheet is, its shared strings and its formats. */
#ifndef MERLON_FORMAT_XLSX_BOOK_H
#define MERLON_FORMAT_XLSX_BOOK_H

#include "format/xlsx_styles.h"

enum { XLSX_SHARED_BYTES = 64 * 1024 * 1024 };

struct xlsx_book_parts {
    struct str sheet; /* the name of its part */
    struct str *shared;
    size_t shared_count;
    struct xlsx_styles styles;
};

/* sheet: its name, or empty for the first that is not hidden. */
enum result xlsx_book_read(struct ctx *ctx, struct xlsx_package *package, struct str sheet,
                           struct xlsx_book_parts *out) MUST_USE;

#endif
