/* SQLite appends to its log a head of 24 bytes and a page for each page of a commit, each by a system call of its own:
 * a hundred for the commit of a group. They lie one behind the other, and nobody reads them before SQLite has synced
 * the file (synchronous=FULL, at each commit): so they are gathered and written at once.
 *
 * What a write could have failed with, a full disk above all, is told by whatever brings the bytes out: the sync, or a
 * read by the same connection. SQLite undoes the commit in each of these cases, as it does after a write.
 *
 * Bytes are gathered only while the connection has SQLite's lock for writing. What is left when it gives that back is
 * of a transaction that was undone, and is let go before: written later, it would lie over what another program has
 * committed at that place. */
#include "store/sqlite.h"

#include <sqlite3.h>

/* 30 pages with their heads: SQLite writes less than 128 kB at a time. */
enum { ROOM = 124 * 1024 };

struct gathered {
    const sqlite3_io_methods *file; /* as the system's files are used */
    sqlite3_io_methods methods;
    struct gathered *other; /* the log's of a database, the database's of a log; NULL: there is none */
    unsigned char *bytes;   /* ROOM; NULL until the first write */
    sqlite3_int64 at;
    int count;
};

static int place; /* of struct gathered behind a file: the size of the system's own */

static struct gathered *gathered_of(sqlite3_file *file)
{
    return (struct gathered *)(void *)((char *)file + place);
}

/* After a failure they are none of the log's any more. */
static int bring_out(sqlite3_file *file)
{
    struct gathered *gathered = gathered_of(file);
    int count = gathered->count;
    gathered->count = 0;
    return count ? gathered->file->xWrite(file, gathered->bytes, count, gathered->at) : SQLITE_OK;
}

static int write_bytes(sqlite3_file *file, const void *bytes, int count, sqlite3_int64 at)
{
    struct gathered *gathered = gathered_of(file);
    bool follows = gathered->count && at == gathered->at + gathered->count && count <= ROOM - gathered->count;
    if (!follows) {
        int code = bring_out(file);
        if (code != SQLITE_OK) return code;
        if (!gathered->bytes) gathered->bytes = malloc(ROOM);
        if (!gathered->bytes || count > ROOM) return gathered->file->xWrite(file, bytes, count, at);
        gathered->at = at;
    }
    memcpy(gathered->bytes + gathered->count, bytes, (size_t)count);
    gathered->count += count;
    return SQLITE_OK;
}

static int read_bytes(sqlite3_file *file, void *bytes, int count, sqlite3_int64 at)
{
    int code = bring_out(file);
    return code == SQLITE_OK ? gathered_of(file)->file->xRead(file, bytes, count, at) : code;
}

static int sync_file(sqlite3_file *file, int flags)
{
    int code = bring_out(file);
    return code == SQLITE_OK ? gathered_of(file)->file->xSync(file, flags) : code;
}

static int cut(sqlite3_file *file, sqlite3_int64 size)
{
    int code = bring_out(file);
    return code == SQLITE_OK ? gathered_of(file)->file->xTruncate(file, size) : code;
}

static int measure(sqlite3_file *file, sqlite3_int64 *size)
{
    int code = bring_out(file);
    return code == SQLITE_OK ? gathered_of(file)->file->xFileSize(file, size) : code;
}

static int control(sqlite3_file *file, int what, void *arg)
{
    int code = bring_out(file);
    return code == SQLITE_OK ? gathered_of(file)->file->xFileControl(file, what, arg) : code;
}

/* What was never synced is no commit's. */
static int close_file(sqlite3_file *file)
{
    struct gathered *gathered = gathered_of(file);
    const sqlite3_io_methods *system = gathered->file;
    free(gathered->bytes);
    gathered->bytes = NULL, gathered->count = 0;
    if (gathered->other) gathered->other->other = NULL;
    return system->xClose(file);
}

/* The locks of the log lie in the memory that belongs to the database; the first of them is the one for writing. */
static int lock_log(sqlite3_file *file, int first, int count, int flags)
{
    const struct gathered *database = gathered_of(file);
    const int given_back = SQLITE_SHM_UNLOCK | SQLITE_SHM_EXCLUSIVE;
    if (database->other && first == 0 && (flags & given_back) == given_back) database->other->count = 0;
    return database->file->xShmLock(file, first, count, flags);
}

int sqlite_log_room(int system_size)
{
    enum { ALIGNED = 16 };
    place = (system_size + ALIGNED - 1) / ALIGNED * ALIGNED;
    return place + (int)sizeof(struct gathered);
}

void sqlite_log_watch(sqlite3_file *file)
{
    struct gathered *database = gathered_of(file);
    *database = (struct gathered){.file = file->pMethods, .methods = *file->pMethods};
    if (!database->methods.xShmLock) return;
    database->methods.xShmLock = lock_log;
    file->pMethods = &database->methods;
}

void sqlite_log_gather(sqlite3_file *file, sqlite3_file *database)
{
    struct gathered *gathered = gathered_of(file);
    if (database->pMethods != &gathered_of(database)->methods) return;
    *gathered = (struct gathered){.file = file->pMethods, .methods = *file->pMethods, .other = gathered_of(database)};
    gathered->other->other = gathered;
    gathered->methods.xWrite = write_bytes;
    gathered->methods.xRead = read_bytes;
    gathered->methods.xSync = sync_file;
    gathered->methods.xTruncate = cut;
    gathered->methods.xFileSize = measure;
    gathered->methods.xFileControl = control;
    gathered->methods.xClose = close_file;
    file->pMethods = &gathered->methods;
}
