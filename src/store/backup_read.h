/* Inside this room only: what stands in a backup's stream, and the one loop that reads it, for checking and restoring.
 *
 * Numbers are eight bytes, little-endian; a text is its length as a number and its bytes.
 *   header   format (1), program, database, made at, master key (32 bytes or none), count of tables
 *   table    name, count of columns, then for each its name and its type (enum column_type)
 *   row      length of the body (above 0), then for each column one byte of type (enum value_type) and the value
 *   end      0, count of the rows, last key given out (-1: the table gives none)
 * and after the last table the count of all rows. */
#ifndef MERLON_STORE_BACKUP_READ_H
#define MERLON_STORE_BACKUP_READ_H

#include "store/backup_file.h"

#include "base/buf.h"

enum { BACKUP_FORMAT = 1, ROW_MAX = 64 * 1024 * 1024, NAME_MAX_LENGTH = 63, COLUMNS_MAX = 1600, TABLES_MAX = 4096 };

struct backup_table {
    struct str name;
    size_t column_count;
    struct str *columns;
    enum column_type *types;
};

/* Called in the order of the stream. What one returns other than OK ends the reading with that. */
struct backup_visitor {
    enum result (*begin)(struct ctx *ctx, void *arg, struct str master_key);
    enum result (*table)(struct ctx *ctx, void *arg, const struct backup_table *table);
    enum result (*row)(struct ctx *ctx, void *arg, struct str body); /* valid during the call */
    enum result (*end)(struct ctx *ctx, void *arg, int64_t last_key);
    void *arg;
};

enum result backup_read(struct ctx *ctx, const struct backup *backup, struct str path,
                        const struct backup_visitor *visitor, struct backup_info *info) MUST_USE;

void backup_put_number(struct buf *out, int64_t n);
void backup_put_text(struct buf *out, struct str s);
void backup_put_value(struct buf *out, struct value value);
/* The values of a row's body, borrowing its bytes. False when it is not exactly `count` values. */
bool backup_values(struct str body, struct value *values, size_t count) MUST_USE;

#endif
