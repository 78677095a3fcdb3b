/* Triggers that are planted, do their work in the moment in which the program writes, and are taken out again: what the
 * program uses, and what it makes a MAC over, must be what it wrote and looked at itself. */
#include "access/fixture.h"

#include "access/password.h"

static int64_t ada;

/* After an update of the column, this is done to the tables; :id is the row's. */
static void plant(struct fixture *f, const char *table, const char *column, const char *sql)
{
    const char *id = strstr(sql, ":id");
    struct str done = id ? arena_print(f->ctx.arena, "%.*sNEW.id%s", (int)(id - sql), sql, id + 3) : str_of(sql);
    struct arena *arena = f->ctx.arena;
    struct str sqlite = arena_print(arena, "CREATE TRIGGER planted AFTER UPDATE OF %s ON \"%s\" BEGIN %.*s; END",
                                    column, table, PRINT(done)),
               postgres = arena_print(arena,
                                      "CREATE FUNCTION planted() RETURNS trigger LANGUAGE plpgsql AS "
                                      "$$ BEGIN %.*s; RETURN NULL; END $$; CREATE TRIGGER planted AFTER UPDATE OF %s "
                                      "ON \"%s\" FOR EACH ROW EXECUTE FUNCTION planted()",
                                      PRINT(done), column, table);
    run_sql(f, f->schema[0] ? postgres.at : sqlite.at);
}

static void take_out(struct fixture *f, const char *table)
{
    run_sql(f, f->schema[0] ? arena_print(f->ctx.arena, "DROP TRIGGER planted ON \"%s\"", table).at
                            : "DROP TRIGGER planted");
}

/* Mallory's hash stands in Ada's row while the password is compared, and Ada's own again when the MAC is looked at. */
static void a_hash_of_a_moment_opens_nothing(void **state)
{
    FIXTURE(f);
    struct opened opened;
    struct login login = {.email = S(ADA), .password = S("eleven badgers dig by moonlight"), .address = S("192.0.2.1")};
    struct str genuine, intruder;
    ada = begin_with_ada(f, &opened);
    expect_ok(&f->ctx, password_prepare(&f->ctx, login.password, S("Ada"), S(ADA), &intruder));
    struct rows *rows;
    bool found;
    expect_ok(&f->ctx,
              db_query_one(&f->ctx, S("SELECT password_hash FROM \"user\" WHERE id = 1"), NULL, 0, &rows, &found));
    genuine = arena_copy(f->ctx.arena, rows_text(rows, 0));
    rows_close(rows);
    int64_t sessions = number_of(f, "SELECT count(*) FROM session");
    run_sql(f,
            arena_print(f->ctx.arena, "UPDATE \"user\" SET password_hash = '%.*s' WHERE id = 1", PRINT(intruder)).at);
    plant(f, "user", "last_login_at",
          arena_print(f->ctx.arena, "UPDATE \"user\" SET password_hash = '%.*s' WHERE id = :id", PRINT(genuine)).at);
    ctx_clear_error(&f->ctx);
    assert_int_equal(session_open(&f->ctx, &login, &opened), DENIED);
    assert_int_equal(number_of(f, "SELECT count(*) FROM session"), sessions);
    take_out(f, "user");
}

/* Ada's row bears another address while it is looked for: whoever signs in with that address is not Ada. */
static void an_address_of_a_moment_finds_nobody(void **state)
{
    FIXTURE(f);
    struct opened opened;
    struct login login = {.email = S("eve@example.org"), .password = S(PASSPHRASE), .address = S("192.0.2.1")};
    ada = begin_with_ada(f, &opened);
    int64_t sessions = number_of(f, "SELECT count(*) FROM session");
    run_sql(f, "UPDATE \"user\" SET email_key = 'eve@example.org' WHERE id = 1");
    plant(f, "user", "last_login_at", "UPDATE \"user\" SET email_key = '" ADA "' WHERE id = :id");
    ctx_clear_error(&f->ctx);
    assert_int_equal(session_open(&f->ctx, &login, &opened), DENIED);
    assert_int_equal(number_of(f, "SELECT count(*) FROM session"), sessions);
    take_out(f, "user");
}

static enum result change_password(struct ctx *ctx, void *session)
{
    return user_change_own_password(ctx, S("$argon2id$new"), *(const int64_t *)session);
}

/* Each would have let somebody in with what the change of the password was to end. */
static void a_change_of_the_password_seals_nothing_else(void **state)
{
    static const struct {
        const char *table, *column, *sql, *sentence;
    } planted[] = {
        {"user", "password_hash",
         "UPDATE session SET previous_hash = 'known', previous_until = 9000000000000 WHERE user_id = :id",
         "alters rows of \"session\""},
        {"user", "password_hash", "UPDATE session SET expires_at = 9000000000000 WHERE user_id = :id",
         "alters rows of \"session\""},
        {"user", "password_hash", "UPDATE \"user\" SET password_at = 1 WHERE id = :id", "alters rows of \"session\""},
        {"session", "mac", "UPDATE \"user\" SET created_at = 1 WHERE id = 1", "at this very moment"},
    };
    FIXTURE(f);
    struct opened opened;
    int64_t session = 1;
    ada = begin_with_ada(f, &opened);
    act_as(f, ada);
    for (size_t i = 0; i < COUNT(planted); i++) {
        plant(f, planted[i].table, planted[i].column, planted[i].sql);
        ctx_clear_error(&f->ctx);
        assert_int_equal(in_write(f, change_password, &session), CONFLICT);
        expect_sentence(&f->ctx, planted[i].sentence);
        take_out(f, planted[i].table);
        if (f->schema[0]) run_sql(f, "DROP FUNCTION planted()");
    }
    assert_int_equal(number_of(f, "SELECT count(*) FROM \"user\" WHERE password_hash = '$argon2id$new'"), 0);
    write_ok(f, change_password, &session);
    assert_int_equal(check_sealed(f, &sealed_users), OK);
    assert_int_equal(check_sealed(f, &sealed_sessions), OK);
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

static void a_rotation_seals_no_longer_life(void **state)
{
    static const char *const planted[] = {
        "UPDATE session SET expires_at = 9000000000000 WHERE id = :id",
        "UPDATE session SET previous_until = 9000000000000 WHERE id = :id",
        "UPDATE session SET csrf = 'known' WHERE id = :id",
    };
    FIXTURE(f);
    struct opened opened;
    struct rotation rotation;
    ada = begin_with_ada(f, &opened);
    expect_ok(&f->ctx, session_find(&f->ctx, opened.token, &rotation.session));
    for (size_t i = 0; i < COUNT(planted); i++) {
        plant(f, "session", "token_hash", planted[i]);
        assert_int_equal(in_write(f, rotate, &rotation), CONFLICT);
        expect_sentence(&f->ctx, "alters rows of \"session\"");
        take_out(f, "session");
        if (f->schema[0]) run_sql(f, "DROP FUNCTION planted()");
    }
    write_ok(f, rotate, &rotation);
    assert_int_equal(check_sealed(f, &sealed_sessions), OK);
}

/* A MAC is made over a whole row or not at all. */
static enum result seal_a_part(struct ctx *ctx, void *arg)
{
    const struct sealed_value written[] = {{1, value_number(ada)}};
    (void)arg;
    return sealed_make(ctx, &sealed_sessions, 1, written, COUNT(written));
}

static void every_column_is_named_for_a_mac(void **state)
{
    FIXTURE(f);
    struct opened opened;
    ada = begin_with_ada(f, &opened);
    assert_int_equal(in_write(f, seal_a_part, NULL), BROKEN);
    expect_sentence(&f->ctx, "1 values of a session were named for its MAC, which covers 9.");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BOTH(a_hash_of_a_moment_opens_nothing),
        ON_BOTH(an_address_of_a_moment_finds_nobody),
        ON_BOTH(a_change_of_the_password_seals_nothing_else),
        ON_BOTH(a_rotation_seals_no_longer_life),
        ON_BOTH(every_column_is_named_for_a_mac),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
