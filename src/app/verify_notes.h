/* A file of notes that were taken away (--publish-file, mails, answers), of any size: each must be contained in the
 * ledger. The room's own; verify_witness.h says what is filled in. */
#ifndef MERLON_APP_VERIFY_NOTES_H
#define MERLON_APP_VERIFY_NOTES_H

#include "app/verify_witness.h"

/* INVALID with a sentence when the file cannot be read, or does not begin with a note. OK where none was given. */
enum result notes_demand(struct ctx *ctx, const struct witness_check *check) MUST_USE;
/* CONFLICT with a sentence for the first that is not of this ledger; INVALID for what is no note. One that was cut
 * short when the disk was full or the machine stopped is counted and passed over: it has no whole signature. */
enum result notes_check(struct ctx *ctx, struct witness_check *check, const struct ledger_head *newest) MUST_USE;

#endif
