/* Users are few and change rarely, so each change is made under one lock, compared with what was, and written whole:
 * the checks (who may, the last administrator, one user a person) then need not think of others at work. */
#include "access/users.h"

#include "access/access.h"
#include "access/cache.h"
#include "access/email.h"
#include "access/limit.h"
#include "access/sealed.h"
#include "access/session.h"
#include "access/user_seen.h"
#include "access/visitor.h"
#include "format/json_out.h"
#include "ledger/ledger.h"
#include "store/dialect.h"

enum { NAME_MOST = 200, LIST_MOST = 500 };

static const struct str administration = {"administration", 14};

/* ---- reading ---- */

#define USER_COLUMNS                                                                                                   \
    "SELECT u.id, u.person, u.name, u.email, u.language, u.active, u.password_hash, u.created_at, "                    \
    " u.changed_at, u.last_login_at, u.version, u.password_at FROM \"user\" u "

static struct user user_of(struct ctx *ctx, const struct rows *rows)
{
    return (struct user){.id = rows_number(rows, 0),
                         .person = rows_number(rows, 1),
                         .name = arena_copy(ctx->arena, rows_text(rows, 2)),
                         .email = arena_copy(ctx->arena, rows_text(rows, 3)),
                         .language = arena_copy(ctx->arena, rows_text(rows, 4)),
                         .active = rows_number(rows, 5) != 0,
                         .has_password = !rows_is_null(rows, 6),
                         .password_mark = user_mark(ctx, rows_text(rows, 6)),
                         .created_at = rows_number(rows, 7),
                         .changed_at = rows_number(rows, 8),
                         .last_login_at = rows_number(rows, 9),
                         .version = rows_number(rows, 10),
                         .password_at = rows_number(rows, 11)};
}

static enum result read_grants(struct ctx *ctx, struct user *user)
{
    struct value args[] = {value_number(user->id)};
    struct rows *rows;
    struct grant *grants = arena_make_many(ctx->arena, struct grant, GRANTS_MAX);
    size_t count = 0;
    TRY(db_query(ctx, S("SELECT role, unit FROM role_grant WHERE user_id = ?1 ORDER BY unit, role"), args, 1, &rows));
    for (bool more; count < GRANTS_MAX;) {
        TRY(rows_next(ctx, rows, &more));
        if (!more) break;
        grants[count].unit = rows_number(rows, 1);
        count += role_of_name(rows_text(rows, 0), &grants[count].role);
    }
    rows_close(rows);
    user->grants = grants;
    user->grant_count = count;
    return OK;
}

static enum result complete(struct ctx *ctx, struct user *user)
{
    TRY(read_grants(ctx, user));
    return limit_blocked_until(ctx, user->email, &user->blocked_until);
}

enum result user_load(struct ctx *ctx, int64_t id, struct user *user)
{
    struct value args[] = {value_number(id)};
    struct rows *rows;
    bool found;
    TRY(db_query_one(ctx, S(USER_COLUMNS "WHERE u.id = ?1"), args, 1, &rows, &found));
    *user = found ? user_of(ctx, rows) : (struct user){0};
    rows_close(rows);
    return found ? complete(ctx, user) : fail(ctx, NOT_FOUND, "There is no user %lld.", (long long)id);
}

enum result user_by_email(struct ctx *ctx, struct str email, int64_t *id)
{
    struct value args[] = {value_text(email_key(ctx->arena, email))};
    return db_query_number(ctx, S("SELECT id FROM \"user\" WHERE email_key = ?1"), args, 1, 0, id);
}

enum result user_of_person(struct ctx *ctx, int64_t person, int64_t *id)
{
    struct value args[] = {value_number(person)};
    return db_query_number(ctx, S("SELECT id FROM \"user\" WHERE person = ?1"), args, 1, 0, id);
}

enum result user_count(struct ctx *ctx, int64_t *count)
{
    return db_query_number(ctx, S("SELECT COUNT(*) FROM \"user\""), NULL, 0, 0, count);
}

/* A row of users that was renamed would put somebody else's name to what this one has done. */
static enum result name_by_the_ledger(struct ctx *ctx, int64_t id, struct str *name)
{
    struct str email;
    TRY(user_entered_name(ctx, id, name, &email));
    if (!name->len) *name = arena_print(ctx->arena, "#%lld", (long long)id);
    return OK;
}

enum result user_name(struct ctx *ctx, int64_t id, struct str *name)
{
    struct value args[] = {value_number(id)};
    struct rows *rows;
    bool found;
    *name = S("");
    if (!id) return OK;
    if (sealed_can_check(ctx)) return name_by_the_ledger(ctx, id, name);
    TRY(db_query_one(ctx, S("SELECT name FROM \"user\" WHERE id = ?1"), args, 1, &rows, &found));
    if (found) *name = arena_copy(ctx->arena, rows_text(rows, 0));
    rows_close(rows);
    return OK;
}

enum result user_actor(struct ctx *ctx, int64_t id, const struct actor **actor)
{
    struct box *box;
    enum result result = visitor_of_user(ctx, id, &box);
    if (result == NOT_FOUND) return fail(ctx, NOT_FOUND, "There is no active user %lld.", (long long)id);
    TRY(result);
    *actor = &box->actor;
    return OK;
}

/* ---- rights ---- */

/* Over the whole organisation: where users that hold no role are looked after. */
static bool may_at_top(const struct actor *actor, enum verb verb)
{
    if (actor->system) return true;
    for (size_t i = 0; i < actor->grant_count; i++) {
        const struct grant *grant = &actor->grants[i];
        bool gives = (role_verbs(grant->role, administration) & verb) != 0;
        if (gives && reach_is_top(actor->reach, grant->unit))
            return actor_may_in(actor, administration, verb, grant->unit);
    }
    return false;
}

static bool may_at_all(const struct actor *actor, const struct grant *grants, size_t count, enum verb verb)
{
    if (!count) return may_at_top(actor, verb);
    for (size_t i = 0; i < count; i++)
        if (!actor_may_in(actor, administration, verb, grants[i].unit)) return false;
    return true;
}

static bool may_see(const struct actor *actor, const struct user *user)
{
    if (user->id == actor->user) return true;
    if (!user->grant_count) return may_at_top(actor, READ);
    for (size_t i = 0; i < user->grant_count; i++)
        if (actor_may_in(actor, administration, READ, user->grants[i].unit)) return true;
    return false;
}

static enum result demand(struct ctx *ctx, const struct grant *grants, size_t count)
{
    if (may_at_all(ctx->actor, grants, count, ADMINISTER)) return OK;
    return fail(ctx, DENIED, "This takes an administrator of every unit at which the user holds a role.");
}

enum result user_get(struct ctx *ctx, int64_t id, struct user *user)
{
    TRY(user_load(ctx, id, user));
    return may_see(ctx->actor, user) ? OK : fail(ctx, NOT_FOUND, "There is no user %lld.", (long long)id);
}

enum result user_demand_manage(struct ctx *ctx, int64_t id)
{
    struct user user, seen;
    bool right;
    TRY(user_get(ctx, id, &user));
    TRY(user_look(ctx, id, &seen, &right));
    if (right) user = seen; /* another is changed by nobody but merlon user restore (demand_right) */
    return demand(ctx, user.grants, user.grant_count);
}

/* " AND (...)": users who hold a role within reach, and at a top unit also those who hold none. */
static void add_visible(struct ctx *ctx, struct buf *sql, struct value *args, size_t *count)
{
    const struct actor *actor = ctx->actor;
    if (actor->system) return;
    buf_print(sql, " AND (u.id = ?%zu", *count + 1);
    args[(*count)++] = value_number(actor->user);
    if (may_at_top(actor, READ)) buf_text(sql, " OR NOT EXISTS (SELECT 1 FROM role_grant g WHERE g.user_id = u.id)");
    buf_text(sql, " OR EXISTS (SELECT 1 FROM role_grant g JOIN unit_reach r ON r.unit = g.unit "
                  "WHERE g.user_id = u.id AND r.ancestor IN (0");
    for (size_t i = 0; i < actor->grant_count && i < GRANTS_MAX; i++) {
        if (!(role_verbs(actor->grants[i].role, administration) & READ)) continue;
        if (!actor_may_in(actor, administration, READ, actor->grants[i].unit)) continue;
        args[(*count)++] = value_number(actor->grants[i].unit);
        buf_print(sql, ",?%zu", *count);
    }
    buf_text(sql, ")))");
}

enum result user_list(struct ctx *ctx, int64_t after, int64_t limit, struct user_list *list)
{
    if (limit < 1 || limit > LIST_MOST) limit = LIST_MOST;
    struct value args[GRANTS_MAX + 3] = {value_number(after), value_number(limit)};
    size_t count = 2;
    struct buf sql = buf_in(ctx->arena);
    struct rows *rows;
    buf_text(&sql, USER_COLUMNS "WHERE u.id > ?1");
    add_visible(ctx, &sql, args, &count);
    buf_text(&sql, " ORDER BY u.id LIMIT ?2");
    *list = (struct user_list){.at = arena_make_many(ctx->arena, struct user, (size_t)limit)};
    TRY(db_query(ctx, buf_str(&sql), args, count, &rows));
    for (bool more; list->count < (size_t)limit;) {
        TRY(rows_next(ctx, rows, &more));
        if (!more) break;
        list->at[list->count++] = user_of(ctx, rows);
    }
    rows_close(rows);
    for (size_t i = 0; i < list->count; i++) TRY(complete(ctx, &list->at[i]));
    return OK;
}

enum result user_find(struct ctx *ctx, struct str text, int64_t *ids, size_t room, size_t *count)
{
    struct value args[GRANTS_MAX + 3] = {value_text(sql_pattern(ctx->arena, str_trim(text))),
                                         value_number((int64_t)room + 1)};
    size_t arg_count = 2;
    struct buf sql = buf_in(ctx->arena);
    struct rows *rows;
    buf_text(&sql, "SELECT u.id FROM \"user\" u WHERE (");
    sql_contains(&sql, db_dialect(ctx->db), "u.name", 1);
    buf_text(&sql, " OR ");
    sql_contains(&sql, db_dialect(ctx->db), "u.email_key", 1);
    buf_char(&sql, ')');
    add_visible(ctx, &sql, args, &arg_count);
    buf_text(&sql, " ORDER BY u.id LIMIT ?2");
    TRY(db_query(ctx, buf_str(&sql), args, arg_count, &rows));
    *count = 0;
    for (bool more;;) {
        TRY(rows_next(ctx, rows, &more));
        if (!more) break;
        if (*count < room) ids[*count] = rows_number(rows, 0);
        ++*count;
    }
    rows_close(rows);
    return OK;
}

/* ---- checking an edit ---- */

static bool is_language(struct str s)
{
    if (s.len != 2 && s.len != 5) return false;
    for (size_t i = 0; i < s.len; i++) {
        bool letter = (s.at[i] >= 'a' && s.at[i] <= 'z') || (i > 2 && s.at[i] >= 'A' && s.at[i] <= 'Z');
        if (i == 2 ? s.at[i] != '-' : !letter) return false;
    }
    return true;
}

static void check_grants(struct ctx *ctx, const struct user_edit *edit)
{
    if (edit->grant_count > GRANTS_MAX) {
        fail_field(ctx, "grants", "too_many", "A user holds at most %d roles: grant at a unit further up.", GRANTS_MAX);
        return;
    }
    for (size_t i = 0; i < edit->grant_count; i++)
        if (edit->grants[i].unit <= 0 || edit->grants[i].role >= ROLES)
            fail_field(ctx, "grants", "invalid", "Each grant names a role and the unit at which it holds.");
}

static enum result check_edit(struct ctx *ctx, const struct user_edit *edit)
{
    struct str name = str_trim(edit->name);
    bool named = name.len && str_is_utf8(name) && str_utf8_length(name) <= NAME_MOST;
    if (edit->sets & USER_NAME && !named)
        fail_field(ctx, "name", "required", "A name has 1 to %d characters.", NAME_MOST);
    if (edit->sets & USER_EMAIL && !email_is_valid(str_trim(edit->email)))
        fail_field(ctx, "email", "invalid", "This is no e-mail address: write it like name@example.org.");
    if (edit->sets & USER_LANGUAGE && !is_language(edit->language))
        fail_field(ctx, "language", "invalid", "A language is a code like en, de or pt-BR.");
    if (edit->sets & USER_PERSON && edit->person < 0) fail_field(ctx, "person", "invalid", "There is no such person.");
    if (edit->sets & USER_GRANTS) check_grants(ctx, edit);
    return ctx_has_field_errors(ctx) ? INVALID : OK;
}

enum result user_check_unique(struct ctx *ctx, const struct user *after)
{
    int64_t other;
    TRY(user_by_email(ctx, after->email, &other));
    if (other && other != after->id) return fail(ctx, CONFLICT, "There is a user with this e-mail address already.");
    if (!after->person) return OK;
    TRY(user_of_person(ctx, after->person, &other));
    if (other && other != after->id)
        return fail(ctx, CONFLICT, "This person has a user already: change that one instead.");
    return OK;
}

/* What an account has done, its person has done (records/independence.c): with the tie gone it would be nobody's, and
 * with another account for that person it could be approved by whoever did it. */
static enum result check_tie(struct ctx *ctx, const struct user *before, const struct user *after)
{
    struct value args[] = {value_number(before->id)};
    int64_t deeds;
    if (!before->person || before->person == after->person) return OK;
    TRY(db_query_number(ctx, S("SELECT COUNT(*) FROM (SELECT 1 FROM ledger_entry WHERE actor = ?1 LIMIT 1) deed"), args,
                        COUNT(args), 0, &deeds));
    if (!deeds) return OK;
    return fail(ctx, CONFLICT, "This account has acted as its person: make another account for somebody else.");
}

/* ---- is it as the program left it? ---- */

static enum result altered(struct ctx *ctx, int64_t id)
{
    return fail(ctx, CONFLICT,
                "The user %lld was changed outside of the program: look at what merlon verify says of it, and put it "
                "back with merlon user restore first.",
                (long long)id);
}

enum result user_of_address(struct ctx *ctx, struct str email, int64_t *id)
{
    struct user user;
    bool right;
    TRY(user_by_email(ctx, email, id));
    if (!*id || !sealed_can_check(ctx)) return OK;
    TRY(user_look(ctx, *id, &user, &right));
    if (!right) return altered(ctx, *id);
    if (str_eq(email_key(ctx->arena, user.email), email_key(ctx->arena, email))) return OK;
    return fail(ctx, CONFLICT, "The user with the address %.*s is being changed at this very moment: try again.",
                PRINT(email));
}

/* What somebody else has changed would be sealed together with what is changed now. From here on the user is what was
 * read together with the MAC. */
static enum result demand_right(struct ctx *ctx, struct user *user)
{
    struct user seen;
    bool right;
    TRY(user_look(ctx, user->id, &seen, &right));
    if (!right) return altered(ctx, user->id);
    seen.last_login_at = user->last_login_at;
    seen.blocked_until = user->blocked_until;
    *user = seen;
    return OK;
}

/* ---- writing ---- */

static void apply(struct ctx *ctx, const struct user_edit *edit, struct user *user)
{
    if (edit->sets & USER_NAME) user->name = str_trim(edit->name);
    if (edit->sets & USER_EMAIL) user->email = str_trim(edit->email);
    if (edit->sets & USER_LANGUAGE) user->language = edit->language;
    if (edit->sets & USER_PERSON) user->person = edit->person;
    if (edit->sets & USER_ACTIVE) user->active = edit->active;
    if (edit->sets & USER_PASSWORD) {
        user->has_password = edit->password_hash.len > 0;
        user->password_mark = user_mark(ctx, edit->password_hash);
    }
    if (!(edit->sets & USER_GRANTS)) return;
    struct grant *sorted = arena_make_many(ctx->arena, struct grant, edit->grant_count + 1);
    if (edit->grant_count) memcpy(sorted, edit->grants, edit->grant_count * sizeof *sorted);
    qsort(sorted, edit->grant_count, sizeof *sorted, grant_compare);
    size_t kept = 0;
    for (size_t i = 0; i < edit->grant_count; i++)
        if (!kept || grant_compare(&sorted[kept - 1], &sorted[i]) != 0) sorted[kept++] = sorted[i];
    user->grants = sorted;
    user->grant_count = kept;
}

static bool same_grants(const struct user *a, const struct user *b)
{
    if (a->grant_count != b->grant_count) return false;
    for (size_t i = 0; i < a->grant_count; i++)
        if (grant_compare(&a->grants[i], &b->grants[i]) != 0) return false;
    return true;
}

static bool same_user(const struct user *a, const struct user *b)
{
    return a->person == b->person && a->active == b->active && str_eq(a->name, b->name) && str_eq(a->email, b->email) &&
           str_eq(a->language, b->language) && same_grants(a, b);
}

enum result user_write_grants(struct ctx *ctx, const struct user *user)
{
    struct value args[] = {value_number(user->id), value_null(), value_null()};
    TRY(db_run(ctx, S("DELETE FROM role_grant WHERE user_id = ?1"), args, 1, NULL));
    for (size_t i = 0; i < user->grant_count; i++) {
        args[1] = value_text(str_of(role_name(user->grants[i].role)));
        args[2] = value_number(user->grants[i].unit);
        TRY(db_run(ctx, S("INSERT INTO role_grant (user_id, role, unit) VALUES (?1, ?2, ?3)"), args, COUNT(args),
                   NULL));
    }
    return OK;
}

enum result user_write_row(struct ctx *ctx, const struct user *user)
{
    struct value args[] = {value_number(user->id),     value_text(user->name),
                           value_text(user->email),    value_text(email_key(ctx->arena, user->email)),
                           value_id(user->person),     value_text(user->language),
                           value_number(user->active), value_number(ctx->now),
                           value_number(user->version)};
    return db_run(
        ctx,
        S("UPDATE \"user\" SET name = ?2, email = ?3, email_key = ?4, person = ?5, language = ?6, active = ?7, "
          "changed_at = ?8, version = ?9 WHERE id = ?1"),
        args, COUNT(args), NULL);
}

enum result user_write_password(struct ctx *ctx, struct user *user, struct str hash)
{
    struct value args[] = {value_number(user->id), value_optional(hash), value_number(ctx->now)};
    user->password_at = ctx->now;
    return db_run(ctx, S("UPDATE \"user\" SET password_hash = ?2, password_at = ?3 WHERE id = ?1"), args, COUNT(args),
                  NULL);
}

struct str user_state(struct ctx *ctx, const struct user *user)
{
    struct buf state = buf_in(ctx->arena);
    struct json_out out = json_out_to(&state);
    json_open_object(&out);
    json_key(&out, "id"), json_put_number(&out, user->id);
    json_key(&out, "name"), json_put_str(&out, user->name);
    json_key(&out, "email"), json_put_str(&out, user->email);
    json_key(&out, "person"), user->person ? json_put_number(&out, user->person) : json_put_null(&out);
    json_key(&out, "language"), json_put_str(&out, user->language);
    json_key(&out, "active"), json_put_bool(&out, user->active);
    json_key(&out, "credential"), json_put_str(&out, user->password_mark);
    json_key(&out, "grants"), json_open_array(&out);
    for (size_t i = 0; i < user->grant_count; i++) {
        json_open_object(&out);
        json_key(&out, "role"), json_put_text(&out, role_name(user->grants[i].role));
        json_key(&out, "unit"), json_put_number(&out, user->grants[i].unit);
        json_close_object(&out);
    }
    json_close_array(&out);
    json_close_object(&out);
    return buf_str(&state);
}

/* The last of every change: the MAC is over what stands in the tables now, if that is what was written. */
enum result user_keep(struct ctx *ctx, const struct user *user, const char *action, struct str comment)
{
    int64_t entry;
    struct str state = user_state(ctx, user);
    TRY(user_seal(ctx, user));
    struct ledger_event event = {.action = str_of(action),
                                 .subject = S("user"),
                                 .record = user->id,
                                 .version = user->version,
                                 .actor = ctx->actor->user,
                                 .comment = comment,
                                 .state = state};
    return ledger_append(ctx, &event, &entry);
}

enum result user_create(struct ctx *ctx, const struct user_edit *edit, struct user *user)
{
    struct user_edit whole = *edit;
    whole.sets |= USER_NAME | USER_EMAIL;
    *user = (struct user){
        .language = S("en"), .active = true, .version = 1, .created_at = ctx->now, .changed_at = ctx->now};
    TRY(check_edit(ctx, &whole));
    apply(ctx, &whole, user);
    TRY(demand(ctx, user->grants, user->grant_count));
    TRY(db_lock(ctx, "user"));
    TRY(user_check_unique(ctx, user));
    struct value args[] = {value_text(user->name), value_text(user->email),
                           value_text(email_key(ctx->arena, user->email)), value_number(ctx->now)};
    TRY(db_insert(ctx,
                  S("INSERT INTO \"user\" (name, email, email_key, created_at, changed_at) "
                    "VALUES (?1, ?2, ?3, ?4, ?4) RETURNING id"),
                  args, COUNT(args), &user->id));
    TRY(user_write_row(ctx, user));
    if (user->has_password) TRY(user_write_password(ctx, user, whole.password_hash));
    TRY(user_write_grants(ctx, user));
    return user_keep(ctx, user, "create", whole.comment);
}

/* Somebody must stay who can hand out rights for the whole organisation, or nobody ever could again. */
static enum result count_administrators(struct ctx *ctx, int64_t *count)
{
    return db_query_number(ctx,
                           S("SELECT COUNT(*) FROM role_grant g JOIN \"user\" u ON u.id = g.user_id "
                             "WHERE g.role = 'administrator' AND u.active = 1 AND NOT EXISTS "
                             "(SELECT 1 FROM unit_reach r WHERE r.unit = g.unit AND r.ancestor <> g.unit)"),
                           NULL, 0, 0, count);
}

static enum result write_change(struct ctx *ctx, const struct user_edit *edit, const struct user *before,
                                struct user *after)
{
    int64_t had, has;
    TRY(count_administrators(ctx, &had));
    TRY(user_write_row(ctx, after));
    if (!same_grants(before, after)) TRY(user_write_grants(ctx, after));
    if (edit->sets & USER_PASSWORD) TRY(user_write_password(ctx, after, edit->password_hash));
    if (edit->sets & USER_UNBLOCK) TRY(limit_unblock(ctx, after->email));
    TRY(count_administrators(ctx, &has));
    if (had && !has) return fail(ctx, CONFLICT, "This is the last administrator: give somebody else that role first.");
    return access_changed(ctx);
}

/* New rights, new token: one that was caught before must not gain them (OWASP ASVS 3.2.1). */
static enum result follow_in_sessions(struct ctx *ctx, const struct user_edit *edit, const struct user *before,
                                      const struct user *after)
{
    struct value args[] = {value_number(after->id)};
    if (!after->active || edit->sets & USER_PASSWORD) return session_close_all(ctx, after->id, 0);
    if (same_grants(before, after)) return OK;
    return db_run(ctx, S("UPDATE session SET rotate = 1 WHERE user_id = ?1"), args, 1, NULL);
}

static const char *action_of(unsigned sets)
{
    static const struct {
        unsigned sets;
        const char *action;
    } actions[] = {{USER_GRANTS, "grant"}, {USER_PASSWORD, "password"}, {USER_UNBLOCK, "unblock"}};
    for (size_t i = 0; i < COUNT(actions); i++)
        if (sets == actions[i].sets) return actions[i].action;
    return "change";
}

enum result user_change(struct ctx *ctx, int64_t id, const struct user_edit *edit, struct user *user)
{
    struct user before;
    TRY(db_lock(ctx, "user"));
    TRY(user_get(ctx, id, &before));
    TRY(demand_right(ctx, &before));
    TRY(check_edit(ctx, edit));
    *user = before;
    apply(ctx, edit, user);
    TRY(demand(ctx, before.grants, before.grant_count));
    TRY(demand(ctx, user->grants, user->grant_count));
    TRY(user_check_unique(ctx, user));
    TRY(check_tie(ctx, &before, user));
    if (same_user(&before, user) && !(edit->sets & (USER_PASSWORD | USER_UNBLOCK))) return OK;
    user->version = before.version + 1;
    user->changed_at = ctx->now;
    if (edit->sets & USER_UNBLOCK) user->blocked_until = 0;
    TRY(write_change(ctx, edit, &before, user));
    TRY(follow_in_sessions(ctx, edit, &before, user));
    return user_keep(ctx, user, action_of(edit->sets), edit->comment);
}

/* ---- one's own ---- */

static enum result load_oneself(struct ctx *ctx, struct user *user)
{
    if (ctx->actor->read_only || ctx->actor->registers.len)
        return fail(ctx, DENIED, "This token is narrowed by its scopes: sign in for that.");
    TRY(db_lock(ctx, "user"));
    TRY(user_load(ctx, ctx->actor->user, user));
    TRY(demand_right(ctx, user));
    user->version++;
    user->changed_at = ctx->now;
    return OK;
}

enum result user_change_own_language(struct ctx *ctx, struct str language)
{
    struct user_edit edit = {.sets = USER_LANGUAGE, .language = language};
    struct user user = {0};
    TRY(check_edit(ctx, &edit));
    TRY(load_oneself(ctx, &user));
    apply(ctx, &edit, &user);
    TRY(user_write_row(ctx, &user));
    TRY(access_changed(ctx));
    return user_keep(ctx, &user, "change", S(""));
}

enum result user_change_own_password(struct ctx *ctx, struct str password_hash, int64_t keep_session)
{
    struct user user = {0};
    struct sealed_value session[SEALED_COLUMNS];
    bool right = false;
    if (!password_hash.len) return fail(ctx, INVALID, "A new password is needed.");
    TRY(load_oneself(ctx, &user));
    if (keep_session) TRY(session_hold(ctx, keep_session, session, &right));
    if (!right) keep_session = 0;
    TRY(user_write_row(ctx, &user));
    TRY(user_write_password(ctx, &user, password_hash));
    user.has_password = true;
    user.password_mark = user_mark(ctx, password_hash);
    TRY(session_close_all(ctx, user.id, keep_session));
    if (keep_session) TRY(session_keep(ctx, keep_session, session, user.password_at));
    return user_keep(ctx, &user, "password", S(""));
}
