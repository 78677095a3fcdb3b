/* How SQLite reaches the system's files: by its own way, with two differences.
 *
 * The program keeps a log (merlon.db-wal) and no rollback journal. SQLite obeys one that lies beside a database: it
 * writes the journal's pages into the file, and removes the file that the journal names as the one above it, whichever
 * that is. So whoever may write the directory could have root's next command remove any file: no journal is seen.
 *
 * And what goes to the log is gathered (sqlite_log.c). */
#include "store/sqlite.h"

#include <pthread.h>
#include <sqlite3.h>
#include <sys/stat.h>

static const char ending[] = "-journal";
static sqlite3_vfs careful;
static const sqlite3_vfs *usual;
static pthread_once_t made = PTHREAD_ONCE_INIT;

static bool is_journal(const char *path)
{
    size_t len = path ? strlen(path) : 0, most = sizeof ending - 1;
    return len >= most && strcmp(path + len - most, ending) == 0;
}

/* SQLite asks whether there is one before each first reading. What came after the program's own look is none to it. */
static int look(sqlite3_vfs *vfs, const char *path, int flags, int *there)
{
    if (flags != SQLITE_ACCESS_EXISTS || !is_journal(path)) return usual->xAccess(vfs, path, flags, there);
    *there = 0;
    return SQLITE_OK;
}

static int open_file(sqlite3_vfs *vfs, const char *path, sqlite3_file *file, int flags, int *opened)
{
    int code = usual->xOpen(vfs, path, file, flags, opened);
    if (code == SQLITE_OK && (flags & SQLITE_OPEN_MAIN_DB)) sqlite_log_watch(file);
    if (code == SQLITE_OK && (flags & SQLITE_OPEN_WAL)) sqlite_log_gather(file, sqlite3_database_file_object(path));
    return code;
}

/* Before SQLite is used at all: it would count what memory it has, under a lock that all threads share. */
static void make(void)
{
    sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    sqlite3_vfs *found = sqlite3_vfs_find(NULL);
    if (!found) return;
    usual = found;
    careful = *found;
    careful.pNext = NULL;
    careful.zName = "merlon";
    careful.xAccess = look;
    careful.xOpen = open_file;
    careful.szOsFile = sqlite_log_room(found->szOsFile);
    if (sqlite3_vfs_register(&careful, 0) != SQLITE_OK) usual = NULL;
}

const char *sqlite_vfs(void)
{
    pthread_once(&made, make);
    return usual ? careful.zName : NULL;
}

enum result sqlite_demand_no_journal(struct ctx *ctx, const char *directory, const char *own_name)
{
    struct stat status;
    const char *path = arena_print(ctx->arena, "%s/%s%s", directory, own_name, ending).at;
    if (lstat(path, &status) != 0 || status.st_size == 0) return OK;
    return fail(ctx, INVALID,
                "%s is a rollback journal, which this program never leaves: SQLite would write what it holds into the "
                "database and could remove any file that it names, so nothing was opened. Find out who put it there "
                "and move it away, then run merlon verify; if another program wrote to this database and was cut off, "
                "restore the latest backup.",
                path);
}
