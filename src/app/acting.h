/* What commands share that read or change records: on whose behalf, as of when, and the ledger sealed at the end. */
#ifndef MERLON_APP_ACTING_H
#define MERLON_APP_ACTING_H

#include "app/program.h"

/* --user EMAIL: that user's rights and name in the history; without it the program itself. */
enum result acting_user(struct program *program) MUST_USE;
/* --as-of DATE or instant. */
enum result acting_as_of(struct program *program) MUST_USE;
/* The register of that name; NOT_FOUND with a sentence that helps. */
enum result acting_register(struct program *program, struct str name, const struct reg **reg) MUST_USE;
/* What this command wrote gets its place in the ledger's tree, also when no server runs. */
enum result acting_seal(struct program *program) MUST_USE;

#endif
