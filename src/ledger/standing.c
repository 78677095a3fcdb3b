#include "ledger/standing.h"

enum result ledger_stands(struct ctx *ctx, int64_t entry, const struct hash *leaf, const struct ledger_head *head,
                          bool *stands)
{
    const struct value args[] = {value_number(entry)};
    struct hasher *hasher = hasher_in(ctx->arena);
    const struct merkle_source source = tree_source(hasher);
    struct merkle_proof proof;
    int64_t position;
    *stands = false;
    TRY(db_query_number(ctx, S("SELECT max(position) FROM ledger_leaf WHERE entry = ?1"), args, COUNT(args), -1,
                        &position));
    if (position < 0 || position >= head->size) return OK;
    TRY(merkle_inclusion(ctx, hasher, &source, (uint64_t)position, (uint64_t)head->size, &proof));
    *stands = merkle_includes(hasher, leaf, (uint64_t)position, (uint64_t)head->size, &proof, &head->root);
    return OK;
}
