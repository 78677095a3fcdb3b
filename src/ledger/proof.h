/* What an outsider is handed to check for himself (docs/ledger.md): signed heads, inclusion and consistency proofs, as
 * JSON. Whether the asker may see the entry's record is the caller's to decide; the ledger knows no rights. */
#ifndef MERLON_LEDGER_PROOF_H
#define MERLON_LEDGER_PROOF_H

#include "ledger/tree.h"

/* {"origin", "size", "previous", "root", "at", "key_id", "signature"}: hashes in hexadecimal, the signature in base64,
 * time in ms since 1970. */
void ledger_head_json(struct buf *out, const struct ledger_head *head);

/* That an entry stands under a head: {"entry": 17, "canonical": "[...]", "position": 12, "leaf": hex, "path": [hex,
 * ...], "head": {...}}, and with `content` also "salt" (hex), "comment" and "state", or null for each when purged.
 * `size` names the head, 0 the newest. NOT_FOUND: no such entry or head; CONFLICT: not sealed yet, or not under that
 * head. */
enum result ledger_proof_json(struct ctx *ctx, int64_t entry, int64_t size, bool content, struct buf *out) MUST_USE;

/* That a newer head only adds to an older one: {"first": head, "second": head, "path": [hex, ...]}. `second` 0: the
 * newest. */
enum result ledger_consistency_json(struct ctx *ctx, int64_t first, int64_t second, struct buf *out) MUST_USE;

#endif
