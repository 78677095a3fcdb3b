/* Whether the database answers and can be written: found out each second by a thread of its own, so that whoever asks
 * (/readyz) is told at once, also while the database hangs and every other thread waits for it. */
#ifndef MERLON_STORE_PULSE_H
#define MERLON_STORE_PULSE_H

#include "store/store.h"

struct pulse;

/* ms: what was found out holds for so long. */
enum { PULSE_EVERY = 1000, PULSE_HOLDS = 5000 };

enum result pulse_open(struct ctx *ctx, struct store *store, struct pulse **out) MUST_USE;
void pulse_close(struct pulse *pulse); /* NULL is fine */

/* From any thread, never waits. AWAY with a sentence when the database does not answer, is for reading only, or could
 * not keep the last change (its disk is full, another program holds it), until it keeps one again. */
enum result pulse_check(struct ctx *ctx, const struct pulse *pulse) MUST_USE;

#endif
