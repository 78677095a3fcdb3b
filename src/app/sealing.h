/* The thread that seals the ledger, each second when there is something to seal, and once more when it ends. */
#ifndef MERLON_APP_SEALING_H
#define MERLON_APP_SEALING_H

#include "ledger/keys.h"
#include "store/store.h"

struct sealing;

enum result sealing_open(struct ctx *ctx, struct store *store, const struct ledger_keys *keys,
                         struct sealing **out) MUST_USE;
void sealing_close(struct sealing *sealing); /* NULL is fine */

#endif
