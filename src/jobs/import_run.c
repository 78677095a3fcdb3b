/* Others get in between the batches, so that a long import stops nobody. A dry run does the same and takes every batch
 * back. */
#include "jobs/import_run.h"

#include "store/db.h"
#include "store/store.h"

enum { BATCH = 200 };

struct batch {
    struct import *import;
    const struct import_run *run;
};

static enum result keep_batch(struct ctx *ctx, const struct batch *batch)
{
    const struct import_run *run = batch->run;
    if (run->hold) TRY(run->hold(ctx, run->arg));
    TRY(import_batch(ctx, batch->import));
    return run->keep ? run->keep(ctx, run->arg, batch->import) : OK;
}

static enum result take_batch(struct ctx *ctx, void *arg)
{
    const struct batch *batch = arg;
    TRY(db_begin(ctx));
    enum result result = batch->run->dry ? import_batch(ctx, batch->import) : keep_batch(ctx, batch);
    if (result == OK && !batch->run->dry) return db_commit(ctx);
    db_rollback(ctx);
    return result;
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

static enum result run_batches(struct ctx *ctx, const struct import_run *run, struct batch *batch,
                               struct arena *scratch, int64_t total)
{
    for (bool more = true; more;) {
        struct ctx part = *ctx;
        part.arena = scratch;
        part.error = (struct error){0};
        enum result result = import_read(&part, batch->import, BATCH, &more);
        if (result == OK) result = store_write(&part, run->store, take_batch, batch);
        if (result != OK) import_forget_batch(batch->import);
        if (result != OK) return fail_as(ctx, &part, result);
        arena_reset(scratch);
        TRY(run->progress(run->arg, import_counts(batch->import).rows, total));
    }
    return OK;
}

static enum result go_on(struct ctx *ctx, const struct import_run *run, struct import *import)
{
    if (!run->resume) return OK;
    TRY(import_skip(ctx, import, run->taken));
    return run->resume(ctx, run->arg, import);
}

enum result import_run(struct ctx *ctx, const struct import_run *run, struct import **import)
{
    struct batch batch = {.run = run};
    int64_t total;
    *import = NULL;
    enum result counted = count_rows(ctx, run->file, &total);
    if (run->unreadable) *run->unreadable = counted != OK;
    TRY(counted);
    TRY(run->progress(run->arg, run->taken, total)); /* so that a claim is renewed after a long count */
    TRY(import_open(ctx, run->reg, run->file, run->mapping, &batch.import));
    *import = batch.import;
    TRY(go_on(ctx, run, batch.import));
    return run_batches(ctx, run, &batch, arena_scratch(ctx->arena), total);
}
