/* The keys that a ledger was signed with, one after the other. A new key takes over by an entry (subject "ledger-key",
 * action "rotate" or "restore") whose state carries both keys and the old one's signature over the new one; from the
 * entry on, heads are the new key's. So whoever holds any one key of the chain can check all of it. */
#ifndef MERLON_LEDGER_CHAIN_H
#define MERLON_LEDGER_CHAIN_H

#include "ledger/public_key.h"
#include "ledger/tree.h"

#define LINK_SUBJECT "ledger-key"
#define LINK_SIGNATURE "ledger-key"
#define LINK_RESTORE "restore" /* action */

struct ledger_link {
    struct ledger_public old_key, new_key;
    char origin[ORIGIN_SIZE];                /* of the heads from here on */
    struct ledger_head head;                 /* the newest when the key changed; size 0: none */
    unsigned char signature[SIGNATURE_SIZE]; /* the old key's, over ledger_link_bytes (canonical_signature) */
};
/* Five lines: old key and new key in base64, origin, and size and root (base64) of the head that they part at. */
struct str ledger_link_bytes(struct ctx *ctx, const struct ledger_link *link);
struct str ledger_link_state(struct ctx *ctx, const struct ledger_link *link); /* as JSON */

struct ledger_epoch {
    struct ledger_public key;
    char origin[ORIGIN_SIZE];
    int64_t entry; /* that began it; 0 for the first */
    int64_t upto;  /* the size of the last head that is this ledger's under the key: a restored copy parts there */
};
/* No copy has parted since it began: what it signs is this ledger's alone. */
bool ledger_epoch_is_open(const struct ledger_epoch *epoch);
struct ledger_chain {
    struct arena *arena; /* that holds it; NULL: that of the ctx by which it is read */
    struct ledger_epoch *at;
    size_t count; /* at least 1 once read */
    size_t room;
};

/* From the ledger's entries; without one, the key that the database names. CONFLICT, naming the entry, when a link does
 * not hold, or, where the store has a keyring, was not written by this program in this database: a link of a copy of it
 * is as genuine as its own. What it returns is not yet known to be sealed: that is for whoever walks the tree. */
enum result ledger_chain_read(struct ctx *ctx, struct ledger_chain *chain) MUST_USE;
/* Whether the head is signed by a key of the chain, for the origin that this key signs, before a copy parted. */
bool ledger_chain_signed(struct ctx *ctx, const struct ledger_chain *chain, const struct ledger_head *head);
/* The newest head that is signed so (size 0), or the one over exactly `size`: whatever is handed out, printed, signed
 * over or remembered is one of these, for anybody who writes the database can put a row there. NOT_FOUND as tree_head;
 * BROKEN when there are some, and the signature of none, or of that one, holds. */
enum result ledger_signed_head(struct ctx *ctx, int64_t size, struct ledger_head *head) MUST_USE;
/* BROKEN, with the sentence for a newest head that is not. */
enum result ledger_head_is_foreign(struct ctx *ctx, const struct ledger_head *head) MUST_USE;
/* The entry that says that a new key took over, the newest; 0: none ever did. */
enum result ledger_newest_link(struct ctx *ctx, int64_t *entry) MUST_USE;
/* Whether one of these keys is in the chain. */
bool ledger_chain_has(const struct ledger_chain *chain, const struct ledger_public *keys, size_t count);

/* The public key that the database itself names, without the master key. NOT_FOUND when there is none. */
enum result ledger_public_stored(struct ctx *ctx, struct ledger_public *key) MUST_USE;

#endif
