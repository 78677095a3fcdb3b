/* What the routes on the ledger share (ledger_routes.c): who may read it, and how much of an entry. */
#ifndef MERLON_API_ASSURANCE_H
#define MERLON_API_ASSURANCE_H

#include "api/serve.h"

/* DENIED for whoever may not read the room "assurance". */
enum result assurance_demand(struct ctx *ctx) MUST_USE;
/* The entry's canonical bytes name its record and its actor: so only for whom the entry is visible, else NOT_FOUND. */
enum result assurance_demand_visible(struct ctx *ctx, int64_t entry, bool with_state) MUST_USE;
/* The size of a head from the query; 0 when it is not there. */
enum result assurance_read_size(struct ctx *ctx, struct exchange *x, const char *name, int64_t *size) MUST_USE;

#endif
