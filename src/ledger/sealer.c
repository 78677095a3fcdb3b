/* Before it signs, the sealer rebuilds the newest root from the stored hashes: a tree that was tampered with or damaged
 * must never get a fresh signature. That costs a few hundred rows a batch, whatever the size of the tree. */
#include "ledger/sealer.h"

#include "ledger/cosigned.h"
#include "ledger/entry_row.h"
#include "ledger/floor.h"
#include "ledger/stop.h"
#include "store/blob.h"
#include "store/store.h"

enum { ROWS_AT_ONCE = 50, LEAF_COLUMNS = 4 };

struct leaf {
    int64_t entry;
    struct hash hash;
    unsigned char mac[MAC_SIZE];
};

struct node {
    unsigned level;
    uint64_t position;
    struct hash hash;
};

struct sealing {
    struct ledger_seal *seal;
    struct hasher *hasher;
    struct merkle tree;
    uint64_t begun_at;           /* size before */
    bool renewed;                /* since the head before, a new key took over */
    struct ledger_head previous; /* size 0: none */
    int64_t placed_at;           /* the newest time of what has its place */
    int64_t newest_at;           /* of the entries */
    struct leaf *leaves;
    size_t leaf_count;
    struct node *nodes;
    size_t node_count;
};

/* ---- where the tree stands ---- */

static enum result refuse(struct ctx *ctx, const struct ledger_head *head)
{
    return fail(ctx, BROKEN,
                "The ledger's tree does not match its newest signed head (over %lld entries), so nothing more is "
                "signed: run merlon verify to see which entry is wrong.",
                (long long)head->size);
}

/* Signed by the own key; or, for the first head after a new key took over, by the one before. */
static enum result check_signer(struct ctx *ctx, struct sealing *sealing)
{
    const struct ledger_keys *keys = sealing->seal->keys;
    const struct ledger_head *head = &sealing->previous;
    struct buf text = buf_in(ctx->arena);
    struct ledger_chain *chain = arena_make(ctx->arena, struct ledger_chain);
    if (ledger_verify_head(&text, ledger_keys_public(keys), head))
        return strcmp(head->origin, ledger_keys_origin(keys)) == 0 ? OK : refuse(ctx, head);
    TRY(ledger_chain_read(ctx, chain));
    sealing->renewed = ledger_chain_signed(ctx, chain, head);
    if (sealing->renewed) return OK;
    return ledger_head_is_foreign(ctx, head);
}

enum result ledger_continues(struct ctx *ctx, const struct ledger_head *newest, const struct ledger_head *known)
{
    struct hasher *hasher = hasher_in(ctx->arena);
    const struct merkle_source source = tree_source(hasher);
    struct hash root = newest->root;
    if (!known->size) return OK;
    if (known->size > newest->size)
        return fail(ctx, BROKEN,
                    "The ledger in the database ends after %lld entries, but this program has seen a signed head over "
                    "%lld: the database went back in time, so nothing more is signed (docs/running.md, Alarms).",
                    (long long)newest->size, (long long)known->size);
    if (known->size < newest->size) TRY(merkle_root_of(ctx, hasher, &source, (uint64_t)known->size, &root));
    if (hash_eq(&root, &known->root)) return OK;
    return fail(ctx, BROKEN,
                "The first %lld entries of the ledger are not those over which this program has seen a signed head: "
                "history was written anew, so nothing more is signed. Run merlon verify.",
                (long long)known->size);
}

static enum result check_known(struct ctx *ctx, const struct sealing *sealing)
{
    return sealing->seal->known ? ledger_continues(ctx, &sealing->previous, sealing->seal->known) : OK;
}

static enum result demand_free(struct ctx *ctx, int64_t place)
{
    const struct value args[] = {value_number(place)};
    int64_t taken;
    TRY(db_query_number(ctx, S("SELECT count(*) FROM ledger_leaf WHERE position >= ?1"), args, 1, 0, &taken));
    if (!taken) return OK;
    return fail(
        ctx, BROKEN,
        "Entries were put into the ledger: place %lld of the tree is taken, and no signed head covers it; nothing "
        "more is signed. Run merlon verify.",
        (long long)place);
}

static enum result demand_empty(struct ctx *ctx)
{
    int64_t leaves;
    TRY(db_query_number(ctx, S("SELECT count(*) FROM ledger_leaf"), NULL, 0, 0, &leaves));
    if (!leaves) return OK;
    return fail(ctx, BROKEN,
                "The ledger has a tree of %lld entries but no signed head: its heads were removed, so nothing more is "
                "signed. Run merlon verify.",
                (long long)leaves);
}

static enum result resume(struct ctx *ctx, struct sealing *sealing)
{
    const struct merkle_source source = tree_source(sealing->hasher);
    struct ledger_head *head = &sealing->previous;
    enum result result = tree_head(ctx, 0, head);
    if (result == NOT_FOUND) {
        ctx_clear_error(ctx);
        *head = (struct ledger_head){.size = 0};
        TRY(demand_empty(ctx));
        int64_t link;
        TRY(ledger_newest_link(ctx, &link));
        sealing->renewed = link != 0;
        return check_known(ctx, sealing);
    }
    if (result != OK) return result;
    TRY(merkle_resume(ctx, &source, (uint64_t)head->size, &sealing->tree));
    struct hash root;
    merkle_root(&sealing->tree, sealing->hasher, &root);
    if (!hash_eq(&root, &head->root)) return refuse(ctx, head);
    TRY(check_signer(ctx, sealing));
    sealing->begun_at = sealing->tree.size;
    TRY(demand_free(ctx, head->size));
    return check_known(ctx, sealing);
}

/* ---- the pending entries ---- */

enum { P_ENTRY = ROW_END, P_MAC, P_LEAF };

/* The last few entries, taken up again from before them: one whose time was changed or hidden makes another root. */
struct last_few {
    struct hasher *hasher;
    struct merkle tree;
    struct buf text;
    int64_t newest_at;
};

enum { LAST = 64, L_MAC = ROW_END, L_ENTRY };

static enum result take_last(struct ctx *ctx, struct last_few *few, struct rows *rows)
{
    struct hash leaf;
    const struct ledger_row row = ledger_row_of(rows);
    few->text.len = 0;
    canonical_entry(&few->text, &row);
    if (!keyring_mac_is(db_keyring(ctx->db), LEDGER_MAC, buf_str(&few->text), rows_bytes(rows, L_MAC)))
        return ledger_row_altered(ctx, rows_number(rows, L_ENTRY));
    merkle_leaf(few->hasher, buf_str(&few->text), &leaf);
    merkle_add(&few->tree, few->hasher, &leaf, NULL);
    if (row.at > few->newest_at) few->newest_at = row.at;
    return OK;
}

static enum result read_last(struct ctx *ctx, struct last_few *few, uint64_t from)
{
    const struct value args[] = {value_number((int64_t)from)};
    struct rows *rows;
    TRY(db_query(ctx,
                 S("SELECT " LEDGER_ROW_COLUMNS ", l.mac, l.entry FROM ledger_leaf l LEFT JOIN ledger_entry e "
                   "ON e.id = l.entry WHERE l.position >= ?1 ORDER BY l.position"),
                 args, COUNT(args), &rows));
    for (bool more = true;;) {
        TRY(rows_next(ctx, rows, &more));
        if (!more) return OK;
        TRY(take_last(ctx, few, rows));
    }
}

/* The newest time of the first `size` entries: a setting with its MAC, written with each head. One of another size (the
 * row was put back to what it was, or taken away) is made up for by reading what came behind. */
struct noted {
    int64_t size, at;
};

static const char NEWEST[] = "ledger_newest_time";

static enum result read_noted(struct ctx *ctx, int64_t size, struct noted *noted)
{
    struct str text, first;
    TRY(meta_get(ctx, NEWEST, &text));
    bool whole = str_cut(&text, ' ', &first) && parse_number(first, &noted->size) && parse_number(text, &noted->at);
    if (!whole || noted->size > size) *noted = (struct noted){0, INT64_MIN};
    return OK;
}

static enum result note_newest_time(struct ctx *ctx, const struct sealing *sealing)
{
    int64_t at = sealing->newest_at > sealing->placed_at ? sealing->newest_at : sealing->placed_at;
    return meta_set(ctx, NEWEST,
                    arena_print(ctx->arena, "%llu %lld", (unsigned long long)sealing->tree.size, (long long)at));
}

/* The last few are read in any case: one that was altered is told before it is long ago. What the setting does not know
 * is held against the signed head as well, because rows can be exchanged with all that makes them genuine. */
static enum result find_newest_time(struct ctx *ctx, struct sealing *sealing)
{
    const struct merkle_source source = tree_source(sealing->hasher);
    const int64_t size = (int64_t)sealing->begun_at;
    struct last_few few = {.hasher = sealing->hasher, .text = buf_in(ctx->arena)};
    struct noted noted;
    struct hash root;
    sealing->placed_at = INT64_MIN;
    if (!size) return OK;
    TRY(read_noted(ctx, size, &noted));
    bool is_known = noted.size == size;
    int64_t from = size > LAST ? size - LAST : 0;
    if (noted.size < from) from = noted.size;
    few.newest_at = noted.at;
    if (!is_known) TRY(merkle_resume(ctx, &source, (uint64_t)from, &few.tree));
    TRY(read_last(ctx, &few, (uint64_t)from));
    sealing->placed_at = few.newest_at;
    if (is_known) return OK;
    merkle_root(&few.tree, sealing->hasher, &root);
    return hash_eq(&root, &sealing->previous.root) ? OK : refuse(ctx, &sealing->previous);
}

static const char *fault_of(const struct keyring *keyring, struct rows *rows, int64_t before, struct str canonical)
{
    if (rows_is_null(rows, ROW_ID)) return SENTENCE("is not there");
    if (rows_number(rows, P_ENTRY) == before) return SENTENCE("stands more than once among those that wait");
    if (!rows_is_null(rows, P_LEAF)) return SENTENCE("has its place already");
    if (!keyring_mac_is(keyring, LEDGER_MAC, canonical, rows_bytes(rows, P_MAC)))
        return SENTENCE("was not written by this program, or was changed since");
    return NULL;
}

/* What is not the program's own never gets a place, and what is gets one; the others do not wait. `before`: the entry
 * of the row before, for the table may have lost what makes its rows unique. */
static void take_row(struct sealing *sealing, const struct keyring *keyring, struct rows *rows, int64_t before,
                     struct buf *text)
{
    struct leaf *leaf = &sealing->leaves[sealing->leaf_count];
    struct ledger_seal *seal = sealing->seal;
    struct ledger_row row = ledger_row_of(rows);
    row.id = rows_number(rows, P_ENTRY); /* also of one that is not there */
    text->len = 0;
    canonical_entry(text, &row);
    const char *fault = fault_of(keyring, rows, before, buf_str(text));
    if (!fault && sealing->placed_at > INT64_MIN && row.at < sealing->placed_at - LEDGER_SKEW)
        fault = SENTENCE("is dated long before what has its place: it was kept from its own");
    if (fault) {
        if (!seal->refused++) seal->first_refused = row.id, seal->fault = fault;
        return;
    }
    leaf->entry = row.id;
    memcpy(leaf->mac, rows_bytes(rows, P_MAC).at, MAC_SIZE);
    merkle_leaf(sealing->hasher, buf_str(text), &leaf->hash);
    if (row.at > sealing->newest_at) sealing->newest_at = row.at;
    sealing->leaf_count++;
}

/* Where a page begins: after this row, in the order of their times. */
struct place {
    int64_t at, entry;
};

/* One page of what awaits its place; *count is how many rows there were. */
static enum result read_page(struct ctx *ctx, struct sealing *sealing, int64_t most, struct place *after, size_t *count)
{
    const struct value args[] = {value_number(most), value_number(after->at), value_number(after->entry)};
    const struct keyring *keyring = db_keyring(ctx->db);
    struct rows *rows;
    TRY(db_query(ctx,
                 S("SELECT " LEDGER_ROW_COLUMNS
                   ", p.entry, p.mac, l.entry FROM ledger_pending p LEFT JOIN ledger_entry e ON e.id = p.entry "
                   "LEFT JOIN ledger_leaf l ON l.entry = p.entry WHERE (COALESCE(e.at, 0), p.entry) > (?2, ?3) "
                   "ORDER BY COALESCE(e.at, 0), p.entry LIMIT ?1"),
                 args, COUNT(args), &rows));
    struct buf text = buf_in(ctx->arena);
    for (*count = 0;; (*count)++) {
        bool more;
        TRY(rows_next(ctx, rows, &more));
        if (!more) return OK;
        take_row(sealing, keyring, rows, after->entry, &text);
        *after = (struct place){rows_number(rows, ROW_AT), rows_number(rows, P_ENTRY)};
    }
}

/* Pages that hold only what is refused are passed over. After a new key has taken over, its first head covers the entry
 * that says so: then all that is pending is one page. */
static enum result read_pending(struct ctx *ctx, struct sealing *sealing, int64_t pending)
{
    struct place after = {INT64_MIN, INT64_MIN};
    int64_t most = sealing->renewed && pending > SEAL_BATCH ? pending : SEAL_BATCH;
    size_t count = (size_t)most;
    sealing->leaves = arena_make_many(ctx->arena, struct leaf, (size_t)most);
    while (sealing->leaf_count == 0 && count == (size_t)most) TRY(read_page(ctx, sealing, most, &after, &count));
    sealing->seal->more = count == (size_t)most;
    return OK;
}

/* Before it nothing may be sealed by the new key: a head would be of a key that has not begun. */
static enum result demand_link(struct ctx *ctx, const struct sealing *sealing)
{
    int64_t link;
    TRY(ledger_newest_link(ctx, &link));
    for (size_t i = 0; i < sealing->leaf_count; i++)
        if (sealing->leaves[i].entry == link) return OK;
    return fail(ctx, BROKEN,
                "Entry %lld says that a new key took over, and it gets no place in the ledger: so nothing is sealed "
                "with that key. Run merlon verify.",
                (long long)link);
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

/* "INSERT ... VALUES (?1, ?2, ?3, ?4), ...": many rows a statement, for databases on the other side of a network. */
static struct str insert_leaves_sql(struct ctx *ctx, size_t rows)
{
    struct buf sql = buf_in(ctx->arena);
    buf_text(&sql, "INSERT INTO ledger_leaf (position, entry, leaf_hash, mac) VALUES ");
    for (size_t i = 0; i < rows; i++)
        buf_print(&sql, "%s(?%zu, ?%zu, ?%zu, ?%zu)", i ? ", " : "", i * 4 + 1, i * 4 + 2, i * 4 + 3, i * 4 + 4);
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
            args[k * LEAF_COLUMNS + 3] = value_bytes((struct str){(char *)sealing->leaves[i + k].mac, MAC_SIZE});
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

/* A clock that went back does not take the head's time with it. */
static int64_t time_of_head(const struct ctx *ctx, const struct sealing *sealing)
{
    int64_t at = ctx->now;
    if (at < sealing->previous.at) at = sealing->previous.at;
    return at < sealing->newest_at ? sealing->newest_at : at;
}

static enum result write_head(struct ctx *ctx, struct sealing *sealing)
{
    struct ledger_head head = {
        .size = (int64_t)sealing->tree.size, .previous = sealing->previous.size, .at = time_of_head(ctx, sealing)};
    merkle_root(&sealing->tree, sealing->hasher, &head.root);
    ledger_sign_head(ctx, sealing->seal->keys, &head);
    sealing->seal->head = head;
    return tree_add_head(ctx, &head);
}

/* Exactly those that now have a leaf: a row that another transaction has just made visible stays for the next batch,
 * and what was refused stays to be seen. */
static enum result clear_pending(struct ctx *ctx, const struct sealing *sealing)
{
    const struct value args[] = {value_number((int64_t)sealing->begun_at)};
    return db_run(ctx,
                  S("DELETE FROM ledger_pending WHERE entry IN (SELECT l.entry FROM ledger_leaf l "
                    "WHERE l.position >= ?1)"),
                  args, COUNT(args), NULL);
}

static void list_sealed(struct ctx *ctx, const struct sealing *sealing)
{
    struct ledger_seal *seal = sealing->seal;
    seal->sealed = sealing->leaf_count;
    seal->from = (int64_t)sealing->begun_at;
    seal->leaves = arena_make_many(ctx->arena, struct db_mark, sealing->leaf_count);
    for (size_t i = 0; i < sealing->leaf_count; i++) {
        seal->leaves[i].number = sealing->leaves[i].entry;
        memcpy(seal->leaves[i].of, sealing->leaves[i].hash.at, HASH_SIZE);
    }
}

enum result ledger_seal(struct ctx *ctx, struct ledger_seal *seal)
{
    *seal = (struct ledger_seal){.keys = seal->keys, .known = seal->known, .decisions = seal->decisions};
    bool low;
    if (!db_keyring(ctx->db)) return fail(ctx, BROKEN, "Without the master key the ledger cannot be sealed.");
    TRY(db_lock(ctx, "ledger"));
    int64_t pending;
    struct sealing sealing = {.seal = seal, .hasher = hasher_in(ctx->arena)};
    TRY(ledger_pending_count(ctx, &pending));
    if (!pending) return OK;
    struct ledger_stand stand;
    TRY(ledger_stand_read(ctx, &stand));
    TRY(ledger_stand_demand_going(ctx, &stand, seal->decisions));
    TRY(ledger_keys_demand_current(ctx, seal->keys));
    TRY(resume(ctx, &sealing));
    TRY(find_newest_time(ctx, &sealing));
    TRY(read_pending(ctx, &sealing, pending));
    if (sealing.renewed) TRY(demand_link(ctx, &sealing));
    if (sealing.leaf_count == 0) return OK;
    TRY(ledger_floor_is_low(ctx, sealing.newest_at, &low));
    if (low) seal->floor = sealing.newest_at;
    if (low) return OK;
    grow(ctx, &sealing);
    TRY(write_leaves(ctx, &sealing));
    TRY(write_nodes(ctx, &sealing));
    TRY(write_head(ctx, &sealing));
    TRY(note_newest_time(ctx, &sealing));
    TRY(clear_pending(ctx, &sealing));
    list_sealed(ctx, &sealing);
    return OK;
}

enum result ledger_pending_count(struct ctx *ctx, int64_t *count)
{
    return db_query_number(ctx, S("SELECT count(*) FROM ledger_pending"), NULL, 0, 0, count);
}

enum result ledger_pending_oldest(struct ctx *ctx, int64_t *at)
{
    return db_query_number(ctx, S("SELECT min(e.at) FROM ledger_pending p JOIN ledger_entry e ON e.id = p.entry"), NULL,
                           0, 0, at);
}
