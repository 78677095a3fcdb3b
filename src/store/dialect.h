/* What differs between the two dialects, written once: the rest of the program builds SQL with these and has no `if` on
 * the dialect. Arguments named `number` are the N of ?N; the caller binds the value under that number. `column` is an
 * SQL expression of the program's own ("\"custom\"", "r.\"custom\""), never text from outside. */
#ifndef MERLON_STORE_DIALECT_H
#define MERLON_STORE_DIALECT_H

#include "base/buf.h"
#include "store/db.h"

/* An identifier in double quotes: tables named "user" and columns named "to" are fine. */
void sql_name(struct buf *sql, const char *name);
/* "a, b DESC" with each identifier quoted. */
void sql_names(struct buf *sql, const char *list);

/* JSON in a text column. The member's name is bound (?name, IS_TEXT; names stand in the JSON without escapes). All give
 * NULL when the column is NULL or empty, when it has no such member, or when the member is of another kind, so that one
 * odd value never fails a whole list.
 *   text:   a string, number or truth value as text ("true", "12"); for equality, search and sorting by text
 *   number: a number as double; NULL for anything else
 *   has:    true when the member is an array of strings that holds ?value, or is that string itself */
void sql_json_text(struct buf *sql, enum dialect dialect, const char *column, unsigned name);
void sql_json_number(struct buf *sql, enum dialect dialect, const char *column, unsigned name);
void sql_json_has(struct buf *sql, enum dialect dialect, const char *column, unsigned name, unsigned value);

/* `column` contains the bound text, letters A to Z folded on SQLite and all letters on PostgreSQL. Bind sql_pattern's
 * result under `number`. */
void sql_contains(struct buf *sql, enum dialect dialect, const char *column, unsigned number);
struct str sql_pattern(struct arena *arena, struct str text); /* %text% with %, _ and \ escaped */

/* The database's own time in ms since 1970, which is the same for all who use it, however their clocks go. */
const char *sql_now(enum dialect dialect);

/* "FOR UPDATE SKIP LOCKED" where other nodes may claim the same rows; nothing where one writer makes that needless.
 * With a space before it. */
const char *sql_skip_locked(enum dialect dialect);

#endif
