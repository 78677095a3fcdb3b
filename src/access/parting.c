/* What held is looked at under the old identity and sealed under the new one, in one transaction. */
#include "access/parting.h"

#include "access/sealed.h"

static enum result read_right(struct ctx *ctx, const struct sealed_rows *sealed, int64_t **ids, size_t *count)
{
    struct str sql = arena_print(ctx->arena, "SELECT id FROM \"%s\" ORDER BY id", sealed->table);
    struct rows *rows;
    int64_t all, kept = 0;
    TRY(db_query_number(ctx, arena_print(ctx->arena, "SELECT count(*) FROM \"%s\"", sealed->table), NULL, 0, 0, &all));
    *ids = arena_make_many(ctx->arena, int64_t, (size_t)all + 1);
    TRY(db_query(ctx, sql, NULL, 0, &rows));
    for (bool more = true;;) {
        TRY(rows_next(ctx, rows, &more));
        if (!more) break;
        (*ids)[kept++] = rows_number(rows, 0);
    }
    *count = 0;
    for (int64_t i = 0; i < kept; i++) {
        bool right;
        TRY(sealed_is_right(ctx, sealed, (*ids)[i], &right));
        if (right) (*ids)[(*count)++] = (*ids)[i];
    }
    return OK;
}

enum result access_part_begin(struct ctx *ctx, struct access_parting *parting)
{
    TRY(read_right(ctx, &sealed_users, &parting->users, &parting->user_count));
    return read_right(ctx, &sealed_tokens, &parting->tokens, &parting->token_count);
}

enum result access_part_end(struct ctx *ctx, const struct access_parting *parting)
{
    static const struct sealed_rows *const ended[] = {&sealed_sessions, &sealed_links};
    for (size_t i = 0; i < COUNT(ended); i++)
        TRY(db_run(ctx, arena_print(ctx->arena, "DELETE FROM \"%s\"", ended[i]->table), NULL, 0, NULL));
    for (size_t i = 0; i < parting->user_count; i++)
        TRY(sealed_make_of(ctx, &sealed_users, parting->users[i], NULL, NULL));
    for (size_t i = 0; i < parting->token_count; i++)
        TRY(sealed_make_of(ctx, &sealed_tokens, parting->tokens[i], NULL, NULL));
    return OK;
}
