/* Records that were loaded in this transaction: the unit, the owner and the method of one new risk are those of the
 * next, and a group of writes is one transaction. Kept by db_note, so nothing here outlives a commit or a rollback. */
#ifndef MERLON_RECORDS_KNOWN_H
#define MERLON_RECORDS_KNOWN_H

#include "records/record.h"

/* A copy in the ctx's arena; NULL when it is not known. */
struct record *known_find(struct ctx *ctx, const struct reg *reg, int64_t id);
/* Does nothing where it may not be kept. */
void known_keep(struct ctx *ctx, const struct record *record);
/* It is being written. */
void known_forget(struct ctx *ctx, const struct reg *reg, int64_t id);

#endif
