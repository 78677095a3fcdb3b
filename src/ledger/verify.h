/* Checks a whole ledger: every state against its hash, every entry against its leaf, the tree against every signed
 * head, every signature against the public key, each head against the one before. With the master key also that this
 * program wrote each entry, which alone says something of those that await their seal. Streams: memory does not grow
 * with the ledger.
 *
 * What the database alone cannot show: that somebody cut off the newest entries together with their heads, or put an
 * older copy in its place. That shows against what the node remembers (`known`), and, for whoever does not trust the
 * node either, against a head seen elsewhere (`witness`): an audit pack, a printed report, a witness. */
#ifndef MERLON_LEDGER_VERIFY_H
#define MERLON_LEDGER_VERIFY_H

#include "ledger/floor.h"
#include "ledger/keys.h"

struct ledger_check {
    const struct ledger_public *keys; /* one of them must be in the ledger's chain of keys */
    size_t key_count;
    const struct keyring *keyring;   /* the master key; NULL: MACs are not looked at */
    const struct ledger_head *known; /* remembered by the node (ledger/remembered.h), read before this is called */
    size_t known_count;
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
    int64_t pending_since;         /* ms, the time of the oldest of those; 0: none waits */
    int64_t states, purged, heads; /* states that were there and right; entries whose content was purged */
    int64_t entry;                 /* the first wrong entry; 0 when all is right, or what is wrong is no entry */
    struct ledger_head newest;     /* size 0: nothing has been sealed yet */
    size_t keys;                   /* of the chain: 1 until another took over */
};

/* On ctx->db, in a snapshot of its own unless a transaction is open. OK: everything holds. CONFLICT: something does
 * not, and the sentence names the first entry (or head) that is wrong. Anything else: the database could not be
 * read. */
enum result ledger_verify(struct ctx *ctx, const struct ledger_check *check, struct ledger_report *report) MUST_USE;

#endif
