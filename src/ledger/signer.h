/* Who seals: the key, what this node remembers outside of the database, and which entries it has committed that have no
 * place yet. One a process, shared by its threads. What a database writer takes away in the second before an entry is
 * sealed is missed here; what he takes back later is missed against DIRECTORY/ledger.heads (ledger/remembered.h), and
 * against the newest head, which is also kept in memory: a file that is behind it is written again. */
#ifndef MERLON_LEDGER_SIGNER_H
#define MERLON_LEDGER_SIGNER_H

#include "ledger/sealer.h"
#include "ledger/waiting.h"
#include "store/store.h"

struct ledger_signer;

/* Watches the store's commits. The keys and the directory must outlive it. */
enum result ledger_signer_open(struct ctx *ctx, struct store *store, struct ledger_keys *keys, struct str directory,
                               struct ledger_signer **signer) MUST_USE;
void ledger_signer_close(struct ledger_signer *signer); /* NULL is fine; after store_close */

/* Seals what is pending, in writes of its own; ctx->db is a reader. BROKEN, with the alarm as its sentence, when
 * something stands in the ledger that the program did not write, is gone that it did write, or the ledger does not
 * continue what this node remembers; what is sound beside that is sealed all the same where it can be. */
enum result ledger_signer_seal(struct ctx *ctx, struct ledger_signer *signer) MUST_USE;

/* Reads how often sealing was stopped or resumed and keeps it in mind until the process ends: nothing is sealed when
 * the database knows of fewer. Each round does it; whoever stops the sealing does it at once. */
enum result ledger_signer_learn(struct ctx *ctx, struct ledger_signer *signer) MUST_USE;
int64_t ledger_signer_decisions(struct ledger_signer *signer); /* as kept in mind; 0 for NULL. Any thread. */

/* Before anybody decides that sealing goes on: CONFLICT when the ledger does not continue what this node remembers,
 * because then nothing is sealed whatever is decided. NULL remembers nothing. */
enum result ledger_signer_may_go_on(struct ctx *ctx, struct ledger_signer *signer) MUST_USE;

/* A new key takes over (ledger_keys_renew), in a write of its own, and seals what is pending. Nobody else may use the
 * keys meanwhile. */
enum result ledger_signer_renew(struct ctx *ctx, struct ledger_signer *signer, const struct keyring *keyring,
                                const char *action, struct str reason) MUST_USE;

/* For how many ms the oldest entry of this process awaits its seal. Of what this process remembers, so it is known also
 * where the database hangs. Any thread. */
int64_t ledger_signer_waits(struct ledger_signer *signer);
/* How many entries of this process have no place yet, as far as it knows. Any thread. */
size_t ledger_signer_left(struct ledger_signer *signer);
/* For a thread that never uses the database, now and then, at the instant `now` of clock_monotonic(): an alarm while
 * entries wait and no round has said for WAITING_LATE why, and when one has waited for WAITING_HELD whatever rounds
 * say. */
void ledger_signer_watch(struct ledger_signer *signer, int64_t now);

/* The sentence of the alarm: that the sealing is late, else the newest round's, else that ledger.heads was lost since
 * the start, into `out` (cut to its room); "" when all is well. Any thread. */
enum { SIGNER_ALARM = 600 /* room for each of them */ };
void ledger_signer_alarm(struct ledger_signer *signer, char *out, size_t room);

#endif
