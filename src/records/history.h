/* A record's history as readable differences, from the ledger. */
#ifndef MERLON_RECORDS_HISTORY_H
#define MERLON_RECORDS_HISTORY_H

#include "records/records.h"

/* {"items": [{"entry", "at", "actor": {"id", "name"}, "action", "comment", "version", "changes": [{"field", "before",
 * "after"}]}]}, newest first. Whoever may read the record may read its history, but for the values and
 * comments of a time when it lay where he may not read (record_may_see). */
enum result history_write(struct ctx *ctx, const struct reg *reg, int64_t id, struct buf *out) MUST_USE;

#endif
