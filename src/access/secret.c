/* libsodium's SHA-256 and not OpenSSL's: a token is one block, for which the latter's set-up costs more than the
 * hashing. No salt and no stretching: 256 random bits cannot be guessed, and lookups are by this hash. */
#include "access/secret.h"

#include "base/buf.h"

#include <sodium.h>

_Static_assert(SECRET_HASH == crypto_hash_sha256_BYTES, "a secret's hash is a SHA-256");

void secret_hash(struct str secret, unsigned char hash[SECRET_HASH])
{
    crypto_hash_sha256(hash, (const unsigned char *)secret.at, secret.len);
}

struct str secret_hash_hex(struct arena *arena, const unsigned char hash[SECRET_HASH])
{
    struct buf hex = buf_in(arena);
    buf_hex(&hex, hash, SECRET_HASH);
    return buf_str(&hex);
}

struct str secret_hex(struct arena *arena, struct str secret)
{
    unsigned char hash[SECRET_HASH];
    secret_hash(secret, hash);
    return secret_hash_hex(arena, hash);
}
