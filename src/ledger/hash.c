/* OpenSSL's SHA-256 uses the processor's instructions for it: four times the speed of libsodium's. A context that is
 * used again skips the look-up of the algorithm, which would otherwise be half the cost of hashing a tree node. */
#include <openssl/evp.h> /* first: its parameters bear names that base/banned.h poisons */

#include "ledger/hash.h"

#include "base/log.h"

struct hasher {
    EVP_MD_CTX *context;
};

static void hasher_release(void *thing)
{
    EVP_MD_CTX_free(thing);
}

/* The library fails here only when it has no memory, or was built without SHA-256. There is no ledger without it. */
static _Noreturn void give_up(void)
{
    log_line(LOG_ERROR, "the cryptographic library gives no SHA-256", NULL);
    abort();
}

struct hasher *hasher_in(struct arena *arena)
{
    struct hasher *hasher = arena_make(arena, struct hasher);
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    if (!context) arena_alloc(arena, SIZE_MAX / 4); /* more than any limit: leaves by the escape */
    arena_defer(arena, hasher_release, context);
    if (!EVP_DigestInit_ex(context, EVP_sha256(), NULL)) give_up();
    hasher->context = context;
    return hasher;
}

void hash_of(struct hasher *hasher, const struct str *pieces, size_t count, struct hash *out)
{
    EVP_MD_CTX *context = hasher->context;
    bool good = EVP_DigestInit_ex(context, NULL, NULL);
    for (size_t i = 0; good && i < count; i++) good = EVP_DigestUpdate(context, pieces[i].at, pieces[i].len);
    if (!good || !EVP_DigestFinal_ex(context, out->at, NULL)) give_up();
}

bool hash_eq(const struct hash *a, const struct hash *b)
{
    return memcmp(a->at, b->at, HASH_SIZE) == 0;
}

struct str hash_bytes(const struct hash *hash)
{
    return (struct str){(const char *)hash->at, HASH_SIZE};
}

bool hash_from(struct str bytes, struct hash *out)
{
    if (bytes.len != HASH_SIZE) return false;
    memcpy(out->at, bytes.at, HASH_SIZE);
    return true;
}

void hash_hex(struct buf *buf, const struct hash *hash)
{
    buf_hex(buf, hash->at, HASH_SIZE);
}
