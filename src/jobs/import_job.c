/* Importing a file as a job: the file waits sealed in the database, the job tells its progress and can be cancelled
 * between two batches. */
#include "jobs/import_run.h"
#include "jobs/jobs.h"
#include "store/blob.h"

static enum result gather(struct ctx *ctx, void *arg, struct str chunk)
{
    (void)ctx;
    buf_add(arg, chunk);
    return OK;
}

static enum result tell(void *arg, int64_t done, int64_t total)
{
    return job_progress(arg, done, total);
}

static enum result run(struct job_run *run)
{
    struct ctx *ctx = run->ctx;
    struct buf file = buf_in(ctx->arena);
    struct import *import;
    struct import_run rows = {.store = run->store,
                              .reg = house_register(ctx->house, json_str(run->arguments, "register", S(""))),
                              .mapping = json_get(run->arguments, "mapping"),
                              .dry = json_bool(run->arguments, "dry_run", false),
                              .progress = tell,
                              .arg = run};
    if (!rows.reg) return fail(ctx, INVALID, "There is no such register.");
    TRY(blob_read(ctx, ctx->house->keyring, run->input, gather, &file));
    rows.file = buf_str(&file);
    TRY(import_run(ctx, &rows, &import));
    import_write_json(import, run->result);
    struct import_counts counts = import_counts(import);
    return job_progress(run, counts.rows, counts.rows);
}

const struct job_kind job_import = {"import", run};
