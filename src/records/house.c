/* Finding registers. There are some sixty: walking them is quick enough and needs no index to keep right. */
#include "records/house.h"

#include "records/sql.h"

static const struct follow *const *follows_on(struct ctx *ctx, const struct reg *reg, const struct follow *const *lists)
{
    size_t count = 0;
    for (const struct follow *const *list = lists; list && *list; list++)
        for (const struct follow *follow = *list; follow->on; follow++) count += str_is(str_of(reg->name), follow->on);
    const struct follow **found = arena_make_many(ctx->arena, const struct follow *, count + 1);
    count = 0;
    for (const struct follow *const *list = lists; list && *list; list++)
        for (const struct follow *follow = *list; follow->on; follow++)
            if (str_is(str_of(reg->name), follow->on)) found[count++] = follow;
    return found;
}

void house_init(struct house *house, struct ctx *ctx, const struct reg *const *registers, size_t count,
                const struct follow *const *follows)
{
    *house = (struct house){.registers = registers, .register_count = count, .follows = follows};
    house->unit = house_register(house, S("unit"));
    house->person = house_register(house, S("person"));
    house->sql = reg_sql_make(ctx, registers, count);
    const struct follow *const **followed = arena_make_many(ctx->arena, const struct follow *const *, count);
    for (size_t i = 0; i < count; i++) followed[i] = follows_on(ctx, registers[i], follows);
    house->followed = followed;
}

const struct follow *const *house_follows(const struct house *house, const struct reg *reg)
{
    return house->followed[house_index(house, reg)];
}

const struct reg *house_register(const struct house *house, struct str name)
{
    for (size_t i = 0; i < house->register_count; i++)
        if (str_is(name, house->registers[i]->name)) return house->registers[i];
    return NULL;
}

bool house_is_scope(const struct house *house, struct str name)
{
    static const char *const words[] = {"read", "write", "assurance", "security_events", "administration"};
    for (size_t i = 0; i < COUNT(words); i++)
        if (str_is(name, words[i])) return true;
    return house_register(house, name) != NULL;
}

size_t house_index(const struct house *house, const struct reg *reg)
{
    size_t i = 0;
    while (i < house->register_count && house->registers[i] != reg) i++;
    return i;
}

const struct reg *house_by_prefix(const struct house *house, struct str prefix)
{
    for (size_t i = 0; i < house->register_count; i++)
        if (str_eq_nocase(prefix, str_of(house->registers[i]->prefix))) return house->registers[i];
    return NULL;
}
