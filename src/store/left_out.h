/* Rows that no sound database has, since a key, a uniqueness or a reference forbids them: somebody who writes the
 * database past the program can plant them. A backup takes them along; a restore leaves them out and names them, so
 * that one planted row does not cost all the others. */
#ifndef MERLON_STORE_LEFT_OUT_H
#define MERLON_STORE_LEFT_OUT_H

#include "store/table.h"

struct left_out {
    int64_t rows;
    struct str first; /* which one, and why: "token" 79, for ... ; in the arena of the ctx */
};

/* Counts `rows`, of which the one of that key is the first. */
void left_out_add(struct ctx *ctx, struct left_out *out, const char *table, struct str key, struct str why,
                  int64_t rows);

/* What a restore would leave out, as far as it costs little to know: references without their row, and doubled rows
 * where the index that forbids them is gone. Reads only. */
enum result left_out_find(struct ctx *ctx, const struct table *const *tables, size_t count,
                          struct left_out *out) MUST_USE;

/* ---- inside this room: while a restore fills tables that have neither index nor trigger ---- */

struct doubled; /* rows that share what only one may have */

/* Before the MACs are put under the copy's own identity, and after: a row whose MAC held has another one by then, and
 * stays; where none has, the one of the lowest key does. */
enum result doubled_find(struct ctx *ctx, const struct table *const *tables, size_t count,
                         struct doubled **doubled) MUST_USE;
enum result doubled_remove(struct ctx *ctx, const struct doubled *doubled, struct left_out *out) MUST_USE;
/* Also what refers to a row that goes by this. */
enum result orphans_remove(struct ctx *ctx, const struct table *const *tables, size_t count,
                           struct left_out *out) MUST_USE;

/* The key of a row that the database refused, of the values of these columns. */
struct str left_out_key(struct ctx *ctx, const struct table *table, const struct str *columns,
                        const struct value *values, size_t count);

#endif
