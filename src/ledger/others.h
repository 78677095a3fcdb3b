/* What is kept of others' word on this ledger's heads, and of other ledgers' heads here, checked row by row: nothing of
 * it counts because it lies in the database. For `merlon verify`; reads only. */
#ifndef MERLON_LEDGER_OTHERS_H
#define MERLON_LEDGER_OTHERS_H

#include "ledger/policy.h"
#include "store/seal.h"

struct others_check {
    const struct policy *policy;   /* whose cosignatures can be checked; NULL: of no witness is the key known */
    const char *timestamp_ca;      /* a PEM file that vouches for time-stamp authorities; NULL: their signatures are
                                      not looked at, only that what they stamped is the head */
    const struct keyring *keyring; /* NULL: MACs of what is witnessed here are not looked at */
};
struct others_report {
    int64_t cosignatures, unknown; /* that hold; by keys that the policy does not name */
    int64_t stamps;                /* time stamps that are right, as far as was looked */
    int64_t witnessed, peers;      /* logs that are witnessed here; whom heads are sent to */
    struct str stranger;           /* one that is sent heads by the database's word and that the policy does not name */
};

/* CONFLICT with one sentence at the first row that is wrong or belongs to nothing: it names table, row and what is
 * wrong. On ctx->db. */
enum result others_verify(struct ctx *ctx, const struct others_check *check, struct others_report *report) MUST_USE;

#endif
