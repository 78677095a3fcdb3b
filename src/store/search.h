/* Full-text search over all registers: for each record the words that can be found, kept by SQLite's FTS5 or by
 * PostgreSQL's tsvector. Words are folded here, the same for both: lower case, without diacritics, split at whatever is
 * neither letter nor digit; so Müller is found by muller, CVE-2021-44228 by 44228. Every word of a query must begin a
 * word of the record. A query may hold anything: only its letters and digits count.
 * `reg` is the name of a register; a record belongs to one register. */
#ifndef MERLON_STORE_SEARCH_H
#define MERLON_STORE_SEARCH_H

#include "base/buf.h"
#include "store/db.h"

enum { SEARCH_ARGUMENTS = 3 };

/* Inside a write, once at start after tables_apply: makes what search needs. */
enum result search_apply(struct ctx *ctx) MUST_USE;
struct str search_ddl(enum dialect dialect); /* for golden files */

/* Inside a write. A second put of the same record replaces the first. On SQLite the index itself is brought up to date
 * once for each group of writes, just before it is made durable; so a search inside the same write does not see it
 * yet. */
enum result search_put(struct ctx *ctx, struct str reg, int64_t record, struct str text) MUST_USE;
enum result search_remove(struct ctx *ctx, struct str reg, int64_t record) MUST_USE;

enum result search_clear(struct ctx *ctx) MUST_USE; /* of everything, before a rebuild */

/* Appends a condition, "id_column IN (SELECT ...)", true for records of `reg` that have all words of `query`.
 * args and *count are the arguments so far: up to SEARCH_ARGUMENTS are added, and the SQL names them by their place.
 * A query without any letter or digit finds nothing. Words beyond the 16th are not looked at. */
enum result search_condition(struct ctx *ctx, struct buf *sql, struct str reg, const char *id_column, struct str query,
                             struct value *args, size_t *count) MUST_USE;

#endif
