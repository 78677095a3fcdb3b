/* Whose word counts, and how many of them: a policy of C2SP (tlog-policy). A file of lines
 *
 *     log VKEY [URL]                       logs whose heads are accepted
 *     witness NAME VKEY [URL]              URL: where it is asked (tlog-witness, "submission prefix")
 *     group NAME any|all|K MEMBER...       counts when K of its members do
 *     quorum NAME|none                     exactly one: the witness or group that a head needs
 *
 * Empty lines and those that begin with "#" say nothing. Names are bytes. */
#ifndef MERLON_LEDGER_POLICY_H
#define MERLON_LEDGER_POLICY_H

#include "ledger/checkpoint.h"

/* Witnesses and groups each; every key that a ledger ever had is a log of its own. */
enum { POLICY_MOST = 64, POLICY_LOGS = 4096, POLICY_MEMBERS = 2 * POLICY_MOST, POLICY_FILE_MOST = 1024 * 1024 };

struct policy_log {
    struct note_key key; /* its name is the origin */
    struct str url;      /* may be empty */
};
struct policy_witness {
    struct str name; /* in this file alone */
    struct note_key key;
    struct str url; /* may be empty */
};

/* Names a witness or a group by its place. */
struct policy_member {
    bool is_group;
    size_t index;
};
struct policy_group {
    struct str name;
    struct policy_member members[POLICY_MEMBERS];
    size_t count, needed;
};

struct policy {
    struct policy_log *logs; /* in the arena */
    struct policy_witness witnesses[POLICY_MOST];
    struct policy_group groups[POLICY_MOST];
    size_t log_count, witness_count, group_count;
    bool needs_witness; /* false: "quorum none" */
    struct policy_member quorum;
};

/* In the arena; borrows `text`. INVALID says which line cannot be and why. */
enum result policy_parse(struct ctx *ctx, struct str text, struct policy **policy) MUST_USE;

/* The lines after those of the logs, for whoever checks a proof: witnesses without their addresses, groups, quorum;
 * "quorum none" for NULL. */
void policy_put_witnesses(struct buf *out, const struct policy *policy);

/* The log of that origin which one of the note's signatures is by; NULL when there is none. *known: there is a log of
 * that origin, though none of its keys has signed. */
const struct policy_log *policy_log_of(struct arena *arena, const struct policy *policy, const struct note *note,
                                       struct str origin, bool *known);

/* For people: its name in the policy and the beginning of its key's id, "contoso (key 9590b0d9)". */
struct str policy_witness_shown(struct arena *arena, const struct policy_witness *witness);
struct str policy_witness_key(struct arena *arena, const struct policy_witness *witness); /* its id, hexadecimal */

/* Which witnesses' cosignatures hold on this note; cosigned[i] for policy->witnesses[i]. Returns how many. */
size_t policy_cosigned(struct arena *arena, const struct policy *policy, const struct note *note,
                       bool cosigned[POLICY_MOST]);
/* Whether those are the quorum. */
bool policy_is_met(const struct policy *policy, const bool cosigned[POLICY_MOST]);

#endif
