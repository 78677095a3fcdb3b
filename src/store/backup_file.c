/* Chunks of 256 kB are compressed each for itself: neither writing nor reading needs more than one in memory, and
 * damage is told at the first chunk that it touches. zlib at its fastest level, since sealing and the disk cost about
 * as much. */
#include "store/backup_file.h"

#include "base/buf.h"
#include "base/random.h"
#include "store/own_file.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

enum {
    NAME_SIZE = 16,
    SALT_SIZE = crypto_pwhash_SALTBYTES,
    STREAM_HEADER = crypto_secretstream_xchacha20poly1305_HEADERBYTES
};
enum { KIND_AT = NAME_SIZE, SALT_AT = KIND_AT + 1, COST_AT = SALT_AT + SALT_SIZE, MEMORY_AT = COST_AT + 8 };
enum { STREAM_AT = MEMORY_AT + 8, HEADER_SIZE = STREAM_AT + STREAM_HEADER };
enum { CHUNK = 256 * 1024, INNER_HEADER = 5, SEAL_SIZE = crypto_secretstream_xchacha20poly1305_ABYTES };
enum { SEALED_MAX = INNER_HEADER + CHUNK + SEAL_SIZE, LENGTH_SIZE = 4 };
enum { COST = 4, COST_MAX = 20 };
enum { MEMORY = 64 * 1024 * 1024, MEMORY_MAX = 1024 * 1024 * 1024 };

static const char NAME[NAME_SIZE + 1] = "merlon-backup-1\n";
static const char BY_MASTER_KEY = 'K', BY_PASSPHRASE = 'P';

static void put_little(unsigned char *at, uint64_t n, size_t size)
{
    for (size_t i = 0; i < size; i++) at[i] = (unsigned char)(n >> (8 * i));
}

static uint64_t get_little(const unsigned char *at, size_t size)
{
    uint64_t n = 0;
    for (size_t i = 0; i < size; i++) n |= (uint64_t)at[i] << (8 * i);
    return n;
}

/* ---- the key ---- */

static enum result base_key(struct ctx *ctx, const struct backup *backup, const unsigned char *header,
                            unsigned char key[32])
{
    if (header[KIND_AT] == (unsigned char)BY_MASTER_KEY) {
        memcpy(key, backup->keyring->master, MASTER_KEY_SIZE);
        return OK;
    }
    uint64_t cost = get_little(header + COST_AT, 8), memory = get_little(header + MEMORY_AT, 8);
    if (crypto_pwhash(key, 32, backup->passphrase.at, backup->passphrase.len, header + SALT_AT, cost, (size_t)memory,
                      crypto_pwhash_ALG_ARGON2ID13) == 0)
        return OK;
    return fail(ctx, BROKEN, "There is not enough memory to work out the passphrase: %llu MB are needed.",
                (unsigned long long)(memory >> 20));
}

/* From the base key and every byte of the header before the stream's own. */
static enum result stream_key(struct ctx *ctx, const struct backup *backup, const unsigned char *header,
                              unsigned char key[crypto_secretstream_xchacha20poly1305_KEYBYTES])
{
    unsigned char base[32];
    enum result result = base_key(ctx, backup, header, base);
    if (result == OK)
        crypto_generichash(key, crypto_secretstream_xchacha20poly1305_KEYBYTES, header, STREAM_AT, base, sizeof base);
    sodium_memzero(base, sizeof base);
    return result;
}

/* What a passphrase costs stands in the file, and whoever wrote that could ask for any amount. */
static bool cost_is_sensible(const unsigned char *header)
{
    uint64_t cost = get_little(header + COST_AT, 8), memory = get_little(header + MEMORY_AT, 8);
    return cost >= crypto_pwhash_OPSLIMIT_MIN && cost <= COST_MAX && memory >= crypto_pwhash_MEMLIMIT_MIN &&
           memory <= MEMORY_MAX;
}

/* ---- writing ---- */

struct backup_out {
    const char *path, *partial;
    int file;
    bool kept;
    crypto_secretstream_xchacha20poly1305_state stream;
    size_t len; /* of what is in plain */
    unsigned char plain[CHUNK];
    unsigned char packed[INNER_HEADER + CHUNK]; /* a chunk that zlib makes no smaller is kept as it is */
    unsigned char sealed[LENGTH_SIZE + SEALED_MAX];
};

static void out_release(void *thing)
{
    struct backup_out *out = thing;
    if (out->file >= 0) close(out->file);
    if (!out->kept) unlink(out->partial);
    sodium_memzero(&out->stream, sizeof out->stream);
}

static enum result cannot_write(struct ctx *ctx, const struct backup_out *out)
{
    return fail(ctx, BROKEN, "The backup %s cannot be written: %s.", out->path, strerror(errno));
}

/* Known before all rows were read, not when the file is to get its name. */
static enum result demand_name(struct ctx *ctx, const struct backup_out *out)
{
    struct stat status;
    if (stat(out->path, &status) != 0 || S_ISREG(status.st_mode)) return OK;
    return fail(ctx, INVALID, "The backup cannot be written to %s, which is %s: name a file.", out->path,
                S_ISDIR(status.st_mode) ? "a directory" : "no plain file");
}

static enum result write_all(struct ctx *ctx, struct backup_out *out, const unsigned char *at, size_t len)
{
    while (len) {
        ssize_t written = write(out->file, at, len);
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) return cannot_write(ctx, out);
        at += written;
        len -= (size_t)written;
    }
    return OK;
}

static enum result write_header(struct ctx *ctx, const struct backup *backup, struct backup_out *out)
{
    unsigned char header[HEADER_SIZE] = {0}, key[crypto_secretstream_xchacha20poly1305_KEYBYTES];
    memcpy(header, NAME, NAME_SIZE);
    header[KIND_AT] = (unsigned char)(backup->passphrase.len ? BY_PASSPHRASE : BY_MASTER_KEY);
    random_bytes(header + SALT_AT, SALT_SIZE);
    if (backup->passphrase.len) {
        put_little(header + COST_AT, COST, 8);
        put_little(header + MEMORY_AT, MEMORY, 8);
    }
    TRY(stream_key(ctx, backup, header, key));
    crypto_secretstream_xchacha20poly1305_init_push(&out->stream, header + STREAM_AT, key);
    sodium_memzero(key, sizeof key);
    return write_all(ctx, out, header, sizeof header);
}

enum result backup_out_open(struct ctx *ctx, const struct backup *backup, struct str path, struct backup_out **opened)
{
    if (sodium_init() < 0) return fail(ctx, BROKEN, "The cryptographic library cannot be used on this machine.");
    if (backup->passphrase.len && backup->passphrase.len < PASSPHRASE_MIN)
        return fail(ctx, INVALID, "A backup's passphrase needs at least %d characters.", PASSPHRASE_MIN);
    struct backup_out *out = arena_make(ctx->arena, struct backup_out);
    out->path = arena_cstr(ctx->arena, path);
    out->partial = arena_print(ctx->arena, "%s.partial", out->path).at;
    TRY(demand_name(ctx, out));
    out->file = open(out->partial, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (out->file < 0) return fail(ctx, INVALID, "The backup %s cannot be made: %s.", out->partial, strerror(errno));
    arena_defer(ctx->arena, out_release, out);
    *opened = out;
    return write_header(ctx, backup, out);
}

static enum result flush(struct ctx *ctx, struct backup_out *out, unsigned char tag)
{
    uLongf packed = CHUNK;
    bool smaller = out->len && compress2(out->packed + INNER_HEADER, &packed, out->plain, out->len, 1) == Z_OK &&
                   packed < out->len;
    if (!smaller) {
        packed = out->len;
        memcpy(out->packed + INNER_HEADER, out->plain, out->len);
    }
    out->packed[0] = smaller;
    put_little(out->packed + 1, out->len, LENGTH_SIZE);
    unsigned long long sealed;
    crypto_secretstream_xchacha20poly1305_push(&out->stream, out->sealed + LENGTH_SIZE, &sealed, out->packed,
                                               INNER_HEADER + packed, NULL, 0, tag);
    put_little(out->sealed, sealed, LENGTH_SIZE);
    out->len = 0;
    return write_all(ctx, out, out->sealed, LENGTH_SIZE + (size_t)sealed);
}

enum result backup_out_add(struct ctx *ctx, struct backup_out *out, struct str bytes)
{
    while (bytes.len) {
        size_t part = CHUNK - out->len < bytes.len ? CHUNK - out->len : bytes.len;
        memcpy(out->plain + out->len, bytes.at, part);
        out->len += part;
        bytes = str_slice(bytes, part, bytes.len);
        if (out->len == CHUNK) TRY(flush(ctx, out, crypto_secretstream_xchacha20poly1305_TAG_MESSAGE));
    }
    return OK;
}

enum result backup_out_close(struct ctx *ctx, struct backup_out *out)
{
    TRY(flush(ctx, out, crypto_secretstream_xchacha20poly1305_TAG_FINAL));
    if (fsync(out->file) != 0) return cannot_write(ctx, out);
    int file = out->file;
    out->file = -1;
    return close(file) == 0 ? OK : cannot_write(ctx, out);
}

struct str backup_out_partial(const struct backup_out *out)
{
    return str_of(out->partial);
}

enum result backup_out_keep(struct ctx *ctx, struct backup_out *out)
{
    if (rename(out->partial, out->path) != 0)
        return fail(ctx, BROKEN, "The backup cannot be given its name %s: %s.", out->path, strerror(errno));
    out->kept = true;
    if (own_file_keep_name(out->path)) return OK;
    return fail(ctx, BROKEN, "The directory of the backup %s cannot be synced: %s.", out->path, strerror(errno));
}

/* ---- reading ---- */

struct backup_in {
    const char *path;
    int file;
    int64_t size, at; /* of the file; of the chunk that was read last */
    int64_t chunks;
    bool final;
    crypto_secretstream_xchacha20poly1305_state stream;
    struct buf bytes; /* what was asked for across chunks */
    size_t from, len; /* what is left of plain */
    unsigned char plain[CHUNK];
    unsigned char packed[INNER_HEADER + CHUNK];
    unsigned char sealed[SEALED_MAX];
};

static void in_release(void *thing)
{
    backup_in_close(thing);
}

void backup_in_close(struct backup_in *in)
{
    if (in->file >= 0) close(in->file);
    in->file = -1;
    sodium_memzero(&in->stream, sizeof in->stream);
}

int64_t backup_in_size(const struct backup_in *in)
{
    return in->size;
}

/* *got is less than len only at the end of the file. */
static enum result read_some(struct ctx *ctx, struct backup_in *in, unsigned char *to, size_t len, size_t *got)
{
    for (*got = 0; *got < len;) {
        ssize_t part = read(in->file, to + *got, len - *got);
        if (part < 0 && errno == EINTR) continue;
        if (part < 0) return fail(ctx, BROKEN, "The backup %s cannot be read: %s.", in->path, strerror(errno));
        if (part == 0) return OK;
        *got += (size_t)part;
    }
    return OK;
}

static enum result damaged(struct ctx *ctx, const struct backup_in *in)
{
    return fail(ctx, BROKEN,
                "The backup %s is damaged near byte %lld: it was altered or badly copied. Use another copy.", in->path,
                (long long)in->at);
}

static enum result cut_off(struct ctx *ctx, const struct backup_in *in)
{
    return fail(ctx, BROKEN,
                "The backup %s is cut off: it ends after %lld bytes, before its last part. Use another copy.", in->path,
                (long long)in->size);
}

/* *kind: what it is sealed with. */
static enum result recognise(struct ctx *ctx, struct backup_in *in, unsigned char header[HEADER_SIZE], char *kind)
{
    size_t got;
    TRY(read_some(ctx, in, header, HEADER_SIZE, &got));
    if (got < NAME_SIZE || memcmp(header, NAME, NAME_SIZE) != 0)
        return fail(ctx, INVALID, "%s is no backup of this program.", in->path);
    if (got < HEADER_SIZE) return cut_off(ctx, in);
    *kind = (char)header[KIND_AT];
    return *kind == BY_MASTER_KEY || *kind == BY_PASSPHRASE ? OK : damaged(ctx, in);
}

static enum result read_header(struct ctx *ctx, const struct backup *backup, struct backup_in *in)
{
    unsigned char header[HEADER_SIZE], key[crypto_secretstream_xchacha20poly1305_KEYBYTES];
    char kind = 0;
    TRY(recognise(ctx, in, header, &kind));
    if (kind == BY_PASSPHRASE && !backup->passphrase.len)
        return fail(ctx, INVALID, "The backup %s is sealed with a passphrase: give it, with --passphrase-file FILE.",
                    in->path);
    if (kind == BY_MASTER_KEY && !backup->keyring)
        return fail(ctx, INVALID,
                    "The backup %s is sealed under the master key of where it was made: give that key file, with "
                    "--master-key FILE.",
                    in->path);
    if (kind == BY_PASSPHRASE && !cost_is_sensible(header))
        return fail(ctx, BROKEN,
                    "The backup %s asks for more work on its passphrase than is sensible: its header is damaged.",
                    in->path);
    TRY(stream_key(ctx, backup, header, key));
    int refused = crypto_secretstream_xchacha20poly1305_init_pull(&in->stream, header + STREAM_AT, key);
    sodium_memzero(key, sizeof key);
    return refused ? damaged(ctx, in) : OK;
}

static enum result unseal(struct ctx *ctx, struct backup_in *in, size_t len, size_t *packed)
{
    unsigned char tag;
    unsigned long long plain;
    if (crypto_secretstream_xchacha20poly1305_pull(&in->stream, in->packed, &plain, &tag, in->sealed, len, NULL, 0) !=
        0) {
        if (in->chunks) return damaged(ctx, in);
        return fail(ctx, DENIED,
                    "The backup %s does not open with this passphrase or master key: it is another one, or the file's "
                    "beginning was altered.",
                    in->path);
    }
    in->final = tag == crypto_secretstream_xchacha20poly1305_TAG_FINAL;
    *packed = (size_t)plain;
    return OK;
}

static bool unpack(struct backup_in *in, size_t packed)
{
    if (packed < INNER_HEADER) return false;
    uLongf len = CHUNK;
    size_t wanted = (size_t)get_little(in->packed + 1, LENGTH_SIZE), rest = packed - INNER_HEADER;
    if (wanted > CHUNK) return false;
    if (in->packed[0] == 0) {
        memcpy(in->plain, in->packed + INNER_HEADER, rest);
        len = rest;
    } else if (in->packed[0] != 1 || uncompress(in->plain, &len, in->packed + INNER_HEADER, rest) != Z_OK) {
        return false;
    }
    in->from = 0;
    in->len = len;
    return len == wanted;
}

static enum result next_chunk(struct ctx *ctx, struct backup_in *in)
{
    unsigned char length[LENGTH_SIZE];
    size_t got, packed = 0;
    TRY(read_some(ctx, in, length, sizeof length, &got));
    if (got < sizeof length) return cut_off(ctx, in);
    size_t len = (size_t)get_little(length, LENGTH_SIZE);
    if (len < SEAL_SIZE || len > SEALED_MAX) return damaged(ctx, in);
    TRY(read_some(ctx, in, in->sealed, len, &got));
    if (got < len) return cut_off(ctx, in);
    TRY(unseal(ctx, in, len, &packed));
    if (!unpack(in, packed)) return damaged(ctx, in);
    in->at += (int64_t)(LENGTH_SIZE + len);
    in->chunks++;
    return OK;
}

static enum result open_file(struct ctx *ctx, struct str path, struct backup_in **opened)
{
    struct backup_in *in = *opened = arena_make(ctx->arena, struct backup_in);
    in->path = arena_cstr(ctx->arena, path);
    in->at = HEADER_SIZE;
    in->bytes = buf_in(ctx->arena);
    in->file = open(in->path, O_RDONLY | O_CLOEXEC);
    if (in->file < 0) return fail(ctx, INVALID, "The backup %s cannot be opened: %s.", in->path, strerror(errno));
    arena_defer(ctx->arena, in_release, in);
    struct stat stat;
    if (fstat(in->file, &stat) != 0 || !S_ISREG(stat.st_mode))
        return fail(ctx, INVALID, "%s is no backup of this program: it is not a file.", in->path);
    in->size = stat.st_size;
    return OK;
}

enum result backup_look(struct ctx *ctx, struct str path, bool *passphrase)
{
    struct backup_in *in;
    unsigned char header[HEADER_SIZE];
    char kind = BY_MASTER_KEY;
    TRY(open_file(ctx, path, &in));
    enum result result = recognise(ctx, in, header, &kind);
    backup_in_close(in);
    *passphrase = kind == BY_PASSPHRASE;
    return result;
}

enum result backup_in_open(struct ctx *ctx, const struct backup *backup, struct str path, struct backup_in **opened)
{
    if (sodium_init() < 0) return fail(ctx, BROKEN, "The cryptographic library cannot be used on this machine.");
    TRY(open_file(ctx, path, opened));
    TRY(read_header(ctx, backup, *opened));
    return next_chunk(ctx, *opened);
}

enum result backup_in_take(struct ctx *ctx, struct backup_in *in, size_t len, struct str *bytes)
{
    in->bytes.len = 0;
    while (len > in->len) {
        buf_add(&in->bytes, (struct str){(const char *)in->plain + in->from, in->len});
        len -= in->len;
        in->from += in->len;
        in->len = 0;
        if (in->final) return damaged(ctx, in);
        TRY(next_chunk(ctx, in));
    }
    struct str rest = {(const char *)in->plain + in->from, len};
    in->from += len;
    in->len -= len;
    *bytes = rest;
    if (!in->bytes.len) return OK;
    buf_add(&in->bytes, rest);
    *bytes = buf_str(&in->bytes);
    return OK;
}

enum result backup_in_end(struct ctx *ctx, struct backup_in *in)
{
    while (!in->final && in->len == 0) TRY(next_chunk(ctx, in));
    if (!in->final || in->len) return damaged(ctx, in);
    unsigned char more;
    size_t got;
    TRY(read_some(ctx, in, &more, 1, &got));
    if (got == 0) return OK;
    return fail(ctx, BROKEN, "The backup %s has something after its end: it was altered. Use another copy.", in->path);
}
