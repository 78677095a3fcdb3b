/* What adding cannot do: renaming, splitting, removing, rewriting. Migrations are numbered from 1 without a gap and
 * never change once released. A database remembers the last one that it has had (meta: schema_version) and the
 * program that last had it (meta: program_version).
 * Order at start, all in one store_write: migrate_alone, migrate_apply, tables_apply of everything, search_apply. */
#ifndef MERLON_STORE_MIGRATE_H
#define MERLON_STORE_MIGRATE_H

#include "store/db.h"

struct migration {
    int64_t number;
    const char *what;                    /* for the log: "Risks get a category of their own." */
    const char *sql[2];                  /* by enum dialect; NULL where this dialect needs none */
    enum result (*run)(struct ctx *ctx); /* after the SQL; NULL for none */
};

/* Inside the transaction of the start, before all else: one program at a time. Whoever comes second waits until the
 * first has made or changed what there is to make, and finds it there. */
enum result migrate_alone(struct ctx *ctx) MUST_USE;

/* Inside a transaction: makes the meta table when there is none, then runs what is missing, in order. A new database
 * gets none of them: its tables are made as they are now. INVALID when the database is newer than the program. */
enum result migrate_apply(struct ctx *ctx, const struct migration *migrations, size_t count,
                          const char *program) MUST_USE;

/* The same check without changing anything, for programs that only read. */
enum result migrate_check(struct ctx *ctx, size_t count, const char *program) MUST_USE;

/* Has no program ever made its tables here? Asked before anything is written anywhere. */
enum result migrate_is_new(struct ctx *ctx, bool *is_new) MUST_USE;

#endif
