/* merlon init and merlon user: the first administrator without the link, and users for scripts. */
#include "app/command.h"

#include "app/accounts.h"
#include "app/caller.h"
#include "format/json_out.h"
#include "records/records.h"

static enum result read_account(struct program *program, struct account *account)
{
    struct ctx *ctx = &program->ctx;
    struct str file, role;
    *account = (struct account){0};
    program_option(program, "email", &account->email);
    program_option(program, "name", &account->name);
    program_option(program, "language", &account->language);
    if (program_option(program, "password-file", &file)) TRY(caller_read_line(program, file, &account->password));
    while (program_option(program, "role", &role)) {
        if (account->role_count == ACCOUNT_ROLES)
            return fail(ctx, INVALID, "One user has at most %d roles here.", ACCOUNT_ROLES);
        account->roles[account->role_count++] = role;
    }
    return OK;
}

/* ---- init ---- */

enum result command_init(struct program *program)
{
    struct ctx *ctx = &program->ctx;
    struct account account;
    struct user user;
    struct str organisation = S("");
    program_option(program, "organisation", &organisation);
    TRY(read_account(program, &account));
    TRY(program_no_more(program, 0));
    struct str data = program->settings.value[SET_DATA];
    bool wants_user = organisation.len || account.email.len || account.name.len || account.password.len;
    if (!wants_user) {
        int64_t users;
        TRY(user_count(ctx, &users));
        say(program->out, "%.*s is ready. merlon serve --data %.*s starts it%s.\n", PRINT(data), PRINT(data),
            users ? "" : " and prints a link for the first administrator");
        return OK;
    }
    if (!organisation.len || !account.email.len || !account.name.len || !account.password.len)
        return fail(ctx, INVALID, "The first administrator needs --organisation, --name, --email and --password-file.");
    account.roles[0] = S("administrator"), account.roles[1] = S("security_manager");
    account.role_count = 2;
    TRY(account_first_unit(program, organisation));
    TRY(account_add(program, &account, &user));
    say(program->out, "%.*s is ready; %.*s can sign in.\n", PRINT(data), PRINT(account.email));
    return OK;
}

/* ---- user ---- */

static enum result add(struct program *program, const struct account *account)
{
    struct user user;
    if (!account->role_count)
        return fail(&program->ctx, INVALID, "Say what the user may do: --role ROLE; merlon roles lists them.");
    TRY(account_add(program, account, &user));
    say(program->out, "%.*s is user %lld.\n", PRINT(user.email), (long long)user.id);
    return OK;
}

static enum result grant(struct program *program, const struct account *account)
{
    if (!account->role_count) return fail(&program->ctx, INVALID, "Say which: --role ROLE, as often as needed.");
    return account_grant(program, account);
}

static enum result password(struct program *program, const struct account *account)
{
    if (!account->password.len)
        return fail(&program->ctx, INVALID, "Say which: --password-file FILE, or - to type it.");
    return account_password(program, account);
}

static void print_grants(struct program *program, const struct user *user)
{
    for (size_t i = 0; i < user->grant_count; i++) {
        struct record *unit = NULL;
        if (record_load(&program->ctx, program->house.unit, user->grants[i].unit, &unit) != OK)
            ctx_clear_error(&program->ctx);
        struct str title = unit ? record_title(unit) : S("?");
        say(program->out, "%s%s at %.*s", i ? ", " : "", role_name(user->grants[i].role), PRINT(title));
    }
}

static void print_user(struct program *program, const char *when, const struct user *user)
{
    say(program->out, "%s: %.*s <%.*s>%s, %s; ", when, PRINT(user->name), PRINT(user->email),
        user->active ? "" : ", inactive", user->has_password ? "with a password" : "without a password");
    print_grants(program, user);
    say(program->out, "%s\n", user->grant_count ? "" : "no role");
}

static enum result restore(struct program *program, const struct account *account)
{
    struct user stood, user;
    bool changed;
    TRY(account_restore(program, account, &stood, &user, &changed));
    if (!changed) {
        say(program->out, "%.*s is what the ledger says: nothing was to be restored, and nothing was written.\n",
            PRINT(stood.email));
        return OK;
    }
    print_user(program, "It stood there", &stood);
    print_user(program, "It is now     ", &user);
    if (stood.has_password && !user.has_password)
        say(program->out,
            "The password was not the one in the ledger and is gone: merlon user password --email %.*s sets one.\n",
            PRINT(user.email));
    say(program->out, "The sessions of this user have ended, and the ledger says so.\n");
    return OK;
}

static enum result print_json(struct program *program, const struct user_list *users)
{
    struct buf text = buf_in(program->arena);
    struct json_out out = json_out_to(&text);
    json_open_array(&out);
    for (size_t i = 0; i < users->count; i++) {
        const struct user *user = &users->at[i];
        json_open_object(&out);
        json_key(&out, "id"), json_put_number(&out, user->id);
        json_key(&out, "email"), json_put_str(&out, user->email);
        json_key(&out, "name"), json_put_str(&out, user->name);
        json_key(&out, "active"), json_put_bool(&out, user->active);
        json_key(&out, "roles");
        json_open_array(&out);
        for (size_t k = 0; k < user->grant_count; k++) {
            json_open_object(&out);
            json_key(&out, "role"), json_put_text(&out, role_name(user->grants[k].role));
            json_key(&out, "unit"), json_put_number(&out, user->grants[k].unit);
            json_close_object(&out);
        }
        json_close_array(&out);
        json_close_object(&out);
    }
    json_close_array(&out);
    say_json(program->out, buf_str(&text));
    return OK;
}

enum { PAGE = 500 };

static enum result list(struct program *program, bool json)
{
    struct user_list users;
    TRY(user_list(&program->ctx, 0, PAGE, &users));
    if (json) return print_json(program, &users);
    for (size_t i = 0; i < users.count; i++) {
        const struct user *user = &users.at[i];
        say(program->out, "%-4lld %-36.*s %-24.*s %s", (long long)user->id, PRINT(user->email), PRINT(user->name),
            user->active ? "" : "(inactive) ");
        print_grants(program, user);
        say(program->out, "\n");
    }
    return OK;
}

enum result command_user(struct program *program)
{
    static const struct {
        const char *name;
        enum result (*run)(struct program *program, const struct account *account);
    } verbs[] = {{"add", add}, {"grant", grant}, {"password", password}, {"restore", restore}};
    struct ctx *ctx = &program->ctx;
    struct account account;
    bool json = program_flag(program, "json");
    TRY(read_account(program, &account));
    TRY(program_no_more(program, 1));
    struct str verb = program->rest_count ? program->rest[0] : S("");
    if (str_is(verb, "list")) return list(program, json);
    for (size_t i = 0; i < COUNT(verbs); i++) {
        if (!str_is(verb, verbs[i].name)) continue;
        if (!account.email.len) return fail(ctx, INVALID, "Say which user: --email ADDRESS.");
        return verbs[i].run(program, &account);
    }
    return fail(ctx, INVALID, "merlon user takes add, grant, password, restore or list.");
}
