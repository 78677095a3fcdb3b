/* It is a setting with a MAC, so that nobody who has the database alone moves the program's time by it. */
#include "ledger/floor.h"

#include "base/timekeeper.h"
#include "store/blob.h"
#include "store/store.h"

/* ms: for so long everybody waits with it who begins to write meanwhile. */
#define FLOOR_WAIT "100"

static const char LOCK[] = "ledger floor", SETTING[] = "ledger_floor";

enum result ledger_floor_read(struct ctx *ctx, int64_t *floor)
{
    struct str text;
    TRY(meta_get(ctx, SETTING, &text));
    if (!parse_number(text, floor)) *floor = 0;
    return OK;
}

enum result ledger_floor_keep(struct ctx *ctx)
{
    int64_t floor;
    bool fresh;
    if (!ctx->time) return OK;
    TRY(db_lock_shared(ctx, LOCK, &fresh));
    if (!fresh) return OK;
    TRY(ledger_floor_read(ctx, &floor));
    if (ctx->now >= floor - FLOOR_STEP) return OK;
    timekeeper_not_before(ctx->time, floor);
    return db_collided(ctx);
}

enum result ledger_floor_is_low(struct ctx *ctx, int64_t newest, bool *low)
{
    int64_t floor;
    *low = false;
    if (!ctx->time || db_dialect(ctx->db) == DIALECT_SQLITE) return OK;
    TRY(ledger_floor_read(ctx, &floor));
    *low = newest > floor + FLOOR_STEP;
    return OK;
}

enum result ledger_floor_raise(struct ctx *ctx, int64_t to)
{
    int64_t floor;
    if (db_dialect(ctx->db) == DIALECT_POSTGRES) TRY(db_script(ctx, "SET LOCAL lock_timeout = " FLOOR_WAIT));
    TRY(db_lock(ctx, LOCK));
    TRY(ledger_floor_read(ctx, &floor));
    if (floor >= to) return OK;
    return meta_set(ctx, SETTING, arena_print(ctx->arena, "%lld", (long long)to));
}
