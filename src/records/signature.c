/* Signing. The key is the ledger's, so that an auditor needs one public key for everything. */
#include "records/signature.h"

#include "base/clock.h"
#include "ledger/chain.h"
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
    TRY(ledger_keys_demand_current(ctx, keys)); /* what an older key signs from here on does not hold */
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

/* The entry by which the record came, and whose key the ledger was signed with then. */
static enum result in_force(struct ctx *ctx, const struct record *record, const struct ledger_chain *chain,
                            size_t *epoch, int64_t *entry)
{
    const struct value args[] = {value_text(str_of(record->reg->name)), value_number(record_id(record))};
    TRY(db_query_number(ctx, S("SELECT min(id) FROM ledger_entry WHERE subject = ?1 AND record = ?2"), args,
                        COUNT(args), 0, entry));
    for (*epoch = 0; *epoch + 1 < chain->count && chain->at[*epoch + 1].entry <= *entry;) ++*epoch;
    return OK;
}

static enum result check_key(struct ctx *ctx, const struct record *record, const struct ledger_chain *chain,
                             const struct ledger_public **key)
{
    struct str named = record_text_of(record, record->reg->signing->key), reference = record_reference(ctx, record);
    size_t epoch;
    int64_t entry;
    *key = NULL;
    for (size_t i = 0; i < chain->count; i++)
        if (str_is(named, chain->at[i].key.id)) *key = &chain->at[i].key;
    if (!*key)
        return fail(ctx, CONFLICT, "%.*s is signed by the key %.*s, which is none of this ledger's keys.",
                    PRINT(reference), PRINT(str_slice(named, 0, 40)));
    TRY(in_force(ctx, record, chain, &epoch, &entry));
    if (*key == &chain->at[epoch].key) return OK;
    return fail(ctx, CONFLICT,
                "%.*s is signed by the key %s, but when it was entered (entry %lld) the ledger's key was %s.",
                PRINT(reference), (*key)->id, (long long)entry, chain->at[epoch].key.id);
}

enum result record_check_signature(struct ctx *ctx, const struct record *record, const struct ledger_chain *chain)
{
    const struct signing *signing = record->reg->signing;
    const struct ledger_public *key;
    struct str bytes = record_text_of(record, signing->bytes), reference = record_reference(ctx, record);
    unsigned char signature[SIGNATURE_SIZE];
    struct hash hash;
    struct buf sha256 = buf_in(ctx->arena);
    hash_of(hasher_in(ctx->arena), &bytes, 1, &hash);
    hash_hex(&sha256, &hash);
    if (!str_eq(buf_str(&sha256), record_text_of(record, signing->sha256)))
        return fail(ctx, CONFLICT, "What was signed in %.*s was altered: it has another SHA-256.", PRINT(reference));
    TRY(check_key(ctx, record, chain, &key));
    if (unhex(record_text_of(record, signing->signature), signature, sizeof signature) &&
        ledger_verify_signature(ctx, key, signing->purpose, bytes,
                                (struct str){(const char *)signature, sizeof signature}))
        return OK;
    return fail(ctx, CONFLICT, "The signature of %.*s does not hold.", PRINT(reference));
}

static enum result find_head(struct ctx *ctx, int64_t instant, struct ledger_head *head)
{
    const struct value args[] = {value_number(instant)};
    int64_t size;
    TRY(ledger_signed_head(ctx, 0, head));
    if (head->at <= instant) return OK;
    TRY(db_query_number(ctx, S("SELECT size FROM ledger_head WHERE at >= ?1 ORDER BY size LIMIT 1"), args, COUNT(args),
                        0, &size));
    return ledger_signed_head(ctx, size, head);
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
