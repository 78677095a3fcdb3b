/* A restored copy parts from the original (store/identity.h): the MACs of its entries, sealed and waiting, that held
 * are made anew under the copy's own identity. So an entry that the original, or another copy, writes after the backup
 * is strange to this one, whatever its number. */
#ifndef MERLON_LEDGER_PARTING_H
#define MERLON_LEDGER_PARTING_H

#include "store/seal.h"

/* Inside the write of a restore, while nothing guards the tables yet; `before`: what the MACs are under until now. */
enum result ledger_part(struct ctx *ctx, const struct identity *before) MUST_USE;

#endif
