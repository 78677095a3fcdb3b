/* A name that is taken would not be noticed by the database: the table is there, and gets the register's columns. */
#include "app/registers_check.h"

#include "access/access.h"
#include "access/actor.h"
#include "api/routes.h"
#include "app/program.h"
#include "schema/lint.h"
#include "store/search.h"

static bool is_room(const char *room)
{
    unsigned verbs = 0;
    for (int role = 0; role < ROLES; role++) verbs |= role_verbs((enum role)role, str_of(room));
    return verbs;
}

/* The program's own tables: those of a house without registers. */
static bool is_table(struct ctx *ctx, const char *name)
{
    struct program none = {.arena = ctx->arena};
    size_t count;
    const struct table *const *tables = program_tables(&none, &count);
    for (size_t i = 0; i < count; i++)
        if (strcmp(tables[i]->name, name) == 0) return true;
    return false;
}

static bool is_address(struct ctx *ctx, const char *name)
{
    size_t count;
    const struct route_table *tables = routes_all(&count);
    struct str address = arena_print(ctx->arena, "/api/v1/%s", name);
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < *tables[i].count; k++)
            if (str_is(address, tables[i].routes[k].pattern)) return true;
    return false;
}

/* One in four million; but then records of one register would be found in the other. A register without a name is
 * told of elsewhere, and so is a name that two have. */
static void check_number(struct ctx *ctx, const struct reg *reg, const struct reg *other)
{
    if (!reg->name || !other->name || strcmp(reg->name, other->name) == 0) return;
    if (search_number(str_of(reg->name)) != search_number(str_of(other->name))) return;
    fail_field(ctx, reg->name, "taken", "The search index takes \"%s\" and \"%s\" for the same name: rename one.",
               reg->name, other->name);
}

static void check_one(struct ctx *ctx, const struct reg *reg)
{
    const char *name = reg->name ? reg->name : "";
    if (reg->room && !is_room(reg->room))
        fail_field(ctx, name, "room", "No role has a right in the room \"%s\": the rooms stand in src/access/roles.c.",
                   reg->room);
    if (is_table(ctx, name))
        fail_field(ctx, name, "taken", "The program has a table of the name \"%s\" already.", name);
    if (is_address(ctx, name)) fail_field(ctx, name, "taken", "/api/v1/%s is an address of the program already.", name);
}

enum result registers_check(struct ctx *ctx, const struct reg *const *registers, size_t count,
                            const struct follow *const *follows)
{
    for (size_t i = 0; i < count; i++) {
        check_one(ctx, registers[i]);
        for (size_t k = 0; k < i; k++) check_number(ctx, registers[i], registers[k]);
    }
    return registers_lint(ctx, registers, count, follows);
}
