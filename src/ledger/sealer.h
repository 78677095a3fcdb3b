/* The sealer gives new entries their place in the tree and signs the head. One at a time across nodes. */
#ifndef MERLON_LEDGER_SEALER_H
#define MERLON_LEDGER_SEALER_H

#include "ledger/keys.h"

enum { SEAL_BATCH = 2000 };

struct ledger_seal {
    const struct ledger_keys *keys;
    const struct ledger_head *known; /* the newest head known from outside of the database; NULL, or size 0: none */
    int64_t decisions;               /* on stopping that the process has seen (ledger/stop.h); 0: none */
    /* what came of it */
    size_t sealed;           /* entries that have their place now */
    int64_t from;            /* the place of the first */
    struct db_mark *leaves;  /* these, in the order of their places: number and leaf; in the arena */
    struct ledger_head head; /* over them; size 0: none was signed */
    bool more;               /* there may be more to seal: call again */
    int64_t floor;           /* not 0: nothing is sealed until the floor is raised to this (ledger/floor.h) */
    size_t refused;          /* rows that were met, of this batch, which get no place: not written by the program */
    int64_t first_refused;
    const char *fault; /* of that one: the end of the sentence "Entry N ..." */
};

/* Inside a write. Seals the oldest pending entries whose MAC is right, at most SEAL_BATCH (after a new key has taken
 * over all of them, which its first head covers), under one new head, whose time is ctx->now or, when that would be
 * earlier, the newest time there is; in the order of their times. Does nothing when nothing is pending. BROKEN, and
 * nothing is signed, when the stored tree does not match its newest head or goes on behind it, that head is not signed
 * by a key of this ledger, the tree does not begin with what `known` covers, one of the last entries was altered, the
 * entry that says that a new key took over is not among what its first head would cover, or somebody has to decide
 * first (ledger/stop.h). */
enum result ledger_seal(struct ctx *ctx, struct ledger_seal *seal) MUST_USE;

/* Does what stands in the database begin with what `known` covers (size 0: nothing), a head remembered outside of it?
 * `newest`: the newest head in the database; size 0: none. BROKEN when the database went back in time, or history was
 * written anew. */
enum result ledger_continues(struct ctx *ctx, const struct ledger_head *newest,
                             const struct ledger_head *known) MUST_USE;

/* Entries that await sealing, for metrics and to know whether to call. */
enum result ledger_pending_count(struct ctx *ctx, int64_t *count) MUST_USE;
enum result ledger_pending_oldest(struct ctx *ctx, int64_t *at) MUST_USE; /* ms; 0: none is pending */

#endif
