/* A database with the table of security events, and a stream into it. What the stream has not written yet is waited
 * for. */
#ifndef MERLON_TEST_EVENTS_FIXTURE_H
#define MERLON_TEST_EVENTS_FIXTURE_H

#include "store/fixture.h"

#include "events/inside.h"
#include "events/verify.h"

/* The table; the key is that of all stores of tests. */
const struct keyring *events_tables(struct fixture *f);
/* Opens the stream into f->ctx.events; closed with the arena, or earlier by events_end. */
void events_begin(struct fixture *f, const struct keyring *key);
void events_end(struct fixture *f);

int64_t number_of(struct fixture *f, const char *sql);
void run_sql(struct fixture *f, const char *sql);
enum result try_sql(struct fixture *f, const char *sql);
/* Asks until the number is there; fails the test after 30 s. */
void wait_for_number(struct fixture *f, const char *sql, int64_t wanted);

/* The triggers that refuse changes, gone: as whoever may write the schema would begin. */
void drop_triggers(struct fixture *f);

/* `count` rows of long ago, rightly chained, one a second from `at` on. */
void add_old_rows(struct fixture *f, const struct keyring *key, int64_t at, size_t count);

#endif
