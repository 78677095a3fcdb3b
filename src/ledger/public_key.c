/* PEM is written by hand, since the DER of an Ed25519 public key (RFC 8410) is always the same twelve bytes followed by
 * the key. */
#include "ledger/public_key.h"

#include "store/own_file.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

static const unsigned char DER[] = {0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00};
enum { DER_SIZE = sizeof DER + PUBLIC_KEY_SIZE, BASE64_SIZE = 64, FEW = 8 };

static const char own_name[] = "ledger.pub", fresh_name[] = "ledger.pub.new";

void ledger_public_name(struct ledger_public *key)
{
    unsigned char hash[crypto_hash_sha256_BYTES];
    crypto_hash_sha256(hash, key->at, sizeof key->at);
    sodium_bin2hex(key->id, sizeof key->id, hash, (KEY_ID - 1) / 2);
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
    ledger_public_name(key);
    return true;
}

enum result ledger_public_parse(struct ctx *ctx, struct str pem, const struct ledger_public **keys, size_t *count)
{
    struct ledger_public key, *at = NULL;
    struct str line;
    size_t room = 0;
    bool inside = false;
    for (*count = 0; str_cut(&pem, '\n', &line);) {
        line = str_trim(line);
        if (inside && parse_line(line, &key)) {
            if (*count == room) {
                at = arena_grow(ctx->arena, at, room * sizeof *at, (room * 2 + FEW) * sizeof *at);
                room = room * 2 + FEW;
            }
            at[(*count)++] = key;
        }
        inside = str_is(line, "-----BEGIN PUBLIC KEY-----");
    }
    *keys = at;
    if (*count) return OK;
    return fail(
        ctx, INVALID,
        "There is no Ed25519 public key in it: the ledger's key is a PEM file like DIR/ledger.pub, beginning with "
        "-----BEGIN PUBLIC KEY-----.");
}

/* *text is what the file says, "" when there is none. */
static enum result read_file(struct ctx *ctx, struct str directory, struct str *text)
{
    int file;
    *text = S("");
    TRY(own_file_open(ctx, directory, own_name, OWN_READ, 0, &file));
    if (file < 0) return OK;
    struct stat about;
    size_t size =
        fstat(file, &about) == 0 && about.st_size < PUBLIC_KEYS_BYTES ? (size_t)about.st_size : PUBLIC_KEYS_BYTES;
    char *bytes = arena_alloc(ctx->arena, size + 1);
    ssize_t len = read(file, bytes, size);
    int error = errno;
    close(file);
    if (len > 0) *text = (struct str){bytes, (size_t)len};
    return len >= 0 ? OK
                    : fail(ctx, BROKEN, "%.*s/%s cannot be read: %s.", PRINT(directory), own_name, strerror(error));
}

static enum result parse_own(struct ctx *ctx, struct str directory, struct str text, const struct ledger_public **keys,
                             size_t *count)
{
    if (ledger_public_parse(ctx, text, keys, count) == OK) return OK;
    ctx_clear_error(ctx);
    return fail(ctx, BROKEN,
                "%.*s/ledger.pub holds no public key any more: it is damaged or was changed; put it back from a copy.",
                PRINT(directory));
}

enum result ledger_public_read(struct ctx *ctx, struct str directory, const struct ledger_public **keys, size_t *count)
{
    struct str text;
    *count = 0;
    TRY(read_file(ctx, directory, &text));
    if (text.len) return parse_own(ctx, directory, text, keys, count);
    return fail(ctx, INVALID, "The file %.*s/%s cannot be read: %s.", PRINT(directory), own_name, strerror(ENOENT));
}

static bool replace(int directory, struct str pem)
{
    enum own_file_fault fault;
    int file = own_file_at(directory, fresh_name, OWN_FRESH, 0644, &fault);
    if (file < 0) return false;
    bool good = write(file, pem.at, pem.len) == (ssize_t)pem.len && fsync(file) == 0;
    good = close(file) == 0 && good;
    return good && renameat(directory, fresh_name, directory, own_name) == 0 && fsync(directory) == 0;
}

static enum result check_belongs(struct ctx *ctx, const char *path, struct str text, const struct ledger_public *keys,
                                 size_t count)
{
    const struct ledger_public *known;
    size_t known_count;
    if (!text.len) return OK;
    TRY(parse_own(ctx, str_of(path), text, &known, &known_count));
    for (size_t i = 0; i < known_count; i++)
        for (size_t k = 0; k < count; k++)
            if (memcmp(known[i].at, keys[k].at, PUBLIC_KEY_SIZE) == 0) return OK;
    return fail(ctx, CONFLICT,
                "%s/ledger.pub holds the key %s, and this database is signed with %s: the database is another one than "
                "the directory was made for, or its key was exchanged. Find out which before you move the file away.",
                path, known[0].id, keys[count - 1].id);
}

static enum result bring(struct ctx *ctx, int directory, const char *path, const struct ledger_public *keys,
                         size_t count)
{
    struct buf pem = buf_in(ctx->arena);
    struct str text;
    for (size_t i = 0; i < count; i++) buf_add(&pem, ledger_public_pem(ctx, &keys[i]));
    TRY(read_file(ctx, str_of(path), &text));
    TRY(check_belongs(ctx, path, text, keys, count));
    if (str_eq(text, buf_str(&pem)) || replace(directory, buf_str(&pem))) return OK;
    return fail(ctx, BROKEN, "The ledger's public key cannot be written to %s/ledger.pub: %s.", path, strerror(errno));
}

enum result ledger_public_write(struct ctx *ctx, const struct ledger_public *keys, size_t count, struct str directory)
{
    const char *path = arena_cstr(ctx->arena, directory);
    int opened = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (opened < 0) return fail(ctx, INVALID, "The directory %s cannot be opened: %s.", path, strerror(errno));
    enum result result = bring(ctx, opened, path, keys, count);
    close(opened);
    return result;
}
