/* Whoever holds the link printed at the first start becomes the administrator, so it is a secret like a session's, good
 * once, for a day, and only while there is nobody yet. */
#include "access/start.h"

#include "access/sealed.h"
#include "access/secret.h"
#include "base/random.h"
#include "store/db.h"

static enum result demand_nobody(struct ctx *ctx)
{
    int64_t users, entered;
    TRY(user_count(ctx, &users));
    TRY(db_query_number(ctx, S("SELECT count(*) FROM ledger_entry WHERE subject = 'user'"), NULL, 0, 0, &entered));
    if (!users && entered)
        return fail(ctx, CONFLICT,
                    "The ledger knows of users, but their rows were removed: restore the latest backup.");
    return users ? fail(ctx, CONFLICT, "There are users already: ask an administrator for access.") : OK;
}

enum result access_start_link(struct ctx *ctx, struct str *token)
{
    struct str made = random_token(ctx->arena, SECRET_SIZE);
    struct value args[] = {value_text(secret_hex(ctx->arena, made)), value_number(ctx->now + START_LIFE)};
    TRY(db_lock(ctx, "user"));
    TRY(demand_nobody(ctx));
    TRY(db_run(ctx, S("DELETE FROM start_link"), NULL, 0, NULL));
    int64_t id;
    TRY(db_insert(ctx, S("INSERT INTO start_link (token_hash, expires_at) VALUES (?1, ?2) RETURNING id"), args,
                  COUNT(args), &id));
    *token = made;
    const struct sealed_value written[] = {{1, args[0]}, {2, args[1]}};
    return sealed_make(ctx, &sealed_links, id, written, COUNT(written));
}

/* Of what is read together with the MAC: the link of that hash, not run out. */
struct link_sight {
    struct str hash;
    bool good;
};

static void see_link(struct ctx *ctx, const struct rows *rows, void *arg)
{
    struct link_sight *link = arg;
    link->good = str_eq(rows_text(rows, 1), link->hash) && rows_number(rows, 2) > ctx->now;
}

enum result access_start_check(struct ctx *ctx, struct str token)
{
    struct link_sight link = {.hash = secret_hex(ctx->arena, token)};
    struct sealed_sight sight = {see_link, &link};
    struct value args[] = {value_text(link.hash)};
    int64_t id;
    bool found, right = false;
    TRY(demand_nobody(ctx));
    TRY(db_query_number(ctx, S("SELECT id FROM start_link WHERE token_hash = ?1"), args, COUNT(args), 0, &id));
    if (id) TRY(sealed_look(ctx, &sealed_links, id, &sight, &found, &right));
    if (right && link.good) return OK;
    return fail(ctx, DENIED, "This link is not good any more: start the program again, and it prints a new one.");
}

enum result access_start(struct ctx *ctx, const struct start *start, struct user *user)
{
    struct grant grants[] = {{ADMINISTRATOR, start->unit}, {SECURITY_MANAGER, start->unit}};
    struct user_edit edit = {.sets = USER_NAME | USER_EMAIL | USER_PERSON | USER_PASSWORD | USER_GRANTS,
                             .name = start->name,
                             .email = start->email,
                             .language = start->language,
                             .person = start->person,
                             .password_hash = start->password_hash,
                             .grants = grants,
                             .grant_count = start->security_manager ? 2 : 1,
                             .comment = S("first start")};
    if (start->language.len) edit.sets |= USER_LANGUAGE;
    TRY(db_lock(ctx, "user"));
    TRY(access_start_check(ctx, start->token));
    if (!start->password_hash.len) return fail(ctx, INVALID, "The first administrator needs a password.");
    const struct actor *before = ctx->actor;
    ctx->actor = &actor_system;
    enum result result = user_create(ctx, &edit, user);
    ctx->actor = before;
    TRY(result);
    return db_run(ctx, S("DELETE FROM start_link"), NULL, 0, NULL);
}
