/* Heads as others see them: the signed note (C2SP tlog-checkpoint) with the cosignatures that witnesses gave for it,
 * and proofs to take away (tlog-proof). Also what is kept of each witness that is asked, and the stop: when a witness
 * knows more of this ledger than the ledger itself, nothing more is signed until a person has decided. */
#ifndef MERLON_LEDGER_COSIGNED_H
#define MERLON_LEDGER_COSIGNED_H

#include "ledger/checkpoint.h"
#include "ledger/tree.h"
#include "store/table.h"

extern const struct table ledger_cosignature_table, ledger_timestamp_table, ledger_peer_table;

/* ---- notes and proofs ---- */

/* The key that signs a head, as a log's vkey has it. BROKEN when the ledger does not know it. */
enum result ledger_note_key(struct ctx *ctx, const struct ledger_head *head, struct note_key *key) MUST_USE;
/* Body, the ledger's signature, every cosignature that is kept. */
enum result ledger_note(struct ctx *ctx, const struct ledger_head *head, struct str *note) MUST_USE;

/* The tlog-proof of an entry; its extra data is the entry's canonical form, whose hash is the leaf. `size` names the
 * head; 0: the newest that is cosigned and covers the entry, else the newest. NOT_FOUND: no such entry or head;
 * CONFLICT: not sealed yet, or not under that head. */
enum result ledger_tlog_proof(struct ctx *ctx, int64_t entry, int64_t size, struct buf *out) MUST_USE;

/* Inside a write: one cosignature of that head, as the witness answered it (a line without its \n). The first one by a
 * witness stays. */
enum result ledger_keep_cosignature(struct ctx *ctx, int64_t size, struct str witness, int64_t at,
                                    struct str line) MUST_USE;

/* Inside a write: the reply of a time-stamp authority over the body of that head. The first one stays. */
enum result ledger_keep_timestamp(struct ctx *ctx, int64_t size, int64_t at, struct str reply) MUST_USE;
/* NOT_FOUND when there is none. `size` 0: the newest. */
enum result ledger_timestamp(struct ctx *ctx, int64_t size, int64_t *of_size, int64_t *at, struct str *reply) MUST_USE;

/* ---- whom heads are sent to ---- */

/* The rows that are no witness: where heads go otherwise, and since when the quorum is wanting. */
#define PEER_FILE "file"
#define PEER_MAIL "mail"
#define PEER_TIMESTAMP "timestamp"
#define PEER_QUORUM "quorum"

/* A witness, by its key's name, or one of the names above. */
struct ledger_peer {
    struct str name;
    int64_t size;     /* of the newest head that it has */
    int64_t asked_at; /* ms; 0: never */
    int64_t good_at;  /* when it last took one */
    struct str trouble;
};
enum result ledger_peer_read(struct ctx *ctx, struct str name, struct ledger_peer *peer) MUST_USE; /* zeros for none */
enum result ledger_peers(struct ctx *ctx, struct ledger_peer **peers, size_t *count) MUST_USE;     /* all, by name */
/* Inside a write. */
enum result ledger_peer_write(struct ctx *ctx, const struct ledger_peer *peer) MUST_USE;

#endif
