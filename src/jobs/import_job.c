/* Importing a file: rows are counted first, so that progress has an end, then written in batches, each a transaction
 * of its own that keeps the writer for some hundredths of a second; others get in between. A dry run does the same
 * and takes every batch back. */
#include "jobs/jobs.h"
#include "records/import.h"
#include "store/blob.h"
#include "store/store.h"

enum { BATCH = 200 };

struct batch {
    struct import *import;
    bool dry, more;
};

static enum result take_batch(struct ctx *ctx, void *arg)
{
    struct batch *batch = arg;
    TRY(db_begin(ctx));
    enum result result = import_batch(ctx, batch->import, BATCH, &batch->more);
    if (result == OK && !batch->dry) return db_commit(ctx);
    db_rollback(ctx);
    return result;
}

static enum result gather(struct ctx *ctx, void *arg, struct str chunk)
{
    (void)ctx;
    buf_add(arg, chunk);
    return OK;
}

static enum result count_rows(struct ctx *ctx, struct str file, int64_t *count)
{
    struct table_reader *table;
    TRY(table_open(ctx, file, &(struct table_options){0}, &table));
    for (*count = -1;; (*count)++) { /* the header does not count */
        struct str *cells;
        size_t width;
        TRY(table_row(ctx, table, &cells, &width));
        if (!cells) return OK;
    }
}

static enum result run_batches(struct job_run *run, struct batch *batch, struct arena *scratch, int64_t total)
{
    batch->more = true;
    while (batch->more) {
        struct ctx ctx = *run->ctx;
        ctx.arena = scratch;
        ctx.error = (struct error){0};
        enum result result = store_write(&ctx, run->store, take_batch, batch);
        if (result != OK) return fail(run->ctx, result, "%.*s", PRINT(ctx.error.sentence));
        arena_reset(scratch);
        TRY(job_progress(run, import_counts(batch->import).rows, total));
    }
    return OK;
}

static enum result run(struct job_run *run)
{
    struct ctx *ctx = run->ctx;
    struct buf file = buf_in(ctx->arena);
    struct batch batch = {.dry = json_bool(run->arguments, "dry_run", false)};
    const struct reg *reg = house_register(ctx->house, json_str(run->arguments, "register", S("")));
    int64_t total;
    if (!reg) return fail(ctx, INVALID, "There is no such register.");
    TRY(blob_read(ctx, ctx->house->keyring, run->input, gather, &file));
    TRY(count_rows(ctx, buf_str(&file), &total));
    TRY(import_open(ctx, reg, buf_str(&file), json_get(run->arguments, "mapping"), &batch.import));
    struct arena *scratch = arena_new(0);
    if (!scratch) return fail(ctx, BUSY, "There is no memory for this import now; try again.");
    arena_defer(ctx->arena, (void (*)(void *))arena_free, scratch);
    TRY(run_batches(run, &batch, scratch, total));
    import_write_json(batch.import, run->result);
    return job_progress(run, total, total);
}

const struct job_kind job_import = {"import", run};
