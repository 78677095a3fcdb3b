/* Fields that administrators add at run time. Their values stand in the record's `custom` object; they are described
 * by the same struct field as declared ones. The set is read by every request and replaced as a whole when it
 * changes. */
#ifndef MERLON_RECORDS_CUSTOM_H
#define MERLON_RECORDS_CUSTOM_H

#include "records/record.h"

struct custom_field {
    int64_t id;
    struct str label;
    struct field field;
};
struct custom_set {
    const struct custom_field *at;
    size_t count;
};

/* Of one register, in the ctx's arena. */
enum result custom_of(struct ctx *ctx, const struct reg *reg, struct custom_set *set) MUST_USE;
/* NULL when the set has no such field. */
const struct custom_field *custom_find(struct custom_set set, struct str name);

/* Inside a write; each leaves a ledger entry. Kinds: text, prose, number, decimal, boolean, date, choice. */
enum result custom_create(struct ctx *ctx, const struct json *body, int64_t *id) MUST_USE;
enum result custom_delete(struct ctx *ctx, int64_t id) MUST_USE;
/* Inside a write: label, choices and required, as far as the body names them; register, name and kind stay as they
 * are. A choice that is taken away stays in the records that have it. Leaves a ledger entry when something
 * changed. */
enum result custom_change(struct ctx *ctx, int64_t id, const struct json *body) MUST_USE;
/* The register that a field belongs to; NOT_FOUND. */
enum result custom_register(struct ctx *ctx, int64_t id, const struct reg **reg) MUST_USE;
/* All of them as {"items": [...]}, and one alone. */
enum result custom_write_json(struct ctx *ctx, struct buf *out) MUST_USE;
enum result custom_write_one(struct ctx *ctx, int64_t id, struct buf *out) MUST_USE;

/* For verify: every custom field against its newest state in the ledger, both ways. */
enum result custom_verify(struct ctx *ctx, int64_t *checked) MUST_USE;

#endif
