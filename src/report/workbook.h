/* Prints a document as an Excel workbook: a sheet with the document control block and what the document says in
 * paragraphs, facts and figures, then one sheet for each grid, chart and matrix, with the numbers behind it. */
#ifndef MERLON_REPORT_WORKBOOK_H
#define MERLON_REPORT_WORKBOOK_H

#include "report/document.h"

/* The bytes are in the arena; the same document gives the same bytes. */
enum result workbook_xlsx(struct ctx *ctx, const struct document *document, struct str *bytes) MUST_USE;

#endif
