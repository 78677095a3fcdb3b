/* Full-text search over all registers: for each record the words that can be found, kept by SQLite's FTS5 or by
 * PostgreSQL's tsvector. Words are folded here, the same for both: lower case, without diacritics, split at whatever is
 * neither letter nor digit; so Müller is found by muller, CVE-2021-44228 by 44228. Every word of a query must begin a
 * word of the record. A query may hold anything: only its letters and digits count.
 * `reg` is the name of a register; a record belongs to one register. */
#ifndef MERLON_STORE_SEARCH_H
#define MERLON_STORE_SEARCH_H

#include "base/buf.h"
#include "store/db.h"

enum { SEARCH_WORDS = 16, SEARCH_ARGUMENTS = 3 + SEARCH_WORDS, SEARCH_BATCH = 4000 };

/* Inside a write, once at start after tables_apply: makes what search needs. */
enum result search_apply(struct ctx *ctx) MUST_USE;
struct str search_ddl(enum dialect dialect); /* for golden files */

/* The number by which SQLite's index tells registers apart, made from the name: two registers of one program must not
 * have the same. */
int64_t search_number(struct str reg);

/* Inside a write. A second put of the same record replaces the first. Found at once, but on SQLite the dearer the more
 * await the index. search_add is for a record that has just been made: cheaper, because its number is above all others
 * of its register. */
enum result search_put(struct ctx *ctx, struct str reg, int64_t record, struct str text) MUST_USE;
enum result search_add(struct ctx *ctx, struct str reg, int64_t record, struct str text) MUST_USE;
enum result search_remove(struct ctx *ctx, struct str reg, int64_t record) MUST_USE;

/* Inside a write. Brings the index up to date with at most SEARCH_BATCH records that await it; *count says how many, so
 * call again while it is SEARCH_BATCH. Always 0 on PostgreSQL, whose index is up to date. */
enum result search_index_pending(struct ctx *ctx, int64_t *count) MUST_USE;
enum result search_pending_count(struct ctx *ctx, int64_t *count) MUST_USE;

/* For verify. *right: whether the record has the entry that this text gives, and no other; empty text: none at all.
 * *entries counts what should be there. */
enum result search_is_right(struct ctx *ctx, struct str reg, int64_t record, struct str text, bool *right,
                            int64_t *entries) MUST_USE;
/* CONFLICT when there are other than `expected` entries, or the full-text index does not hold the words of those that
 * it is said to (SQLite). In a snapshot. */
enum result search_verify(struct ctx *ctx, int64_t expected) MUST_USE;

enum result search_clear(struct ctx *ctx) MUST_USE; /* of everything, before a rebuild */

/* Appends a condition, "id_column IN (SELECT ...)", true for records of `reg` that have all words of `query`.
 * args and *count are the arguments so far: up to SEARCH_ARGUMENTS are added, and the SQL names them by their place.
 * A query without any letter or digit finds nothing. Words beyond SEARCH_WORDS are not looked at. */
enum result search_condition(struct ctx *ctx, struct buf *sql, struct str reg, const char *id_column, struct str query,
                             struct value *args, size_t *count) MUST_USE;

#endif
