/* Writing. Everything that must be true together is written together, in the caller's transaction: the row, its index
 * of links, its search text, its ledger entry, its outbox row, and what follows from it by the tables of `struct
 * follow`. */
#include "records/write.h"

#include "access/actor.h"
#include "access/reach.h"
#include "ledger/ledger.h"
#include "records/entered.h"
#include "records/house.h"
#include "records/known.h"
#include "records/links.h"
#include "records/records.h"
#include "records/sql.h"
#include "schema/parse.h"
#include "store/search.h"

enum { DEEPEST = 16 };

bool record_same(const struct record *before, const struct record *after)
{
    for (size_t i = 0; i < row_width(after->reg); i++)
        if (i != C_VERSION && i != C_CHANGED_AT && i != C_CHANGED_BY && !value_eq(before->row[i], after->row[i]))
            return false;
    return true;
}

static bool field_changed(const struct writing *w, size_t index)
{
    return !w->before || !value_eq(w->before->row[index], w->record->row[index]);
}

/* ---- uniqueness: told at the field, before the database refuses ---- */

static enum result check_unique(struct ctx *ctx, const struct writing *w, size_t index)
{
    const struct reg *reg = w->record->reg;
    const struct field *field = row_field(reg, index);
    if (!(field->flags & UNIQUE) || !field_changed(w, index) || w->record->row[index].type == IS_NULL) return OK;
    struct value args[] = {w->record->row[index], value_number(record_id(w->record))};
    struct str sql =
        arena_print(ctx->arena, "SELECT count(*) FROM \"%s\" WHERE \"%s\"=?1 AND id<>?2 AND deleted_at IS NULL",
                    reg->name, field->name);
    int64_t others;
    TRY(db_query_number(ctx, sql, args, COUNT(args), 0, &others));
    if (others) fail_field(ctx, field->name, "taken", "Another %s has this %s already.", reg->name, field->name);
    return OK;
}

/* Held before it is derived, and as it was when it was read: else it would be derived from what another is changing,
 * and what that one derives of this would be overwritten (record_hold). */
static enum result demand_held(struct ctx *ctx, const struct writing *w)
{
    struct record *present;
    if (!w->before || w->before->held) return OK;
    TRY(record_hold(ctx, w->record->reg, record_id(w->record), HOLD_TO_CHANGE, &present));
    return value_eq(present->row[C_VERSION], w->before->row[C_VERSION]) ? OK : db_collided(ctx);
}

static enum result derive_and_check(struct ctx *ctx, const struct writing *w)
{
    const struct reg *reg = w->record->reg;
    if (reg->derive) TRY(reg->derive(ctx, w->record));
    if (reg->check) TRY(reg->check(ctx, w->before, w->record));
    for (size_t i = COMMON; i < row_width(reg); i++) TRY(check_unique(ctx, w, i));
    return ctx_has_field_errors(ctx) ? INVALID : OK;
}

/* ---- the row ---- */

static void stamp(struct ctx *ctx, const struct writing *w)
{
    struct value *row = w->record->row;
    int64_t version = w->before ? w->before->row[C_VERSION].number : 0;
    row[C_VERSION] = value_number(version + 1);
    row[C_CHANGED_AT] = value_number(ctx->now);
    row[C_CHANGED_BY] = value_id(ctx->actor->user);
    if (w->before) return;
    row[C_CREATED_AT] = value_number(ctx->now);
    row[C_CREATED_BY] = value_id(ctx->actor->user);
}

/* Only the version that was read is overwritten: with several writers on PostgreSQL another may have come first, and
 * then everything is decided anew on what that one left. */
static enum result write_row(struct ctx *ctx, const struct writing *w)
{
    struct record *record = w->record;
    const struct reg_sql *sql = reg_sql(ctx, record->reg);
    size_t width = row_width(record->reg);
    int64_t id, changed;
    if (!w->before) {
        TRY(db_insert(ctx, sql->insert, record->row + 1, width - 1, &id));
        record->row[C_ID] = value_number(id);
        return OK;
    }
    struct value *args = arena_make_many(ctx->arena, struct value, width + 1);
    memcpy(args, record->row + 1, (width - 1) * sizeof *args);
    args[width - 1] = record->row[C_ID];
    args[width] = w->before->row[C_VERSION];
    known_forget(ctx, record->reg, record_id(record));
    TRY(db_run(ctx, sql->update, args, width + 1, &changed));
    return changed == 1 ? OK : db_collided(ctx);
}

/* ---- search ---- */

struct str record_search_text(struct ctx *ctx, const struct record *record)
{
    struct buf text = buf_in(ctx->arena);
    if (record->reg->flags & QUIET || record_is_deleted(record)) return S("");
    buf_add(&text, record_reference(ctx, record));
    for (size_t i = 0; i < record->reg->field_count; i++) {
        if (!(record->reg->fields[i].flags & SEARCH) || record->own[i].type != IS_TEXT) continue;
        buf_char(&text, '\n');
        buf_add(&text, record->own[i].text);
    }
    return buf_str(&text);
}

static bool search_changed(const struct writing *w)
{
    if (!w->before || record_is_deleted(w->before) != record_is_deleted(w->record)) return true;
    for (size_t i = 0; i < w->record->reg->field_count; i++)
        if (w->record->reg->fields[i].flags & SEARCH && field_changed(w, COMMON + i)) return true;
    return false;
}

static enum result write_search(struct ctx *ctx, const struct writing *w)
{
    struct str name = str_of(w->record->reg->name);
    if (!search_changed(w) || w->record->reg->flags & QUIET) return OK;
    if (!w->before) return search_add(ctx, name, record_id(w->record), record_search_text(ctx, w->record));
    if (record_is_deleted(w->record)) return search_remove(ctx, name, record_id(w->record));
    return search_put(ctx, name, record_id(w->record), record_search_text(ctx, w->record));
}

/* ---- ledger and outbox ---- */

static enum result write_ledger(struct ctx *ctx, const struct writing *w)
{
    struct buf state = buf_in(ctx->arena);
    record_write_json(ctx, &state, w->record);
    struct ledger_event event = {.action = str_of(w->action),
                                 .subject = str_of(w->record->reg->name),
                                 .record = record_id(w->record),
                                 .version = w->record->row[C_VERSION].number,
                                 .actor = ctx->actor->user,
                                 .comment = w->comment,
                                 .state = buf_str(&state)};
    w->record->json = event.state;
    int64_t entry;
    return ledger_append(ctx, &event, &entry);
}

static enum result tell(struct ctx *ctx, const struct writing *w, const char *topic, int64_t person)
{
    struct value args[] = {value_number(ctx->now),
                           value_text(str_of(topic)),
                           value_text(str_of(w->record->reg->name)),
                           value_number(record_id(w->record)),
                           value_number(ctx->actor->user),
                           value_number(person)};
    if (!person || person == ctx->actor->person) return OK;
    return db_run(ctx, S("INSERT INTO outbox (at, topic, register, record, actor, person) VALUES (?1,?2,?3,?4,?5,?6)"),
                  args, COUNT(args), NULL);
}

/* The persons named in a field that TELLS, once, when they are named. */
static enum result tell_named(struct ctx *ctx, const struct writing *w, size_t index)
{
    struct ids ids = record_ids(ctx, w->record, index);
    if (!field_changed(w, COMMON + index)) return OK;
    for (size_t i = 0; i < ids.count; i++) TRY(tell(ctx, w, "mentioned", ids.at[i]));
    return OK;
}

/* Whom a change concerns: a new owner, the owner of what has moved on, those who are mentioned; never whoever
 * acts. Jobs turn these rows into notifications. */
static enum result write_outbox(struct ctx *ctx, const struct writing *w)
{
    const struct reg *reg = w->record->reg;
    bool moved = w->before && !str_eq(record_status(w->before), record_status(w->record));
    bool handed_over = field_changed(w, C_OWNER);
    for (size_t i = 0; i < reg->field_count; i++)
        if (reg->fields[i].flags & TELLS) TRY(tell_named(ctx, w, i));
    if (reg->flags & (QUIET | MINE) || (!moved && !handed_over)) return OK;
    return tell(ctx, w, handed_over ? "assigned" : "moved", record_owner(w->record));
}

/* ---- what follows ---- */

static bool follow_applies(const struct follow *follow, const struct writing *w)
{
    if (!follow->fields[0] || !w->before) return true;
    if (record_is_deleted(w->before) != record_is_deleted(w->record)) return true;
    for (size_t i = 0; follow->fields[i]; i++) {
        size_t index;
        if (row_find(w->record->reg, str_of(follow->fields[i]), &index) && field_changed(w, index)) return true;
    }
    return false;
}

/* Comments and tasks belong where their subject belongs, also when that moves. */
static enum result carry_along(struct ctx *ctx, const struct writing *w)
{
    if (!w->before || record_unit(w->before) == record_unit(w->record) || !record_unit(w->record)) return OK;
    for (size_t i = 0; i < ctx->house->register_count; i++) {
        const struct reg *reg = ctx->house->registers[i];
        struct record_list list;
        if (!(reg->flags & FOLLOWS_SUBJECT)) continue;
        TRY(records_linking(ctx, reg, "subject", w->record, &list));
        for (size_t k = 0; k < list.count; k++) {
            struct record *along;
            TRY(record_hold(ctx, reg, record_id(list.at[k]), HOLD_TO_CHANGE, &along));
            along->row[C_UNIT] = w->record->row[C_UNIT];
            TRY(record_update(ctx, along, "follow"));
        }
    }
    return OK;
}

static enum result run_follows(struct ctx *ctx, const struct writing *w)
{
    TRY(carry_along(ctx, w));
    if (w->record->reg->after) TRY(w->record->reg->after(ctx, w->before, w->record));
    for (const struct follow *const *follow = house_follows(ctx->house, w->record->reg); *follow; follow++)
        if (follow_applies(*follow, w)) TRY((*follow)->recompute(ctx, w->before, w->record));
    return OK;
}

/* The row, and what says where it stands: a unit that is purged leaves the tree as one that moves does. */
static enum result write_placed(struct ctx *ctx, const struct writing *w)
{
    TRY(write_row(ctx, w));
    TRY(links_write(ctx, w->before, w->record));
    return w->record->reg == ctx->house->unit ? reach_rebuild(ctx) : OK;
}

enum result record_write(struct ctx *ctx, const struct writing *w)
{
    w->record->json = S("");
    TRY(demand_held(ctx, w));
    TRY(derive_and_check(ctx, w));
    if (w->before && record_same(w->before, w->record)) return OK;
    if (w->before) TRY(record_demand_entered(ctx, w->before));
    if (ctx->depth >= DEEPEST)
        return fail(ctx, BROKEN, "Changes to %s follow from each other in a circle.", w->record->reg->name);
    stamp(ctx, w);
    TRY(write_placed(ctx, w));
    TRY(write_search(ctx, w));
    TRY(write_ledger(ctx, w));
    TRY(write_outbox(ctx, w));
    ctx->depth++;
    enum result followed = run_follows(ctx, w);
    ctx->depth--;
    return followed;
}

static bool may_come_back(const struct ctx *ctx, const struct reg *reg)
{
    return reg->after || house_follows(ctx->house, reg)[0];
}

enum result record_write_and_load(struct ctx *ctx, const struct writing *w, struct record **record)
{
    TRY(record_write(ctx, w));
    *record = w->record;
    return may_come_back(ctx, w->record->reg) ? record_load(ctx, w->record->reg, record_id(w->record), record) : OK;
}

static enum result reindex_search(struct ctx *ctx, const struct record *record)
{
    if (record->reg->flags & QUIET) return OK;
    if (record_is_deleted(record)) return search_remove(ctx, str_of(record->reg->name), record_id(record));
    return search_put(ctx, str_of(record->reg->name), record_id(record), record_search_text(ctx, record));
}

enum result record_write_tombstone(struct ctx *ctx, const struct record *before, struct record *tombstone)
{
    struct writing w = {.before = before, .record = tombstone};
    TRY(record_demand_entered(ctx, before));
    tombstone->row[C_VERSION].number++;
    TRY(write_placed(ctx, &w));
    return reindex_search(ctx, tombstone);
}

enum result record_reindex(struct ctx *ctx, const struct record *record)
{
    TRY(links_complete(ctx, record));
    return reindex_search(ctx, record);
}
