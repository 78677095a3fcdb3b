/* Entries that this process has committed and that have no place in the tree yet. Each is kept in mind by its number
 * and by the hash of its leaf: a number can be given a second time, by whoever writes the database, and a row of
 * ledger_leaf can be made to name any entry; that a leaf is in the tree shows from the signed head alone. */
#ifndef MERLON_LEDGER_UNPLACED_H
#define MERLON_LEDGER_UNPLACED_H

#include "ledger/head.h"
#include "store/db.h"

/* Marks (store/db.h) of ledger_append: the entry's number, and the hash of its leaf. */
struct unplaced {
    struct db_mark *at; /* in the order of unplaced_sort */
    size_t count;
};

void unplaced_sort(struct db_mark *marks, size_t count);
/* Both in that order: what is in `placed` as well leaves. */
void unplaced_strike(struct unplaced *unplaced, const struct db_mark *placed, size_t count);

/* Strikes out what has got its place, by this node or another. *searched: a size of the tree under which nothing is
 * looked for any more; brought up to the newest head's. In one snapshot, which it opens: an entry is either under that
 * head or awaits its place. BROKEN when one is neither (the first is named, and it stays in the list), or when the
 * stored leaves are not those of the newest signed head. */
enum result unplaced_look(struct ctx *ctx, struct unplaced *unplaced, int64_t *searched) MUST_USE;

/* The oldest entry that a round left without a place: how often the tree has grown since, and how large it was then;
 * how many rounds have ended well since. */
struct passed_over {
    struct db_mark mark;
    int times, rounds;
    int64_t size;
};

/* After a round that ended well, that waited for nobody and refused nothing; `searched`: the size of the tree. BROKEN
 * when the oldest of them is hidden from who seals. */
enum result unplaced_demand_turn(struct ctx *ctx, const struct unplaced *unplaced, int64_t searched,
                                 struct passed_over *first) MUST_USE;

#endif
