/* Two lists in one order, walked side by side. */
#include "store/schema_verify.h"

#include "store/schema_parts.h"
#include "store/search.h"

void things_add(struct arena *arena, struct things *things, struct thing thing)
{
    if (things->count == things->room) {
        size_t room = things->room ? things->room * 2 : 512;
        things->at = arena_grow(arena, things->at, things->room * sizeof thing, room * sizeof thing);
        things->room = room;
    }
    things->at[things->count++] = (struct thing){arena_copy(arena, thing.kind), arena_copy(arena, thing.table),
                                                 arena_copy(arena, thing.name), arena_copy(arena, thing.definition)};
}

static int by_name(const void *a, const void *b)
{
    const struct thing *x = a, *y = b;
    int order = str_compare(x->kind, y->kind);
    if (!order) order = str_compare(x->table, y->table);
    return order ? order : str_compare(x->name, y->name);
}

static void sort(struct things *things)
{
    if (things->count) qsort(things->at, things->count, sizeof *things->at, by_name);
}

struct difference {
    const struct thing *thing;
    const char *how;
    int64_t count;
};

static void note(struct difference *difference, const struct thing *thing, const char *how)
{
    if (!difference->count++) *difference = (struct difference){thing, how, 1};
}

static void compare(const struct things *expected, const struct things *found, struct difference *difference,
                    int64_t *checked)
{
    for (size_t e = 0, f = 0; e < expected->count || f < found->count;) {
        const struct thing *wanted = &expected->at[e], *there = &found->at[f];
        int order = e == expected->count ? 1 : f == found->count ? -1 : by_name(wanted, there);
        e += order <= 0;
        f += order >= 0;
        if (order < 0)
            note(difference, wanted, "is missing");
        else if (order > 0)
            note(difference, there, "was not made by the program");
        else if (!str_eq(wanted->definition, there->definition))
            note(difference, there, "is otherwise than the program makes it");
        else
            ++*checked;
    }
}

enum result schema_verify(struct ctx *ctx, const struct table *const *tables, size_t count, int64_t *checked)
{
    struct things expected = {0}, found = {0};
    struct difference difference = {0};
    enum dialect dialect = db_dialect(ctx->db);
    struct buf ddl = buf_in(ctx->arena);
    buf_add(&ddl, tables_ddl(ctx, dialect, tables, count));
    buf_add(&ddl, search_ddl(dialect));
    struct str text = buf_str(&ddl);
    if (dialect == DIALECT_SQLITE)
        TRY(sqlite_things(ctx, text, &expected, &found));
    else
        TRY(postgres_things(ctx, tables, count, text, &expected, &found));
    sort(&expected);
    sort(&found);
    compare(&expected, &found, &difference, checked);
    if (!difference.count) return OK;
    return fail(ctx, CONFLICT, "In the schema, the %.*s \"%.*s\" of \"%.*s\" %s (differences in all: %lld).",
                PRINT(difference.thing->kind), PRINT(difference.thing->name), PRINT(difference.thing->table),
                difference.how, (long long)difference.count);
}
