/* Documents made up for the tests of printing, big enough to show what a real one would. */
#ifndef MERLON_TESTS_REPORT_SAMPLE_H
#define MERLON_TESTS_REPORT_SAMPLE_H

#include "report/document.h"

/* A Statement of Applicability with this many lines, with every kind of block. */
struct document *sample_document(struct ctx *ctx, size_t lines);
/* One grid alone, under one heading. */
struct document *sample_grid(struct ctx *ctx, struct grid *grid);

struct ctx sample_ctx(struct arena *arena); /* with a clock that stands still */

/* What pdftotext reads out of it (-layout). */
struct str sample_pdf_text(struct ctx *ctx, struct str pdf);
/* What a command of the shell says, with the bytes in "$file". */
struct str sample_run(struct ctx *ctx, const char *command, struct str bytes);
size_t sample_count(struct str text, const char *needle);

#endif
