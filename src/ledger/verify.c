/* The tree is walked in pages: the heads of a page are read first, so that one query at a time is open, which is what
 * PostgreSQL streams well; an arena of its own is emptied after each. Sentences say what an auditor would ask first. */
#include "ledger/verify.h"

#include "base/clock.h"
#include "ledger/chain.h"
#include "ledger/entry_row.h"
#include "store/store.h"

enum { PAGE = 4096, NODES_MAX = (PAGE >> TREE_STEP) + MERKLE_LEVELS };

struct node {
    unsigned level;
    uint64_t position;
    struct hash hash;
};

struct heads {
    struct ledger_head *at;
    size_t count, next;
};

struct verifier {
    const struct ledger_check *check;
    struct ledger_report *report;
    struct hasher *hasher;
    struct merkle tree;
    struct buf text; /* scratch, outlives the pages */
    struct node nodes[NODES_MAX];
    size_t node_count;
    int64_t entry_count;
    int64_t last_entry; /* the newest that was found right */
    uint64_t last_head; /* size of the newest head that was found right */
    int64_t newest_at;  /* of the entries so far */
    int64_t last_purge; /* that was found to be the program's own */
    size_t next_known;  /* of check->known */
    struct ledger_chain chain;
    size_t epoch; /* whose key signs at this place of the tree */
    struct arena *page;
};

static struct ctx page_ctx(const struct verifier *v, const struct ctx *ctx)
{
    struct ctx page = *ctx;
    arena_reset(v->page);
    page.arena = v->page;
    return page;
}

/* Out of the page's arena, which is about to be emptied. */
static enum result carry(struct ctx *ctx, const struct ctx *page, enum result result)
{
    return result == OK ? OK : fail(ctx, result, "%.*s", PRINT(page->error.sentence));
}

/* ---- one entry ---- */

#define WITH_STATE                                                                                                     \
    LEDGER_ROW_COLUMNS                                                                                                 \
    ", s.entry, s.salt, s.comment, s.state, CASE WHEN e.content_hash IS NOT NULL AND s.entry IS NULL THEN "            \
    "(SELECT max(p.id) FROM ledger_entry p WHERE p.subject = e.subject AND p.record = e.record AND "                   \
    "p.version > e.version AND p.action = 'purge') END"
enum { STATE_ENTRY = ROW_END, SALT, COMMENT, STATE, PURGE, OUTER };

static enum result wrong_entry(struct ctx *ctx, const struct verifier *v, const struct ledger_row *row, const char *how)
{
    char at[TIME_TEXT];
    time_format(row->at, at);
    v->report->entry = row->id;
    return fail(ctx, CONFLICT, "Entry %lld (%.*s of %.*s %lld at %s) %s.", (long long)row->id, PRINT(row->action),
                PRINT(row->subject), (long long)row->record, at, how);
}

static bool is_own(const struct verifier *v, struct str canonical, struct str mac)
{
    return !v->check->keyring || keyring_mac_is(v->check->keyring, LEDGER_MAC, canonical, mac);
}

/* An entry that says "purged" excuses only when the program wrote it: it is sealed, or its MAC is right. */
static enum result check_purge(struct ctx *ctx, struct verifier *v, const struct ledger_row *row, int64_t purge)
{
    const struct value args[] = {value_number(purge)};
    struct buf text = buf_in(ctx->arena);
    struct rows *rows;
    bool found;
    if (purge == v->last_purge) return OK;
    TRY(db_query_one(ctx,
                     S("SELECT " LEDGER_ROW_COLUMNS
                       ", l.position, p.mac FROM ledger_entry e LEFT JOIN ledger_leaf l ON l.entry = e.id "
                       "LEFT JOIN ledger_pending p ON p.entry = e.id WHERE e.id = ?1"),
                     args, 1, &rows, &found));
    const struct ledger_row said = ledger_row_of(rows);
    canonical_entry(&text, &said);
    bool proven = found && (!rows_is_null(rows, ROW_END) ||
                            (v->check->keyring && is_own(v, buf_str(&text), rows_bytes(rows, ROW_END + 1))));
    rows_close(rows);
    if (!proven)
        return wrong_entry(ctx, v, row,
                           "has lost its state, and the entry that says it was purged is not sealed: verify again in a "
                           "few seconds, or with the master key");
    v->last_purge = purge;
    return OK;
}

static enum result check_content(struct ctx *ctx, struct verifier *v, struct rows *rows, const struct ledger_row *row)
{
    bool stored = !rows_is_null(rows, STATE_ENTRY);
    if (rows_is_null(rows, ROW_CONTENT))
        return stored ? wrong_entry(ctx, v, row, "has a state beside it that it did not come with") : OK;
    if (!stored) {
        if (rows_number(rows, PURGE) <= row->id)
            return wrong_entry(ctx, v, row, "has lost its state, and no later entry says that it was purged");
        TRY(check_purge(ctx, v, row, rows_number(rows, PURGE)));
        v->report->purged++;
        return OK;
    }
    if (!canonical_content_is(v->hasher, row, rows_bytes(rows, SALT), rows_text(rows, COMMENT), rows_text(rows, STATE)))
        return wrong_entry(ctx, v, row, "has another state or comment beside it than the one that was entered");
    v->report->states++;
    return OK;
}

/* ---- heads ---- */

static enum result read_heads(struct ctx *ctx, int64_t above, int64_t up_to, struct heads *heads)
{
    const struct value args[] = {value_number(above), value_number(up_to)};
    struct rows *rows;
    TRY(db_query(ctx, S("SELECT " TREE_HEAD_COLUMNS " FROM ledger_head WHERE size > ?1 AND size <= ?2 ORDER BY size"),
                 args, COUNT(args), &rows));
    *heads = (struct heads){.at = arena_make_many(ctx->arena, struct ledger_head, PAGE)};
    for (;;) {
        bool more;
        TRY(rows_next(ctx, rows, &more));
        if (!more) return OK;
        if (heads->count == PAGE || !tree_head_of_row(rows, &heads->at[heads->count]))
            return fail(ctx, CONFLICT, "The signed head over %lld entries is not of the form that a head has.",
                        (long long)rows_number(rows, 0));
        heads->count++;
    }
}

static enum result check_signature(struct ctx *ctx, struct verifier *v, const struct ledger_head *head)
{
    const struct ledger_epoch *epoch = &v->chain.at[v->epoch];
    if (strcmp(head->key_id, epoch->key.id) != 0)
        return fail(ctx, CONFLICT,
                    "The signed head over %lld entries names the key %s, but at that place the ledger's key is %s.",
                    (long long)head->size, head->key_id, epoch->key.id);
    if (!ledger_verify_head(&v->text, &epoch->key, head))
        return fail(ctx, CONFLICT, "The signed head over %lld entries was altered: its signature does not hold.",
                    (long long)head->size);
    if (strcmp(head->origin, epoch->origin) == 0) return OK;
    return fail(ctx, CONFLICT, "The signed head over %lld entries is of the ledger %s, and this one is %s.",
                (long long)head->size, head->origin, epoch->origin);
}

/* Heads name the one before, so none of them can be taken out; their times rise, and none is earlier than what stands
 * under it. */
static enum result check_order(struct ctx *ctx, const struct verifier *v, const struct ledger_head *head)
{
    if ((uint64_t)head->previous != v->last_head)
        return fail(ctx, CONFLICT,
                    "The signed head over %lld entries follows one over %lld, which is not there: it was removed.",
                    (long long)head->size, (long long)head->previous);
    if (head->at >= v->report->newest.at && head->at >= v->newest_at) return OK;
    return fail(ctx, CONFLICT, "The signed head over %lld entries is dated earlier than what stands before it.",
                (long long)head->size);
}

static enum result check_head(struct ctx *ctx, struct verifier *v, const struct ledger_head *head)
{
    TRY(check_signature(ctx, v, head));
    TRY(check_order(ctx, v, head));
    struct hash root;
    merkle_root(&v->tree, v->hasher, &root);
    if (!hash_eq(&root, &head->root)) {
        v->report->entry = v->last_entry;
        return fail(
            ctx, CONFLICT,
            "The entries at the places %llu to %lld of the tree (the last is entry %lld) are not those over which "
            "the head was signed: one of them was altered together with its hash.",
            (unsigned long long)v->last_head, (long long)head->size - 1, (long long)v->last_entry);
    }
    v->last_head = v->tree.size;
    v->report->heads++;
    v->report->newest = *head;
    return OK;
}

static enum result check_witness(struct ctx *ctx, const struct verifier *v)
{
    const struct ledger_head *witness = v->check->witness;
    if (!witness || (uint64_t)witness->size != v->tree.size) return OK;
    struct hash root;
    merkle_root(&v->tree, v->hasher, &root);
    if (hash_eq(&root, &witness->root)) return OK;
    v->report->entry = v->last_entry;
    return fail(
        ctx, CONFLICT,
        "The first %lld entries (up to entry %lld) are not those of the head that was given: the ledger was written "
        "anew after that head had been handed out.",
        (long long)witness->size, (long long)v->last_entry);
}

/* What this node remembers outside of the database. */
static enum result check_known(struct ctx *ctx, struct verifier *v)
{
    const struct ledger_check *check = v->check;
    while (v->next_known < check->known_count && (uint64_t)check->known[v->next_known].size <= v->tree.size) {
        const struct ledger_head *known = &check->known[v->next_known++];
        struct hash root;
        if ((uint64_t)known->size < v->tree.size) continue;
        merkle_root(&v->tree, v->hasher, &root);
        if (hash_eq(&root, &known->root)) continue;
        v->report->entry = v->last_entry;
        return fail(
            ctx, CONFLICT,
            "The first %lld entries (up to entry %lld) are not those over which ledger.heads remembers a signed "
            "head: history was written anew.",
            (long long)known->size, (long long)v->last_entry);
    }
    return OK;
}

/* ---- the tree ---- */

static void note_node(void *arg, unsigned level, uint64_t index, const struct hash *hash)
{
    struct verifier *v = arg;
    if (level % TREE_STEP == 0) v->nodes[v->node_count++] = (struct node){level, index, *hash};
}

static enum result check_leaf(struct ctx *ctx, struct verifier *v, struct rows *rows)
{
    int64_t position = rows_number(rows, OUTER), entry = rows_number(rows, OUTER + 1);
    if ((uint64_t)position != v->tree.size)
        return fail(ctx, CONFLICT, "Place %llu of the tree, after entry %lld, is empty: what stood there was removed.",
                    (unsigned long long)v->tree.size, (long long)v->last_entry);
    if (rows_is_null(rows, ROW_ID)) {
        v->report->entry = entry;
        return fail(ctx, CONFLICT,
                    "Entry %lld, at place %lld of the tree, is missing: it was removed after it was sealed.",
                    (long long)entry, (long long)position);
    }
    struct ledger_row row = ledger_row_of(rows);
    struct hash leaf;
    v->text.len = 0;
    canonical_entry(&v->text, &row);
    merkle_leaf(v->hasher, buf_str(&v->text), &leaf);
    if (!str_eq(hash_bytes(&leaf), rows_bytes(rows, OUTER + 2)))
        return wrong_entry(ctx, v, &row, "does not match its leaf in the tree: it was altered after it was sealed");
    if (!is_own(v, buf_str(&v->text), rows_bytes(rows, OUTER + 3)))
        return wrong_entry(ctx, v, &row, "does not bear the MAC of this program: something else wrote it");
    if (row.at < v->newest_at - LEDGER_SKEW) return wrong_entry(ctx, v, &row, "is dated earlier than those before it");
    TRY(check_content(ctx, v, rows, &row));
    if (row.at > v->newest_at) v->newest_at = row.at;
    bool renewed = v->epoch + 1 < v->chain.count && v->chain.at[v->epoch + 1].entry == row.id;
    v->epoch += renewed;
    const struct merkle_sink sink = {note_node, v};
    merkle_add(&v->tree, v->hasher, &leaf, &sink);
    v->report->sealed++;
    v->last_entry = row.id;
    return OK;
}

static enum result walk_leaves(struct ctx *ctx, struct verifier *v, int64_t from, int64_t to, struct heads *heads)
{
    const struct value args[] = {value_number(from), value_number(to)};
    struct rows *rows;
    TRY(db_query(ctx,
                 S("SELECT " WITH_STATE ", l.position, l.entry, l.leaf_hash, l.mac FROM ledger_leaf l "
                   "LEFT JOIN ledger_entry e ON e.id = l.entry LEFT JOIN ledger_state s ON s.entry = l.entry "
                   "WHERE l.position >= ?1 AND l.position < ?2 ORDER BY l.position"),
                 args, COUNT(args), &rows));
    for (;;) {
        bool more;
        TRY(rows_next(ctx, rows, &more));
        if (!more) return OK;
        TRY(check_leaf(ctx, v, rows));
        TRY(check_witness(ctx, v));
        TRY(check_known(ctx, v));
        bool due = heads->next < heads->count && (uint64_t)heads->at[heads->next].size == v->tree.size;
        if (due) TRY(check_head(ctx, v, &heads->at[heads->next++]));
    }
}

static enum result check_nodes(struct ctx *ctx, struct verifier *v)
{
    for (size_t i = 0; i < v->node_count; i++) {
        const struct node *node = &v->nodes[i];
        const struct value args[] = {value_number(node->level), value_number((int64_t)node->position)};
        struct rows *rows;
        bool found;
        TRY(db_query_one(ctx, S("SELECT hash FROM ledger_node WHERE level = ?1 AND position = ?2"), args, COUNT(args),
                         &rows, &found));
        bool same = found && str_eq(rows_bytes(rows, 0), hash_bytes(&node->hash));
        rows_close(rows);
        if (same) continue;
        uint64_t first = node->position << node->level, next = (node->position + 1) << node->level;
        return fail(ctx, CONFLICT, "The stored hash over the places %llu to %llu of the tree is %s.",
                    (unsigned long long)first, (unsigned long long)next - 1, found ? "wrong" : "missing");
    }
    v->node_count = 0;
    return OK;
}

static enum result walk_page(struct ctx *ctx, struct verifier *v)
{
    int64_t begin = (int64_t)v->tree.size, end = begin + PAGE;
    struct heads heads;
    TRY(read_heads(ctx, begin ? begin : INT64_MIN, end, &heads));
    TRY(walk_leaves(ctx, v, begin ? begin : INT64_MIN, end, &heads));
    TRY(check_nodes(ctx, v));
    if (heads.next == heads.count) return OK;
    return fail(ctx, CONFLICT,
                "A head was signed over %lld entries, but the tree ends after %llu (entry %lld): entries were removed.",
                (long long)heads.at[heads.next].size, (unsigned long long)v->tree.size, (long long)v->last_entry);
}

static enum result walk_tree(struct ctx *ctx, struct verifier *v)
{
    for (;;) {
        uint64_t before = v->tree.size;
        struct ctx page = page_ctx(v, ctx);
        TRY(carry(ctx, &page, walk_page(&page, v)));
        if (v->tree.size == before) return OK;
        if (v->check->progress) v->check->progress(v->check->progress_arg, v->report->sealed, v->entry_count);
    }
}

/* ---- what lies outside the tree ---- */

/* Queries that must find nothing; what they find stands between the two halves of the sentence. */
static const struct {
    struct str sql;
    const char *before, *after;
    bool is_entry;
} stray[] = {
    {S("SELECT size FROM ledger_head WHERE size > ?1 ORDER BY size LIMIT 1"), "A head was signed over ",
     " entries, which are more than stand in the tree: entries were removed from its end.", false},
    {S("SELECT entry FROM ledger_leaf WHERE position >= ?1 ORDER BY position LIMIT 1"), "Entry ",
     " has a place in the tree that does not follow the others: what stood between was removed.", true},
    {S("SELECT e.id FROM ledger_entry e LEFT JOIN ledger_leaf l ON l.entry = e.id "
       "LEFT JOIN ledger_pending p ON p.entry = e.id "
       "WHERE ?1 >= 0 AND l.entry IS NULL AND p.entry IS NULL ORDER BY e.id LIMIT 1"),
     "Entry ", " stands outside the tree and does not await a place in it: it was put in, or its leaf was removed.",
     true},
    {S("SELECT p.entry FROM ledger_pending p LEFT JOIN ledger_entry e ON e.id = p.entry "
       "LEFT JOIN ledger_leaf l ON l.entry = p.entry "
       "WHERE ?1 >= 0 AND (e.id IS NULL OR l.entry IS NOT NULL) ORDER BY p.entry LIMIT 1"),
     "Entry ", " is said to await a place in the tree, but it is not there or has one already.", true},
    {S("SELECT s.entry FROM ledger_state s LEFT JOIN ledger_entry e ON e.id = s.entry "
       "WHERE ?1 >= 0 AND e.id IS NULL ORDER BY s.entry LIMIT 1"),
     "There is a state of entry ", ", but no such entry.", true},
};

static enum result check_stray(struct ctx *ctx, struct verifier *v)
{
    for (size_t i = 0; i < COUNT(stray); i++) {
        const struct value args[] = {value_number((int64_t)v->tree.size)};
        struct rows *rows;
        bool found;
        TRY(db_query_one(ctx, stray[i].sql, args, COUNT(args), &rows, &found));
        int64_t which = found ? rows_number(rows, 0) : 0;
        rows_close(rows);
        if (!found) continue;
        if (stray[i].is_entry) v->report->entry = which;
        return fail(ctx, CONFLICT, "%s%lld%s", stray[i].before, (long long)which, stray[i].after);
    }
    return OK;
}

/* A key that has just taken over, where the program was cut off before the next seal, awaits its place like any entry:
 * walk_pending looks at its MAC. */
static enum result check_key_entries(struct ctx *ctx, const struct verifier *v)
{
    for (size_t i = v->epoch + 1; i < v->chain.count; i++) {
        struct value args[] = {value_number(v->chain.at[i].entry)};
        int64_t awaits;
        TRY(db_query_number(ctx, S("SELECT count(*) FROM ledger_pending WHERE entry = ?1"), args, COUNT(args), 0,
                            &awaits));
        if (!awaits)
            return fail(ctx, CONFLICT, "Entry %lld says that a new key took over, and has no place in the tree.",
                        (long long)v->chain.at[i].entry);
    }
    return OK;
}

/* Each entry has one place: what makes it unique is an index, which can be taken away for a moment. */
static enum result check_once(struct ctx *ctx, const struct verifier *v)
{
    int64_t twice;
    TRY(db_query_number(
        ctx, S("SELECT max(entry) FROM (SELECT entry FROM ledger_leaf GROUP BY entry HAVING count(*) > 1) t"), NULL, 0,
        0, &twice));
    if (!twice) return OK;
    v->report->entry = twice;
    return fail(ctx, CONFLICT, "Entry %lld has more than one place in the tree.", (long long)twice);
}

static enum result check_ends(struct ctx *ctx, const struct verifier *v)
{
    const struct ledger_head *witness = v->check->witness;
    if (v->next_known < v->check->known_count)
        return fail(ctx, CONFLICT,
                    "ledger.heads remembers a signed head over %lld entries, but only %llu are here: the database went "
                    "back in time.",
                    (long long)v->check->known[v->check->known_count - 1].size, (unsigned long long)v->tree.size);
    TRY(check_key_entries(ctx, v));
    TRY(check_once(ctx, v));
    if (v->last_head != v->tree.size)
        return fail(ctx, CONFLICT, "The entries from place %llu of the tree on stand under no signed head.",
                    (unsigned long long)v->last_head);
    if (witness && (uint64_t)witness->size > v->tree.size)
        return fail(
            ctx, CONFLICT,
            "The head that was given covers %lld entries, but only %llu are here: this is an older copy, or the "
            "newest entries were cut off.",
            (long long)witness->size, (unsigned long long)v->tree.size);
    int64_t stored, expected = 0;
    for (unsigned level = TREE_STEP; level < MERKLE_LEVELS; level += TREE_STEP)
        expected += (int64_t)(v->tree.size >> level);
    TRY(db_query_number(ctx, S("SELECT count(*) FROM ledger_node"), NULL, 0, 0, &stored));
    if (stored == expected) return OK;
    return fail(ctx, CONFLICT, "The tree should have %lld stored hashes above its leaves and has %lld.",
                (long long)expected, (long long)stored);
}

static enum result walk_pending(struct ctx *ctx, struct verifier *v)
{
    struct rows *rows;
    TRY(db_query(ctx,
                 S("SELECT " WITH_STATE ", w.mac FROM ledger_pending w JOIN ledger_entry e ON e.id = w.entry "
                   "LEFT JOIN ledger_state s ON s.entry = w.entry ORDER BY w.entry"),
                 NULL, 0, &rows));
    for (;;) {
        bool more;
        TRY(rows_next(ctx, rows, &more));
        if (!more) return OK;
        struct ledger_row row = ledger_row_of(rows);
        v->text.len = 0;
        canonical_entry(&v->text, &row);
        if (!is_own(v, buf_str(&v->text), rows_bytes(rows, OUTER)))
            return wrong_entry(ctx, v, &row, "awaits its seal and was not written by this program, or changed since");
        TRY(check_content(ctx, v, rows, &row));
        if (!v->report->pending++ || row.at < v->report->pending_since) v->report->pending_since = row.at;
    }
}

static enum result read_chain(struct ctx *ctx, struct verifier *v)
{
    enum result result = ledger_chain_read(ctx, &v->chain);
    if (result == NOT_FOUND) { /* nothing was ever entered, or the key was taken out */
        ctx_clear_error(ctx);
        if (!v->entry_count) return OK;
        return fail(ctx, CONFLICT, "The ledger has entries, but the database names no key: it was removed.");
    }
    TRY(result);
    v->report->keys = v->chain.count;
    if (ledger_chain_has(&v->chain, v->check->keys, v->check->key_count)) return OK;
    return fail(ctx, CONFLICT,
                "The ledger is signed with the key %s, and no key that was given is it or one of those before it.",
                v->chain.at[v->chain.count - 1].key.id);
}

static enum result walk(struct ctx *ctx, struct verifier *v)
{
    TRY(db_query_number(ctx, S("SELECT count(*) FROM ledger_entry"), NULL, 0, 0, &v->entry_count));
    TRY(read_chain(ctx, v));
    TRY(walk_tree(ctx, v));
    TRY(check_stray(ctx, v));
    TRY(check_ends(ctx, v));
    struct ctx page = page_ctx(v, ctx);
    TRY(carry(ctx, &page, walk_pending(&page, v)));
    return v->check->records ? v->check->records(ctx, v->check->records_arg) : OK;
}

static void end_snapshot(void *ctx)
{
    store_end_snapshot(ctx);
}

/* Ended also when memory runs out and the arena is all that is still cleared. */
static enum result walk_snapshot(struct ctx *ctx, struct verifier *v)
{
    struct ctx *kept = arena_make(ctx->arena, struct ctx);
    *kept = *ctx;
    TRY(store_begin_snapshot(ctx));
    arena_defer(ctx->arena, end_snapshot, kept);
    enum result result = walk(ctx, v);
    arena_undefer(ctx->arena, kept);
    store_end_snapshot(ctx);
    return result;
}

enum result ledger_verify(struct ctx *ctx, const struct ledger_check *check, struct ledger_report *report)
{
    *report = (struct ledger_report){0};
    struct verifier *v = arena_make(ctx->arena, struct verifier);
    v->check = check;
    v->report = report;
    v->text = buf_in(ctx->arena);
    v->hasher = hasher_in(ctx->arena);
    v->page = arena_scratch(ctx->arena);
    return db_in_transaction(ctx->db) ? walk(ctx, v) : walk_snapshot(ctx, v);
}
