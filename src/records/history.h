/* A record's history as readable differences, from the ledger, page by page. */
#ifndef MERLON_RECORDS_HISTORY_H
#define MERLON_RECORDS_HISTORY_H

#include "ledger/ledger.h"
#include "records/records.h"

enum { HISTORY_LIMIT = 50, HISTORY_LIMIT_MAX = 200 };

/* {"items": [{"entry", "at", "actor": {"id", "name"}, "action", "comment", "version", "changes": [{"field", "before",
 * "after"}]}], "next"}, newest first: up to `limit` of them before the entry `before` (0: from the end), and "next" is
 * the cursor of what comes then, or null. Whoever may read the record may read its history, but for the values and
 * comments of a time when it lay where he may not read (record_may_see). */
enum result history_write(struct ctx *ctx, const struct reg *reg, int64_t id, int64_t before, int64_t limit,
                          struct buf *out) MUST_USE;

/* What an entry of this record says, as JSON, for whoever may read it (as above); NULL: he may not, it says nothing, or
 * it is foreign (ledger_history) and what stands there is no state. So one that others wrote hides no other. */
enum result history_state(struct ctx *ctx, const struct reg *reg, const struct ledger_entry *entry,
                          struct json **state) MUST_USE;

#endif
