/* The Ed25519 key (RFC 8032) that signs the ledger's heads and whatever else must be provable to outsiders. The secret
 * half is kept in the database, sealed under the master key; the public half stands beside it and in DIR/ledger.pub. It
 * is made once, for an empty ledger, and never overwritten: a database that has entries and no key was tampered with.
 * A new key takes over by an entry that the old one signed (ledger/chain.h). */
#ifndef MERLON_LEDGER_KEYS_H
#define MERLON_LEDGER_KEYS_H

#include "ledger/chain.h"
#include "store/seal.h"

struct ledger_keys; /* made for the life of the process; the secret lies in locked memory */

/* Reads the key; makes one when the ledger is empty and `create` (then inside a write). NOT_FOUND when there is none
 * yet, BROKEN when the master key does not open it, or when entries are there without it. *keys is NULL unless OK. */
enum result ledger_keys_open(struct ctx *ctx, const struct keyring *keyring, bool create,
                             struct ledger_keys **keys) MUST_USE;
void ledger_keys_close(struct ledger_keys *keys); /* NULL is fine */
const struct ledger_public *ledger_keys_public(const struct ledger_keys *keys);
const char *ledger_keys_origin(const struct ledger_keys *keys); /* of the heads that it signs: "merlon/..." */

/* BROKEN when the database has gone over to another key since these were opened: a program that still holds the old one
 * must be started again. */
enum result ledger_keys_demand_current(struct ctx *ctx, const struct ledger_keys *keys) MUST_USE;

/* Inside a write: a new key takes over, by an entry with this action that the old key signs. "rotate" keeps the origin.
 * "restore" begins a new one, and says from which head the copy forks; it is what a restored database starts with,
 * since two ledgers that go on from one head must not pass for each other. What awaits its seal then gets it from the
 * new key. `keys` become the new ones: no other thread may use them meanwhile. A write that is undone and run again
 * begins with the old ones; one that fails for good leaves keys that ledger_keys_demand_current refuses. */
enum result ledger_keys_renew(struct ctx *ctx, const struct keyring *keyring, const char *action, struct str reason,
                              struct ledger_keys *keys) MUST_USE;

/* Signs SHA-256(bytes) under a name that says what they are ("soa-snapshot"), so that one signature cannot pass for
 * another (canonical_signature). The signature is SIGNATURE_SIZE bytes in the arena. */
struct str ledger_sign(struct ctx *ctx, const struct ledger_keys *keys, const char *what, struct str bytes);
bool ledger_verify_signature(struct ctx *ctx, const struct ledger_public *key, const char *what, struct str bytes,
                             struct str signature);

/* The same for a head, over canonical_head; fills in origin and key id. */
void ledger_sign_head(struct ctx *ctx, const struct ledger_keys *keys, struct ledger_head *head);
/* False also when the head names another key. `text` is scratch space. */
bool ledger_verify_head(struct buf *text, const struct ledger_public *key, const struct ledger_head *head);

#endif
