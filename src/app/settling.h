/* The threads that do what writes leave to be done, each second when there is something and once more at the end: one
 * seals the ledger and compares the program's time with the clock, one brings the search index up to date. A third
 * looks whether they come to their end, without the database, so that it tells also where that hangs. */
#ifndef MERLON_APP_SETTLING_H
#define MERLON_APP_SETTLING_H

#include "ledger/signer.h"

struct settling;

/* By the time of this ctx; `data`: the data directory. */
enum result settling_open(struct ctx *ctx, struct store *store, struct ledger_signer *signer, struct str data,
                          struct settling **out) MUST_USE;
void settling_close(struct settling *settling); /* NULL is fine */

#endif
