/* The one place that knows both kinds of file; whoever reads rows asks here. */
#include "format/table.h"

#include "format/csv.h"
#include "format/xlsx.h"

struct table_reader {
    struct csv_reader *csv;
    struct xlsx_reader *xlsx; /* one of the two */
};

struct table_options table_defaults(const struct table_options *options)
{
    struct table_options o = options ? *options : (struct table_options){0};
    if (!o.row_limit) o.row_limit = TABLE_ROWS;
    if (!o.column_limit) o.column_limit = TABLE_COLUMNS;
    if (!o.cell_limit) o.cell_limit = TABLE_CELL;
    if (!o.unpacked_limit) o.unpacked_limit = XLSX_UNPACKED;
    return o;
}

enum result table_open(struct ctx *ctx, struct str file, const struct table_options *options, struct table_reader **out)
{
    struct table_reader *table = arena_make(ctx->arena, struct table_reader);
    *out = table;
    if (!file.len) return fail(ctx, INVALID, "The file is empty.");
    if (xlsx_looks_like(file)) return xlsx_open(ctx, file, options, &table->xlsx);
    return csv_open(ctx, file, options, &table->csv);
}

enum result table_row(struct ctx *ctx, struct table_reader *table, struct str **cells, size_t *count)
{
    if (table->xlsx) return xlsx_row(ctx, table->xlsx, cells, count);
    return csv_row(ctx, table->csv, cells, count);
}

size_t table_line(const struct table_reader *table)
{
    return table->xlsx ? xlsx_line(table->xlsx) : csv_line(table->csv);
}
