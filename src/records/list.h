/* Lists: filters, search, sort, keyset pages, columns, expansion; now or as of a day (docs/api.md, "List
 * parameters"). */
#ifndef MERLON_RECORDS_LIST_H
#define MERLON_RECORDS_LIST_H

#include "records/custom.h"
#include "records/records.h"

enum { LIST_LIMIT = 50, LIST_LIMIT_MAX = 500, LIST_CONDITIONS = 24, LIST_VALUES = 100 };

/* One parameter of a request, decoded. */
struct parameter {
    struct str name, value;
};

enum operator{ OP_EQ, OP_NE, OP_GTE, OP_LTE, OP_GT, OP_LT, OP_HAS, OP_HAS_NOT, OP_EMPTY };

struct condition {
    const struct field *field;
    size_t index; /* in the row; C_CUSTOM for a custom field */
    enum operator op;
    struct value *values; /* any of them */
    size_t count;
};

struct list_query {
    const struct reg *reg;
    struct condition conditions[LIST_CONDITIONS];
    size_t condition_count;
    struct str text; /* q */
    size_t sort;     /* index in the row */
    bool descending;
    bool *shown;    /* for each field of the row; id and reference always are */
    bool *expanded; /* likewise */
    int64_t found;  /* after list_page of a day gone by: how many there were in all */
    bool deleted, counted;
    int64_t limit;
    struct str cursor;
};

/* INVALID with a sentence for an unknown parameter, operator or value. `reserved` names (NULL-closed) are passed
 * over: those the caller reads itself, such as "format". */
enum result list_parse(struct ctx *ctx, const struct reg *reg, const struct parameter *pairs, size_t count,
                       const char *const *reserved, struct list_query **query) MUST_USE;

/* Writes {"items": [...], "next": ..., "total": ...}. As of ctx->as_of, if that is set. */
enum result list_write(struct ctx *ctx, struct list_query *query, struct buf *out) MUST_USE;

/* One record with the query's columns and expansion. */
enum result list_write_record(struct ctx *ctx, struct json_out *out, const struct list_query *query,
                              const struct record *record) MUST_USE;

/* The page as records; *next is the cursor of the page after it, empty at the end. */
enum result list_page(struct ctx *ctx, struct list_query *query, struct record_list *page, struct str *next) MUST_USE;

/* How many records the filters leave. */
enum result list_count(struct ctx *ctx, const struct list_query *query, int64_t *count) MUST_USE;

/* What an id stands for: {"id", "reference", "title", "register"}, or null. Looked up once a request. */
enum result expand_write(struct ctx *ctx, struct json_out *out, const struct field *field, struct value value) MUST_USE;

/* ---- used between the files of this list ---- */

bool condition_holds(struct ctx *ctx, const struct condition *condition, const struct record *record);
enum result list_page_then(struct ctx *ctx, struct list_query *query, struct record_list *page,
                           struct str *next) MUST_USE;
struct str cursor_write(struct ctx *ctx, struct value sort, int64_t id);
bool cursor_read(struct ctx *ctx, struct str cursor, struct value *sort, int64_t *id);
/* "SELECT ..." or "SELECT count(*)..." with its arguments. */
enum { LIST_ARGS = 1024 };
enum result list_sql(struct ctx *ctx, const struct list_query *query, bool count_only, struct buf *sql,
                     struct value *args, size_t *count) MUST_USE;

#endif
