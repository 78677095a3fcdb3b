/* What held is looked at under the old identity and sealed under the new one, in one transaction. */
#include "access/parting.h"

#include "access/sealed.h"

enum result sealed_part_begin(struct ctx *ctx, const struct sealed_rows *rows, struct sealed_parting *parting)
{
    struct str sql = arena_print(ctx->arena, "SELECT id FROM \"%s\" ORDER BY id", rows->table);
    struct rows *found;
    int64_t all, *ids;
    size_t kept = 0;
    TRY(db_query_number(ctx, arena_print(ctx->arena, "SELECT count(*) FROM \"%s\"", rows->table), NULL, 0, 0, &all));
    ids = arena_make_many(ctx->arena, int64_t, (size_t)all + 1);
    TRY(db_query(ctx, sql, NULL, 0, &found));
    for (bool more = true;;) {
        TRY(rows_next(ctx, found, &more));
        if (!more || kept == (size_t)all) break;
        ids[kept++] = rows_number(found, 0);
    }
    *parting = (struct sealed_parting){.ids = ids};
    for (size_t i = 0; i < kept; i++) {
        bool right;
        TRY(sealed_is_right(ctx, rows, ids[i], &right));
        if (right) ids[parting->count++] = ids[i];
    }
    return OK;
}

enum result sealed_part_end(struct ctx *ctx, const struct sealed_rows *rows, const struct sealed_parting *parting)
{
    for (size_t i = 0; i < parting->count; i++) TRY(sealed_make_of(ctx, rows, parting->ids[i], NULL, NULL));
    return OK;
}

enum result access_part_begin(struct ctx *ctx, struct access_parting *parting)
{
    TRY(sealed_part_begin(ctx, &sealed_users, &parting->users));
    return sealed_part_begin(ctx, &sealed_tokens, &parting->tokens);
}

enum result access_part_end(struct ctx *ctx, const struct access_parting *parting)
{
    static const struct sealed_rows *const ended[] = {&sealed_sessions, &sealed_links};
    for (size_t i = 0; i < COUNT(ended); i++)
        TRY(db_run(ctx, arena_print(ctx->arena, "DELETE FROM \"%s\"", ended[i]->table), NULL, 0, NULL));
    TRY(sealed_part_end(ctx, &sealed_users, &parting->users));
    return sealed_part_end(ctx, &sealed_tokens, &parting->tokens);
}
