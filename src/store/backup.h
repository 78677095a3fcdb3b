/* Backups: one file with every row of every table, taken while the program runs, from one consistent view. It holds
 * rows and no database pages, so what was taken on SQLite can be restored on PostgreSQL and the other way round.
 * Compressed, and sealed under the master key, or under a passphrase (Argon2id); then the master key itself is in it,
 * so that file and passphrase are all that a new machine needs. What can be derived (the search index) is not in it:
 * rebuild it afterwards.
 *
 * Every function checks what it reads to the last byte. INVALID: no backup, or not of this program's making; DENIED: it
 * does not open with this key or passphrase; BROKEN: it is damaged, and the sentence says where. */
#ifndef MERLON_STORE_BACKUP_H
#define MERLON_STORE_BACKUP_H

#include "store/left_out.h"
#include "store/seal.h"
#include "store/store.h"
#include "store/table.h"

enum { PASSPHRASE_MIN = 12 };

struct backup {
    const struct table *const *tables; /* all of the program's */
    size_t table_count;
    const struct keyring *keyring; /* writing: always; reading: not needed with a passphrase */
    struct str passphrase;         /* empty: sealed under the master key */
    struct str key_file;           /* restore: where the master key goes that the backup brings; empty: nowhere */
    void (*progress)(void *arg, int64_t rows, int64_t of); /* every thousand rows; of 0: not known; NULL for none */
    void *progress_arg;
    /* Restoring: called in its transaction, so that what they do is there with the data or not at all. `filled` when
     * all rows are in and neither index nor trigger guards them yet; `last` when everything is there. NULL for none. */
    enum result (*filled)(struct ctx *ctx, void *arg);
    enum result (*last)(struct ctx *ctx, void *arg);
    void *arg; /* of both */
};

struct backup_info {
    struct str program;  /* the version that made it */
    struct str database; /* "sqlite" or "postgresql" */
    int64_t made_at;     /* ms */
    int64_t tables, rows;
    int64_t bytes; /* of the file */
    bool brings_master_key;
    struct left_out left_out; /* after a restore: what was not brought in; `filled` may add to it */
    const char *key_written;  /* after a restore: the key file that it made; NULL */
};

/* Writes PATH.partial, reads it back to check it, syncs, and renames it to PATH (replacing an older one). PATH is as it
 * was when anything fails. */
enum result store_backup(struct ctx *ctx, struct store *store, const struct backup *backup, struct str path,
                         struct backup_info *info) MUST_USE;

/* Into a database that has none of the tables yet (CONFLICT otherwise): makes them and fills them in one transaction;
 * what fails leaves the database empty. Rows that the tables do not take (left_out.h) are left out and counted in
 * info->left_out. INVALID when the backup has a table or column that this program does not know.
 * The key file is made with mode 0600 before, and goes again when the rest fails, but not where PostgreSQL went
 * AWAY, since the data may be in; one that exists must hold the same key (CONFLICT). */
enum result store_restore(struct ctx *ctx, struct store *store, const struct backup *backup, struct str path,
                          struct backup_info *info) MUST_USE;

/* INVALID when the file is no backup; for that neither key nor passphrase is needed. *passphrase: it is sealed with
 * one, not under a master key. */
enum result backup_look(struct ctx *ctx, struct str path, bool *passphrase) MUST_USE;
/* Whether the file is a backup that opens with this key or passphrase; only its beginning is read. */
enum result backup_opens(struct ctx *ctx, const struct backup *backup, struct str path) MUST_USE;

/* Reads a whole file without a database: opens every chunk, parses every row, compares every count. */
enum result backup_check(struct ctx *ctx, const struct backup *backup, struct str path,
                         struct backup_info *info) MUST_USE;

/* The same, and what a restore will leave out because it refers to a row that is not in it: info->left_out. */
enum result backup_check_rows(struct ctx *ctx, const struct backup *backup, struct str path,
                              struct backup_info *info) MUST_USE;

#endif
