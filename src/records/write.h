/* The one place where a record is written: derive, check, row, links, search text, ledger, outbox, what follows. */
#ifndef MERLON_RECORDS_WRITE_H
#define MERLON_RECORDS_WRITE_H

#include "records/record.h"

struct writing {
    const struct record *before; /* NULL at creation */
    struct record *record;
    const char *action;
    struct str comment;
};

/* Inside a write. Version, times and user are set here. When nothing changed nothing is written. INVALID with field
 * errors when a check fails. */
enum result record_write(struct ctx *ctx, const struct writing *writing) MUST_USE;

/* Whether all is the same but what each write sets. */
bool record_same(const struct record *before, const struct record *after);

/* record_get, held to be changed. */
enum result record_take(struct ctx *ctx, const struct reg *reg, int64_t id, struct record **record) MUST_USE;

/* As record_write, and gives the record as it stands after what followed from it has perhaps changed it again. */
enum result record_write_and_load(struct ctx *ctx, const struct writing *writing, struct record **record) MUST_USE;

/* The bare row of a purged record: no derive, no check, no ledger entry; links and search text go. */
enum result record_write_tombstone(struct ctx *ctx, const struct record *before, struct record *tombstone) MUST_USE;

/* Adds the links of one record that are missing, and makes its search text anew; for `merlon rebuild`. */
enum result record_reindex(struct ctx *ctx, const struct record *record) MUST_USE;

/* What is found of a record by search; empty when it is in no index: deleted, or of a register that is QUIET. */
struct str record_search_text(struct ctx *ctx, const struct record *record);

#endif
