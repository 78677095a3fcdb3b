/* DIRECTORY/ledger.heads: what this node remembers of the ledger outside of the database, so that whoever can write the
 * database alone cannot take history back unseen. One signed head a line, oldest first, appended after it is durable in
 * the database:
 *
 *     SIZE PREVIOUS TIME ROOT ORIGIN KEY SIGNATURE        numbers in decimal, hashes in hexadecimal
 *
 * Its newest line is the newest head that this node has made, or has seen in the database, where another node made it,
 * in a round in which it had nothing to seal itself: so it is at most some seconds behind the database (some heads more
 * after a loss of power), never ahead of it. It holds all heads made here, and not each of those of other nodes. When
 * it has grown past REMEMBERED_LIMIT, the last head of each day and the newest hundred are kept. */
#ifndef MERLON_LEDGER_REMEMBERED_H
#define MERLON_LEDGER_REMEMBERED_H

#include "base/ctx.h"
#include "ledger/chain.h"
#include "ledger/head.h"

enum { REMEMBERED_LIMIT = 4 * 1024 * 1024 };

struct remembered {
    struct ledger_head *at; /* rising sizes; in the arena */
    size_t count;
};
/* Empty when there is no file. BROKEN, naming the line, when one is not a head; a last line without its end is passed
 * over, for it was being written when the program ended. */
enum result remembered_read(struct ctx *ctx, struct str directory, struct remembered *heads) MUST_USE;
/* Of the heads from the index `from` on. BROKEN, naming the first line that bears no signature of a key of the chain:
 * the file was changed or damaged, and says nothing of the database. */
enum result remembered_check(struct ctx *ctx, const struct remembered *heads, size_t from,
                             const struct ledger_chain *chain) MUST_USE;
/* The size of the newest head in it; 0 when there is none. Reads the end of the file only. */
enum result remembered_newest(struct ctx *ctx, struct str directory, int64_t *size) MUST_USE;
/* Appends; thins the file first when it has grown past its limit. */
enum result remembered_add(struct ctx *ctx, struct str directory, const struct ledger_head *head) MUST_USE;
/* The same file under another name, for a directory whose database is replaced on purpose (restore). OK without one. */
enum result remembered_set_aside(struct ctx *ctx, struct str directory) MUST_USE;

#endif
