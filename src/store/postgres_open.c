/* How a connection to PostgreSQL is made and set. The address comes from the operator, who may have put a password in
 * it: no sentence repeats it. */
#include "store/postgres.h"

#include "base/log.h"

#include <libpq-fe.h>

enum { OLDEST_VERSION = 150000 };

/* jit: compiling a plan costs more than any query here runs. synchronous_commit: acknowledged means durable. */
static const char settings[] =
    "SET client_min_messages=warning; SET standard_conforming_strings=on; SET bytea_output=hex; SET timezone='UTC';"
    "SET extra_float_digits=1; SET jit=off;"
    "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'";

enum result postgres_place_find(struct ctx *ctx, const struct store_config *config, struct postgres_place *place)
{
    const char *url = arena_cstr(ctx->arena, config->database);
    char *why = NULL;
    PQconninfoOption *options = PQconninfoParse(url, &why);
    PQconninfoFree(options);
    PQfreemem(why);
    bool is_url = str_starts(config->database, S("postgresql://")) || str_starts(config->database, S("postgres://"));
    if (!options || !is_url)
        return fail(ctx, INVALID, "The database address cannot be read: write postgresql://USER@HOST:PORT/NAME.");
    *place = (struct postgres_place){.url = strdup(url),
                                     .lock_wait = config->lock_wait ? (int)config->lock_wait : 5000,
                                     .read_only = config->read_only};
    return place->url ? OK : fail(ctx, BROKEN, "There is no memory left to open the database.");
}

void postgres_place_release(struct postgres_place *place)
{
    free(place->url);
    place->url = NULL;
}

static void ignore_notice(void *arg, const char *message)
{
    (void)arg;
    (void)message;
}

enum result postgres_set_up(struct db *db)
{
    struct postgres_db *postgres = postgres_of(db);
    PQsetNoticeProcessor(postgres->connection, ignore_notice, NULL);
    TRY(db->driver->script(db, settings));
    char sql[100];
    snprintf(sql, sizeof sql, "SET lock_timeout=%d; SET default_transaction_read_only=%s", postgres->place->lock_wait,
             postgres->place->read_only ? "on" : "off");
    return db->driver->script(db, sql);
}

static enum result cannot_reach(struct db *db)
{
    char message[300];
    postgres_message(db, message, sizeof message);
    return driver_fail(db, AWAY, "The database cannot be reached: %s. Check the address and that the server runs.",
                       message);
}

static enum result connect_to(struct postgres_db *postgres)
{
    struct db *db = &postgres->db;
    static const char *const names[] = {"dbname", "client_encoding", "fallback_application_name", "connect_timeout",
                                        NULL};
    const char *const values[] = {postgres->place->url, "UTF8", "merlon", "10", NULL};
    postgres->connection = PQconnectdbParams(names, values, 1);
    if (PQstatus(postgres->connection) != CONNECTION_OK) return cannot_reach(db);
    int version = PQserverVersion(postgres->connection);
    if (version < OLDEST_VERSION)
        log_line(LOG_WARNING, "the database server is older than PostgreSQL 15", "version", (int64_t)version, NULL);
    return postgres_set_up(db);
}

enum result postgres_open(const struct postgres_place *place, struct db **db, char *why)
{
    enum { STATEMENTS = 2 * 1024 * 1024 };
    *db = NULL;
    struct postgres_db *opened = calloc(1, sizeof *opened);
    if (!opened) {
        snprintf(why, SENTENCE_SIZE, "There is no memory left to open the database.");
        return BROKEN;
    }
    db_init(&opened->db, &postgres_driver, STATEMENTS);
    opened->place = place;
    enum result result = connect_to(opened);
    if (result != OK) {
        memcpy(why, opened->db.sentence, SENTENCE_SIZE);
        opened->db.driver->close(&opened->db);
        return result;
    }
    *db = &opened->db;
    return OK;
}
