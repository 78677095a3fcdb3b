/* One connection to the database, SQLite or PostgreSQL, behind the same few calls. SQL is written once with parameters
 * ?1, ?2, ... (rewritten to $1 for PostgreSQL); identifiers come only from schema structs, values are always bound.
 * Statements are prepared once for each connection and kept, found again by their text.
 * A connection belongs to one thread at a time. Errors: CONFLICT for a broken uniqueness or reference, BUSY for a
 * lock or a serialization failure, AWAY for a full disk or a lost connection, BROKEN for damage; each with a sentence
 * in the ctx, which says that nothing was saved only where that is known. */
#ifndef MERLON_STORE_DB_H
#define MERLON_STORE_DB_H

#include "base/ctx.h"
#include "base/value.h"

enum dialect { DIALECT_SQLITE, DIALECT_POSTGRES };

struct db;
struct rows;

enum dialect db_dialect(const struct db *db);

/* ---- reading ---- */

/* Starts a query. *rows lives in the ctx's arena and is closed with it, or earlier by rows_close.
 * The SQL need not outlive the call. Streams: rows are fetched as they are asked for. */
enum result db_query(struct ctx *ctx, struct str sql, const struct value *args, size_t count,
                     struct rows **rows) MUST_USE;
/* *more false at the end. Column values stay valid until the next call. */
enum result rows_next(struct ctx *ctx, struct rows *rows, bool *more) MUST_USE;
void rows_close(struct rows *rows);

size_t rows_width(const struct rows *rows);
bool rows_is_null(const struct rows *rows, size_t column);
int64_t rows_number(const struct rows *rows, size_t column);  /* 0 for NULL */
double rows_decimal(const struct rows *rows, size_t column);  /* 0 for NULL */
struct str rows_text(const struct rows *rows, size_t column); /* "" for NULL; borrowed until rows_next */
struct str rows_bytes(struct rows *rows, size_t column);      /* as text; decodes PostgreSQL's bytea */

/* The first row only: *found tells whether there was one; then columns are read from *rows, which stays open. */
enum result db_query_one(struct ctx *ctx, struct str sql, const struct value *args, size_t count, struct rows **rows,
                         bool *found) MUST_USE;
/* One integer from the first row; `otherwise` when there is none or it is NULL. */
enum result db_query_number(struct ctx *ctx, struct str sql, const struct value *args, size_t count, int64_t otherwise,
                            int64_t *number) MUST_USE;

/* ---- writing ---- */

/* Runs a statement without result; *changed (may be NULL) is the number of rows it touched. */
enum result db_run(struct ctx *ctx, struct str sql, const struct value *args, size_t count, int64_t *changed) MUST_USE;
/* Runs an "INSERT ... RETURNING id". */
enum result db_insert(struct ctx *ctx, struct str sql, const struct value *args, size_t count, int64_t *id) MUST_USE;

/* Several statements separated by ";", without parameters: for DDL of the program's own. */
enum result db_script(struct ctx *ctx, const char *sql) MUST_USE;

/* Nested: the outermost is a transaction, inner ones are savepoints. Every begin is met by one commit or rollback;
 * a commit that fails has rolled back; a rollback never fails from the caller's view (a connection that cannot roll
 * back is replaced). The end of the outermost closes all rows. After a failed statement PostgreSQL wants a rollback
 * before anything else: what may fail and be survived stands in a begin of its own. */
enum result db_begin(struct ctx *ctx) MUST_USE;
enum result db_commit(struct ctx *ctx) MUST_USE;
void db_rollback(struct ctx *ctx);
bool db_in_transaction(const struct db *db);
bool db_only_reads(const struct db *db); /* the transaction is one of store_begin_snapshot: nothing can be locked */

/* BUSY: what this transaction read is no longer so. On PostgreSQL the write is run again from its beginning. */
enum result db_collided(struct ctx *ctx) MUST_USE;

/* One thing that the caller remembers of what it has read in this transaction. It is released when the outermost
 * transaction ends and at any rollback in it. Kept only where nobody else can write meanwhile: else, and outside of a
 * transaction, db_keep_note is false and db_note NULL. */
void *db_note(const struct db *db);
bool db_keep_note(struct db *db, void *note, void (*release)(void *note)) MUST_USE;

/* For whoever watches commits (store_watch_commits): a number, and bytes that say what it was given to. Forgotten with
 * what is rolled back; outside of a transaction, or when nobody watches, nothing happens. */
struct db_mark {
    int64_t number;
    unsigned char of[32];
    int64_t since; /* for whoever keeps it; 0 from the store */
};
bool db_is_watched(const struct db *db);
enum result db_mark(struct ctx *ctx, const struct db_mark *mark) MUST_USE;

/* A lock of that name for the rest of the transaction, across nodes (PostgreSQL advisory lock, of this schema alone;
 * SQLite's single writer already is one). */
enum result db_lock(struct ctx *ctx, const char *name) MUST_USE;
/* The same lock for many at once: db_lock waits until each of them has ended. *fresh: this transaction did not hold it
 * yet, as far as it remembers, which is the last one. On SQLite, where nobody else writes meanwhile, it never is. */
enum result db_lock_shared(struct ctx *ctx, const char *name, bool *fresh) MUST_USE;

#endif
