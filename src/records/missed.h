/* What a list or a look-up did not find, though by the ledger it is there: whoever writes the database can mark a row
 * as deleted, take it away, or move it out of the filter or of the reader's units. What is returned is compared in
 * entered.h; this is for what is not. Present records only, and they need the master key. */
#ifndef MERLON_RECORDS_MISSED_H
#define MERLON_RECORDS_MISSED_H

#include "records/list.h"

/* The ids that the filters of the query (but not its `q`), the actor's rights and the newest states in the ledger give,
 * and `found`, which is all that the list returned, has not; rising. One whose newest state cannot be trusted is among
 * them: whether it belongs there, nobody knows. Each is told as an alarm. */
enum result list_missed(struct ctx *ctx, const struct list_query *query, const struct record_list *found,
                        struct ids *missed) MUST_USE;

/* The same for one record that was looked up and not found. */
enum result record_missed(struct ctx *ctx, const struct reg *reg, int64_t id, bool *missed) MUST_USE;

/* The name of a user as it stands in the database, and whether the user is what the ledger says. Without the master key
 * it is taken for right. */
enum result user_vouched_name(struct ctx *ctx, int64_t id, struct str *name, bool *right) MUST_USE;

#endif
