/* A user is read in one statement with the grants and the MAC over both: what is looked at is what is used. Two
 * readings would leave a moment between them in which somebody puts in a grant and takes it out again. */
#include "access/user_seen.h"

#include "access/actor.h"
#include "access/email.h"
#include "access/sealed.h"
#include "access/secret.h"
#include "base/log.h"
#include "events/events.h"

struct str user_mark(struct ctx *ctx, struct str password_hash)
{
    return password_hash.len ? secret_hex(ctx->arena, password_hash) : S("");
}

int grant_compare(const void *a, const void *b)
{
    const struct grant *left = a, *right = b;
    if (left->unit != right->unit) return left->unit < right->unit ? -1 : 1;
    return strcmp(role_name(left->role), role_name(right->role));
}

/* The places of what sealed_users reads: the row, its MAC, one grant. */
enum place {
    AT_ID,
    AT_VERSION,
    AT_NAME,
    AT_EMAIL,
    AT_EMAIL_KEY,
    AT_PERSON,
    AT_LANGUAGE,
    AT_ACTIVE,
    AT_PASSWORD,
    AT_PASSWORD_AT,
    AT_CREATED_AT,
    AT_CHANGED_AT,
    AT_MAC,
    AT_ROLE,
    AT_UNIT
};

struct seen {
    struct user user;
    struct grant *grants;
    struct str password_hash, email_key;
};

static void see_row(struct ctx *ctx, const struct rows *rows, struct seen *seen)
{
    seen->grants = arena_make_many(ctx->arena, struct grant, GRANTS_MAX);
    seen->password_hash = arena_copy(ctx->arena, rows_text(rows, AT_PASSWORD));
    seen->email_key = arena_copy(ctx->arena, rows_text(rows, AT_EMAIL_KEY));
    seen->user = (struct user){.id = rows_number(rows, AT_ID),
                               .version = rows_number(rows, AT_VERSION),
                               .name = arena_copy(ctx->arena, rows_text(rows, AT_NAME)),
                               .email = arena_copy(ctx->arena, rows_text(rows, AT_EMAIL)),
                               .person = rows_number(rows, AT_PERSON),
                               .language = arena_copy(ctx->arena, rows_text(rows, AT_LANGUAGE)),
                               .active = rows_number(rows, AT_ACTIVE) != 0,
                               .has_password = !rows_is_null(rows, AT_PASSWORD),
                               .password_mark = user_mark(ctx, seen->password_hash),
                               .password_at = rows_number(rows, AT_PASSWORD_AT),
                               .created_at = rows_number(rows, AT_CREATED_AT),
                               .changed_at = rows_number(rows, AT_CHANGED_AT),
                               .grants = seen->grants};
}

static void see(struct ctx *ctx, const struct rows *rows, void *arg)
{
    struct seen *seen = arg;
    if (!seen->grants) see_row(ctx, rows, seen);
    if (rows_is_null(rows, AT_ROLE) || seen->user.grant_count == GRANTS_MAX) return;
    struct grant *grant = &seen->grants[seen->user.grant_count];
    grant->unit = rows_number(rows, AT_UNIT);
    seen->user.grant_count += role_of_name(rows_text(rows, AT_ROLE), &grant->role);
}

static void order_grants(struct seen *seen)
{
    if (seen->user.grant_count) qsort(seen->grants, seen->user.grant_count, sizeof *seen->grants, grant_compare);
}

/* *moved: the row is as the program wrote it, but the ledger knows another version. */
static enum result look_once(struct ctx *ctx, int64_t id, struct seen *seen, bool *right, bool *moved)
{
    struct value args[] = {value_number(id)};
    struct sealed_sight sight = {see, seen};
    int64_t entered;
    bool found;
    *seen = (struct seen){0};
    *moved = false;
    TRY(sealed_look(ctx, &sealed_users, id, &sight, &found, right));
    order_grants(seen);
    if (!*right) return OK;
    TRY(db_query_number(ctx, S("SELECT max(version) FROM ledger_entry WHERE subject = 'user' AND record = ?1"), args,
                        COUNT(args), 0, &entered));
    *moved = seen->user.version != entered;
    *right = !*moved;
    return OK;
}

/* Outside of a snapshot somebody may change the user between two readings; then the next look is right. */
static enum result look(struct ctx *ctx, int64_t id, struct seen *seen, bool *right)
{
    enum { LOOKS = 5 };
    bool moved = true;
    for (int i = 0; i < LOOKS && moved; i++) TRY(look_once(ctx, id, seen, right, &moved));
    if (moved)
        event_alarm(ctx, "a user was put back to an earlier state and is refused",
                    &(struct event){.actor = actor_user(ctx), .subject = S("user"), .record = id});
    return OK;
}

enum result user_look(struct ctx *ctx, int64_t id, struct user *user, bool *right)
{
    struct seen seen = {0};
    TRY(look(ctx, id, &seen, right));
    *user = seen.user;
    return OK;
}

enum result user_is_right(struct ctx *ctx, int64_t id, bool *right)
{
    struct user user;
    return user_look(ctx, id, &user, right);
}

enum result user_password(struct ctx *ctx, int64_t id, struct str *hash, bool *right)
{
    struct seen seen = {0};
    TRY(look(ctx, id, &seen, right));
    *hash = seen.user.active ? seen.password_hash : S("");
    return OK;
}

enum result user_has_login(struct ctx *ctx, int64_t id, struct str email, struct str hash, bool *has)
{
    struct seen seen = {0};
    TRY(look(ctx, id, &seen, has));
    *has = *has && seen.user.active && hash.len && str_eq(seen.password_hash, hash) &&
           str_eq(seen.email_key, email_key(ctx->arena, email));
    return OK;
}

/* ---- the MAC of a change ---- */

struct keeping {
    struct seen seen;
    const struct user *user; /* as it was written */
};

static void see_kept(struct ctx *ctx, const struct rows *rows, void *arg)
{
    see(ctx, rows, &((struct keeping *)arg)->seen);
}

/* All that the MAC covers: a trigger that was planted could have written something else, and the program's own MAC
 * would be over that. */
static enum result agrees(struct ctx *ctx, void *arg)
{
    struct keeping *keeping = arg;
    const struct user *seen = &keeping->seen.user, *user = keeping->user;
    order_grants(&keeping->seen);
    if (seen->version == user->version && seen->password_at == user->password_at &&
        seen->created_at == user->created_at && seen->changed_at == user->changed_at &&
        str_eq(keeping->seen.email_key, email_key(ctx->arena, user->email)) &&
        str_eq(user_state(ctx, seen), user_state(ctx, user)))
        return OK;
    return fail(ctx, CONFLICT, "This user is being changed outside of the program at this very moment.");
}

enum result user_seal(struct ctx *ctx, const struct user *user)
{
    struct keeping keeping = {.user = user};
    struct sealed_sight sight = {see_kept, &keeping};
    return sealed_make_of(ctx, &sealed_users, user->id, &sight, agrees);
}
