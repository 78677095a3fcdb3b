/* The registers of this program, and what they share at run time. Made once by app/, read by everyone; a test makes its
 * own from registers of its own. records/ is handed the list and names none. */
#ifndef MERLON_RECORDS_HOUSE_H
#define MERLON_RECORDS_HOUSE_H

#include "schema/reg.h"

struct store;
struct keyring;
struct ledger_keys;

struct house {
    const struct reg *const *registers;
    size_t register_count;
    const struct follow *const *follows; /* closed by NULL; each list is closed by a NULL `on` */
    struct store *store;
    const struct keyring *keyring;
    const struct ledger_keys *keys;              /* the ledger's, for signing what is frozen */
    const struct reg *unit;                      /* the register that records' `unit` names */
    const struct reg *person;                    /* the register that records' `owner` names */
    const struct reg_sql *sql;                   /* records/sql.h: the statements of each register, made once */
    const struct follow *const *const *followed; /* house_follows */
};

/* Fills `house` from the tables; what it makes lives in `arena`. Store, keyring and custom fields are the caller's to
 * set. */
void house_init(struct house *house, struct ctx *ctx, const struct reg *const *registers, size_t count,
                const struct follow *const *follows);

const struct reg *house_register(const struct house *house, struct str name); /* NULL when none */
/* What a token may be narrowed to: read, write, a room that has no register, or a register. */
bool house_is_scope(const struct house *house, struct str name);
size_t house_index(const struct house *house, const struct reg *reg);
const struct reg *house_by_prefix(const struct house *house, struct str prefix); /* NULL when none */

/* What follows from changes of this register, closed by NULL. */
const struct follow *const *house_follows(const struct house *house, const struct reg *reg);

#endif
