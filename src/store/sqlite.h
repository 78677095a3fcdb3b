/* Inside this room only: SQLite's connections, its writer thread and its checkpoints.
 * Files: sqlite_driver.c (statements and rows), sqlite_error.c (sentences), sqlite_open.c (opening, settings),
 * sqlite_file.c (is the file still there), sqlite_journal.c (no journal is obeyed), sqlite_log.c (the log is written at
 * once), sqlite_writer.c (group commit), sqlite_checkpoint.c (moving the log into the file). */
#ifndef MERLON_STORE_SQLITE_H
#define MERLON_STORE_SQLITE_H

#include "store/driver.h"
#include "store/lock.h"
#include "store/store.h"

#include <pthread.h>
#include <sys/types.h>

struct sqlite3;

extern const struct driver sqlite_driver;

struct sqlite_db {
    struct db db; /* first, so that a struct db * of this driver is one of these */
    struct sqlite3 *handle;
    int log_pages; /* of the write-ahead log after this connection's last commit */
    int log_tried; /* of them, how many were there when they were last moved into the file */
};

static inline struct sqlite_db *sqlite_of(struct db *db)
{
    return (struct sqlite_db *)(void *)db;
}

enum sqlite_role { SQLITE_READER, SQLITE_WRITER };

/* Where the database is and how it is opened; lives as long as the store. */
struct sqlite_place {
    char *file; /* DIR/merlon.db, or DIR/merlon.db.restoring */
    int lock_wait;
    bool read_only;
    bool immutable; /* read only, and it is certain that nobody writes: the lock is held, or the medium is read-only */
    struct directory_lock lock;
};

/* Tells what happened to the last call on this connection. */
enum result sqlite_failed(struct db *db, int code);
enum result sqlite_commit_failed(struct db *db, int code); /* the same, of COMMIT */

/* Checks the directory and makes the file when there is none (mode 0600). */
enum result sqlite_place_find(struct ctx *ctx, const struct store_config *config, struct sqlite_place *place) MUST_USE;
void sqlite_place_release(struct sqlite_place *place);
/* `why` (SENTENCE_SIZE) takes the sentence. */
enum result sqlite_open(const struct sqlite_place *place, enum sqlite_role role, struct db **db, char *why) MUST_USE;
/* "x" is a name and never a text, in statements and in definitions. What SQLite returns. */
int sqlite_refuse_loose_text(struct sqlite3 *handle);
/* The way to the system's files by which no rollback journal is seen; NULL without memory. */
const char *sqlite_vfs(void);
/* What goes to the log is gathered (sqlite_log.c). Behind each file of the VFS there is that much room, in bytes, of
 * which `system_size` are the system's; both are told as the system has opened them, the database first. */
struct sqlite3_file;
int sqlite_log_room(int system_size);
void sqlite_log_watch(struct sqlite3_file *file);
void sqlite_log_gather(struct sqlite3_file *file, struct sqlite3_file *database);
/* INVALID, saying what to do, where there is one beside the database that is not empty. */
enum result sqlite_demand_no_journal(struct ctx *ctx, const char *directory, const char *own_name) MUST_USE;
int64_t sqlite_size(const struct sqlite_place *place);

/* Which files the database and its log are, as they were opened. */
enum { SQLITE_FILES = 3 };
struct sqlite_file_identity {
    dev_t device[SQLITE_FILES];
    ino_t inode[SQLITE_FILES];
};
void sqlite_file_note(const struct sqlite_place *place, struct sqlite_file_identity *identity);
enum result sqlite_file_moved(struct db *db); /* AWAY, with its sentence */
bool sqlite_file_is_there(const struct sqlite_place *place, const struct sqlite_file_identity *identity);

/* The writer thread. */
struct sqlite_writer;
enum result sqlite_writer_start(struct ctx *ctx, const struct sqlite_place *place, struct store *store,
                                struct sqlite_writer **writer) MUST_USE;
void sqlite_writer_stop(struct sqlite_writer *writer); /* after what is queued; NULL is fine */
/* After it was stopped and all readers were closed: the last one moves the log into the file and removes it. */
void sqlite_writer_free(struct sqlite_writer *writer);
enum result sqlite_writer_submit(struct sqlite_writer *writer, struct write_job *job) MUST_USE;
bool sqlite_writer_is_current(const struct sqlite_writer *writer);      /* the calling thread is the writer */
const char *sqlite_writer_sentence(const struct sqlite_writer *writer); /* only on the writer thread */
bool sqlite_writer_has_its_file(const struct sqlite_writer *writer);    /* it is where it was opened; from any thread */
/* How the last group ended: OK, or AWAY when the disk is full or the file was moved away. From any thread. */
enum result sqlite_writer_state(const struct sqlite_writer *writer);

/* Moving the log into the file; all of it on the writer thread, outside of a transaction. */
void sqlite_log_note(struct sqlite_db *writer, int pages); /* after a commit: how many pages it has */
bool sqlite_log_is_long(const struct sqlite_db *writer);
bool sqlite_log_is_moved(const struct sqlite_db *writer);
void sqlite_log_move(struct sqlite_db *writer);

#endif
