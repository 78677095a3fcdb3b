/* What an outsider is handed to check for himself (docs/ledger.md): signed heads, inclusion and consistency proofs, as
 * JSON. Whether the asker may see the entry's record is the caller's to decide; the ledger knows no rights. */
#ifndef MERLON_LEDGER_PROOF_H
#define MERLON_LEDGER_PROOF_H

#include "ledger/canonical.h"
#include "ledger/tree.h"

/* Where an entry that the program wrote stands in the tree. */
struct ledger_place {
    struct ledger_row row;
    int64_t position;
    struct str leaf;
};

/* CONFLICT with a code in error.more: "not_sealed_yet" passes within seconds; "not_genuine" does not, since the MAC of
 * the entry does not hold, or it neither has a place nor awaits one. */
enum result ledger_place_of(struct ctx *ctx, int64_t entry, struct ledger_place *place) MUST_USE;

/* {"origin", "size", "previous", "root", "at", "key_id", "signature"}: hashes in hexadecimal, the signature in base64,
 * time in ms since 1970. */
void ledger_head_json(struct buf *out, const struct ledger_head *head);

/* That an entry stands under a head: {"entry": 17, "canonical": "[...]", "position": 12, "leaf": hex, "path": [hex,
 * ...], "head": {...}}, and with `content` also "salt" (hex), "comment" and "state", or null for each when purged.
 * `size` names the head, 0 the newest. NOT_FOUND: no such entry or head; CONFLICT: no place, or not under that
 * head. */
enum result ledger_proof_json(struct ctx *ctx, int64_t entry, int64_t size, bool content, struct buf *out) MUST_USE;

/* That a newer head only adds to an older one: {"first": head, "second": head, "path": [hex, ...]}. `second` 0: the
 * newest. */
enum result ledger_consistency_json(struct ctx *ctx, int64_t first, int64_t second, struct buf *out) MUST_USE;

#endif
