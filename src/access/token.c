/* A token's prefix lets secret scanners of code hosts recognise one that was committed by mistake. */
#include "access/token.h"

#include "access/actor.h"
#include "access/sealed.h"
#include "access/secret.h"
#include "access/users.h"
#include "access/visitor.h"
#include "base/buf.h"
#include "base/log.h"
#include "base/number.h"
#include "base/random.h"
#include "events/events.h"
#include "format/json.h"
#include "format/json_out.h"
#include "ledger/ledger.h"

static const struct str prefix = {"mrl_", 4};
static const int64_t day = 24 * 60 * 60 * 1000;
enum { NAME_MOST = 100, SCOPE_MOST = 64 };

/* ---- finding ---- */

static enum result nobody(struct ctx *ctx)
{
    return fail(ctx, NOT_FOUND, "This token is unknown, revoked or has run out: make a new one under your profile.");
}

enum result token_find(struct ctx *ctx, struct str secret, struct token_use *use)
{
    struct box *box;
    if (secret.len != prefix.len + SECRET_TEXT || !str_starts(secret, prefix)) return nobody(ctx);
    enum result result = visitor_find(ctx, BY_TOKEN, secret, &box);
    if (result == NOT_FOUND) return nobody(ctx);
    TRY(result);
    if (ctx->now >= box->expires_at) return nobody(ctx);
    *use = (struct token_use){.actor = &box->actor, .id = box->token};
    if (visitor_is_due(box, ctx->now)) use->due.token = box->token;
    return OK;
}

/* ---- making ---- */

/* The ledger knows which secret a token had by the hash of what the database holds of it. */
static struct str mark_of(struct ctx *ctx, struct str secret_hash)
{
    return secret_hex(ctx->arena, secret_hash);
}

static bool is_scope(struct str scope)
{
    if (!scope.len || scope.len > SCOPE_MOST) return false;
    for (size_t i = 0; i < scope.len; i++) {
        char c = scope.at[i];
        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_')) return false;
    }
    return true;
}

/* "read" or "write" first, then the registers. */
static struct str join_scopes(struct ctx *ctx, const struct new_token *wanted)
{
    bool writes = false;
    struct buf out = buf_in(ctx->arena);
    for (size_t i = 0; i < wanted->scope_count; i++) {
        struct str scope = wanted->scopes[i];
        if (!is_scope(scope)) {
            fail_field(ctx, "scopes", "invalid", "A scope is read, write, or the name of a register.");
            return S("");
        }
        if (str_is(scope, "write")) writes = true;
        if (str_is(scope, "write") || str_is(scope, "read")) continue;
        buf_char(&out, ',');
        buf_add(&out, scope);
    }
    return arena_print(ctx->arena, "%s%.*s", writes ? "write" : "read", PRINT(buf_str(&out)));
}

static void check_token(struct ctx *ctx, const struct new_token *wanted, struct token *token)
{
    token->name = str_trim(wanted->name);
    token->expires_at = wanted->expires_at ? wanted->expires_at : ctx->now + TOKEN_LIFE_DAYS * day;
    if (!token->name.len || !str_is_utf8(token->name) || str_utf8_length(token->name) > NAME_MOST)
        fail_field(ctx, "name", "required", "Say in 1 to %d characters what the token is for.", NAME_MOST);
    if (token->expires_at <= ctx->now || token->expires_at > ctx->now + TOKEN_LIFE_DAYS_MAX * day)
        fail_field(ctx, "expires_at", "out_of_range", "A token ends in the future, at most %d days from now.",
                   TOKEN_LIFE_DAYS_MAX);
    if (wanted->scope_count > TOKEN_SCOPES_MAX)
        fail_field(ctx, "scopes", "too_many", "At most %d scopes.", TOKEN_SCOPES_MAX);
    else
        token->scopes = join_scopes(ctx, wanted);
}

struct str token_state(struct ctx *ctx, const struct token *token)
{
    struct buf state = buf_in(ctx->arena);
    struct json_out out = json_out_to(&state);
    json_open_object(&out);
    json_key(&out, "id"), json_put_number(&out, token->id);
    json_key(&out, "user"), json_put_number(&out, token->user);
    json_key(&out, "name"), json_put_str(&out, token->name);
    json_key(&out, "scopes"), json_put_str(&out, token->scopes);
    json_key(&out, "expires_at"), json_put_number(&out, token->expires_at);
    json_key(&out, "revoked"), json_put_bool(&out, token->revoked_at != 0);
    json_key(&out, "secret"), json_put_str(&out, token->secret_mark);
    json_close_object(&out);
    return buf_str(&state);
}

/* One for the token that was made; more once it was revoked. */
#define ENTERED "SELECT max(version) FROM ledger_entry WHERE subject = 'token' AND record = ?1"

static enum result log_token(struct ctx *ctx, const struct token *token, const char *action, struct str comment)
{
    const struct value args[] = {value_number(token->id)};
    int64_t entered, entry;
    TRY(db_query_number(ctx, S(ENTERED), args, COUNT(args), 0, &entered));
    struct ledger_event event = {.action = str_of(action),
                                 .subject = S("token"),
                                 .record = token->id,
                                 .version = add_capped(entered, 1),
                                 .actor = ctx->actor->user,
                                 .comment = comment,
                                 .state = token_state(ctx, token)};
    return ledger_append(ctx, &event, &entry);
}

static enum result check_room(struct ctx *ctx, int64_t user)
{
    struct value args[] = {value_number(user), value_number(ctx->now)};
    int64_t count;
    TRY(db_query_number(ctx,
                        S("SELECT COUNT(*) FROM token WHERE user_id = ?1 AND revoked_at IS NULL AND expires_at > ?2"),
                        args, COUNT(args), 0, &count));
    if (count < TOKENS_MAX) return OK;
    return fail(ctx, CONFLICT, "There are %d tokens already: revoke one that is no longer needed.", TOKENS_MAX);
}

/* A token must not make tokens: what it was narrowed to would be gone with the first that it makes. */
static enum result check_maker(struct ctx *ctx, const struct new_token *wanted, struct token *token)
{
    struct user user;
    token->user = wanted->user ? wanted->user : ctx->actor->user;
    if (!token->user) return fail(ctx, INVALID, "Say for which user the token is.");
    if (!ctx->actor->system && token->user != ctx->actor->user)
        return fail(ctx, DENIED, "A token is made by its own user.");
    if (ctx->actor->read_only || ctx->actor->registers.len)
        return fail(ctx, DENIED, "This token is narrowed by its scopes, so that it makes no others: sign in for that.");
    TRY(user_load(ctx, token->user, &user));
    return user.active ? OK : fail(ctx, CONFLICT, "This user is not active: a token would be of no use.");
}

enum result token_create(struct ctx *ctx, const struct new_token *wanted, struct token *token, struct str *secret)
{
    *token = (struct token){.created_at = ctx->now};
    TRY(check_maker(ctx, wanted, token));
    check_token(ctx, wanted, token);
    if (ctx_has_field_errors(ctx)) return INVALID;
    TRY(check_room(ctx, token->user));
    struct str made = arena_print(ctx->arena, "%.*s%.*s", PRINT(prefix), PRINT(random_token(ctx->arena, SECRET_SIZE)));
    struct value args[] = {value_number(token->user), value_text(token->name), value_text(secret_hex(ctx->arena, made)),
                           value_text(token->scopes), value_number(ctx->now),  value_number(token->expires_at)};
    TRY(db_insert(ctx,
                  S("INSERT INTO token (user_id, name, secret_hash, scopes, created_at, expires_at) "
                    "VALUES (?1, ?2, ?3, ?4, ?5, ?6) RETURNING id"),
                  args, COUNT(args), &token->id));
    *secret = made;
    token->secret_mark = mark_of(ctx, args[2].text);
    const struct sealed_value written[] = {{TOKEN_AT_USER, args[0]},        {TOKEN_AT_NAME, args[1]},
                                           {TOKEN_AT_SECRET, args[2]},      {TOKEN_AT_SCOPES, args[3]},
                                           {TOKEN_AT_CREATED, args[4]},     {TOKEN_AT_EXPIRES, args[5]},
                                           {TOKEN_AT_REVOKED, value_null()}};
    TRY(sealed_make(ctx, &sealed_tokens, token->id, written, COUNT(written)));
    return log_token(ctx, token, "create", S(""));
}

/* ---- is it as the program left it? ---- */

/* Whether it was revoked is asked of what was read together with the MAC. */
enum result token_is_right(struct ctx *ctx, int64_t id, bool *right)
{
    struct sealed_value values[SEALED_COLUMNS];
    TRY(sealed_read(ctx, &sealed_tokens, id, values, right));
    if (!*right || values[TOKEN_AT_REVOKED - 1].value.type != IS_NULL) return OK;
    return token_is_new(ctx, id, right);
}

enum result token_is_new(struct ctx *ctx, int64_t id, bool *right)
{
    struct value args[] = {value_number(id)};
    int64_t entered;
    TRY(db_query_number(ctx, S(ENTERED), args, COUNT(args), 0, &entered));
    *right = entered == 1;
    if (!*right)
        event_alarm(ctx, "a token was put back to an earlier state and is refused",
                    &(struct event){.actor = actor_user(ctx), .subject = S("token"), .record = id});
    return OK;
}

/* ---- listing and revoking ---- */

static struct token token_of(struct ctx *ctx, const struct rows *rows)
{
    return (struct token){.id = rows_number(rows, 0),
                          .user = rows_number(rows, 1),
                          .name = arena_copy(ctx->arena, rows_text(rows, 2)),
                          .scopes = arena_copy(ctx->arena, rows_text(rows, 3)),
                          .created_at = rows_number(rows, 4),
                          .expires_at = rows_number(rows, 5),
                          .last_used_at = rows_number(rows, 6),
                          .revoked_at = rows_number(rows, 7),
                          .secret_mark = mark_of(ctx, rows_text(rows, 8))};
}

#define TOKEN_COLUMNS                                                                                                  \
    "SELECT id, user_id, name, scopes, created_at, expires_at, last_used_at, revoked_at, secret_hash FROM token "

enum result token_list(struct ctx *ctx, struct token_list *list)
{
    struct value args[] = {value_number(ctx->actor->user)};
    struct rows *rows;
    size_t room = 0;
    *list = (struct token_list){0};
    TRY(db_query(ctx, S(TOKEN_COLUMNS "WHERE user_id = ?1 AND revoked_at IS NULL ORDER BY id"), args, 1, &rows));
    for (bool more;;) {
        TRY(rows_next(ctx, rows, &more));
        if (!more) break;
        if (list->count == room) {
            size_t wider = room ? room * 2 : 8;
            list->at = arena_grow(ctx->arena, list->at, room * sizeof *list->at, wider * sizeof *list->at);
            room = wider;
        }
        list->at[list->count++] = token_of(ctx, rows);
    }
    rows_close(rows);
    return OK;
}

enum result token_load(struct ctx *ctx, int64_t id, struct token *token)
{
    struct value args[] = {value_number(id)};
    struct rows *rows;
    bool found;
    TRY(db_query_one(ctx, S(TOKEN_COLUMNS "WHERE id = ?1"), args, 1, &rows, &found));
    *token = found ? token_of(ctx, rows) : (struct token){0};
    rows_close(rows);
    return found ? OK : fail(ctx, NOT_FOUND, "There is no token %lld.", (long long)id);
}

/* A row that somebody changed is made what the ledger says before it is sealed again, with a secret that nobody knows;
 * of one that was put in nothing stays but the number. */
static enum result make_as_entered(struct ctx *ctx, struct token *token, struct sealed_value *values)
{
    struct ledger_entry entry;
    struct json *state = NULL;
    enum result known = ledger_newest(ctx, S("token"), token->id, &entry);
    if (known == OK)
        TRY(json_parse(ctx, entry.state, &state));
    else if (known != NOT_FOUND)
        return known;
    struct str secret = secret_hex(ctx->arena, random_token(ctx->arena, SECRET_SIZE));
    token->user = json_number(state, "user", token->user);
    token->name = json_str(state, "name", S("not made by the program"));
    token->scopes = json_str(state, "scopes", S("read"));
    token->expires_at = json_number(state, "expires_at", ctx->now);
    token->secret_mark = mark_of(ctx, secret);
    struct value args[] = {
        value_number(token->id),   value_number(token->user),       value_text(token->name),        value_text(secret),
        value_text(token->scopes), value_number(token->created_at), value_number(token->expires_at)};
    for (size_t i = 1; i < COUNT(args); i++) values[i - 1] = (struct sealed_value){i, args[i]};
    return db_run(ctx,
                  S("UPDATE token SET user_id = ?2, name = ?3, secret_hash = ?4, scopes = ?5, created_at = ?6, "
                    "expires_at = ?7 WHERE id = ?1"),
                  args, COUNT(args), NULL);
}

/* What decides, and what is entered, is what was read together with the MAC, not by the statement before. */
static void take(struct ctx *ctx, const struct sealed_value *values, struct token *token)
{
    token->user = sealed_number(values, TOKEN_AT_USER);
    token->name = values[TOKEN_AT_NAME - 1].value.text;
    token->secret_mark = mark_of(ctx, values[TOKEN_AT_SECRET - 1].value.text);
    token->scopes = values[TOKEN_AT_SCOPES - 1].value.text;
    token->created_at = sealed_number(values, TOKEN_AT_CREATED);
    token->expires_at = sealed_number(values, TOKEN_AT_EXPIRES);
    token->revoked_at = sealed_number(values, TOKEN_AT_REVOKED);
}

enum result token_revoke(struct ctx *ctx, int64_t id)
{
    struct token token;
    struct sealed_value values[SEALED_COLUMNS];
    bool right;
    TRY(token_load(ctx, id, &token));
    TRY(sealed_read(ctx, &sealed_tokens, id, values, &right));
    if (right) take(ctx, values, &token);
    if (token.user != ctx->actor->user && user_demand_manage(ctx, token.user) != OK)
        return fail(ctx, NOT_FOUND, "There is no token %lld.", (long long)id);
    if (ctx->actor->read_only) return fail(ctx, DENIED, "This token may only read.");
    struct value args[] = {value_number(id), value_number(ctx->now)};
    if (token.revoked_at && right) return OK;
    if (!right) TRY(make_as_entered(ctx, &token, values));
    TRY(db_run(ctx, S("UPDATE token SET revoked_at = ?2 WHERE id = ?1"), args, COUNT(args), NULL));
    cache_unsure(ctx);
    token.revoked_at = ctx->now;
    values[TOKEN_AT_REVOKED - 1] = (struct sealed_value){TOKEN_AT_REVOKED, args[1]};
    TRY(sealed_make(ctx, &sealed_tokens, id, values, TOKEN_PLACES));
    return log_token(ctx, &token, "revoke", right ? S("") : S("changed outside of the program before it was revoked"));
}
