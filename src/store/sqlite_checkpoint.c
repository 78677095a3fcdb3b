/* The write-ahead log is moved into the file by the writer itself, between two groups of writes: never while a
 * transaction is open. SQLite 3.7.0 to 3.51.2 can corrupt a file when one connection moves the log at the moment at
 * which another begins it anew ("WAL-reset bug"), and Debian 12 has 3.40; where one thread does both, that moment does
 * not exist. So little is moved at a time that those who wait meanwhile hardly notice. */
#include "store/sqlite.h"

#include "base/log.h"

#include <sqlite3.h>

/* Of 4 kB. Much of the log is the same pages again and again, which are moved once: four times as long a log moves
 * twice as many pages. Its index has one block up to 4062 pages, so that readers look into one. */
enum { PAGES_WORTH_MOVING = 4000 };

void sqlite_log_note(struct sqlite_db *writer, int pages)
{
    if (pages < writer->log_pages) writer->log_tried = 0; /* the log began anew */
    writer->log_pages = pages;
}

bool sqlite_log_is_long(const struct sqlite_db *writer)
{
    return writer->log_pages - writer->log_tried >= PAGES_WORTH_MOVING;
}

bool sqlite_log_is_moved(const struct sqlite_db *writer)
{
    return writer->log_pages == writer->log_tried;
}

/* A reader that stays (a long export) holds the rest of the log; it is tried again after as many pages more. */
void sqlite_log_move(struct sqlite_db *writer)
{
    int all = 0, moved = 0;
    int code = sqlite3_wal_checkpoint_v2(writer->handle, NULL, SQLITE_CHECKPOINT_PASSIVE, &all, &moved);
    writer->log_tried = writer->log_pages;
    if (code != SQLITE_OK && code != SQLITE_BUSY)
        log_line(LOG_WARNING, "checkpoint failed", "code", (int64_t)code, NULL);
}
