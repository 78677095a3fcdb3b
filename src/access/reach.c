/* The closure of the units' tree. It is made anew from the whole table and compared with what is there: with some
 * thousand units that takes a millisecond, and nobody has to prove that a clever update of a moved branch is right. */
#include "access/reach.h"

#include "access/access.h"
#include "access/actor.h"
#include "access/verify.h"
#include "base/log.h"
#include "events/events.h"
#include "store/db.h"

#include <stdatomic.h>

struct pair {
    int64_t ancestor, unit;
};

struct unit_reach {
    atomic_int references;
    size_t count;
    struct pair pairs[]; /* by ancestor, then unit */
};

struct pairs {
    struct pair *at;
    size_t count, room;
};

static void add(struct arena *arena, struct pairs *pairs, int64_t ancestor, int64_t unit)
{
    if (pairs->count == pairs->room) {
        size_t room = pairs->room ? pairs->room * 2 : 64;
        pairs->at = arena_grow(arena, pairs->at, pairs->room * sizeof *pairs->at, room * sizeof *pairs->at);
        pairs->room = room;
    }
    pairs->at[pairs->count++] = (struct pair){ancestor, unit};
}

static int compare(const void *a, const void *b)
{
    const struct pair *left = a, *right = b;
    if (left->ancestor != right->ancestor) return left->ancestor < right->ancestor ? -1 : 1;
    return (left->unit > right->unit) - (left->unit < right->unit);
}

/* ---- the closure ---- */

struct unit {
    int64_t id, parent;
    bool deleted;
};

struct units {
    struct unit *at; /* by id */
    size_t count;
};

static const struct unit *unit_of(const struct units *units, int64_t id)
{
    size_t from = 0, to = units->count;
    while (from < to) {
        size_t middle = from + (to - from) / 2;
        if (units->at[middle].id == id) return &units->at[middle];
        if (units->at[middle].id < id)
            from = middle + 1;
        else
            to = middle;
    }
    return NULL;
}

static enum result read_units(struct ctx *ctx, struct units *units)
{
    int64_t count;
    TRY(db_query_number(ctx, S("SELECT COUNT(*) FROM unit"), NULL, 0, 0, &count));
    units->at = arena_make_many(ctx->arena, struct unit, (size_t)count + 1);
    struct rows *rows;
    TRY(db_query(ctx, S("SELECT id, parent, deleted_at FROM unit ORDER BY id"), NULL, 0, &rows));
    for (bool more; units->count < (size_t)count;) {
        TRY(rows_next(ctx, rows, &more));
        if (!more) break;
        units->at[units->count++] = (struct unit){rows_number(rows, 0), rows_number(rows, 1), !rows_is_null(rows, 2)};
    }
    rows_close(rows);
    return OK;
}

/* A chain that is so long has come round to where it was, or nearly might have. */
static enum result close_over(struct ctx *ctx, const struct units *units, struct pairs *pairs)
{
    for (size_t i = 0; i < units->count; i++) {
        const struct unit *above = &units->at[i];
        for (size_t steps = 0; above; steps++, above = unit_of(units, above->parent)) {
            if (steps == UNIT_LEVELS)
                return fail(ctx, CONFLICT,
                            "Unit %lld would lie below itself, or more than %d levels deep: choose another parent.",
                            (long long)units->at[i].id, UNIT_LEVELS);
            if (!above->deleted) add(ctx->arena, pairs, above->id, units->at[i].id);
        }
    }
    if (pairs->count) qsort(pairs->at, pairs->count, sizeof *pairs->at, compare);
    return OK;
}

static enum result read_pairs(struct ctx *ctx, struct pairs *pairs)
{
    struct rows *rows;
    TRY(db_query(ctx, S("SELECT ancestor, unit FROM unit_reach ORDER BY ancestor, unit"), NULL, 0, &rows));
    for (bool more;;) {
        TRY(rows_next(ctx, rows, &more));
        if (!more) break;
        add(ctx->arena, pairs, rows_number(rows, 0), rows_number(rows, 1));
    }
    rows_close(rows);
    return OK;
}

static enum result write_difference(struct ctx *ctx, const struct pairs *old, const struct pairs *new, bool *differs)
{
    const struct str insert = S("INSERT INTO unit_reach (ancestor, unit) VALUES (?1, ?2)");
    const struct str remove = S("DELETE FROM unit_reach WHERE ancestor = ?1 AND unit = ?2");
    for (size_t i = 0, j = 0; i < old->count || j < new->count;) {
        int order = i == old->count ? 1 : j == new->count ? -1 : compare(&old->at[i], &new->at[j]);
        const struct pair *pair = order < 0 ? &old->at[i] : &new->at[j];
        i += order <= 0;
        j += order >= 0;
        if (order == 0) continue;
        struct value args[] = {value_number(pair->ancestor), value_number(pair->unit)};
        TRY(db_run(ctx, order < 0 ? remove : insert, args, COUNT(args), NULL));
        *differs = true;
    }
    return OK;
}

enum result reach_keep(struct ctx *ctx)
{
    return db_lock(ctx, "unit_reach");
}

enum result reach_rebuild(struct ctx *ctx)
{
    struct units units = {0};
    struct pairs old = {0}, new = {0};
    bool differs = false;
    TRY(reach_keep(ctx));
    TRY(read_units(ctx, &units));
    TRY(close_over(ctx, &units, &new));
    TRY(read_pairs(ctx, &old));
    TRY(write_difference(ctx, &old, &new, &differs));
    return differs ? access_changed(ctx) : OK;
}

/* The first pair in which the table differs from what the parents say: CONFLICT, with the sentence that says so. */
static enum result compare_pairs(struct ctx *ctx, const struct pairs *old, const struct pairs *new)
{
    for (size_t i = 0; i < old->count || i < new->count; i++) {
        int order = i >= old->count ? 1 : i >= new->count ? -1 : compare(&old->at[i], &new->at[i]);
        const struct pair *pair = order < 0 ? &old->at[i] : &new->at[i < new->count ? i : 0];
        if (order < 0)
            return fail(ctx, CONFLICT,
                        "The unit %lld is said to lie below the unit %lld, where its parents do not put it.",
                        (long long)pair->unit, (long long)pair->ancestor);
        if (order > 0)
            return fail(ctx, CONFLICT, "The unit %lld lies below the unit %lld by its parents, but is not said to.",
                        (long long)pair->unit, (long long)pair->ancestor);
    }
    return OK;
}

static enum result read_compared(struct ctx *ctx, struct pairs *pairs)
{
    struct units units = {0};
    struct pairs old = {0};
    *pairs = (struct pairs){0};
    TRY(read_units(ctx, &units));
    TRY(close_over(ctx, &units, pairs));
    TRY(read_pairs(ctx, &old));
    return compare_pairs(ctx, &old, pairs);
}

enum result reach_verify(struct ctx *ctx, int64_t *checked)
{
    struct pairs pairs;
    enum result result = read_compared(ctx, &pairs);
    *checked += (int64_t)pairs.count;
    return result;
}

/* ---- in memory ---- */

/* Outside of a snapshot a unit may be moved between two readings; then the next look is right. */
static enum result read_trusted(struct ctx *ctx, struct pairs *pairs)
{
    enum { LOOKS = 3 };
    enum result result = CONFLICT;
    for (int i = 0; i < LOOKS && result == CONFLICT; i++) {
        ctx_clear_error(ctx);
        result = read_compared(ctx, pairs);
    }
    if (result != CONFLICT) return result;
    log_text(LOG_ERROR, "what is wrong with the tree of units", "sentence", ctx->error.sentence);
    event_alarm(ctx, "the tree of units was changed outside of the program: nobody is let in",
                &(struct event){.actor = actor_user(ctx), .subject = S("unit")});
    return fail(ctx, BROKEN,
                "The tree of units was changed outside of the program, so nobody is let in: look at what merlon verify "
                "says of it, and have it made anew with merlon rebuild.");
}

enum result reach_load(struct ctx *ctx, struct unit_reach **reach)
{
    struct pairs pairs;
    TRY(read_trusted(ctx, &pairs));
    size_t size = pairs.count * sizeof *pairs.at;
    struct unit_reach *made = malloc(sizeof *made + size);
    if (!made) return fail(ctx, BROKEN, "There is no memory left for the tree of units.");
    atomic_init(&made->references, 1);
    made->count = pairs.count;
    if (size) memcpy(made->pairs, pairs.at, size);
    *reach = made;
    return OK;
}

struct unit_reach *reach_hold(struct unit_reach *reach)
{
    if (reach) atomic_fetch_add(&reach->references, 1);
    return reach;
}

void reach_release(void *reach)
{
    struct unit_reach *held = reach;
    if (held && atomic_fetch_sub(&held->references, 1) == 1) free(held);
}

bool reach_holds(const struct unit_reach *reach, int64_t ancestor, int64_t unit)
{
    struct pair wanted = {ancestor, unit};
    if (!reach) return ancestor == unit;
    if (bsearch(&wanted, reach->pairs, reach->count, sizeof wanted, compare)) return true;
    return false;
}

bool reach_is_top(const struct unit_reach *reach, int64_t unit)
{
    for (size_t i = 0; reach && i < reach->count; i++)
        if (reach->pairs[i].unit == unit && reach->pairs[i].ancestor != unit) return false;
    return !reach || reach_holds(reach, unit, unit);
}
