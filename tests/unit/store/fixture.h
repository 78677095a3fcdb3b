/* A store of its own for each test: a fresh directory for SQLite, a fresh schema for PostgreSQL. The same tests run on
 * both: main() calls run_on_both(). PostgreSQL needs MERLON_TEST_DATABASE (a URL); without it those report themselves
 * skipped by name. */
#ifndef MERLON_TEST_STORE_FIXTURE_H
#define MERLON_TEST_STORE_FIXTURE_H

/* cmocka wants these four before itself. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#undef fail /* the name is ours; theirs fails through test_failed here */

#include "store/seal.h"
#include "store/store.h"
#include "store/table.h"

#include <libpq-fe.h>
#include <sys/stat.h>
#include <unistd.h>

#define test_failed(...) (print_error(__VA_ARGS__), print_error("\n"), _fail(__FILE__, __LINE__))

/* Which every store of these tests is told. */
extern struct keyring keyring;

struct fixture {
    char directory[64];
    char url[512]; /* "" for SQLite */
    char schema[64];
    struct store *store;
    struct ctx ctx; /* its db is this thread's reader */
};

void fixture_open(struct fixture *f); /* also anew, after store_close */
struct fixture *fixture_new(bool postgres);
void fixture_release(struct fixture *f);
void fixture_free(struct fixture *f); /* releases one of fixture_new */

int setup_sqlite(void **state);
int setup_postgres(void **state);
int teardown(void **state);

/* In front of each test that runs on both. */
#define FIXTURE(name)                                                                                                  \
    struct fixture *name = *state;                                                                                     \
    if (!name) {                                                                                                       \
        print_message("%s: skipped, MERLON_TEST_DATABASE is not set\n", __func__);                                     \
        skip();                                                                                                        \
    }
#define ON_SQLITE(test)                                                                                                \
    {                                                                                                                  \
        "sqlite: " #test, test, setup_sqlite, teardown, NULL                                                           \
    }
#define ON_POSTGRES(test)                                                                                              \
    {                                                                                                                  \
        "postgres: " #test, test, setup_postgres, teardown, NULL                                                       \
    }
#define ON_BOTH(test) ON_SQLITE(test), ON_POSTGRES(test)

void expect_ok(struct ctx *ctx, enum result result);
void expect_sentence(const struct ctx *ctx, const char *part);

#endif
