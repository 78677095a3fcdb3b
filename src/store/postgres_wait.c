/* While the program serves, every wait for the server has an end; a command that runs by itself waits for as long as
 * its statement takes, unless it reads a snapshot. A host that vanishes answers nothing and refuses nothing, and a
 * server that is frozen still has its kernel acknowledge what is sent: so libpq never blocks here, and a wait that is
 * over closes the socket, after which libpq itself tells that the connection is lost. */
#include "store/postgres.h"

#include "base/clock.h"

#include <errno.h>
#include <libpq-fe.h>
#include <poll.h>
#include <sys/socket.h>

/* The server ends a statement of its own accord at its limit; this is how much longer an answer may take. */
enum { GRACE = 5 * SECOND };

static int64_t limit_of(const struct postgres_db *postgres)
{
    if (postgres->db.patient) return POSTGRES_SNAPSHOT_WAIT;
    int limit = atomic_load(&postgres->place->statement_limit);
    return limit ? limit + GRACE : 0;
}

static void give_up(struct postgres_db *postgres, enum postgres_end end)
{
    postgres->ended = end;
    shutdown(PQsocket(postgres->connection), SHUT_RDWR);
}

/* Until the socket has something to read, or takes what is still to be sent. `until` 0 is for ever. */
static void wait_for_socket(struct postgres_db *postgres, bool sends, int64_t until)
{
    struct pollfd waits[] = {
        {.fd = PQsocket(postgres->connection), .events = (short)(POLLIN | (sends ? POLLOUT : 0))},
        {.fd = postgres->place->hurry, .events = POLLIN},
    };
    int64_t left = until ? until - clock_monotonic() : -1;
    if (until && left < 0) left = 0;
    int ready = poll(waits, COUNT(waits), (int)left);
    if (ready < 0 && errno == EINTR) return;
    if (waits[1].revents)
        give_up(postgres, POSTGRES_HURRIED);
    else if (ready == 0)
        give_up(postgres, POSTGRES_LATE);
}

struct pg_result *postgres_receive(struct db *db)
{
    struct postgres_db *postgres = postgres_of(db);
    PGconn *connection = postgres->connection;
    int64_t limit = limit_of(postgres), until = limit ? clock_monotonic() + limit : 0;
    while (PQstatus(connection) == CONNECTION_OK) {
        int flushed = PQflush(connection);
        if (flushed == 0 && !PQisBusy(connection)) break;
        if (!postgres->ended) wait_for_socket(postgres, flushed > 0, until);
        if (!PQconsumeInput(connection)) break;
    }
    return PQgetResult(connection);
}

/* As PQexec does it: the last result, except that a failed one stays. */
struct pg_result *postgres_collect(struct db *db, int sent)
{
    PGresult *kept = NULL;
    if (!sent) return NULL;
    for (PGresult *result = postgres_receive(db); result; result = postgres_receive(db)) {
        ExecStatusType status = PQresultStatus(kept);
        bool failed = kept && status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK;
        PQclear(failed ? result : kept);
        if (!failed) kept = result;
    }
    return kept;
}

bool postgres_leave(struct db *db)
{
    const struct postgres_db *postgres = postgres_of(db);
    if (postgres->place->read_only) return false;
    shutdown(PQsocket(postgres->connection), SHUT_RDWR);
    return true;
}

bool postgres_is_hurried(const struct postgres_place *place)
{
    struct pollfd wait = {.fd = place->hurry, .events = POLLIN};
    return poll(&wait, 1, 0) > 0;
}
