/* A record in memory: one value for each field of its row, in the stored form (schema/field.h). It lives in an arena.
 */
#ifndef MERLON_RECORDS_RECORD_H
#define MERLON_RECORDS_RECORD_H

#include "base/buf.h"
#include "format/json_out.h"
#include "schema/common.h"

struct record {
    const struct reg *reg;
    struct value *row; /* row_width(reg) values: COMMON first */
    struct value *own; /* = row + COMMON: own[TITLE] with the register's own enum */
    struct str json;   /* what record_write last gave the ledger of it; empty when it has not been written */
    bool held;         /* nobody else changes it before this transaction ends (record_hold) */
};

struct record *record_new(struct ctx *ctx, const struct reg *reg);   /* every value null, lists "[]", objects "{}" */
struct record *record_unset(struct ctx *ctx, const struct reg *reg); /* for whoever sets every value next */
struct record *record_clone(struct ctx *ctx, const struct record *record);

int64_t record_id(const struct record *record);
int64_t record_unit(const struct record *record);
int64_t record_owner(const struct record *record);
struct str record_status(const struct record *record);
struct str record_title(const struct record *record);
struct str record_reference(struct ctx *ctx, const struct record *record); /* "RSK-12" */
struct str reference_make(struct arena *arena, const struct reg *reg, int64_t id);
bool record_is_deleted(const struct record *record);
bool record_is_purged(const struct record *record); /* only that there was one is kept: not even a title */

/* Own fields by index; 0 or "" when null. */
int64_t record_number(const struct record *record, size_t field);
struct str record_text(const struct record *record, size_t field);
bool record_is_null(const struct record *record, size_t field);
/* The ids of a LINKS field, in the arena. */
struct ids {
    const int64_t *at;
    size_t count;
};
struct ids record_ids(struct ctx *ctx, const struct record *record, size_t field);
/* The texts of a CHOICES, RECORDS or TAGS field. */
struct texts {
    const struct str *at;
    size_t count;
};
struct texts record_texts(struct ctx *ctx, const struct record *record, size_t field);
/* The JSON of a RATINGS or DATA field; NULL when empty. */
const struct json *record_data(struct ctx *ctx, const struct record *record, size_t field);

/* Own or common field by name, for logic that spans registers; null when the register has none of that name. */
struct value record_value(const struct record *record, const char *field);
int64_t record_number_of(const struct record *record, const char *field);
struct str record_text_of(const struct record *record, const char *field);

void record_set_number(struct record *record, size_t field, int64_t n);
void record_set_text(struct record *record, size_t field, struct str s); /* borrowed; also for JSON kinds */
void record_set_null(struct record *record, size_t field);
struct str ids_json(struct ctx *ctx, const int64_t *ids, size_t count); /* "[1,2]" */

/* One stored value as JSON. */
void value_write_json(struct json_out *out, const struct field *field, struct value value);

/* The record as the API shows it, common fields first (docs/api.md). */
void record_write_json(struct ctx *ctx, struct buf *out, const struct record *record);
/* From such JSON, as the ledger keeps it: for as-of reading. Fields unknown to today's register are passed over. */
enum result record_of_state(struct ctx *ctx, const struct reg *reg, int64_t id, struct str json,
                            struct record **record) MUST_USE;

/* "RSK-12" to register and id; false when it is not of that form or names no register. */
bool reference_parse(const struct house *house, struct str reference, const struct reg **reg, int64_t *id);

#endif
