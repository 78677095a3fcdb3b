/* Between the files of the bare server: how its database is opened, its list, its insert. */
#ifndef MERLON_BENCH_BARE_PARTS_H
#define MERLON_BENCH_BARE_PARTS_H

#include "base/str.h"

#include <microhttpd.h>
#include <sqlite3.h>

/* As Merlon sets its connections: WAL, FULL, mapped, the same cache. */
sqlite3 *bare_open(const char *directory, int cache_kilobytes);
sqlite3_stmt *bare_prepare(sqlite3 *database, struct str sql);

void bare_list_open(const char *directory);
enum MHD_Result bare_list(struct MHD_Connection *connection);

struct bare_insert; /* one request */
void bare_insert_open(const char *directory);
struct bare_insert *bare_insert_new(struct MHD_Connection *connection);
void bare_insert_body(struct bare_insert *insert, const char *at, size_t len);
void bare_insert_submit(struct bare_insert *insert); /* suspends the connection */
bool bare_insert_done(const struct bare_insert *insert);
enum MHD_Result bare_insert_answer(struct bare_insert *insert);
void bare_insert_free(struct bare_insert *insert);

#endif
