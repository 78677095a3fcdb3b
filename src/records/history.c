/* Differences are made from neighbouring states when they are read: the ledger keeps states, not differences, so that
 * as-of reading is one look-up. */
#include "records/history.h"

#include "access/names.h"
#include "base/clock.h"
#include "format/json_out.h"
#include "ledger/ledger.h"
#include "records/differences.h"
#include "records/entered.h"
#include "records/rights.h"
#include "store/db.h"

/* The state as JSON; NULL for what is no state of a record: others can have written anything there. */
static enum result parse_state(struct ctx *ctx, const struct ledger_entry *entry, struct json **state)
{
    enum result result = json_parse_deep(ctx, entry->state, JSON_DEEPEST, state);
    if (result == INVALID && entry->foreign) {
        ctx_clear_error(ctx);
        *state = NULL;
        return OK;
    }
    TRY(result);
    if ((*state)->kind != JSON_OBJECT) *state = NULL;
    return OK;
}

enum result history_state(struct ctx *ctx, const struct reg *reg, const struct ledger_entry *entry, struct json **state)
{
    struct record *then;
    *state = NULL;
    if (!entry->state.len) return OK;
    TRY(parse_state(ctx, entry, state));
    if (!*state) return OK;
    TRY(record_of_state(ctx, reg, entry->record, entry->state, &then));
    if (!record_may(ctx, then, READ)) *state = NULL;
    return OK;
}

/* What a record said while it lay where the reader may not read stays unsaid: that there was a change is told, and by
 * whom, but neither the values nor the reason. */
static enum result read_states(struct ctx *ctx, const struct reg *reg, struct ledger_entries *entries,
                               struct json **states)
{
    for (size_t i = 0; i < entries->count; i++) {
        struct ledger_entry *entry = &entries->at[i];
        TRY(history_state(ctx, reg, entry, &states[i]));
        if (entry->state.len && !states[i]) entry->comment = S("");
    }
    return OK;
}

static enum result write_entry(struct ctx *ctx, struct json_out *out, const struct ledger_entry *entry,
                               struct names *names)
{
    char at[TIME_TEXT];
    struct str name;
    time_format(entry->at, at);
    TRY(name_of(ctx, names, entry->actor, &name));
    json_key(out, "entry"), json_put_number(out, entry->id);
    json_key(out, "at"), json_put_text(out, at);
    json_key(out, "actor");
    json_open_object(out);
    json_key(out, "id"), json_put_number(out, entry->actor);
    json_key(out, "name"), json_put_str(out, name);
    json_close_object(out);
    json_key(out, "action"), json_put_str(out, entry->action);
    json_key(out, "comment"), json_put_str(out, entry->comment);
    json_key(out, "version"), json_put_number(out, entry->version);
    json_key(out, "purged"), json_put_bool(out, entry->purged);
    json_key(out, "missing"), json_put_bool(out, entry->missing);
    json_key(out, "sealed"), json_put_bool(out, entry->sealed);
    json_key(out, "foreign"), json_put_bool(out, entry->foreign);
    return OK;
}

/* What an entry differs from: the genuine one of the version before, past what others have put in between. Without it
 * the differences are nobody's: all that the entry says would pass for changed by whoever wrote it. */
static bool find_before(const struct ledger_entries *entries, size_t of, size_t *before)
{
    const struct ledger_entry *entry = &entries->at[of];
    for (*before = of + 1; *before < entries->count; ++*before) {
        const struct ledger_entry *older = &entries->at[*before];
        if (older->version == entry->version - 1 && !older->foreign) return true;
    }
    return entry->version <= 1;
}

/* Of a state that is withheld from the reader nothing is said of what was before either. */
static void write_differences(struct ctx *ctx, struct json_out *out, const struct ledger_entries *entries, size_t of,
                              struct json *const *states)
{
    size_t before;
    bool withheld = entries->at[of].state.len && !states[of];
    bool known = find_before(entries, of, &before) || withheld;
    json_key(out, "before_missing"), json_put_bool(out, !known);
    differences_write(ctx, out, states[before], known ? states[of] : NULL);
}

/* One more than is shown is read: what the last one differs from. */
enum result history_write(struct ctx *ctx, const struct reg *reg, int64_t id, int64_t before, int64_t limit,
                          struct buf *buf)
{
    struct record *record;
    struct ledger_entries entries;
    struct names names = {0};
    struct json_out out = json_out_to(buf);
    TRY(record_get(ctx, reg, id, &record));
    TRY(ledger_history(ctx, str_of(reg->name), id, before, limit + 1, &entries));
    record_told_foreign(ctx, &entries);
    bool more = entries.cut || entries.count > (size_t)limit;
    size_t shown = more ? entries.count - 1 : entries.count;
    struct json **states = arena_make_many(ctx->arena, struct json *, entries.count + 1);
    TRY(read_states(ctx, reg, &entries, states));
    json_open_object(&out);
    json_key(&out, "items");
    json_open_array(&out);
    for (size_t i = 0; i < shown; i++) {
        json_open_object(&out);
        TRY(write_entry(ctx, &out, &entries.at[i], &names));
        write_differences(ctx, &out, &entries, i, states);
        json_close_object(&out);
    }
    json_close_array(&out);
    json_key(&out, "next");
    if (more)
        json_put_str(&out, arena_print(ctx->arena, "%lld", (long long)entries.at[shown - 1].id));
    else
        json_put_null(&out);
    json_close_object(&out);
    return OK;
}
