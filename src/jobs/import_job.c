/* Importing a file as a job: the file waits sealed in the database, the job tells its progress and can be cancelled
 * between two batches. With each batch its place in the file is kept, so that whoever takes the job over goes on behind
 * it; a dry run keeps nothing and is begun anew. */
#include "access/secret.h"
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

static enum result hold(struct ctx *ctx, void *arg)
{
    return job_hold(ctx, arg);
}

static enum result keep(struct ctx *ctx, void *arg, const struct import *import)
{
    struct buf counts = buf_in(ctx->arena), fates = buf_in(ctx->arena);
    import_counts_json(import, &counts);
    import_batch_fates(import, &fates);
    return job_keep(ctx, arg, import_counts(import).rows, buf_str(&counts), buf_str(&fates));
}

static enum result restore_part(struct ctx *ctx, void *arg, struct str part)
{
    struct json *fates;
    TRY(json_parse(ctx, part, &fates));
    import_restore_fates(arg, fates);
    return OK;
}

static enum result resume(struct ctx *ctx, void *arg, struct import *import)
{
    const struct job_run *run = arg;
    struct json *counts;
    if (!run->position) return OK;
    TRY(json_parse(ctx, run->state, &counts));
    import_restore_counts(import, counts);
    return job_parts(ctx, run, restore_part, import);
}

static enum result run(struct job_run *run)
{
    struct ctx *ctx = run->ctx;
    struct buf file = buf_in(ctx->arena);
    struct import *import;
    bool dry = json_bool(run->arguments, "dry_run", false);
    struct import_run rows = {.store = run->store,
                              .reg = house_register(ctx->house, json_str(run->arguments, "register", S(""))),
                              .mapping = json_get(run->arguments, "mapping"),
                              .dry = dry,
                              .progress = tell,
                              .hold = hold,
                              .keep = keep,
                              .resume = resume,
                              .taken = run->position,
                              .arg = run};
    if (!rows.reg) return fail(ctx, INVALID, "There is no such register.");
    TRY(blob_read(ctx, ctx->house->keyring, run->input, gather, &file));
    rows.file = buf_str(&file);
    /* Between the claim and this reading somebody may have put another file in its place. */
    if (!str_eq(secret_hex(ctx->arena, rows.file), run->sha256))
        return fail(ctx, CONFLICT,
                    "The file of this import was exchanged outside of the program: nothing of it was "
                    "brought in. Run merlon verify.");
    enum result result = import_run(ctx, &rows, &import);
    if (import && !(dry && result != OK)) import_write_json(import, run->result);
    TRY(result);
    struct import_counts counts = import_counts(import);
    return job_progress(run, counts.rows, counts.rows);
}

const struct job_kind job_import = {"import", run, .resumes = true};
