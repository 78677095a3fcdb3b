/* Reading the stored tree. Rows are not trusted: a missing or misshapen one is an error here and never a wrong hash. */
#include "ledger/tree.h"

static enum result lacks(struct ctx *ctx, unsigned level, uint64_t index)
{
    return fail(
        ctx, BROKEN,
        "The ledger's tree lacks a hash below level %u, number %llu: run merlon verify, and restore a backup if it "
        "confirms the damage.",
        level, (unsigned long long)index);
}

/* Stored hashes from..to-1 of a stored level, hashed together. */
static enum result fold(struct ctx *ctx, struct hasher *hasher, struct rows *rows, uint64_t from, uint64_t to,
                        struct merkle *tree)
{
    for (uint64_t at = from; at < to; at++) {
        bool more;
        TRY(rows_next(ctx, rows, &more));
        struct hash hash;
        if (!more || (uint64_t)rows_number(rows, 0) != at || !hash_from(rows_bytes(rows, 1), &hash)) return NOT_FOUND;
        merkle_add(tree, hasher, &hash, NULL);
    }
    return OK;
}

static enum result subtree(struct ctx *ctx, void *arg, unsigned level, uint64_t index, struct hash *out)
{
    struct hasher *hasher = arg;
    unsigned stored = level / TREE_STEP * TREE_STEP;
    uint64_t from = index << (level - stored), to = (index + 1) << (level - stored);
    const struct value args[] = {value_number((int64_t)from), value_number((int64_t)to), value_number(stored)};
    struct str sql = stored ? S("SELECT position, hash FROM ledger_node "
                                "WHERE level = ?3 AND position >= ?1 AND position < ?2 ORDER BY position")
                            : S("SELECT position, leaf_hash FROM ledger_leaf "
                                "WHERE position >= ?1 AND position < ?2 ORDER BY position");
    struct rows *rows;
    TRY(db_query(ctx, sql, args, stored ? 3 : 2, &rows));
    struct merkle tree = {.size = 0};
    enum result result = fold(ctx, hasher, rows, from, to, &tree);
    rows_close(rows);
    if (result == NOT_FOUND) return lacks(ctx, level, index);
    if (result == OK) merkle_root(&tree, hasher, out);
    return result;
}

struct merkle_source tree_source(struct hasher *hasher)
{
    return (struct merkle_source){subtree, hasher};
}

bool tree_head_of_row(struct rows *rows, struct ledger_head *head)
{
    *head = (struct ledger_head){.size = rows_number(rows, 0), .at = rows_number(rows, 2)};
    if (head->size <= 0 || !hash_from(rows_bytes(rows, 1), &head->root)) return false;
    struct str key_id = rows_text(rows, 3);
    if (key_id.len != KEY_ID - 1) return false;
    memcpy(head->key_id, key_id.at, key_id.len);
    struct str signature = rows_bytes(rows, 4);
    if (signature.len != SIGNATURE_SIZE) return false;
    memcpy(head->signature, signature.at, SIGNATURE_SIZE);
    struct str origin = rows_text(rows, 5);
    if (!origin.len || origin.len >= ORIGIN_SIZE) return false;
    memcpy(head->origin, origin.at, origin.len);
    head->previous = rows_number(rows, 6);
    return head->previous >= 0 && head->previous < head->size;
}

enum result tree_head(struct ctx *ctx, int64_t size, struct ledger_head *head)
{
    const struct value args[] = {value_number(size ? size : INT64_MAX)};
    struct str sql =
        size ? S("SELECT " TREE_HEAD_COLUMNS " FROM ledger_head WHERE size = ?1")
             : S("SELECT " TREE_HEAD_COLUMNS " FROM ledger_head WHERE size <= ?1 ORDER BY size DESC LIMIT 1");
    struct rows *rows;
    bool found;
    TRY(db_query_one(ctx, sql, args, COUNT(args), &rows, &found));
    if (!found && size)
        return fail(ctx, NOT_FOUND, "The ledger has no signed head over %lld entries.", (long long)size);
    if (!found) return fail(ctx, NOT_FOUND, "The ledger has no signed head yet: nothing has been sealed.");
    bool good = tree_head_of_row(rows, head);
    rows_close(rows);
    if (good) return OK;
    return fail(ctx, BROKEN, "A signed head of the ledger is damaged: run merlon verify.");
}

enum result tree_add_head(struct ctx *ctx, const struct ledger_head *head)
{
    const struct value args[] = {
        value_number(head->size),
        value_bytes(hash_bytes(&head->root)),
        value_number(head->at),
        value_text(str_of(head->key_id)),
        value_bytes((struct str){(const char *)head->signature, SIGNATURE_SIZE}),
        value_text(str_of(head->origin)),
        value_number(head->previous),
    };
    return db_run(ctx, S("INSERT INTO ledger_head (" TREE_HEAD_COLUMNS ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)"), args,
                  COUNT(args), NULL);
}
