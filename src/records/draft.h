/* A request's JSON into a record: every field read, links resolved, all errors collected. */
#ifndef MERLON_RECORDS_DRAFT_H
#define MERLON_RECORDS_DRAFT_H

#include "records/record.h"

enum draft_mode {
    DRAFT_CREATE,     /* also FIXED fields */
    DRAFT_CHANGE,     /* merge patch: what is not named stays */
    DRAFT_TRANSITION, /* also BY_TRANSITION fields; the caller has checked which may be named */
};

/* Sets the fields that `body` names on `record`. Field errors are added for what does not fit; the caller asks
 * ctx_has_field_errors(). INVALID when body is not an object. */
enum result draft_apply(struct ctx *ctx, struct record *record, const struct json *body, enum draft_mode mode) MUST_USE;

/* Values that a new record has where the request names none: fallbacks of fields, unit, owner, the first state. */
enum result draft_fill(struct ctx *ctx, struct record *record, const struct json *body) MUST_USE;

/* Required fields that are empty become field errors. */
void draft_require(struct ctx *ctx, const struct record *record);
/* The same for custom fields: all of them at creation; later what `patch` clears, since a field may have come to be
 * required after the record. */
enum result draft_require_custom(struct ctx *ctx, const struct record *record, const struct json *patch) MUST_USE;

#endif
