/* OpenSSL's SHA-256 uses the processor's instructions for it: four times the speed of libsodium's. A context that is
 * used again skips the look-up of the algorithm, which costs as much as hashing a record; so each thread keeps one for
 * as long as it runs, and gives it back at its end. */
#include <openssl/evp.h> /* first: its parameters bear names that base/banned.h poisons */

#include "ledger/hash.h"

#include "base/log.h"

#include <pthread.h>

struct hasher {
    EVP_MD_CTX *context;
};

static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_key_t own; /* the thread's struct hasher */

static void hasher_release(void *thing)
{
    struct hasher *hasher = thing;
    EVP_MD_CTX_free(hasher->context);
    free(hasher);
}

/* The library fails here only when it has no memory, or was built without SHA-256. There is no ledger without it. */
static _Noreturn void give_up(void)
{
    log_line(LOG_ERROR, "the cryptographic library gives no SHA-256", NULL);
    abort();
}

static void make_key(void)
{
    if (pthread_key_create(&own, hasher_release) != 0) give_up();
}

static struct hasher *hasher_new(void)
{
    struct hasher *hasher = malloc(sizeof *hasher);
    EVP_MD_CTX *context = hasher ? EVP_MD_CTX_new() : NULL;
    if (!context || pthread_setspecific(own, hasher) != 0) {
        EVP_MD_CTX_free(context);
        free(hasher);
        return NULL;
    }
    if (!EVP_DigestInit_ex(context, EVP_sha256(), NULL)) give_up();
    hasher->context = context;
    return hasher;
}

struct hasher *hasher_in(struct arena *arena)
{
    pthread_once(&once, make_key);
    struct hasher *hasher = pthread_getspecific(own);
    if (!hasher) hasher = hasher_new();
    if (!hasher) arena_alloc(arena, SIZE_MAX / 4); /* more than any limit: leaves by the escape */
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
