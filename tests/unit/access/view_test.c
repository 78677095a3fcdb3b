/* A view in place of a table answers each statement as it likes, also each part of one: so a WHERE proves nothing, and
 * all by which anything is decided must be what the MAC is over. SQLite's views here throw dice at each look, and are
 * asked often; PostgreSQL's know the statement that asks. */
#include "access/fixture.h"

#include "access/password.h"
#include "access/token.h"

#define FOR_EVER "9000000000000"
#define RANDOMLY "random() % 2 = 0"
enum { OFTEN = 40, HOUR = 60 * 60 * 1000 };

static const struct shape {
    const char *table, *columns;
} user_shape = {"user", "id,version,name,email,email_key,person,language,active,password_hash,password_at,created_at,"
                        "changed_at,last_login_at,mac"},
  session_shape = {"session", "id,user_id,token_hash,previous_hash,previous_until,csrf,method,agent,address,"
                              "created_at,last_seen_at,expires_at,rotate,mac"},
  token_shape = {"token", "id,user_id,name,secret_hash,scopes,created_at,expires_at,last_used_at,revoked_at,mac"};

/* The column is `value` now and then: on PostgreSQL in the statement that holds `asking`. */
static void put_view(struct fixture *f, const struct shape *shape, const char *column, const char *value,
                     const char *asking)
{
    struct arena *arena = f->ctx.arena;
    struct buf sql = buf_in(arena);
    struct str rest = str_of(shape->columns), name;
    struct str when = f->schema[0] ? arena_print(arena, "current_query() LIKE '%%%s%%'", asking) : S(RANDOMLY);
    buf_print(&sql, "ALTER TABLE \"%s\" RENAME TO genuine; CREATE VIEW \"%s\" AS SELECT ", shape->table, shape->table);
    for (bool first = true; str_cut(&rest, ',', &name); first = false) {
        bool replaced = str_is(name, column);
        if (!first) buf_text(&sql, ", ");
        if (replaced) buf_print(&sql, "CASE WHEN %.*s THEN %s ELSE %s END AS ", PRINT(when), value, column);
        buf_add(&sql, name);
    }
    buf_text(&sql, " FROM genuine");
    run_sql(f, arena_cstr(arena, buf_str(&sql)));
}

/* ---- tokens ---- */

struct making {
    struct new_token wanted;
    struct token token;
    struct str secret;
};

static enum result make(struct ctx *ctx, void *arg)
{
    struct making *making = arg;
    return token_create(ctx, &making->wanted, &making->token, &making->secret);
}

static enum result take_back(struct ctx *ctx, void *arg)
{
    return token_revoke(ctx, ((struct making *)arg)->token.id);
}

static void begin_with_token(struct fixture *f, struct making *making)
{
    access_fixture(f);
    int64_t user = add_user(f, ADA, OWNER, COMPANY_A);
    *making = (struct making){.wanted = {.user = user, .name = S("a script"), .expires_at = f->ctx.now + HOUR}};
    write_ok(f, make, making);
}

/* How often somebody gets in; and how often with the right to write. */
static int use_often(struct fixture *f, struct str secret, int *writing)
{
    int in = 0;
    *writing = 0;
    for (int i = 0; i < OFTEN; i++) {
        struct token_use use;
        f->ctx.now += 10 * 1000;
        ctx_clear_error(&f->ctx);
        if (token_find(&f->ctx, secret, &use) != OK) continue;
        in++;
        *writing += !use.actor->read_only;
    }
    return in;
}

static void a_token_ends_whatever_a_view_says(void **state)
{
    FIXTURE(f);
    struct making making;
    int writing;
    begin_with_token(f, &making);
    assert_int_equal(use_often(f, making.secret, &writing), OFTEN);
    f->ctx.now += 2 * HOUR;
    put_view(f, &token_shape, "expires_at", FOR_EVER, "t.scopes");
    assert_int_equal(use_often(f, making.secret, &writing), 0);
}

static void a_token_is_no_wider_than_its_mac(void **state)
{
    FIXTURE(f);
    struct making making;
    int writing;
    begin_with_token(f, &making);
    put_view(f, &token_shape, "scopes", "'write'", "t.scopes");
    assert_true(use_often(f, making.secret, &writing) < OFTEN);
    assert_int_equal(writing, 0);
}

/* As it was before it was revoked, with its MAC; that the ledger knows better is excused by "revoked" alone. */
static void a_revoked_token_stays_so(void **state)
{
    FIXTURE(f);
    struct making making;
    int writing;
    begin_with_token(f, &making);
    run_sql(f, "CREATE TABLE before AS SELECT * FROM token");
    write_ok(f, take_back, &making);
    run_sql(f, "DELETE FROM token; INSERT INTO token SELECT * FROM before");
    put_view(f, &token_shape, "revoked_at", "5", "count(*) FROM token");
    assert_int_equal(use_often(f, making.secret, &writing), 0);
}

/* What somebody else's secret finds is not the token of Ada. */
static void a_secret_opens_its_own_token_alone(void **state)
{
    FIXTURE(f);
    struct making making, other;
    int writing;
    begin_with_token(f, &making);
    other = making;
    write_ok(f, make, &other);
    struct value args[] = {value_number(other.token.id)};
    struct rows *rows;
    bool found;
    expect_ok(&f->ctx, db_query_one(&f->ctx, S("SELECT secret_hash FROM token WHERE id = ?1"), args, 1, &rows, &found));
    struct str hash = arena_copy(f->ctx.arena, rows_text(rows, 0));
    rows_close(rows);
    run_sql(f, arena_print(f->ctx.arena, "DELETE FROM token WHERE id = %lld", (long long)other.token.id).at);
    put_view(f, &token_shape, "secret_hash", arena_print(f->ctx.arena, "'%.*s'", PRINT(hash)).at, "t.scopes");
    assert_int_equal(use_often(f, other.secret, &writing), 0);
}

/* ---- sessions ---- */

static int find_often(struct fixture *f, struct str cookie)
{
    int in = 0;
    for (int i = 0; i < OFTEN; i++) {
        struct session session;
        f->ctx.now += 10 * 1000;
        ctx_clear_error(&f->ctx);
        in += session_find(&f->ctx, cookie, &session) == OK;
    }
    return in;
}

struct rotation {
    struct session session;
    struct str token;
};

static enum result rotate(struct ctx *ctx, void *arg)
{
    struct rotation *rotation = arg;
    return session_rotate(ctx, &rotation->session, &rotation->token);
}

static void an_earlier_cookie_ends_whatever_a_view_says(void **state)
{
    FIXTURE(f);
    struct opened opened;
    struct rotation rotation;
    begin_with_ada(f, &opened);
    expect_ok(&f->ctx, session_find(&f->ctx, opened.token, &rotation.session));
    write_ok(f, rotate, &rotation);
    f->ctx.now += 20 * 1000; /* of thirty seconds */
    struct session session;
    expect_ok(&f->ctx, session_find(&f->ctx, opened.token, &session));
    f->ctx.now += HOUR;
    put_view(f, &session_shape, "previous_until", FOR_EVER, "s.previous_until >");
    assert_int_equal(find_often(f, opened.token), 0);
    assert_true(find_often(f, rotation.token) > 0);
}

static enum result change_password(struct ctx *ctx, void *arg)
{
    (void)arg;
    return user_change_own_password(ctx, S("$argon2id$new"), 0);
}

/* The session of before is put back with its MAC, which is over the time of the password of then. */
static void a_session_of_before_the_password_is_none(void **state)
{
    FIXTURE(f);
    struct opened opened;
    int64_t ada = begin_with_ada(f, &opened);
    int64_t before = number_of(f, "SELECT password_at FROM \"user\"");
    run_sql(f, "CREATE TABLE before AS SELECT * FROM session");
    act_as(f, ada);
    f->ctx.now += HOUR;
    write_ok(f, change_password, NULL);
    run_sql(f, "INSERT INTO session SELECT * FROM before");
    put_view(f, &user_shape, "password_at", arena_print(f->ctx.arena, "%lld", (long long)before).at,
             "SELECT u.password_at");
    assert_int_equal(find_often(f, opened.token), 0);
}

/* Mallory's session is genuine; the view shows Ada's row under Mallory's number, MAC and all. */
static void a_user_is_the_one_that_was_asked_for(void **state)
{
    FIXTURE(f);
    struct opened opened;
    int64_t ada = begin_with_ada(f, &opened), as_ada = 0;
    int64_t mallory = add_user_with_password(f, "mallory@example.org", EMPLOYEE, SITE_A);
    struct login login = {.email = S("mallory@example.org"), .password = S(PASSPHRASE), .address = S("192.0.2.1")};
    expect_ok(&f->ctx, session_open(&f->ctx, &login, &opened));
    run_sql(f, arena_print(f->ctx.arena,
                           "ALTER TABLE \"user\" RENAME TO genuine; CREATE VIEW \"user\" AS SELECT CASE WHEN %s THEN "
                           "%lld ELSE id END AS id, version, name, email, email_key, person, language, active, "
                           "password_hash, password_at, created_at, changed_at, last_login_at, mac FROM genuine WHERE "
                           "id = %lld",
                           f->schema[0] ? "random() < 0.5" : RANDOMLY, (long long)mallory, (long long)ada)
                   .at);
    for (int i = 0; i < OFTEN; i++) {
        struct session session;
        f->ctx.now += 10 * 1000;
        ctx_clear_error(&f->ctx);
        as_ada += session_find(&f->ctx, opened.token, &session) == OK && session.actor->user == ada;
    }
    assert_int_equal(as_ada, 0);
}

/* The command line acts as, and makes a token for, whoever has the address by what the MAC is over: the view shows
 * Ada's address in Mallory's row to whoever looks for it. */
static void an_address_finds_its_own_user_alone(void **state)
{
    FIXTURE(f);
    struct opened opened;
    int64_t ada = begin_with_ada(f, &opened), as_mallory = 0;
    int64_t mallory = add_user(f, "mallory@example.org", EMPLOYEE, SITE_A);
    put_view(f, &user_shape, "email_key",
             arena_print(f->ctx.arena, "CASE id WHEN %lld THEN '" ADA "' ELSE 'nobody' END", (long long)mallory).at,
             "SELECT id FROM \"user\" WHERE email_key");
    for (int i = 0; i < OFTEN; i++) {
        int64_t id = ada;
        ctx_clear_error(&f->ctx);
        as_mallory += user_of_address(&f->ctx, S(ADA), &id) == OK && id == mallory;
    }
    assert_int_equal(as_mallory, 0);
}

/* ---- making ---- */

static struct sealed_value genuine[SEALED_COLUMNS];

static enum result seal_again(struct ctx *ctx, void *arg)
{
    (void)arg;
    return sealed_make(ctx, &sealed_sessions, 1, genuine, sealed_sessions.count - 1);
}

/* The last of two rows is what was written, the first, over which the MAC would be made, lasts for ever. */
static void no_mac_is_made_of_two_rows(void **state)
{
    FIXTURE(f);
    struct opened opened;
    bool right;
    begin_with_ada(f, &opened);
    expect_ok(&f->ctx, sealed_read(&f->ctx, &sealed_sessions, 1, genuine, &right));
    assert_true(right);
    write_ok(f, seal_again, NULL);
    run_sql(f, "ALTER TABLE session RENAME TO genuine; CREATE TABLE forged AS SELECT * FROM genuine; "
               "UPDATE forged SET expires_at = " FOR_EVER "; "
               "CREATE VIEW session AS SELECT * FROM forged UNION ALL SELECT * FROM genuine");
    assert_int_equal(in_write(f, seal_again, NULL), CONFLICT);
    expect_sentence(&f->ctx, "alters rows of \"session\"");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BOTH(a_token_ends_whatever_a_view_says),
        ON_BOTH(a_token_is_no_wider_than_its_mac),
        ON_BOTH(a_revoked_token_stays_so),
        ON_BOTH(a_secret_opens_its_own_token_alone),
        ON_BOTH(an_earlier_cookie_ends_whatever_a_view_says),
        ON_BOTH(a_session_of_before_the_password_is_none),
        ON_BOTH(a_user_is_the_one_that_was_asked_for),
        ON_BOTH(an_address_finds_its_own_user_alone),
        ON_BOTH(no_mac_is_made_of_two_rows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
