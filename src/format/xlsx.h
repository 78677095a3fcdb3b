/* Reading Office Open XML workbooks (ISO/IEC 29500, .xlsx) from memory, as streams: parts are unpacked as they are
 * read.
 *
 * Shared and inline strings, numbers, truth values, results of formulas, dates by the format of their cell (both
 * epochs). A date is YYYY-MM-DD, a date with time RFC 3339 (taken as UTC: a workbook has no zone), a time of day
 * HH:MM:SS. An error cell is its text ("#N/A"). Blank rows are skipped, missing cells are empty.
 *
 * Files come from strangers: encrypted or old binary files, document type declarations and entities, parts beyond
 * `unpacked_limit`, a part packed more than 1 to 250, more than 2,000 parts, indexes out of range, broken XML and
 * checksums are INVALID with a sentence. Writing is xlsx_out.h. */
#ifndef MERLON_FORMAT_XLSX_H
#define MERLON_FORMAT_XLSX_H

#include "format/table.h"

enum { XLSX_PARTS = 2000, XLSX_RATIO = 250 };
#define XLSX_UNPACKED (512 * 1024 * (uint64_t)1024)

struct xlsx_reader;

enum result xlsx_open(struct ctx *ctx, struct str file, const struct table_options *options,
                      struct xlsx_reader **out) MUST_USE;
/* As table_row. */
enum result xlsx_row(struct ctx *ctx, struct xlsx_reader *reader, struct str **cells, size_t *count) MUST_USE;
size_t xlsx_line(const struct xlsx_reader *reader); /* number of the newest row in its sheet, from 1 */

/* A zip archive or an old binary workbook by its first bytes: a spreadsheet rather than text. */
bool xlsx_looks_like(struct str file);

#endif
