/* The Merkle tree of RFC 9162 section 2.1, with SHA-256: a leaf is SHA-256(0x00 || entry), a node SHA-256(0x01 || left
 * || right), the tree of no entries SHA-256 of nothing. Pure: no database. A perfect subtree is named by its level (0:
 * leaves) and its index at that level: (3, 2) stands over the leaves 16 to 23. */
#ifndef MERLON_LEDGER_MERKLE_H
#define MERLON_LEDGER_MERKLE_H

#include "base/ctx.h"
#include "ledger/hash.h"

enum { MERKLE_LEVELS = 63, MERKLE_PROOF_MAX = 64 };

void merkle_leaf(struct hasher *hasher, struct str entry, struct hash *out);
void merkle_node(struct hasher *hasher, const struct hash *left, const struct hash *right, struct hash *out);

/* ---- a tree that grows ---- */

/* What is needed to go on: the roots of the perfect subtrees that `size` is made of, peaks[k] where bit k of size is
 * set. */
struct merkle {
    uint64_t size;
    struct hash peaks[MERKLE_LEVELS];
};

/* Called for each perfect subtree above the leaves as it becomes complete, lowest first. */
struct merkle_sink {
    void (*node)(void *arg, unsigned level, uint64_t index, const struct hash *hash);
    void *arg;
};

void merkle_add(struct merkle *tree, struct hasher *hasher, const struct hash *leaf, const struct merkle_sink *sink);
void merkle_root(const struct merkle *tree, struct hasher *hasher, struct hash *root);

/* ---- proofs ---- */

/* Where the hashes of perfect subtrees come from; only complete ones are asked for. */
struct merkle_source {
    enum result (*subtree)(struct ctx *ctx, void *arg, unsigned level, uint64_t index, struct hash *out);
    void *arg;
};

struct merkle_proof {
    struct hash at[MERKLE_PROOF_MAX];
    size_t count;
};

/* Root of the first `size` leaves. */
enum result merkle_root_of(struct ctx *ctx, struct hasher *hasher, const struct merkle_source *source, uint64_t size,
                           struct hash *root) MUST_USE;
/* The frontier after `size` leaves, to go on from. */
enum result merkle_resume(struct ctx *ctx, const struct merkle_source *source, uint64_t size,
                          struct merkle *tree) MUST_USE;
/* 2.1.3.1: that the leaf at `position` (from 0) is in the tree of `size`; position < size, else INVALID. */
enum result merkle_inclusion(struct ctx *ctx, struct hasher *hasher, const struct merkle_source *source,
                             uint64_t position, uint64_t size, struct merkle_proof *proof) MUST_USE;
/* 2.1.4.1: that the tree of `first` is a prefix of the tree of `second`; 0 < first <= second, else INVALID. */
enum result merkle_consistency(struct ctx *ctx, struct hasher *hasher, const struct merkle_source *source,
                               uint64_t first, uint64_t second, struct merkle_proof *proof) MUST_USE;

/* 2.1.3.2 and 2.1.4.2. */
bool merkle_includes(struct hasher *hasher, const struct hash *leaf, uint64_t position, uint64_t size,
                     const struct merkle_proof *proof, const struct hash *root);
bool merkle_is_consistent(struct hasher *hasher, uint64_t first, const struct hash *first_root, uint64_t second,
                          const struct hash *second_root, const struct merkle_proof *proof);

#endif
