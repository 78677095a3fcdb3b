/* One query tells whether the secret is good and whether anybody's rights have changed since the box was made; only
 * then are grants and units read. So the usual request costs one hash and one look into memory. */
#include "access/visitor.h"

#include "access/sealed.h"
#include "access/token.h"
#include "access/users.h"
#include "store/db.h"

struct holder {
    struct box *box;
};

static void release_holder(void *thing)
{
    box_release(((struct holder *)thing)->box);
}

/* Registered before anything is put in: so there is no moment at which a box is held and would not be given back. */
static struct holder *holder_make(struct ctx *ctx)
{
    struct holder *holder = arena_make(ctx->arena, struct holder);
    arena_defer(ctx->arena, release_holder, holder);
    return holder;
}

/* ---- what the database knows ---- */

struct found {
    int64_t id, user, person, expires_at, seen_at, stamp;
    bool rotate;
    struct str name, email, language, csrf, key, scopes;
    struct grant *grants;
    size_t grant_count;
};

/* Columns of all three: user, person, name, email, language, stamp, id, expires_at, seen_at, rotate, csrf, key,
 * scopes. */
#define USER_COLUMNS                                                                                                   \
    "SELECT u.id, u.person, u.name, u.email, u.language, "                                                             \
    "(SELECT number FROM access_stamp WHERE name = 'rights'), "

static const struct str by_session =
    S(USER_COLUMNS "s.id, s.expires_at, s.last_seen_at, s.rotate, s.csrf, s.token_hash, NULL FROM session s "
                   "JOIN \"user\" u ON u.id = s.user_id WHERE s.token_hash = ?1 AND u.active = 1");
static const struct str by_previous =
    S(USER_COLUMNS "s.id, s.expires_at, s.last_seen_at, 0, s.csrf, s.previous_hash, NULL FROM session s "
                   "JOIN \"user\" u ON u.id = s.user_id "
                   "WHERE s.previous_hash = ?1 AND s.previous_until > ?2 AND u.active = 1");
static const struct str by_token =
    S(USER_COLUMNS "t.id, t.expires_at, t.last_used_at, 0, NULL, t.secret_hash, t.scopes FROM token t "
                   "JOIN \"user\" u ON u.id = t.user_id "
                   "WHERE t.secret_hash = ?1 AND t.revoked_at IS NULL AND u.active = 1");
static const struct str by_user =
    S(USER_COLUMNS "0, 0, 0, 0, NULL, NULL, NULL FROM \"user\" u WHERE u.id = ?1 AND u.active = 1");

static enum result read_one(struct ctx *ctx, struct str sql, const struct value *args, size_t count,
                            struct found *found)
{
    struct rows *rows;
    bool any;
    TRY(db_query_one(ctx, sql, args, count, &rows, &any));
    if (!any) return NOT_FOUND;
    *found = (struct found){
        .user = rows_number(rows, 0),
        .person = rows_number(rows, 1),
        .name = arena_copy(ctx->arena, rows_text(rows, 2)),
        .email = arena_copy(ctx->arena, rows_text(rows, 3)),
        .language = arena_copy(ctx->arena, rows_text(rows, 4)),
        .stamp = rows_number(rows, 5),
        .id = rows_number(rows, 6),
        .expires_at = rows_number(rows, 7),
        .seen_at = rows_number(rows, 8),
        .rotate = rows_number(rows, 9) != 0,
        .csrf = arena_copy(ctx->arena, rows_text(rows, 10)),
        .key = arena_copy(ctx->arena, rows_text(rows, 11)),
        .scopes = arena_copy(ctx->arena, rows_text(rows, 12)),
    };
    rows_close(rows);
    return OK;
}

static enum result read_visitor(struct ctx *ctx, enum visitor_kind kind, struct str hex, struct found *found)
{
    struct value args[] = {value_text(hex), value_number(ctx->now)};
    if (kind == BY_TOKEN) return read_one(ctx, by_token, args, 1, found);
    enum result result = read_one(ctx, by_session, args, 1, found);
    return result == NOT_FOUND ? read_one(ctx, by_previous, args, 2, found) : result;
}

static enum result read_grants(struct ctx *ctx, struct found *found)
{
    struct value args[] = {value_number(found->user)};
    struct rows *rows;
    TRY(db_query(ctx, S("SELECT role, unit FROM role_grant WHERE user_id = ?1 ORDER BY unit, role"), args, 1, &rows));
    found->grants = arena_make_many(ctx->arena, struct grant, GRANTS_MAX);
    for (bool more; found->grant_count < GRANTS_MAX;) {
        TRY(rows_next(ctx, rows, &more));
        if (!more) break;
        struct grant *grant = &found->grants[found->grant_count];
        grant->unit = rows_number(rows, 1);
        found->grant_count += role_of_name(rows_text(rows, 0), &grant->role);
    }
    rows_close(rows);
    return OK;
}

/* ---- the box ---- */

static enum result reach_of(struct ctx *ctx, int64_t stamp, struct unit_reach **reach)
{
    *reach = ctx->access ? cache_reach(ctx->access, stamp) : NULL;
    if (*reach) return OK;
    TRY(reach_load(ctx, reach));
    if (ctx->access) cache_keep_reach(ctx->access, *reach, stamp);
    return OK;
}

static struct str place(char **room, struct str s)
{
    char *at = *room;
    if (s.len) memcpy(at, s.at, s.len);
    *room += s.len;
    return (struct str){at, s.len};
}

/* Scopes are "read" or "write" and then the registers (access/token.h). A session has none, and may all. */
static void narrow(struct actor *actor, enum visitor_kind kind, char **room, struct str scopes)
{
    struct str first;
    if (kind != BY_TOKEN) return;
    actor->read_only = !str_cut(&scopes, ',', &first) || !str_is(first, "write");
    actor->registers = place(room, scopes);
}

static struct box *box_of(enum visitor_kind kind, const struct found *found, struct unit_reach *reach)
{
    size_t grants = found->grant_count * sizeof *found->grants;
    size_t text =
        found->name.len + found->email.len + found->language.len + found->csrf.len + found->key.len + found->scopes.len;
    struct box *box = calloc(1, sizeof *box + grants + text);
    if (!box) return NULL;
    struct grant *own = (struct grant *)(box + 1);
    char *room = (char *)own + grants;
    if (grants) memcpy(own, found->grants, grants);
    box->actor = (struct actor){.user = found->user,
                                .person = found->person,
                                .name = place(&room, found->name),
                                .email = place(&room, found->email),
                                .language = place(&room, found->language),
                                .grants = own,
                                .grant_count = found->grant_count,
                                .reach = reach};
    narrow(&box->actor, kind, &room, found->scopes);
    box->csrf = place(&room, found->csrf);
    box->key = place(&room, found->key);
    *(kind == BY_TOKEN ? &box->token : &box->session) = found->id;
    box->expires_at = found->expires_at;
    box->stamp = found->stamp;
    box->rotate = found->rotate;
    box->reach = reach;
    atomic_init(&box->references, 1);
    atomic_init(&box->seen_at, found->seen_at);
    atomic_init(&box->due_after, found->seen_at + SEEN_STEP);
    return box;
}

/* A program without the master key shows no secrets to anybody: it reads as a user that the command line names. */
static enum result demand_right(struct ctx *ctx, enum visitor_kind kind, const struct found *found)
{
    bool right = true;
    if (found->id && kind == BY_SESSION) TRY(sealed_is_right(ctx, &sealed_sessions, found->id, &right));
    if (found->id && kind == BY_TOKEN) TRY(token_is_right(ctx, found->id, &right));
    if (right && (found->id || sealed_can_check(ctx))) TRY(user_is_right(ctx, found->user, &right));
    return right ? OK : NOT_FOUND;
}

static enum result make_box(struct ctx *ctx, enum visitor_kind kind, struct found *found, struct holder *holder)
{
    struct unit_reach *reach;
    TRY(demand_right(ctx, kind, found));
    TRY(read_grants(ctx, found));
    TRY(reach_of(ctx, found->stamp, &reach));
    struct box *box = box_of(kind, found, reach);
    if (!box) {
        reach_release(reach);
        return fail(ctx, BROKEN, "There is no memory left for one more session.");
    }
    box_release(holder->box);
    holder->box = box;
    return OK;
}

static bool is_same(const struct box *box, enum visitor_kind kind, const struct found *found)
{
    return box && box->stamp == found->stamp && box->rotate == found->rotate && str_eq(box->key, found->key) &&
           (kind == BY_TOKEN ? box->token : box->session) == found->id;
}

static enum result forget(struct ctx *ctx, const unsigned char hash[SECRET_HASH], enum result result)
{
    if (result == NOT_FOUND && ctx->access) cache_drop(ctx->access, hash);
    return result;
}

static enum result ask_again(struct ctx *ctx, enum visitor_kind kind, const unsigned char hash[SECRET_HASH],
                             struct holder *holder)
{
    struct found found;
    enum result result = read_visitor(ctx, kind, secret_hash_hex(ctx->arena, hash), &found);
    if (result != OK) return forget(ctx, hash, result);
    if (is_same(holder->box, kind, &found))
        atomic_store(&holder->box->seen_at, found.seen_at);
    else
        result = make_box(ctx, kind, &found, holder);
    if (result != OK) return forget(ctx, hash, result);
    if (ctx->access) cache_put(ctx->access, hash, holder->box, ctx->now);
    return OK;
}

enum result visitor_find(struct ctx *ctx, enum visitor_kind kind, struct str secret, struct box **box)
{
    struct holder *holder = holder_make(ctx);
    unsigned char hash[SECRET_HASH];
    bool fresh = false;
    secret_hash(secret, hash);
    if (ctx->access) holder->box = cache_find(ctx->access, hash, ctx->now, &fresh);
    if (!fresh) TRY(ask_again(ctx, kind, hash, holder));
    *box = holder->box;
    return OK;
}

enum result visitor_of_user(struct ctx *ctx, int64_t user, struct box **box)
{
    struct holder *holder = holder_make(ctx);
    struct value args[] = {value_number(user)};
    struct found found;
    TRY(read_one(ctx, by_user, args, 1, &found));
    TRY(make_box(ctx, BY_SESSION, &found, holder));
    *box = holder->box;
    return OK;
}

bool visitor_is_due(struct box *box, int64_t now)
{
    int64_t after = atomic_load(&box->due_after);
    return now >= after && atomic_compare_exchange_strong(&box->due_after, &after, now + SEEN_STEP);
}
