/* The public half of a ledger's key, which is what an auditor takes away: PEM, as openssl reads it. */
#ifndef MERLON_LEDGER_PUBLIC_KEY_H
#define MERLON_LEDGER_PUBLIC_KEY_H

#include "base/ctx.h"
#include "ledger/head.h"

enum { PUBLIC_KEY_SIZE = 32, PUBLIC_KEYS_BYTES = 16 * 1024 * 1024 /* the longest file of keys */ };

struct ledger_public {
    unsigned char at[PUBLIC_KEY_SIZE];
    char id[KEY_ID]; /* the first 16 hexadecimal digits of its SHA-256 */
};

/* Fills in the id. */
void ledger_public_name(struct ledger_public *key);

struct str ledger_public_pem(struct ctx *ctx, const struct ledger_public *key);
/* One or more PEM blocks, as many as a chain of keys has; other lines are passed over. The keys lie in ctx's arena.
 * INVALID when there is no Ed25519 key among them. */
enum result ledger_public_parse(struct ctx *ctx, struct str pem, const struct ledger_public **keys,
                                size_t *count) MUST_USE;
/* DIRECTORY/ledger.pub. INVALID with a sentence when it is not there or is a link, BROKEN when it holds no key. */
enum result ledger_public_read(struct ctx *ctx, struct str directory, const struct ledger_public **keys,
                               size_t *count) MUST_USE;
/* Brings DIRECTORY/ledger.pub to these keys, the oldest first. CONFLICT, and nothing is written, when the file is there
 * and names none of them: then it belongs to another ledger. */
enum result ledger_public_write(struct ctx *ctx, const struct ledger_public *keys, size_t count,
                                struct str directory) MUST_USE;

#endif
