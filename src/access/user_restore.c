/* A user whom somebody changed outside of the program is put back to the newest state that the ledger vouches for. */
#include "access/access.h"
#include "access/email.h"
#include "access/session.h"
#include "access/user_seen.h"
#include "base/number.h"
#include "base/random.h"
#include "format/json.h"
#include "ledger/ledger.h"

static void read_grants(struct ctx *ctx, const struct json *state, struct user *user)
{
    const struct json *grants = json_get(state, "grants");
    struct grant *made = arena_make_many(ctx->arena, struct grant, (grants ? grants->count : 0) + 1);
    user->grant_count = 0;
    for (const struct json *one = grants ? grants->first : NULL; one; one = one->next) {
        struct grant *grant = &made[user->grant_count];
        grant->unit = json_number(one, "unit", 0);
        user->grant_count += role_of_name(json_str(one, "role", S("")), &grant->role);
    }
    user->grants = made;
}

/* The user as the ledger has it. One of whom it knows nothing was put in by hand, and gets no right at all. */
static enum result read_entered(struct ctx *ctx, int64_t id, struct user *user)
{
    struct ledger_entry entry;
    struct json *state;
    enum result result = ledger_newest(ctx, S("user"), id, &entry);
    user->active = false;
    user->grant_count = 0;
    user->password_mark = S("");
    if (result == NOT_FOUND) user->person = 0; /* a person is one user's alone */
    if (result == NOT_FOUND) return OK;
    TRY(result);
    TRY(json_parse(ctx, entry.state, &state));
    user->name = json_str(state, "name", S(""));
    user->email = json_str(state, "email", S(""));
    user->person = json_number(state, "person", 0);
    user->language = json_str(state, "language", S("en"));
    user->active = json_bool(state, "active", false);
    user->password_mark = json_str(state, "credential", S(""));
    read_grants(ctx, state, user);
    return OK;
}

/* Its time is made anew in any case: sessions of before go by it, and somebody may keep their rows to put them back. */
static enum result keep_password(struct ctx *ctx, const struct user *stood, struct user *user)
{
    struct value args[] = {value_number(user->id), value_number(ctx->now)};
    user->password_at = ctx->now;
    if (str_eq(user->password_mark, stood->password_mark))
        return db_run(ctx, S("UPDATE \"user\" SET password_at = ?2 WHERE id = ?1"), args, COUNT(args), NULL);
    user->has_password = false;
    user->password_mark = S("");
    return user_write_password(ctx, user, S(""));
}

/* The newest state of each user, whether there is a row or not. */
static const char newest_states[] =
    "SELECT e.record, s.state FROM ledger_entry e JOIN ledger_state s ON s.entry = e.id "
    "WHERE e.subject = 'user' AND e.state_size > 0 AND NOT EXISTS (SELECT 1 FROM "
    "ledger_entry n WHERE n.subject = 'user' AND n.record = e.record AND "
    "n.state_size > 0 AND n.version > e.version)";

enum result user_entered_as(struct ctx *ctx, struct str email, int64_t *id)
{
    struct str key = email_key(ctx->arena, email);
    struct rows *rows;
    *id = 0;
    TRY(db_query(ctx, str_of(newest_states), NULL, 0, &rows));
    for (bool more;;) {
        TRY(rows_next(ctx, rows, &more));
        if (!more) return OK;
        struct json *state;
        TRY(json_parse(ctx, arena_copy(ctx->arena, rows_text(rows, 1)), &state));
        if (str_eq(email_key(ctx->arena, json_str(state, "email", S(""))), key)) *id = rows_number(rows, 0);
    }
}

enum result user_entered_name(struct ctx *ctx, int64_t id, struct str *name, struct str *email)
{
    struct ledger_entry entry;
    struct json *state;
    *name = *email = S("");
    enum result result = ledger_newest(ctx, S("user"), id, &entry);
    if (result == OK) result = json_parse(ctx, entry.state, &state);
    if (result_passes(result)) return result;
    if (result == OK) *name = json_str(state, "name", S("")), *email = json_str(state, "email", S(""));
    ctx_clear_error(ctx);
    return OK;
}

/* Stands for an address until the restoring fills it in; nobody can have put it into another row before. */
static struct value placeholder(struct ctx *ctx, int64_t id)
{
    struct str unique = random_token(ctx->arena, 16);
    return value_text(arena_print(ctx->arena, "(user %lld, %.*s)", (long long)id, PRINT(unique)));
}

/* Whoever puts it right knows that it is wrong: that is no new alarm. */
static enum result is_right_quietly(struct ctx *ctx, int64_t id, bool *right)
{
    struct ctx quiet = *ctx;
    quiet.events = NULL;
    enum result result = user_is_right(&quiet, id, right);
    ctx->error = quiet.error;
    return result;
}

/* Another row that bears what is this user's, and is not what the ledger says: planted or altered so that nobody could
 * be restored. It can be restored in its turn. */
static enum result take_from(struct ctx *ctx, int64_t other, const struct user *user)
{
    struct value args[] = {value_number(other), placeholder(ctx, other)};
    bool stands;
    if (!other || other == user->id) return OK;
    TRY(is_right_quietly(ctx, other, &stands));
    if (stands) return OK;
    return db_run(ctx, S("UPDATE \"user\" SET email = ?2, email_key = ?2, person = NULL WHERE id = ?1"), args,
                  COUNT(args), NULL);
}

static enum result make_room(struct ctx *ctx, const struct user *user)
{
    int64_t other;
    TRY(user_by_email(ctx, user->email, &other));
    TRY(take_from(ctx, other, user));
    if (!user->person) return OK;
    TRY(user_of_person(ctx, user->person, &other));
    return take_from(ctx, other, user);
}

/* For one whose row somebody has removed: an empty one, which the restoring fills. */
static enum result put_row_back(struct ctx *ctx, int64_t id)
{
    struct ledger_entry entry;
    int64_t rows;
    struct value args[] = {value_number(id), placeholder(ctx, id), value_number(0)};
    TRY(db_query_number(ctx, S("SELECT count(*) FROM \"user\" WHERE id = ?1"), args, 1, 0, &rows));
    if (rows) return OK;
    TRY(ledger_newest(ctx, S("user"), id, &entry));
    args[2] = value_number(entry.at);
    return db_run(ctx,
                  S("INSERT INTO \"user\" (id, name, email, email_key, created_at, changed_at) "
                    "VALUES (?1, ?2, ?2, ?2, ?3, ?3)"),
                  args, COUNT(args), NULL);
}

enum result user_restore(struct ctx *ctx, int64_t id, struct user *stood, struct user *user, bool *changed)
{
    struct value args[] = {value_number(id)};
    int64_t entered;
    bool stands;
    if (!ctx->actor->system) return fail(ctx, DENIED, "This is done at the command line only.");
    TRY(db_lock(ctx, "user"));
    TRY(put_row_back(ctx, id));
    TRY(user_load(ctx, id, stood));
    *user = *stood;
    TRY(is_right_quietly(ctx, id, &stands));
    *changed = !stands;
    if (stands) return OK;
    TRY(read_entered(ctx, id, user));
    TRY(make_room(ctx, user));
    TRY(user_check_unique(ctx, user));
    TRY(db_query_number(ctx, S("SELECT max(version) FROM ledger_entry WHERE subject = 'user' AND record = ?1"), args,
                        COUNT(args), 0, &entered));
    user->version = add_capped(entered, 1);
    user->changed_at = ctx->now;
    TRY(keep_password(ctx, stood, user));
    TRY(user_write_row(ctx, user));
    TRY(user_write_grants(ctx, user));
    TRY(access_changed(ctx));
    TRY(session_close_all(ctx, id, 0));
    return user_keep(ctx, user, "restore", S("put back at the command line to what the ledger says"));
}
