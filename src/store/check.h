/* Is the database itself whole? What the database's own checks say, for `merlon verify` and `merlon check`; what
 * belongs to the program is asked elsewhere. Reads only. */
#ifndef MERLON_STORE_CHECK_H
#define MERLON_STORE_CHECK_H

#include "store/db.h"

/* SQLite: integrity_check. PostgreSQL: indexes that were never finished and, where the extension amcheck is installed
 * and may be used, every B-tree index against its table. CONFLICT with the first thing that is wrong. */
enum result store_check_file(struct ctx *ctx) MUST_USE;
/* SQLite: foreign_key_check. PostgreSQL: constraints that were never validated. */
enum result store_check_references(struct ctx *ctx) MUST_USE;

#endif
