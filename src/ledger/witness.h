/* Being a witness of other ledgers (C2SP tlog-witness): it remembers the newest head of each log that it was told to
 * watch, takes only heads that extend it, and says so by a dated signature of its own (tlog-cosignature). So a log that
 * was rolled back, or that shows different people different histories, finds nobody who signs that.
 *
 * The witness's own key is Ed25519, sealed under the master key in `meta`. What it remembers stands in `witness_log`,
 * each row with a MAC, so that whoever writes the database cannot make one up; that a row was removed is seen, as the
 * ledger has an entry (subject "witness", action "watch") for each log. What a database writer can do is to put back
 * an earlier row of the same log: who wants to hide a roll-back has to have both databases, the log's and this one.
 */
#ifndef MERLON_LEDGER_WITNESS_H
#define MERLON_LEDGER_WITNESS_H

#include "ledger/policy.h"
#include "store/seal.h"
#include "store/table.h"

extern const struct table witness_log_table;

struct witness; /* for the life of the process; its secret lies in locked memory */

/* Inside a write: opens the key, or makes it while nothing has been witnessed. `logs` says whom it watches, and may be
 * NULL for a witness that only tells its name; it is copied, not borrowed. BROKEN when the key does not open. */
enum result witness_open(struct ctx *ctx, const struct keyring *keyring, const struct policy *logs,
                         struct witness **witness) MUST_USE;
void witness_close(struct witness *witness); /* NULL is fine */

/* "merlon-witness/" and 16 digits; the kind is NOTE_COSIGNATURE. */
const struct note_key *witness_key(const struct witness *witness);

enum witness_verdict {
    WITNESS_COSIGNED,
    WITNESS_MALFORMED, /* 400: no such message, or an old size above the new one */
    WITNESS_UNKNOWN,   /* 404: not a log that it watches */
    WITNESS_UNSIGNED,  /* 403: none of the log's keys has signed it */
    WITNESS_OTHER,     /* 409: `size` is what it knows */
    WITNESS_UNPROVEN,  /* 422: the proof does not lead from the known head to this one */
};

struct witness_answer {
    enum witness_verdict verdict;
    int64_t size;    /* of the newest head it knows */
    struct str line; /* the signature line, with its \n */
};

/* What needs no database: form, origin, signature. WITNESS_COSIGNED here says: go on with witness_take. */
enum witness_verdict witness_read(struct arena *arena, const struct witness *witness, struct str body,
                                  struct add_checkpoint *add);
/* Inside a write: compares with what it knows, remembers the new head, signs. BROKEN when what it knows was tampered
 * with; then nothing is signed. */
enum result witness_take(struct ctx *ctx, const struct witness *witness, const struct add_checkpoint *add,
                         struct witness_answer *answer) MUST_USE;

/* Inside a write: forgets the log of that origin, so that it may begin anew; an entry says so with the reason.
 * NOT_FOUND when there is none. */
enum result witness_forget(struct ctx *ctx, struct str origin, struct str reason) MUST_USE;

/* That each log which is watched here by the ledger's word has a row that says what is known of it, with a right MAC
 * (where there is a keyring), and no other has one. CONFLICT with one sentence; reads only. */
enum result witness_verify(struct ctx *ctx, const struct keyring *keyring, int64_t *checked) MUST_USE;

/* What a restored copy remembers of the logs that the original witnesses, put under its own identity
 * (store/identity.h): before that changes, and after. A witness gets a new key, for it does not know
 * what the original has cosigned since. A row that did not hold stays as wrong as it was. */
struct witness_parting {
    struct witness_line {
        struct str origin, text; /* what the MAC is over */
    } * at;
    size_t count;
};
enum result witness_part_begin(struct ctx *ctx, struct witness_parting *parting) MUST_USE;
enum result witness_part_end(struct ctx *ctx, const struct witness_parting *parting) MUST_USE;

#endif
