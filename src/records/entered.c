/* Each value is compared as it is stored: a boolean of 2, an escape or a blank in a list say the same in JSON, but a
 * filter passes over them. A field that came with a newer program is not in older states, and is empty. */
#include "records/entered.h"

#include "access/actor.h"
#include "events/events.h"
#include "base/clock.h"
#include "records/house.h"
#include "schema/composition.h"

#include <stdatomic.h>

enum result record_demand_state(struct ctx *ctx, const struct record *row, struct str state)
{
    struct record *then;
    TRY(record_of_state(ctx, row->reg, record_id(row), state, &then));
    for (size_t i = 0; i < row_width(row->reg); i++) {
        if (value_eq(row->row[i], then->row[i])) continue;
        return fail(ctx, CONFLICT,
                    "%s-%lld is not what the ledger says: its field \"%s\" was changed outside of the program. Nothing "
                    "more is saved to it until whoever runs Merlon has put that right.",
                    row->reg->prefix, (long long)record_id(row), row_field(row->reg, i)->name);
    }
    return OK;
}

/* A database that is away for a moment says nothing of the row: that would be a false alarm. */
static enum result derive_one(struct ctx *ctx, struct record *record, bool *derived)
{
    enum result result = record->reg->derive ? record->reg->derive(ctx, record) : NOT_FOUND;
    *derived = result == OK;
    if (result_passes(result)) return result;
    ctx_clear_error(ctx);
    return OK;
}

static enum result derive_both(struct ctx *ctx, struct record *is, struct record *was, bool *derived)
{
    struct ctx dry = *ctx;
    dry.error = (struct error){0};
    enum result result = derive_one(&dry, is, derived);
    if (result == OK && *derived) result = derive_one(&dry, was, derived);
    return result == OK ? OK : fail_as(ctx, &dry, result);
}

/* Whether row and state are the same once what is derived was made anew, as it is before each write: then nothing of
 * what differs gets into the ledger. So `merlon rebuild` and an upgrade can put derived fields right. */
static enum result same_once_derived(struct ctx *ctx, const struct record *row, struct str state, bool *same)
{
    struct record *is = record_clone(ctx, row), *was;
    bool derived;
    *same = false;
    TRY(record_of_state(ctx, row->reg, record_id(row), state, &was));
    TRY(derive_both(ctx, is, was, &derived));
    if (!derived) return OK;
    for (size_t i = 0; i < row_width(row->reg); i++) {
        *same = value_eq(is->row[i], was->row[i]);
        if (!*same) return OK;
    }
    return OK;
}

static enum result demand_newest(struct ctx *ctx, const struct record *record, struct str state)
{
    bool same;
    enum result result = record_demand_state(ctx, record, state);
    if (result != CONFLICT) return result;
    struct error error = ctx->error;
    ctx_clear_error(ctx);
    TRY(same_once_derived(ctx, record, state, &same));
    if (!same) ctx->error = error;
    return same ? OK : CONFLICT;
}

static enum result compare_with_newest(struct ctx *ctx, const struct record *record)
{
    struct ledger_entry newest;
    enum result found = ledger_newest(ctx, str_of(record->reg->name), record_id(record), &newest);
    if (found == OK) return demand_newest(ctx, record, newest.state);
    if (found != NOT_FOUND) return found;
    return fail(ctx, CONFLICT, "%s-%lld stands in the database, but the ledger never heard of it.", record->reg->prefix,
                (long long)record_id(record));
}

/* The alarm is the sentence that the caller is given: it names the field. */
static void alarm(struct ctx *ctx, struct str subject, int64_t id)
{
    event_alarm(ctx, arena_cstr(ctx->arena, ctx->error.english),
                &(struct event){.actor = actor_user(ctx), .subject = subject, .record = id});
}

static enum result tell(struct ctx *ctx, const struct record *record, enum result result)
{
    if (result == CONFLICT || result == BROKEN) alarm(ctx, str_of(record->reg->name), record_id(record));
    return result;
}

enum result record_told(struct ctx *ctx, const struct reg *reg, int64_t id, enum result result)
{
    if (result == BROKEN) alarm(ctx, str_of(reg->name), id);
    return result;
}

/* These stand in lists that are read again and again: each is told once a day, else whoever looks at one would cause
 * the next alarm. Two that share a place are told more often. */
static bool was_told_today(const struct ctx *ctx, int64_t entry)
{
    static _Atomic int64_t told[4096];
    int64_t day = ctx->now / DAY, mark = entry ^ (day << 32);
    return atomic_exchange(&told[(uint64_t)entry % COUNT(told)], mark) == mark;
}

enum { FOREIGN_TOLD = 3 }; /* of one page, each by itself */

static void tell_others(struct ctx *ctx, int64_t others, int64_t newest, int64_t oldest)
{
    enum result result = fail(
        ctx, BROKEN,
        others == 1 ? "%lld more entry of the ledger was changed, removed or put in outside of the program, from "
                      "entry %lld to entry %lld; the page of the ledger marks each (docs/running.md, Alarms)."
                    : "%lld more entries of the ledger were changed, removed or put in outside of the program, "
                      "from entry %lld to entry %lld; the page of the ledger marks each (docs/running.md, Alarms).",
        (long long)others, (long long)oldest, (long long)newest);
    if (result == BROKEN) alarm(ctx, S("ledger"), 0);
    ctx_clear_error(ctx);
}

void record_told_foreign(struct ctx *ctx, const struct ledger_entries *entries)
{
    int64_t told = 0, newest = 0, oldest = 0;
    for (size_t i = 0; i < entries->count; i++) {
        const struct ledger_entry *entry = &entries->at[i];
        if (!entry->foreign || was_told_today(ctx, entry->id)) continue;
        if (++told > FOREIGN_TOLD) {
            oldest = entry->id;
            if (!newest) newest = entry->id;
            continue;
        }
        if (ledger_entry_refused(ctx, entry->id) != OK) alarm(ctx, entry->subject, entry->record);
        ctx_clear_error(ctx);
    }
    if (told > FOREIGN_TOLD) tell_others(ctx, told - FOREIGN_TOLD, newest, oldest);
}

bool record_can_be_compared(const struct ctx *ctx)
{
    return db_keyring(ctx->db) != NULL;
}

enum result record_demand_entered(struct ctx *ctx, const struct record *record)
{
    return tell(ctx, record, compare_with_newest(ctx, record));
}

enum result record_vouched(struct ctx *ctx, const struct reg *reg, int64_t id, struct record **record)
{
    enum result found = record_hold(ctx, reg, id, HOLD_AS_IS, record);
    if (found == NOT_FOUND)
        return fail(ctx, NOT_FOUND, "There is no %s %s-%lld.", reg->name, reg->prefix, (long long)id);
    TRY(found);
    return record_demand_entered(ctx, *record);
}

enum result record_parts(struct ctx *ctx, const struct record *record, struct record_list *list)
{
    const struct composition *parts = record->reg->parts;
    *list = (struct record_list){0};
    if (!parts) return OK;
    const struct reg *reg = house_register(ctx->house, str_of(parts->of));
    TRY(records_where(ctx, reg, parts->link, value_number(record_id(record)), list));
    for (size_t i = 0; i < list->count; i++) TRY(record_demand_entered(ctx, list->at[i]));
    int64_t known = record_number_of(record, parts->count);
    if ((int64_t)list->count == known) return OK;
    return tell(ctx, record,
                fail(ctx, CONFLICT,
                     "%s-%lld has %lld parts in the ledger, but %zu are there: rows were removed or put in outside of "
                     "the program. Run merlon verify.",
                     record->reg->prefix, (long long)record_id(record), (long long)known, list->count));
}
