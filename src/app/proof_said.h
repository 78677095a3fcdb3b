/* What a file of content (GET /api/v1/ledger/proof/ENTRY?content=1) says of itself, beside the content: whose it is and
 * under which head it stands. */
#ifndef MERLON_APP_PROOF_SAID_H
#define MERLON_APP_PROOF_SAID_H

#include "format/json.h"
#include "ledger/policy.h"

/* In lower case, as the program writes it, so that one text stands for it. */
bool proof_hex(struct arena *arena, struct str text, struct str *bytes);

/* CONFLICT with a sentence at the first of entry, canonical, position, leaf, head and path that is not what the proof
 * says of this entry. The head may be another than the proof's, where a key signed it that the policy names for the
 * same log; the path must lead to it. What the file does not say is not asked for, but a path needs its head and a head
 * its path. `path` names the file. */
enum result proof_said(struct ctx *ctx, struct str path, const struct json *content, const struct policy *policy,
                       const struct tlog_proof *proof, int64_t entry) MUST_USE;

#endif
