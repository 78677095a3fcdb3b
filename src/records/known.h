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

/* What is worked out from that record (id 0: from something about the register), at the first call of a transaction by
 * make, whose ctx has an arena that lives as long; where nothing can be kept, by make each time. For reading only. */
enum result known_made(struct ctx *ctx, const struct reg *reg, int64_t id,
                       enum result (*make)(struct ctx *ctx, const struct reg *reg, int64_t id, const void **made),
                       const void **made) MUST_USE;
/* Something that is no record changed: whatever was made is made anew. */
void known_forget_made(struct ctx *ctx);

#endif
