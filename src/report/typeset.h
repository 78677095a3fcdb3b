/* Prints a document as PDF with Pango and Cairo: title page with the document control block, contents with links, an
 * outline, running header and footer with "page x of y", tagged for screen readers (ISO 32000-1, 14.8).
 *
 * The same document gives the same bytes on the same machine: the only time in the file is document->created. Inter is
 * the typeface (Debian's fonts-inter); where it is missing, what fontconfig has instead. Scripts that Inter does not
 * know are taken from the fonts that are installed.
 *
 * Memory of Pango and Cairo is outside the arena, released in any case. GLib ends the program when the system itself
 * has none left; a document that is too big for the arena ends as any request does. */
#ifndef MERLON_REPORT_TYPESET_H
#define MERLON_REPORT_TYPESET_H

#include "report/document.h"

/* The bytes are in the arena. BROKEN when the libraries fail. */
enum result typeset_pdf(struct ctx *ctx, const struct document *document, struct str *bytes) MUST_USE;

#endif
