/* Signing what registers freeze (approved statements, reports), with the ledger's Ed25519 key. */
#ifndef MERLON_RECORDS_SIGNATURE_H
#define MERLON_RECORDS_SIGNATURE_H

#include "records/record.h"

struct signature {
    struct str sha256;    /* of the bytes, hex */
    struct str signature; /* over "purpose\nsha256", hex */
    struct str key;       /* id of the key */
};

/* BROKEN when the house holds no key, or one that another has replaced. */
enum result record_sign(struct ctx *ctx, const char *purpose, struct str bytes, struct signature *signature) MUST_USE;

/* Whether the record (of a register with `signing`) carries a signature over the bytes that it holds, by the key that
 * was the ledger's when the record was entered. CONFLICT with what is wrong. */
struct ledger_chain;
enum result record_check_signature(struct ctx *ctx, const struct record *record,
                                   const struct ledger_chain *chain) MUST_USE;

/* A signed head of the ledger, which a report carries: whoever has it can tell later whether the ledger still holds
 * what it covers. */
struct report_head {
    int64_t size;                     /* 0: nothing has been sealed yet */
    struct str origin, root, at, key; /* root in hex, the time as RFC 3339 */
};
/* The first head that was signed at that instant or later, and so covers what was entered until then; the newest when
 * there is none: for now. So what is printed of a past instant carries the same head whenever it is printed. */
enum result record_head_at(struct ctx *ctx, int64_t instant, struct report_head *head) MUST_USE;

#endif
