/* Nobody approves, accepts, audits or verifies his own work (product.md, "Independence"; ISO/IEC 27001:2022 9.2.2,
 * A.5.3). The one place where that is decided, for every register: from the transition's `independent_of`.
 * "hand": whoever wrote the record, took a step of it or owned it since this step was last taken; "owner": only the
 * last of these, and whoever owns it now; the name of a step: whoever ever took it; "REGISTER.hand": whoever wrote a
 * record of that register that belongs to this one, since then. A step that has any of these is a judgement, and that
 * is no hand in the record. Every account of a person counts, and what is undone since counts as well. */
#ifndef MERLON_RECORDS_INDEPENDENCE_H
#define MERLON_RECORDS_INDEPENDENCE_H

#include "records/record.h"

/* OK, or DENIED with the sentence that says whose work it is. */
enum result independence_check(struct ctx *ctx, const struct transition *transition,
                               const struct record *record) MUST_USE;

#endif
