/* Users are made through the room's own functions, so that what tests start from is what the program would have. */
#include "access/fixture.h"

#include "access/password.h"
#include "access/reach.h"
#include "ledger/ledger.h"

static const struct column unit_columns[] = {
    {"id", COLUMN_KEY}, {"parent", COLUMN_NUMBER}, {"deleted_at", COLUMN_NUMBER}};
static const struct table unit_table = {"unit", unit_columns, COUNT(unit_columns)};
static const struct table *const unit_tables[] = {&unit_table};

static enum result make_tables(struct ctx *ctx, void *arg)
{
    (void)arg;
    TRY(tables_apply(ctx, ledger_tables, ledger_table_count));
    TRY(tables_apply(ctx, access_tables, access_table_count));
    TRY(tables_apply(ctx, unit_tables, COUNT(unit_tables)));
    TRY(db_script(ctx, "INSERT INTO unit (id, parent) VALUES (1, NULL); INSERT INTO unit (id, parent) VALUES (2, 1);"
                       "INSERT INTO unit (id, parent) VALUES (3, 1); INSERT INTO unit (id, parent) VALUES (4, 2)"));
    return reach_rebuild(ctx);
}

static void free_access(void *access)
{
    access_free(access);
}

void access_fixture(struct fixture *f)
{
    struct access *access;
    f->ctx.now = NOON;
    f->ctx.actor = &actor_system;
    write_ok(f, make_tables, NULL);
    expect_ok(&f->ctx, access_new(&f->ctx, f->store, &access));
    arena_defer(f->ctx.arena, free_access, access);
    f->ctx.access = access;
}

enum result in_write(struct fixture *f, enum result (*fn)(struct ctx *ctx, void *arg), void *arg)
{
    ctx_clear_error(&f->ctx);
    return store_write(&f->ctx, f->store, fn, arg);
}

void write_ok(struct fixture *f, enum result (*fn)(struct ctx *ctx, void *arg), void *arg)
{
    expect_ok(&f->ctx, in_write(f, fn, arg));
}

static enum result script(struct ctx *ctx, void *arg)
{
    return db_script(ctx, arg);
}

void run_sql(struct fixture *f, const char *sql)
{
    write_ok(f, script, (void *)(uintptr_t)sql);
}

int64_t number_of(struct fixture *f, const char *sql)
{
    int64_t number;
    expect_ok(&f->ctx, db_query_number(&f->ctx, str_of(sql), NULL, 0, -1, &number));
    return number;
}

/* ---- users ---- */

struct user_call {
    int64_t id;
    const struct user_edit *edit;
    struct user *user;
};

static enum result create(struct ctx *ctx, void *arg)
{
    const struct user_call *call = arg;
    return user_create(ctx, call->edit, call->user);
}

static enum result change(struct ctx *ctx, void *arg)
{
    const struct user_call *call = arg;
    return user_change(ctx, call->id, call->edit, call->user);
}

enum result try_create(struct fixture *f, const struct user_edit *edit, struct user *user)
{
    struct user_call call = {.edit = edit, .user = user};
    return in_write(f, create, &call);
}

enum result try_change(struct fixture *f, int64_t id, const struct user_edit *edit)
{
    struct user user;
    struct user_call call = {.id = id, .edit = edit, .user = &user};
    return in_write(f, change, &call);
}

static int64_t add(struct fixture *f, const char *email, enum role role, int64_t unit, struct str hash)
{
    struct grant grant = {role, unit};
    struct user_edit edit = {.sets = USER_NAME | USER_EMAIL | USER_PASSWORD | USER_GRANTS,
                             .name = S("Somebody Else"),
                             .email = str_of(email),
                             .password_hash = hash,
                             .grants = &grant,
                             .grant_count = 1};
    struct user user;
    const struct actor *before = f->ctx.actor;
    f->ctx.actor = &actor_system;
    expect_ok(&f->ctx, try_create(f, &edit, &user));
    f->ctx.actor = before;
    return user.id;
}

int64_t add_user(struct fixture *f, const char *email, enum role role, int64_t unit)
{
    return add(f, email, role, unit, S(""));
}

int64_t add_user_with_password(struct fixture *f, const char *email, enum role role, int64_t unit)
{
    struct str hash;
    expect_ok(&f->ctx, password_prepare(&f->ctx, S(PASSPHRASE), S("Somebody Else"), str_of(email), &hash));
    return add(f, email, role, unit, hash);
}

/* ---- Ada ---- */

enum result sign_in_ada(struct fixture *f, struct opened *opened)
{
    struct login login = {.email = S(ADA), .password = S(PASSPHRASE), .address = S("192.0.2.1")};
    ctx_clear_error(&f->ctx);
    return session_open(&f->ctx, &login, opened);
}

int64_t begin_with_ada(struct fixture *f, struct opened *opened)
{
    access_fixture(f);
    int64_t ada = add_user_with_password(f, ADA, OWNER, COMPANY_A);
    expect_ok(&f->ctx, sign_in_ada(f, opened));
    return ada;
}

enum result find_later(struct fixture *f, struct str cookie)
{
    struct session session;
    f->ctx.now += 60 * 1000;
    ctx_clear_error(&f->ctx);
    return session_find(&f->ctx, cookie, &session);
}

enum result check_sealed(struct fixture *f, const struct sealed_rows *rows)
{
    int64_t checked = 0;
    ctx_clear_error(&f->ctx);
    return sealed_check_all(&f->ctx, rows, &checked);
}

/* ---- who acts ---- */

void act_as(struct fixture *f, int64_t user)
{
    expect_ok(&f->ctx, user_actor(&f->ctx, user, &f->ctx.actor));
}

void act_as_program(struct fixture *f)
{
    f->ctx.actor = &actor_system;
}

bool has_field_error(const struct ctx *ctx, const char *pointer, const char *code)
{
    for (const struct field_error *error = ctx->error.fields; error; error = error->next)
        if (str_is(error->pointer, pointer) && strcmp(error->code, code) == 0) return true;
    return false;
}

struct reg test_register(const char *name, const char *room, unsigned flags)
{
    return (struct reg){.name = name, .prefix = "TST", .room = room, .flags = flags};
}
