/* Whether the table of security events says what the program wrote. It takes the master key. */
#ifndef MERLON_EVENTS_VERIFY_H
#define MERLON_EVENTS_VERIFY_H

#include "store/seal.h"

struct events_report {
    int64_t rows;      /* looked at */
    int64_t row;       /* the number of the first that is wrong, or 0 */
    int64_t oldest_at; /* 0 when there is none */
};

/* CONFLICT with a sentence that names the row when one was altered, was put in by hand, stands there twice, or
 * follows on one that is not there any more although nothing let it go. Rows that follow on nothing are two only when
 * somebody emptied the table. What was cut off at the end, with nothing written since, is not seen by this; the
 * running server sees it at its next event (an alarm), and so does whoever has the lines of syslog or file, which
 * carry the MACs. Reads only; ctx->db. */
enum result events_verify(struct ctx *ctx, const struct keyring *keyring, struct events_report *report) MUST_USE;

/* When the newest event was, for the program's time at a start: of the last rows the latest that the program wrote, by
 * their MACs; without the store's keyring, as they say. 0: there is none. */
enum result events_latest(struct ctx *ctx, int64_t *at) MUST_USE;

/* Inside the write of a restore, while nothing guards the table yet: MACs that held under `before`, with the chain that
 * they make, are made anew under the copy's own identity (store/identity.h). Lines that went to syslog or a file keep
 * those of the original. */
enum result events_part(struct ctx *ctx, const struct identity *before) MUST_USE;

#endif
