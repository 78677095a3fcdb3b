/* What PostgreSQL's error codes (SQLSTATE, appendix A of its manual) mean for the one who asked. */
#include "store/postgres.h"

#include "base/log.h"

#include <libpq-fe.h>

struct meaning {
    const char *state; /* a whole code, or the two characters of its class */
    enum result result;
    bool transient;
    const char *sentence; /* NULL: the server's own words */
};

static const struct meaning meanings[] = {
    {"23503", CONFLICT, false,
     SENTENCE("It refers to something that does not exist, or something else still refers to it.")},
    {"23", INVALID, false, NULL},
    {"22", INVALID, false, NULL},
    {"40001", BUSY, true, SENTENCE("Somebody changed the same at the same moment; try again.")},
    {"40P01", BUSY, true, SENTENCE("Two changes waited for each other; try again.")},
    {"40", BROKEN, false, NULL},
    {"55P03", BUSY, false, SENTENCE("Another change holds what this one needs; try again in a moment.")},
    {"57014", BUSY, false, SENTENCE("The database query was interrupted or took too long; try again.")},
    {"53100", AWAY, false,
     SENTENCE("The disk of the database server is full: nothing was saved; make room there and try again.")},
    {"53200", BUSY, false, SENTENCE("The database server has no memory left; try again later.")},
    {"53300", BUSY, false,
     SENTENCE("The database server takes no more connections: raise max_connections, or try again.")},
    {"0A000", AWAY, true,
     SENTENCE("The tables of the database were changed under the running program; try again in a moment.")},
    {"25006", AWAY, false,
     SENTENCE("The database cannot be written here: this server or connection is for reading only.")},
    {"25P03", AWAY, true,
     SENTENCE("This change stood still for too long, so the database has given it up: nothing was saved; try again.")},
    {"25P02", BROKEN, false, SENTENCE("An earlier failure in this write was not undone before it went on.")},
    {"P0001", DENIED, false, NULL},
    {"57P", AWAY, true, SENTENCE("The database server is stopping or starting; try again in a moment.")},
    {"08", AWAY, false, SENTENCE("The connection to the database was lost; try again in a moment.")},
    {"58", BROKEN, false,
     SENTENCE("The disk of the database server reports an error: nothing was saved; see its log.")},
    {"XX001", BROKEN, false, SENTENCE("The database is damaged: stop the program and restore the latest backup.")},
    {"XX002", BROKEN, false,
     SENTENCE("An index of the database is damaged: run REINDEX, or restore the latest backup.")},
};

/* "Key (unit, ref)=(1, RSK-1) already exists." gives "unit, ref"; the values may be personal and stay out. */
static struct str columns_of(const char *detail)
{
    struct str text = str_of(detail);
    size_t from, to;
    if (!str_find(text, S("("), &from) || !str_find(text, S(")=("), &to) || to <= from) return S("key");
    return str_slice(text, from + 1, to);
}

static enum result not_unique(struct db *db, const struct pg_result *result)
{
    const char *table = PQresultErrorField(result, PG_DIAG_TABLE_NAME);
    char columns[200];
    size_t len = 0;
    struct str named = columns_of(PQresultErrorField(result, PG_DIAG_MESSAGE_DETAIL));
    for (size_t i = 0; i < named.len && len < sizeof columns; i++)
        if (named.at[i] != '"') columns[len++] = named.at[i];
    return driver_fail(db, CONFLICT, "There is already an entry in \"%s\" with the same %.*s.", table ? table : "?",
                       (int)len, columns);
}

void postgres_message(const struct db *db, char *message, size_t room)
{
    const struct postgres_db *postgres = (const struct postgres_db *)(const void *)db;
    struct str text = str_of(PQerrorMessage(postgres->connection)), line;
    if (!str_cut(&text, '\n', &line)) line = S("no answer");
    static const struct str severity = {"FATAL:", 6};
    if (str_starts(line, severity)) line = str_trim(str_slice(line, severity.len, line.len));
    snprintf(message, room, "%.*s", PRINT(line));
}

/* Names hosts, ports and accounts: for who runs the program, never for whoever asks it something. */
static void log_why(const struct db *db, const char *what)
{
    char message[300];
    postgres_message(db, message, sizeof message);
    log_text(LOG_WARNING, what, "why", str_of(message));
}

static enum result connection_lost(struct db *db)
{
    const struct postgres_db *postgres = postgres_of(db);
    if (postgres->ended == POSTGRES_HURRIED) return driver_fail(db, AWAY, "The program is stopping.");
    if (postgres->ended == POSTGRES_LATE)
        return driver_fail(db, AWAY, "The database does not answer; try again in a moment.");
    db->transient = true; /* once more, on a new connection */
    log_why(db, "the connection to the database was lost");
    return driver_fail(db, AWAY, "%s", SENTENCE("The connection to the database was lost; try again in a moment."));
}

enum result postgres_not_reached(struct db *db)
{
    log_why(db, "the database cannot be reached");
    return driver_fail(db, AWAY, "%s", SENTENCE("The database cannot be reached at present; try again in a moment."));
}

static bool is_check_of_key(const PGresult *result)
{
    const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    const char *name = PQresultErrorField(result, PG_DIAG_CONSTRAINT_NAME);
    return state && name && strcmp(state, "23514") == 0 && str_ends(str_of(name), S("_id_check"));
}

enum result postgres_failed(struct db *db, const struct pg_result *result)
{
    const char *state = result ? PQresultErrorField(result, PG_DIAG_SQLSTATE) : NULL;
    if (!state) return connection_lost(db);
    if (strcmp(state, "23505") == 0) return not_unique(db, result);
    const char *message = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
    postgres_of(db)->undone = strcmp(state, "25P03") == 0;
    if (strcmp(state, "0A000") == 0) postgres_leave(db); /* plans of before fail for as long as the connection lasts */
    if (strcmp(state, "25006") == 0 && !postgres_leave(db))
        return driver_fail(db, BROKEN, "The database was opened for reading only.");
    for (size_t i = 0; i < COUNT(meanings); i++) {
        const struct meaning *meaning = &meanings[i];
        if (!str_starts(str_of(state), str_of(meaning->state))) continue;
        db->transient = db->transient || meaning->transient;
        if (is_check_of_key(result)) return driver_key_set(db);
        if (meaning->sentence) return driver_fail(db, meaning->result, "%s", meaning->sentence);
        if (meaning->result == DENIED) return driver_fail(db, DENIED, "%s", message);
        return driver_fail(db, meaning->result, "The database refuses a value: %s.", message);
    }
    return driver_fail(db, BROKEN, "The database refuses a query of the program: %s (%s).", message, state);
}
