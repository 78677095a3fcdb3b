/* Only a chain without a gap is put back, and only where the stored tree gives the root of each. */
#include "ledger/put_back.h"

#include "ledger/remembered.h"
#include "ledger/tree.h"

struct lacking {
    const struct ledger_head *heads;
    size_t count;
};

/* Those of `all` that follow on the newest head in the database, without a gap up to `last`. */
static struct lacking find_lacking(const struct remembered *all, int64_t newest, int64_t last)
{
    size_t from = 0;
    int64_t before = newest;
    while (from < all->count && all->at[from].size <= newest) from++;
    size_t end = from;
    while (end < all->count && before < last && all->at[end].previous == before) before = all->at[end++].size;
    return (struct lacking){all->at + from, before == last ? end - from : 0};
}

static enum result is_covered(struct ctx *ctx, const struct lacking *lacking, bool *covered)
{
    struct hasher *hasher = hasher_in(ctx->arena);
    const struct merkle_source source = tree_source(hasher);
    const struct value args[] = {value_number(lacking->heads[lacking->count - 1].size)};
    int64_t leaves;
    TRY(db_query_number(ctx, S("SELECT count(*) FROM ledger_leaf WHERE position < ?1"), args, 1, 0, &leaves));
    *covered = leaves == args[0].number;
    for (size_t i = 0; i < lacking->count && *covered; i++) {
        struct hash root;
        enum result read = merkle_root_of(ctx, hasher, &source, (uint64_t)lacking->heads[i].size, &root);
        if (result_passes(read)) return read;
        ctx_clear_error(ctx);
        *covered = read == OK && hash_eq(&root, &lacking->heads[i].root);
    }
    return OK;
}

static enum result insert(struct ctx *ctx, void *arg)
{
    const struct lacking *lacking = arg;
    for (size_t i = 0; i < lacking->count; i++) TRY(tree_add_head(ctx, &lacking->heads[i]));
    return OK;
}

enum result heads_put_back(struct ctx *ctx, struct store *store, struct str directory, const struct ledger_head *known,
                           size_t *count)
{
    struct ledger_head newest = {.size = 0};
    struct ledger_chain *chain = arena_make(ctx->arena, struct ledger_chain);
    struct remembered heads;
    bool covered;
    *count = 0;
    if (!known->size) return OK;
    enum result result = tree_head(ctx, 0, &newest);
    if (result == NOT_FOUND) ctx_clear_error(ctx), newest.size = 0;
    if (result != OK && result != NOT_FOUND) return result;
    if (newest.size >= known->size) return OK;
    TRY(remembered_read(ctx, directory, &heads));
    struct lacking lacking = find_lacking(&heads, newest.size, known->size);
    if (!lacking.count) return OK;
    TRY(ledger_chain_read(ctx, chain));
    TRY(remembered_check(ctx, &heads, (size_t)(lacking.heads - heads.at), chain));
    TRY(is_covered(ctx, &lacking, &covered));
    if (!covered) return OK;
    TRY(store_write(ctx, store, insert, &lacking));
    *count = lacking.count;
    return OK;
}
