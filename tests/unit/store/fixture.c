/* Making and removing the database of one test. */
#include "fixture.h"

#include "base/random.h"

struct keyring keyring = {.master = "0123456789abcdef0123456789abcde"};

static void fixture_sql(const char *url, const char *sql)
{
    PGconn *connection = PQconnectdb(url);
    PQclear(PQexec(connection, "SET client_min_messages = error"));
    PGresult *result = PQexec(connection, sql);
    if (PQresultStatus(result) != PGRES_COMMAND_OK) test_failed("%s: %s", sql, PQerrorMessage(connection));
    PQclear(result);
    PQfinish(connection);
}

void fixture_open(struct fixture *f)
{
    struct store_config config = {.directory = str_of(f->directory), .database = str_of(f->url)};
    if (store_open(&f->ctx, &config, &f->store) != OK) test_failed("%.*s", PRINT(f->ctx.error.sentence));
    store_use_keyring(f->store, &keyring);
    assert_int_equal(store_reader(&f->ctx, f->store, &f->ctx.db), OK);
}

/* By chance and not by process: a program that was killed leaves its schemas, and its number to another. */
static void name_schema(struct fixture *f)
{
    uint64_t number;
    random_bytes(&number, sizeof number);
    snprintf(f->schema, sizeof f->schema, "merlon_test_%016llx", (unsigned long long)number);
}

struct fixture *fixture_new(bool postgres)
{
    struct fixture *f = calloc(1, sizeof *f);
    snprintf(f->directory, sizeof f->directory, "/tmp/merlon-test-XXXXXX");
    assert_non_null(mkdtemp(f->directory));
    f->ctx.arena = arena_new(0);
    if (postgres) {
        const char *base = getenv("MERLON_TEST_DATABASE");
        name_schema(f);
        char sql[128];
        snprintf(sql, sizeof sql, "CREATE SCHEMA %s", f->schema);
        fixture_sql(base, sql);
        snprintf(f->url, sizeof f->url, "%s%soptions=-csearch_path%%3D%s", base, strchr(base, '?') ? "&" : "?",
                 f->schema);
    }
    fixture_open(f);
    return f;
}

void fixture_release(struct fixture *f)
{
    arena_reset(f->ctx.arena);
    store_close(f->store);
    arena_free(f->ctx.arena);
    if (f->schema[0]) {
        char sql[128];
        snprintf(sql, sizeof sql, "DROP SCHEMA %s CASCADE", f->schema);
        fixture_sql(getenv("MERLON_TEST_DATABASE"), sql);
    }
    static const char *const files[] = {"merlon.db", "merlon.db-wal", "merlon.db-shm", "master.key", "ledger.heads"};
    for (size_t i = 0; i < COUNT(files); i++) {
        char path[128];
        snprintf(path, sizeof path, "%s/%s", f->directory, files[i]);
        unlink(path);
    }
    rmdir(f->directory);
}

void fixture_free(struct fixture *f)
{
    fixture_release(f);
    free(f);
}

int setup_sqlite(void **state)
{
    *state = fixture_new(false);
    return 0;
}

int setup_postgres(void **state)
{
    *state = getenv("MERLON_TEST_DATABASE") ? fixture_new(true) : NULL;
    return 0;
}

int teardown(void **state)
{
    if (*state) fixture_free(*state);
    return 0;
}

void expect_ok(struct ctx *ctx, enum result result)
{
    if (result != OK) test_failed("%.*s", PRINT(ctx->error.sentence));
}

void expect_sentence(const struct ctx *ctx, const char *part)
{
    size_t at;
    if (!str_find(ctx->error.sentence, str_of(part), &at))
        test_failed("no \"%s\" in: %.*s", part, PRINT(ctx->error.sentence));
}
