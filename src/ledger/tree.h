/* The tree as it is stored: every leaf, and above them every perfect subtree whose level is a multiple of TREE_STEP.
 * What lies between is hashed again from at most 128 stored hashes when it is asked for, so that one node is stored for
 * 256 leaves and a proof still reads a few rows at a time. */
#ifndef MERLON_LEDGER_TREE_H
#define MERLON_LEDGER_TREE_H

#include "ledger/merkle.h"
#include "store/db.h"

enum { TREE_STEP = 8, KEY_ID = 17, SIGNATURE_SIZE = 64 };

/* Reads subtrees from the database of the ctx. BROKEN when a stored row is missing. `hasher` is used by the source. */
struct merkle_source tree_source(struct hasher *hasher);

struct ledger_head {
    int64_t size, at;
    struct hash root;
    char key_id[KEY_ID];
    unsigned char signature[SIGNATURE_SIZE];
};

/* The head over exactly `size` entries, or the newest for 0. NOT_FOUND with a sentence; BROKEN when its row makes no
 * sense. */
enum result tree_head(struct ctx *ctx, int64_t size, struct ledger_head *head) MUST_USE;

/* From the columns size, root, at, key_id, signature; false when they cannot be a head. */
bool tree_head_of_row(struct rows *rows, struct ledger_head *head) MUST_USE;

#endif
