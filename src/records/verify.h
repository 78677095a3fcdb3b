/* Are the rows of every register what the ledger's newest states say? For `merlon verify`, after the ledger itself was
 * found right: then nobody has changed a record but through the program. Reads only, and needs no master key. */
#ifndef MERLON_RECORDS_VERIFY_H
#define MERLON_RECORDS_VERIFY_H

#include "records/house.h"

struct ledger_public;

struct records_report {
    int64_t records; /* that were compared */
    int64_t purged;  /* of which privacy law has left a tombstone, which is compared like any state */
};

/* `arg` is a struct records_report to be filled; the form is that of ledger_check.records. CONFLICT with one sentence
 * that names the first record, and its field, that is not what the ledger says: changed, put back, missing, or never
 * entered. On ctx->db, page by page. */
enum result records_verify(struct ctx *ctx, void *arg) MUST_USE;

/* ---- what follows from the records, and what they vouch for ---- */

/* Each ends with CONFLICT and one sentence at the first that is wrong; *checked counts what was looked at. */
enum result records_verify_links(struct ctx *ctx, int64_t *checked) MUST_USE;  /* the index of links, both ways */
enum result records_verify_search(struct ctx *ctx, int64_t *checked) MUST_USE; /* the index of search, both ways */
/* Derived fields, by deriving each record again and throwing the outcome away: what would a rebuild change? Fields that
 * follow from records further away only by what a change of those sets off (needs of assets) are not looked at. */
enum result records_verify_derived(struct ctx *ctx, int64_t *checked) MUST_USE;
/* Each file that a record names against the record: read to its end and hashed where the store knows the master key,
 * else compared by what is stored beside it, and its parts counted. */
enum result records_verify_files(struct ctx *ctx, int64_t *checked) MUST_USE;
/* One of the keys must be in the ledger's chain of keys; what was signed must be by the one that was in force then. */
struct records_keys {
    const struct ledger_public *at;
    size_t count;
};
enum result records_verify_signatures(struct ctx *ctx, const struct records_keys *keys, int64_t *checked) MUST_USE;

#endif
