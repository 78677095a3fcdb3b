/* Inside this room only: the things that a schema consists of, as one database tells them of itself and as the program
 * would make them. */
#ifndef MERLON_STORE_SCHEMA_PARTS_H
#define MERLON_STORE_SCHEMA_PARTS_H

#include "base/buf.h"
#include "store/table.h"

/* "trigger", "ledger_entry", "ledger_entry_no_UPDATE", and its definition in a form that can be compared. */
struct thing {
    struct str kind, table, name, definition;
};

struct things {
    struct thing *at;
    size_t count, room;
};

void things_add(struct arena *arena, struct things *things, struct thing thing); /* copies the texts */

/* Both sides, in any order. */
enum result sqlite_things(struct ctx *ctx, struct str ddl, struct things *expected, struct things *found) MUST_USE;
enum result postgres_things(struct ctx *ctx, const struct table *const *tables, size_t count, struct str ddl,
                            struct things *expected, struct things *found) MUST_USE;

#endif
