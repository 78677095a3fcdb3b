/* Signing in and out, and what one may change about oneself. */
#include "api/noting.h"
#include "api/routes.h"
#include "api/visit.h"

#include "access/password.h"
#include "access/start.h"
#include "access/users.h"
#include "base/clock.h"
#include "format/json_out.h"
#include "records/house.h"

static void write_session(struct ctx *ctx, struct exchange *x, const struct actor *actor, struct str csrf,
                          int64_t expires_at)
{
    char expires[TIME_TEXT];
    struct json_out out = json_out_to(&x->out);
    (void)ctx;
    time_format(expires_at, expires);
    json_open_object(&out);
    json_key(&out, "user");
    json_open_object(&out);
    json_key(&out, "id"), json_put_number(&out, actor->user);
    json_key(&out, "name"), json_put_str(&out, actor->name);
    json_key(&out, "email"), json_put_str(&out, actor->email);
    json_key(&out, "person");
    if (actor->person)
        json_put_number(&out, actor->person);
    else
        json_put_null(&out);
    json_close_object(&out);
    json_key(&out, "csrf"), json_put_str(&out, csrf);
    json_key(&out, "language"), json_put_str(&out, actor->language.len ? actor->language : S("en"));
    json_key(&out, "roles");
    json_open_array(&out);
    for (size_t i = 0; i < actor->grant_count; i++) {
        json_open_object(&out);
        json_key(&out, "role"), json_put_text(&out, role_name(actor->grants[i].role));
        json_key(&out, "unit"), json_put_number(&out, actor->grants[i].unit);
        json_close_object(&out);
    }
    json_close_array(&out);
    json_key(&out, "expires_at"), json_put_optional(&out, expires_at ? str_of(expires) : S("")); /* null: a token */
    json_close_object(&out);
}

static void hold_back(struct ctx *ctx, struct exchange *x, int64_t seconds)
{
    if (!seconds) return;
    x->status = 429;
    exchange_set_header(x, "Retry-After", arena_print(ctx->arena, "%lld", (long long)seconds));
}

static enum result sign_in(struct ctx *ctx, struct exchange *x)
{
    struct json *body;
    struct opened opened;
    const struct actor *actor;
    struct str agent = S(""), cookie = S("");
    TRY(body_json(ctx, x, &body));
    exchange_header(x, "User-Agent", &agent);
    exchange_cookie(x, "merlon_session", &cookie);
    struct login login = {.email = json_str(body, "email", S("")),
                          .password = json_str(body, "password", S("")),
                          .address = exchange_remote(x),
                          .agent = agent,
                          .replaces = cookie};
    enum result result = session_open(ctx, &login, &opened);
    if (result == DENIED) x->status = 401;
    note_is_told(x);
    if (result == BUSY) hold_back(ctx, x, opened.retry_after);
    TRY(result);
    exchange_set_header(x, "X-Request-Id", ctx->request_id);
    visit_set_cookie(x, opened.token, false);
    TRY(user_actor(ctx, opened.user, &actor));
    write_session(ctx, x, actor, opened.csrf, opened.expires_at);
    return OK;
}

static enum result who_am_i(struct ctx *ctx, struct exchange *x)
{
    const struct request *request = x->user;
    write_session(ctx, x, ctx->actor, request->session.csrf, request->session.expires_at);
    return OK;
}

static enum result sign_out(struct ctx *ctx, struct exchange *x)
{
    const struct request *request = x->user;
    if (request->session.id) TRY(session_close(ctx, request->session.id));
    if (request->session.id) note_event(x, (struct event){.kind = EVENT_SIGN_OUT});
    visit_set_cookie(x, S(""), true);
    x->status = 204;
    return OK;
}

/* ---- about oneself ---- */

struct own_change {
    struct str language, password_hash;
    int64_t session;
};

static enum result write_own_change(struct ctx *ctx, void *arg)
{
    const struct own_change *change = arg;
    if (change->language.len) TRY(user_change_own_language(ctx, change->language));
    if (change->password_hash.len) TRY(user_change_own_password(ctx, change->password_hash, change->session));
    return OK;
}

static enum result change_myself(struct ctx *ctx, struct exchange *x)
{
    const struct request *request = x->user;
    struct json *body;
    struct own_change change = {.session = request->session.id};
    TRY(body_json(ctx, x, &body));
    change.language = json_str(body, "language", S(""));
    struct str wanted = json_str(body, "new_password", S(""));
    if (wanted.len) {
        int64_t retry_after = 0;
        enum result confirmed =
            password_confirm(ctx, json_str(body, "password", S("")), exchange_remote(x), &retry_after);
        if (confirmed == DENIED) note_is_told(x);
        if (confirmed == BUSY) hold_back(ctx, x, retry_after);
        TRY(confirmed);
        TRY(password_prepare(ctx, wanted, ctx->actor->name, ctx->actor->email, &change.password_hash));
    }
    TRY(store_write(ctx, request->api->store, write_own_change, &change));
    x->status = 204;
    return OK;
}

/* ---- the first start ---- */

struct first_start {
    struct start start;
    struct str organisation;
};

static enum result make_named(struct ctx *ctx, const char *reg_name, struct str title, struct str email, int64_t unit,
                              int64_t *id)
{
    const struct reg *reg = house_register(ctx->house, str_of(reg_name));
    struct record *record = record_new(ctx, reg);
    size_t index;
    record_set_text(record, reg_title_field(reg), title);
    if (email.len && reg_field(reg, S("email"), &index)) record_set_text(record, index, email);
    if (reg_field(reg, S("kind"), &index)) record_set_text(record, index, S("company"));
    record->row[C_UNIT] = value_id(unit);
    TRY(record_insert(ctx, record, "create"));
    *id = record_id(record);
    return OK;
}

static enum result write_first_start(struct ctx *ctx, void *arg)
{
    struct first_start *first = arg;
    struct user user;
    ctx->actor = &actor_system;
    TRY(make_named(ctx, "unit", first->organisation, S(""), 0, &first->start.unit));
    TRY(make_named(ctx, "person", first->start.name, first->start.email, first->start.unit, &first->start.person));
    return access_start(ctx, &first->start, &user);
}

static enum result start_here(struct ctx *ctx, struct exchange *x)
{
    const struct request *request = x->user;
    struct json *body;
    TRY(body_json(ctx, x, &body));
    struct first_start first = {.organisation = str_trim(json_str(body, "organisation", S("")))};
    first.start = (struct start){.token = json_str(body, "token", S("")),
                                 .name = str_trim(json_str(body, "name", S(""))),
                                 .email = str_trim(json_str(body, "email", S(""))),
                                 .language = json_str(body, "language", S("en")),
                                 .security_manager = true};
    TRY(access_start_check(ctx, first.start.token));
    if (!first.organisation.len) fail_field(ctx, "organisation", "required", "What is the organisation called?");
    if (!first.start.name.len) fail_field(ctx, "name", "required", "What is your name?");
    struct str password = json_str(body, "password", S(""));
    TRY(password_prepare(ctx, password, first.start.name, first.start.email, &first.start.password_hash));
    if (ctx_has_field_errors(ctx)) return INVALID;
    TRY(store_write(ctx, request->api->store, write_first_start, &first));
    x->status = 204;
    return OK;
}

const struct route session_routes[] = {
    {HTTP_POST, "/api/v1/session", sign_in, LANE_WORKER, .help = "Sign in with e-mail and password",
     .data = &route_sign_in},
    {HTTP_GET, "/api/v1/session", who_am_i, LANE_LOOP, .help = "Who is signed in"},
    {HTTP_PATCH, "/api/v1/session", change_myself, LANE_WORKER, .help = "Change one's own language or password"},
    {HTTP_DELETE, "/api/v1/session", sign_out, LANE_WRITER, .help = "Sign out"},
    {HTTP_POST, "/api/v1/start", start_here, LANE_WORKER, .help = "Make the first administrator",
     .data = &route_sign_in},
};
const size_t session_route_count = COUNT(session_routes);
