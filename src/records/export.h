/* A list as a file: CSV and XLSX with one column a field, links as references so that the file can be read back; JSON
 * as the API shows it. Goes page by page, so neither memory nor a long transaction grows with the register. */
#ifndef MERLON_RECORDS_EXPORT_H
#define MERLON_RECORDS_EXPORT_H

#include "records/list.h"

enum export_format { EXPORT_CSV, EXPORT_XLSX, EXPORT_JSON };

/* INVALID with a sentence for another name. */
enum result export_format_of(struct ctx *ctx, struct str name, enum export_format *format) MUST_USE;
const char *export_content_type(enum export_format format);

/* A stored value as the text of a cell, written into `cell`, which is empty, where it is no text as it stands. `target`
 * is the register of a LINK or LINKS; else NULL. */
struct str export_cell(struct ctx *ctx, struct buf *cell, const struct field *field, const struct reg *target,
                       struct value value);

/* Hands the file to `sink` in pieces. A result other than OK from the sink ends it with that result. Memory used for
 * a page is given back through `scratch`, an arena of the caller's that is reset between pages. */
struct export
{
    struct list_query *query;
    enum export_format format;
    struct arena *scratch;
    enum result (*sink)(void *arg, struct str piece);
    void *arg;
};
enum result export_run(struct ctx *ctx, const struct export *export) MUST_USE;

#endif
