/* libsodium signs: its Ed25519 is the fastest at hand and takes plain buffers. PEM is written by hand, since the DER of
 * an Ed25519 public key (RFC 8410) is always the same twelve bytes followed by the key. */
#include "ledger/keys.h"

#include "ledger/canonical.h"
#include "store/blob.h"
#include "store/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <unistd.h>

static const char PURPOSE[] = "ledger-key", SECRET[] = "ledger.secret", PUBLIC[] = "ledger.public";
static const unsigned char DER[] = {0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00};
enum { DER_SIZE = sizeof DER + PUBLIC_KEY_SIZE, BASE64_SIZE = 64, FILE_SIZE_MAX = 64 * 1024 };

struct ledger_keys {
    struct ledger_public public;
    unsigned char secret[crypto_sign_SECRETKEYBYTES];
};

static void name_key(struct ledger_public *key)
{
    unsigned char hash[crypto_hash_sha256_BYTES];
    crypto_hash_sha256(hash, key->at, sizeof key->at);
    sodium_bin2hex(key->id, sizeof key->id, hash, (KEY_ID - 1) / 2);
}

static struct str hex(struct ctx *ctx, struct str bytes)
{
    struct buf buf = buf_in(ctx->arena);
    buf_hex(&buf, bytes.at, bytes.len);
    return buf_str(&buf);
}

static bool unhex(struct str text, unsigned char *out, size_t room, size_t *len)
{
    return sodium_hex2bin(out, room, text.at, text.len, NULL, len, NULL) == 0 && *len * 2 == text.len;
}

static enum result make(struct ctx *ctx, const struct keyring *keyring, struct ledger_keys *keys)
{
    crypto_sign_keypair(keys->public.at, keys->secret);
    struct str sealed, secret = {(const char *)keys->secret, sizeof keys->secret};
    TRY(seal_small(ctx, keyring, PURPOSE, secret, &sealed));
    TRY(meta_set(ctx, SECRET, hex(ctx, sealed)));
    return meta_set(ctx, PUBLIC, hex(ctx, (struct str){(const char *)keys->public.at, sizeof keys->public.at}));
}

static enum result unseal(struct ctx *ctx, const struct keyring *keyring, struct str stored, struct ledger_keys *keys)
{
    unsigned char *sealed = arena_alloc(ctx->arena, stored.len + 1);
    size_t len;
    struct str secret;
    if (!unhex(stored, sealed, stored.len, &len))
        return fail(ctx, BROKEN, "The ledger's signing key in the database is damaged: restore a backup.");
    TRY(open_small(ctx, keyring, PURPOSE, (struct str){(const char *)sealed, len}, &secret));
    if (secret.len != sizeof keys->secret)
        return fail(ctx, BROKEN, "The ledger's signing key in the database is damaged: restore a backup.");
    memcpy(keys->secret, secret.at, secret.len);
    sodium_memzero((void *)secret.at, secret.len);
    crypto_sign_ed25519_sk_to_pk(keys->public.at, keys->secret);
    return OK;
}

static enum result fill(struct ctx *ctx, const struct keyring *keyring, bool create, struct ledger_keys *keys)
{
    struct str stored;
    TRY(meta_get(ctx, SECRET, &stored));
    if (stored.len) return unseal(ctx, keyring, stored, keys);
    if (create) return make(ctx, keyring, keys);
    return fail(ctx, NOT_FOUND, "This database has no ledger key yet: start merlon serve on it once.");
}

enum result ledger_keys_open(struct ctx *ctx, const struct keyring *keyring, bool create, struct ledger_keys **keys)
{
    if (sodium_init() < 0) return fail(ctx, BROKEN, "The cryptographic library cannot be used on this machine.");
    struct ledger_keys *opened = sodium_malloc(sizeof *opened);
    *keys = NULL;
    if (!opened) return fail(ctx, BROKEN, "There is no locked memory left for the ledger's key: raise ulimit -l.");
    arena_defer(ctx->arena, sodium_free, opened);
    TRY(fill(ctx, keyring, create, opened));
    name_key(&opened->public);
    arena_undefer(ctx->arena, opened);
    *keys = opened;
    return OK;
}

void ledger_keys_close(struct ledger_keys *keys)
{
    sodium_free(keys);
}

const struct ledger_public *ledger_keys_public(const struct ledger_keys *keys)
{
    return &keys->public;
}

/* ---- the public half ---- */

enum result ledger_public_stored(struct ctx *ctx, struct ledger_public *key)
{
    struct str stored;
    size_t len;
    TRY(meta_get(ctx, PUBLIC, &stored));
    if (!stored.len) return fail(ctx, NOT_FOUND, "This database has no ledger key yet: start merlon serve on it once.");
    if (!unhex(stored, key->at, sizeof key->at, &len) || len != sizeof key->at)
        return fail(ctx, BROKEN,
                    "The ledger's public key in the database is damaged: give verify the file ledger.pub.");
    name_key(key);
    return OK;
}

struct str ledger_public_pem(struct ctx *ctx, const struct ledger_public *key)
{
    unsigned char der[DER_SIZE];
    memcpy(der, DER, sizeof DER);
    memcpy(der + sizeof DER, key->at, sizeof key->at);
    char text[sodium_base64_ENCODED_LEN(DER_SIZE, sodium_base64_VARIANT_ORIGINAL)];
    sodium_bin2base64(text, sizeof text, der, sizeof der, sodium_base64_VARIANT_ORIGINAL);
    return arena_print(ctx->arena, "-----BEGIN PUBLIC KEY-----\n%s\n-----END PUBLIC KEY-----\n", text);
}

static bool parse_line(struct str line, struct ledger_public *key)
{
    unsigned char der[BASE64_SIZE];
    size_t len;
    if (sodium_base642bin(der, sizeof der, line.at, line.len, NULL, &len, NULL, sodium_base64_VARIANT_ORIGINAL))
        return false;
    if (len != DER_SIZE || memcmp(der, DER, sizeof DER) != 0) return false;
    memcpy(key->at, der + sizeof DER, sizeof key->at);
    name_key(key);
    return true;
}

enum result ledger_public_parse(struct ctx *ctx, struct str pem, struct ledger_public keys[PUBLIC_KEYS_MAX],
                                size_t *count)
{
    *count = 0;
    struct str line;
    bool inside = false;
    while (*count < PUBLIC_KEYS_MAX && str_cut(&pem, '\n', &line)) {
        line = str_trim(line);
        if (inside && parse_line(line, &keys[*count])) (*count)++;
        inside = str_is(line, "-----BEGIN PUBLIC KEY-----");
    }
    if (*count) return OK;
    return fail(
        ctx, INVALID,
        "There is no Ed25519 public key in it: the ledger's key is a PEM file like DIR/ledger.pub, beginning with "
        "-----BEGIN PUBLIC KEY-----.");
}

static bool says_that_already(int directory, struct str pem)
{
    char text[FILE_SIZE_MAX];
    int file = openat(directory, "ledger.pub", O_RDONLY | O_CLOEXEC);
    if (file < 0) return false;
    ssize_t len = read(file, text, sizeof text);
    close(file);
    return len >= 0 && str_eq((struct str){text, (size_t)len}, pem);
}

static bool replace(int directory, const char *path, struct str pem)
{
    int file = openat(directory, "ledger.pub.new", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (file < 0) return false;
    file_belongs(file, path);
    bool good = write(file, pem.at, pem.len) == (ssize_t)pem.len && fsync(file) == 0;
    good = close(file) == 0 && good;
    return good && renameat(directory, "ledger.pub.new", directory, "ledger.pub") == 0;
}

enum result ledger_public_write(struct ctx *ctx, const struct ledger_public *key, struct str directory)
{
    struct str pem = ledger_public_pem(ctx, key);
    const char *path = arena_cstr(ctx->arena, directory);
    int opened = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (opened < 0) return fail(ctx, INVALID, "The directory %s cannot be opened: %s.", path, strerror(errno));
    bool good = says_that_already(opened, pem) || replace(opened, path, pem);
    int problem = errno;
    close(opened);
    if (good) return OK;
    return fail(ctx, BROKEN, "The ledger's public key cannot be written to %s/ledger.pub: %s.", path,
                strerror(problem));
}

/* ---- signatures ---- */

struct str ledger_sign(struct ctx *ctx, const struct ledger_keys *keys, const char *what, struct str bytes)
{
    struct buf text = buf_in(ctx->arena);
    canonical_signature(&text, hasher_in(ctx->arena), what, bytes);
    unsigned char *signature = arena_alloc(ctx->arena, SIGNATURE_SIZE);
    crypto_sign_detached(signature, NULL, (const unsigned char *)text.at, text.len, keys->secret);
    return (struct str){(const char *)signature, SIGNATURE_SIZE};
}

bool ledger_verify_signature(struct ctx *ctx, const struct ledger_public *key, const char *what, struct str bytes,
                             struct str signature)
{
    if (signature.len != SIGNATURE_SIZE) return false;
    struct buf text = buf_in(ctx->arena);
    canonical_signature(&text, hasher_in(ctx->arena), what, bytes);
    return crypto_sign_verify_detached((const unsigned char *)signature.at, (const unsigned char *)text.at, text.len,
                                       key->at) == 0;
}

void ledger_sign_head(struct ctx *ctx, const struct ledger_keys *keys, struct ledger_head *head)
{
    memcpy(head->key_id, keys->public.id, sizeof head->key_id);
    struct buf text = buf_in(ctx->arena);
    canonical_head(&text, head->size, &head->root, head->at, str_of(head->key_id));
    crypto_sign_detached(head->signature, NULL, (const unsigned char *)text.at, text.len, keys->secret);
}

bool ledger_verify_head(struct buf *text, const struct ledger_public *key, const struct ledger_head *head)
{
    if (strcmp(head->key_id, key->id) != 0) return false;
    text->len = 0;
    canonical_head(text, head->size, &head->root, head->at, str_of(head->key_id));
    return crypto_sign_verify_detached(head->signature, (const unsigned char *)text->at, text->len, key->at) == 0;
}
