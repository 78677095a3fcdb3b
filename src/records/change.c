/* Create, change, delete, restore: what a request may do, in the order rights, version, fields, then writing. */
#include "access/actor.h"
#include "records/draft.h"
#include "records/house.h"
#include "records/records.h"
#include "records/rights.h"
#include "records/write.h"

static enum result refuse_past(struct ctx *ctx)
{
    if (!ctx->as_of) return OK;
    return fail(ctx, CONFLICT, "The past is read-only: leave out as_of to change something.");
}

/* Comments, tasks and the like belong where their subject belongs, and need the right to read it. */
static enum result take_unit_of_subject(struct ctx *ctx, struct record *record)
{
    size_t index;
    const struct reg *reg;
    int64_t id;
    struct record *subject;
    if (!(record->reg->flags & FOLLOWS_SUBJECT) || !reg_field(record->reg, S("subject"), &index)) return OK;
    struct str reference = record_text(record, index);
    if (!reference_parse(ctx->house, reference, &reg, &id)) {
        if (record->row[C_UNIT].type == IS_NULL) {
            int64_t units[GRANTS_MAX];
            if (actor_units(ctx->actor, record->reg, CREATE, units)) record->row[C_UNIT] = value_number(units[0]);
        }
        return OK;
    }
    TRY(record_load(ctx, reg, id, &subject));
    int64_t unit = reg->flags & IS_UNIT ? id : record_unit(subject);
    if (unit) {
        record->row[C_UNIT] = value_number(unit);
        return OK;
    }
    int64_t units[GRANTS_MAX]; /* the subject belongs to no unit: the first where the actor may write */
    if (actor_units(ctx->actor, record->reg, CREATE, units)) record->row[C_UNIT] = value_number(units[0]);
    return OK;
}

static enum result demand_create(struct ctx *ctx, const struct record *record)
{
    const struct reg *reg = record->reg;
    size_t parent;
    if (reg->flags & IS_UNIT && reg_field(reg, S("parent"), &parent)) {
        if (actor_may(ctx->actor, reg, CREATE, record_number(record, parent), 0)) return OK;
        return fail(ctx, DENIED, "Your roles do not let you create a %s below that one.", reg->name);
    }
    return record_demand(ctx, record, CREATE);
}

enum result record_create(struct ctx *ctx, const struct reg *reg, const struct json *body, struct record **record)
{
    TRY(refuse_past(ctx));
    if (reg->flags & NO_CREATE) return fail(ctx, DENIED, "A %s is made by the program, not by hand.", reg->name);
    if (!actor_may(ctx->actor, reg, CREATE, 0, 0))
        return fail(ctx, DENIED, "Your roles do not let you create a %s.", reg->name);
    *record = record_new(ctx, reg);
    TRY(draft_fill(ctx, *record, body));
    TRY(draft_apply(ctx, *record, body, DRAFT_CREATE));
    TRY(take_unit_of_subject(ctx, *record));
    draft_require(ctx, *record);
    if (ctx_has_field_errors(ctx)) return INVALID;
    TRY(demand_create(ctx, *record));
    return record_write_and_load(ctx, &(struct writing){.record = *record, .action = "create"}, record);
}

static enum result demand_version(struct ctx *ctx, const struct record *record, int64_t version)
{
    int64_t present = record->row[C_VERSION].number;
    if (!version || version == present) return OK;
    return fail(ctx, CONFLICT, "Somebody changed this meanwhile: it is version %lld now, yours was %lld.",
                (long long)present, (long long)version);
}

static enum result demand_open(struct ctx *ctx, const struct record *record)
{
    const struct state *state = reg_state(record->reg, record_status(record));
    if (record_is_deleted(record)) return fail(ctx, CONFLICT, "This record is deleted; restore it first.");
    if (state && state->flags & LOCKED)
        return fail(ctx, CONFLICT, "A %s that is %s is not changed any more; a step of its workflow leads on.",
                    record->reg->name, state->name);
    return OK;
}

enum result record_change(struct ctx *ctx, const struct reg *reg, int64_t id, int64_t version, const struct json *patch,
                          struct record **record)
{
    struct record *before;
    TRY(refuse_past(ctx));
    TRY(record_get(ctx, reg, id, &before));
    if (reg->flags & NO_CHANGE) return fail(ctx, DENIED, "A %s does not change once it is written.", reg->name);
    TRY(record_demand(ctx, before, CHANGE));
    TRY(demand_version(ctx, before, version));
    TRY(demand_open(ctx, before));
    *record = record_clone(ctx, before);
    TRY(draft_apply(ctx, *record, patch, DRAFT_CHANGE));
    TRY(take_unit_of_subject(ctx, *record));
    draft_require(ctx, *record);
    if (ctx_has_field_errors(ctx)) return INVALID;
    if (record_unit(*record) != record_unit(before)) TRY(record_demand(ctx, *record, CHANGE));
    return record_write_and_load(ctx, &(struct writing){.before = before, .record = *record, .action = "change"},
                                 record);
}

enum result record_delete(struct ctx *ctx, const struct reg *reg, int64_t id, int64_t version, bool force)
{
    struct record *before;
    struct leaning *leaning;
    size_t count;
    TRY(refuse_past(ctx));
    TRY(record_get(ctx, reg, id, &before));
    TRY(record_demand(ctx, before, REMOVE));
    TRY(demand_version(ctx, before, version));
    if (record_is_deleted(before)) return OK;
    TRY(record_leaning(ctx, before, &leaning, &count));
    if (count && !force)
        return fail(ctx, CONFLICT, "%zu record%s on this one; see what does before deleting it.", count,
                    count == 1 ? " leans" : "s lean");
    struct record *after = record_clone(ctx, before);
    after->row[C_DELETED_AT] = value_number(ctx->now);
    return record_write(ctx, &(struct writing){.before = before, .record = after, .action = "delete"});
}

enum result record_restore(struct ctx *ctx, const struct reg *reg, int64_t id, struct record **record)
{
    struct record *before;
    TRY(refuse_past(ctx));
    TRY(record_get(ctx, reg, id, &before));
    TRY(record_demand(ctx, before, REMOVE));
    *record = record_clone(ctx, before);
    (*record)->row[C_DELETED_AT] = value_null();
    return record_write_and_load(ctx, &(struct writing){.before = before, .record = *record, .action = "restore"},
                                 record);
}

enum result record_insert(struct ctx *ctx, struct record *record, const char *action)
{
    if (record->row[C_STATUS].type == IS_NULL)
        record->row[C_STATUS] = value_text(str_of(reg_initial_state(record->reg)->name));
    return record_write(ctx, &(struct writing){.record = record, .action = action});
}

enum result record_update(struct ctx *ctx, struct record *record, const char *action)
{
    struct record *before;
    TRY(record_load(ctx, record->reg, record_id(record), &before));
    return record_write(ctx, &(struct writing){.before = before, .record = record, .action = action});
}
