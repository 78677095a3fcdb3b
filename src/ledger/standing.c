#include "ledger/standing.h"

#include "ledger/entry_row.h"

static enum result awaits(struct ctx *ctx, int64_t entry, enum ledger_standing *standing)
{
    const struct value args[] = {value_number(entry)};
    int64_t pending;
    TRY(db_query_number(ctx,
                        S("SELECT count(*) FROM ledger_pending p JOIN ledger_entry e ON e.id = p.entry "
                          "WHERE p.entry = ?1"),
                        args, COUNT(args), 0, &pending));
    *standing = pending ? STANDS_WAITING : STANDS_NOWHERE;
    return OK;
}

static enum result hold(struct ctx *ctx, int64_t position, const struct hash *leaf, const struct ledger_head *head,
                        enum ledger_standing *standing)
{
    struct hasher *hasher = hasher_in(ctx->arena);
    const struct merkle_source source = tree_source(hasher);
    struct merkle_proof proof;
    TRY(merkle_inclusion(ctx, hasher, &source, (uint64_t)position, (uint64_t)head->size, &proof));
    bool included = merkle_includes(hasher, leaf, (uint64_t)position, (uint64_t)head->size, &proof, &head->root);
    *standing = included ? STANDS_UNDER : STANDS_NOWHERE;
    return OK;
}

enum result ledger_stands(struct ctx *ctx, int64_t entry, const struct ledger_head *head,
                          enum ledger_standing *standing)
{
    const struct value args[] = {value_number(entry)};
    struct buf text = buf_in(ctx->arena);
    struct ledger_head newest = {.size = 0};
    struct hash leaf;
    struct rows *rows;
    bool any;
    TRY(db_query_one(ctx,
                     S("SELECT " LEDGER_ROW_COLUMNS ", l.position FROM ledger_leaf l JOIN ledger_entry e "
                       "ON e.id = l.entry WHERE l.entry = ?1 ORDER BY l.position DESC LIMIT 1"),
                     args, COUNT(args), &rows, &any));
    if (!any) return awaits(ctx, entry, standing);
    const struct ledger_row row = ledger_row_of(rows);
    int64_t position = rows_number(rows, ROW_END);
    canonical_entry(&text, &row);
    rows_close(rows);
    merkle_leaf(hasher_in(ctx->arena), buf_str(&text), &leaf);
    if (position >= 0 && position < head->size) return hold(ctx, position, &leaf, head, standing);
    /* Who seals writes leaf and head at once: a leaf that no head covers was put there. */
    enum result result = tree_head(ctx, 0, &newest);
    if (result == NOT_FOUND) ctx_clear_error(ctx);
    if (result != OK && result != NOT_FOUND) return result;
    *standing = STANDS_WAITING;
    return position >= head->size && position < newest.size ? OK : awaits(ctx, entry, standing);
}
