/* CSV: cells are UTF-8 within the limits, and what was read, written and read again is the same. The first byte chooses
 * the options. */
#include "format/csv.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds)
{
    if (!holds) abort();
}

static void write_row(struct csv_out *out, const struct str *cells, size_t count)
{
    for (size_t i = 0; i < count; i++) csv_put(out, cells[i]);
    csv_end_row(out);
}

/* Rows once more as CSV, until the end or the first error. */
static struct str rewrite(struct ctx *ctx, struct str file, const struct table_options *options, enum result *result)
{
    struct csv_reader *reader;
    struct buf buf = buf_in(ctx->arena);
    struct csv_out out = csv_out_to(&buf);
    *result = csv_open(ctx, file, options, &reader);
    while (*result == OK) {
        struct str *cells;
        size_t count, line = csv_line(reader);
        *result = csv_row(ctx, reader, &cells, &count);
        if (*result != OK || !cells) break;
        check(count > 0 && count <= TABLE_COLUMNS && csv_line(reader) > line);
        for (size_t i = 0; i < count; i++) check(str_is_utf8(cells[i]));
        write_row(&out, cells, count);
    }
    check(*result == OK || (*result == INVALID && ctx->error.sentence.len > 0));
    return buf_str(&buf);
}

static void try_file(struct ctx *ctx, struct str file)
{
    if (!file.len) return;
    struct table_options options = {.windows_1252 = file.at[0] & 1, .cell_limit = file.at[0] & 2 ? 100 : 0};
    struct table_options commas = {.separator = ','};
    enum result result;
    struct str first = rewrite(ctx, str_slice(file, 1, file.len), &options, &result);
    struct str second = rewrite(ctx, first, &commas, &result);
    check(result == OK && str_eq(first, second));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *arena = arena_new(0);
    struct ctx ctx = {.arena = arena};
    jmp_buf escape;
    if (setjmp(escape) == 0) {
        arena_guard(arena, &escape);
        try_file(&ctx, (struct str){(const char *)data, size});
    }
    arena_free(arena);
    return 0;
}
