/* Inside this room only: PostgreSQL's connections. Files: postgres_driver.c (statements, transactions), postgres_rows.c
 * (rows), postgres_wait.c (waiting), postgres_sql.c (?1 to $1), postgres_error.c (sentences), postgres_open.c
 * (connecting, settings). */
#ifndef MERLON_STORE_POSTGRES_H
#define MERLON_STORE_POSTGRES_H

#include "store/driver.h"
#include "store/store.h"

#include <stdatomic.h>

struct pg_conn;
struct pg_result;

/* ms. What the server does for whoever else waits, when this program is frozen or gone: it takes back the locks of a
 * transaction in which nothing happens, and the connection itself. */
enum {
    POSTGRES_IDLE_LIMIT = 10000,
    POSTGRES_SNAPSHOT_LIMIT = 900000, /* of a snapshot, which holds no lock and waits for whoever reads it */
    POSTGRES_SNAPSHOT_WAIT = 120000,  /* for the next rows of one */
};

struct postgres_place {
    char *url;
    int lock_wait;               /* ms */
    _Atomic int statement_limit; /* ms; 0 none. Of connections that are made from then on */
    int hurry;                   /* an event descriptor: once it can be read, no wait goes on */
    bool read_only;
    /* Where the address names several hosts. A new connection begins at the one that was last found good, and behind
     * one that was lost: a host that is gone costs each connection the time of a failed try. */
    char *hosts, *ports; /* lists with commas; ports may be one for all */
    unsigned host_count;
    _Atomic unsigned first;
};

enum result postgres_place_find(struct ctx *ctx, const struct store_config *config,
                                struct postgres_place *place) MUST_USE;
void postgres_place_release(struct postgres_place *place);
/* A connection that is made at its first use. NULL without memory. The place must outlive it. */
struct db *postgres_new(struct postgres_place *place);

/* Why this program itself has given a connection up. */
enum postgres_end { POSTGRES_GOES_ON, POSTGRES_LATE, POSTGRES_HURRIED };

struct postgres_db {
    struct db db; /* first, so that a struct db * of this driver is one of these */
    struct postgres_place *place;
    struct pg_conn *connection;
    struct rows *streaming; /* whose rows are still coming; anything else reads them ahead first */
    unsigned serial;        /* of the last statement's name */
    char *scratch;          /* the arguments of one call, as PostgreSQL wants them */
    size_t scratch_room;
    enum postgres_end ended;
    unsigned host;  /* of place->hosts */
    char path[160]; /* the search_path that was set when this connection was made */
    bool saves;     /* COMMIT is under way: whether it is done is not known until the answer */
    bool warned;    /* by the server, meanwhile */
    bool undone;    /* the server has ended the transaction before any COMMIT could reach it */
};

static inline struct postgres_db *postgres_of(struct db *db)
{
    return (struct postgres_db *)(void *)db;
}

struct postgres_statement {
    char name[16];
    bool bounded;     /* few rows are to be expected: taken at once, not row by row */
    bool reads;       /* changes nothing, may be run again on a new connection */
    unsigned types[]; /* as asked for, one for each parameter: 0 where the server was to decide */
};

extern const struct driver postgres_driver;

/* What a failed result, or a failed connection (result NULL), means. */
enum result postgres_failed(struct db *db, const struct pg_result *result);

/* The first line of what libpq last said about the connection; it never holds the password. */
void postgres_message(const struct db *db, char *message, size_t room);
/* A server that makes a new connection in vain: AWAY in plain words, and the log says why. */
enum result postgres_not_reached(struct db *db) MUST_USE;

/* Connects where there is no connection, or one that was lost; what is kept of the old one is forgotten. */
enum result postgres_connect(struct db *db);

/* The next result, NULL at the end, as PQgetResult; but it waits no longer than the statement may take. */
struct pg_result *postgres_receive(struct db *db);
/* The result of what was sent; NULL when `sent` is 0 or the connection is lost. */
struct pg_result *postgres_collect(struct db *db, int sent);
/* The connection is left, so that the next use makes one anew: of a server that has become a standby, which then finds
 * the one that can be written, or with plans of tables that are not so any more. False, and nothing done, where nothing
 * is to be written. */
bool postgres_leave(struct db *db);
bool postgres_is_hurried(const struct postgres_place *place);

/* ?1 becomes $1 outside of quotes and comments. The text is malloc'ed; NULL without memory. */
struct postgres_text {
    char *sql;
    size_t parameters;
    bool bounded, reads;
};
struct postgres_text postgres_text_of(struct str sql);

/* postgres_rows.c: the members of the driver that concern rows. */
enum result postgres_rows_start(struct rows *rows, const struct value *args, size_t count);
enum result postgres_rows_next(struct rows *rows, bool *more);
void postgres_rows_finish(struct rows *rows);
void postgres_read_ahead(struct db *db); /* frees the connection for something else */
int64_t postgres_rows_changed(const struct rows *rows);
bool postgres_rows_is_null(const struct rows *rows, size_t column);
int64_t postgres_rows_number(const struct rows *rows, size_t column);
double postgres_rows_decimal(const struct rows *rows, size_t column);
struct str postgres_rows_text(const struct rows *rows, size_t column);
struct str postgres_rows_bytes(struct rows *rows, size_t column);

#endif
