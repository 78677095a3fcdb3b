/* Files as rows of sealed chunks. The data key is sealed for this content's SHA-256, so a key moved to another row
 * opens nothing; the stream authenticates the order of chunks and where they end. */
/* OpenSSL names a parameter as a banned call is named: it must come first. */
#include <openssl/evp.h>

#include "store/blob.h"

#include "base/buf.h"
#include "store/store.h"

#include <sodium.h>

enum {
    CHUNK = 256 * 1024,
    OVERHEAD = crypto_secretstream_xchacha20poly1305_ABYTES,
    HEADER = crypto_secretstream_xchacha20poly1305_HEADERBYTES,
    KEY = crypto_secretstream_xchacha20poly1305_KEYBYTES,
    SHA256 = 32,
};

static const struct column blob_columns[] = {
    {"id", COLUMN_KEY, 0, NULL, NULL},
    {"size", COLUMN_NUMBER, COLUMN_NOT_NULL, NULL, NULL},
    {"sha256", COLUMN_TEXT, COLUMN_NOT_NULL | COLUMN_INDEXED, NULL, NULL},
    {"key", COLUMN_BYTES, COLUMN_NOT_NULL, NULL, NULL},
    {"header", COLUMN_BYTES, COLUMN_NOT_NULL, NULL, NULL},
};
static const struct table blob_table = {.name = "blob", .columns = blob_columns, .column_count = COUNT(blob_columns)};

static const struct column chunk_columns[] = {
    {"blob", COLUMN_NUMBER, COLUMN_NOT_NULL, "blob", NULL},
    {"part", COLUMN_NUMBER, COLUMN_NOT_NULL, NULL, NULL},
    {"content", COLUMN_BYTES, COLUMN_NOT_NULL, NULL, NULL},
};
static const struct table chunk_table = {
    .name = "blob_chunk", .columns = chunk_columns, .column_count = COUNT(chunk_columns), .primary_key = "blob, part"};

static const struct column meta_columns[] = {
    {"name", COLUMN_TEXT, COLUMN_NOT_NULL, NULL, NULL},
    {"value", COLUMN_TEXT, COLUMN_NOT_NULL, NULL, NULL},
    {"mac", COLUMN_BYTES, 0, NULL, NULL}, /* over name and value */
};
static const struct table meta_table = {
    .name = "meta", .columns = meta_columns, .column_count = COUNT(meta_columns), .primary_key = "name"};

const struct table *const store_tables[] = {&blob_table, &chunk_table, &meta_table};
const size_t store_table_count = COUNT(store_tables);

/* ---- writing ---- */

static void hex_of(const unsigned char hash[SHA256], char hex[65])
{
    sodium_bin2hex(hex, 65, hash, SHA256);
}

static const char *purpose_of(struct ctx *ctx, const char *sha256)
{
    return arena_print(ctx->arena, "key of file %s", sha256).at;
}

static enum result insert_blob(struct ctx *ctx, const struct keyring *keyring, const unsigned char key[KEY],
                               const unsigned char header[HEADER], struct blob_info *info)
{
    struct str sealed;
    TRY(seal_small(ctx, keyring, purpose_of(ctx, info->sha256), (struct str){(const char *)key, KEY}, &sealed));
    struct value args[] = {value_number(info->size), value_text(str_of(info->sha256)), value_bytes(sealed),
                           value_bytes((struct str){(const char *)header, HEADER})};
    return db_insert(ctx, S("INSERT INTO blob (size, sha256, \"key\", header) VALUES (?1, ?2, ?3, ?4) RETURNING id"),
                     args, COUNT(args), &info->id);
}

/* An empty file has one empty chunk, so that its end too is authenticated. */
static enum result insert_chunks(struct ctx *ctx, crypto_secretstream_xchacha20poly1305_state *state, int64_t id,
                                 struct str plain)
{
    size_t room = (plain.len < CHUNK ? plain.len : CHUNK) + OVERHEAD;
    unsigned char *sealed = arena_alloc(ctx->arena, room);
    for (size_t at = 0, part = 0; part == 0 || at < plain.len; at += CHUNK, part++) {
        struct str piece = str_slice(plain, at, at + CHUNK);
        bool last = at + CHUNK >= plain.len;
        crypto_secretstream_xchacha20poly1305_push(state, sealed, NULL, (const unsigned char *)piece.at, piece.len,
                                                   NULL, 0, last ? crypto_secretstream_xchacha20poly1305_TAG_FINAL : 0);
        struct value args[] = {value_number(id), value_number((int64_t)part),
                               value_bytes((struct str){(const char *)sealed, piece.len + OVERHEAD})};
        TRY(db_run(ctx, S("INSERT INTO blob_chunk (blob, part, content) VALUES (?1, ?2, ?3)"), args, COUNT(args),
                   NULL));
    }
    return OK;
}

enum result blob_write(struct ctx *ctx, const struct keyring *keyring, struct str plain, struct blob_info *info)
{
    unsigned char hash[SHA256], key[KEY], header[HEADER];
    crypto_secretstream_xchacha20poly1305_state state;
    *info = (struct blob_info){.size = (int64_t)plain.len};
    if (!EVP_Digest(plain.len ? plain.at : "", plain.len, hash, NULL, EVP_sha256(), NULL))
        return fail(ctx, BROKEN, "The SHA-256 of a file cannot be computed.");
    hex_of(hash, info->sha256);
    crypto_secretstream_xchacha20poly1305_keygen(key);
    crypto_secretstream_xchacha20poly1305_init_push(&state, header, key);
    enum result result = insert_blob(ctx, keyring, key, header, info);
    if (result == OK) result = insert_chunks(ctx, &state, info->id, plain);
    sodium_memzero(key, sizeof key);
    sodium_memzero(&state, sizeof state);
    return result;
}

/* ---- reading ---- */

static enum result find_blob(struct ctx *ctx, int64_t id, struct rows **rows, struct blob_info *info)
{
    struct value key = value_number(id);
    bool found;
    TRY(db_query_one(ctx, S("SELECT size, sha256, \"key\", header FROM blob WHERE id = ?1"), &key, 1, rows, &found));
    if (!found) return fail(ctx, NOT_FOUND, "There is no file %lld.", (long long)id);
    *info = (struct blob_info){.id = id, .size = rows_number(*rows, 0)};
    struct str sha256 = rows_text(*rows, 1);
    bool whole = sha256.len < sizeof info->sha256; /* a longer one is none, whatever it begins with */
    snprintf(info->sha256, sizeof info->sha256, "%.*s", PRINT(whole ? sha256 : S("")));
    return OK;
}

enum result blob_describe(struct ctx *ctx, int64_t id, struct blob_info *info)
{
    struct rows *rows;
    TRY(find_blob(ctx, id, &rows, info));
    rows_close(rows);
    return OK;
}

struct reading {
    struct blob_info info;
    crypto_secretstream_xchacha20poly1305_state state;
    EVP_MD_CTX *hash;
    unsigned char *plain;
    bool ended;
};

static enum result damaged(struct ctx *ctx, const struct reading *reading, const char *what)
{
    return fail(ctx, BROKEN, "File %lld %s: restore it from a backup.", (long long)reading->info.id, what);
}

static enum result open_key(struct ctx *ctx, const struct keyring *keyring, struct rows *rows, struct reading *reading)
{
    struct str key, header = rows_bytes(rows, 3);
    TRY(open_small(ctx, keyring, purpose_of(ctx, reading->info.sha256), rows_bytes(rows, 2), &key));
    if (key.len != KEY || header.len != HEADER) return damaged(ctx, reading, "has a damaged key");
    int failed = crypto_secretstream_xchacha20poly1305_init_pull(&reading->state, (const unsigned char *)header.at,
                                                                 (const unsigned char *)key.at);
    sodium_memzero((char *)key.at, key.len);
    return failed ? damaged(ctx, reading, "has a damaged header") : OK;
}

static void release_hash(void *hash)
{
    EVP_MD_CTX_free(hash);
}

static enum result start_hash(struct ctx *ctx, struct reading *reading)
{
    reading->hash = EVP_MD_CTX_new();
    if (!reading->hash) return fail(ctx, BROKEN, "There is no memory left to check a file.");
    arena_defer(ctx->arena, release_hash, reading->hash);
    if (EVP_DigestInit_ex(reading->hash, EVP_sha256(), NULL)) return OK;
    return fail(ctx, BROKEN, "The SHA-256 of a file cannot be computed.");
}

static enum result open_chunk(struct ctx *ctx, struct reading *reading, struct str sealed, struct str *plain)
{
    unsigned long long len = 0;
    unsigned char tag = 0;
    bool fits = sealed.len >= OVERHEAD && sealed.len <= CHUNK + OVERHEAD && !reading->ended;
    if (!fits || crypto_secretstream_xchacha20poly1305_pull(&reading->state, reading->plain, &len, &tag,
                                                            (const unsigned char *)sealed.at, sealed.len, NULL, 0))
        return damaged(ctx, reading, "was changed after it was stored");
    reading->ended = tag == crypto_secretstream_xchacha20poly1305_TAG_FINAL;
    *plain = (struct str){(const char *)reading->plain, (size_t)len};
    EVP_DigestUpdate(reading->hash, plain->at, plain->len);
    return OK;
}

static enum result check_end(struct ctx *ctx, const struct reading *reading)
{
    unsigned char hash[SHA256];
    char hex[65];
    if (!reading->ended) return damaged(ctx, reading, "has lost its end");
    EVP_DigestFinal_ex(reading->hash, hash, NULL);
    hex_of(hash, hex);
    return strcmp(hex, reading->info.sha256) == 0 ? OK : damaged(ctx, reading, "differs from its SHA-256");
}

static enum result read_chunks(struct ctx *ctx, struct reading *reading,
                               enum result (*sink)(struct ctx *ctx, void *arg, struct str chunk), void *arg)
{
    struct value key = value_number(reading->info.id);
    struct rows *rows;
    bool more;
    TRY(db_query(ctx, S("SELECT content FROM blob_chunk WHERE blob = ?1 ORDER BY part"), &key, 1, &rows));
    enum result result;
    while ((result = rows_next(ctx, rows, &more)) == OK && more) {
        struct str plain = S("");
        result = open_chunk(ctx, reading, rows_bytes(rows, 0), &plain);
        if (result == OK) result = sink(ctx, arg, plain);
        if (result != OK) break;
    }
    rows_close(rows);
    return result == OK ? check_end(ctx, reading) : result;
}

enum result blob_read(struct ctx *ctx, const struct keyring *keyring, int64_t id,
                      enum result (*sink)(struct ctx *ctx, void *arg, struct str chunk), void *arg)
{
    struct rows *rows;
    struct reading reading = {.ended = false};
    TRY(find_blob(ctx, id, &rows, &reading.info));
    enum result result = open_key(ctx, keyring, rows, &reading);
    rows_close(rows);
    TRY(result);
    TRY(start_hash(ctx, &reading));
    reading.plain = arena_alloc(ctx->arena, CHUNK);
    result = read_chunks(ctx, &reading, sink, arg);
    sodium_memzero(&reading.state, sizeof reading.state);
    return result;
}

/* ---- checking ---- */

static enum result differs(struct ctx *ctx, int64_t id, const char *what)
{
    return fail(ctx, CONFLICT, "File %lld %s.", (long long)id, what);
}

static enum result count_chunks(struct ctx *ctx, const struct blob_info *info)
{
    struct value key = value_number(info->id);
    int64_t wanted = info->size > 0 ? (info->size + CHUNK - 1) / CHUNK : 1;
    struct rows *rows;
    bool found;
    TRY(db_query_one(
        ctx,
        S("SELECT count(*), coalesce(min(part), 0), coalesce(max(part), 0), coalesce(sum(length(content)), 0) "
          "FROM blob_chunk WHERE blob = ?1"),
        &key, 1, &rows, &found));
    bool whole = found && rows_number(rows, 0) == wanted && rows_number(rows, 1) == 0 &&
                 rows_number(rows, 2) == wanted - 1 && rows_number(rows, 3) == info->size + wanted * OVERHEAD;
    rows_close(rows);
    return whole ? OK : differs(ctx, info->id, "has lost or gained a part");
}

static enum result count_bytes(struct ctx *ctx, void *arg, struct str chunk)
{
    (void)ctx;
    *(int64_t *)arg += (int64_t)chunk.len;
    return OK;
}

enum result blob_check(struct ctx *ctx, const struct keyring *keyring, int64_t id, int64_t size, struct str sha256)
{
    struct blob_info info = {0};
    int64_t read = 0;
    enum result found = blob_describe(ctx, id, &info);
    if (found == NOT_FOUND) return differs(ctx, id, "is not there");
    TRY(found);
    if (!str_is(sha256, info.sha256) || info.size != size) return differs(ctx, id, "is another than the one entered");
    TRY(count_chunks(ctx, &info));
    if (!keyring) return OK;
    enum result result = blob_read(ctx, keyring, id, count_bytes, &read);
    if (result == BROKEN) return fail(ctx, CONFLICT, "%.*s", PRINT(ctx->error.sentence));
    TRY(result);
    return read == size ? OK : differs(ctx, id, "is another than the one entered");
}

enum result blob_delete(struct ctx *ctx, int64_t id)
{
    struct value key = value_number(id);
    int64_t changed;
    TRY(db_run(ctx, S("DELETE FROM blob_chunk WHERE blob = ?1"), &key, 1, NULL));
    TRY(db_run(ctx, S("DELETE FROM blob WHERE id = ?1"), &key, 1, &changed));
    return changed ? OK : fail(ctx, NOT_FOUND, "There is no file %lld.", (long long)id);
}

/* ---- meta ---- */

static const char META[] = "meta"; /* the purpose of its MACs */

/* Read before it is known whether the master key is the right one; a wrong key is to be told as that. They have a MAC
 * like the others, which meta_verify holds them to, at each start too. */
static const char *const read_before_key[] = {
    "schema_version",  /* a database of another version is refused first of all */
    "program_version", /* for the sentence that does */
    "master_key",      /* the fingerprint by which the right key is known */
    "identity",        /* under which all MACs are: it is checked by itself (identity.h) */
};

static bool is_read_before_key(const char *name)
{
    for (size_t i = 0; i < COUNT(read_before_key); i++)
        if (strcmp(name, read_before_key[i]) == 0) return true;
    return false;
}

static struct str meta_bytes(struct ctx *ctx, struct str name, struct str value)
{
    return arena_print(ctx->arena, "%zu:%.*s,%zu:%.*s,", name.len, PRINT(name), value.len, PRINT(value));
}

bool meta_is_right(struct ctx *ctx, struct str name, struct str value, struct str mac)
{
    const struct keyring *keyring = db_keyring(ctx->db);
    return !keyring || keyring_mac_is(keyring, META, meta_bytes(ctx, name, value), mac);
}

static bool is_ours(struct ctx *ctx, struct str name, struct rows *rows)
{
    return meta_is_right(ctx, name, rows_text(rows, 0), rows_bytes(rows, 1));
}

static enum result changed_outside(struct ctx *ctx, struct str name)
{
    return fail(ctx, BROKEN,
                "The setting \"%.*s\", which the program keeps in the database, was changed outside of the program: "
                "restore a backup.",
                PRINT(name));
}

enum result meta_get(struct ctx *ctx, const char *name, struct str *value)
{
    struct value key = value_text(str_of(name));
    struct rows *rows;
    bool found;
    TRY(db_query_one(ctx, S("SELECT value, mac FROM meta WHERE name = ?1"), &key, 1, &rows, &found));
    *value = arena_copy(ctx->arena, rows_text(rows, 0));
    bool right = !found || is_read_before_key(name) || is_ours(ctx, str_of(name), rows);
    rows_close(rows);
    if (right) return OK;
    return changed_outside(ctx, str_of(name));
}

enum result meta_changed(struct ctx *ctx, const char *name)
{
    return changed_outside(ctx, str_of(name));
}

enum result meta_check(struct ctx *ctx, const char *name)
{
    struct value key = value_text(str_of(name));
    struct rows *rows;
    bool found;
    TRY(db_query_one(ctx, S("SELECT value, mac FROM meta WHERE name = ?1"), &key, 1, &rows, &found));
    bool right = found && is_ours(ctx, str_of(name), rows);
    rows_close(rows);
    return right ? OK : meta_changed(ctx, name);
}

enum result meta_demand(struct ctx *ctx, const char *name)
{
    struct value key = value_text(str_of(name));
    int64_t lines;
    TRY(db_query_number(ctx, S("SELECT count(*) FROM meta WHERE name = ?1"), &key, 1, 0, &lines));
    if (lines) return OK;
    return fail(ctx, BROKEN,
                "The setting \"%s\", which the program keeps in the database, was taken out of it outside of the "
                "program: restore a backup.",
                name);
}

enum result meta_set(struct ctx *ctx, const char *name, struct str value)
{
    const struct keyring *keyring = db_keyring(ctx->db);
    unsigned char mac[MAC_SIZE];
    if (keyring) keyring_mac(keyring, META, meta_bytes(ctx, str_of(name), value), mac);
    struct value args[] = {value_text(str_of(name)), value_text(value),
                           keyring ? value_bytes((struct str){(const char *)mac, sizeof mac}) : value_null()};
    return db_run(ctx,
                  S("INSERT INTO meta (name, value, mac) VALUES (?1, ?2, ?3) ON CONFLICT (name) DO UPDATE SET value = "
                    "excluded.value, mac = excluded.mac"),
                  args, COUNT(args), NULL);
}

enum result meta_verify(struct ctx *ctx, int64_t *checked)
{
    struct rows *rows;
    TRY(db_query(ctx, S("SELECT value, mac, name FROM meta ORDER BY name"), NULL, 0, &rows));
    for (bool more;; ++*checked) {
        TRY(rows_next(ctx, rows, &more));
        if (!more) break;
        struct str name = arena_copy(ctx->arena, rows_text(rows, 2));
        if (is_ours(ctx, name, rows)) continue;
        rows_close(rows);
        return changed_outside(ctx, name);
    }
    return OK;
}

/* Without a key of the kind that is sealed here its owner would make another, or say that it is gone. */
static bool is_needed(struct str name)
{
    return is_read_before_key(name.at) || str_ends(name, S(".secret")) || str_ends(name, S(".public"));
}

enum result meta_leave_out(struct ctx *ctx, bool removes, struct left_out *out)
{
    struct rows *rows;
    int64_t all;
    size_t count = 0;
    TRY(db_query_number(ctx, S("SELECT count(*) FROM meta"), NULL, 0, 0, &all));
    struct str *names = arena_make_many(ctx->arena, struct str, (size_t)all + 1);
    TRY(db_query(ctx, S("SELECT value, mac, name FROM meta ORDER BY name"), NULL, 0, &rows));
    for (bool more; count < (size_t)all;) {
        TRY(rows_next(ctx, rows, &more));
        if (!more) break;
        struct str name = str_of(arena_cstr(ctx->arena, rows_text(rows, 2)));
        if (!is_needed(name) && !is_ours(ctx, name, rows)) names[count++] = name;
    }
    rows_close(rows);
    for (size_t i = 0; i < count; i++) {
        const struct value key = value_text(names[i]);
        if (removes) TRY(db_run(ctx, S("DELETE FROM meta WHERE name = ?1"), &key, 1, NULL));
        left_out_add(ctx, out, "meta", names[i], S("this program did not write what it says"), 1);
    }
    return OK;
}
