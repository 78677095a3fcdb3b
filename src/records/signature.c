/* Signing. The key is the ledger's, so that an auditor needs one public key for everything. */
#include "records/signature.h"

#include "ledger/hash.h"
#include "ledger/keys.h"
#include "records/house.h"

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
