/* Is the database's schema the one that the program makes (`merlon ddl`)? Tables, columns, indexes, triggers,
 * functions, constraints, views, rules, policies: what is missing, what nobody expects, what is otherwise than it
 * should be. A trigger that was dropped lets rows of the ledger be changed; one that was planted changes rows by
 * itself. */
#ifndef MERLON_STORE_SCHEMA_VERIFY_H
#define MERLON_STORE_SCHEMA_VERIFY_H

#include "store/table.h"

/* What is expected is made by the database itself from the program's own DDL and read back in the same way, so that no
 * list has to be kept: SQLite makes it in memory, PostgreSQL as temporary objects in a transaction that is rolled back.
 * Outside of a transaction. CONFLICT names the first difference and says how many there are; DENIED, with the reason:
 * this server makes no temporary objects (a standby), so that nothing could be compared. *checked counts what is as it
 * should be. */
enum result schema_verify(struct ctx *ctx, const struct table *const *tables, size_t count, int64_t *checked) MUST_USE;

#endif
