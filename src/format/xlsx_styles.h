/* What a number in a worksheet means by the format of its cell, and its text. */
#ifndef MERLON_FORMAT_XLSX_STYLES_H
#define MERLON_FORMAT_XLSX_STYLES_H

#include "base/buf.h"
#include "format/xlsx_package.h"

enum xlsx_meaning { MEANS_NUMBER, MEANS_DATE = 1, MEANS_TIME = 2, MEANS_INSTANT = MEANS_DATE | MEANS_TIME };

struct xlsx_styles {
    uint8_t *meanings; /* enum xlsx_meaning of each cell format (cellXfs) */
    size_t count;
    bool from_1904; /* the workbook counts days from 1904, as Excel for Macintosh did */
};

/* Reads the part xl/styles.xml. */
enum result xlsx_styles_read(struct ctx *ctx, struct xlsx_part *part, struct xlsx_styles *out) MUST_USE;

enum xlsx_meaning xlsx_styles_meaning(const struct xlsx_styles *styles, size_t style);

/* Of a format code such as "dd.mm.yyyy hh:mm": whether it shows a date, a time of day, or both. */
enum xlsx_meaning xlsx_format_meaning(struct str code);

/* Appends the text of a number as it stands in the file: a date, an instant or a time of day by its meaning when it is
 * one, else the number as Excel would show it (15 digits). False when it is no number at all. */
bool xlsx_number_text(struct buf *buf, struct str number, enum xlsx_meaning meaning, bool from_1904) MUST_USE;

#endif
