/* A whole file into a register, in batches: what the job of importing and `merlon import` share. */
#ifndef MERLON_JOBS_IMPORT_RUN_H
#define MERLON_JOBS_IMPORT_RUN_H

#include "records/import.h"

struct store;

struct import_run {
    struct store *store;
    const struct reg *reg;
    struct str file;            /* CSV or XLSX */
    const struct json *mapping; /* column heading to field name, or NULL */
    bool dry;                   /* tells each row's fate and keeps nothing */
    enum result (*progress)(void *arg, int64_t done,
                            int64_t total); /* another result than OK ends the import with it */
    /* In the transaction of each batch that is kept, before and after it; NULL where nobody takes over. */
    enum result (*hold)(struct ctx *ctx, void *arg);
    enum result (*keep)(struct ctx *ctx, void *arg, const struct import *import);
    /* Says what the first `taken` rows came to, which an earlier run has taken; NULL: there was none. */
    enum result (*resume)(struct ctx *ctx, void *arg, struct import *import);
    int64_t taken;
    bool *unreadable; /* set where it is the file as such that cannot be read; NULL: nobody asks */
    void *arg;
};

/* On behalf of ctx->actor; not inside a write. Rows are counted first, so that progress has an end, then written in
 * batches, each a transaction of its own that keeps the writer for some hundredths of a second. *import tells the
 * fates, also those before a failure; it is NULL when the file could not even be begun. */
enum result import_run(struct ctx *ctx, const struct import_run *run, struct import **import) MUST_USE;

#endif
