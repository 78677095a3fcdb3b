/* That nothing is sealed until somebody decides: because a witness knows more of this ledger than the ledger does. Each
 * stop and each decision to go on is an entry of the ledger (its versions count them), and a setting kept in the
 * database says the same; what seals goes by both, and where they differ it does not seal. So taking away one of the
 * two lifts no stop, and putting back an earlier one does not either. */
#ifndef MERLON_LEDGER_STOP_H
#define MERLON_LEDGER_STOP_H

#include "base/ctx.h"

struct ledger_stand {
    int64_t decisions; /* how many stops and resumes there were, by whichever of the two knows more */
    bool stopped;
    bool torn;           /* entry and setting do not say the same */
    struct str sentence; /* of the stop, by the setting; empty: none */
    int64_t since;       /* ms */
};
/* From one snapshot. BROKEN when one of the two is not as the program wrote it. */
enum result ledger_stand_read(struct ctx *ctx, struct ledger_stand *stand) MUST_USE;
/* BROKEN, with why, when it is stopped, torn, or knows of fewer decisions than `seen`, which a process remembers. */
enum result ledger_stand_demand_going(struct ctx *ctx, const struct ledger_stand *stand, int64_t seen) MUST_USE;

/* Inside a write: nothing is sealed from here on, for the reason that the sentence gives. */
enum result ledger_stop(struct ctx *ctx, struct str sentence) MUST_USE;
/* Why nothing is sealed, and since when (ms; 0 when that is not known); empty and 0 when nothing is stopped. */
enum result ledger_stopped(struct ctx *ctx, struct str *sentence, int64_t *since) MUST_USE;
/* Inside a write: sealing goes on; an entry says who decided and why. `seen`: as above, 0 for none. CONFLICT when
 * nothing is stopped. */
enum result ledger_resume(struct ctx *ctx, int64_t actor, struct str reason, int64_t seen) MUST_USE;
/* OK unless entry and setting differ: CONFLICT. */
enum result ledger_stand_verify(struct ctx *ctx) MUST_USE;

#endif
