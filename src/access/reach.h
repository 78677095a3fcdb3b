/* Which units lie below which: table unit_reach(ancestor, unit), with each unit below itself. Kept by records/ whenever a
 * unit is written; small enough to be made anew each time. A unit's parents may form no cycle. */
#ifndef MERLON_ACCESS_REACH_H
#define MERLON_ACCESS_REACH_H

#include "base/ctx.h"

struct unit_reach; /* in memory: sorted, shared by actors, counted references */

/* From the table `unit` (columns id, parent, deleted_at). CONFLICT when the parents form a cycle. Inside a write. */
enum result reach_rebuild(struct ctx *ctx) MUST_USE;

bool reach_holds(const struct unit_reach *reach, int64_t ancestor, int64_t unit);

#endif
