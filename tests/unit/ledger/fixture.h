/* A ledger of its own for each test, on either database: the store's fixture with the ledger's tables made, and short
 * words for appending to it. */
#ifndef MERLON_TEST_LEDGER_FIXTURE_H
#define MERLON_TEST_LEDGER_FIXTURE_H

#include "store/fixture.h"

#include "ledger/ledger.h"

/* Makes the tables of the store and of the ledger. */
void ledger_fixture(struct fixture *f);

/* Runs fn in a write and fails the test when it does not succeed. */
void write_ok(struct fixture *f, enum result (*fn)(struct ctx *ctx, void *arg), void *arg);
/* Statements of the test's own, in a write. */
void run_sql(struct fixture *f, const char *sql);
/* The guards of the ledger's tables are dropped: for somebody who owns the database they are no obstacle. */
void drop_guards(struct fixture *f);

/* Appends one entry at `at`, with a comment when that is not NULL; returns its id. */
int64_t append(struct fixture *f, int64_t at, const char *action, const char *subject, int64_t record,
               const char *state, const char *comment);

#endif
