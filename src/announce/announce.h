/* The ledger's heads go out, so that others can tell when it is not what it was: to witnesses, to a file, by mail, to
 * where security events go as lines (syslog), to a time-stamp authority. One thread; a round each `every_seconds`, the
 * first at once. What cannot be reached is tried again in the next round; on several nodes a claim in the database lets
 * one do each. */
#ifndef MERLON_ANNOUNCE_ANNOUNCE_H
#define MERLON_ANNOUNCE_ANNOUNCE_H

#include "base/timekeeper.h"
#include "events/events.h"
#include "ledger/head.h"
#include "ledger/policy.h"
#include "store/store.h"

enum { QUORUM_PATIENCE = 60 * 60 * 1000 }; /* ms without the policy's quorum until that is told */

struct announce;
struct ledger_signer; /* ledger/signer.h */

/* Texts are borrowed and must outlive the thread; empty is: not there. */
struct announce_config {
    struct store *store;
    struct timekeeper *time;
    struct ledger_signer *signer; /* who remembers a stop; NULL: nobody */
    const struct policy *policy;  /* whose witnesses are asked; NULL: none */
    int64_t every_seconds;        /* between rounds */
    int64_t slow_minutes;         /* between two mails, and between two time stamps */
    struct str file;              /* notes are appended to it */
    struct events *events;        /* whose syslog and file get them too; NULL: none */
    struct str mail_to, mail_from, mail_server, mail_user, mail_secret;
    struct str timestamp_url, timestamp_ca; /* the authority, and a PEM file that vouches for it */
};

/* *announce is NULL when nobody is to be told anything. INVALID for settings that cannot be. Whom these settings do not
 * name has no trouble any more, and no quorum is wanting without a policy: what remains in their rows is of before. So
 * check and metrics, which do not know the settings, tell of those that are set. Another node that has other settings
 * writes its own trouble again in its next round. */
enum result announce_open(struct ctx *ctx, const struct announce_config *config, struct announce **announce) MUST_USE;
void announce_close(struct announce *announce); /* within a second; NULL is fine */

/* Whether a quorum is wanting, for check and metrics: *since, ms, is 0 when it is reached, or where there is no
 * policy. */
enum result announce_quorum_missing(struct ctx *ctx, int64_t *since) MUST_USE;

/* Asks a witness of the policy what it knows, with this head, and keeps nothing. CONFLICT with a sentence: it knows
 * more of this ledger, or another past. BUSY: it cannot be asked, or does not know the ledger. *known: the size that it
 * has, never above the head's. */
enum result announce_consult(struct ctx *ctx, const struct policy_witness *witness, const struct ledger_head *head,
                             int64_t *known) MUST_USE;

#endif
