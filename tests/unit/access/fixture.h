/* An organisation for each test, on either database: a group (1) with the companies A (2) and B (3), and a site (4)
 * of A; the tables of this room, and what a process keeps. The clock stands still until a test moves ctx.now. */
#ifndef MERLON_TEST_ACCESS_FIXTURE_H
#define MERLON_TEST_ACCESS_FIXTURE_H

#include "store/fixture.h"

#include "access/access.h"
#include "access/sealed.h"
#include "access/session.h"
#include "access/users.h"

enum { GROUP = 1, COMPANY_A = 2, COMPANY_B = 3, SITE_A = 4 };
#define NOON INT64_C(1795348800000)
#define PASSPHRASE "seven kettles hum at dawn"

/* The actor is the program itself. access is freed with the ctx's arena. */
void access_fixture(struct fixture *f);

/* fn in a write; `in_write` hands back its result, `write_ok` fails the test unless it is OK. */
enum result in_write(struct fixture *f, enum result (*fn)(struct ctx *ctx, void *arg), void *arg);
void write_ok(struct fixture *f, enum result (*fn)(struct ctx *ctx, void *arg), void *arg);
void run_sql(struct fixture *f, const char *sql);
int64_t number_of(struct fixture *f, const char *sql);

/* A user with one role, who cannot sign in by password; made by the program itself. */
int64_t add_user(struct fixture *f, const char *email, enum role role, int64_t unit);
/* One who can, by PASSPHRASE. */
int64_t add_user_with_password(struct fixture *f, const char *email, enum role role, int64_t unit);
/* The fixture with Ada, owner of company A, signed in; her number. What comes of signing in again; whether her session
 * is still found a minute later; and what the check of all rows of a sealed table says. */
#define ADA "ada@example.org"
int64_t begin_with_ada(struct fixture *f, struct opened *opened);
enum result sign_in_ada(struct fixture *f, struct opened *opened);
enum result find_later(struct fixture *f, struct str cookie);
enum result check_sealed(struct fixture *f, const struct sealed_rows *rows);
/* From now on the ctx acts as this user. */
void act_as(struct fixture *f, int64_t user);
void act_as_program(struct fixture *f);

/* In a write, as whoever acts. */
enum result try_create(struct fixture *f, const struct user_edit *edit, struct user *user);
enum result try_change(struct fixture *f, int64_t id, const struct user_edit *edit);

/* Field errors of that pointer and code. */
bool has_field_error(const struct ctx *ctx, const char *pointer, const char *code);

struct reg test_register(const char *name, const char *room, unsigned flags);

#endif
