/* A file's rows into records. The header names fields (by name, or by a mapping given with the import); a column
 * `reference` or `id` says which record a row changes, all other rows create. Each row has its fate told; a row that
 * is refused leaves the others alone. */
#ifndef MERLON_RECORDS_IMPORT_H
#define MERLON_RECORDS_IMPORT_H

#include "format/table.h"
#include "records/records.h"

/* So many rows have their fate kept in full, half of them only for what is to be told (refused, or something that is
 * not imported): good news leaves room for it. All are counted. */
enum { IMPORT_FATES = 20000 };

struct import;

struct import_counts {
    int64_t rows, created, changed, unchanged, refused;
    int64_t warned; /* of those that were not refused: they say what is not taken over (records/passed.h) */
};

/* Reads the header. INVALID with a sentence when a column cannot be understood or the file cannot be read. `mapping`
 * is a JSON object of column heading to field name ("" leaves the column out), or NULL. The import lives in ctx's
 * arena. */
enum result import_open(struct ctx *ctx, const struct reg *reg, struct str file, const struct json *mapping,
                        struct import **import) MUST_USE;

/* Reads up to `rows` more rows into ctx's arena, for import_batch; *more is false after the last. */
enum result import_read(struct ctx *ctx, struct import *import, size_t rows, bool *more) MUST_USE;
/* Inside a write: takes the rows that were read, each in a savepoint of its own. A write that is run again takes the
 * same rows again. A dry run is the caller's to roll back. The arena of both may be reset afterwards. */
enum result import_batch(struct ctx *ctx, struct import *import) MUST_USE;

/* Reads past so many rows, whose fates an earlier import of the same file has had; then says what they came to:
 * the counts of import_counts_json, and each array of import_batch_fates. */
enum result import_skip(struct ctx *ctx, struct import *import, int64_t rows) MUST_USE;
void import_restore_counts(struct import *import, const struct json *counts);
void import_restore_fates(struct import *import, const struct json *fates);
/* What the batch at hand was about to do is not done. */
void import_forget_batch(struct import *import);
void import_batch_fates(const struct import *import, struct buf *out); /* of the last import_batch, as a JSON array */
void import_counts_json(const struct import *import, struct buf *out);

struct import_counts import_counts(const struct import *import);
/* {"rows", "created", "changed", "unchanged", "refused", "warned", "fates": [{"line", "fate", "reference", "detail"}]}:
 * detail is why the row was refused, or what of it was not taken over; else empty. */
void import_write_json(struct import *import, struct buf *out);

#endif
