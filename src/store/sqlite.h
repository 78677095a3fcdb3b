/* Inside this room only: SQLite's connections, its writer thread and its checkpoints.
 * Files: sqlite_driver.c (statements and rows), sqlite_error.c (sentences), sqlite_open.c (files, settings),
 * sqlite_writer.c (group commit), sqlite_log.c (writing the log), sqlite_checkpoint.c (moving the log into the
 * file). */
#ifndef MERLON_STORE_SQLITE_H
#define MERLON_STORE_SQLITE_H

#include "store/driver.h"
#include "store/store.h"

#include <pthread.h>

struct sqlite3;

extern const struct driver sqlite_driver;

struct sqlite_db {
    struct db db; /* first, so that a struct db * of this driver is one of these */
    struct sqlite3 *handle;
    int log_pages; /* of the write-ahead log after this connection's last commit */
};

static inline struct sqlite_db *sqlite_of(struct db *db)
{
    return (struct sqlite_db *)(void *)db;
}

enum sqlite_role { SQLITE_READER, SQLITE_WRITER, SQLITE_CHECKPOINTER };

/* Where the database is and how it is opened; lives as long as the store. */
struct sqlite_place {
    char *file; /* DIR/merlon.db */
    int lock_wait;
    bool read_only;
    bool immutable; /* read only, and nothing beside the file may appear */
};

/* Tells what happened to the last call on this connection. */
enum result sqlite_failed(struct db *db, int code);

/* Checks the directory and makes the file when there is none (mode 0600). */
enum result sqlite_place_find(struct ctx *ctx, const struct store_config *config, struct sqlite_place *place) MUST_USE;
void sqlite_place_release(struct sqlite_place *place);
/* `why` (SENTENCE_SIZE) takes the sentence. */
enum result sqlite_open(const struct sqlite_place *place, enum sqlite_role role, struct db **db, char *why) MUST_USE;
int64_t sqlite_size(const struct sqlite_place *place);

/* A thread to which no signal is delivered: those are for whoever waits for them. 0, or what pthread_create says. */
int sqlite_thread(pthread_t *thread, void *(*run)(void *arg), void *arg) MUST_USE;

/* Makes SQLITE_LOG_VFS known, once a process; an SQLITE_* code. */
#define SQLITE_LOG_VFS "merlon"
int sqlite_log_register(void);

/* The writer thread. */
struct sqlite_writer;
enum result sqlite_writer_start(struct ctx *ctx, const struct sqlite_place *place, struct store *store,
                                struct sqlite_writer **writer) MUST_USE;
void sqlite_writer_stop(struct sqlite_writer *writer); /* after what is queued; NULL is fine */
enum result sqlite_writer_submit(struct sqlite_writer *writer, struct write_job *job) MUST_USE;
bool sqlite_writer_is_current(const struct sqlite_writer *writer);      /* the calling thread is the writer */
const char *sqlite_writer_sentence(const struct sqlite_writer *writer); /* only on the writer thread */

/* Moves the log into the file on a thread of its own, so that commits do not wait for it. */
struct sqlite_checkpointer;
enum result sqlite_checkpointer_start(const struct sqlite_place *place, struct sqlite_checkpointer **checkpointer,
                                      char *why) MUST_USE;
void sqlite_checkpointer_stop(struct sqlite_checkpointer *checkpointer);
/* After a commit of `writer`: wakes the thread when there is enough to move, and moves it here when the log is long. */
void sqlite_checkpointer_note(struct sqlite_checkpointer *checkpointer, struct sqlite_db *writer);

#endif
