/* Going through all rows of a table for a check: by id, in pages, with an arena that is emptied after each row, so that
 * memory does not grow with the table nor with what one row leads to. */
#ifndef MERLON_STORE_WALK_H
#define MERLON_STORE_WALK_H

#include "store/db.h"

/* Calls `each` for every id of the table, rising. Its ctx has an arena of its own. What it returns other than OK ends
 * the walk with that result and its sentence. *walked (may be NULL) is counted up. `table` is a name of the program's
 * own, with a key `id`. */
enum result walk_ids(struct ctx *ctx, const char *table, enum result (*each)(struct ctx *ctx, void *arg, int64_t id),
                     void *arg, int64_t *walked) MUST_USE;

#endif
