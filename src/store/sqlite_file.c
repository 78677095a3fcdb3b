/* A file that is moved away under a running program takes along what is written from then on, and so does its log; at
 * the next start neither would be found; without its -shm others read the file wrongly. So all are looked for, by name,
 * before each group of writes: calls of the system that cost a microsecond each. */
#include "store/sqlite.h"

#include <sys/stat.h>

static const char *const endings[SQLITE_FILES] = {"", "-wal", "-shm"};

static bool look(const struct sqlite_place *place, size_t which, struct stat *status)
{
    char path[4096];
    int len = snprintf(path, sizeof path, "%s%s", place->file, endings[which]);
    return len > 0 && (size_t)len < sizeof path && stat(path, status) == 0;
}

void sqlite_file_note(const struct sqlite_place *place, struct sqlite_file_identity *identity)
{
    for (size_t i = 0; i < SQLITE_FILES; i++) {
        struct stat status = {0};
        if (!look(place, i, &status)) status.st_ino = 0;
        identity->device[i] = status.st_dev;
        identity->inode[i] = status.st_ino;
    }
}

bool sqlite_file_is_there(const struct sqlite_place *place, const struct sqlite_file_identity *identity)
{
    for (size_t i = 0; i < SQLITE_FILES; i++) {
        struct stat status;
        if (!look(place, i, &status)) return false;
        if (status.st_ino != identity->inode[i] || status.st_dev != identity->device[i]) return false;
    }
    return true;
}

enum result sqlite_file_moved(struct db *db)
{
    return driver_fail(
        db, AWAY, "%s",
        SENTENCE("The database file was moved away or replaced while the program ran: nothing is written any more. Put "
                 "it back, with its log beside it, and start the program anew."));
}

int64_t sqlite_size(const struct sqlite_place *place)
{
    int64_t bytes = 0;
    for (size_t i = 0; i < SQLITE_FILES - 1; i++) {
        struct stat status;
        if (look(place, i, &status)) bytes += status.st_size;
    }
    return bytes;
}
