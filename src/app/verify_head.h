/* A head that somebody took away earlier, which `merlon verify --head` holds against the ledger: as GET
 * /api/v1/ledger/head answers it, or copied from a printed report, which has no signature. */
#ifndef MERLON_APP_VERIFY_HEAD_H
#define MERLON_APP_VERIFY_HEAD_H

#include "app/program.h"
#include "ledger/head.h"

struct given_head {
    struct ledger_head head;
    bool is_signed; /* it has a signature, which verify_head_is_own looks at */
};

/* INVALID when the file holds none. */
enum result verify_head_read(struct ctx *ctx, struct str path, struct given_head *given) MUST_USE;

/* That its origin is one of this ledger's, and that the key of that origin which it names has signed it. CONFLICT with
 * what is wrong. Whether the ledger contains it is another question (ledger_check.witness). */
enum result verify_head_is_own(struct ctx *ctx, const struct given_head *given) MUST_USE;

/* What was found, when all of it is right. */
void verify_head_print(const struct given_head *given);

#endif
