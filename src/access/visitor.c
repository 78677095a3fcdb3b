/* One hash and one look into memory are all that the usual request costs. Memory is good for two seconds. Then the
 * secret, the user, both MACs, the versions that the ledger knows, and the tree of units are read anew, in one
 * snapshot; nothing in the database says that this need not be done. */
#include "access/visitor.h"

#include "access/sealed.h"
#include "access/token.h"
#include "access/users.h"
#include "base/number.h"
#include "store/store.h"

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
    int64_t id, expires_at, previous_until, seen_at, stamp;
    bool rotate, previous; /* found by the secret before */
    struct str csrf, scopes;
    struct str key; /* hash of the secret that was shown, never what the row says */
    struct user user;
};

/* Columns of all: user, stamp, id, expires_at, previous_until, seen_at, rotate, csrf, scopes. A WHERE only finds: what
 * is decided by is compared here, and held against what the MAC is over. */
#define STAMP_COLUMN "(SELECT number FROM access_stamp WHERE name = 'rights'), "

static const struct str by_session =
    S("SELECT s.user_id, " STAMP_COLUMN "s.id, s.expires_at, NULL, s.last_seen_at, s.rotate, s.csrf, NULL "
      "FROM session s WHERE s.token_hash = ?1");
static const struct str by_previous =
    S("SELECT s.user_id, " STAMP_COLUMN "s.id, s.expires_at, s.previous_until, s.last_seen_at, 0, s.csrf, NULL "
      "FROM session s WHERE s.previous_hash = ?1 AND s.previous_until > ?2");
static const struct str by_token =
    S("SELECT t.user_id, " STAMP_COLUMN "t.id, t.expires_at, NULL, t.last_used_at, 0, NULL, t.scopes "
      "FROM token t WHERE t.secret_hash = ?1 AND t.revoked_at IS NULL");
static const struct str by_user =
    S("SELECT u.id, " STAMP_COLUMN "0, 0, NULL, 0, 0, NULL, NULL FROM \"user\" u WHERE u.id = ?1");

static enum result read_one(struct ctx *ctx, struct str sql, const struct value *args, size_t count,
                            struct found *found)
{
    struct rows *rows;
    bool any;
    TRY(db_query_one(ctx, sql, args, count, &rows, &any));
    if (!any) return NOT_FOUND;
    *found = (struct found){
        .user.id = rows_number(rows, 0),
        .stamp = rows_number(rows, 1),
        .id = rows_number(rows, 2),
        .expires_at = rows_number(rows, 3),
        .previous_until = rows_number(rows, 4),
        .seen_at = rows_number(rows, 5),
        .rotate = rows_number(rows, 6) != 0,
        .csrf = arena_copy(ctx->arena, rows_text(rows, 7)),
        .scopes = arena_copy(ctx->arena, rows_text(rows, 8)),
    };
    rows_close(rows);
    return OK;
}

static enum result read_session(struct ctx *ctx, const struct value args[2], struct found *found)
{
    enum result result = read_one(ctx, by_session, args, 1, found);
    if (result != NOT_FOUND) return result;
    TRY(read_one(ctx, by_previous, args, 2, found));
    found->previous = true;
    return found->previous_until > ctx->now ? OK : NOT_FOUND;
}

static enum result read_visitor(struct ctx *ctx, enum visitor_kind kind, struct str hex, struct found *found)
{
    const struct value args[] = {value_text(hex), value_number(ctx->now)};
    TRY(kind == BY_TOKEN ? read_one(ctx, by_token, args, 1, found) : read_session(ctx, args, found));
    found->key = hex;
    return OK;
}

/* ---- the box ---- */

/* Where others' readings may be shared: in a snapshot of one's own. What a write has read may yet be undone. */
static enum result reach_of(struct ctx *ctx, int64_t stamp, bool keep, struct unit_reach **reach)
{
    *reach = ctx->access ? cache_reach(ctx->access, stamp, ctx->now) : NULL;
    if (*reach) return OK;
    TRY(reach_load(ctx, reach));
    if (ctx->access && keep) cache_keep_reach(ctx->access, *reach, stamp, ctx->now);
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
    const struct user *user = &found->user;
    size_t grants = user->grant_count * sizeof *user->grants;
    size_t text =
        user->name.len + user->email.len + user->language.len + found->csrf.len + found->key.len + found->scopes.len;
    struct box *box = calloc(1, sizeof *box + grants + text);
    if (!box) return NULL;
    struct grant *own = (struct grant *)(box + 1);
    char *room = (char *)own + grants;
    if (grants) memcpy(own, user->grants, grants);
    box->actor = (struct actor){.user = user->id,
                                .person = user->person,
                                .name = place(&room, user->name),
                                .email = place(&room, user->email),
                                .language = place(&room, user->language),
                                .grants = own,
                                .grant_count = user->grant_count,
                                .reach = reach};
    narrow(&box->actor, kind, &room, found->scopes);
    box->csrf = place(&room, found->csrf);
    box->key = place(&room, found->key);
    *(kind == BY_TOKEN ? &box->token : &box->session) = found->id;
    box->expires_at = found->expires_at;
    box->rotate = found->rotate;
    box->reach = reach;
    atomic_init(&box->references, 1);
    atomic_init(&box->seen_at, found->seen_at);
    atomic_init(&box->due_after, add_capped(found->seen_at, SEEN_STEP));
    return box;
}

/* What was found by the secret is what the MAC is over: two statements read them. Named is all by which anything is
 * decided: whose it is, the secret, until when. The time of the password is the one in the user's own MAC. */
static enum result session_holds(struct ctx *ctx, const struct found *found, const struct user *user, bool *right)
{
    const struct sealed_value used[] = {
        {SESSION_AT_USER, value_number(found->user.id)},
        {found->previous ? SESSION_AT_PREVIOUS : SESSION_AT_TOKEN, value_text(found->key)},
        {SESSION_AT_CSRF, value_text(found->csrf)},
        {SESSION_AT_EXPIRES, value_number(found->expires_at)},
        {SESSION_AT_PASSWORD_SET, value_id(user->password_at)},
        {SESSION_AT_PREVIOUS_UNTIL, value_number(found->previous_until)}};
    size_t count = found->previous ? COUNT(used) : COUNT(used) - 1;
    return sealed_holds(ctx, &sealed_sessions, found->id, used, count, right);
}

static enum result token_holds(struct ctx *ctx, const struct found *found, bool *right)
{
    const struct sealed_value used[] = {{TOKEN_AT_USER, value_number(found->user.id)},
                                        {TOKEN_AT_SECRET, value_text(found->key)},
                                        {TOKEN_AT_SCOPES, value_text(found->scopes)},
                                        {TOKEN_AT_EXPIRES, value_number(found->expires_at)},
                                        {TOKEN_AT_REVOKED, value_null()}};
    TRY(sealed_holds(ctx, &sealed_tokens, found->id, used, COUNT(used), right));
    return *right ? token_is_new(ctx, found->id, right) : OK;
}

/* A program without the master key shows no secrets to anybody: it reads as a user that the command line names. The
 * rights that are given are those that were read together with the MAC. */
static enum result demand_right(struct ctx *ctx, enum visitor_kind kind, struct found *found)
{
    struct user user;
    bool right = true, user_right;
    TRY(user_look(ctx, found->user.id, &user, &user_right));
    if (found->id && kind == BY_SESSION) TRY(session_holds(ctx, found, &user, &right));
    if (found->id && kind == BY_TOKEN) TRY(token_holds(ctx, found, &right));
    if (found->id || sealed_can_check(ctx)) right = right && user_right;
    found->user = user;
    return right && user.active ? OK : NOT_FOUND;
}

/* A write of "last seen" that is under way already is not due again. */
static void follow(struct box *box, struct box *before)
{
    if (!before || box->session != before->session || box->token != before->token) return;
    int64_t due_after = atomic_load(&before->due_after);
    if (due_after > atomic_load(&box->due_after)) atomic_store(&box->due_after, due_after);
}

static enum result make_box(struct ctx *ctx, enum visitor_kind kind, struct found *found, bool keep,
                            struct holder *holder)
{
    struct unit_reach *reach;
    TRY(demand_right(ctx, kind, found));
    TRY(reach_of(ctx, found->stamp, keep, &reach));
    struct box *box = box_of(kind, found, reach);
    if (!box) {
        reach_release(reach);
        return fail(ctx, BROKEN, "There is no memory left for one more session.");
    }
    follow(box, holder->box);
    box_release(holder->box);
    holder->box = box;
    return OK;
}

/* ---- asking ---- */

struct asking {
    enum visitor_kind kind;
    struct str hex; /* of the secret */
    int64_t user;   /* when there is none */
    int64_t stamp;  /* the highest that was known before */
    bool snapshot;  /* everything is read in one of its own */
    struct holder *holder;
};

static enum result ask_within(struct ctx *ctx, const struct asking *asking)
{
    struct value args[] = {value_number(asking->user)};
    struct found found;
    if (asking->user)
        TRY(read_one(ctx, by_user, args, 1, &found));
    else
        TRY(read_visitor(ctx, asking->kind, asking->hex, &found));
    if (asking->user) found.user.id = asking->user;
    if (ctx->access && asking->snapshot) cache_note_stamp(ctx, asking->stamp, found.stamp);
    return make_box(ctx, asking->kind, &found, asking->snapshot, asking->holder);
}

/* Inside of a transaction it goes by what that one sees. */
static enum result ask(struct ctx *ctx, struct asking *asking)
{
    asking->stamp = ctx->access ? cache_stamp(ctx->access) : 0;
    asking->snapshot = !ctx->db || !db_in_transaction(ctx->db);
    if (!asking->snapshot) return ask_within(ctx, asking);
    TRY(store_begin_snapshot(ctx));
    enum result result = ask_within(ctx, asking);
    store_end_snapshot(ctx);
    return result;
}

static enum result ask_again(struct ctx *ctx, enum visitor_kind kind, const unsigned char hash[SECRET_HASH],
                             struct holder *holder)
{
    struct asking asking = {.kind = kind, .hex = secret_hash_hex(ctx->arena, hash), .holder = holder};
    enum result result = ask(ctx, &asking);
    if (result == NOT_FOUND && ctx->access) cache_drop(ctx->access, hash);
    if (result == OK && ctx->access) cache_put(ctx->access, hash, holder->box, ctx->now);
    return result;
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
    struct asking asking = {.kind = BY_SESSION, .user = user, .holder = holder_make(ctx)};
    if (!user) return NOT_FOUND;
    TRY(ask(ctx, &asking));
    *box = asking.holder->box;
    return OK;
}

bool visitor_is_due(struct box *box, int64_t now)
{
    int64_t after = atomic_load(&box->due_after);
    return now >= after && atomic_compare_exchange_strong(&box->due_after, &after, now + SEEN_STEP);
}
