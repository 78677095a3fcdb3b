/* People who sign in, for whoever can read the data directory: making them, their passwords, their roles. What the API
 * demands of an administrator is not asked here: these act as the program itself, and history says so. */
#ifndef MERLON_APP_ACCOUNTS_H
#define MERLON_APP_ACCOUNTS_H

#include "access/users.h"
#include "app/program.h"

enum { ACCOUNT_ROLES = 16 };

struct account {
    struct str email, name, language; /* name may be empty where the person register knows the address */
    struct str password;              /* empty: cannot sign in by password */
    struct str roles[ACCOUNT_ROLES];  /* "owner@UNT-3", by reference or title; "owner" alone is at the topmost unit */
    size_t role_count;
};

/* A user; tied to the person of the same e-mail address, who is made when there is none. INVALID with field errors. */
enum result account_add(struct program *program, const struct account *account, struct user *user) MUST_USE;
/* Replaces all roles, the password. NOT_FOUND for an unknown address. */
enum result account_grant(struct program *program, const struct account *account) MUST_USE;
enum result account_password(struct program *program, const struct account *account) MUST_USE;
/* user_restore, of the user with this address, once the whole ledger has verified: CONFLICT when it does not. */
enum result account_restore(struct program *program, const struct account *account, struct user *stood,
                            struct user *user, bool *changed) MUST_USE;

/* The first unit of an empty database, in its own write. CONFLICT when there are users. */
enum result account_first_unit(struct program *program, struct str title) MUST_USE;

/* The first line of a file, "-" for standard input: a password does not belong on a command line, which others see.
 * INVALID for what is no line of text: half a picture would be taken for a password that nobody can type. */
enum result account_password_file(struct ctx *ctx, struct str path, struct str *password) MUST_USE;

#endif
