/* Is the row of a record what the ledger says? Whoever writes the database can change a row; what is made of such a row
 * may not be entered as if a person had done it. */
#ifndef MERLON_RECORDS_ENTERED_H
#define MERLON_RECORDS_ENTERED_H

#include "ledger/ledger.h"
#include "records/records.h"

/* CONFLICT with a sentence that names the first field that is stored otherwise than this state of the ledger is, byte
 * for byte. A field that the state does not know is empty. */
enum result record_demand_state(struct ctx *ctx, const struct record *row, struct str state) MUST_USE;

/* The same against the newest state that the program itself wrote (ledger_newest); asked of every record before it is
 * written again. What differs only until it is derived anew does not count, so that `merlon rebuild` and an upgrade can
 * put it right. A record that differs is told as an alarm, in the log and among the security events. */
enum result record_demand_entered(struct ctx *ctx, const struct record *record) MUST_USE;
/* For what was read of a record as of an instant (ledger_state_at, ledger_each_at): BROKEN is told as an alarm, and
 * `result` returned. id 0: which record it was is not known. */
enum result record_told(struct ctx *ctx, const struct reg *reg, int64_t id, enum result result) MUST_USE;
/* For entries that are shown as they stand, marked where they are foreign: each of these is told likewise, once a
 * day; of many on one page the first three, and how many more. */
void record_told_foreign(struct ctx *ctx, const struct ledger_entries *entries);
/* False without the master key: then the entries themselves cannot be held against anything. */
bool record_can_be_compared(const struct ctx *ctx);

/* Inside a write or a snapshot: the record by which a right or a binding is about to be decided (the unit of a grant,
 * the person of a user), held and asked the same. What it was found by is for the caller to compare with this one. The
 * actor's rights are not asked. NOT_FOUND with a sentence. */
enum result record_vouched(struct ctx *ctx, const struct reg *reg, int64_t id, struct record **record) MUST_USE;

/* The parts of a record (struct composition), each as the ledger says and as many as the record says: for whoever
 * judges or signs the whole. CONFLICT, with the alarm. The record itself is for the caller to hold against the
 * ledger. */
enum result record_parts(struct ctx *ctx, const struct record *record, struct record_list *list) MUST_USE;

#endif
