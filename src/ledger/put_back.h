/* Signed heads that were taken out of the database while all entries under them are there. They are in ledger.heads,
 * with their signatures, so nothing need be believed to put them back: else nothing more could be sealed, nor anything
 * restored from a backup of it, and there would be no newer database to look for. */
#ifndef MERLON_LEDGER_PUT_BACK_H
#define MERLON_LEDGER_PUT_BACK_H

#include "ledger/head.h"
#include "store/store.h"

/* Puts back the heads behind the newest one in the database, up to `known`, which this node remembers: *count of them;
 * 0 when none lacks, or when the database does not hold what they cover, which is for others to tell. BROKEN when a
 * line of ledger.heads is not signed by a key of this ledger. */
enum result heads_put_back(struct ctx *ctx, struct store *store, struct str directory, const struct ledger_head *known,
                           size_t *count) MUST_USE;

#endif
