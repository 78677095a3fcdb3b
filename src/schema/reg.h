/* What a register is: a list of records of one kind, declared once as const tables (docs/adding-a-register.md).
 * Database, validation, permissions, history, search, import, export, API document, pages and tests follow from it. */
#ifndef MERLON_SCHEMA_REG_H
#define MERLON_SCHEMA_REG_H

#include "base/ctx.h"
#include "schema/field.h"

struct record;      /* records/record.h */
struct signing;     /* schema/signing.h */
struct composition; /* schema/composition.h */

/* What one may do to records of a register. Roles grant verbs for each room (access/roles.h). */
enum verb {
    READ = 1,
    CREATE = 2,
    CHANGE = 4,
    REMOVE = 8,      /* delete, restore */
    DECIDE = 16,     /* approve, accept, publish, verify */
    ADMINISTER = 32, /* purge, custom fields, import */
    CHANGE_OWN = 64, /* CHANGE where one's person is the owner */
};

/* ---- workflow ---- */
enum tone { NEUTRAL, ACTIVE, GOOD, WARNING, BAD };

enum state_flag {
    INITIAL = 1, /* exactly one */
    FINAL = 2,   /* not open work any more */
    LOCKED = 4,  /* fields are not changed by PATCH: only a transition leads on */
};

struct state {
    const char *name;
    enum tone tone;
    unsigned flags;
};

enum { ASKS_MAX = 6, FROM_MAX = 6, INDEPENDENT_MAX = 4, FOLLOWS_MAX = 6, TRANSITIONS_MAX = 24 };

struct transition {
    const char *name;
    const char *from[FROM_MAX + 1]; /* states, closed by NULL */
    const char *to;
    enum verb needs;                   /* CHANGE also lets the owner act whose role has CHANGE_OWN */
    const char *asks[ASKS_MAX + 1];    /* fields that the request may bring; any other is refused */
    const char *demands[ASKS_MAX + 1]; /* fields that must have a value, now or from the request */
    /* Who does not take this step (ISO/IEC 27001 A.5.3): "hand", "owner", a step, a part's "REGISTER.hand". What they
     * are stands in records/independence.h. A step with any of them is a judgement. */
    const char *independent_of[INDEPENDENT_MAX + 1];
    const char *stamps_user; /* NUMBER, DERIVED | BY_USER: receives the acting user's id; or NULL */
    const char *stamps_date; /* DATE, DERIVED: receives today; or NULL */
    /* More conditions: OK, or CONFLICT/DENIED with the reason in the ctx. It changes nothing, and looks at nothing that
     * the step asks for: it is also asked beforehand, to tell people why a step is not open. May be NULL. */
    enum result (*guard)(struct ctx *ctx, const struct record *record);
    /* Changes the record further, or other records, inside the same transaction. May be NULL. */
    enum result (*effect)(struct ctx *ctx, struct record *record);
};

enum reg_flag {
    GLOBAL = 1,    /* its records belong to no unit: everybody with READ sees all (frameworks, threats, methods) */
    NO_CREATE = 2, /* made by the program only (SoA versions, notifications) */
    NO_CHANGE = 4, /* never changed by PATCH */
    NO_OWNER = 8,
    MINE = 16,            /* a reader sees only those whose `owner` is his person (notifications, saved views) */
    FOLLOWS_SUBJECT = 32, /* its unit is that of the record its field `subject` names (comments, tasks) */
    QUIET = 64,           /* not in navigation or in "what leans on this" */
    IS_UNIT = 128,  /* its records are the units: rights are those at the record itself, to create at its `parent` */
    DAILY = 256,    /* its derived fields depend on the day: jobs/ derives every record anew after midnight */
    KEPT = 512,     /* not deleted by hand: others would be wrong without it (lines and versions of the SoA) */
    SPREADS = 1024, /* a change goes on from record to record of it, along links that may form circles */
};
struct reg {
    const char *name;   /* singular, snake case: "risk_assessment"; table, URL and label key */
    const char *prefix; /* of references, three capital letters, unique: "RSK" */
    const char *room;   /* "risk": heading in the navigation, and what roles grant rights for */
    unsigned flags;
    const struct field *fields;
    size_t field_count;
    const struct state *states;           /* closed by a NULL name; NULL: one state, "active" */
    const struct transition *transitions; /* closed by a NULL name; may be NULL */
    /* Fills DERIVED fields from the record's other fields and from what they link to. Called after every change, before
     * check. Must depend on nothing else, so that rebuild gives the same. May be NULL. */
    enum result (*derive)(struct ctx *ctx, struct record *record);
    /* Rules over several fields: fail_field() for each that is wrong. `before` is NULL at creation. May be NULL. */
    enum result (*check)(struct ctx *ctx, const struct record *before, const struct record *record);
    /* After the record is written, in the same transaction: what else must come to be. May be NULL. */
    enum result (*after)(struct ctx *ctx, const struct record *before, const struct record *record);
    const struct signing *signing;   /* its records are signed; NULL: they are not */
    const struct composition *parts; /* records that its own consist of; NULL: none */
};

/* ---- what follows from what ---- */
/* When a record of `on` changes in one of `fields` (NULL: any; creation, deletion and restoring count), `recompute`
 * is called once for that record in the same transaction, after it was written. Printed by `merlon schema`. */
struct follow {
    const char *on;
    const char *fields[FOLLOWS_MAX + 1]; /* closed by NULL; {NULL} is any */
    enum result (*recompute)(struct ctx *ctx, const struct record *before, const struct record *after);
    const char *what; /* for people: "status of SoA lines" */
};

/* Made by the build from src/registers/: each `const struct reg *_register`, each `const struct follow *_follows[]`. */
extern const struct reg *const register_list[];
extern const size_t register_list_count;
extern const struct follow *const follow_list[]; /* closed by NULL; each list is closed by a NULL `on` */

/* ---- reading the tables ---- */
const struct field *reg_field(const struct reg *reg, struct str name, size_t *index); /* own fields; NULL when none */
size_t reg_title_field(const struct reg *reg);                                        /* index of the TITLE field */
const struct field *reg_file_field(const struct reg *reg, size_t *index);             /* A_FILE; the same */
const struct field *reg_cited_field(const struct reg *reg, size_t *index);            /* NULL when none */
const struct state *reg_states(const struct reg *reg);                                /* never NULL */
const struct state *reg_state(const struct reg *reg, struct str name);                /* NULL when none */
const struct state *reg_initial_state(const struct reg *reg);
const struct transition *reg_transition(const struct reg *reg, struct str name);
bool transition_leaves(const struct transition *transition, struct str state);
bool transition_is_decision(const struct transition *transition); /* records/decision.h */

#endif
