/* Whether a workbook that was just written lost nothing on the way through temporary files. */
#ifndef MERLON_FORMAT_XLSX_WHOLE_H
#define MERLON_FORMAT_XLSX_WHOLE_H

#include "base/str.h"

/* row_bytes[i]: the length of all rows of the i-th sheet as XML. False when a part is missing, empty, damaged or
 * cut, or when a sheet does not hold just so many bytes of rows. */
bool xlsx_is_whole(struct str bytes, const int64_t *row_bytes, size_t sheets);

#endif
