/* Both handlers behind one daemon with as many loops as cores, as the program has it. */
#include "bench/bare.h"

#include "bench/bare_parts.h"
#include "bench/process.h"

#include <signal.h>
#include <unistd.h>

sqlite3_stmt *bare_prepare(sqlite3 *database, struct str sql)
{
    sqlite3_stmt *statement;
    if (sqlite3_prepare_v3(database, sql.at, (int)sql.len, SQLITE_PREPARE_PERSISTENT, &statement, NULL) != SQLITE_OK)
        bench_die("bare: %s", sqlite3_errmsg(database));
    return statement;
}

sqlite3 *bare_open(const char *directory, int cache_kilobytes)
{
    char text[256];
    sqlite3 *database;
    snprintf(text, sizeof text, "%s/merlon.db", directory);
    if (sqlite3_open_v2(text, &database, SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_READWRITE, NULL) != SQLITE_OK)
        bench_die("bare: no database");
    snprintf(text, sizeof text,
             "PRAGMA mmap_size=268435456; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-%d",
             cache_kilobytes);
    if (sqlite3_exec(database, text, NULL, NULL, NULL) != SQLITE_OK) bench_die("bare: %s", sqlite3_errmsg(database));
    return database;
}

static enum MHD_Result post(struct MHD_Connection *connection, const char *body, size_t *len, void **state)
{
    if (!*state) {
        *state = bare_insert_new(connection);
        return *state ? MHD_YES : MHD_NO;
    }
    struct bare_insert *insert = *state;
    if (*len) {
        bare_insert_body(insert, body, *len);
        *len = 0;
    } else if (bare_insert_done(insert)) {
        return bare_insert_answer(insert);
    } else {
        bare_insert_submit(insert);
    }
    return MHD_YES;
}

static int seen; /* stands for the first call of a GET, which has no state */

static enum MHD_Result handle(void *argument, struct MHD_Connection *connection, const char *url, const char *method,
                              const char *version, const char *body, size_t *len, void **state)
{
    (void)argument, (void)url, (void)version;
    if (method[0] == 'P') return post(connection, body, len, state);
    if (*state) return bare_list(connection);
    *state = &seen;
    return MHD_YES;
}

static void completed(void *argument, struct MHD_Connection *connection, void **state,
                      enum MHD_RequestTerminationCode code)
{
    (void)argument, (void)connection, (void)code;
    if (*state != &seen) bare_insert_free(*state);
    *state = NULL;
}

int bare_serve(const char *list_directory, const char *insert_directory)
{
    sigset_t signals;
    int signal;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &signals, NULL);
    bare_list_open(list_directory);
    bare_insert_open(insert_directory);
    struct MHD_Daemon *daemon =
        MHD_start_daemon(MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME, 0, NULL, NULL, handle, NULL,
                         MHD_OPTION_THREAD_POOL_SIZE, (unsigned)sysconf(_SC_NPROCESSORS_ONLN),
                         MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_NOTIFY_COMPLETED, completed, NULL, MHD_OPTION_END);
    if (!daemon) bench_die("bare: no daemon");
    printf("bare answers on http://127.0.0.1:%d\n", MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_BIND_PORT)->port);
    fflush(stdout);
    sigwait(&signals, &signal);
    MHD_stop_daemon(daemon);
    return 0;
}
