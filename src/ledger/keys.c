/* libsodium signs: its Ed25519 is the fastest at hand and takes plain buffers. What is sealed in the database is the
 * secret followed by the origin, so that neither can be exchanged without the master key. */
#include "ledger/keys.h"

#include "format/json_out.h"
#include "ledger/canonical.h"
#include "ledger/ledger.h"
#include "store/blob.h"

#include <sodium.h>

static const char PURPOSE[] = "ledger-key", SECRET[] = "ledger.secret", PUBLIC[] = "ledger.public";

enum { SECRET_SIZE = crypto_sign_SECRETKEYBYTES };

struct ledger_keys {
    struct ledger_public public;
    char origin[ORIGIN_SIZE];
    unsigned char secret[SECRET_SIZE];
    struct ledger_keys *before; /* that these took over from, in a write that may be undone; NULL when there was none */
};

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

static enum result damaged(struct ctx *ctx)
{
    return fail(ctx, BROKEN, "The ledger's signing key in the database is damaged: restore a backup.");
}

/* ---- opening and making ---- */

static enum result store_keys(struct ctx *ctx, const struct keyring *keyring, const struct ledger_keys *keys)
{
    char plain[SECRET_SIZE + ORIGIN_SIZE];
    struct str sealed = {0};
    memcpy(plain, keys->secret, SECRET_SIZE);
    memcpy(plain + SECRET_SIZE, keys->origin, ORIGIN_SIZE);
    enum result result = seal_small(ctx, keyring, PURPOSE, (struct str){plain, sizeof plain}, &sealed);
    sodium_memzero(plain, sizeof plain);
    TRY(result);
    TRY(meta_set(ctx, SECRET, hex(ctx, sealed)));
    return meta_set(ctx, PUBLIC, hex(ctx, (struct str){(const char *)keys->public.at, sizeof keys->public.at}));
}

static void generate(struct ledger_keys *keys, const char *origin)
{
    crypto_sign_keypair(keys->public.at, keys->secret);
    ledger_public_name(&keys->public);
    snprintf(keys->origin, sizeof keys->origin, "%s", origin ? origin : "");
    if (!origin) snprintf(keys->origin, sizeof keys->origin, "merlon/%s", keys->public.id);
}

static enum result unseal(struct ctx *ctx, const struct keyring *keyring, struct str stored, struct ledger_keys *keys)
{
    unsigned char *sealed = arena_alloc(ctx->arena, stored.len + 1);
    size_t len;
    struct str plain = {0};
    struct ledger_public named;
    if (!unhex(stored, sealed, stored.len, &len)) return damaged(ctx);
    TRY(open_small(ctx, keyring, PURPOSE, (struct str){(const char *)sealed, len}, &plain));
    if (plain.len != SECRET_SIZE + ORIGIN_SIZE || plain.at[plain.len - 1]) return damaged(ctx);
    memcpy(keys->secret, plain.at, SECRET_SIZE);
    memcpy(keys->origin, plain.at + SECRET_SIZE, ORIGIN_SIZE);
    sodium_memzero((void *)plain.at, plain.len);
    crypto_sign_ed25519_sk_to_pk(keys->public.at, keys->secret);
    ledger_public_name(&keys->public);
    TRY(ledger_public_stored(ctx, &named));
    if (strcmp(named.id, keys->public.id) == 0) return OK;
    return fail(ctx, BROKEN,
                "The database names the key %s, but the one that it keeps sealed is %s: it was changed outside of the "
                "program.",
                named.id, keys->public.id);
}

/* A key is made for an empty ledger only. */
static enum result make(struct ctx *ctx, const struct keyring *keyring, struct ledger_keys *keys)
{
    int64_t entries, heads;
    TRY(db_query_number(ctx, S("SELECT count(*) FROM ledger_entry"), NULL, 0, 0, &entries));
    TRY(db_query_number(ctx, S("SELECT count(*) FROM ledger_head"), NULL, 0, 0, &heads));
    if (entries || heads)
        return fail(
            ctx, BROKEN,
            "The ledger has %lld entries but its signing key was removed from the database: no new one is made; "
            "restore a backup.",
            (long long)entries);
    generate(keys, NULL);
    return store_keys(ctx, keyring, keys);
}

static enum result fill(struct ctx *ctx, const struct keyring *keyring, bool create, struct ledger_keys *keys)
{
    struct str stored;
    TRY(meta_get(ctx, SECRET, &stored));
    if (stored.len) return unseal(ctx, keyring, stored, keys);
    if (create) return make(ctx, keyring, keys);
    return fail(ctx, NOT_FOUND, "This database has no ledger key yet: start merlon serve on it once.");
}

/* NULL with the sentence said. */
static struct ledger_keys *allocate(struct ctx *ctx)
{
    struct ledger_keys *keys = sodium_init() < 0 ? NULL : sodium_malloc(sizeof *keys);
    if (!keys)
        (void)fail(ctx, BROKEN, "There is no locked memory left for the ledger's key: raise ulimit -l.");
    else
        keys->before = NULL;
    return keys;
}

enum result ledger_keys_open(struct ctx *ctx, const struct keyring *keyring, bool create, struct ledger_keys **keys)
{
    struct ledger_keys *opened = allocate(ctx);
    *keys = NULL;
    if (!opened) return BROKEN;
    arena_defer(ctx->arena, sodium_free, opened);
    enum result result = fill(ctx, keyring, create, opened);
    arena_undefer(ctx->arena, opened);
    if (result != OK) {
        sodium_free(opened);
        return result;
    }
    *keys = opened;
    return OK;
}

void ledger_keys_close(struct ledger_keys *keys)
{
    if (keys) ledger_keys_close(keys->before);
    sodium_free(keys);
}

const struct ledger_public *ledger_keys_public(const struct ledger_keys *keys)
{
    return &keys->public;
}

const char *ledger_keys_origin(const struct ledger_keys *keys)
{
    return keys->origin;
}

enum result ledger_public_stored(struct ctx *ctx, struct ledger_public *key)
{
    struct str stored;
    size_t len;
    TRY(meta_get(ctx, PUBLIC, &stored));
    if (!stored.len) return fail(ctx, NOT_FOUND, "This database has no ledger key yet: start merlon serve on it once.");
    if (!unhex(stored, key->at, sizeof key->at, &len) || len != sizeof key->at)
        return fail(ctx, BROKEN,
                    "The ledger's public key in the database is damaged: give verify the file ledger.pub.");
    ledger_public_name(key);
    return OK;
}

enum result ledger_keys_demand_current(struct ctx *ctx, const struct ledger_keys *keys)
{
    struct ledger_public stored;
    TRY(ledger_public_stored(ctx, &stored));
    if (strcmp(stored.id, keys->public.id) == 0) return OK;
    return fail(ctx, BROKEN,
                "The ledger is signed with the key %s now, and this program still holds %s: start it again.", stored.id,
                keys->public.id);
}

/* ---- a new key takes over ---- */

static enum result enter_link(struct ctx *ctx, const struct ledger_keys *before, const struct ledger_keys *after,
                              const char *action, struct str reason)
{
    struct ledger_link link = {.old_key = before->public, .new_key = after->public};
    int64_t entry;
    memcpy(link.origin, after->origin, sizeof link.origin);
    enum result result = ledger_signed_head(ctx, 0, &link.head);
    if (result == NOT_FOUND) ctx_clear_error(ctx);
    if (result != OK && result != NOT_FOUND) return result;
    struct str signature = ledger_sign(ctx, before, LINK_SIGNATURE, ledger_link_bytes(ctx, &link));
    memcpy(link.signature, signature.at, SIGNATURE_SIZE);
    const struct ledger_event event = {.action = str_of(action),
                                       .subject = S(LINK_SUBJECT),
                                       .record = 1,
                                       .comment = reason,
                                       .state = ledger_link_state(ctx, &link)};
    return ledger_append(ctx, &event, &entry);
}

/* The write that renewed them was undone, and is run again. */
static enum result go_back(struct ctx *ctx, struct ledger_keys *keys)
{
    struct ledger_public stored;
    struct ledger_keys *before = keys->before;
    if (!before) return OK;
    TRY(ledger_public_stored(ctx, &stored));
    if (strcmp(stored.id, before->public.id) == 0) memcpy(keys, before, sizeof *keys);
    sodium_free(before);
    keys->before = NULL;
    return OK;
}

enum result ledger_keys_renew(struct ctx *ctx, const struct keyring *keyring, const char *action, struct str reason,
                              struct ledger_keys *keys)
{
    TRY(db_lock(ctx, "ledger")); /* else a sealer beside could sign, with the key of before, a head over the link */
    TRY(go_back(ctx, keys));
    TRY(ledger_keys_demand_current(ctx, keys));
    struct ledger_keys *after = allocate(ctx), *before = allocate(ctx);
    if (!after || !before) {
        sodium_free(after);
        sodium_free(before);
        return BROKEN;
    }
    generate(after, strcmp(action, LINK_RESTORE) == 0 ? NULL : keys->origin);
    enum result result = enter_link(ctx, keys, after, action, reason);
    if (result == OK) result = store_keys(ctx, keyring, after);
    if (result == OK) {
        memcpy(before, keys, sizeof *before);
        memcpy(keys, after, sizeof *keys);
        keys->before = before;
    } else {
        sodium_free(before);
    }
    sodium_free(after);
    return result;
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
    memcpy(head->origin, keys->origin, sizeof head->origin);
    struct buf text = buf_in(ctx->arena);
    canonical_head(&text, head);
    crypto_sign_detached(head->signature, NULL, (const unsigned char *)text.at, text.len, keys->secret);
}

bool ledger_verify_head(struct buf *text, const struct ledger_public *key, const struct ledger_head *head)
{
    if (strcmp(head->key_id, key->id) != 0) return false;
    text->len = 0;
    canonical_head(text, head);
    return crypto_sign_verify_detached(head->signature, (const unsigned char *)text->at, text->len, key->at) == 0;
}
