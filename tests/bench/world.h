/* A database to measure with: one organisation, an approved method, an assessment, and as many risks as wanted. It is
 * made by the program's own code before any server runs; the many are copies of one made through the ordinary way, by
 * SQL. */
#ifndef MERLON_BENCH_WORLD_H
#define MERLON_BENCH_WORLD_H

#include "app/program.h"
#include "records/list.h"

struct world {
    struct program program;
    struct ctx *ctx;
    char directory[64];
    char schema[48]; /* on PostgreSQL */
    char token[96];
    int64_t unit, person, assessment;
};

/* postgres: in MERLON_TEST_DATABASE, in a schema of its own. `lean` leaves out long texts: a million rows of them. */
struct world *world_new(bool postgres, int64_t risks, bool lean);
/* Closes the database, so that a server may have it; what world_serve needs stays. */
void world_close(struct world *world);
/* Removes it from the disk. */
void world_free(struct world *world);

/* The arguments of `merlon serve` for it, closed by NULL; program is the path. */
const char *const *world_serve(struct arena *arena, const struct world *world, const char *program);

/* A body for POST /api/v1/risk. */
struct str world_risk(struct arena *arena, int64_t assessment, int64_t person, unsigned n, bool lean);

/* Opens an existing directory for reading only, as another process. */
struct world *world_open(const char *directory);

/* The list that is measured, GET WORLD_LIST, as what the program itself makes of it. */
#define WORLD_LIST "/api/v1/risk?kind=threat&limit=50"
struct world_list {
    struct list_query *query;
    struct str sql;
    struct value *args;
    size_t arg_count;
    struct str answer;
};
void world_list(struct world *world, struct world_list *list);

#define must(world, call)                                                                                              \
    do {                                                                                                               \
        if ((call) != OK) world_die(world, #call);                                                                     \
    } while (0)
void world_die(const struct world *world, const char *call) __attribute__((noreturn));

#endif
