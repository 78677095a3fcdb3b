/* Everything that is derived made anew: which units lie below which, links, search text, derived fields and what
 * follows from them (`merlon rebuild`). Running it twice changes nothing the second time. */
#ifndef MERLON_RECORDS_REBUILD_H
#define MERLON_RECORDS_REBUILD_H

#include "records/house.h"

struct rebuild_report {
    int64_t records;
    int64_t changed; /* ledger entries for derived fields that were not what they should be */
    bool another;    /* another program has begun the same since, and has to bring it to its end */
};

/* Not inside a write: goes in batches, each a transaction, as the program itself. What is cut off is due at the next
 * start (store/migrate.h). `progress` is called after each
 * batch, and another result than OK ends it there; NULL for none. */
struct rebuild {
    struct store *store;
    enum result (*progress)(void *arg, const char *reg, int64_t done, int64_t of);
    void *arg;
};
enum result records_rebuild(struct ctx *ctx, const struct rebuild *rebuild, struct rebuild_report *report) MUST_USE;

#endif
