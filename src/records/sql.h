/* The statements of each register, and the keys of its JSON, put together once from its fields. */
#ifndef MERLON_RECORDS_SQL_H
#define MERLON_RECORDS_SQL_H

#include "records/record.h"
#include "store/db.h"

struct reg_sql {
    struct str columns;     /* "\"id\",\"unit\",...": the whole row in order, for SELECT */
    struct str select;      /* SELECT ... WHERE id = ?1 */
    struct str select_all;  /* SELECT ... FROM table, without WHERE */
    struct str insert;      /* all but the id, RETURNING id */
    struct str update;      /* all but the id; the id is the last parameter */
    const struct str *keys; /* "\"unit\":": of each field of the row, for json_key_ready */
};

const struct reg_sql *reg_sql(const struct ctx *ctx, const struct reg *reg);
struct reg_sql *reg_sql_make(struct ctx *ctx, const struct reg *const *registers, size_t count);

/* The row that `rows` stands on; text is copied into the arena. */
struct record *record_of_row(struct ctx *ctx, const struct reg *reg, const struct rows *rows);

#endif
