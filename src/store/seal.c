/* Others hand in what is to be sealed and say what for. Beside this file only the backup reads the master key: to seal
 * a copy by it (backup_file.c), and to put it into one that is sealed by a passphrase (backup.c). The key is in memory
 * that is not swapped and has guard pages around it. */
#include "store/seal.h"

#include "base/buf.h"
#include "base/random.h"
#include "store/own_file.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

/* A sealed secret: one byte of form, the nonce, the ciphertext with its tag. */
enum {
    FORM = 1,
    NONCE = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES,
    TAG = crypto_aead_xchacha20poly1305_ietf_ABYTES,
    OVERHEAD = 1 + NONCE + TAG,
    FINGERPRINT = 16,
};

static_assert((int)MASTER_KEY_SIZE == (int)crypto_aead_xchacha20poly1305_ietf_KEYBYTES, "the key fits the cipher");

/* ---- the key file ---- */

static const char own_name[] = "master.key";

struct place {
    const char *path;
    bool own;         /* DIR/master.key, which may be made */
    mode_t forbidden; /* systemd shows its access list as rights of the group */
};

static struct place find_place(struct ctx *ctx, struct str directory, struct str key_file)
{
    if (key_file.len) return (struct place){arena_cstr(ctx->arena, key_file), false, 077};
    const char *credentials = getenv("CREDENTIALS_DIRECTORY");
    if (credentials && *credentials) {
        const char *path = arena_print(ctx->arena, "%s/merlon-master-key", credentials).at;
        if (access(path, F_OK) == 0) return (struct place){path, false, 007};
    }
    return (struct place){arena_print(ctx->arena, "%.*s/%s", PRINT(directory), own_name).at, true, 077};
}

static enum result make_key(struct ctx *ctx, const char *path, struct str directory)
{
    unsigned char key[MASTER_KEY_SIZE];
    enum own_file_fault fault;
    int file = own_file_in(arena_cstr(ctx->arena, directory), own_name, OWN_NEW, 0600, &fault);
    if (file < 0) return fail(ctx, INVALID, "The master key %s cannot be made: %s.", path, strerror(errno));
    random_bytes(key, sizeof key);
    bool written = write(file, key, sizeof key) == (ssize_t)sizeof key && fsync(file) == 0;
    sodium_memzero(key, sizeof key);
    written = close(file) == 0 && written && own_file_keep_name(path);
    if (written) return OK;
    unlink(path);
    return fail(ctx, BROKEN, "The master key %s cannot be written: make room on the disk and start again.", path);
}

static enum result check_file(struct ctx *ctx, const struct place *place, int file)
{
    struct stat status;
    if (fstat(file, &status) != 0 || !S_ISREG(status.st_mode))
        return fail(ctx, INVALID, "The master key %s is not a file.", place->path);
    if (status.st_mode & place->forbidden)
        return fail(ctx, INVALID, "The master key %s can be read by others: run chmod 600 on it.", place->path);
    if (status.st_size != MASTER_KEY_SIZE)
        return fail(ctx, BROKEN, "The master key %s has %lld bytes and not %d: it is damaged, or another file.",
                    place->path, (long long)status.st_size, MASTER_KEY_SIZE);
    return OK;
}

/* A key that is named may lie behind a link, as credentials often do; the program's own file may not. */
static enum result read_key(struct ctx *ctx, const struct place *place, struct str directory, unsigned char *master)
{
    int file;
    if (place->own)
        TRY(own_file_open(ctx, directory, own_name, OWN_READ, 0, &file));
    else
        file = open(place->path, O_RDONLY | O_CLOEXEC);
    if (file < 0 && errno == ENOENT)
        return fail(ctx, INVALID,
                    "There is no master key %s: without the one that this data was sealed with, evidence and secrets "
                    "stay closed; put it back from its safe place.",
                    place->path);
    if (file < 0) return fail(ctx, INVALID, "The master key %s cannot be read: %s.", place->path, strerror(errno));
    enum result result = check_file(ctx, place, file);
    bool whole = result == OK && read(file, master, MASTER_KEY_SIZE) == MASTER_KEY_SIZE;
    close(file);
    if (result != OK || whole) return result;
    return fail(ctx, BROKEN, "The master key %s cannot be read to its end.", place->path);
}

enum result keyring_open(struct ctx *ctx, struct str directory, struct str key_file, bool create,
                         struct keyring **keyring)
{
    *keyring = NULL;
    if (sodium_init() < 0) return fail(ctx, BROKEN, "The cryptographic library cannot start.");
    struct place place = find_place(ctx, directory, key_file);
    if (create && place.own && access(place.path, F_OK) != 0) TRY(make_key(ctx, place.path, directory));
    struct keyring *opened = sodium_malloc(sizeof *opened);
    if (!opened) return fail(ctx, BROKEN, "There is no memory left for the master key.");
    opened->identity = (struct identity){""};
    enum result result = read_key(ctx, &place, directory, opened->master);
    if (result != OK) {
        sodium_free(opened);
        return result;
    }
    sodium_mprotect_readonly(opened);
    *keyring = opened;
    return OK;
}

struct str keyring_place(struct ctx *ctx, struct str directory, struct str key_file)
{
    return str_of(find_place(ctx, directory, key_file).path);
}

bool keyring_is_there(struct ctx *ctx, struct str directory, struct str key_file)
{
    return access(find_place(ctx, directory, key_file).path, R_OK) == 0;
}

void keyring_close(struct keyring *keyring)
{
    sodium_free(keyring);
}

struct str keyring_fingerprint(struct ctx *ctx, const struct keyring *keyring)
{
    static const char label[] = "merlon master key fingerprint";
    unsigned char hash[FINGERPRINT];
    crypto_generichash(hash, sizeof hash, (const unsigned char *)label, sizeof label - 1, keyring->master,
                       sizeof keyring->master);
    struct buf hex = buf_in(ctx->arena);
    buf_hex(&hex, hash, sizeof hash / 2);
    return buf_str(&hex);
}

/* ---- small secrets ---- */

enum result seal_small(struct ctx *ctx, const struct keyring *keyring, const char *purpose, struct str plain,
                       struct str *sealed)
{
    unsigned char *out = arena_alloc(ctx->arena, OVERHEAD + plain.len);
    out[0] = FORM;
    random_bytes(out + 1, NONCE);
    crypto_aead_xchacha20poly1305_ietf_encrypt(out + 1 + NONCE, NULL, (const unsigned char *)plain.at, plain.len,
                                               (const unsigned char *)purpose, strlen(purpose), NULL, out + 1,
                                               keyring->master);
    *sealed = (struct str){(const char *)out, OVERHEAD + plain.len};
    return OK;
}

enum result open_small(struct ctx *ctx, const struct keyring *keyring, const char *purpose, struct str sealed,
                       struct str *plain)
{
    const unsigned char *in = (const unsigned char *)sealed.at;
    if (sealed.len < OVERHEAD || in[0] != FORM)
        return fail(ctx, BROKEN, "A sealed value (%s) is damaged: restore the latest backup.", purpose);
    unsigned char *out = arena_alloc(ctx->arena, sealed.len - OVERHEAD + 1);
    if (crypto_aead_xchacha20poly1305_ietf_decrypt(out, NULL, NULL, in + 1 + NONCE, sealed.len - 1 - NONCE,
                                                   (const unsigned char *)purpose, strlen(purpose), in + 1,
                                                   keyring->master) != 0)
        return fail(ctx, BROKEN,
                    "A sealed value (%s) does not open: it was changed, or the master key is another one than it was "
                    "sealed with.",
                    purpose);
    *plain = (struct str){(const char *)out, sealed.len - OVERHEAD};
    return OK;
}

/* ---- MACs ---- */

void keyring_bind(struct keyring *keyring, const struct identity *identity)
{
    sodium_mprotect_readwrite(keyring);
    keyring->identity = *identity;
    sodium_mprotect_readonly(keyring);
}

/* An identity that has no name adds nothing. */
static void mac_of(const struct keyring *keyring, const char *identity, const char *purpose, struct str bytes,
                   unsigned char mac[MAC_SIZE])
{
    static const char label[] = "merlon row mac";
    unsigned char key[MAC_SIZE];
    crypto_generichash_state state;
    crypto_generichash_init(&state, keyring->master, sizeof keyring->master, sizeof key);
    crypto_generichash_update(&state, (const unsigned char *)label, sizeof label);
    crypto_generichash_update(&state, (const unsigned char *)identity, strlen(identity));
    crypto_generichash_update(&state, (const unsigned char *)purpose, strlen(purpose));
    crypto_generichash_final(&state, key, sizeof key);
    crypto_generichash(mac, MAC_SIZE, (const unsigned char *)bytes.at, bytes.len, key, sizeof key);
    sodium_memzero(key, sizeof key);
}

static bool is_mac(const struct keyring *keyring, const char *identity, const char *purpose, struct str bytes,
                   struct str mac)
{
    unsigned char right[MAC_SIZE];
    mac_of(keyring, identity, purpose, bytes, right);
    return mac.len == MAC_SIZE && sodium_memcmp(right, mac.at, MAC_SIZE) == 0;
}

void keyring_mac(const struct keyring *keyring, const char *purpose, struct str bytes, unsigned char mac[MAC_SIZE])
{
    mac_of(keyring, keyring->identity.name, purpose, bytes, mac);
}

bool keyring_mac_is(const struct keyring *keyring, const char *purpose, struct str bytes, struct str mac)
{
    return is_mac(keyring, keyring->identity.name, purpose, bytes, mac);
}

bool keyring_mac_was(const struct keyring *keyring, const struct identity *before, const char *purpose,
                     struct str bytes, struct str mac)
{
    return is_mac(keyring, before->name, purpose, bytes, mac);
}

void keyring_hash(const struct keyring *keyring, const char *purpose, struct str bytes, unsigned char hash[MAC_SIZE])
{
    mac_of(keyring, "", purpose, bytes, hash);
}
