/* Signing. The key is the ledger's, so that an auditor needs one public key for everything. */
#include "records/signature.h"

#include "base/clock.h"
#include "ledger/keys.h"
#include "records/house.h"
#include "schema/signing.h"

enum result record_sign(struct ctx *ctx, const char *purpose, struct str bytes, struct signature *signature)
{
    const struct ledger_keys *keys = ctx->house->keys;
    struct hash hash;
    struct buf sha256 = buf_in(ctx->arena), hex = buf_in(ctx->arena);
    hash_of(hasher_in(ctx->arena), &bytes, 1, &hash);
    if (!keys) return fail(ctx, BROKEN, "There is no signing key; start the program with its master key.");
    hash_hex(&sha256, &hash);
    struct str signed_bytes = ledger_sign(ctx, keys, purpose, bytes);
    buf_hex(&hex, signed_bytes.at, signed_bytes.len);
    *signature = (struct signature){buf_str(&sha256), buf_str(&hex),
                                    arena_copy(ctx->arena, str_of(ledger_keys_public(keys)->id))};
    return OK;
}

static bool unhex(struct str hex, unsigned char *bytes, size_t size)
{
    static const char digits[] = "0123456789abcdef";
    if (hex.len != size * 2) return false;
    for (size_t i = 0; i < hex.len; i++) {
        const char *digit = hex.at[i] ? strchr(digits, hex.at[i]) : NULL;
        if (!digit) return false;
        unsigned char half = (unsigned char)(digit - digits);
        bytes[i / 2] = (unsigned char)(i % 2 ? bytes[i / 2] << 4 | half : half);
    }
    return true;
}

enum result record_check_signature(struct ctx *ctx, const struct record *record, const struct ledger_public *keys,
                                   size_t count)
{
    const struct signing *signing = record->reg->signing;
    struct str bytes = record_text_of(record, signing->bytes), key = record_text_of(record, signing->key);
    struct str reference = record_reference(ctx, record);
    unsigned char signature[SIGNATURE_SIZE];
    struct hash hash;
    struct buf sha256 = buf_in(ctx->arena);
    hash_of(hasher_in(ctx->arena), &bytes, 1, &hash);
    hash_hex(&sha256, &hash);
    if (!str_eq(buf_str(&sha256), record_text_of(record, signing->sha256)))
        return fail(ctx, CONFLICT, "What was signed in %.*s was altered: it has another SHA-256.", PRINT(reference));
    bool readable = unhex(record_text_of(record, signing->signature), signature, sizeof signature), known = false;
    for (size_t i = 0; i < count; i++) {
        if (!str_is(key, keys[i].id)) continue;
        known = true;
        if (readable && ledger_verify_signature(ctx, &keys[i], signing->purpose, bytes,
                                                (struct str){(const char *)signature, sizeof signature}))
            return OK;
    }
    if (known) return fail(ctx, CONFLICT, "The signature of %.*s does not hold.", PRINT(reference));
    return fail(ctx, CONFLICT, "%.*s is signed by the key %.*s, which is not one that was given.", PRINT(reference),
                PRINT(str_slice(key, 0, 40)));
}

static enum result find_head(struct ctx *ctx, int64_t instant, struct ledger_head *head)
{
    const struct value args[] = {value_number(instant)};
    int64_t size;
    TRY(tree_head(ctx, 0, head));
    if (head->at <= instant) return OK;
    TRY(db_query_number(ctx, S("SELECT size FROM ledger_head WHERE at >= ?1 ORDER BY size LIMIT 1"), args, COUNT(args),
                        0, &size));
    return tree_head(ctx, size, head);
}

enum result record_head_at(struct ctx *ctx, int64_t instant, struct report_head *out)
{
    struct ledger_head head;
    struct buf root = buf_in(ctx->arena);
    char at[TIME_TEXT];
    *out = (struct report_head){0};
    enum result found = find_head(ctx, instant, &head);
    if (found == NOT_FOUND) ctx_clear_error(ctx);
    if (found != OK) return found == NOT_FOUND ? OK : found;
    hash_hex(&root, &head.root);
    time_format(head.at, at);
    *out = (struct report_head){.size = head.size,
                                .origin = arena_copy(ctx->arena, str_of(head.origin)),
                                .root = buf_str(&root),
                                .at = arena_copy(ctx->arena, str_of(at)),
                                .key = arena_copy(ctx->arena, str_of(head.key_id))};
    return OK;
}
