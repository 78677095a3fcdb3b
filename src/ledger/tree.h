/* The tree as it is stored: every leaf, and above them every perfect subtree whose level is a multiple of TREE_STEP.
 * What lies between is hashed again from at most 128 stored hashes when it is asked for, so that one node is stored for
 * 256 leaves and a proof still reads a few rows at a time. */
#ifndef MERLON_LEDGER_TREE_H
#define MERLON_LEDGER_TREE_H

#include "ledger/head.h"
#include "ledger/merkle.h"
#include "store/db.h"

enum { TREE_STEP = 8 };

/* Reads subtrees from the database of the ctx. BROKEN when a stored row is missing. `hasher` is used by the source. */
struct merkle_source tree_source(struct hasher *hasher);

/* The head over exactly `size` entries, or the newest for 0. NOT_FOUND with a sentence; BROKEN when its row makes no
 * sense. */
enum result tree_head(struct ctx *ctx, int64_t size, struct ledger_head *head) MUST_USE;

/* Inside a write. CONFLICT when there is one over so many entries. */
enum result tree_add_head(struct ctx *ctx, const struct ledger_head *head) MUST_USE;

/* What a query selects for tree_head_of_row. */
#define TREE_HEAD_COLUMNS "size, root, at, key_id, signature, origin, previous"
/* False when the columns cannot be those of a head. */
bool tree_head_of_row(struct rows *rows, struct ledger_head *head) MUST_USE;

#endif
