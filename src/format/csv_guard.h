/* Which text a spreadsheet would take for a formula; the writer guards it, the reader must judge in the same way. */
#ifndef MERLON_FORMAT_CSV_GUARD_H
#define MERLON_FORMAT_CSV_GUARD_H

#include "base/str.h"

/* Looks past apostrophes at the front: text that already had one gets another, so that taking one off is always
 * right. */
bool csv_needs_guard(struct str text);

#endif
