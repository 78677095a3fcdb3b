/* RFC 9162 defines its hashes by recursion over the number of leaves. Walked from the outside in, the same needs no
 * recursion and no list of leaves: every range it asks for begins at a multiple of its largest power of two. */
#include "ledger/merkle.h"

void merkle_leaf(struct hasher *hasher, struct str entry, struct hash *out)
{
    const struct str pieces[] = {{"\x00", 1}, entry};
    hash_of(hasher, pieces, COUNT(pieces), out);
}

void merkle_node(struct hasher *hasher, const struct hash *left, const struct hash *right, struct hash *out)
{
    const struct str pieces[] = {{"\x01", 1}, hash_bytes(left), hash_bytes(right)};
    hash_of(hasher, pieces, COUNT(pieces), out);
}

void merkle_add(struct merkle *tree, struct hasher *hasher, const struct hash *leaf, const struct merkle_sink *sink)
{
    struct hash hash = *leaf;
    unsigned level = 0;
    for (; tree->size >> level & 1; level++) {
        merkle_node(hasher, &tree->peaks[level], &hash, &hash);
        if (sink) sink->node(sink->arg, level + 1, tree->size >> (level + 1), &hash);
    }
    tree->peaks[level] = hash;
    tree->size++;
}

void merkle_root(const struct merkle *tree, struct hasher *hasher, struct hash *root)
{
    hash_of(hasher, NULL, 0, root);
    bool begun = false;
    for (unsigned level = 0; level < MERKLE_LEVELS; level++) {
        if (!(tree->size >> level & 1)) continue;
        if (begun)
            merkle_node(hasher, &tree->peaks[level], root, root);
        else
            *root = tree->peaks[level];
        begun = true;
    }
}

/* ---- proofs ---- */

/* The largest power of two that is smaller than n; n > 1. */
static uint64_t split(uint64_t n)
{
    return (uint64_t)1 << (63 - __builtin_clzll(n - 1));
}

/* MTH of the leaves from `from` up to `to`; such a range always begins at a multiple of its largest power of two. */
static enum result range_hash(struct ctx *ctx, struct hasher *hasher, const struct merkle_source *source, uint64_t from,
                              uint64_t to, struct hash *out)
{
    uint64_t rest = to - from;
    uint64_t end = to;
    bool begun = false;
    for (unsigned level = 0; rest; level++, rest >>= 1) {
        if (!(rest & 1)) continue;
        struct hash peak;
        uint64_t begin = end - ((uint64_t)1 << level);
        TRY(source->subtree(ctx, source->arg, level, begin >> level, &peak));
        if (begun)
            merkle_node(hasher, &peak, out, out);
        else
            *out = peak;
        begun = true;
        end = begin;
    }
    return OK;
}

enum result merkle_root_of(struct ctx *ctx, struct hasher *hasher, const struct merkle_source *source, uint64_t size,
                           struct hash *root)
{
    hash_of(hasher, NULL, 0, root);
    return range_hash(ctx, hasher, source, 0, size, root);
}

enum result merkle_resume(struct ctx *ctx, const struct merkle_source *source, uint64_t size, struct merkle *tree)
{
    *tree = (struct merkle){.size = size};
    for (unsigned level = 0; level < MERKLE_LEVELS; level++)
        if (size >> level & 1) TRY(source->subtree(ctx, source->arg, level, (size >> level) - 1, &tree->peaks[level]));
    return OK;
}

/* The RFC's paths list the sibling nearest to the leaf first; from the outside in, they come last first. */
static void reverse(struct merkle_proof *proof)
{
    for (size_t i = 0; i < proof->count / 2; i++) {
        struct hash other = proof->at[i];
        proof->at[i] = proof->at[proof->count - 1 - i];
        proof->at[proof->count - 1 - i] = other;
    }
}

enum result merkle_inclusion(struct ctx *ctx, struct hasher *hasher, const struct merkle_source *source,
                             uint64_t position, uint64_t size, struct merkle_proof *proof)
{
    proof->count = 0;
    if (position >= size)
        return fail(ctx, INVALID, "A tree of %llu entries has no position %llu: ask for a newer head.",
                    (unsigned long long)size, (unsigned long long)position);
    uint64_t from = 0, to = size;
    while (to - from > 1) {
        uint64_t middle = from + split(to - from);
        bool left = position < middle;
        TRY(range_hash(ctx, hasher, source, left ? middle : from, left ? to : middle, &proof->at[proof->count]));
        proof->count++;
        if (left)
            to = middle;
        else
            from = middle;
    }
    reverse(proof);
    return OK;
}

enum result merkle_consistency(struct ctx *ctx, struct hasher *hasher, const struct merkle_source *source,
                               uint64_t first, uint64_t second, struct merkle_proof *proof)
{
    proof->count = 0;
    if (first == 0 || first > second)
        return fail(ctx, INVALID,
                    "A consistency proof goes from a smaller head to a larger one, not from %llu to %llu.",
                    (unsigned long long)first, (unsigned long long)second);
    uint64_t from = 0, to = second;
    while (to != first) {
        uint64_t middle = from + split(to - from);
        bool left = first <= middle;
        TRY(range_hash(ctx, hasher, source, left ? middle : from, left ? to : middle, &proof->at[proof->count]));
        proof->count++;
        if (left)
            to = middle;
        else
            from = middle;
    }
    /* What is left is the end of the first tree. The verifier knows its hash only if that is the whole first tree. */
    if (from != 0) {
        TRY(range_hash(ctx, hasher, source, from, to, &proof->at[proof->count]));
        proof->count++;
    }
    reverse(proof);
    return OK;
}

/* ---- verification, step by step as in the RFC ---- */

bool merkle_includes(struct hasher *hasher, const struct hash *leaf, uint64_t position, uint64_t size,
                     const struct merkle_proof *proof, const struct hash *root)
{
    if (position >= size) return false;
    uint64_t fn = position, sn = size - 1;
    struct hash hash = *leaf;
    for (size_t i = 0; i < proof->count; i++) {
        if (sn == 0) return false;
        if (fn & 1 || fn == sn) {
            merkle_node(hasher, &proof->at[i], &hash, &hash);
            while (!(fn & 1) && fn) fn >>= 1, sn >>= 1;
        } else {
            merkle_node(hasher, &hash, &proof->at[i], &hash);
        }
        fn >>= 1, sn >>= 1;
    }
    return sn == 0 && hash_eq(&hash, root);
}

bool merkle_is_consistent(struct hasher *hasher, uint64_t first, const struct hash *first_root, uint64_t second,
                          const struct hash *second_root, const struct merkle_proof *proof)
{
    if (first == 0 || first > second) return false;
    if (first == second) return proof->count == 0 && hash_eq(first_root, second_root);
    bool whole = (first & (first - 1)) == 0; /* then the first root itself opens the path */
    if (!whole && proof->count == 0) return false;
    struct hash fr = whole ? *first_root : proof->at[0];
    struct hash sr = fr;
    uint64_t fn = first - 1, sn = second - 1;
    while (fn & 1) fn >>= 1, sn >>= 1;
    for (size_t i = whole ? 0 : 1; i < proof->count; i++) {
        if (sn == 0) return false;
        if (fn & 1 || fn == sn) {
            merkle_node(hasher, &proof->at[i], &fr, &fr);
            merkle_node(hasher, &proof->at[i], &sr, &sr);
            while (!(fn & 1) && fn) fn >>= 1, sn >>= 1;
        } else {
            merkle_node(hasher, &sr, &proof->at[i], &sr);
        }
        fn >>= 1, sn >>= 1;
    }
    return sn == 0 && hash_eq(&fr, first_root) && hash_eq(&sr, second_root);
}
