/* SQLite writes each page of its log by two system calls, a frame's head and the page; a group of creates writes a
 * hundred pages. Through this VFS what is written to a log is gathered and goes out in large pieces, at the latest when
 * the log is synchronised: with synchronous=FULL that is before any other connection is told of it. */
#include "store/sqlite.h"

#include <sqlite3.h>

/* Thirty frames; a single write of SQLite's own takes at most 131,071 bytes. */
enum { FRAME = 24 + 4096, GATHERED = 30 * FRAME };

struct log_file {
    sqlite3_file file; /* first: what SQLite sees */
    sqlite3_file *real;
    char *gathered; /* GATHERED bytes, from the first write on */
    int len;
    sqlite3_int64 from; /* offset of the first */
};

static struct log_file *log_of(sqlite3_file *file)
{
    return (struct log_file *)(void *)file;
}

static int real_write(const struct log_file *log, const void *bytes, int len, sqlite3_int64 offset)
{
    return log->real->pMethods->xWrite(log->real, bytes, len, offset);
}

static int put_out(struct log_file *log)
{
    int len = log->len;
    log->len = 0; /* also when it fails: then the commit does */
    return len ? real_write(log, log->gathered, len, log->from) : SQLITE_OK;
}

static int log_write(sqlite3_file *file, const void *bytes, int len, sqlite3_int64 offset)
{
    struct log_file *log = log_of(file);
    bool follows = log->len && offset == log->from + log->len;
    if (!follows || len > GATHERED - log->len) {
        int code = put_out(log);
        if (code != SQLITE_OK) return code;
    }
    if (!log->gathered) log->gathered = malloc(GATHERED);
    if (!log->gathered || len > GATHERED) return real_write(log, bytes, len, offset);
    if (!log->len) log->from = offset;
    memcpy(log->gathered + log->len, bytes, (size_t)len);
    log->len += len;
    return SQLITE_OK;
}

static int log_read(sqlite3_file *file, void *bytes, int len, sqlite3_int64 offset)
{
    struct log_file *log = log_of(file);
    int code = put_out(log);
    return code == SQLITE_OK ? log->real->pMethods->xRead(log->real, bytes, len, offset) : code;
}

static int log_truncate(sqlite3_file *file, sqlite3_int64 size)
{
    struct log_file *log = log_of(file);
    int code = put_out(log);
    return code == SQLITE_OK ? log->real->pMethods->xTruncate(log->real, size) : code;
}

static int log_sync(sqlite3_file *file, int flags)
{
    struct log_file *log = log_of(file);
    int code = put_out(log);
    return code == SQLITE_OK ? log->real->pMethods->xSync(log->real, flags) : code;
}

static int log_size(sqlite3_file *file, sqlite3_int64 *size)
{
    struct log_file *log = log_of(file);
    int code = put_out(log);
    return code == SQLITE_OK ? log->real->pMethods->xFileSize(log->real, size) : code;
}

static int log_close(sqlite3_file *file)
{
    struct log_file *log = log_of(file);
    int written = put_out(log), closed = log->real->pMethods->xClose(log->real);
    free(log->gathered);
    return written == SQLITE_OK ? closed : written;
}

static int log_lock(sqlite3_file *file, int level)
{
    struct log_file *log = log_of(file);
    return log->real->pMethods->xLock(log->real, level);
}

static int log_unlock(sqlite3_file *file, int level)
{
    struct log_file *log = log_of(file);
    return log->real->pMethods->xUnlock(log->real, level);
}

static int log_check_lock(sqlite3_file *file, int *locked)
{
    struct log_file *log = log_of(file);
    return log->real->pMethods->xCheckReservedLock(log->real, locked);
}

static int log_control(sqlite3_file *file, int what, void *argument)
{
    struct log_file *log = log_of(file);
    return log->real->pMethods->xFileControl(log->real, what, argument);
}

static int log_sector(sqlite3_file *file)
{
    struct log_file *log = log_of(file);
    return log->real->pMethods->xSectorSize(log->real);
}

static int log_traits(sqlite3_file *file)
{
    struct log_file *log = log_of(file);
    return log->real->pMethods->xDeviceCharacteristics(log->real);
}

/* Version 1: a log is neither shared nor mapped. */
static const sqlite3_io_methods log_methods = {
    .iVersion = 1,
    .xClose = log_close,
    .xRead = log_read,
    .xWrite = log_write,
    .xTruncate = log_truncate,
    .xSync = log_sync,
    .xFileSize = log_size,
    .xLock = log_lock,
    .xUnlock = log_unlock,
    .xCheckReservedLock = log_check_lock,
    .xFileControl = log_control,
    .xSectorSize = log_sector,
    .xDeviceCharacteristics = log_traits,
};

/* ---- the VFS: the system's own, but for logs ---- */

static sqlite3_vfs *system_vfs(sqlite3_vfs *vfs)
{
    return vfs->pAppData;
}

static int open_file(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *opened)
{
    sqlite3_vfs *own = system_vfs(vfs);
    if (!(flags & SQLITE_OPEN_WAL)) return own->xOpen(own, name, file, flags, opened);
    struct log_file *log = log_of(file);
    *log = (struct log_file){.real = (sqlite3_file *)(void *)(log + 1)};
    int code = own->xOpen(own, name, log->real, flags, opened);
    if (log->real->pMethods) log->file.pMethods = &log_methods;
    return code;
}

int sqlite_log_register(void)
{
    sqlite3_vfs *own = sqlite3_vfs_find("unix");
    if (sqlite3_vfs_find(SQLITE_LOG_VFS)) return SQLITE_OK;
    sqlite3_vfs *vfs = own ? malloc(sizeof *vfs) : NULL;
    if (!vfs) return SQLITE_NOMEM;
    *vfs = *own;
    vfs->pNext = NULL;
    vfs->zName = SQLITE_LOG_VFS;
    vfs->szOsFile = own->szOsFile + (int)sizeof(struct log_file);
    vfs->pAppData = own;
    vfs->xOpen = open_file;
    return sqlite3_vfs_register(vfs, 0); /* SQLite's from here on, for as long as the process lives */
}
