/* Passwords are hashed before the write begins: that takes a tenth of a second, and the writer is shared. */
#include "app/accounts.h"

#include "access/password.h"
#include "app/acting.h"
#include "format/json_out.h"
#include "ledger/remembered.h"
#include "ledger/verify.h"
#include "records/entered.h"

#include <errno.h>

enum { PASSWORD_LINE = 1200 };

struct deed {
    const struct account *account;
    struct str password_hash;
    struct user user, stood;
    bool changed;
};

static enum result make_record(struct ctx *ctx, const char *reg, const char *json, int64_t *id)
{
    struct json *body;
    struct record *record;
    TRY(json_parse(ctx, str_of(json), &body));
    TRY(record_create(ctx, house_register(ctx->house, str_of(reg)), body, &record));
    *id = record_id(record);
    return OK;
}

static struct str quoted(struct ctx *ctx, struct str text)
{
    struct buf out = buf_in(ctx->arena);
    json_string(&out, text);
    return arena_copy(ctx->arena, buf_str(&out));
}

/* ---- persons ---- */

static enum result person_of(struct ctx *ctx, const struct account *account, int64_t *person, struct str *name)
{
    struct record_list persons;
    *name = account->name;
    TRY(records_where(ctx, ctx->house->person, "email", value_text(account->email), &persons));
    if (persons.count) {
        struct record *found;
        *person = record_id(persons.at[0]);
        TRY(record_vouched(ctx, ctx->house->person, *person, &found));
        if (!name->len) *name = record_title(found);
        if (str_eq(record_text_of(found, "email"), account->email)) return OK;
        return fail(ctx, CONFLICT, "The person with the address %.*s is being changed at this very moment: try again.",
                    PRINT(account->email));
    }
    if (!name->len) return fail(ctx, INVALID, "No person has the address %.*s; give --name.", PRINT(account->email));
    int64_t unit;
    TRY(acting_unit(ctx, S(""), &unit));
    struct str body = arena_print(ctx->arena, "{\"name\":%.*s,\"email\":%.*s,\"unit\":%lld}", PRINT(quoted(ctx, *name)),
                                  PRINT(quoted(ctx, account->email)), (long long)unit);
    return make_record(ctx, "person", body.at, person);
}

/* ---- roles ---- */

static enum result read_role(struct ctx *ctx, struct str text, struct grant *grant)
{
    struct str role;
    str_cut(&text, '@', &role);
    if (!role_of_name(role, &grant->role))
        return fail(ctx, INVALID, "There is no role \"%.*s\"; merlon roles lists them.", PRINT(role));
    return acting_unit(ctx, text, &grant->unit);
}

static enum result read_roles(struct ctx *ctx, const struct account *account, struct user_edit *edit)
{
    struct grant *grants = arena_make_many(ctx->arena, struct grant, account->role_count + 1);
    for (size_t i = 0; i < account->role_count; i++) TRY(read_role(ctx, account->roles[i], &grants[i]));
    edit->grants = grants;
    edit->grant_count = account->role_count;
    return OK;
}

/* ---- writes ---- */

static enum result write_new(struct ctx *ctx, void *arg)
{
    struct deed *deed = arg;
    const struct account *account = deed->account;
    struct user_edit edit = {.sets = USER_NAME | USER_EMAIL | USER_PERSON | USER_GRANTS,
                             .email = account->email,
                             .language = account->language,
                             .password_hash = deed->password_hash,
                             .comment = S("command line")};
    if (account->language.len) edit.sets |= USER_LANGUAGE;
    if (deed->password_hash.len) edit.sets |= USER_PASSWORD;
    TRY(person_of(ctx, account, &edit.person, &edit.name));
    TRY(read_roles(ctx, account, &edit));
    return user_create(ctx, &edit, &deed->user);
}

static enum result write_change(struct ctx *ctx, void *arg)
{
    struct deed *deed = arg;
    int64_t id;
    struct user_edit edit = {.password_hash = deed->password_hash, .comment = S("command line")};
    TRY(user_of_address(ctx, deed->account->email, &id));
    if (!id) return fail(ctx, NOT_FOUND, "There is no user %.*s.", PRINT(deed->account->email));
    if (deed->password_hash.len) edit.sets |= USER_PASSWORD | USER_UNBLOCK;
    if (deed->account->role_count) {
        edit.sets |= USER_GRANTS;
        TRY(read_roles(ctx, deed->account, &edit));
    }
    return user_change(ctx, id, &edit, &deed->user);
}

static enum result write_first_unit(struct ctx *ctx, void *arg)
{
    int64_t users, id;
    const struct str *title = arg;
    TRY(user_count(ctx, &users));
    if (users) return fail(ctx, CONFLICT, "There are users already; merlon user add makes more.");
    struct str body = arena_print(ctx->arena, "{\"title\":%.*s,\"kind\":\"company\"}", PRINT(quoted(ctx, *title)));
    return make_record(ctx, "unit", body.at, &id);
}

enum result account_add(struct program *program, const struct account *account, struct user *user)
{
    struct ctx *ctx = &program->ctx;
    struct deed deed = {.account = account};
    if (account->password.len)
        TRY(password_prepare(ctx, account->password, account->name, account->email, &deed.password_hash));
    TRY(store_write(ctx, program->store, write_new, &deed));
    *user = deed.user;
    return OK;
}

enum result account_grant(struct program *program, const struct account *account)
{
    struct deed deed = {.account = account};
    return store_write(&program->ctx, program->store, write_change, &deed);
}

enum result account_password(struct program *program, const struct account *account)
{
    struct ctx *ctx = &program->ctx;
    struct deed deed = {.account = account};
    struct user user;
    int64_t id;
    TRY(user_of_address(ctx, account->email, &id));
    if (!id) return fail(ctx, NOT_FOUND, "There is no user %.*s.", PRINT(account->email));
    TRY(user_load(ctx, id, &user));
    TRY(password_prepare(ctx, account->password, user.name, user.email, &deed.password_hash));
    return store_write(ctx, program->store, write_change, &deed);
}

static enum result write_restored(struct ctx *ctx, void *arg)
{
    struct deed *deed = arg;
    int64_t id;
    TRY(user_entered_as(ctx, deed->account->email, &id)); /* first: a planted row may bear anybody's address */
    if (!id) TRY(user_by_email(ctx, deed->account->email, &id));
    if (!id) return fail(ctx, NOT_FOUND, "There is no user %.*s.", PRINT(deed->account->email));
    return user_restore(ctx, id, &deed->stood, &deed->user, &deed->changed);
}

/* Else an entry that was hidden, or cut off with those after it, would give back a right that was taken. */
static enum result demand_sound(struct program *program)
{
    struct ctx *ctx = &program->ctx;
    struct ledger_check check = {
        .keys = ledger_keys_public(program->keys), .key_count = 1, .keyring = program->keyring};
    struct ledger_report report;
    struct remembered known;
    struct ledger_chain *chain = arena_make(program->arena, struct ledger_chain);
    TRY(remembered_read(ctx, program->settings.value[SET_DATA], &known));
    TRY(ledger_chain_read(ctx, chain));
    TRY(remembered_check(ctx, &known, 0, chain));
    check.known = known.at, check.known_count = known.count;
    return ledger_verify(ctx, &check, &report);
}

enum result account_restore(struct program *program, const struct account *account, struct user *stood,
                            struct user *user, bool *changed)
{
    struct deed deed = {.account = account};
    enum result sound = demand_sound(program);
    if (sound == CONFLICT || sound == BROKEN)
        return fail(&program->ctx, sound, "Nothing was restored, because the ledger must be sound for that: %.*s",
                    PRINT(arena_copy(program->arena, program->ctx.error.sentence)));
    TRY(sound);
    TRY(store_write(&program->ctx, program->store, write_restored, &deed));
    *stood = deed.stood;
    *changed = deed.changed;
    *user = deed.user;
    if (*changed)
        event_post(&program->ctx,
                   &(struct event){.kind = EVENT_USER_RESTORED, .subject = S("user"), .record = user->id});
    return OK;
}

enum result account_first_unit(struct program *program, struct str title)
{
    return store_write(&program->ctx, program->store, write_first_unit, &title);
}

/* Bytes up to the end of the line; `room` when there are more. *failed with errno set. */
static size_t read_line(FILE *file, char *line, size_t room, bool *failed)
{
    size_t len = 0;
    int c = 0;
    while (len < room && (c = getc(file)) != EOF && c != '\n') line[len++] = (char)c;
    *failed = c == EOF && ferror(file);
    while (len && len < room && line[len - 1] == '\r') len--;
    return len;
}

static bool is_one_line_of_text(struct str line)
{
    for (size_t i = 0; i < line.len; i++)
        if ((unsigned char)line.at[i] < ' ' && line.at[i] != '\t') return false;
    return str_is_utf8(line);
}

enum result account_password_file(struct ctx *ctx, struct str path, struct str *password)
{
    char line[PASSWORD_LINE];
    bool standard = str_is(path, "-"), failed;
    FILE *file = standard ? stdin : fopen(arena_cstr(ctx->arena, path), "re");
    if (!file) return fail(ctx, INVALID, "The file %.*s cannot be read: %s.", PRINT(path), strerror(errno));
    size_t len = read_line(file, line, sizeof line, &failed);
    int problem = errno;
    if (!standard) fclose(file);
    if (failed) return fail(ctx, INVALID, "The file %.*s cannot be read: %s.", PRINT(path), strerror(problem));
    if (!len)
        return fail(ctx, INVALID, "The first line of %.*s is empty: it must be the password or passphrase.",
                    PRINT(path));
    *password = arena_copy(ctx->arena, (struct str){line, len});
    if (len < sizeof line && is_one_line_of_text(*password)) return OK;
    return fail(ctx, INVALID,
                "%.*s is no file with a password or passphrase: its first line must be that, as text of at most %d "
                "bytes.",
                PRINT(path), PASSWORD_LINE - 1);
}
