/* Results as RFC 9457 problems: the one place that maps enum result to HTTP. */
#ifndef MERLON_API_PROBLEM_H
#define MERLON_API_PROBLEM_H

#include "http/exchange.h"
#include "records/record.h"

/* Replaces the answer by the problem that ctx->error describes. A status set beforehand by the handler (401, 428,
 * 429) stays. */
void problem_write(struct ctx *ctx, struct exchange *x, enum result result);

#endif
