/* The ledger: who did what to which record and when, append-only. Writing an entry takes part in the transaction of the
 * change. The entry holds a salted hash of the state after; the state itself stands beside it in ledger_state and can
 * be purged for privacy law without touching the ledger (hash and tombstone stay). Soon after (at most a second, or
 * when asked) the sealer gives new entries their place in a Merkle tree (RFC 9162 section 2.1 hashing) and signs the
 * head with Ed25519. A row in `ledger_pending` says which entries await that, so that sealing is exact also when
 * transactions overlap. */
#ifndef MERLON_LEDGER_LEDGER_H
#define MERLON_LEDGER_LEDGER_H

#include "base/ctx.h"
#include "store/table.h"

extern const struct table *const ledger_tables[];
extern const size_t ledger_table_count;

struct ledger_event {
    struct str action;  /* "create", "change", "delete", "transition:accept", "derive", "purge", "grant", ... */
    struct str subject; /* register, or "user", "setting", ... */
    int64_t record;     /* id within it */
    int64_t version;    /* of the record after, one more than before; 0 for what has none */
    int64_t actor;      /* user id; 0 is the program itself */
    struct str comment; /* the reason a person gave; may be empty */
    struct str state;   /* JSON after; empty for none */
};

/* Inside a write. At ctx->now. CONFLICT when the ledger has a state of that version, or a later one, already: somebody
 * has taken a row away, or put it back to an earlier state. */
enum result ledger_append(struct ctx *ctx, const struct ledger_event *event, int64_t *entry) MUST_USE;

struct ledger_entry {
    int64_t id, at, actor, record, version;
    struct str action, subject, comment, state; /* state empty when purged or none */
    bool purged;                                /* what it said is not there; see `missing` */
    /* Told by what reads entries as they stand (ledger_history, ledger_recent, ledger_entry_read). Sealed: it stands in
     * the tree under a head. Foreign: by its MAC, or by the hash of its comment and state, the program did not write it
     * so; false where the store has no keyring. Missing: what it said is not there, and no purge of the program's
     * took it; then it is foreign as well, and not purged. */
    bool sealed, foreign, missing;
};
struct ledger_entries {
    struct ledger_entry *at;
    size_t count;
    bool cut; /* there are more, but together they would be too large */
};
/* When the ledger was last written to: the latest time of the newest entries that this program wrote, by their MACs; a
 * row that somebody else put in does not move the clock. Without the master key as they say. 0 when there is none. */
enum result ledger_latest(struct ctx *ctx, int64_t *at) MUST_USE;
/* The newest `limit` entries of one record before entry id `before` (0: from the end), newest first, with states; at
 * least two, and fewer than `limit` when states come to more than LEDGER_PAGE bytes. */
enum { LEDGER_PAGE = 1024 * 1024 };
enum result ledger_history(struct ctx *ctx, struct str subject, int64_t record, int64_t before, int64_t limit,
                           struct ledger_entries *entries) MUST_USE;
/* One entry with its state; NOT_FOUND leaves no sentence. */
enum result ledger_entry_read(struct ctx *ctx, int64_t id, struct ledger_entry *entry) MUST_USE;
/* The newest `limit` entries before entry id `before` (0: from the end), newest first; bounded as ledger_history. */
enum result ledger_recent(struct ctx *ctx, int64_t before, int64_t limit, struct ledger_entries *entries) MUST_USE;
/* BROKEN: the sentence of all that reads what an entry says, and refuses it since the program did not write it so. */
enum result ledger_entry_refused(struct ctx *ctx, int64_t entry) MUST_USE;
/* The state of a record as of an instant: NOT_FOUND when it did not exist then (leaves no sentence). It is the newest
 * entry up to then that came with a state; of a record that was deleted, that which the deletion left (see its
 * action). BROKEN with a sentence when the program did not write it so, as far as there is a keyring. */
enum result ledger_state_at(struct ctx *ctx, struct str subject, int64_t record, int64_t instant,
                            struct ledger_entry *entry) MUST_USE;
/* The state that a record has now, where the program wrote it: BROKEN with a sentence when the entry's MAC, or the
 * state against its hash, does not hold. Needs the store's keyring. NOT_FOUND leaves no sentence. Newest is what has
 * the highest version: the numbers of entries are the database's, and whoever has it can let them begin anew. */
enum result ledger_newest(struct ctx *ctx, struct str subject, int64_t record, struct ledger_entry *entry) MUST_USE;
/* The same for what is entered without states, whose versions rise with what was done: the entry of the highest one. */
enum result ledger_newest_deed(struct ctx *ctx, struct str subject, int64_t record,
                               struct ledger_entry *entry) MUST_USE;
/* All that was written of a record that now has the version `newest`: each of 1, 2, ... `newest` is handed over, with
 * its state, and held against its MAC, so that nothing was taken away, put in or changed meanwhile. BROKEN names the
 * first that was, also one that was purged. Needs the store's keyring. The entry's texts are valid during the call
 * only; what `each` returns other than OK ends the reading. */
enum result ledger_each_version(struct ctx *ctx, struct str subject, int64_t record, int64_t newest,
                                enum result (*each)(struct ctx *ctx, void *arg, const struct ledger_entry *entry),
                                void *arg) MUST_USE;
/* The state of every record of a subject as of an instant, by record id, handed over one by one; as ledger_state_at.
 * The entry's texts are valid during the call only. What `each` returns other than OK ends the reading with that
 * result. */
enum result ledger_each_at(struct ctx *ctx, struct str subject, int64_t instant,
                           enum result (*each)(struct ctx *ctx, void *arg, const struct ledger_entry *entry),
                           void *arg) MUST_USE;
/* Removes states and comments of a record (privacy law), leaving hashes, and appends the entry `tombstone`: its comment
 * is the reason, its state what is left of the record, its version above all before. Inside a write. NOT_FOUND when the
 * ledger knows no such record. */
enum result ledger_purge(struct ctx *ctx, const struct ledger_event *tombstone, int64_t *entry) MUST_USE;

/* The numbers of entries are the database's, and whoever has it can make them begin anew, so that an older state would
 * seem the newest. Versions are under the entries' hashes: those of a record rise one by one with its entries. CONFLICT
 * names the first that does not; `prefix` is how the subject's records are called ("RSK-", "user "). */
enum result ledger_check_versions(struct ctx *ctx, const char *subject, const char *prefix) MUST_USE;

#endif
