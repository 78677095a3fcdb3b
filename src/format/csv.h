/* CSV (RFC 4180), reading and writing.
 *
 * Reading takes a byte order mark, CRLF, LF or CR, a first line "sep=;", and finds the separator in the header line.
 * Blank lines are skipped. INVALID names the line: not UTF-8, a quote that is never closed, text after a closing
 * quote, a row, cell or file beyond the limits (table.h). Cells are as they stand, white space too.
 *
 * Writing protects whoever opens the file in a spreadsheet: text that a spreadsheet would take for a formula (it
 * begins with = + - @ tab or line break, and is no plain number) gets an apostrophe in front; reading takes it off
 * again, so that what was exported comes back as it was. */
#ifndef MERLON_FORMAT_CSV_H
#define MERLON_FORMAT_CSV_H

#include "base/buf.h"
#include "format/table.h"

struct csv_reader;

enum result csv_open(struct ctx *ctx, struct str file, const struct table_options *options,
                     struct csv_reader **out) MUST_USE;
/* As table_row. Cells without quotes borrow from the file; all of them are valid until the next call. */
enum result csv_row(struct ctx *ctx, struct csv_reader *reader, struct str **cells, size_t *count) MUST_USE;
size_t csv_line(const struct csv_reader *reader); /* where the newest row begins, from 1 */

/* Writes rows, separated by commas, closed by CRLF.
 *     struct csv_out out = csv_out_to(&buf);
 *     csv_put(&out, S("id")), csv_put_number(&out, 5), csv_end_row(&out); */
struct csv_out {
    struct buf *buf;
    size_t cells; /* of the row that is being written */
    size_t row_start;
};

static inline struct csv_out csv_out_to(struct buf *buf)
{
    return (struct csv_out){.buf = buf, .row_start = buf->len};
}
void csv_put(struct csv_out *out, struct str text);
void csv_put_number(struct csv_out *out, int64_t n);
void csv_put_decimal(struct csv_out *out, double n); /* must be finite */
void csv_end_row(struct csv_out *out);

/* One cell alone, quoted where it must be and protected; no separator. */
void csv_cell(struct buf *buf, struct str text);
/* UTF-8 byte order mark: without it, Excel takes a CSV file for Windows-1252. */
void csv_mark(struct buf *buf);

#endif
