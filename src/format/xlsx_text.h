/* Text of cells: which pieces belong to it, and Excel's _xHHHH_ for characters that XML does not have (ST_Xstring). */
#ifndef MERLON_FORMAT_XLSX_TEXT_H
#define MERLON_FORMAT_XLSX_TEXT_H

#include "base/buf.h"

struct xml_reader; /* format/xml.h */

struct xlsx_text_state {
    bool wanted;  /* inside <t> or <v> */
    int phonetic; /* inside <rPh>: how the text is pronounced, no part of it */
};

/* To be called for every token within a cell or a shared string; true when the token is text that belongs to it. */
bool xlsx_text_is_wanted(struct xlsx_text_state *state, const struct xml_reader *xml);

void xlsx_text_decode(struct buf *buf, struct str text);
/* The way back: also what only looks like an escape is escaped. */
void xlsx_text_encode(struct buf *buf, struct str text);

#endif
