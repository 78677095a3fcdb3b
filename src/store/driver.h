/* Inside this room only: what a connection consists of, and what a driver (sqlite_driver.c, postgres_driver.c) does
 * for it. Drivers know neither ctx nor arena guard: a failure leaves its sentence in db->sentence and returns its
 * result, so that nothing is half done when db.c turns it into fail(). */
#ifndef MERLON_STORE_DRIVER_H
#define MERLON_STORE_DRIVER_H

#include "store/db.h"
#include "store/marks.h"

enum { SENTENCE_SIZE = 600, BUCKETS = 256 };

/* A prepared statement, kept by the connection and found again by its text. */
struct statement {
    struct statement *chain;         /* the same bucket */
    struct statement *newer, *older; /* in line to leave the cache when it is over its budget, the oldest first */
    uint64_t hash;
    struct str text;   /* in the same allocation, terminated */
    size_t weight;     /* bytes, roughly */
    size_t parameters; /* the highest N of ?N */
    bool in_use;       /* its rows are open; a second use prepares a second one */
    bool kept;         /* in the cache */
    bool used;         /* again, since it last came to the end of that line */
    struct sqlite3_stmt *sqlite;
    struct postgres_statement *postgres;
};

struct statements {
    struct statement *buckets[BUCKETS];
    struct statement *newest, *oldest;
    size_t weight, budget;
};

struct postgres_rows {
    struct pg_result *result;      /* the row or rows at hand */
    struct postgres_buffer *ahead; /* rows read ahead because the connection was needed for something else */
    struct postgres_buffer *last;
    int at, count;                  /* row in result; -1 before the first */
    bool streaming;                 /* more may come from the server */
    enum result failed;             /* met while reading ahead; told at the next rows_next */
    struct postgres_bytes *decoded; /* for each column, in the arena; reused from row to row */
};

struct rows {
    struct db *db; /* NULL once closed */
    struct statement *statement;
    struct rows *newer, *older; /* the open rows of the connection */
    struct arena *arena;        /* NULL when these rows do not outlive the call that opened them */
    size_t width;
    struct postgres_rows postgres;
};

struct driver {
    enum dialect dialect;
    /* Fills in the statement's handle, parameters and weight. */
    enum result (*prepare)(struct db *db, struct statement *statement, const struct value *args, size_t count);
    void (*discard)(struct db *db, struct statement *statement);
    /* Whether a statement prepared earlier serves these arguments. */
    bool (*suits)(const struct statement *statement, const struct value *args, size_t count);
    enum result (*start)(struct rows *rows, const struct value *args, size_t count);
    enum result (*next)(struct rows *rows, bool *more);
    void (*finish)(struct rows *rows);
    int64_t (*changed)(const struct rows *rows);  /* after the last row */
    int64_t (*inserted)(const struct rows *rows); /* the newest INSERT's id; NULL: only RETURNING tells it */
    bool (*is_null)(const struct rows *rows, size_t column);
    int64_t (*number)(const struct rows *rows, size_t column);
    double (*decimal)(const struct rows *rows, size_t column);
    struct str (*text)(const struct rows *rows, size_t column);
    struct str (*bytes)(struct rows *rows, size_t column);
    enum result (*script)(struct db *db, const char *sql);
    enum result (*control)(struct db *db, const char *sql); /* BEGIN, SAVEPOINT and their kind */
    /* Both outside of a transaction, and NULL where connections are not lost. connect: where there is none. recover:
     * after a failure; true when it was lost, is made anew, and `sql` only reads and may be run once more. */
    enum result (*connect)(struct db *db);
    bool (*recover)(struct db *db, struct str sql);
    bool (*transaction_lost)(const struct db *db); /* the database has ended it: disk full, connection lost */
    void (*close)(struct db *db);
};

struct db {
    const struct driver *driver;
    struct statements statements;
    struct rows *open;       /* newest first */
    unsigned depth;          /* transaction and savepoints that are open */
    const char *begin;       /* how the outermost transaction starts */
    struct db *next, **link; /* the store's list */
    struct store *store;
    bool patient;   /* reads a snapshot, which may take its time */
    bool transient; /* the failure at hand passes when the transaction is run again */
    struct marks marks;
    void *note; /* db_note; NULL when there is none */
    void (*release_note)(void *note);
    char sentence[SENTENCE_SIZE];
};

/* Keeps the sentence in db->sentence, cut to its size; returns `result`. */
enum result driver_fail(struct db *db, enum result result, const char *format, ...) PRINTF_LIKE(3, 4);
enum result driver_key_set(struct db *db); /* BROKEN: it gave a key beyond what tables take (store/table.h) */
/* db_run without a ctx. */
enum result db_execute(struct db *db, struct str sql, const struct value *args, size_t count);

/* Sets the members that both dialects share. */
void db_init(struct db *db, const struct driver *driver, size_t statement_budget);
void db_release(struct db *db);    /* what the connection holds of its own, when it closes */
void db_close_rows(struct db *db); /* all that are open; then statements_clear and the driver's close are safe */

/* Without a ctx, for the writer; the sentence is in db->sentence. */
enum result db_control_begin(struct db *db);
enum result db_control_commit(struct db *db);
void db_control_rollback(struct db *db);
/* At the end of a job that returned `result`: a transaction that it left open above `depth` is undone, and is a
 * failure, because it would take its neighbours with it. Closes all rows. */
enum result db_close_levels(struct db *db, unsigned depth, enum result result) MUST_USE;

/* A statement ready for use, from the cache or new. *found is NULL when the result is not OK. */
enum result statements_take(struct db *db, struct str sql, const struct value *args, size_t count,
                            struct statement **found) MUST_USE;
void statements_give_back(struct db *db, struct statement *statement);
void statements_clear(struct db *db);

#endif
