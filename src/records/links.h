/* The link table: an index over LINK, LINKS, RECORD and RECORDS fields, a row for each target of each field, kept by
 * target because "what leans on this" is all that it is asked. What a record links to, its own row says. */
#ifndef MERLON_RECORDS_LINKS_H
#define MERLON_RECORDS_LINKS_H

#include "records/record.h"

/* Inside a write: from what `before` links to (NULL: nothing) to what `record` does. */
enum result links_write(struct ctx *ctx, const struct record *before, const struct record *record) MUST_USE;

/* For `merlon rebuild`, inside a write: adds the rows of this record that are missing. */
enum result links_complete(struct ctx *ctx, const struct record *record) MUST_USE;

/* For `merlon rebuild`, inside a write: removes those of the next rows that no record has. Begins with {.more = true};
 * to be called again while `more`. */
struct links_pruning {
    bool more;
    int64_t to_record, record; /* the last row that was looked at */
    char to_register[64], reg[64], field[64];
};
enum result links_prune(struct ctx *ctx, struct links_pruning *pruning) MUST_USE;

/* For verify. CONFLICT names the first link of the record that the index lacks; *links counts those that it should
 * have. */
enum result links_check(struct ctx *ctx, const struct record *record, int64_t *links) MUST_USE;
/* When the index has more than those: CONFLICT names the first one too many. */
enum result links_check_count(struct ctx *ctx, int64_t links) MUST_USE;

#endif
