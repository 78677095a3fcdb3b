/* An organisation in a data directory of its own, with the real registers, as the program opens it: for tests of what
 * stands on top of registers. Writing acts as one of two users, so that approvals are independent. */
#ifndef MERLON_TEST_APP_WORLD_H
#define MERLON_TEST_APP_WORLD_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#undef fail /* the name is ours (base/ctx.h) */

#include "access/actor.h"
#include "app/given.h"
#include "app/program.h"
#include "base/asset.h"
#include "records/records.h"

struct world {
    struct program program;
    struct given given;       /* the time at which the program is opened */
    struct ctx *ctx;          /* of the program; its clock stands still until a test moves it on */
    struct actor marta, jens; /* may everything; each with a user of that name */
    char directory[32];
    struct asset labels[2]; /* content/labels/report.de.json and .en.json */
};

struct world *world_new(void);
void world_free(struct world *world);

/* Creates a record from JSON, where ' stands for "; returns its id. */
int64_t world_make(struct world *world, const char *reg, const char *json);
void world_change(struct world *world, const char *reg, int64_t id, const char *json);
void world_move(struct world *world, const char *reg, int64_t id, const char *transition, const char *json);
void world_delete(struct world *world, const char *reg, int64_t id);
/* What comes of creating one (id 0), of a step, or of a change (step NULL); the ctx keeps the sentence. */
enum result world_try(struct world *world, const char *reg, int64_t id, const char *step, const char *json);
/* The status, or another text or date, of a record. */
struct str world_text(struct world *world, const char *reg, int64_t id, const char *field);
/* The id of the record of `reg` whose number field has this value; there must be one. */
int64_t world_find(struct world *world, const char *reg, const char *field, int64_t value);

/* Group, people, framework with four themes and 93 controls, SoA-1 with its lines, methodology, assessment, three
 * risks, two controls, evidence, two actions, an acceptance. */
void world_fill(struct world *world);

/* Set-up and tear-down of a test in such a world. */
int world_begin(void **state);
int world_end(void **state);

#define assert_ok(world, call)                                                                                         \
    do {                                                                                                               \
        enum result result_ = (call);                                                                                  \
        if (result_ != OK) world_failed(world, #call, __FILE__, __LINE__);                                             \
    } while (0)
void world_failed(struct world *world, const char *call, const char *file, int line);

#endif
