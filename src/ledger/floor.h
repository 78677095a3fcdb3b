/* The floor: a time in the database that keeps the order of entries where several programs write beside each other,
 * each by a clock of its own (PostgreSQL). Two rules, and a lock between them:
 *   - whoever writes an entry shares the lock until its transaction has ended, and dates nothing by more than
 *     FLOOR_STEP before the floor;
 *   - whoever seals gives no place to what is dated more than FLOOR_STEP after it. It raises the floor first, alone
 *     with the lock: so what was begun before is saved by then, and what is begun later keeps to the new one.
 * So an entry is dated at most twice FLOOR_STEP before any that has its place already, whatever clocks do, and however
 * long a node slept or was cut off. On SQLite, where one writes at a time, nothing of this is needed. */
#ifndef MERLON_LEDGER_FLOOR_H
#define MERLON_LEDGER_FLOOR_H

#include "base/clock.h"
#include "base/ctx.h"

enum { FLOOR_STEP = 5 * MINUTE, LEDGER_SKEW = 2 * FLOOR_STEP /* how far times may be out of order */ };

/* Inside a write, before an entry is dated by ctx->now. BUSY when that is too early: the program's time is brought up
 * to the floor, and the write is run again from its beginning. */
enum result ledger_floor_keep(struct ctx *ctx) MUST_USE;

/* Inside a write of the sealer: whether what is dated by `newest` has to wait until the floor is raised to that. */
enum result ledger_floor_is_low(struct ctx *ctx, int64_t newest, bool *low) MUST_USE;
/* A write of its own: waits for whoever writes entries now, but not for long. BUSY: somebody writes still; then what is
 * dated so late waits for its place until the next try. */
enum result ledger_floor_raise(struct ctx *ctx, int64_t to) MUST_USE;

/* ms; 0 where it was never raised. BROKEN when it is not as the program wrote it. */
enum result ledger_floor_read(struct ctx *ctx, int64_t *floor) MUST_USE;

#endif
