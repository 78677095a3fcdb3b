/* Checks a whole ledger from the database alone: every state against its hash, every entry against its leaf, the tree
 * against every signed head, every signature against the public key. Streams: memory does not grow with the ledger.
 *
 * What it cannot see alone: that somebody with the database cut off the newest entries together with their heads. For
 * that it is given a head seen earlier (`witness`), from an audit pack or a printed report. */
#ifndef MERLON_LEDGER_VERIFY_H
#define MERLON_LEDGER_VERIFY_H

#include "ledger/keys.h"

struct ledger_check {
    const struct ledger_public *keys; /* heads must be signed by one of these */
    size_t key_count;
    const struct ledger_head *witness; /* size and root are compared; NULL for none */
    /* Called last, when the ledger itself holds: that each register's rows are what the ledger's newest states say.
     * Answers CONFLICT with one sentence at the first difference. NULL for none. */
    enum result (*records)(struct ctx *ctx, void *arg);
    void *records_arg;
    void (*progress)(void *arg, int64_t done, int64_t of); /* entries; NULL for none */
    void *progress_arg;
};

struct ledger_report {
    int64_t sealed, pending;       /* entries in the tree; entries that await their place */
    int64_t states, purged, heads; /* states that were there and right; entries whose content was purged */
    int64_t entry;                 /* the first wrong entry; 0 when all is right, or what is wrong is no entry */
    struct ledger_head newest;     /* size 0: nothing has been sealed yet */
};

/* On ctx->db, in a snapshot of its own unless a transaction is open. OK: everything holds. CONFLICT: something does
 * not, and the sentence names the first entry (or head) that is wrong. Anything else: the database could not be
 * read. */
enum result ledger_verify(struct ctx *ctx, const struct ledger_check *check, struct ledger_report *report) MUST_USE;

#endif
