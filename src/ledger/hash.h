/* SHA-256 (FIPS 180-4), for leaves, nodes and contents of the ledger. Each thread has one hasher, which
 * lives as long as the thread and must not be handed to another. */
#ifndef MERLON_LEDGER_HASH_H
#define MERLON_LEDGER_HASH_H

#include "base/buf.h"

enum { HASH_SIZE = 32, HASH_HEX = 64 };

struct hash {
    unsigned char at[HASH_SIZE];
};

struct hasher;

struct hasher *hasher_in(struct arena *arena); /* never NULL: without memory it escapes as this arena does */

/* SHA-256 of the pieces, one after the other. */
void hash_of(struct hasher *hasher, const struct str *pieces, size_t count, struct hash *out);

bool hash_eq(const struct hash *a, const struct hash *b);
struct str hash_bytes(const struct hash *hash); /* borrows */
/* From a stored column; false when it is not HASH_SIZE bytes long. */
bool hash_from(struct str bytes, struct hash *out) MUST_USE;
void hash_hex(struct buf *buf, const struct hash *hash); /* lower case */

#endif
