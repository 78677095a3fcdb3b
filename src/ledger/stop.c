#include "ledger/stop.h"

#include "ledger/entry_row.h"
#include "ledger/ledger.h"
#include "store/blob.h"
#include "store/seal.h"
#include "store/store.h"

/* RECORD: one is what a node begins to remember. */
enum { RECORD = 2 };

static const char SETTING[] = "ledger_stop", SUBJECT[] = "ledger", STOP[] = "stop", RESUME[] = "resume";

/* ---- what both say ---- */

/* The number of the decision; where it is a stop also, each after a space, its time in ms and its sentence. One
 * setting, so that one MAC covers all. */
static enum result read_setting(struct ctx *ctx, struct ledger_stand *stand)
{
    struct str text, number, time;
    TRY(meta_get(ctx, SETTING, &text));
    if (!text.len) return OK;
    bool good = str_cut(&text, ' ', &number) && parse_number(number, &stand->decisions);
    stand->stopped = text.len > 0;
    if (good && stand->stopped) good = str_cut(&text, ' ', &time) && parse_number(time, &stand->since) && text.len;
    if (good) stand->sentence = text;
    return good ? OK : fail(ctx, BROKEN, "The database holds a stop of the sealing that is not one of this program.");
}

/* One that somebody else put in, or altered, cannot be told from a stop that is to be hidden: then nothing is sealed.
 * Without the master key the entry is taken as it stands: then nothing is sealed either. */
static enum result read_entry(struct ctx *ctx, int64_t *decisions, bool *stopped)
{
    struct ledger_entry entry = {0};
    enum result result = db_keyring(ctx->db) ? ledger_newest(ctx, str_of(SUBJECT), RECORD, &entry)
                                             : ledger_state_at(ctx, str_of(SUBJECT), RECORD, INT64_MAX, &entry);
    *decisions = 0, *stopped = false;
    if (result == NOT_FOUND) return OK;
    if (result == BROKEN && entry.id) return ledger_row_altered(ctx, entry.id);
    TRY(result);
    *decisions = entry.version;
    *stopped = str_is(entry.action, STOP);
    return OK;
}

static enum result read_both(struct ctx *ctx, struct ledger_stand *stand)
{
    int64_t entered;
    bool stopped;
    *stand = (struct ledger_stand){.sentence = S("")};
    TRY(read_setting(ctx, stand));
    TRY(read_entry(ctx, &entered, &stopped));
    stand->torn = entered != stand->decisions || stopped != stand->stopped;
    if (entered > stand->decisions) stand->decisions = entered;
    return OK;
}

static void end_snapshot(void *ctx)
{
    store_end_snapshot(ctx);
}

enum result ledger_stand_read(struct ctx *ctx, struct ledger_stand *stand)
{
    if (db_in_transaction(ctx->db)) return read_both(ctx, stand);
    struct ctx *kept = arena_make(ctx->arena, struct ctx); /* ended also when memory runs out */
    *kept = *ctx;
    TRY(store_begin_snapshot(ctx));
    arena_defer(ctx->arena, end_snapshot, kept);
    enum result result = read_both(ctx, stand);
    arena_undefer(ctx->arena, kept);
    store_end_snapshot(ctx);
    return result;
}

static enum result torn(struct ctx *ctx, enum result result)
{
    return fail(ctx, result,
                "The ledger and the setting \"ledger_stop\" in the database do not say the same on whether sealing is "
                "stopped: one of them was changed outside of the program, so nothing more is sealed until somebody "
                "decides (docs/running.md, \"Alarms\").");
}

enum result ledger_stand_demand_going(struct ctx *ctx, const struct ledger_stand *stand, int64_t seen)
{
    if (stand->torn) return torn(ctx, BROKEN);
    if (stand->stopped) return fail(ctx, BROKEN, "%.*s", PRINT(stand->sentence));
    if (seen <= stand->decisions) return OK;
    return fail(ctx, BROKEN,
                "This program has seen %lld decisions to stop the sealing or to go on, and the database knows of %lld: "
                "the newest was taken out of it, so nothing more is sealed until somebody decides (docs/running.md, "
                "\"Alarms\").",
                (long long)seen, (long long)stand->decisions);
}

enum result ledger_stopped(struct ctx *ctx, struct str *sentence, int64_t *since)
{
    struct ledger_stand stand;
    TRY(ledger_stand_read(ctx, &stand));
    *sentence = stand.sentence;
    *since = stand.since;
    if (!stand.torn || torn(ctx, BROKEN) == OK) return OK;
    *sentence = arena_copy(ctx->arena, ctx->error.sentence);
    ctx_clear_error(ctx);
    return OK;
}

enum result ledger_stand_verify(struct ctx *ctx)
{
    struct ledger_stand stand;
    TRY(ledger_stand_read(ctx, &stand));
    return stand.torn ? torn(ctx, CONFLICT) : OK;
}

/* ---- decisions ---- */

static enum result enter(struct ctx *ctx, const char *action, int64_t number, int64_t actor, struct str reason)
{
    int64_t entry;
    const struct ledger_event event = {.action = str_of(action),
                                       .subject = str_of(SUBJECT),
                                       .record = RECORD,
                                       .version = number,
                                       .actor = actor,
                                       .comment = reason,
                                       .state = action == STOP ? S("{\"stopped\":true}") : S("{\"stopped\":false}")};
    return ledger_append(ctx, &event, &entry);
}

/* Under a lock, as several nodes may hear of the same at once. */
static enum result next_decision(struct ctx *ctx, struct ledger_stand *stand)
{
    TRY(db_lock(ctx, "ledger stop"));
    return ledger_stand_read(ctx, stand);
}

enum result ledger_stop(struct ctx *ctx, struct str sentence)
{
    struct ledger_stand stand;
    TRY(next_decision(ctx, &stand));
    int64_t number = stand.decisions + 1;
    TRY(enter(ctx, STOP, number, 0, sentence));
    struct str text =
        arena_print(ctx->arena, "%lld %lld %.*s", (long long)number, (long long)ctx->now, PRINT(sentence));
    return meta_set(ctx, SETTING, text);
}

enum result ledger_resume(struct ctx *ctx, int64_t actor, struct str reason, int64_t seen)
{
    struct ledger_stand stand;
    TRY(next_decision(ctx, &stand));
    if (!stand.stopped && !stand.torn && seen <= stand.decisions)
        return fail(ctx, CONFLICT, "Sealing is not stopped: there is nothing to resume.");
    int64_t number = (seen > stand.decisions ? seen : stand.decisions) + 1;
    TRY(enter(ctx, RESUME, number, actor, reason));
    return meta_set(ctx, SETTING, arena_print(ctx->arena, "%lld", (long long)number));
}
