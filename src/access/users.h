/* People who sign in, and the roles they hold. A user is never deleted, only made inactive: history names him. Every
 * change is in the ledger (subject "user") and reaches sessions at once. E-mail addresses are unique without regard
 * to case; a person has at most one user, or independence could be evaded by a second account.
 *
 * Rights: who has ADMINISTER in the room "administration" manages the users all of whose grants lie within his reach,
 * and grants roles within it only. Users without grants are managed from a top unit. The program itself may
 * everything. */
#ifndef MERLON_ACCESS_USERS_H
#define MERLON_ACCESS_USERS_H

#include "access/actor.h"

struct user {
    int64_t id;
    int64_t person; /* 0: none */
    struct str name, email, language;
    bool active, has_password;
    struct str password_mark; /* SHA-256 of the password's hash, hex: what the ledger keeps of it; "" for none */
    int64_t password_at;      /* when it was set or taken away last; 0: never */
    int64_t created_at, changed_at, last_login_at; /* 0: never */
    int64_t blocked_until;                         /* sign-in is held back after failures; 0: it is not */
    const struct grant *grants;                    /* by unit, then role */
    size_t grant_count;
    int64_t version;
};
struct user_list {
    struct user *at;
    size_t count;
};

/* What an edit sets; the rest stays as it is. */
enum user_part {
    USER_NAME = 1,
    USER_EMAIL = 2,
    USER_LANGUAGE = 4,
    USER_PERSON = 8,
    USER_ACTIVE = 16,
    USER_PASSWORD = 32,
    USER_GRANTS = 64,   /* the whole set is replaced */
    USER_UNBLOCK = 128, /* forget failed attempts */
};
struct user_edit {
    unsigned sets; /* of enum user_part; creation needs NAME and EMAIL, and is active unless told otherwise */
    struct str name, email, language;
    int64_t person;
    bool active;
    struct str password_hash; /* from password_prepare; empty: cannot sign in by password */
    const struct grant *grants;
    size_t grant_count;
    struct str comment; /* the reason, for the ledger */
};

/* Inside a write. INVALID with field errors (/name, /email, /language, /grants, /person), DENIED, CONFLICT (taken
 * e-mail or person; the last administrator of a top unit). A new password, or being made inactive, ends the user's
 * sessions; changed grants give them a new token. That units and persons exist is for the caller to check. */
enum result user_create(struct ctx *ctx, const struct user_edit *edit, struct user *user) MUST_USE;
enum result user_change(struct ctx *ctx, int64_t id, const struct user_edit *edit, struct user *user) MUST_USE;

/* Whether the user's row and grants are as the program left them, and as new as the ledger says. False leaves a line in
 * the log; such a user does not sign in, and nothing of it is changed. */
enum result user_is_right(struct ctx *ctx, int64_t id, bool *right) MUST_USE;
/* The same, and what was read together with the MAC, but for last_login_at and blocked_until: whoever uses the user
 * goes by this. Id 0 when there is none. user_password: the hash alone, empty unless the user is active. */
enum result user_look(struct ctx *ctx, int64_t id, struct user *user, bool *right) MUST_USE;
enum result user_password(struct ctx *ctx, int64_t id, struct str *hash, bool *right) MUST_USE;
/* Whose address it is by the newest entries of the ledger, though the rows of users may say otherwise; 0 for nobody. */
enum result user_entered_as(struct ctx *ctx, struct str email, int64_t *id) MUST_USE;
/* Name and address by the newest entry, whatever the row says; both empty where there is none to go by. */
enum result user_entered_name(struct ctx *ctx, int64_t id, struct str *name, struct str *email) MUST_USE;
/* Inside a write, by the program itself alone: puts the user back to what the newest entry of the ledger says, after
 * somebody changed it outside of the program. A password that is not the one of that entry is dropped; whom the ledger
 * does not know is made inactive and gets no right; whose row is gone gets it back, without password. Another row that
 * bears the address or the person, and is itself not what the ledger says, gives them up. In the ledger like any
 * change; ends the user's sessions. *stood: as it was found. A user who is what the ledger says stays untouched, and
 * *changed is false. */
enum result user_restore(struct ctx *ctx, int64_t id, struct user *stood, struct user *user, bool *changed) MUST_USE;

/* What the ledger holds of a user, as JSON. */
struct str user_state(struct ctx *ctx, const struct user *user);

/* Inside a write: what everyone may change of himself. The password must have been confirmed first (password_confirm);
 * every session but `keep_session` ends. */
enum result user_change_own_language(struct ctx *ctx, struct str language) MUST_USE;
enum result user_change_own_password(struct ctx *ctx, struct str password_hash, int64_t keep_session) MUST_USE;

/* NOT_FOUND also when the actor may not know. Oneself may always. */
enum result user_get(struct ctx *ctx, int64_t id, struct user *user) MUST_USE;
/* OK when the actor may change this user; NOT_FOUND or DENIED. */
enum result user_demand_manage(struct ctx *ctx, int64_t id) MUST_USE;
/* Those with an id above `after`, by id, at most `limit`, as far as the actor may READ the room "administration". */
enum result user_list(struct ctx *ctx, int64_t after, int64_t limit, struct user_list *list) MUST_USE;
/* The numbers of those of them whose name or e-mail address contains the text, in any case; by id, at most `room` of
 * them. *count is room + 1 when there are more. */
enum result user_find(struct ctx *ctx, struct str text, int64_t *ids, size_t room, size_t *count) MUST_USE;

/* Without the actor's rights. */
enum result user_load(struct ctx *ctx, int64_t id, struct user *user) MUST_USE;     /* NOT_FOUND */
enum result user_by_email(struct ctx *ctx, struct str email, int64_t *id) MUST_USE; /* 0 when none */
/* The same for whoever gives rights by an address: the user who has it by the row that its MAC and the ledger vouch
 * for. CONFLICT where the row that was found is another's, or was changed outside of the program. Without the master
 * key, with which nothing is given, as user_by_email. */
enum result user_of_address(struct ctx *ctx, struct str email, int64_t *id) MUST_USE;
/* For history: by the newest entry of the ledger, "#12" where that vouches for none; without the master key by the row,
 * "" when there is none. "" for user 0. */
enum result user_name(struct ctx *ctx, int64_t id, struct str *name) MUST_USE;
enum result user_of_person(struct ctx *ctx, int64_t person, int64_t *id) MUST_USE; /* 0 when none */
enum result user_count(struct ctx *ctx, int64_t *count) MUST_USE;
/* A user's rights as an actor without session, for jobs on his behalf and the command line. Valid until the arena
 * ends. */
enum result user_actor(struct ctx *ctx, int64_t id, const struct actor **actor) MUST_USE;

#endif
