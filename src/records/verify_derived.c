/* What can be made anew from the records, compared with what is stored of it, and what the records vouch for: their
 * files and signatures. Nothing is written. */
#include "ledger/chain.h"
#include "records/house.h"
#include "records/links.h"
#include "records/records.h"
#include "records/signature.h"
#include "records/verify.h"
#include "records/write.h"
#include "store/blob.h"
#include "store/search.h"
#include "store/store.h"
#include "store/walk.h"

/* ---- every record of every register ---- */

struct visit {
    const struct reg *reg;
    enum result (*each)(struct ctx *ctx, const struct record *record, void *arg);
    void *arg;
};

static enum result visit_one(struct ctx *ctx, void *arg, int64_t id)
{
    const struct visit *visit = arg;
    struct record *record;
    TRY(record_load(ctx, visit->reg, id, &record));
    return visit->each(ctx, record, visit->arg);
}

static enum result visit_all(struct ctx *ctx, const struct reg *reg,
                             enum result (*each)(struct ctx *ctx, const struct record *record, void *arg), void *arg,
                             int64_t *checked)
{
    struct visit visit = {reg, each, arg};
    return walk_ids(ctx, reg->name, visit_one, &visit, checked);
}

/* ---- links ---- */

static enum result check_links(struct ctx *ctx, const struct record *record, void *links)
{
    return links_check(ctx, record, links);
}

enum result records_verify_links(struct ctx *ctx, int64_t *checked)
{
    for (size_t i = 0; i < ctx->house->register_count; i++)
        TRY(visit_all(ctx, ctx->house->registers[i], check_links, checked, NULL));
    return links_check_count(ctx, *checked);
}

/* ---- search ---- */

static enum result check_search(struct ctx *ctx, const struct record *record, void *entries)
{
    struct str text = record_search_text(ctx, record);
    bool right;
    TRY(search_is_right(ctx, str_of(record->reg->name), record_id(record), text, &right, entries));
    if (right) return OK;
    return fail(ctx, CONFLICT,
                "The search index has other words of %s-%lld than the record; merlon rebuild makes it anew.",
                record->reg->prefix, (long long)record_id(record));
}

enum result records_verify_search(struct ctx *ctx, int64_t *checked)
{
    for (size_t i = 0; i < ctx->house->register_count; i++)
        TRY(visit_all(ctx, ctx->house->registers[i], check_search, checked, NULL));
    return search_verify(ctx, *checked);
}

/* ---- derived fields ---- */

enum { DAYS_BACK = 31 };
static const int64_t day = 24 * 60 * 60 * 1000;

static bool is_kept(size_t index)
{
    return index == C_VERSION || index == C_CHANGED_AT || index == C_CHANGED_BY;
}

/* *index is the first field that would change, row_width when none would. */
static enum result derive_dry(struct ctx *ctx, const struct record *record, int64_t now, size_t *index)
{
    struct ctx then = *ctx;
    struct record *anew = record_clone(ctx, record);
    then.now = now;
    enum result result = record->reg->derive(&then, anew);
    if (result != OK) return fail_as(ctx, &then, result);
    for (*index = 0; *index < row_width(record->reg); ++*index)
        if (!is_kept(*index) && !value_eq(record->row[*index], anew->row[*index])) return OK;
    return OK;
}

/* What depends on the day is derived anew after midnight: until then, and while the program did not run, it is right as
 * of an earlier day, back to the one on which the record was last written. */
static enum result right_earlier(struct ctx *ctx, const struct record *record, bool *right)
{
    int64_t changed_at = record->row[C_CHANGED_AT].number;
    size_t index = 0;
    *right = false;
    for (int back = 1; back <= DAYS_BACK && !*right; back++) {
        int64_t then = ctx->now - back * day;
        bool last = then <= changed_at || back == DAYS_BACK;
        TRY(derive_dry(ctx, record, last ? changed_at : then, &index));
        *right = index == row_width(record->reg);
        if (last) return OK;
    }
    return OK;
}

static enum result check_derived(struct ctx *ctx, const struct record *record, void *arg)
{
    size_t index = 0;
    bool right = false;
    (void)arg;
    if (record_is_deleted(record)) return OK;
    TRY(derive_dry(ctx, record, ctx->now, &index));
    if (index == row_width(record->reg)) return OK;
    if (record->reg->flags & DAILY) TRY(right_earlier(ctx, record, &right));
    if (right) return OK;
    return fail(ctx, CONFLICT,
                "%s-%lld: its field \"%s\" is not what follows from the records; merlon rebuild sets it.",
                record->reg->prefix, (long long)record_id(record), row_field(record->reg, index)->name);
}

enum result records_verify_derived(struct ctx *ctx, int64_t *checked)
{
    for (size_t i = 0; i < ctx->house->register_count; i++)
        if (ctx->house->registers[i]->derive)
            TRY(visit_all(ctx, ctx->house->registers[i], check_derived, NULL, checked));
    return OK;
}

/* ---- files ---- */

static enum result check_file(struct ctx *ctx, const struct record *record, void *files)
{
    size_t index = 0;
    reg_file_field(record->reg, &index);
    int64_t id = record_number(record, index), size = record_number_of(record, "file_size");
    struct str sha256 = record_text_of(record, "sha256");
    if (!id && !sha256.len) return OK;
    enum result result = blob_check(ctx, db_keyring(ctx->db), id, size, sha256);
    if (result == CONFLICT)
        return fail(ctx, CONFLICT, "The file of %s-%lld: %.*s", record->reg->prefix, (long long)record_id(record),
                    PRINT(ctx->error.sentence));
    ++*(int64_t *)files;
    return result;
}

enum result records_verify_files(struct ctx *ctx, int64_t *checked)
{
    for (size_t i = 0; i < ctx->house->register_count; i++)
        if (reg_file_field(ctx->house->registers[i], NULL))
            TRY(visit_all(ctx, ctx->house->registers[i], check_file, checked, NULL));
    return OK;
}

/* ---- signatures ---- */

struct signers {
    const struct records_keys *given;
    struct ledger_chain chain; /* read when there is something to be checked: count 0 until then */
};

/* Any key of the chain stands for all of them, older and newer: each has signed the next. */
static enum result demand_chain(struct ctx *ctx, struct signers *signers)
{
    if (signers->chain.count) return OK;
    TRY(ledger_chain_read(ctx, &signers->chain));
    if (ledger_chain_has(&signers->chain, signers->given->at, signers->given->count)) return OK;
    signers->chain.count = 0;
    return fail(ctx, CONFLICT, "No key that was given is one of this ledger's keys.");
}

static enum result check_signature(struct ctx *ctx, const struct record *record, void *arg)
{
    struct signers *signers = arg;
    if (record_is_purged(record)) return OK;
    TRY(demand_chain(ctx, signers));
    return record_check_signature(ctx, record, &signers->chain);
}

enum result records_verify_signatures(struct ctx *ctx, const struct records_keys *keys, int64_t *checked)
{
    struct signers *signers = arena_make(ctx->arena, struct signers);
    signers->given = keys;
    signers->chain.arena = ctx->arena; /* the walk has one for each batch */
    for (size_t i = 0; i < ctx->house->register_count; i++)
        if (ctx->house->registers[i]->signing)
            TRY(visit_all(ctx, ctx->house->registers[i], check_signature, signers, checked));
    return OK;
}
