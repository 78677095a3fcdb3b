/* The ids that the ledger knows come in one query, and only those that were not found are looked at one by one. What a
 * row in the ledger says of itself is not enough: an entry that somebody put in might say that a record was deleted. */
#include "records/missed.h"

#include "access/users.h"
#include "events/events.h"
#include "ledger/ledger.h"
#include "records/entered.h"
#include "records/rights.h"
#include "store/db.h"

static int compare_ids(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static int64_t *sorted_ids(struct arena *arena, const struct record_list *found)
{
    int64_t *ids = arena_make_many(arena, int64_t, found->count + 1);
    for (size_t i = 0; i < found->count; i++) ids[i] = record_id(found->at[i]);
    qsort(ids, found->count, sizeof *ids, compare_ids);
    return ids;
}

/* All of which the ledger has a state, rising, without those that were found. */
static enum result known_but_not_found(struct ctx *ctx, const struct reg *reg, const struct record_list *found,
                                       int64_t **ids, size_t *count)
{
    const struct value args[] = {value_text(str_of(reg->name))};
    const int64_t *had = sorted_ids(ctx->arena, found);
    size_t room = 64;
    struct rows *rows;
    *ids = arena_make_many(ctx->arena, int64_t, room);
    *count = 0;
    TRY(db_query(ctx,
                 S("SELECT DISTINCT record FROM ledger_entry WHERE subject = ?1 AND record > 0 AND state_size > 0 "
                   "ORDER BY record"),
                 args, COUNT(args), &rows));
    for (bool more = true;;) {
        TRY(rows_next(ctx, rows, &more));
        if (!more) break;
        int64_t id = rows_number(rows, 0);
        if (bsearch(&id, had, found->count, sizeof id, compare_ids)) continue;
        if (*count == room) {
            *ids = arena_grow(ctx->arena, *ids, room * sizeof **ids, room * 2 * sizeof **ids);
            room *= 2;
        }
        (*ids)[(*count)++] = id;
    }
    rows_close(rows);
    return OK;
}

static void tell(struct ctx *ctx, const struct reg *reg, int64_t id)
{
    event_alarm(ctx, "a record is not what the ledger says: it was changed outside of the program",
                &(struct event){.actor = actor_user(ctx), .subject = str_of(reg->name), .record = id});
}

/* `query` may be NULL: then any filter holds. */
static enum result belongs(struct ctx *ctx, const struct reg *reg, int64_t id, const struct list_query *query,
                           bool *belongs)
{
    struct ledger_entry newest;
    struct record *record;
    *belongs = false;
    enum result result = ledger_newest(ctx, str_of(reg->name), id, &newest);
    if (result == NOT_FOUND) return OK;
    if (result == BROKEN) *belongs = true, ctx_clear_error(ctx);
    if (result == BROKEN) return OK;
    TRY(result);
    TRY(record_of_state(ctx, reg, id, newest.state, &record));
    if (record_is_deleted(record) || !record_may(ctx, record, READ)) return OK;
    for (size_t i = 0; query && i < query->condition_count; i++)
        if (!condition_holds(ctx, &query->conditions[i], record)) return OK;
    *belongs = true;
    return OK;
}

/* On memory that is given back at once. */
static enum result ask(struct ctx *ctx, struct arena *scratch, const struct reg *reg, int64_t id,
                       const struct list_query *query, bool *missed)
{
    struct ctx part = *ctx;
    part.arena = scratch;
    part.error = (struct error){0};
    enum result result = belongs(&part, reg, id, query, missed);
    if (result != OK) result = fail_as(ctx, &part, result);
    arena_reset(scratch);
    return result;
}

enum result list_missed(struct ctx *ctx, const struct list_query *query, const struct record_list *found,
                        struct ids *missed)
{
    int64_t *ids;
    size_t count, kept = 0;
    struct arena *scratch = arena_scratch(ctx->arena);
    *missed = (struct ids){0};
    if (!record_can_be_compared(ctx)) return OK;
    TRY(known_but_not_found(ctx, query->reg, found, &ids, &count));
    for (size_t i = 0; i < count; i++) {
        bool is_missed;
        TRY(ask(ctx, scratch, query->reg, ids[i], query, &is_missed));
        if (!is_missed) continue;
        tell(ctx, query->reg, ids[i]);
        ids[kept++] = ids[i];
    }
    *missed = (struct ids){ids, kept};
    return OK;
}

enum result record_missed(struct ctx *ctx, const struct reg *reg, int64_t id, bool *missed)
{
    *missed = false;
    if (!record_can_be_compared(ctx)) return OK;
    TRY(belongs(ctx, reg, id, NULL, missed));
    if (*missed) tell(ctx, reg, id);
    return OK;
}

enum result user_vouched_name(struct ctx *ctx, int64_t id, struct str *name, bool *right)
{
    struct user user;
    *right = true;
    if (!record_can_be_compared(ctx)) return user_name(ctx, id, name);
    TRY(user_look(ctx, id, &user, right));
    *name = user.name; /* what the MAC was held against; "" when there is no such user */
    return OK;
}
