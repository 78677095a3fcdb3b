/* Whether an entry has its place: a row of ledger_leaf says so, and whoever writes the database can put one there for a
 * moment; only the tree that a head was signed over proves it. */
#ifndef MERLON_LEDGER_STANDING_H
#define MERLON_LEDGER_STANDING_H

#include "ledger/tree.h"

enum ledger_standing {
    STANDS_NOWHERE, /* neither a place nor a row that awaits one, or a place that the head does not cover with it */
    STANDS_WAITING, /* awaits its place, or has one that a newer head covers by its size */
    STANDS_UNDER    /* the head covers it, as it is now */
};
/* `head`: one whose signature was held; size 0 for none. Some twenty reads when there is a place. */
enum result ledger_stands(struct ctx *ctx, int64_t entry, const struct ledger_head *head,
                          enum ledger_standing *standing) MUST_USE;

#endif
