/* How a connection to PostgreSQL is made and set. The address comes from the operator, who may have put a password in
 * it: no sentence repeats it. */
#include "store/postgres.h"

#include "base/log.h"

#include <libpq-fe.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum { OLDEST_VERSION = 150000 };

/* First of all, in words that no schema can give another meaning to: names are looked for among the server's own and
 * in the one schema that is ours. That is what the address says (options=-csearch_path=...), else public: whatever
 * search_path the database or the role was given, another schema could be a copy of ours as it was once. Temporary
 * tables come last, where they hide none of ours. Then what else can change what a query means. row_security=off:
 * where a policy would keep rows back, the query fails instead. */
static const char meaning[] =
    "SELECT pg_catalog.set_config('search_path', CASE WHEN s.source OPERATOR(pg_catalog.=) 'client' AND "
    "pg_catalog.current_schema() IS NOT NULL THEN pg_catalog.concat(pg_catalog.quote_ident("
    "pg_catalog.current_schema()), ', pg_temp') ELSE 'public, pg_temp' END, false) "
    "FROM pg_catalog.pg_settings s WHERE s.name OPERATOR(pg_catalog.=) 'search_path';"
    "SELECT set_config('session_replication_role', 'origin', false) "
    "WHERE current_setting('session_replication_role') <> 'origin';"
    "SET row_security=off; SET standard_conforming_strings=on; SET transform_null_equals=off; SET array_nulls=on;"
    "SET default_transaction_isolation='read committed'; SET default_transaction_deferrable=off;"
    "SET gin_fuzzy_search_limit=0; SET datestyle='ISO, YMD'; SET intervalstyle=postgres; SET quote_all_identifiers=off;"
    "SET bytea_output=hex; SET timezone='UTC'; SET extra_float_digits=1;";

/* jit: compiling a plan costs more than any query here runs. synchronous_commit: acknowledged means durable. */
static const char settings[] =
    "%sSET client_min_messages=warning; SET jit=off; SET default_transaction_read_only=%s;"
    "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off';"
    /* How long whoever else is kept waiting, by a statement or by a program that is frozen or gone. What the address
     * or the role says wins. */
    "SELECT set_config(s.name, v.value, false) FROM pg_settings s JOIN (VALUES ('lock_timeout', '%d'), "
    "('statement_timeout', '%d'), ('idle_in_transaction_session_timeout', '%d'), ('tcp_user_timeout', '60000'), "
    "('tcp_keepalives_idle', '30'), ('tcp_keepalives_interval', '10'), ('tcp_keepalives_count', '3')) v (name, value) "
    "ON v.name = s.name WHERE s.source NOT IN ('client', 'user', 'database', 'database user')";

/* Before the address, which overrides them. A host that has vanished is noticed within five seconds: what was sent is
 * not acknowledged, or a connection on which nothing happens is asked after three. */
static const char *const defaults[][2] = {
    {"connect_timeout", "3"},     {"tcp_user_timeout", "5000"}, {"keepalives_idle", "3"},
    {"keepalives_interval", "1"}, {"keepalives_count", "5"},
};

/* ---- several hosts ---- */

static struct str option(const PQconninfoOption *options, const char *name)
{
    for (; options && options->keyword; options++)
        if (strcmp(options->keyword, name) == 0) return str_of(options->val ? options->val : "");
    return S("");
}

static unsigned members_of(struct str list)
{
    unsigned count = 1;
    for (size_t i = 0; i < list.len; i++) count += list.at[i] == ',';
    return count;
}

static struct str member(struct str list, unsigned index)
{
    struct str found = list;
    for (unsigned i = 0; i <= index; i++)
        if (!str_cut(&list, ',', &found)) return S("");
    return found;
}

/* The list from its member `first` on and round; the list as it is when it is too long for that. */
static const char *turn(const char *list, unsigned count, unsigned first, char *text, size_t room)
{
    size_t len = 0;
    if (members_of(str_of(list)) != count || strlen(list) + 1 > room) return list;
    for (unsigned i = 0; i < count; i++) {
        struct str one = member(str_of(list), (first + i) % count);
        len += (size_t)snprintf(text + len, room - len, "%s%.*s", i ? "," : "", PRINT(one));
    }
    return text;
}

static void note_host(struct postgres_db *postgres)
{
    const struct postgres_place *place = postgres->place;
    struct str host = str_of(PQhost(postgres->connection)), port = str_of(PQport(postgres->connection));
    bool has_ports = members_of(str_of(place->ports)) == place->host_count;
    for (unsigned i = 0; i < place->host_count; i++) {
        bool same_port = !has_ports || str_eq(member(str_of(place->ports), i), port);
        if (same_port && str_eq(member(str_of(place->hosts), i), host)) postgres->host = i;
    }
}

/* ---- the address ---- */

enum result postgres_place_find(struct ctx *ctx, const struct store_config *config, struct postgres_place *place)
{
    const char *url = arena_cstr(ctx->arena, config->database);
    char *why = NULL;
    PQconninfoOption *options = PQconninfoParse(url, &why);
    struct str hosts = arena_copy(ctx->arena, option(options, "host")),
               ports = arena_copy(ctx->arena, option(options, "port")), numbers = option(options, "hostaddr");
    bool has_numbers = numbers.len > 0;
    bool is_readable = options != NULL;
    PQconninfoFree(options);
    PQfreemem(why);
    bool is_url = str_starts(config->database, S("postgresql://")) || str_starts(config->database, S("postgres://"));
    if (!is_readable || !is_url)
        return fail(ctx, INVALID, "The database address cannot be read: write postgresql://USER@HOST:PORT/NAME.");
    *place = (struct postgres_place){.url = strdup(url),
                                     .lock_wait = config->lock_wait ? (int)config->lock_wait : 5000,
                                     .hurry = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC),
                                     .read_only = config->read_only,
                                     .host_count = has_numbers ? 1 : members_of(hosts)};
    place->hosts = strdup(arena_cstr(ctx->arena, hosts));
    place->ports = strdup(arena_cstr(ctx->arena, ports));
    if (place->url && place->hosts && place->ports && place->hurry >= 0) return OK;
    return fail(ctx, BROKEN, "There is no memory left to open the database.");
}

void postgres_place_release(struct postgres_place *place)
{
    if (place->url && place->hurry >= 0) close(place->hurry);
    free(place->url);
    free(place->hosts);
    free(place->ports);
    place->url = place->hosts = place->ports = NULL;
}

/* While a change is saved a warning means that it may not stay: the wait for a standby was given up. */
static void notice(void *arg, const PGresult *result)
{
    struct postgres_db *postgres = arg;
    const char *severity = PQresultErrorField(result, PG_DIAG_SEVERITY_NONLOCALIZED);
    if (postgres->saves && severity && strcmp(severity, "WARNING") == 0) postgres->warned = true;
}

static enum result set_up(struct postgres_db *postgres)
{
    enum { ROOM = sizeof meaning + sizeof settings + 60 };
    const struct postgres_place *place = postgres->place;
    char sql[ROOM];
    PQsetNoticeReceiver(postgres->connection, notice, postgres);
    PQsetnonblocking(postgres->connection, 1);
    snprintf(sql, sizeof sql, settings, meaning, place->read_only ? "on" : "off", place->lock_wait,
             atomic_load(&place->statement_limit), POSTGRES_IDLE_LIMIT);
    TRY(postgres->db.driver->script(&postgres->db, sql));
    PGresult *path = postgres_collect(
        &postgres->db, PQsendQuery(postgres->connection, "SELECT pg_catalog.current_setting('search_path')"));
    bool good = PQresultStatus(path) == PGRES_TUPLES_OK && strlen(PQgetvalue(path, 0, 0)) < sizeof postgres->path;
    if (good) snprintf(postgres->path, sizeof postgres->path, "%s", PQgetvalue(path, 0, 0));
    enum result result = good ? OK : postgres_failed(&postgres->db, path);
    PQclear(path);
    return result;
}

static enum result cannot_reach(struct db *db)
{
    char message[300];
    db->transient = false; /* it has just been tried */
    if (atomic_load(&postgres_of(db)->place->statement_limit)) return postgres_not_reached(db); /* it serves */
    postgres_message(db, message, sizeof message);
    return driver_fail(db, AWAY, "The database cannot be reached: %s. Check the address and that the server runs.",
                       message);
}

static void add(const char **names, const char **values, size_t *count, const char *name, const char *value)
{
    names[*count] = name;
    values[(*count)++] = value;
}

/* Of several hosts the one that can be written is looked for, unless the address says otherwise. */
static PGconn *dial(const struct postgres_place *place)
{
    enum { OTHERS = 7, LIST = 500 };
    char hosts[LIST], ports[LIST];
    bool many = place->host_count > 1;
    unsigned first = atomic_load(&place->first);
    const char *names[COUNT(defaults) + OTHERS], *values[COUNT(defaults) + OTHERS];
    size_t count = 0;
    for (size_t i = 0; i < COUNT(defaults); i++) add(names, values, &count, defaults[i][0], defaults[i][1]);
    if (many && !place->read_only) add(names, values, &count, "target_session_attrs", "read-write");
    add(names, values, &count, "dbname", place->url);
    if (many) add(names, values, &count, "host", turn(place->hosts, place->host_count, first, hosts, LIST));
    if (many) add(names, values, &count, "port", turn(place->ports, place->host_count, first, ports, LIST));
    add(names, values, &count, "client_encoding", "UTF8");
    add(names, values, &count, "fallback_application_name", "merlon");
    names[count] = values[count] = NULL;
    return PQconnectdbParams(names, values, 1);
}

enum result postgres_connect(struct db *db)
{
    struct postgres_db *postgres = postgres_of(db);
    struct postgres_place *place = postgres->place;
    unsigned left = postgres->host;
    if (postgres->connection && place->host_count > 1)
        atomic_compare_exchange_strong(&place->first, &left, (left + 1) % place->host_count);
    PQfinish(postgres->connection);
    postgres->connection = NULL;
    postgres->ended = POSTGRES_GOES_ON;
    postgres->undone = postgres->warned = postgres->saves = false;
    if (postgres_is_hurried(place)) return driver_fail(db, AWAY, "The program is stopping.");
    postgres->connection = dial(place);
    if (PQstatus(postgres->connection) != CONNECTION_OK) return cannot_reach(db);
    note_host(postgres);
    atomic_store(&place->first, postgres->host);
    int version = PQserverVersion(postgres->connection);
    if (version < OLDEST_VERSION)
        log_line(LOG_WARNING, "the database server is older than PostgreSQL 15", "version", (int64_t)version, NULL);
    return set_up(postgres);
}

struct db *postgres_new(struct postgres_place *place)
{
    enum { STATEMENTS = 2 * 1024 * 1024 };
    struct postgres_db *made = calloc(1, sizeof *made);
    if (!made) return NULL;
    db_init(&made->db, &postgres_driver, STATEMENTS);
    made->place = place;
    return &made->db;
}
