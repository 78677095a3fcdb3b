/* The Ed25519 key (RFC 8032) that signs the ledger's heads and whatever else must be provable to outsiders. The secret
 * half is kept in the database, sealed under the master key; the public half stands beside it and in DIR/ledger.pub,
 * which is what an auditor takes away: PEM, as openssl reads it. */
#ifndef MERLON_LEDGER_KEYS_H
#define MERLON_LEDGER_KEYS_H

#include "ledger/tree.h"
#include "store/seal.h"

enum { PUBLIC_KEY_SIZE = 32, PUBLIC_KEYS_MAX = 16 };

struct ledger_public {
    unsigned char at[PUBLIC_KEY_SIZE];
    char id[KEY_ID]; /* the first 16 hexadecimal digits of its SHA-256 */
};

struct ledger_keys; /* made for the life of the process; the secret lies in locked memory */

/* Reads the key; makes one when there is none and `create` (then inside a write). NOT_FOUND when there is none, BROKEN
 * when the master key does not open it. */
enum result ledger_keys_open(struct ctx *ctx, const struct keyring *keyring, bool create,
                             struct ledger_keys **keys) MUST_USE;
void ledger_keys_close(struct ledger_keys *keys);
const struct ledger_public *ledger_keys_public(const struct ledger_keys *keys);

/* The public key that the database itself names, without the master key. NOT_FOUND when there is none. */
enum result ledger_public_stored(struct ctx *ctx, struct ledger_public *key) MUST_USE;

struct str ledger_public_pem(struct ctx *ctx, const struct ledger_public *key);
/* One or more PEM blocks; other lines are passed over. INVALID when there is no Ed25519 key among them. */
enum result ledger_public_parse(struct ctx *ctx, struct str pem, struct ledger_public keys[PUBLIC_KEYS_MAX],
                                size_t *count) MUST_USE;
/* Writes DIRECTORY/ledger.pub, if it does not say that already. */
enum result ledger_public_write(struct ctx *ctx, const struct ledger_public *key, struct str directory) MUST_USE;

/* Signs SHA-256(bytes) under a name that says what they are ("soa-snapshot"), so that one signature cannot pass for
 * another (canonical_signature). The signature is SIGNATURE_SIZE bytes in the arena. */
struct str ledger_sign(struct ctx *ctx, const struct ledger_keys *keys, const char *what, struct str bytes);
bool ledger_verify_signature(struct ctx *ctx, const struct ledger_public *key, const char *what, struct str bytes,
                             struct str signature);

/* The same for a head, over canonical_head. */
void ledger_sign_head(struct ctx *ctx, const struct ledger_keys *keys, struct ledger_head *head);
/* False also when the head names another key. `text` is scratch space. */
bool ledger_verify_head(struct buf *text, const struct ledger_public *key, const struct ledger_head *head);

#endif
