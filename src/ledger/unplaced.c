/* What another node has sealed since the last time is read once, leaf by leaf, and hashed up to the newest signed head:
 * one pass for a thousand entries, instead of a proof for each. Proofs are for what is left then, which is little. */
#include "ledger/unplaced.h"

#include "ledger/chain.h"
#include "ledger/entry_row.h"
#include "ledger/standing.h"
#include "ledger/tree.h"
#include "store/store.h"

struct look {
    struct unplaced *unplaced;
    bool *found; /* for each of them: it has its place */
    bool *waits; /* or awaits it */
    bool held;   /* what was found so far is under the signed head */
    struct ledger_head head;
    struct hasher *hasher;
};

static int compare(const void *a, const void *b)
{
    const struct db_mark *x = a, *y = b;
    if (x->number != y->number) return x->number < y->number ? -1 : 1;
    return memcmp(x->of, y->of, sizeof x->of);
}

void unplaced_sort(struct db_mark *marks, size_t count)
{
    if (count) qsort(marks, count, sizeof *marks, compare);
}

void unplaced_strike(struct unplaced *unplaced, const struct db_mark *placed, size_t count)
{
    size_t kept = 0, p = 0;
    for (size_t i = 0; i < unplaced->count; i++) {
        while (p < count && compare(&placed[p], &unplaced->at[i]) < 0) p++;
        if (p < count && compare(&placed[p], &unplaced->at[i]) == 0) continue;
        unplaced->at[kept++] = unplaced->at[i];
    }
    unplaced->count = kept;
}

static void note(const struct unplaced *unplaced, bool *noted, int64_t entry, struct str leaf)
{
    struct db_mark wanted = {.number = entry};
    if (leaf.len != sizeof wanted.of || !unplaced->count) return;
    memcpy(wanted.of, leaf.at, sizeof wanted.of);
    const struct db_mark *mark = bsearch(&wanted, unplaced->at, unplaced->count, sizeof wanted, compare);
    if (mark) noted[mark - unplaced->at] = true;
}

/* ---- since the last time ---- */

static enum result add_leaves(struct ctx *ctx, struct look *look, struct merkle *tree)
{
    const struct value args[] = {value_number((int64_t)tree->size), value_number(look->head.size)};
    struct rows *rows;
    TRY(db_query(ctx,
                 S("SELECT entry, leaf_hash FROM ledger_leaf WHERE position >= ?1 AND position < ?2 ORDER BY position"),
                 args, COUNT(args), &rows));
    for (bool more = true;;) {
        struct hash hash = {{0}};
        TRY(rows_next(ctx, rows, &more));
        if (!more) return OK;
        struct str leaf = rows_bytes(rows, 1);
        if (leaf.len == HASH_SIZE) memcpy(hash.at, leaf.at, HASH_SIZE);
        merkle_add(tree, look->hasher, &hash, NULL);
        note(look->unplaced, look->found, rows_number(rows, 0), leaf);
    }
}

static enum result catch_up(struct ctx *ctx, struct look *look, int64_t searched)
{
    const struct merkle_source source = tree_source(look->hasher);
    struct merkle tree = {.size = 0};
    struct hash root;
    if (searched >= look->head.size) return OK;
    TRY(merkle_resume(ctx, &source, (uint64_t)searched, &tree));
    TRY(add_leaves(ctx, look, &tree));
    merkle_root(&tree, look->hasher, &root);
    if (hash_eq(&root, &look->head.root)) return OK;
    return fail(ctx, BROKEN,
                "The ledger's tree does not match its newest signed head (over %lld entries), so nothing more is "
                "signed: run merlon verify to see which entry is wrong.",
                (long long)look->head.size);
}

/* ---- what is left ---- */

static enum result note_waiting(struct ctx *ctx, struct look *look)
{
    const struct unplaced *all = look->unplaced;
    const struct value args[] = {value_number(all->at[0].number), value_number(all->at[all->count - 1].number)};
    struct buf text = buf_in(ctx->arena);
    struct rows *rows;
    TRY(db_query(ctx,
                 S("SELECT " LEDGER_ROW_COLUMNS " FROM ledger_pending p JOIN ledger_entry e ON e.id = p.entry "
                   "WHERE p.entry >= ?1 AND p.entry <= ?2"),
                 args, COUNT(args), &rows));
    for (bool more = true;;) {
        struct hash leaf;
        TRY(rows_next(ctx, rows, &more));
        if (!more) return OK;
        const struct ledger_row row = ledger_row_of(rows);
        text.len = 0;
        canonical_entry(&text, &row);
        merkle_leaf(look->hasher, buf_str(&text), &leaf);
        note(all, look->waits, row.id, hash_bytes(&leaf));
    }
}

static enum result look_for(struct ctx *ctx, struct look *look, size_t i)
{
    const struct db_mark *mark = &look->unplaced->at[i];
    struct hash leaf;
    if (look->found[i] || look->waits[i]) return OK;
    memcpy(leaf.at, mark->of, HASH_SIZE);
    TRY(ledger_stands(ctx, mark->number, &leaf, &look->head, &look->found[i]));
    if (look->found[i]) return OK;
    return fail(ctx, BROKEN,
                "Entry %lld was written by this program and saved, and is not in the ledger any more: it was removed "
                "before it was sealed. Run merlon verify.",
                (long long)mark->number);
}

/* All of them, also behind one that is missing. */
static enum result look_for_all(struct ctx *ctx, struct look *look)
{
    enum result result = OK;
    struct error error = ctx->error;
    for (size_t i = 0; i < look->unplaced->count; i++) {
        enum result one = look_for(ctx, look, i);
        if (one != OK && result == OK) result = one, error = ctx->error;
        if (result_passes(one)) break; /* each further one would wait for it too */
    }
    ctx->error = error;
    return result;
}

static enum result look_in_snapshot(struct ctx *ctx, struct look *look, int64_t *searched)
{
    enum result result = ledger_signed_head(ctx, 0, &look->head);
    if (result == NOT_FOUND) ctx_clear_error(ctx);
    if (result != OK && result != NOT_FOUND) return result;
    if (result == OK && *searched) TRY(catch_up(ctx, look, *searched));
    look->held = true;
    *searched = look->head.size; /* what is not found now is looked for by itself from here on */
    TRY(note_waiting(ctx, look));
    return look_for_all(ctx, look);
}

static void strike_found(const struct look *look)
{
    struct unplaced *unplaced = look->unplaced;
    size_t kept = 0;
    for (size_t i = 0; i < unplaced->count; i++)
        if (!look->found[i]) unplaced->at[kept++] = unplaced->at[i];
    unplaced->count = kept;
}

enum result unplaced_look(struct ctx *ctx, struct unplaced *unplaced, int64_t *searched)
{
    if (!unplaced->count) return OK;
    struct look look = {.unplaced = unplaced, .hasher = hasher_in(ctx->arena), .head = {.size = 0}};
    look.found = arena_make_many(ctx->arena, bool, unplaced->count);
    look.waits = arena_make_many(ctx->arena, bool, unplaced->count);
    TRY(store_begin_snapshot(ctx));
    enum result result = look_in_snapshot(ctx, &look, searched);
    store_end_snapshot(ctx);
    if (look.held) strike_found(&look);
    return result;
}

/* ---- in its turn ---- */

enum { TIMES_PASSED_OVER = 5, ROUNDS_PASSED_OVER = 10 /* of which there is one a second where nothing is written */ };

/* A round seals all that was committed before it, and what is written later gets its place later: that one waits while
 * the tree grows again and again, or rounds end well and leave it, is no chance, but somebody who hides it from who
 * seals. */
enum result unplaced_demand_turn(struct ctx *ctx, const struct unplaced *unplaced, int64_t searched,
                                 struct passed_over *first)
{
    struct db_mark oldest = {.number = 0};
    if (unplaced->count) oldest = unplaced->at[0];
    if (memcmp(&oldest, &first->mark, sizeof oldest) != 0)
        *first = (struct passed_over){.mark = oldest, .size = searched};
    first->times += searched > first->size;
    first->size = searched;
    first->rounds++;
    if (!oldest.number || (first->times < TIMES_PASSED_OVER && first->rounds <= ROUNDS_PASSED_OVER)) return OK;
    if (first->times >= TIMES_PASSED_OVER)
        return fail(ctx, BROKEN,
                    "Entry %lld awaits its seal, and others that were written after it have theirs: it is hidden from "
                    "the sealing, outside of the program. Run merlon verify.",
                    (long long)oldest.number);
    return fail(ctx, BROKEN,
                "Entry %lld awaits its seal, and rounds of sealing end well without it: it is hidden from the sealing, "
                "outside of the program. Run merlon verify.",
                (long long)oldest.number);
}
