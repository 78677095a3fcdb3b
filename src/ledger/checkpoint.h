/* Heads of a tree as C2SP writes them (tlog-checkpoint, "Note text"): the text of a note in lines
 *
 *     origin          which log it is
 *     size            decimal
 *     root            base64 of SHA-256
 *     ...             further lines, of which none is empty; here one: "merlon-time" and the ms since 1970
 *
 * and the two messages that carry one: what a witness is asked (tlog-witness, "add-checkpoint"), and the proof that an
 * entry stands under a head (tlog-proof, "Format"). Pure. */
#ifndef MERLON_LEDGER_CHECKPOINT_H
#define MERLON_LEDGER_CHECKPOINT_H

#include "ledger/merkle.h"
#include "ledger/note.h"

struct checkpoint {
    struct str origin; /* borrowed */
    int64_t size;
    struct hash root;
    struct str extensions; /* borrowed: the lines after the root, with their \n; may be empty */
};

/* `text` is the text of a note. */
bool checkpoint_parse(struct str text, struct checkpoint *checkpoint) MUST_USE;

/* ---- asking a witness ---- */

enum { ADD_CHECKPOINT_PROOF = 63 };

struct add_checkpoint {
    int64_t old_size;
    struct merkle_proof proof; /* from old_size to the checkpoint */
    struct note note;
    struct checkpoint checkpoint;
};
/* "old SIZE", hashes in base64, an empty line, the checkpoint. `note` is the checkpoint as a signed note. */
void add_checkpoint_put(struct buf *out, int64_t old_size, const struct merkle_proof *proof, struct str note);
bool add_checkpoint_parse(struct arena *arena, struct str body, struct add_checkpoint *add) MUST_USE;

/* ---- proofs to take away ---- */

struct tlog_proof {
    struct str extra; /* bytes, in the arena; proves nothing by itself; may be empty */
    int64_t index;
    struct merkle_proof path;
    struct str checkpoint_note; /* borrowed */
    struct note note;
    struct checkpoint checkpoint;
};
void tlog_proof_put(struct buf *out, struct str extra, int64_t index, const struct merkle_proof *path, struct str note);
bool tlog_proof_parse(struct arena *arena, struct str bytes, struct tlog_proof *proof) MUST_USE;

#endif
