/* What SQLite's error codes mean for the one who asked. Unique violations name the columns, because "already taken" is
 * a message for people; the rest says what the operator has to do. */
#include "store/sqlite.h"

#include <errno.h>
#include <sqlite3.h>

struct meaning {
    int code; /* primary or extended */
    enum result result;
    const char *sentence;
};

/* Extended codes come before the primary ones that they belong to. */
static const struct meaning meanings[] = {
    {SQLITE_CONSTRAINT_FOREIGNKEY, CONFLICT,
     SENTENCE("It refers to something that does not exist, or something else still refers to it.")},
    {SQLITE_BUSY, BUSY, SENTENCE("Another program is writing to the database; try again in a moment.")},
    {SQLITE_LOCKED, BUSY, SENTENCE("The database is locked by another part of the program; try again in a moment.")},
    {SQLITE_INTERRUPT, BUSY, SENTENCE("The database query was interrupted; try again.")},
    {SQLITE_FULL, AWAY,
     SENTENCE("The disk that holds the database is full: nothing was saved; make room and try again.")},
    {SQLITE_CORRUPT, BROKEN,
     SENTENCE(
         "The database could not be read as it should be: run `merlon check`, which says whether the file is damaged; "
         "if it is, stop the program and restore the latest backup.")},
    {SQLITE_NOTADB, BROKEN,
     SENTENCE(
         "The database file is damaged or is no database: restore the latest backup, or name another data directory.")},
    {SQLITE_IOERR, AWAY,
     SENTENCE(
         "The disk that holds the database reports an error: try again, and check the disk and the system's log.")},
    {SQLITE_CANTOPEN, AWAY, SENTENCE("The database file cannot be opened: check that it exists and who may read it.")},
    {SQLITE_READONLY, BROKEN,
     SENTENCE("The database cannot be written here: the file or its directory is read-only, or this connection is for "
              "reading.")},
    {SQLITE_NOMEM, BROKEN, SENTENCE("There is no memory left for the database.")},
    {SQLITE_TOOBIG, INVALID, SENTENCE("A value is larger than the database can hold.")},
};

/* "UNIQUE constraint failed: risk.unit, risk.ref" becomes "risk" and "unit, ref". */
static enum result not_unique(struct db *db, const char *message)
{
    struct str rest = str_of(message), table = S(""), piece;
    size_t at;
    if (!str_find(rest, S(": "), &at)) return driver_fail(db, CONFLICT, "There is already an entry with the same key.");
    rest = str_slice(rest, at + 2, rest.len);
    char columns[200];
    size_t len = 0;
    while (str_cut(&rest, ',', &piece)) {
        struct str column = str_trim(piece);
        if (str_find(column, S("."), &at)) {
            table = str_slice(column, 0, at);
            column = str_slice(column, at + 1, column.len);
        }
        int added = snprintf(columns + len, sizeof columns - len, "%s%.*s", len ? ", " : "", PRINT(column));
        if (added < 0 || (size_t)added >= sizeof columns - len) break;
        len += (size_t)added;
    }
    return driver_fail(db, CONFLICT, "There is already an entry in \"%.*s\" with the same %.*s.", PRINT(table),
                       (int)len, columns);
}

static enum result constraint(struct db *db, int code, const char *message)
{
    switch (code) {
    case SQLITE_CONSTRAINT_UNIQUE:
    case SQLITE_CONSTRAINT_PRIMARYKEY:
    case SQLITE_CONSTRAINT_ROWID: return not_unique(db, message);
    case SQLITE_CONSTRAINT_CHECK:
        if (strcmp(message, "CHECK constraint failed: id") == 0) return driver_key_set(db);
        return driver_fail(db, INVALID, "The database refuses a value: %s.", message);
    case SQLITE_CONSTRAINT_TRIGGER: return driver_fail(db, DENIED, "%s", message);
    default: return driver_fail(db, INVALID, "The database refuses a value: %s.", message);
    }
}

/* What a flush could not bring to the disk may be there in part, full or not. */
static bool out_of_space(struct sqlite3 *handle, int code)
{
    int system = sqlite3_system_errno(handle);
    if (code == SQLITE_IOERR_FSYNC) return false;
    return (code & 0xff) == SQLITE_IOERR && (system == ENOSPC || system == EDQUOT || system == EFBIG);
}

/* SQLite calls it corruption when the system refuses to read (SQLITE_IOERR_CORRUPTFS), and forgets the reason; the
 * number of the system's error is still there. The file may be whole, and the error may pass. */
static bool disk_refused(int code)
{
    return ((code & 0xff) == SQLITE_CORRUPT || (code & 0xff) == SQLITE_NOTADB) && (errno == EIO || errno == ENXIO);
}

enum result sqlite_failed(struct db *db, int code)
{
    bool refused = disk_refused(code);
    errno = 0;
    if (refused) code = SQLITE_IOERR;
    struct sqlite3 *handle = sqlite_of(db)->handle;
    int extended =
        handle && (sqlite3_extended_errcode(handle) & 0xff) == (code & 0xff) ? sqlite3_extended_errcode(handle) : code;
    const char *message = handle ? sqlite3_errmsg(handle) : sqlite3_errstr(code);
    if (handle && out_of_space(handle, extended)) extended = SQLITE_FULL;
    for (size_t i = 0; i < COUNT(meanings); i++)
        if (meanings[i].code == extended || meanings[i].code == (extended & 0xff))
            return driver_fail(db, meanings[i].result, "%s", meanings[i].sentence);
    if ((extended & 0xff) == SQLITE_CONSTRAINT) return constraint(db, extended, message);
    return driver_fail(db, BROKEN, "The database refuses a query of the program: %s.", message);
}

/* A commit that fails while it writes or flushes may have reached the disk as a whole: if the machine stops now, the
 * next start finds it. While the program runs, it is not there. A full disk has refused the write, so nothing is. */
enum result sqlite_commit_failed(struct db *db, int code)
{
    enum result result = sqlite_failed(db, code);
    struct sqlite3 *handle = sqlite_of(db)->handle;
    if ((code & 0xff) != SQLITE_IOERR || out_of_space(handle, sqlite3_extended_errcode(handle))) return result;
    return driver_fail(db, AWAY,
                       SENTENCE("The disk that holds the database reports an error: whether the last change was "
                                "saved is not known; look whether it is there before you repeat it, and check "
                                "the disk and the system's log."));
}
