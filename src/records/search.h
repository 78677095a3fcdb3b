/* Full-text search over all registers at once: what Ctrl-K in the browser asks. */
#ifndef MERLON_RECORDS_SEARCH_H
#define MERLON_RECORDS_SEARCH_H

#include "records/records.h"

/* {"items": [{"register", "id", "reference", "title", "status"}]}: a reference that is typed comes first, then each
 * register's finds in the order of the house, at most `limit` in all; only what the actor may read. */
enum result search_write(struct ctx *ctx, struct str text, int64_t limit, struct buf *out) MUST_USE;

#endif
