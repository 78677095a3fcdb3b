/* The sealer gives new entries their place in the tree and signs the head. One at a time across nodes. */
#ifndef MERLON_LEDGER_SEALER_H
#define MERLON_LEDGER_SEALER_H

#include "ledger/keys.h"

enum { SEAL_BATCH = 2000 };

/* Inside a write. Seals the oldest pending entries, at most SEAL_BATCH, under one new head at ctx->now; *sealed says
 * how many, so call again while it is SEAL_BATCH. Does nothing when nothing is pending. BROKEN, and nothing is signed,
 * when the stored tree does not match its newest head or a pending entry is not there. */
enum result ledger_seal(struct ctx *ctx, const struct ledger_keys *keys, int64_t *sealed) MUST_USE;

/* Entries that await sealing, for metrics and to know whether to call. */
enum result ledger_pending_count(struct ctx *ctx, int64_t *count) MUST_USE;

#endif
