/* Statements and transactions of PostgreSQL. Types of parameters: numbers are int8, decimals float8, bytes bytea;
 * text and NULL are left to the server, which takes the type of the column they are compared with or stored in. A
 * statement first prepared with a NULL where a number comes later is prepared once more with the number's type. */
#include "store/postgres.h"

#include <libpq-fe.h>

enum { UNDECIDED = 0, INT8 = 20, TEXT = 25, FLOAT8 = 701, BYTEA = 17, STATEMENT_WEIGHT = 4096 };

static const unsigned type_of[] = {
    [IS_NULL] = UNDECIDED, [IS_NUMBER] = INT8, [IS_DECIMAL] = FLOAT8, [IS_TEXT] = UNDECIDED, [IS_BYTES] = BYTEA};

static bool fits(unsigned prepared, enum value_type type)
{
    return type == IS_NULL || type_of[type] == prepared || (type == IS_TEXT && prepared == TEXT);
}

static bool suits(const struct statement *statement, const struct value *args, size_t count)
{
    if (count < statement->parameters) return false;
    for (size_t i = 0; i < statement->parameters; i++)
        if (!fits(statement->postgres->types[i], args[i].type)) return false;
    return true;
}

/* What an earlier preparation of the same text knew about parameters that are NULL this time. */
static void inherit_types(const struct db *db, struct statement *statement, const struct value *args)
{
    const struct statement *other = db->statements.buckets[statement->hash % BUCKETS];
    for (; other; other = other->chain) {
        if (!str_eq(other->text, statement->text)) continue;
        for (size_t i = 0; i < statement->parameters; i++)
            if (args[i].type == IS_NULL && statement->postgres->types[i] == UNDECIDED)
                statement->postgres->types[i] = other->postgres->types[i];
    }
}

static enum result check(struct db *db, PGresult *result)
{
    ExecStatusType status = PQresultStatus(result);
    enum result outcome = status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK ? OK : postgres_failed(db, result);
    PQclear(result);
    return outcome;
}

static enum result script(struct db *db, const char *sql)
{
    postgres_read_ahead(db);
    return check(db, postgres_collect(db, PQsendQuery(postgres_of(db)->connection, sql)));
}

static struct postgres_statement *statement_new(const struct postgres_text *text, const struct value *args)
{
    struct postgres_statement *own = calloc(1, sizeof *own + text->parameters * sizeof own->types[0]);
    if (!own) return NULL;
    own->bounded = text->bounded;
    own->reads = text->reads;
    for (size_t i = 0; i < text->parameters; i++) own->types[i] = type_of[args[i].type];
    return own;
}

static PGresult *ask_to_prepare(struct db *db, const struct statement *statement, const char *sql)
{
    return postgres_collect(db, PQsendPrepare(postgres_of(db)->connection, statement->postgres->name, sql,
                                              (int)statement->parameters, (const Oid *)statement->postgres->types));
}

static bool is_undecided(const PGresult *result)
{
    const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    return state && (strcmp(state, "42P18") == 0 || strcmp(state, "42P08") == 0);
}

/* A parameter that first stands where nothing tells its type ("?1 IS NULL OR name = ?1") is taken for a text. A failed
 * preparation would end the transaction, hence the savepoint; it costs something only the first time. */
static enum result prepare_deciding(struct db *db, struct statement *statement, const char *sql)
{
    unsigned *types = statement->postgres->types;
    bool undecided = false;
    for (size_t i = 0; i < statement->parameters; i++) undecided = undecided || types[i] == UNDECIDED;
    bool careful = undecided && db->depth;
    if (careful) TRY(script(db, "SAVEPOINT prepare_statement"));
    PGresult *result = ask_to_prepare(db, statement, sql);
    if (undecided && is_undecided(result)) {
        PQclear(result);
        if (careful) TRY(script(db, "ROLLBACK TO prepare_statement"));
        for (size_t i = 0; i < statement->parameters; i++)
            if (types[i] == UNDECIDED) types[i] = TEXT;
        result = ask_to_prepare(db, statement, sql);
    }
    TRY(check(db, result));
    return careful ? script(db, "RELEASE prepare_statement") : OK;
}

static enum result prepare_text(struct db *db, struct statement *statement, const struct postgres_text *text,
                                const struct value *args, size_t count)
{
    statement->parameters = text->parameters;
    statement->weight = STATEMENT_WEIGHT + statement->text.len;
    if (text->parameters > count) return OK; /* statements_take tells */
    struct postgres_statement *own = statement_new(text, args);
    if (!own) return driver_fail(db, BROKEN, "There is no memory left for a database statement.");
    statement->postgres = own;
    inherit_types(db, statement, args);
    postgres_read_ahead(db);
    snprintf(own->name, sizeof own->name, "m%u", ++postgres_of(db)->serial);
    enum result result = prepare_deciding(db, statement, text->sql);
    if (result != OK) own->name[0] = 0;
    return result;
}

static enum result prepare(struct db *db, struct statement *statement, const struct value *args, size_t count)
{
    struct postgres_text text = postgres_text_of(statement->text);
    if (!text.sql) return driver_fail(db, BROKEN, "There is no memory left for a database statement.");
    enum result result = prepare_text(db, statement, &text, args, count);
    free(text.sql);
    return result;
}

/* In a failed transaction the server would refuse; the name is then left to the end of the connection. */
static void discard(struct db *db, struct statement *statement)
{
    struct postgres_db *postgres = postgres_of(db);
    struct postgres_statement *own = statement->postgres;
    if (own && own->name[0] && PQstatus(postgres->connection) == CONNECTION_OK) {
        postgres_read_ahead(db);
        char sql[40];
        snprintf(sql, sizeof sql, "DEALLOCATE %s", own->name);
        if (PQtransactionStatus(postgres->connection) != PQTRANS_INERROR)
            PQclear(postgres_collect(db, PQsendQuery(postgres->connection, sql)));
    }
    free(own);
}

static bool is_lost(const struct postgres_db *postgres)
{
    return PQstatus(postgres->connection) != CONNECTION_OK;
}

/* The server has forgotten the statements of a connection that it lost. */
static enum result connect_anew(struct db *db)
{
    if (!is_lost(postgres_of(db))) return OK;
    db_close_rows(db);
    statements_clear(db);
    return postgres_connect(db);
}

/* What this program has given up would not come sooner the second time. */
static bool recover(struct db *db, struct str sql)
{
    if (!is_lost(postgres_of(db)) || postgres_of(db)->ended || connect_anew(db) != OK) return false;
    struct str rest = str_trim(sql), first;
    return str_cut(&rest, ' ', &first) && str_eq_nocase(first, S("SELECT"));
}

/* An error that the server answers to COMMIT is a rollback. Without an answer, or with a warning (that it has given up
 * waiting for the standby), nobody knows whether the change stays. */
static enum result saved(struct db *db, enum result result)
{
    struct postgres_db *postgres = postgres_of(db);
    bool known = !is_lost(postgres) ? !postgres->warned : postgres->undone;
    postgres->saves = postgres->warned = false;
    if (known) return result;
    db->transient = false;
    return driver_fail(db, AWAY,
                       "The connection to the database was lost while saving: look whether the change is there before "
                       "you try again.");
}

/* A trigger that somebody planted for a moment can set another search_path, which would stay with the connection: so it
 * is set again with each transaction's beginning and end, in one message with it. */
static enum result bound(struct db *db, const char *sql)
{
    char text[320];
    bool outermost = strncmp(sql, "BEGIN", 5) == 0 || strcmp(sql, "COMMIT") == 0 || strcmp(sql, "ROLLBACK") == 0;
    if (!outermost) return script(db, sql);
    snprintf(text, sizeof text, "%s; SET search_path TO %s", sql, postgres_of(db)->path);
    return script(db, text);
}

/* COMMIT of a failed transaction is a rollback that reports success; it must not pass for one. */
static enum result control(struct db *db, const char *sql)
{
    struct postgres_db *postgres = postgres_of(db);
    bool commits = strcmp(sql, "COMMIT") == 0;
    postgres_read_ahead(db);
    if (commits && PQtransactionStatus(postgres->connection) == PQTRANS_INERROR)
        return driver_fail(db, BROKEN, "An earlier failure in this write was not undone before it ended.");
    postgres->saves = commits;
    enum result result = bound(db, sql);
    if (commits) return saved(db, result);
    if (result == OK || db->depth || !is_lost(postgres)) return result;
    TRY(connect_anew(db));
    return bound(db, sql);
}

static bool transaction_lost(const struct db *db)
{
    const struct postgres_db *postgres = (const struct postgres_db *)(const void *)db;
    return is_lost(postgres) || PQtransactionStatus(postgres->connection) == PQTRANS_IDLE;
}

static void close_connection(struct db *db)
{
    db_close_rows(db);
    struct postgres_db *postgres = postgres_of(db);
    /* The server drops the statements with the connection: no need to name each. */
    PQfinish(postgres->connection);
    postgres->connection = NULL;
    statements_clear(db);
    free(postgres->scratch);
    db_release(db);
    free(postgres);
}

const struct driver postgres_driver = {
    .dialect = DIALECT_POSTGRES,
    .prepare = prepare,
    .discard = discard,
    .suits = suits,
    .start = postgres_rows_start,
    .next = postgres_rows_next,
    .finish = postgres_rows_finish,
    .changed = postgres_rows_changed,
    .is_null = postgres_rows_is_null,
    .number = postgres_rows_number,
    .decimal = postgres_rows_decimal,
    .text = postgres_rows_text,
    .bytes = postgres_rows_bytes,
    .script = script,
    .control = control,
    .connect = connect_anew,
    .recover = recover,
    .transaction_lost = transaction_lost,
    .close = close_connection,
};
