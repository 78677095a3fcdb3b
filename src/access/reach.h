/* Which units lie below which: table unit_reach(ancestor, unit), with each unit below itself. Kept by records/
 * whenever a unit is written; small enough to be made anew each time. A unit's parents may form no cycle. */
#ifndef MERLON_ACCESS_REACH_H
#define MERLON_ACCESS_REACH_H

#include "base/ctx.h"

enum { UNIT_LEVELS = 64 };
struct unit_reach; /* in memory: sorted, shared by actors, counted references */

/* From the table `unit` (columns id, parent, deleted_at). CONFLICT when the parents form a cycle or
 * are more than UNIT_LEVELS deep. Inside a write; only
 * what differs is written. A deleted unit stays below those above it, so that its records stay within reach; a grant at
 * the deleted unit itself gives nothing any more. */
enum result reach_rebuild(struct ctx *ctx) MUST_USE;

/* Inside a write: nobody moves a unit until it ends. */
enum result reach_keep(struct ctx *ctx) MUST_USE;

/* From the units' parents. BROKEN, with a line in the log, when the table says otherwise or the parents form a cycle:
 * then somebody changed one of them outside of the program, and no right is given by it. The caller owns one reference
 * and gives it back by reach_release (which takes NULL). */
enum result reach_load(struct ctx *ctx, struct unit_reach **reach) MUST_USE;
struct unit_reach *reach_hold(struct unit_reach *reach);
void reach_release(void *reach);

/* With NULL each unit reaches itself only; a unit that it does not know, nothing. */
bool reach_holds(const struct unit_reach *reach, int64_t ancestor, int64_t unit);
/* Nothing lies above this unit: who holds a role here holds it for the whole organisation. */
bool reach_is_top(const struct unit_reach *reach, int64_t unit);

#endif
