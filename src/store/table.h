/* Tables as data, and how a database is brought to them: what is missing (tables, columns, indexes) is added on start;
 * anything destructive is a numbered migration (store/migrate.h). Ranges and choices are checked in C, not here.
 * PostgreSQL refuses forward references and SQLite cannot add one later: references are inline for SQLite and a second
 * pass for PostgreSQL. */
#ifndef MERLON_STORE_TABLE_H
#define MERLON_STORE_TABLE_H

#include "store/db.h"

enum column_type {
    COLUMN_KEY,     /* INTEGER PRIMARY KEY, from 1 to below KEY_LIMIT, given by the database in rising order, never used
                     * twice; the first column of its table */
    COLUMN_NUMBER,  /* 64 bits */
    COLUMN_DECIMAL, /* double */
    COLUMN_TEXT,
    COLUMN_BYTES,
};

static const int64_t KEY_LIMIT = (int64_t)1 << 53;
/* Beyond it no table comes by use: a key or a next number that is there was set by somebody. */
static const int64_t KEY_USUAL = (int64_t)1 << 48;

enum {
    COLUMN_NOT_NULL = 1,
    COLUMN_INDEXED = 2,     /* a plain index on this column */
    COLUMN_UNIQUE = 4,      /* among rows where it is not NULL */
    COLUMN_LIVE_UNIQUE = 8, /* unique among rows whose column `deleted_at` is NULL */
};

struct column {
    const char *name;
    enum column_type type;
    unsigned flags;
    const char *references; /* table whose key it holds, or NULL */
    const char *fallback;   /* default: an SQL literal of our own, or NULL; a NOT NULL added later needs one */
};

struct index {
    const char *name;    /* unique in the database; an index that changes takes a new name */
    const char *columns; /* "register, record, id": identifiers of the program's own */
    bool unique;
    const char *where; /* NULL or a condition of the program's own */
};

struct table {
    const char *name;
    const struct column *columns;
    size_t column_count;
    const struct index *indexes;
    size_t index_count;
    const char *primary_key; /* NULL where a COLUMN_KEY is the key, else "register, record" */
    bool append_only;        /* the database itself refuses UPDATE and DELETE, by triggers */
    bool unguarded;          /* without those triggers as yet: while restoring fills it */
    int kept_days;           /* of an append-only one: a row whose column `at` (ms) is so many days past may be deleted,
                                by the database's own clock; 0: never */
};

/* Whether the database itself writes down the highest key there ever was. Where no row goes no key can come twice, and
 * SQLite need not. */
bool table_counts_keys(const struct table *table, enum dialect dialect);

/* The complete DDL of these tables for one dialect, as text: what golden files hold. */
struct str tables_ddl(struct ctx *ctx, enum dialect dialect, const struct table *const *tables, size_t count);

/* CONFLICT names the first table that has rows with keys out of their range, which the database itself refuses unless
 * somebody made it look away, or whose next number was set near the end of it. */
enum result tables_check_keys(struct ctx *ctx, const struct table *const *tables, size_t count) MUST_USE;

/* Inside a transaction: creates what is missing. */
enum result tables_apply(struct ctx *ctx, const struct table *const *tables, size_t count) MUST_USE;
/* Before it, at a start: a line in the log for each trigger that a table which is there lacks, and one sentence for all
 * of them; empty when none is missing. */
enum result tables_tell_missing_triggers(struct ctx *ctx, const struct table *const *tables, size_t count,
                                         struct str *alarm) MUST_USE;

#endif
