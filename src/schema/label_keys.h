/* The keys under which the catalogues (content/labels/LANGUAGE.json) hold what people read of a register (docs/api.md,
 * "Schema"). Whatever asks which labels there are to be asks here: the test of the catalogues, `merlon schema`. */
#ifndef MERLON_SCHEMA_LABEL_KEYS_H
#define MERLON_SCHEMA_LABEL_KEYS_H

#include "base/arena.h"
#include "schema/reg.h"

/* A label stands under its own key, or else under the one that registers share: "field.risk.title", "field.title". */
struct label_key {
    struct str own;
    struct str shared; /* empty when there is none */
    bool required;     /* false: a catalogue may leave it out, as with the help of a field */
};

typedef void label_visitor(void *arg, const struct label_key *key);

/* The register's own labels: its names and help, fields, choices, states, transitions, groups, room. The keys live in
 * the arena. A key that two places share comes twice. */
void reg_each_label(struct arena *arena, const struct reg *reg, label_visitor *each, void *arg);

/* What no single register asks for: fields that all records have, what history calls the deeds of the program, and of
 * what else than records the ledger and security events tell. */
void common_each_label(struct arena *arena, label_visitor *each, void *arg);

#endif
