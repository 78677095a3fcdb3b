/* Are the rows of every register what the ledger's newest states say? For `merlon verify`, after the ledger itself was
 * found right: then nobody has changed a record but through the program. Reads only, and needs no master key. */
#ifndef MERLON_RECORDS_VERIFY_H
#define MERLON_RECORDS_VERIFY_H

#include "records/house.h"

struct records_report {
    int64_t records; /* that were compared */
    int64_t purged;  /* whose newest state is gone for privacy law, so that there is nothing to compare with */
};

/* `arg` is a struct records_report to be filled; the form is that of ledger_check.records. CONFLICT with one sentence
 * that names the first record, and its field, that is not what the ledger says: changed, put back, missing, or never
 * entered. On ctx->db, page by page. */
enum result records_verify(struct ctx *ctx, void *arg) MUST_USE;

#endif
