/* Users, roles, tokens, custom fields. Passwords are hashed on a worker before the write begins: a tenth of a
 * second of work must not hold the one writer. Who may is decided in access/; what units and persons there are is
 * checked here. */
#include "api/noting.h"
#include "api/routes.h"

#include "access/password.h"
#include "access/token.h"
#include "access/users.h"
#include "base/clock.h"
#include "format/json_out.h"
#include "records/custom.h"
#include "records/entered.h"
#include "records/house.h"
#include "records/records.h"

enum { USERS_MOST = 500 };

static void put_time(struct json_out *out, const char *name, int64_t at)
{
    char text[TIME_TEXT];
    json_key(out, name);
    if (!at) {
        json_put_null(out);
        return;
    }
    time_format(at, text);
    json_put_text(out, text);
}

static void put_id(struct json_out *out, const char *name, int64_t id)
{
    json_key(out, name);
    if (id)
        json_put_number(out, id);
    else
        json_put_null(out);
}

/* ---- users ---- */

static void put_user(struct json_out *out, const struct user *user)
{
    json_open_object(out);
    put_id(out, "id", user->id);
    json_key(out, "name"), json_put_str(out, user->name);
    json_key(out, "email"), json_put_str(out, user->email);
    put_id(out, "person", user->person);
    json_key(out, "active"), json_put_bool(out, user->active);
    json_key(out, "language"), json_put_str(out, user->language);
    json_key(out, "has_password"), json_put_bool(out, user->has_password);
    json_key(out, "grants");
    json_open_array(out);
    for (size_t i = 0; i < user->grant_count; i++) {
        json_open_object(out);
        json_key(out, "role"), json_put_text(out, role_name(user->grants[i].role));
        json_key(out, "unit"), json_put_number(out, user->grants[i].unit);
        json_close_object(out);
    }
    json_close_array(out);
    put_time(out, "last_login_at", user->last_login_at);
    put_time(out, "blocked_until", user->blocked_until);
    put_time(out, "created_at", user->created_at);
    json_key(out, "version"), json_put_number(out, user->version);
    json_close_object(out);
}

static enum result list_users(struct ctx *ctx, struct exchange *x)
{
    struct user_list list;
    struct json_out out = json_out_to(&x->out);
    int64_t after, limit = USERS_MOST;
    TRY(query_page(ctx, x, USERS_MOST, &after, &limit));
    if (!actor_may_in(ctx->actor, S("administration"), READ, 0))
        return fail(ctx, DENIED, "Your roles do not let you see who may sign in.");
    TRY(user_list(ctx, after, limit, &list));
    json_open_object(&out);
    json_key(&out, "items");
    json_open_array(&out);
    for (size_t i = 0; i < list.count; i++) put_user(&out, &list.at[i]);
    json_close_array(&out);
    json_key(&out, "next");
    if (list.count == (size_t)limit)
        json_put_str(&out, arena_print(ctx->arena, "%lld", (long long)list.at[list.count - 1].id));
    else
        json_put_null(&out);
    json_close_object(&out);
    return OK;
}

/* A record named by id or reference, that the actor may see. 0 after a field error. */
static enum result named_record(struct ctx *ctx, const struct reg *reg, const struct json *json, const char *field,
                                int64_t *id)
{
    const struct reg *named = reg;
    struct record *record = NULL;
    enum result found = NOT_FOUND;
    struct error before = ctx->error; /* what is wrong with other fields */
    *id = 0;
    if (json->kind == JSON_NUMBER) *id = json->number;
    if (json->kind == JSON_STRING && !reference_parse(ctx->house, json->text, &named, id)) *id = 0;
    if (*id > 0 && named == reg) found = record_get(ctx, reg, *id, &record);
    if (found == OK && record && !record_is_deleted(record)) return OK;
    if (found != OK && found != NOT_FOUND) return found;
    ctx->error = before;
    fail_field(ctx, field, "unknown", "There is no such %s.", reg->name);
    *id = 0;
    return INVALID;
}

static enum result read_grant(struct ctx *ctx, const struct json *json, struct grant *grant)
{
    const struct json *unit = json_get(json, "unit");
    if (!role_of_name(json_str(json, "role", S("")), &grant->role)) {
        fail_field(ctx, "grants", "role", "There is no such role; GET /api/v1/roles lists them.");
        return INVALID;
    }
    if (unit) return named_record(ctx, ctx->house->unit, unit, "grants", &grant->unit);
    fail_field(ctx, "grants", "unit", "Each grant names the unit at which the role holds.");
    return INVALID;
}

static enum result read_grants(struct ctx *ctx, const struct json *list, struct user_edit *edit)
{
    if (list->kind != JSON_ARRAY || list->count > GRANTS_MAX) {
        fail_field(ctx, "grants", "type", "grants is a list of at most %d {\"role\", \"unit\"}.", GRANTS_MAX);
        return INVALID;
    }
    struct grant *grants = arena_make_many(ctx->arena, struct grant, list->count + 1);
    for (const struct json *one = list->first; one; one = one->next)
        TRY(read_grant(ctx, one, &grants[edit->grant_count++]));
    edit->grants = grants;
    return OK;
}

static enum result read_person(struct ctx *ctx, const struct json *json, struct user_edit *edit)
{
    if (json->kind == JSON_NULL) return OK;
    return named_record(ctx, ctx->house->person, json, "person", &edit->person);
}

/* One text of the body; a field error when it is there and no text. */
static void read_text(struct ctx *ctx, const struct json *body, const char *name, unsigned part, struct str *text,
                      struct user_edit *edit)
{
    const struct json *json = json_get(body, name);
    if (!json) return;
    if (json->kind != JSON_STRING) fail_field(ctx, name, "type", "%s must be text.", name);
    *text = json->kind == JSON_STRING ? json->text : S("");
    edit->sets |= part;
}

static enum result read_edit(struct ctx *ctx, const struct json *body, struct user_edit *edit)
{
    const struct json *person = json_get(body, "person"), *grants = json_get(body, "grants"),
                      *active = json_get(body, "active");
    if (body->kind != JSON_OBJECT) return fail(ctx, INVALID, "The body must be a JSON object.");
    read_text(ctx, body, "name", USER_NAME, &edit->name, edit);
    read_text(ctx, body, "email", USER_EMAIL, &edit->email, edit);
    read_text(ctx, body, "language", USER_LANGUAGE, &edit->language, edit);
    if (active && active->kind != JSON_BOOL) fail_field(ctx, "active", "type", "active is true or false.");
    if (active) edit->sets |= USER_ACTIVE;
    if (person) edit->sets |= USER_PERSON;
    if (grants) edit->sets |= USER_GRANTS;
    if (json_bool(body, "unblock", false)) edit->sets |= USER_UNBLOCK;
    edit->active = json_bool(body, "active", true);
    edit->comment = str_trim(json_str(body, "comment", S("")));
    enum result read = person ? read_person(ctx, person, edit) : OK;
    if (read != OK && read != INVALID) return read;
    read = grants ? read_grants(ctx, grants, edit) : OK;
    if (read != OK && read != INVALID) return read;
    return ctx_has_field_errors(ctx) ? INVALID : OK;
}

/* Only after it is known that the caller may, so that nobody else keeps the machine busy with hashing. */
static enum result read_password(struct ctx *ctx, const struct json *body, struct str name, struct str email,
                                 struct user_edit *edit)
{
    struct str password = json_str(body, "password", S(""));
    if (!json_get(body, "password")) return OK;
    edit->sets |= USER_PASSWORD;
    return password_prepare(ctx, password, name, email, &edit->password_hash);
}

struct user_write {
    int64_t id;
    struct user_edit edit;
    struct user user;
};

/* A right rests on the units that are named, and independence on the person: so these are what the ledger says. */
static enum result demand_entered(struct ctx *ctx, const struct user_edit *edit)
{
    struct record *record;
    for (size_t i = 0; i < edit->grant_count; i++)
        TRY(record_vouched(ctx, ctx->house->unit, edit->grants[i].unit, &record));
    return edit->person ? record_vouched(ctx, ctx->house->person, edit->person, &record) : OK;
}

static enum result create_in_write(struct ctx *ctx, void *arg)
{
    struct user_write *write = arg;
    TRY(demand_entered(ctx, &write->edit));
    return user_create(ctx, &write->edit, &write->user);
}

static enum result change_in_write(struct ctx *ctx, void *arg)
{
    struct user_write *write = arg;
    TRY(demand_entered(ctx, &write->edit));
    return user_change(ctx, write->id, &write->edit, &write->user);
}

static enum result create_user(struct ctx *ctx, struct exchange *x)
{
    struct json *body;
    struct user_write write = {0};
    struct json_out out = json_out_to(&x->out);
    if (!actor_may_in(ctx->actor, S("administration"), ADMINISTER, 0))
        return fail(ctx, DENIED, "Your roles do not let you add users.");
    TRY(body_json(ctx, x, &body));
    TRY(read_edit(ctx, body, &write.edit));
    TRY(read_password(ctx, body, write.edit.name, write.edit.email, &write.edit));
    TRY(store_write(ctx, api_of(x)->store, create_in_write, &write));
    x->status = 201;
    exchange_set_header(x, "Location", arena_print(ctx->arena, "/api/v1/users/%lld", (long long)write.user.id));
    put_user(&out, &write.user);
    return OK;
}

static enum result change_user(struct ctx *ctx, struct exchange *x)
{
    struct json *body;
    struct user before;
    struct user_write write = {0};
    struct json_out out = json_out_to(&x->out);
    TRY(path_number(ctx, x, "id", &write.id));
    TRY(body_json(ctx, x, &body));
    TRY(user_get(ctx, write.id, &before));
    TRY(user_demand_manage(ctx, write.id));
    TRY(read_edit(ctx, body, &write.edit));
    if (json_get(body, "password") && write.id == ctx->actor->user)
        return fail(ctx, DENIED, "Change your own password by PATCH /api/v1/session, which asks for the present one.");
    TRY(read_password(ctx, body, before.name, before.email, &write.edit));
    TRY(store_write(ctx, api_of(x)->store, change_in_write, &write));
    put_user(&out, &write.user);
    return OK;
}

/* ---- roles ---- */

static const struct {
    enum verb verb;
    const char *name;
} verbs[] = {{READ, "read"},     {CREATE, "create"}, {CHANGE, "change"},        {CHANGE_OWN, "change_own"},
             {REMOVE, "delete"}, {DECIDE, "decide"}, {ADMINISTER, "administer"}};

static void put_verbs(struct json_out *out, const char *room, unsigned granted)
{
    json_key(out, room);
    json_open_array(out);
    for (size_t i = 0; i < COUNT(verbs); i++)
        if (granted & verbs[i].verb) json_put_text(out, verbs[i].name);
    json_close_array(out);
}

static bool is_first_of_room(const struct house *house, size_t index)
{
    for (size_t i = 0; i < index; i++)
        if (strcmp(house->registers[i]->room, house->registers[index]->room) == 0) return false;
    return true;
}

static enum result list_roles(struct ctx *ctx, struct exchange *x)
{
    static const char *const others[] = {"assurance", "security_events",
                                         "administration"}; /* rooms without registers */
    const struct house *house = ctx->house;
    struct json_out out = json_out_to(&x->out);
    json_open_object(&out);
    json_key(&out, "items");
    json_open_array(&out);
    for (int i = 0; i < ROLES; i++) {
        enum role role = (enum role)i;
        json_open_object(&out);
        json_key(&out, "name"), json_put_text(&out, role_name(role));
        json_key(&out, "rooms");
        json_open_object(&out);
        for (size_t k = 0; k < house->register_count; k++) {
            const char *room = house->registers[k]->room;
            if (is_first_of_room(house, k)) put_verbs(&out, room, role_verbs(role, str_of(room)));
        }
        for (size_t k = 0; k < COUNT(others); k++) put_verbs(&out, others[k], role_verbs(role, str_of(others[k])));
        json_close_object(&out);
        json_close_object(&out);
    }
    json_close_array(&out);
    json_close_object(&out);
    return OK;
}

/* ---- tokens ---- */

static void put_token(struct json_out *out, const struct token *token, struct str secret)
{
    struct str scopes = token->scopes, scope;
    json_open_object(out);
    put_id(out, "id", token->id);
    json_key(out, "name"), json_put_str(out, token->name);
    json_key(out, "scopes");
    json_open_array(out);
    while (str_cut(&scopes, ',', &scope)) json_put_str(out, scope);
    json_close_array(out);
    put_time(out, "created_at", token->created_at);
    put_time(out, "expires_at", token->expires_at);
    put_time(out, "last_used_at", token->last_used_at);
    if (secret.len) json_key(out, "secret"), json_put_str(out, secret);
    json_close_object(out);
}

static enum result list_tokens(struct ctx *ctx, struct exchange *x)
{
    struct token_list list;
    struct json_out out = json_out_to(&x->out);
    TRY(token_list(ctx, &list));
    json_open_object(&out);
    json_key(&out, "items");
    json_open_array(&out);
    for (size_t i = 0; i < list.count; i++) put_token(&out, &list.at[i], S(""));
    json_close_array(&out);
    json_close_object(&out);
    return OK;
}

static enum result read_scopes(struct ctx *ctx, const struct json *json, struct new_token *wanted)
{
    struct str *scopes = arena_make_many(ctx->arena, struct str, TOKEN_SCOPES_MAX);
    bool is_list = json && json->kind == JSON_ARRAY && json->count <= TOKEN_SCOPES_MAX;
    if (!json) return OK;
    for (const struct json *one = is_list ? json->first : NULL; one; one = one->next) {
        is_list = one->kind == JSON_STRING && house_is_scope(ctx->house, one->text);
        if (!is_list) break;
        scopes[wanted->scope_count++] = one->text;
    }
    wanted->scopes = scopes;
    if (is_list) return OK;
    fail_field(ctx, "scopes", "unknown", "scopes is a list of at most %d: read, write, and names of registers.",
               TOKEN_SCOPES_MAX);
    return INVALID;
}

static void read_end(struct ctx *ctx, struct str text, struct new_token *wanted)
{
    if (!text.len || time_parse(text, &wanted->expires_at) || date_to_time(text, &wanted->expires_at)) return;
    fail_field(ctx, "expires_at", "time",
               "expires_at is a date like 2026-11-21 or an instant like "
               "2026-11-21T18:00:00Z.");
}

static enum result create_token(struct ctx *ctx, struct exchange *x)
{
    struct json *body;
    struct token token;
    struct str secret;
    struct json_out out = json_out_to(&x->out);
    struct new_token wanted = {0};
    TRY(body_json(ctx, x, &body));
    wanted.name = json_str(body, "name", S(""));
    read_end(ctx, json_str(body, "expires_at", S("")), &wanted);
    TRY(read_scopes(ctx, json_get(body, "scopes"), &wanted));
    TRY(token_create(ctx, &wanted, &token, &secret));
    x->status = 201;
    exchange_set_header(x, "Location", arena_print(ctx->arena, "/api/v1/tokens/%lld", (long long)token.id));
    exchange_set_header(x, "Cache-Control", S("no-store"));
    put_token(&out, &token, secret);
    note_event(x, (struct event){.kind = EVENT_TOKEN_MADE, .subject = S("token"), .record = token.id});
    return OK;
}

static enum result delete_token(struct ctx *ctx, struct exchange *x)
{
    int64_t id;
    TRY(path_number(ctx, x, "id", &id));
    TRY(token_revoke(ctx, id));
    note_event(x, (struct event){.kind = EVENT_TOKEN_REVOKED, .subject = S("token"), .record = id});
    x->status = 204;
    return OK;
}

/* ---- custom fields ---- */

/* A field is there for all units, so that it takes a role for the whole organisation, as a register does that is
 * global. */
static enum result demand_fields_of(struct ctx *ctx, const struct reg *reg)
{
    struct reg everywhere = *reg;
    everywhere.flags |= GLOBAL;
    if (actor_may(ctx->actor, &everywhere, ADMINISTER, 0, 0)) return OK;
    return fail(ctx, DENIED, "The fields of %s are set by who administers it for the whole organisation.", reg->name);
}

static enum result list_fields(struct ctx *ctx, struct exchange *x)
{
    return custom_write_json(ctx, &x->out);
}

static enum result write_field(struct ctx *ctx, struct exchange *x, int64_t id)
{
    return custom_write_one(ctx, id, &x->out);
}

static enum result create_field(struct ctx *ctx, struct exchange *x)
{
    struct json *body;
    int64_t id;
    TRY(body_json(ctx, x, &body));
    const struct reg *reg = house_register(ctx->house, json_str(body, "register", S("")));
    if (reg) TRY(demand_fields_of(ctx, reg));
    TRY(custom_create(ctx, body, &id));
    x->status = 201;
    exchange_set_header(x, "Location", arena_print(ctx->arena, "/api/v1/custom-fields/%lld", (long long)id));
    return write_field(ctx, x, id);
}

static enum result demand_field(struct ctx *ctx, struct exchange *x, int64_t *id)
{
    const struct reg *reg;
    TRY(path_number(ctx, x, "id", id));
    TRY(custom_register(ctx, *id, &reg));
    return demand_fields_of(ctx, reg);
}

static enum result change_field(struct ctx *ctx, struct exchange *x)
{
    struct json *body;
    int64_t id;
    TRY(demand_field(ctx, x, &id));
    TRY(body_json(ctx, x, &body));
    TRY(custom_change(ctx, id, body));
    return write_field(ctx, x, id);
}

static enum result delete_field(struct ctx *ctx, struct exchange *x)
{
    int64_t id;
    TRY(demand_field(ctx, x, &id));
    TRY(custom_delete(ctx, id));
    x->status = 204;
    return OK;
}

const struct route admin_routes[] = {
    {HTTP_GET, "/api/v1/users", list_users, LANE_WORKER, .help = "Who may sign in, with roles"},
    {HTTP_POST, "/api/v1/users", create_user, LANE_WORKER, .help = "Add a user"},
    {HTTP_PATCH, "/api/v1/users/{id}", change_user, LANE_WORKER, .help = "Change a user, his roles or his password"},
    {HTTP_GET, "/api/v1/roles", list_roles, LANE_LOOP, .help = "What each role may do in each room"},
    {HTTP_GET, "/api/v1/tokens", list_tokens, LANE_LOOP, .help = "One's own API tokens"},
    {HTTP_POST, "/api/v1/tokens", create_token, LANE_WRITER, .help = "Make an API token; the secret is shown once"},
    {HTTP_DELETE, "/api/v1/tokens/{id}", delete_token, LANE_WRITER, .help = "Revoke an API token"},
    {HTTP_GET, "/api/v1/custom-fields", list_fields, LANE_LOOP, .help = "The fields that administrators have added"},
    {HTTP_POST, "/api/v1/custom-fields", create_field, LANE_WRITER, .help = "Add a field to a register"},
    {HTTP_PATCH, "/api/v1/custom-fields/{id}", change_field, LANE_WRITER,
     .help = "Change label, choices or whether a field is required"},
    {HTTP_DELETE, "/api/v1/custom-fields/{id}", delete_field, LANE_WRITER, .help = "Remove a field; its values stay"},
};
const size_t admin_route_count = COUNT(admin_routes);
