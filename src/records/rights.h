/* May the actor do this to this record? The one place where scope (unit, global, own) meets the roles. */
#ifndef MERLON_RECORDS_RIGHTS_H
#define MERLON_RECORDS_RIGHTS_H

#include "records/record.h"

bool record_may(const struct ctx *ctx, const struct record *record, enum verb verb);
/* May the actor see this state of the record? The past is read with the rights of today, and by both places where the
 * record lay or lies: whoever may not read it where it is now sees none of its states, and whoever may sees none from
 * a time when it lay (or belonged to somebody) where he may not read. So neither a person nor a record that moves
 * opens a way back. As of ctx->as_of the present record is looked up; now this is record_may(READ). */
enum result record_may_see(struct ctx *ctx, const struct record *record, bool *may) MUST_USE;
/* DENIED with a sentence when not; NOT_FOUND when he may not even read it, so that nothing is given away. */
enum result record_demand(struct ctx *ctx, const struct record *record, enum verb verb) MUST_USE;

/* Has the actor the role of that name at the unit? For guards whose role is data, such as a methodology's levels. */
bool actor_is(const struct ctx *ctx, struct str role, int64_t unit);
/* Is there such a role? All of them, for the sentence when not. */
bool role_is_known(struct str role);
struct str role_list(struct ctx *ctx);
/* Does one of the units lie below the other, or are they the same? Controls of a group hold for its companies. */
enum result units_related(struct ctx *ctx, int64_t a, int64_t b, bool *related) MUST_USE;
/* Inside a write, before a record is made that is derived from it: the answer stays true until the write ends. A record
 * that is there already needs it not, because whoever moves a unit derives it anew. */
enum result units_keep(struct ctx *ctx) MUST_USE;

/* May the actor read this register at all, if only what is his own? DENIED with a sentence. */
enum result register_demand_read(struct ctx *ctx, const struct reg *reg) MUST_USE;

/* The same as a condition of a query over the register's table (alias t), starting with " AND ". Parameters are
 * appended to args. The units come from the actor's grants, never from a request. Where he may read only what is his
 * own, it says that. */
void rights_condition(struct ctx *ctx, const struct reg *reg, struct buf *sql, struct value *args, size_t *count);
enum { RIGHTS_ARGS = 130 }; /* it appends at most so many */

#endif
