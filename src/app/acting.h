/* What commands share that read or change records: on whose behalf, as of when, and what is left to do at the end. */
#ifndef MERLON_APP_ACTING_H
#define MERLON_APP_ACTING_H

#include "app/program.h"

/* --user EMAIL: that user's rights and name in the history. Without it the program itself, for whom records that
 * name no unit belong to the one of --unit, or to the topmost one. */
enum result acting_user(struct program *program) MUST_USE;
/* By reference or title; "" is the topmost one. INVALID, NOT_FOUND or CONFLICT with a sentence, also where the unit
 * that was found is not what the ledger says: a right is about to rest on it. */
enum result acting_unit(struct ctx *ctx, struct str name, int64_t *unit) MUST_USE;
/* --as-of DATE or instant. */
enum result acting_as_of(struct program *program) MUST_USE;
/* The register of that name; NOT_FOUND with a sentence that helps. */
enum result acting_register(struct program *program, struct str name, const struct reg **reg) MUST_USE;
/* After the commit: what this command wrote gets its place in the ledger's tree and in the search index, also when no
 * server runs. What was asked for is done already, so what fails here is told as a warning and changes no outcome. */
void acting_settle(struct program *program);

#endif
