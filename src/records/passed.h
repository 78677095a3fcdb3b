/* What a file of an import says and the import does not take over: status, version, what is computed, what a step or
 * the creation alone sets. An export that comes back holds all of it, and so does somebody's list of retired assets:
 * where the file says what the record is anyway nothing is told, and otherwise it is. */
#ifndef MERLON_RECORDS_PASSED_H
#define MERLON_RECORDS_PASSED_H

#include "records/record.h"

/* A cell that has something, in a column that may be passed over. */
struct passed {
    size_t index; /* of the field, in the row */
    struct str cell;
};

bool passed_over(const struct reg *reg, const struct field *field, bool creating);
/* Of which the answer depends on the row, or is yes. */
bool passed_maybe(const struct reg *reg, const struct field *field);

/* fail_field() for each of them that is neither what the record was nor what it is now; the caller takes the sentences.
 * `before` is NULL for a record that was created. */
enum result passed_tell(struct ctx *ctx, const struct passed *passed, size_t count, const struct record *before,
                        const struct record *after) MUST_USE;

#endif
