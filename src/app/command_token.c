/* merlon token: an API token for a user, for scripts. Whoever can read the data directory may do this. */
#include "app/command.h"

#include "access/actor.h"
#include "access/token.h"
#include "access/users.h"

struct making {
    struct new_token wanted;
    struct token token;
    struct str secret;
};

static enum result make(struct ctx *ctx, void *arg)
{
    struct making *making = arg;
    ctx->actor = &actor_system;
    return token_create(ctx, &making->wanted, &making->token, &making->secret);
}

static enum result read_scopes(struct program *program, struct str scopes, struct str *list, size_t *count)
{
    struct ctx *ctx = &program->ctx;
    struct str scope;
    for (*count = 0; str_cut(&scopes, ',', &scope);) {
        scope = str_trim(scope);
        if (!house_is_scope(&program->house, scope))
            return fail(ctx, INVALID,
                        "\"%.*s\" is no scope: --scopes takes read, write, and names of registers (merlon schema), by "
                        "comma.",
                        PRINT(scope));
        if (*count == TOKEN_SCOPES_MAX) return fail(ctx, INVALID, "A token has at most %d scopes.", TOKEN_SCOPES_MAX);
        list[(*count)++] = scope;
    }
    return OK;
}

enum result command_token(struct program *program)
{
    struct ctx *ctx = &program->ctx;
    struct str email = S(""), name = S("command line"), scopes = S("write");
    struct str list[TOKEN_SCOPES_MAX];
    struct making making = {.wanted = {.scopes = list}};
    program_option(program, "user", &email);
    program_option(program, "name", &name);
    program_option(program, "scopes", &scopes);
    TRY(program_no_more(program, 0));
    if (!email.len) return fail(ctx, INVALID, "Say for whom: merlon token --user EMAIL.");
    TRY(read_scopes(program, scopes, list, &making.wanted.scope_count));
    TRY(user_of_address(ctx, email, &making.wanted.user));
    if (!making.wanted.user) return fail(ctx, INVALID, "There is no user %.*s.", PRINT(email));
    making.wanted.name = name;
    TRY(store_write(ctx, program->store, make, &making));
    event_post(ctx, &(struct event){.kind = EVENT_TOKEN_MADE,
                                    .subject = S("token"),
                                    .record = making.token.id,
                                    .detail = arena_print(ctx->arena, "for user %lld", (long long)making.wanted.user)});
    say(program->out, "%.*s\n", PRINT(making.secret));
    return OK;
}
