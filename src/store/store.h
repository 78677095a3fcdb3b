/* The database as a whole: where it is, its readers, its writer. One store a process, shared by all threads.
 *
 * SQLite: WAL, synchronous=FULL, foreign keys on; one reading connection for each thread that asks, one writer
 * thread that runs write jobs one after the other, each undone alone if it fails, and commits them in groups: a
 * job is done when the group is on disk. PostgreSQL: a connection for each thread that asks; a write job is a
 * transaction on the calling worker's own, run again up to three times on a serialization failure. Either way
 * nothing is acknowledged before it is durable. */
#ifndef MERLON_STORE_STORE_H
#define MERLON_STORE_STORE_H

#include "store/db.h"

struct store;
struct keyring; /* store/seal.h */

struct store_config {
    struct str directory; /* the data directory; must exist and be writable. SQLite's file is merlon.db in it */
    struct str database;  /* empty for SQLite, or postgresql://... */
    bool read_only;       /* for verify: nothing is created or changed */
    bool restoring;       /* SQLite's file is merlon.db.restoring instead: what a restore fills */
    int64_t lock_wait;    /* ms to wait for another program's lock; 0 is 5000 */
};

/* INVALID when the directory or URL cannot be used, AWAY when the server cannot be reached, BROKEN when the file
 * is damaged: one sentence with what to do. */
enum result store_open(struct ctx *ctx, const struct store_config *config, struct store **store) MUST_USE;
/* Ends the writer after what is queued, closes every connection. */
void store_close(struct store *store);

/* The master key for what is sealed or carries a MAC; told once, before anything is written. The caller's until
 * store_close. */
void store_use_keyring(struct store *store, const struct keyring *keyring);
const struct keyring *db_keyring(const struct db *db); /* NULL where the store was told none: verify, export */

enum dialect store_dialect(const struct store *store);

/* This thread's connection for reading, opened at first use and kept. On PostgreSQL the same one serves for writing. */
enum result store_reader(struct ctx *ctx, struct store *store, struct db **db) MUST_USE;
/* Reads that must agree with each other (export, backup, report): a read transaction on ctx->db until
 * store_end_snapshot. */
enum result store_begin_snapshot(struct ctx *ctx) MUST_USE;
void store_end_snapshot(struct ctx *ctx);

/* A write. `run` is called with a connection that is inside a transaction; OK keeps what it did, anything else undoes
 * it. `done` is called once it is durable (or undone) with the final result: on the writer thread for SQLite, on the
 * calling thread for PostgreSQL; it must be quick. The job struct belongs to the caller until `done` has been called.
 * `run` sets up its own ctx (arena, guard); an arena escape inside must be caught by it and returned as BROKEN. */
struct write_job {
    /* `run` may be called again from its beginning, after what it did was undone together with what its neighbours
     * did: then it needs no savepoint of its own, which is a third of the cost of a small write. */
    bool repeatable;
    enum result (*run)(struct write_job *job, struct db *db);
    void (*done)(struct write_job *job, enum result result);
    /* A job that was not begun when `until` (clock_monotonic) has passed is taken back: `late` is called instead of
     * `run` and `done`, on a thread that never waits for the writer, and must be quick. One that was begun comes to its
     * end and to `done`. NULL: it waits for as long as it takes. */
    void (*late)(struct write_job *job);
    int64_t until;
    struct write_job *next; /* for the queue */
};
/* SQLite: queues and returns at once. PostgreSQL: runs it here. BUSY, with done not called, when too many wait. */
enum result store_submit(struct store *store, struct write_job *job) MUST_USE;

/* Inside `done`: why the database could not keep what `run` had done well, when the result is not the one of `run`. */
struct str store_failure(struct store *store);

/* The same for a caller that may wait: runs fn inside a transaction and returns when it is durable. While it runs,
 * ctx->db is the writing connection and ctx->now its own reading of ctx->time; the ctx is used by the writer thread
 * meanwhile. BUSY, with nothing done, when it was not begun within ctx->patience. Must not be called from within a
 * write job (that would wait for itself): inside one, just call the function. */
enum result store_write(struct ctx *ctx, struct store *store, enum result (*fn)(struct ctx *ctx, void *arg),
                        void *arg) MUST_USE;

/* AWAY while writes cannot be kept: the disk is full, another program held SQLite's lock for longer than the last write
 * waits, or SQLite's file was moved away under the program, which then writes nothing until it is started anew. On
 * PostgreSQL: the last write could not be kept. */
enum result store_state(const struct store *store) MUST_USE;
/* For a server, which must not hang: how many ms a statement of a connection made from now on may take (PostgreSQL;
 * else, and at first, there is no limit, because commands may have much to do). */
void store_limit_statements(struct store *store, int64_t ms);
/* The last write ended as BROKEN: damaged data, an error of the disk, or a fault of the program; or the file is not
 * where it was opened. Whether nothing can be written at all is for whoever looks after the database to try
 * (store/pulse.h). */
bool store_is_suspect(const struct store *store);

/* Ends every wait for the database, now and from now on, with AWAY: the program is to end. From any thread. On SQLite
 * there is nothing that waits for long. */
void store_hurry(struct store *store);

/* Takes away what the planner would go by (ANALYZE), which this program never makes; *found: there was something. In
 * writes of its own, now and then; on PostgreSQL it belongs to the server. */
enum result store_drop_statistics(struct ctx *ctx, struct store *store, bool *found) MUST_USE;

/* Says what a write came to that was submitted by store_submit; store_write says it itself. For store_state. */
void store_note_write(struct store *store, enum result result);

/* `told` is called with the numbers that a write gave to db_mark, when its transaction is durable, on the thread that
 * committed it. It must be quick, and may not use the database. Set once, before anything is written. */
void store_watch_commits(struct store *store, void (*told)(void *arg, const struct db_mark *marks, size_t count),
                         void *arg);

/* Bytes of the database and of its log, for metrics and /readyz. */
enum result store_size(struct ctx *ctx, struct store *store, int64_t *bytes) MUST_USE;

#endif
