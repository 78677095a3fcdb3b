/* None of this is needed to know that the content is the entry's: its hash says so. But whoever is shown a file takes
 * all of it for checked. */
#include "app/proof_said.h"

#include "ledger/keys.h"

#include <sodium.h>

struct said {
    struct ctx *ctx;
    struct str path;
    const struct json *content;
    const struct policy *policy;
    const struct tlog_proof *proof;
    struct hash leaf;
    struct ledger_head head; /* of the file */
};

bool proof_hex(struct arena *arena, struct str text, struct str *bytes)
{
    size_t len;
    char *at = arena_alloc(arena, text.len / 2 + 1);
    struct buf again = buf_in(arena);
    if (sodium_hex2bin((unsigned char *)at, text.len / 2, text.at, text.len, NULL, &len, NULL) != 0) return false;
    *bytes = (struct str){at, len};
    buf_hex(&again, at, len);
    return str_eq(buf_str(&again), text);
}

static bool is_number(const struct json *member, int64_t wanted)
{
    return member->kind == JSON_NUMBER && member->number == wanted;
}

static bool read_hash(struct arena *arena, const struct json *member, struct hash *hash)
{
    struct str bytes;
    if (!member || member->kind != JSON_STRING || !proof_hex(arena, member->text, &bytes)) return false;
    return hash_from(bytes, hash);
}

static enum result check_entry(const struct said *said, int64_t entry)
{
    const struct json *number = json_get(said->content, "entry"), *canonical = json_get(said->content, "canonical");
    const struct json *position = json_get(said->content, "position"), *leaf = json_get(said->content, "leaf");
    struct hash hash;
    if (number && !is_number(number, entry))
        return fail(said->ctx, CONFLICT,
                    "%.*s says that it is of another entry (\"entry\"): the proof is of entry %lld.", PRINT(said->path),
                    (long long)entry);
    if (canonical && (canonical->kind != JSON_STRING || !str_eq(canonical->text, said->proof->extra)))
        return fail(said->ctx, CONFLICT, "The entry in %.*s (\"canonical\") is not the entry of the proof.",
                    PRINT(said->path));
    if (position && !is_number(position, said->proof->index))
        return fail(said->ctx, CONFLICT,
                    "%.*s says that the entry stands elsewhere (\"position\"): in the proof it is at %lld.",
                    PRINT(said->path), (long long)said->proof->index);
    if (leaf && (!read_hash(said->ctx->arena, leaf, &hash) || !hash_eq(&hash, &said->leaf)))
        return fail(said->ctx, CONFLICT, "The hash in %.*s (\"leaf\") is not that of the entry.", PRINT(said->path));
    return OK;
}

static bool read_text(const struct json *head, const char *name, char *out, size_t room)
{
    struct str text = json_str(head, name, S(""));
    if (!text.len || text.len >= room || memchr(text.at, 0, text.len)) return false;
    memcpy(out, text.at, text.len);
    out[text.len] = 0;
    return true;
}

static bool read_head(struct said *said, const struct json *json)
{
    struct ledger_head *head = &said->head;
    head->size = json_number(json, "size", -1);
    head->previous = json_number(json, "previous", -1);
    head->at = json_number(json, "at", -1);
    return json->kind == JSON_OBJECT && head->size > 0 && head->previous >= 0 && head->at >= 0 &&
           read_text(json, "origin", head->origin, sizeof head->origin) &&
           read_text(json, "key_id", head->key_id, sizeof head->key_id) &&
           read_hash(said->ctx->arena, json_get(json, "root"), &head->root) &&
           base64_read(json_str(json, "signature", S("")), head->signature, SIGNATURE_SIZE);
}

/* By a key that counts for the log whose proof it is. */
static bool is_signed(const struct said *said)
{
    struct str origin = said->proof->checkpoint.origin;
    if (!str_is(origin, said->head.origin)) return false;
    for (size_t i = 0; i < said->policy->log_count; i++) {
        const struct note_key *key = &said->policy->logs[i].key;
        struct buf text = buf_in(said->ctx->arena);
        struct ledger_public public;
        if (!str_eq(key->name, origin)) continue;
        memcpy(public.at, key->at, sizeof public.at);
        ledger_public_name(&public);
        if (ledger_verify_head(&text, &public, &said->head)) return true;
    }
    return false;
}

static enum result check_head(struct said *said)
{
    const struct checkpoint *checkpoint = &said->proof->checkpoint;
    const struct json *json = json_get(said->content, "head");
    if (!json || !read_head(said, json))
        return fail(said->ctx, CONFLICT, "%.*s holds no head (\"head\"), or a damaged one.", PRINT(said->path));
    if (!is_signed(said))
        return fail(
            said->ctx, CONFLICT,
            "The head in %.*s (\"head\") is not signed by a key that the policy names for %.*s: it was altered, or "
            "another key signed it.",
            PRINT(said->path), PRINT(checkpoint->origin));
    if (said->head.size != checkpoint->size || hash_eq(&said->head.root, &checkpoint->root)) return OK;
    return fail(
        said->ctx, CONFLICT,
        "The head in %.*s (\"head\") and that of the proof cover %lld entries both, and have two roots: the log "
        "has signed two histories.",
        PRINT(said->path), (long long)checkpoint->size);
}

static bool read_path(const struct said *said, struct merkle_proof *path)
{
    const struct json *json = json_get(said->content, "path");
    path->count = 0;
    if (!json || json->kind != JSON_ARRAY) return false;
    for (const struct json *one = json->first; one; one = one->next)
        if (path->count == MERKLE_PROOF_MAX || !read_hash(said->ctx->arena, one, &path->at[path->count++]))
            return false;
    return true;
}

static enum result check_path(const struct said *said)
{
    struct merkle_proof path;
    uint64_t index = (uint64_t)said->proof->index, size = (uint64_t)said->head.size;
    if (read_path(said, &path) && index < size &&
        merkle_includes(hasher_in(said->ctx->arena), &said->leaf, index, size, &path, &said->head.root))
        return OK;
    return fail(said->ctx, CONFLICT, "The path in %.*s (\"path\") does not lead from the entry to the head beside it.",
                PRINT(said->path));
}

static bool is_among(struct str key, const char *const names[])
{
    for (size_t i = 0; names[i]; i++)
        if (str_is(key, names[i])) return true;
    return false;
}

/* What nothing here looked at must not stand beside what holds. */
static enum result refuse_strangers(const struct said *said, const struct json *object, const char *const names[])
{
    for (const struct json *one = object ? object->first : NULL; one; one = one->next)
        if (!is_among(one->key, names))
            return fail(said->ctx, CONFLICT,
                        "%.*s says something that no proof vouches for (\"%.*s\"): it is not what GET "
                        "/api/v1/ledger/proof/ENTRY?content=1 answers.",
                        PRINT(said->path), PRINT(one->key));
    return OK;
}

static enum result check_members(const struct said *said)
{
    static const char *const members[] = {"entry", "canonical", "position", "leaf",  "path",
                                          "head",  "salt",      "comment",  "state", NULL};
    static const char *const of_head[] = {"origin", "size", "previous", "root", "at", "key_id", "signature", NULL};
    TRY(refuse_strangers(said, said->content, members));
    return refuse_strangers(said, json_get(said->content, "head"), of_head);
}

enum result proof_said(struct ctx *ctx, struct str path, const struct json *content, const struct policy *policy,
                       const struct tlog_proof *proof, int64_t entry)
{
    struct said said = {.ctx = ctx, .path = path, .content = content, .policy = policy, .proof = proof};
    merkle_leaf(hasher_in(ctx->arena), proof->extra, &said.leaf);
    TRY(check_entry(&said, entry));
    if (json_get(content, "head") || json_get(content, "path")) {
        TRY(check_head(&said));
        TRY(check_path(&said));
    }
    return check_members(&said);
}
