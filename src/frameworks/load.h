/* Loading a framework file into the registers framework and requirement. The form is the project's own, one JSON
 * object:
 *   {"id", "title", "version", "publisher", "licence",
 *    "items": [{"id", "parent", "title", "assessable", "label"?, "text"?, "guidance"?, "withdrawn"?, ...}]}
 * A parent stands before its children. Items with `attributes` are the reference list of a Statement of
 * Applicability; where no item has any, all that are assessable are. Members that are not known are kept in the
 * requirement's attributes. */
#ifndef MERLON_FRAMEWORKS_LOAD_H
#define MERLON_FRAMEWORKS_LOAD_H

#include "records/records.h"

struct framework_loaded {
    int64_t framework;
    int64_t created, changed, unchanged; /* requirements */
};

/* Inside a write, on behalf of the actor, who needs the right to create frameworks. INVALID with a sentence that
 * names the item. */
enum result framework_load(struct ctx *ctx, struct str file, struct framework_loaded *loaded) MUST_USE;

#endif
