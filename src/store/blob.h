/* Files in the database: evidence, imports, results of jobs. Stored in sealed chunks of 256 kB (secretstream: order
 * and end are authenticated), so that neither writing nor reading needs the whole in memory. Reading verifies the
 * SHA-256. */
#ifndef MERLON_STORE_BLOB_H
#define MERLON_STORE_BLOB_H

#include "store/left_out.h"
#include "store/db.h"
#include "store/seal.h"
#include "store/table.h"

struct blob_info {
    int64_t id;
    int64_t size;
    char sha256[65]; /* of the plain bytes, hex */
};

/* Tables that the store itself needs: blob, blob_chunk, meta. */
extern const struct table *const store_tables[];
extern const size_t store_table_count;

/* Inside a write. `plain` is the whole content. */
enum result blob_write(struct ctx *ctx, const struct keyring *keyring, struct str plain,
                       struct blob_info *info) MUST_USE;
enum result blob_describe(struct ctx *ctx, int64_t id, struct blob_info *info) MUST_USE; /* NOT_FOUND */
/* Hands the plain bytes to `sink` chunk by chunk; BROKEN at the first chunk that does not authenticate, and at the
 * end when the SHA-256 differs. What `sink` returns other than OK ends the reading with that result. */
enum result blob_read(struct ctx *ctx, const struct keyring *keyring, int64_t id,
                      enum result (*sink)(struct ctx *ctx, void *arg, struct str chunk), void *arg) MUST_USE;
/* Is the file whole, and the one of this size and SHA-256 (what the ledger says of it)? With the keyring it is read to
 * its end and hashed; without (NULL) what is stored beside it is compared, and its chunks are counted. CONFLICT with
 * what is wrong, told of "file N". */
enum result blob_check(struct ctx *ctx, const struct keyring *keyring, int64_t id, int64_t size,
                       struct str sha256) MUST_USE;
enum result blob_delete(struct ctx *ctx, int64_t id) MUST_USE;

/* One line of the program's own settings kept with the data: schema version, key fingerprint. Each has a MAC. Where the
 * store was told the master key, meta_get is BROKEN with a sentence when the line is not as the program wrote it,
 * except of the four that are read before the key is known to be the right one. */
enum result meta_get(struct ctx *ctx, const char *name, struct str *value) MUST_USE; /* "" when there is none */
enum result meta_set(struct ctx *ctx, const char *name, struct str value) MUST_USE;
/* All of them, those four too; only where the store was told the master key. BROKEN names the first that is wrong. */
enum result meta_verify(struct ctx *ctx, int64_t *checked) MUST_USE;
/* That this line is there, which nothing takes away that the program does: BROKEN when somebody did. */
enum result meta_demand(struct ctx *ctx, const char *name) MUST_USE;

/* Whether the line's MAC, of these bytes, is the program's own; true without the master key. BROKEN with the sentence
 * for a line that was changed; meta_check says it of one that was, or is gone. */
bool meta_is_right(struct ctx *ctx, struct str name, struct str value, struct str mac);
enum result meta_changed(struct ctx *ctx, const char *name) MUST_USE;
enum result meta_check(struct ctx *ctx, const char *name) MUST_USE;
/* For a restored copy: takes out those whose MAC is not the program's own, except what no database can do without,
 * which is refused where it is read. `removes` false: only counts them. */
enum result meta_leave_out(struct ctx *ctx, bool removes, struct left_out *out) MUST_USE;

#endif
