/* Inside this room only: PostgreSQL's connections. Files: postgres_driver.c (statements), postgres_rows.c (rows),
 * postgres_sql.c (?1 to $1), postgres_error.c (sentences), postgres_open.c (connecting, settings). */
#ifndef MERLON_STORE_POSTGRES_H
#define MERLON_STORE_POSTGRES_H

#include "store/driver.h"
#include "store/store.h"

struct pg_conn;

struct postgres_place {
    char *url;
    int lock_wait;
    bool read_only;
};

enum result postgres_place_find(struct ctx *ctx, const struct store_config *config,
                                struct postgres_place *place) MUST_USE;
void postgres_place_release(struct postgres_place *place);
/* `why` (SENTENCE_SIZE) takes the sentence. */
enum result postgres_open(const struct postgres_place *place, struct db **db, char *why) MUST_USE;

#endif
