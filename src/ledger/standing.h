/* Whether an entry has its place: a row of ledger_leaf says so, and whoever writes the database can put one there for a
 * moment; only the tree that a head was signed over proves it. */
#ifndef MERLON_LEDGER_STANDING_H
#define MERLON_LEDGER_STANDING_H

#include "ledger/tree.h"

/* Whether the tree of `head` has that leaf, at the place that the entry's row names. `head`: one whose signature was
 * held; size 0 for none. Some twenty reads when there is a place. */
enum result ledger_stands(struct ctx *ctx, int64_t entry, const struct hash *leaf, const struct ledger_head *head,
                          bool *stands) MUST_USE;

#endif
