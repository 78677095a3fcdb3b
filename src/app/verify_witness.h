/* The part of `merlon verify` that needs others: heads taken away earlier, cosignatures, what witnesses know now. By
 * itself a database cannot show that it is not an older copy of itself; whoever verifies is told whether anybody was
 * asked who can. */
#ifndef MERLON_APP_VERIFY_WITNESS_H
#define MERLON_APP_VERIFY_WITNESS_H

#include "app/program.h"
#include "format/json_out.h"
#include "ledger/head.h"
#include "ledger/policy.h"

struct witness_check {
    struct str policy;     /* a policy file (C2SP tlog-policy); empty: none */
    struct str checkpoint; /* a file of one or more notes; empty: none */
    bool ask;              /* the witnesses of the policy, over the network */
    bool has_head;         /* a head was compared otherwise (--head) */
    /* what came of it */
    size_t notes;                     /* of the file, that this ledger contains */
    size_t torn, torn_line;           /* that were cut short while they were written; where the first one begins */
    size_t cosigners, witnesses;      /* of the newest head that has the policy's quorum; of the policy */
    int64_t cosigned_size, newest_at; /* that head's size; when its newest cosignature was given, ms */
    size_t asked, answered;
    struct str silent;           /* those who were asked and did not answer, by name; "" when all did */
    struct str why[POLICY_MOST]; /* a sentence for each of them */
    size_t why_count;
};

/* Before anything is checked: INVALID with a sentence when a file cannot be read or is none of its kind, or when
 * somebody is to be asked and no policy says whom. */
enum result witness_check_demand(struct program *program, struct witness_check *check) MUST_USE;
/* After the ledger itself holds; `newest` is its newest head. CONFLICT with a sentence: a note is not of this ledger,
 * the quorum is reached for no head, a witness knows more (told before all else), or one that was asked did not answer.
 * Asked also while nothing is signed, for which it takes the master key (BUSY without). */
enum result witness_check_run(struct program *program, struct witness_check *check,
                              const struct ledger_head *newest) MUST_USE;

/* What was found; also of use when the check ends with the silence of a witness. */
void witness_check_print(const struct witness_check *check);
/* "witnessed": whether anybody was consulted; "cosigned_size"; "cosigners". */
void witness_check_put_json(const struct witness_check *check, struct json_out *out);

#endif
