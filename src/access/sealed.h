/* Rows that give rights, each with a MAC in its column `mac` (store/seal.h): whoever can write the database but has no
 * master key can neither make such a row nor change one unseen. What the MAC covers is told by a table: the columns,
 * the row's key among them, and of a user also the set of grants. The bytes: the name of the table, then each value as
 * a netstring ("5:hello,"), or "-," for NULL. */
#ifndef MERLON_ACCESS_SEALED_H
#define MERLON_ACCESS_SEALED_H

#include "base/buf.h"
#include "store/db.h"

enum { SEALED_COLUMNS = 20 };

struct sealed_rows {
    const char *table;   /* also the purpose of its MACs; its key is `id` */
    const char *columns; /* SQL: what is covered, "id" first, parted by commas; at most SEALED_COLUMNS */
    size_t count;        /* of the columns */
    const char *what;    /* for sentences: "user" */
    /* What belongs to the row and is covered too. All NULL: nothing. */
    const char *set;         /* its name among the bytes: "grants" */
    const char *set_columns; /* two columns of each member, by which they are put in order */
    const char *set_join;    /* SQL: a join that brings these columns */
};

/* What was read for a MAC, for whoever is to use it: a row and its MAC are read together in one statement, so that
 * nobody can change the one after the other was looked at. `rows` has the covered columns, the column `mac`, and the
 * two of the set; called once for each member of the set, and once when there is none (then both are NULL). */
struct sealed_sight {
    void (*see)(struct ctx *ctx, const struct rows *rows, void *arg);
    void *arg;
};

extern const struct sealed_rows sealed_users, sealed_sessions, sealed_tokens, sealed_links;

/* The places of what the MAC of a session covers, and of a token: in the order of their columns. */
enum {
    SESSION_AT_USER = 1,
    SESSION_AT_TOKEN,
    SESSION_AT_PREVIOUS,
    SESSION_AT_PREVIOUS_UNTIL,
    SESSION_AT_CSRF,
    SESSION_AT_METHOD,
    SESSION_AT_CREATED,
    SESSION_AT_EXPIRES,
    SESSION_AT_PASSWORD_SET,
    SESSION_PLACES = SESSION_AT_PASSWORD_SET
};
enum {
    TOKEN_AT_USER = 1,
    TOKEN_AT_NAME,
    TOKEN_AT_SECRET,
    TOKEN_AT_SCOPES,
    TOKEN_AT_CREATED,
    TOKEN_AT_EXPIRES,
    TOKEN_AT_REVOKED,
    TOKEN_PLACES = TOKEN_AT_REVOKED
};

/* What a row is to hold: the place of the column among those that are covered, and the value. */
struct sealed_value {
    size_t column;
    struct value value;
};

/* Inside a write: makes the MAC of the row as it now stands, if that is what the caller has written: a trigger that was
 * planted could have made another row of it, which then would bear the program's own MAC. So `written` has a value for
 * every column that is covered, but the id. CONFLICT when the row is another; BROKEN when a column was left out, or
 * where the store was told no master key. */
enum result sealed_make(struct ctx *ctx, const struct sealed_rows *rows, int64_t id, const struct sealed_value *written,
                        size_t count) MUST_USE;
/* For a row that is about to be changed: every covered value but the id, the column i at values[i - 1], to be handed to
 * sealed_make with what the caller has changed. *right as sealed_is_right says; else the values are of no account. */
enum result sealed_read(struct ctx *ctx, const struct sealed_rows *rows, int64_t id, struct sealed_value *values,
                        bool *right) MUST_USE;
/* A number among what sealed_read gave; 0 for none. */
int64_t sealed_number(const struct sealed_value *values, size_t column);
/* As sealed_make; `agrees` is asked whether what was seen is what the caller has written, before a MAC is made. */
enum result sealed_make_of(struct ctx *ctx, const struct sealed_rows *rows, int64_t id,
                           const struct sealed_sight *sight,
                           enum result (*agrees)(struct ctx *ctx, void *arg)) MUST_USE;

/* *right: whether the row is as the program wrote it. Without a master key nothing is; what such a program may do then
 * is for the caller to say (sealed_can_check). False leaves a line in the log. */
enum result sealed_is_right(struct ctx *ctx, const struct sealed_rows *rows, int64_t id, bool *right) MUST_USE;
/* The same, and hands on what was read. *found false when there is no such row. */
enum result sealed_look(struct ctx *ctx, const struct sealed_rows *rows, int64_t id, const struct sealed_sight *sight,
                        bool *found, bool *right) MUST_USE;
/* The same of what was read before by other means: right only when the row holds it. */
enum result sealed_holds(struct ctx *ctx, const struct sealed_rows *rows, int64_t id, const struct sealed_value *used,
                         size_t count, bool *right) MUST_USE;
bool sealed_can_check(const struct ctx *ctx);

/* For verify: the program numbers its rows from one, so whatever stands before that was put there: CONFLICT. */
enum result sealed_check_numbers(struct ctx *ctx, const struct sealed_rows *rows) MUST_USE;
/* For verify: every row of the table. CONFLICT names the first that is not as the program wrote it. */
enum result sealed_check_all(struct ctx *ctx, const struct sealed_rows *rows, int64_t *checked) MUST_USE;

#endif
