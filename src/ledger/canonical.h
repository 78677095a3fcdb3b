/* The exact bytes that are hashed and signed, which docs/ledger.md describes so that a third party can write them too.
 * Nothing here may ever change for what has been written; a new form gets a new name in its first place. */
#ifndef MERLON_LEDGER_CANONICAL_H
#define MERLON_LEDGER_CANONICAL_H

#include "base/buf.h"
#include "ledger/head.h"
#include "store/seal.h"

/* A row of ledger_entry. */
struct ledger_row {
    int64_t id, at, actor, record, version, state_size;
    struct str action, subject;
    struct str content; /* the content hash, HASH_SIZE bytes; empty for an entry with neither comment nor state */
};

/* ["merlon-ledger-entry-1",id,at,actor,"action","subject",record,version,state_size,"content hash in hex"]
 * No white space; strings as JSON.stringify writes them (RFC 8785): UTF-8 as it is, only ", \ and control escaped. */
void canonical_entry(struct buf *out, const struct ledger_row *row);

/* What the MAC of an entry is for (keyring_mac): it is made when the entry is written, over canonical_entry. */
#define LEDGER_MAC "ledger-entry"

enum { LEDGER_SALT = 16 }; /* bytes */

/* SHA-256(salt || comment || 0x00 || state). The salt has LEDGER_SALT bytes, and comment and state no NUL. */
void canonical_content(struct hasher *hasher, struct str salt, struct str comment, struct str state, struct hash *out);
/* Whether this is what the entry was made with. Held against its form, too: the hash alone is also that of pieces that
 * were cut elsewhere (a salt that ends with 00 loses that byte, and what was the comment becomes the state's
 * beginning). */
bool canonical_content_is(struct hasher *hasher, const struct ledger_row *row, struct str salt, struct str comment,
                          struct str state);

/* What a head's signature covers: the body of a checkpoint (C2SP tlog-checkpoint), five lines, each ended by a line
 * feed: origin, size, root in base64, and as extension lines "merlon-after SIZE" (of the head before) and
 * "merlon-time MS". */
void canonical_head(struct buf *out, const struct ledger_head *head);

/* What the signature on anything else covers, three lines: "merlon-signature-1", what it is, SHA-256 of it in hex. */
void canonical_signature(struct buf *out, struct hasher *hasher, const char *what, struct str bytes);

#endif
