/* Who asks, with what rights. An actor is made when a request has shown a session or a token (access/session.h), or
 * by the program itself for its own work (actor_system). It is read-only and outlives the request that holds it. */
#ifndef MERLON_ACCESS_ACTOR_H
#define MERLON_ACCESS_ACTOR_H

#include "base/ctx.h"
#include "schema/reg.h"

enum role {
    ADMINISTRATOR,    /* installs, connects, manages users; sees all */
    SECURITY_MANAGER, /* runs the ISMS: every register, decides */
    TOP_MANAGEMENT,   /* reads all, decides: accepts high risks, approves the SoA */
    OWNER,            /* risk, asset, control owner: reads, creates, changes what is his */
    AUDITOR,          /* reads all, keeps the audit room; changes nothing else */
    READER,           /* reads: external auditor, regulator */
    EMPLOYEE,         /* documents, training, reporting incidents; his own tasks */
    ROLES
};

const char *role_name(enum role role); /* "security_manager" */
bool role_of_name(struct str name, enum role *role);

/* What a role may do in a room of product.md: a set of enum verb. From one const table, printed in the docs. */
unsigned role_verbs(enum role role, struct str room);

struct grant {
    enum role role;
    int64_t unit; /* holds at this unit and all below it */
};

struct actor {
    int64_t user;   /* 0 for the program itself */
    int64_t person; /* 0 when the user is tied to no person */
    struct str name, email, language;
    const struct grant *grants;
    size_t grant_count;
    bool system;                    /* the program's own work: may everything, and history says so */
    bool read_only;                 /* a token without the scope `write` */
    struct str registers;           /* a token's scope: comma separated registers; empty is all */
    const struct unit_reach *reach; /* access/reach.h: which units lie below which, as of when the actor was loaded */
};

extern const struct actor actor_system;
/* Whose doing it is, for events: the acting user; 0 for the program itself and for nobody. */
int64_t actor_user(const struct ctx *ctx);

/* May the actor do `verb` to records of `reg` at `unit`? unit 0: at any unit at all. owner is the record's owner, for
 * CHANGE_OWN, which also answers for CHANGE of one's own and lets one read one's own. Registers that are GLOBAL are
 * changed only by a role at a top unit. Leaves no sentence. */
bool actor_may(const struct actor *actor, const struct reg *reg, enum verb verb, int64_t unit, int64_t owner);
/* The same for what is no register: the room "administration" (users, roles, custom fields, settings). */
bool actor_may_in(const struct actor *actor, struct str room, enum verb verb, int64_t unit);
/* The same for what belongs to the organisation as a whole: by a role at a top unit. */
bool actor_may_on_top(const struct actor *actor, struct str room, enum verb verb);
bool actor_has_role(const struct actor *actor, enum role role, int64_t unit);

/* The units at which a grant gives `verb` on `reg`, for the condition of a query:
 *     unit IN (SELECT unit FROM unit_reach WHERE ancestor IN (...))
 * Returns how many were written to units[]; at most GRANTS_MAX. The program itself (actor->system) has no grants and
 * needs no condition. What one owns is read too where CHANGE_OWN is given: OR owner = person at the units for
 * CHANGE_OWN. */
enum { GRANTS_MAX = 64 };
size_t actor_units(const struct actor *actor, const struct reg *reg, enum verb verb, int64_t units[GRANTS_MAX]);

#endif
