/* What adding cannot do: renaming, splitting, removing, rewriting. Migrations are numbered without a gap and never
 * change once released. A database remembers the last one that it has had (meta: schema_version) and the program that
 * last had it (meta: program_version).
 * Order at start, all in one store_write: migrate_alone, migrate_apply, tables_apply of everything, search_apply,
 * migrate_contents. After it, and before anybody is served, what follows from records (links, search, derived fields)
 * is made anew when migrate_rebuild_is_due says so: nobody who migrates need think of it. */
#ifndef MERLON_STORE_MIGRATE_H
#define MERLON_STORE_MIGRATE_H

#include "store/db.h"

struct migration {
    int64_t number;
    const char *what;                    /* for the log: "Risks get a category of their own." */
    const char *sql[2];                  /* by enum dialect; NULL where this dialect needs none */
    enum result (*run)(struct ctx *ctx); /* after the SQL, on tables that may lack what this program adds; NULL: none */
    /* Once the tables are as this program has them; NULL for none. What changes what a record says changes it here,
     * through records/ as the program itself: so that the ledger tells it. */
    enum result (*contents)(struct ctx *ctx);
};

/* The numbers begin after `base`: what is of base or before cannot be brought up any more. */
struct migrations {
    const struct migration *at;
    size_t count;
    int64_t base;
};

/* Inside the transaction of the start, before all else: one program at a time. Whoever comes second waits until the
 * first has made or changed what there is to make, and finds it there. */
enum result migrate_alone(struct ctx *ctx) MUST_USE;

/* Inside a transaction: makes the meta table when there is none, then runs what is missing, in order. A new database
 * gets none of them: its tables are made as they are now. *from is the version that it had, -1 when it is new. INVALID
 * when the database is newer than the program, or too old for it. */
enum result migrate_apply(struct ctx *ctx, const struct migrations *migrations, const char *program,
                          int64_t *from) MUST_USE;
/* Inside the same transaction, at its end. */
enum result migrate_contents(struct ctx *ctx, const struct migrations *migrations, int64_t from) MUST_USE;

/* After a migration, and after another version of the program, until it was done. */
enum result migrate_rebuild_is_due(struct ctx *ctx, bool *due) MUST_USE;
enum result migrate_make_rebuild_due(struct ctx *ctx, const char *program) MUST_USE; /* inside a write */
/* Inside a write each. Whoever begins makes it due under a mark of his own, and whoever ends takes only that away: so
 * one that another program began since, and thereby undid a part of this one, stays due until that one is done (*last
 * false), however it ends. */
struct rebuild_mark {
    char text[64];
};
enum result migrate_begin_rebuild(struct ctx *ctx, struct rebuild_mark *mark) MUST_USE;
enum result migrate_end_rebuild(struct ctx *ctx, const struct rebuild_mark *mark, bool *last) MUST_USE;

/* For programs that only read, and change nothing: INVALID unless the database is as this program has it. */
enum result migrate_check(struct ctx *ctx, const struct migrations *migrations, const char *program) MUST_USE;

/* Has no program ever made its tables here? Asked before anything is written anywhere. */
enum result migrate_is_new(struct ctx *ctx, bool *is_new) MUST_USE;

#endif
