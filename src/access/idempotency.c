/* The key is taken in the transaction of the work itself: either both are there or neither, so that a client that
 * lost the answer to a broken line may simply ask again. */
#include "access/idempotency.h"

#include "access/actor.h"
#include "access/secret.h"
#include "store/db.h"

static bool is_key(struct str key)
{
    if (!key.len || key.len > IDEMPOTENCY_KEY_MOST) return false;
    for (size_t i = 0; i < key.len; i++)
        if (key.at[i] <= ' ' || key.at[i] > '~') return false;
    return true;
}

enum result idempotency_find(struct ctx *ctx, struct idempotency *use)
{
    struct value args[] = {value_number(ctx->actor->user), value_text(use->key),
                           value_number(ctx->now - IDEMPOTENCY_LIFE)};
    struct rows *rows;
    bool found;
    if (!is_key(use->key))
        return fail(ctx, INVALID, "An Idempotency-Key is 1 to %d visible ASCII characters.", IDEMPOTENCY_KEY_MOST);
    TRY(db_query_one(ctx,
                     S("SELECT request, body_hash, status, location, created_at FROM idempotency "
                       "WHERE user_id = ?1 AND sent_key = ?2 AND created_at > ?3"),
                     args, COUNT(args), &rows, &found));
    if (!found) return NOT_FOUND;
    bool same =
        str_eq(rows_text(rows, 0), use->request) && str_eq(rows_text(rows, 1), secret_hex(ctx->arena, use->body));
    use->status = rows_number(rows, 2);
    use->location = arena_copy(ctx->arena, rows_text(rows, 3));
    use->at = rows_number(rows, 4);
    rows_close(rows);
    if (same) return OK;
    return fail(ctx, CONFLICT, "This Idempotency-Key was used for another request: take a new one for each.");
}

enum result idempotency_keep(struct ctx *ctx, const struct idempotency *use)
{
    struct value args[] = {value_number(ctx->actor->user), value_text(use->key),
                           value_text(use->request),       value_text(secret_hex(ctx->arena, use->body)),
                           value_number(use->status),      value_text(use->location),
                           value_number(ctx->now),         value_number(ctx->now - IDEMPOTENCY_LIFE)};
    int64_t kept;
    TRY(db_run(ctx,
               S("INSERT INTO idempotency (user_id, sent_key, request, body_hash, status, location, created_at) "
                 "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT (user_id, sent_key) DO UPDATE SET request = ?3, "
                 "body_hash = ?4, status = ?5, location = ?6, created_at = ?7 WHERE idempotency.created_at <= ?8"),
               args, COUNT(args), &kept));
    if (kept) return OK;
    return fail(ctx, CONFLICT, "The same request has just been made: ask for its result.");
}
