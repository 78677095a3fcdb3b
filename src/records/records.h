/* What every register does, for the logic of registers and for the API: read, create, change, delete, move on. All of
 * these act as ctx->actor and answer DENIED or NOT_FOUND where that one may not. Writes must be called inside a write
 * (store_write or a write job); each writes the record, its ledger entry, its search text, its links and its outbox
 * rows, then what follows from it, all in that transaction. */
#ifndef MERLON_RECORDS_RECORDS_H
#define MERLON_RECORDS_RECORDS_H

#include "records/record.h"

/* ---- reading ---- */

/* By id as of ctx->as_of (or now). NOT_FOUND also when the actor may not see it (record_may_see). Deleted records are
 * found. */
enum result record_get(struct ctx *ctx, const struct reg *reg, int64_t id, struct record **record) MUST_USE;
/* Without the actor's rights: for derive, check and recompute, which must not depend on who asks. NOT_FOUND leaves no
 * sentence behind. */
enum result record_load(struct ctx *ctx, const struct reg *reg, int64_t id, struct record **record) MUST_USE;

/* As record_load, inside a write, and holds the record until that ends. With several writers (PostgreSQL) what is
 * derived from other records would be wrong for ever if two changed two of those at once, each blind to the other; so
 * whatever is to be changed or derived anew is held TO_CHANGE before the first look at what it is derived from: the
 * later then sees what the earlier did. A record that is only built upon (what a comment is about, the method of a new
 * risk) is held AS_IS: others may do so too, nobody changes it meanwhile. Hold several in the order of their ids; a
 * circle of waiting is broken by the database, and the write run again. */
enum hold { HOLD_AS_IS, HOLD_TO_CHANGE };
enum result record_hold(struct ctx *ctx, const struct reg *reg, int64_t id, enum hold hold,
                        struct record **record) MUST_USE;

/* Of a register that SPREADS, before the first of its records is held: one writer at a time, since two who hold its
 * records in the order of their links would wait for each other. Nothing for other registers. */
enum result register_hold(struct ctx *ctx, const struct reg *reg) MUST_USE;

struct record_list {
    struct record **at;
    size_t count;
};
/* The records of `reg` (not deleted) whose own or common field has this value; also for LINKS and RECORDS fields,
 * where it means "contains". Without the actor's rights. Ordered by id. */
enum result records_where(struct ctx *ctx, const struct reg *reg, const char *field, struct value value,
                          struct record_list *list) MUST_USE;

/* The same of those that are deleted. */
enum result records_deleted(struct ctx *ctx, const struct reg *reg, const char *field, struct value value,
                            struct record_list *list) MUST_USE;

/* The records of `reg` (not deleted) whose LINKS, RECORD or RECORDS field holds `target`. */
enum result records_linking(struct ctx *ctx, const struct reg *reg, const char *field, const struct record *target,
                            struct record_list *list) MUST_USE;
/* The same page by page: at most `limit` with a greater id than `after`, by id. */
enum result records_linking_after(struct ctx *ctx, const struct reg *reg, const char *field,
                                  const struct record *target, int64_t after, int64_t limit,
                                  struct record_list *list) MUST_USE;
/* All that are not deleted, by id; for small registers and for rebuilding. Without the actor's rights. */
enum result records_all(struct ctx *ctx, const struct reg *reg, struct record_list *list) MUST_USE;

/* ---- writing, on behalf of the actor: rights, validation, check ---- */

/* `body` is the JSON object of a request. All field errors are collected; INVALID then. */
enum result record_create(struct ctx *ctx, const struct reg *reg, const struct json *body,
                          struct record **record) MUST_USE;
/* Merge patch (RFC 7396). version 0: whatever it is now; else CONFLICT when it is not that one. */
enum result record_change(struct ctx *ctx, const struct reg *reg, int64_t id, int64_t version, const struct json *patch,
                          struct record **record) MUST_USE;
enum result record_delete(struct ctx *ctx, const struct reg *reg, int64_t id, int64_t version, bool force) MUST_USE;
/* A deleted record only; needs ADMINISTER and a reason. Its contents are gone, from the row and from history. */
enum result record_purge(struct ctx *ctx, const struct reg *reg, int64_t id, struct str reason) MUST_USE;
/* CONFLICT, with the present record in error.more, unless version is 0 or that of the record. */
enum result record_demand_version(struct ctx *ctx, const struct record *record, int64_t version) MUST_USE;
enum result record_restore(struct ctx *ctx, const struct reg *reg, int64_t id, struct record **record) MUST_USE;
enum result record_move(struct ctx *ctx, const struct reg *reg, int64_t id, int64_t version, struct str transition,
                        const struct json *body, struct record **record) MUST_USE;

/* ---- writing by the program itself: effects, recomputation, jobs ---- */

/* Writes a record made or changed by code: derive and follows run, rights and workflow do not apply, bounds of its own
 * fields (field_check) and check do: INVALID with field errors. `action` is what history shows: "create", "derive",
 * "expire". Nothing is written when nothing changed. */
enum result record_insert(struct ctx *ctx, struct record *record, const char *action) MUST_USE;
enum result record_update(struct ctx *ctx, struct record *record, const char *action) MUST_USE;
/* Holds the record and derives it anew, on what others have left. Nothing when it is not there or deleted. */
enum result record_derive(struct ctx *ctx, const struct reg *reg, int64_t id, const char *action) MUST_USE;

/* ---- moving on ---- */

struct step {
    const struct transition *transition;
    bool allowed;
    struct str reason; /* why not */
};
/* Every transition from the record's present state, with whether the actor may. */
enum result record_steps(struct ctx *ctx, const struct record *record, struct step **steps, size_t *count) MUST_USE;

/* ---- what leans on it ---- */

struct leaning {
    const struct reg *reg;
    int64_t id;
    const char *field;
    struct str title, status;
};
enum { LEANING_MOST = 1000 };
struct leanings {
    struct leaning *at; /* the first LEANING_MOST links from what the actor may read */
    size_t count;
    int64_t readable, hidden; /* records that lean on it, however many: those that he may read, and may not */
};
/* Of today; what is deleted leans on nothing. */
enum result record_leaning(struct ctx *ctx, const struct record *record, struct leanings *leanings) MUST_USE;
/* [{"register", "id", "reference", "title", "field", "status"}] */
void leaning_write_json(struct ctx *ctx, struct buf *out, const struct leaning *leaning, size_t count);

#endif
