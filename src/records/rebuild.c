/* What follows is asked for as if each record had just been written without a change, so that nothing comes to be
 * twice. A pass that changed something is followed by another, because what was derived first may lean on what was
 * derived later. */
#include "records/rebuild.h"

#include "access/actor.h"
#include "access/reach.h"
#include "records/house.h"
#include "records/links.h"
#include "records/records.h"
#include "records/write.h"
#include "store/migrate.h"
#include "store/search.h"
#include "store/store.h"

enum { BATCH = 200, PASSES = 8 };

struct pass {
    const struct reg *reg;
    int64_t above, taken;
    bool more;
};

static enum result ids_above(struct ctx *ctx, const struct pass *pass, int64_t ids[BATCH], size_t *count)
{
    const struct value args[] = {value_number(pass->above), value_number(BATCH)};
    struct str sql =
        arena_print(ctx->arena, "SELECT id FROM \"%s\" WHERE id > ?1 ORDER BY id LIMIT ?2", pass->reg->name);
    struct rows *rows;
    *count = 0;
    TRY(db_query(ctx, sql, args, COUNT(args), &rows));
    for (bool more;;) {
        TRY(rows_next(ctx, rows, &more));
        if (!more) return OK;
        ids[(*count)++] = rows_number(rows, 0);
    }
}

static enum result follow_up(struct ctx *ctx, const struct record *record)
{
    ctx->depth++;
    for (const struct follow *const *follow = house_follows(ctx->house, record->reg); *follow; follow++)
        TRY((*follow)->recompute(ctx, record, record));
    ctx->depth--;
    return OK;
}

static enum result rebuild_one(struct ctx *ctx, struct pass *pass, int64_t id)
{
    struct record *record;
    TRY(register_hold(ctx, pass->reg));
    enum result loaded = record_hold(ctx, pass->reg, id, HOLD_TO_CHANGE, &record);
    if (loaded != OK) return loaded == NOT_FOUND ? OK : loaded;
    TRY(record_reindex(ctx, record));
    if (record_is_deleted(record)) return OK;
    TRY(record_update(ctx, record, "derive"));
    TRY(record_load(ctx, pass->reg, id, &record));
    return follow_up(ctx, record);
}

static enum result rebuild_batch(struct ctx *ctx, void *arg)
{
    struct pass *pass = arg;
    int64_t ids[BATCH];
    size_t count;
    TRY(ids_above(ctx, pass, ids, &count));
    for (size_t i = 0; i < count; i++) TRY(rebuild_one(ctx, pass, ids[i]));
    pass->more = count == BATCH;
    pass->taken += (int64_t)count;
    if (count) pass->above = ids[count - 1];
    return OK;
}

static enum result prune(struct ctx *ctx, void *arg)
{
    return links_prune(ctx, arg);
}

static enum result begin(struct ctx *ctx, void *arg)
{
    TRY(migrate_begin_rebuild(ctx, arg));
    TRY(search_clear(ctx));
    return reach_rebuild(ctx);
}

struct ending {
    struct rebuild_mark mark;
    bool last;
};

static enum result end(struct ctx *ctx, void *arg)
{
    struct ending *ending = arg;
    return migrate_end_rebuild(ctx, &ending->mark, &ending->last);
}

/* A write that collides is run again: each time from where the part before it had come to. */
struct part {
    enum result (*run)(struct ctx *ctx, void *arg);
    void *state;
    const void *before;
    size_t size;
};

static enum result run_part(struct ctx *ctx, void *arg)
{
    const struct part *part = arg;
    memcpy(part->state, part->before, part->size);
    return part->run(ctx, part->state);
}

/* One write in an arena that is given back afterwards. */
static enum result write_part(struct ctx *ctx, const struct rebuild *rebuild, struct arena *scratch,
                              enum result (*run)(struct ctx *ctx, void *arg), void *state, size_t size)
{
    struct ctx inner = *ctx;
    inner.arena = scratch;
    inner.actor = &actor_system;
    inner.error = (struct error){0};
    void *before = memcpy(arena_alloc(scratch, size), state, size);
    struct part part = {run, state, before, size};
    enum result result = store_write(&inner, rebuild->store, run_part, &part);
    if (result != OK) result = fail_as(ctx, &inner, result);
    arena_reset(scratch);
    return result;
}

static enum result rebuild_register(struct ctx *ctx, const struct rebuild *rebuild, struct arena *scratch,
                                    struct pass *pass)
{
    int64_t all;
    struct str sql = arena_print(ctx->arena, "SELECT count(*) FROM \"%s\"", pass->reg->name);
    TRY(db_query_number(ctx, sql, NULL, 0, 0, &all));
    for (pass->more = true; pass->more;) {
        TRY(write_part(ctx, rebuild, scratch, rebuild_batch, pass, sizeof *pass));
        if (rebuild->progress) TRY(rebuild->progress(rebuild->arg, pass->reg->name, pass->taken, all));
    }
    return OK;
}

static enum result rebuild_all(struct ctx *ctx, const struct rebuild *rebuild, struct arena *scratch,
                               struct rebuild_report *report)
{
    report->records = 0;
    for (size_t i = 0; i < ctx->house->register_count; i++) {
        struct pass pass = {.reg = ctx->house->registers[i]};
        TRY(rebuild_register(ctx, rebuild, scratch, &pass));
        report->records += pass.taken;
    }
    return OK;
}

/* What this program itself has entered since. */
static enum result entries_since(struct ctx *ctx, int64_t entry, int64_t *count)
{
    const struct value args[] = {value_number(entry)};
    return db_query_number(ctx, S("SELECT count(*) FROM ledger_entry WHERE id > ?1 AND actor = 0"), args, COUNT(args),
                           0, count);
}

enum result records_rebuild(struct ctx *ctx, const struct rebuild *rebuild, struct rebuild_report *report)
{
    int64_t newest;
    TRY(db_query_number(ctx, S("SELECT max(id) FROM ledger_entry"), NULL, 0, 0, &newest));
    struct arena *scratch = arena_scratch(ctx->arena);
    *report = (struct rebuild_report){0};
    struct links_pruning pruning = {.more = true};
    struct ending ending = {.last = false};
    enum result result = write_part(ctx, rebuild, scratch, begin, &ending.mark, sizeof ending.mark);
    while (result == OK && pruning.more) result = write_part(ctx, rebuild, scratch, prune, &pruning, sizeof pruning);
    bool settled = false;
    for (int pass = 0; pass < PASSES && result == OK && !settled; pass++) {
        int64_t before = report->changed;
        result = rebuild_all(ctx, rebuild, scratch, report);
        if (result == OK) result = entries_since(ctx, newest, &report->changed);
        settled = report->changed == before;
    }
    if (result == OK) result = write_part(ctx, rebuild, scratch, end, &ending, sizeof ending);
    report->another = result == OK && !ending.last;
    return result;
}
