/* Create, change, delete, restore: what a request may do, in the order rights, version, fields, then writing. */
#include "access/actor.h"
#include "records/draft.h"
#include "records/entered.h"
#include "records/house.h"
#include "records/records.h"
#include "records/rights.h"
#include "ledger/ledger.h"
#include "records/write.h"
#include "schema/parse.h"
#include "store/blob.h"
#include "store/db.h"

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
    TRY(record_hold(ctx, reg, id, HOLD_AS_IS, &subject));
    int64_t unit = reg->flags & IS_UNIT ? id : record_unit(subject);
    if (unit) {
        record->row[C_UNIT] = value_number(unit);
        return OK;
    }
    int64_t units[GRANTS_MAX]; /* the subject belongs to no unit: the first where the actor may write */
    if (actor_units(ctx->actor, record->reg, CREATE, units)) record->row[C_UNIT] = value_number(units[0]);
    return OK;
}

/* Rights reach down from a unit, so whoever may place one needs them at the unit above: else a subsidiary could make
 * itself a top unit, and change what belongs to all. */
static enum result demand_above(struct ctx *ctx, const struct record *record, enum verb verb)
{
    size_t parent;
    if (!reg_field(record->reg, S("parent"), &parent) || ctx->actor->system) return OK;
    if (record_is_null(record, parent)) {
        fail_field(ctx, "parent", "required", "parent is needed: below which unit does this one lie?");
        return INVALID;
    }
    if (actor_may(ctx->actor, record->reg, verb, record_number(record, parent), 0)) return OK;
    return fail(ctx, DENIED, "Your roles do not let you place any %s below %s-%lld.", record->reg->name,
                record->reg->prefix, (long long)record_number(record, parent));
}

static enum result demand_create(struct ctx *ctx, const struct record *record)
{
    return record->reg->flags & IS_UNIT ? demand_above(ctx, record, CREATE) : record_demand(ctx, record, CREATE);
}

/* A record that moves to another place needs the right there too. */
static enum result demand_move(struct ctx *ctx, const struct record *before, const struct record *after)
{
    size_t parent;
    if (after->reg->flags & MINE && record_owner(after) != record_owner(before))
        return fail(ctx, DENIED, "This %s is its owner's alone and cannot be handed over.", after->reg->name);
    if (record_unit(after) != record_unit(before)) return record_demand(ctx, after, CHANGE);
    if (!(after->reg->flags & IS_UNIT) || !reg_field(after->reg, S("parent"), &parent)) return OK;
    if (record_number(before, parent) == record_number(after, parent)) return OK;
    TRY(demand_above(ctx, before, CHANGE));
    return demand_above(ctx, after, CHANGE);
}

enum result record_create(struct ctx *ctx, const struct reg *reg, const struct json *body, struct record **record)
{
    TRY(refuse_past(ctx));
    if (reg->flags & NO_CREATE) return fail(ctx, DENIED, "No %s is made by hand: the program makes them.", reg->name);
    if (!actor_may(ctx->actor, reg, CREATE, 0, 0))
        return fail(ctx, DENIED, "Your roles do not let you create any %s.", reg->name);
    *record = record_new(ctx, reg);
    TRY(draft_fill(ctx, *record, body));
    TRY(draft_apply(ctx, *record, body, DRAFT_CREATE));
    TRY(take_unit_of_subject(ctx, *record));
    draft_require(ctx, *record);
    TRY(draft_require_custom(ctx, *record, NULL));
    if (ctx_has_field_errors(ctx)) return INVALID;
    TRY(demand_create(ctx, *record));
    return record_write_and_load(ctx, &(struct writing){.record = *record, .action = "create"}, record);
}

enum result record_demand_version(struct ctx *ctx, const struct record *record, int64_t version)
{
    int64_t present = record->row[C_VERSION].number;
    if (!version || version == present) return OK;
    struct buf current = buf_in(ctx->arena);
    buf_text(&current, "\"current\":");
    record_write_json(ctx, &current, record);
    ctx->error.more = buf_str(&current);
    return fail(ctx, CONFLICT, "Somebody changed this meanwhile: it is version %lld now, yours was %lld.",
                (long long)present, (long long)version);
}

static enum result demand_open(struct ctx *ctx, const struct record *record)
{
    const struct state *state = reg_state(record->reg, record_status(record));
    if (record_is_deleted(record)) return fail(ctx, CONFLICT, "This record is deleted; restore it first.");
    if (state && state->flags & LOCKED)
        return fail(ctx, CONFLICT, "This %s is %s and is not changed any more; a step of its workflow leads on.",
                    record->reg->name, state->name);
    return OK;
}

/* What names only values that the record has asks for no change, so it is nothing to be refused: a list that is
 * exported and brought in again comes back whole, with what is approved or retired in it. Whatever else the patch says,
 * the refusal that the record is locked goes before. */
static enum result demand_changeable(struct ctx *ctx, const struct record *before, const struct json *patch,
                                     bool *nothing)
{
    struct record *after = record_clone(ctx, before);
    enum result open = demand_open(ctx, before);
    *nothing = false;
    if (open == OK || record_is_deleted(before)) return open;
    const struct error refusal = ctx->error;
    ctx->error = (struct error){0};
    enum result applied = draft_apply(ctx, after, patch, DRAFT_CHANGE);
    if (result_ends_all(applied)) return applied;
    *nothing = applied == OK && !ctx_has_field_errors(ctx) && record_same(before, after);
    ctx_clear_error(ctx);
    if (*nothing) return OK;
    ctx->error = refusal;
    return open;
}

/* Also what changes nothing is refused where the row is not what the ledger says: whoever names what somebody else put
 * there would be told that it is saved. */
enum result record_change(struct ctx *ctx, const struct reg *reg, int64_t id, int64_t version, const struct json *patch,
                          struct record **record)
{
    struct record *before;
    bool nothing;
    TRY(refuse_past(ctx));
    TRY(record_take(ctx, reg, id, &before));
    if (reg->flags & NO_CHANGE) return fail(ctx, DENIED, "No %s changes once it is written.", reg->name);
    TRY(record_demand(ctx, before, CHANGE));
    TRY(record_demand_version(ctx, before, version));
    TRY(demand_changeable(ctx, before, patch, &nothing));
    *record = nothing ? before : record_clone(ctx, before);
    if (nothing) return record_demand_entered(ctx, before);
    TRY(draft_apply(ctx, *record, patch, DRAFT_CHANGE));
    TRY(take_unit_of_subject(ctx, *record));
    draft_require(ctx, *record);
    TRY(draft_require_custom(ctx, *record, patch));
    if (ctx_has_field_errors(ctx)) return INVALID;
    TRY(demand_move(ctx, before, *record));
    if (record_same(before, *record)) TRY(record_demand_entered(ctx, before)); /* else it is asked when it is written */
    return record_write_and_load(ctx, &(struct writing){.before = before, .record = *record, .action = "change"},
                                 record);
}

/* What leans on it, for whoever is refused; the first hundred are enough to see why. */
static struct str leaning_json(struct ctx *ctx, const struct leaning *leaning, size_t count)
{
    enum { SHOWN = 100 };
    struct buf text = buf_in(ctx->arena);
    buf_text(&text, "\"leaning\":");
    leaning_write_json(ctx, &text, leaning, count < SHOWN ? count : SHOWN);
    return buf_str(&text);
}

/* With the topmost unit would go every right to bring it back. */
static enum result demand_delete(struct ctx *ctx, const struct record *record)
{
    size_t parent;
    TRY(record_demand(ctx, record, REMOVE));
    if (record->reg->flags & KEPT)
        return fail(ctx, DENIED, "No %s is deleted by hand: the program keeps them.", record->reg->name);
    if (!(record->reg->flags & IS_UNIT) || !reg_field(record->reg, S("parent"), &parent)) return OK;
    if (record_is_null(record, parent))
        return fail(ctx, CONFLICT, "The topmost unit holds everybody's roles, so it is not deleted.");
    return demand_above(ctx, record, REMOVE);
}

static enum result refuse_leant_on(struct ctx *ctx, int64_t all, bool hidden)
{
    if (hidden)
        return fail(ctx, CONFLICT,
                    all == 1 ? "%lld record leans on this one, where you cannot see it."
                             : "%lld records lean on this one, some where you cannot see them; see what does before "
                               "deleting it.",
                    (long long)all);
    return fail(ctx, CONFLICT,
                all == 1 ? "%lld record leans on this one; see what does before deleting it."
                         : "%lld records lean on this one; see what does before deleting it.",
                (long long)all);
}

enum result record_delete(struct ctx *ctx, const struct reg *reg, int64_t id, int64_t version, bool force)
{
    struct record *before;
    struct leanings leaning;
    TRY(refuse_past(ctx));
    TRY(record_take(ctx, reg, id, &before));
    TRY(demand_delete(ctx, before));
    TRY(record_demand_version(ctx, before, version));
    if (record_is_deleted(before)) return OK;
    TRY(record_leaning(ctx, before, &leaning));
    int64_t all = leaning.readable + leaning.hidden;
    if (all && !force) {
        ctx->error.more = leaning_json(ctx, leaning.at, leaning.count);
        return refuse_leant_on(ctx, all, leaning.hidden > 0);
    }
    struct record *after = record_clone(ctx, before);
    after->row[C_DELETED_AT] = value_number(ctx->now);
    return record_write(ctx, &(struct writing){.before = before, .record = after, .action = "delete"});
}

enum result record_restore(struct ctx *ctx, const struct reg *reg, int64_t id, struct record **record)
{
    struct record *before;
    TRY(refuse_past(ctx));
    TRY(record_take(ctx, reg, id, &before));
    TRY(record_demand(ctx, before, REMOVE));
    if (record_is_purged(before))
        return fail(ctx, CONFLICT, "The contents of this record were purged; there is nothing to bring back.");
    *record = record_clone(ctx, before);
    (*record)->row[C_DELETED_AT] = value_null();
    TRY(take_unit_of_subject(ctx, *record));
    return record_write_and_load(ctx, &(struct writing){.before = before, .record = *record, .action = "restore"},
                                 record);
}

/* Its number, its dates and where it stands: of a unit that is what lies above, by which one sees the trace at all. */
static struct record *trace_of(struct ctx *ctx, const struct record *before)
{
    struct record *trace = record_new(ctx, before->reg);
    size_t parent;
    memcpy(trace->row, before->row, COMMON * sizeof *trace->row);
    trace->row[C_OWNER] = value_null();
    trace->row[C_TAGS] = field_empty(&common_fields[C_TAGS]);
    trace->row[C_CUSTOM] = field_empty(&common_fields[C_CUSTOM]);
    if (before->reg->flags & IS_UNIT && reg_field(before->reg, S("parent"), &parent) && !record_is_null(before, parent))
        record_set_number(trace, parent, record_number(before, parent));
    return trace;
}

/* Privacy law asks for more than hiding: every state goes from the ledger's side table, the row keeps nothing but
 * that there was one (ISO/IEC 27001 A.8.10). The ledger's own rows stay as they are, so it still verifies. */
enum result record_purge(struct ctx *ctx, const struct reg *reg, int64_t id, struct str reason)
{
    struct record *before;
    int64_t entry;
    TRY(refuse_past(ctx));
    TRY(record_take(ctx, reg, id, &before));
    TRY(record_demand(ctx, before, ADMINISTER));
    if (!record_is_deleted(before))
        return fail(ctx, CONFLICT, "Delete the record first; purging cannot be taken back.");
    if (record_is_purged(before)) return fail(ctx, CONFLICT, "The contents of this record were purged already.");
    if (!str_trim(reason).len) {
        fail_field(ctx, "reason", "required", "Say why this is purged; the reason stays in the ledger.");
        return INVALID;
    }
    struct record *tombstone = trace_of(ctx, before);
    if (record_number_of(before, "blob")) TRY(blob_delete(ctx, record_number_of(before, "blob")));
    TRY(record_write_tombstone(ctx, before, tombstone));
    struct buf state = buf_in(ctx->arena);
    record_write_json(ctx, &state, tombstone);
    return ledger_purge(ctx,
                        &(struct ledger_event){.action = S("purge"),
                                               .subject = str_of(reg->name),
                                               .record = id,
                                               .version = tombstone->row[C_VERSION].number,
                                               .actor = ctx->actor->user,
                                               .comment = str_trim(reason),
                                               .state = buf_str(&state)},
                        &entry);
}

/* Code makes records of files and other records, whose texts nobody has looked at yet. */
static enum result demand_bounds(struct ctx *ctx, const struct record *before, const struct record *record)
{
    bool sound = true;
    for (size_t i = 0; i < record->reg->field_count; i++) {
        const struct field *field = &record->reg->fields[i];
        if (before && value_eq(before->own[i], record->own[i])) continue;
        sound &= field_check(ctx, field, field->name, record->own[i]);
    }
    return sound ? OK : INVALID;
}

enum result record_insert(struct ctx *ctx, struct record *record, const char *action)
{
    if (record->row[C_STATUS].type == IS_NULL)
        record->row[C_STATUS] = value_text(str_of(reg_initial_state(record->reg)->name));
    TRY(demand_bounds(ctx, NULL, record));
    return record_write(ctx, &(struct writing){.record = record, .action = action});
}

enum result record_update(struct ctx *ctx, struct record *record, const char *action)
{
    struct record *before;
    TRY(record_hold(ctx, record->reg, record_id(record), HOLD_TO_CHANGE, &before));
    if (record->row[C_VERSION].number != before->row[C_VERSION].number) return db_collided(ctx);
    TRY(demand_bounds(ctx, before, record));
    return record_write(ctx, &(struct writing){.before = before, .record = record, .action = action});
}

enum result record_derive(struct ctx *ctx, const struct reg *reg, int64_t id, const char *action)
{
    struct record *before;
    enum result held = record_hold(ctx, reg, id, HOLD_TO_CHANGE, &before);
    if (held != OK || record_is_deleted(before)) return held == NOT_FOUND ? OK : held;
    return record_write(ctx, &(struct writing){before, record_clone(ctx, before), action, S("")});
}
