/* Answers that look across registers: home, one's work, the risk matrix, two states of a Statement of
 * Applicability. They read through lists, so that rights hold here without a word about them. Inside api/ only. */
#ifndef MERLON_API_OVERVIEW_H
#define MERLON_API_OVERVIEW_H

#include "api/serve.h"
#include "format/json_out.h"
#include "records/list.h"

/* List parameters as text, "status=open&due_on.lt=2026-11-21": {today} and {soon} (SOON_DAYS later) stand for days. */
enum { SOON_DAYS = 30 };
struct str overview_filter(struct ctx *ctx, const char *pattern);

/* May the actor read anything of this register? False also when the program has none of that name. */
bool overview_may_read(const struct ctx *ctx, const char *reg);

/* How many records match; 0 for a register that the actor may not read. */
enum result overview_count(struct ctx *ctx, const char *reg, struct str filter, int64_t *count) MUST_USE;

/* The first `most` that match, as of ctx->as_of. */
enum result overview_list(struct ctx *ctx, const char *reg, struct str filter, int64_t most,
                          struct record_list *list) MUST_USE;

/* The newest methodology in force, or the newest at all; NULL when there is none. */
enum result overview_methodology(struct ctx *ctx, struct record **methodology) MUST_USE;

/* DATA of a record by field name; NULL when there is none. */
const struct json *overview_data(struct ctx *ctx, const struct record *record, const char *field);

/* Home and work are always of today. */
enum result overview_demand_now(struct ctx *ctx) MUST_USE;

/* "register", "id", "reference", "title" of a record, inside an open object. */
void overview_put_record(struct ctx *ctx, struct json_out *out, const struct record *record);

/* ---- handlers ---- */

enum result home_write(struct ctx *ctx, struct exchange *x) MUST_USE;
enum result work_write(struct ctx *ctx, struct exchange *x) MUST_USE;
enum result matrix_write(struct ctx *ctx, struct exchange *x) MUST_USE;
enum result compare_write(struct ctx *ctx, struct exchange *x) MUST_USE;

#endif
