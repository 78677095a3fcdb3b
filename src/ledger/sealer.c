/* Before it signs, the sealer rebuilds the newest root from the stored hashes: a tree that was tampered with or damaged
 * must never get a fresh signature. That costs a few hundred rows a batch, whatever the size of the tree. */
#include "ledger/sealer.h"

#include "ledger/canonical.h"

enum { ROWS_AT_ONCE = 50, LEAF_COLUMNS = 3 };

struct leaf {
    int64_t entry;
    struct hash hash;
};

struct node {
    unsigned level;
    uint64_t position;
    struct hash hash;
};

struct sealing {
    struct hasher *hasher;
    struct merkle tree;
    uint64_t begun_at; /* size before */
    struct leaf *leaves;
    size_t leaf_count;
    struct node *nodes;
    size_t node_count;
};

static enum result resume(struct ctx *ctx, const struct ledger_keys *keys, struct sealing *sealing)
{
    const struct merkle_source source = tree_source(sealing->hasher);
    struct ledger_head head;
    enum result result = tree_head(ctx, 0, &head);
    if (result == NOT_FOUND) {
        ctx_clear_error(ctx);
        return OK;
    }
    if (result != OK) return result;
    TRY(merkle_resume(ctx, &source, (uint64_t)head.size, &sealing->tree));
    struct hash root;
    merkle_root(&sealing->tree, sealing->hasher, &root);
    struct buf text = buf_in(ctx->arena);
    bool own = strcmp(head.key_id, ledger_keys_public(keys)->id) == 0;
    if (!hash_eq(&root, &head.root) || (own && !ledger_verify_head(&text, ledger_keys_public(keys), &head)))
        return fail(ctx, BROKEN,
                    "The ledger's tree does not match its newest signed head (over %lld entries), so nothing more is "
                    "signed: run merlon verify to see which entry is wrong.",
                    (long long)head.size);
    sealing->begun_at = sealing->tree.size;
    return OK;
}

/* ---- the pending entries ---- */

static enum result hash_row(struct ctx *ctx, struct sealing *sealing, struct rows *rows, struct buf *text)
{
    struct leaf *leaf = &sealing->leaves[sealing->leaf_count];
    leaf->entry = rows_number(rows, 0);
    if (rows_is_null(rows, 1))
        return fail(ctx, BROKEN, "Entry %lld awaits its place in the ledger but is not there: run merlon verify.",
                    (long long)leaf->entry);
    const struct ledger_row row = {
        .id = leaf->entry,
        .at = rows_number(rows, 2),
        .actor = rows_number(rows, 3),
        .action = rows_text(rows, 4),
        .subject = rows_text(rows, 5),
        .record = rows_number(rows, 6),
        .version = rows_number(rows, 7),
        .state_size = rows_number(rows, 8),
        .content = rows_bytes(rows, 9),
    };
    text->len = 0;
    canonical_entry(text, &row);
    merkle_leaf(sealing->hasher, buf_str(text), &leaf->hash);
    sealing->leaf_count++;
    return OK;
}

static enum result read_pending(struct ctx *ctx, struct sealing *sealing)
{
    const struct value args[] = {value_number(SEAL_BATCH)};
    struct rows *rows;
    TRY(db_query(ctx,
                 S("SELECT p.entry, e.id, e.at, e.actor, e.action, e.subject, e.record, e.version, e.state_size, "
                   "e.content_hash FROM ledger_pending p LEFT JOIN ledger_entry e ON e.id = p.entry "
                   "ORDER BY p.entry LIMIT ?1"),
                 args, COUNT(args), &rows));
    sealing->leaves = arena_make_many(ctx->arena, struct leaf, SEAL_BATCH);
    struct buf text = buf_in(ctx->arena);
    for (;;) {
        bool more;
        TRY(rows_next(ctx, rows, &more));
        if (!more) return OK;
        TRY(hash_row(ctx, sealing, rows, &text));
    }
}

/* ---- the tree grows ---- */

static void note_node(void *arg, unsigned level, uint64_t index, const struct hash *hash)
{
    struct sealing *sealing = arg;
    if (level % TREE_STEP == 0) sealing->nodes[sealing->node_count++] = (struct node){level, index, *hash};
}

static void grow(struct ctx *ctx, struct sealing *sealing)
{
    const struct merkle_sink sink = {note_node, sealing};
    sealing->nodes = arena_make_many(ctx->arena, struct node, (sealing->leaf_count >> TREE_STEP) + MERKLE_LEVELS);
    for (size_t i = 0; i < sealing->leaf_count; i++)
        merkle_add(&sealing->tree, sealing->hasher, &sealing->leaves[i].hash, &sink);
}

/* "INSERT ... VALUES (?1, ?2, ?3), ...": many rows a statement, for databases on the other side of a network. */
static struct str insert_leaves_sql(struct ctx *ctx, size_t rows)
{
    struct buf sql = buf_in(ctx->arena);
    buf_text(&sql, "INSERT INTO ledger_leaf (position, entry, leaf_hash) VALUES ");
    for (size_t i = 0; i < rows; i++)
        buf_print(&sql, "%s(?%zu, ?%zu, ?%zu)", i ? ", " : "", i * 3 + 1, i * 3 + 2, i * 3 + 3);
    return buf_str(&sql);
}

static enum result write_leaves(struct ctx *ctx, const struct sealing *sealing)
{
    const struct str many = insert_leaves_sql(ctx, ROWS_AT_ONCE), one = insert_leaves_sql(ctx, 1);
    for (size_t i = 0; i < sealing->leaf_count;) {
        size_t rows = sealing->leaf_count - i >= ROWS_AT_ONCE ? ROWS_AT_ONCE : 1;
        struct value args[ROWS_AT_ONCE * LEAF_COLUMNS];
        for (size_t k = 0; k < rows; k++) {
            args[k * LEAF_COLUMNS] = value_number((int64_t)(sealing->begun_at + i + k));
            args[k * LEAF_COLUMNS + 1] = value_number(sealing->leaves[i + k].entry);
            args[k * LEAF_COLUMNS + 2] = value_bytes(hash_bytes(&sealing->leaves[i + k].hash));
        }
        TRY(db_run(ctx, rows == 1 ? one : many, args, rows * LEAF_COLUMNS, NULL));
        i += rows;
    }
    return OK;
}

static enum result write_nodes(struct ctx *ctx, const struct sealing *sealing)
{
    for (size_t i = 0; i < sealing->node_count; i++) {
        const struct node *node = &sealing->nodes[i];
        const struct value args[] = {value_number(node->level), value_number((int64_t)node->position),
                                     value_bytes(hash_bytes(&node->hash))};
        TRY(db_run(ctx, S("INSERT INTO ledger_node (level, position, hash) VALUES (?1, ?2, ?3)"), args, COUNT(args),
                   NULL));
    }
    return OK;
}

static enum result write_head(struct ctx *ctx, const struct ledger_keys *keys, struct sealing *sealing)
{
    struct ledger_head head = {.size = (int64_t)sealing->tree.size, .at = ctx->now};
    merkle_root(&sealing->tree, sealing->hasher, &head.root);
    ledger_sign_head(ctx, keys, &head);
    const struct value args[] = {
        value_number(head.size),
        value_bytes(hash_bytes(&head.root)),
        value_number(head.at),
        value_text(str_of(head.key_id)),
        value_bytes((struct str){(const char *)head.signature, SIGNATURE_SIZE}),
    };
    return db_run(ctx, S("INSERT INTO ledger_head (size, root, at, key_id, signature) VALUES (?1, ?2, ?3, ?4, ?5)"),
                  args, COUNT(args), NULL);
}

/* Exactly those that now have a leaf: a row that another transaction has just made visible stays for the next batch. */
static enum result clear_pending(struct ctx *ctx, const struct sealing *sealing)
{
    const struct value args[] = {value_number(sealing->leaves[sealing->leaf_count - 1].entry)};
    return db_run(ctx,
                  S("DELETE FROM ledger_pending WHERE entry <= ?1 AND "
                    "EXISTS (SELECT 1 FROM ledger_leaf l WHERE l.entry = ledger_pending.entry)"),
                  args, COUNT(args), NULL);
}

enum result ledger_seal(struct ctx *ctx, const struct ledger_keys *keys, int64_t *sealed)
{
    *sealed = 0;
    TRY(db_lock(ctx, "ledger"));
    struct sealing sealing = {.hasher = hasher_in(ctx->arena)};
    TRY(read_pending(ctx, &sealing));
    if (sealing.leaf_count == 0) return OK;
    TRY(resume(ctx, keys, &sealing));
    grow(ctx, &sealing);
    TRY(write_leaves(ctx, &sealing));
    TRY(write_nodes(ctx, &sealing));
    TRY(write_head(ctx, keys, &sealing));
    TRY(clear_pending(ctx, &sealing));
    *sealed = (int64_t)sealing.leaf_count;
    return OK;
}

enum result ledger_pending_count(struct ctx *ctx, int64_t *count)
{
    return db_query_number(ctx, S("SELECT count(*) FROM ledger_pending"), NULL, 0, 0, count);
}
