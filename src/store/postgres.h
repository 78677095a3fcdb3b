/* Inside this room only: PostgreSQL's connections. Files: postgres_driver.c (statements, transactions), postgres_rows.c
 * (rows), postgres_sql.c (?1 to $1), postgres_error.c (sentences), postgres_open.c (connecting, settings). */
#ifndef MERLON_STORE_POSTGRES_H
#define MERLON_STORE_POSTGRES_H

#include "store/driver.h"
#include "store/store.h"

struct pg_conn;
struct pg_result;

struct postgres_place {
    char *url;
    int lock_wait; /* ms */
    bool read_only;
};

enum result postgres_place_find(struct ctx *ctx, const struct store_config *config,
                                struct postgres_place *place) MUST_USE;
void postgres_place_release(struct postgres_place *place);
/* `why` (SENTENCE_SIZE) takes the sentence. The place must outlive the connection. */
enum result postgres_open(const struct postgres_place *place, struct db **db, char *why) MUST_USE;

struct postgres_db {
    struct db db; /* first, so that a struct db * of this driver is one of these */
    const struct postgres_place *place;
    struct pg_conn *connection;
    struct rows *streaming; /* whose rows are still coming; anything else reads them ahead first */
    unsigned serial;        /* of the last statement's name */
    char *scratch;          /* the arguments of one call, as PostgreSQL wants them */
    size_t scratch_room;
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

/* Session settings after connecting anew. */
enum result postgres_set_up(struct db *db);

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
