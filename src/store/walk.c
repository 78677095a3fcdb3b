/* A page of ids is read whole before the first is looked at: with PostgreSQL one query at a time is open. */
#include "store/walk.h"

#include "base/buf.h"

enum { PAGE = 500 };

struct walk {
    const char *table;
    enum result (*each)(struct ctx *ctx, void *arg, int64_t id);
    void *arg;
    int64_t above;
    int64_t ids[PAGE];
    size_t count;
};

static enum result read_page(struct ctx *ctx, struct walk *walk)
{
    struct value args[] = {value_number(walk->above), value_number(PAGE)};
    struct str sql = arena_print(ctx->arena, "SELECT id FROM \"%s\" WHERE id > ?1 ORDER BY id LIMIT ?2", walk->table);
    struct rows *rows;
    walk->count = 0;
    TRY(db_query(ctx, sql, args, COUNT(args), &rows));
    for (bool more; walk->count < PAGE;) {
        TRY(rows_next(ctx, rows, &more));
        if (!more) break;
        walk->ids[walk->count++] = rows_number(rows, 0);
    }
    rows_close(rows);
    if (walk->count) walk->above = walk->ids[walk->count - 1];
    return OK;
}

/* One step in the scratch arena; what it has to say is carried out of it before it is emptied. */
static enum result step(struct ctx *ctx, struct arena *scratch, struct walk *walk, const int64_t *id)
{
    struct ctx part = *ctx;
    part.arena = scratch;
    part.error = (struct error){0};
    enum result result = id ? walk->each(&part, walk->arg, *id) : read_page(&part, walk);
    if (result != OK) result = fail_as(ctx, &part, result);
    arena_reset(scratch);
    return result;
}

enum result walk_ids(struct ctx *ctx, const char *table, enum result (*each)(struct ctx *ctx, void *arg, int64_t id),
                     void *arg, int64_t *walked)
{
    struct walk *walk = arena_make(ctx->arena, struct walk);
    *walk = (struct walk){.table = table, .each = each, .arg = arg, .above = INT64_MIN};
    struct arena *scratch = arena_scratch(ctx->arena);
    enum result result = OK;
    do {
        result = step(ctx, scratch, walk, NULL);
        for (size_t i = 0; i < walk->count && result == OK; i++) result = step(ctx, scratch, walk, &walk->ids[i]);
        if (walked) *walked += (int64_t)walk->count;
    } while (result == OK && walk->count == PAGE);
    return result;
}
