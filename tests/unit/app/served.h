/* The whole program behind a real socket: a data directory (or a schema of PostgreSQL) of its own, the real
 * registers, a server on a free port, and clients of it. An organisation to begin with: a group with the companies
 * North and South, and an administrator of the group who also runs its ISMS. Its time is the given one. Everything
 * that is handed out lives until served_free. */
#ifndef MERLON_TEST_APP_SERVED_H
#define MERLON_TEST_APP_SERVED_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#undef fail /* the name is ours (base/ctx.h) */

#include "access/actor.h"
#include "api/metrics.h"
#include "api/serve.h"
#include "app/given.h"
#include "app/program.h"
#include "format/json.h"
#include "http/server.h"
#include "jobs/jobs.h"

enum { GROUP = 1, NORTH = 2, SOUTH = 3 };
#define PASSPHRASE "seven kettles hum at dawn"

/* Who asks: by a token, or like a browser by cookie and CSRF token. All empty: nobody. */
struct caller {
    struct str token, cookie, csrf, email;
    int64_t user, person;
};

struct served {
    struct program program;
    struct given given; /* its time */
    struct ctx *ctx;    /* of the test's own thread: the program itself acts */
    struct api api;
    struct server *server;
    struct caller admin;
    char directory[40], schema[48];
};

/* postgres: in MERLON_TEST_DATABASE, which must be set. */
struct served *served_new(bool postgres);
void served_free(struct served *served);

/* cmocka: state is a struct served, or NULL where there is no PostgreSQL to test with; then a test skips. */
int served_sqlite(void **state);
int served_postgres(void **state);
int served_end(void **state);
struct served *served_of(void **state);
#define SERVED(state) served_of(state)

/* A person of that unit, a user with that role at that unit, and a token with these scopes ("read", "write",
 * "write,task"). */
struct caller served_user(struct served *served, const char *name, enum role role, int64_t unit, const char *scopes);
/* The same user in a browser: gets a password, signs in. */
struct caller served_sign_in(struct served *served, const struct caller *user);

struct answer {
    int status;
    struct str head, body;
    struct json *json; /* NULL when the body is none */
};

struct asking {
    const char *method, *path; /* below /api/v1, or whole when it begins with "//" */
    const char *body;          /* ' stands for "; NULL: none */
    const char *headers;       /* whole lines, each with \r\n; NULL: none */
};
struct answer served_ask(struct served *served, const struct caller *caller, struct asking asking);
#define GET(served, caller, p) served_ask(served, caller, (struct asking){.method = "GET", .path = p})
#define POST(served, caller, p, b) served_ask(served, caller, (struct asking){.method = "POST", .path = p, .body = b})
#define PATCH(served, caller, p, b)                                                                                    \
    served_ask(served, caller, (struct asking){.method = "PATCH", .path = p, .body = b, .headers = "If-Match: *\r\n"})
struct str answer_header(const struct answer *answer, const char *name); /* "" when there is none */

/* POST that must be answered 201; the id of what it made. */
int64_t served_make(struct served *served, const struct caller *caller, const char *reg, const char *body);
/* The body for a step at that path: of a decision, with the hash of what that one is shown. */
const char *served_shown(struct served *served, const struct caller *caller, const char *path, const char *body);
/* A step of a workflow that must be answered 200; a decision on what is shown. */
void served_move(struct served *served, const struct caller *caller, const char *reg, int64_t id, const char *step,
                 const char *body);

/* Among `items` of an answer: how many there are, and the one whose member has this text; NULL when none. */
size_t items_count(const struct answer *answer);
const struct json *items_find(const struct answer *answer, const char *member, const char *text);

/* A path or body with values in it. */
const char *text_of(struct served *served, const char *format, ...) PRINTF_LIKE(2, 3);

/* Fails the test with the answer unless it has this status. */
#define expect_status(answer, wanted) answer_expect(&(answer), wanted, __FILE__, __LINE__)
void answer_expect(const struct answer *answer, int wanted, const char *file, int line);
#define must(served, call)                                                                                             \
    do {                                                                                                               \
        if ((call) != OK) served_failed(served, #call, __FILE__, __LINE__);                                            \
    } while (0)
void served_failed(struct served *served, const char *call, const char *file, int line);

#endif
