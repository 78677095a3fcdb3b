/* Nobody approves, accepts, audits or verifies his own work (product.md, "Independence"; ISO/IEC 27001:2022 9.2.2,
 * A.5.3). The one place where that is decided, for every register: from the transition's `independent_of`. */
#ifndef MERLON_RECORDS_INDEPENDENCE_H
#define MERLON_RECORDS_INDEPENDENCE_H

#include "records/record.h"

/* OK, or DENIED with the sentence that says whose work it is. */
enum result independence_check(struct ctx *ctx, const struct transition *transition,
                               const struct record *record) MUST_USE;

/* A small organisation may record a compensating review instead: `review` is {"by": person, "reason": text}, by a
 * person who is neither the actor nor unknown. Gives the sentence for the history in *note; field errors when it is
 * incomplete. */
enum result independence_compensate(struct ctx *ctx, const struct json *review, struct str *note) MUST_USE;

#endif
