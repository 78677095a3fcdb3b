/* The master key that a restore puts there goes with the data: it stays where nobody knows whether they are in. What is
 * restored fits the tables of this program, and is written in pieces. */
#include "store/fixture.h"

#include "store/backup.h"

static const struct column columns[] = {{.name = "id", .type = COLUMN_KEY}};
static const struct table leaf = {.name = "r_leaf", .columns = columns, .column_count = COUNT(columns)};
static const struct table *const tables[] = {&leaf};

static enum result make_tables(struct ctx *ctx, void *arg)
{
    (void)arg;
    return tables_apply(ctx, tables, COUNT(tables));
}

static enum result not_today(struct ctx *ctx, void *arg)
{
    (void)arg;
    return fail(ctx, BROKEN, "Not today.");
}

/* The trigger waits for COMMIT, and ends the connection in the middle of it. */
static enum result lose_it_while_saving(struct ctx *ctx, void *arg)
{
    (void)arg;
    return db_script(ctx, "CREATE TABLE gone (n bigint); CREATE FUNCTION leave() RETURNS trigger LANGUAGE plpgsql AS "
                          "$$ BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END $$;"
                          "CREATE CONSTRAINT TRIGGER leave AFTER INSERT ON gone DEFERRABLE INITIALLY DEFERRED "
                          "FOR EACH ROW EXECUTE FUNCTION leave(); INSERT INTO gone VALUES (1)");
}

static struct backup sealed_backup(const char *key_file)
{
    return (struct backup){.tables = tables,
                           .table_count = COUNT(tables),
                           .keyring = &keyring,
                           .passphrase = S("correct horse battery staple"),
                           .key_file = str_of(key_file)};
}

static void a_key_stays_when_nobody_knows(void **state)
{
    FIXTURE(f);
    const char *path = arena_print(f->ctx.arena, "%s/b.merlon", f->directory).at;
    const char *key_file = arena_print(f->ctx.arena, "%s/master.key", f->directory).at;
    struct fixture *from = fixture_new(false);
    struct backup backup = sealed_backup(key_file);
    struct backup_info info;
    expect_ok(&from->ctx, store_write(&from->ctx, from->store, make_tables, NULL));
    expect_ok(&from->ctx, store_backup(&from->ctx, from->store, &backup, str_of(path), &info));
    backup.last = not_today;
    assert_int_equal(store_restore(&f->ctx, f->store, &backup, str_of(path), &info), BROKEN);
    assert_int_not_equal(access(key_file, F_OK), 0);
    backup.last = lose_it_while_saving;
    assert_int_equal(store_restore(&f->ctx, f->store, &backup, str_of(path), &info), AWAY);
    expect_sentence(&f->ctx, "lost while saving");
    assert_int_equal(access(key_file, F_OK), 0);
    unlink(key_file);
    unlink(path);
    fixture_free(from);
}

static void a_key_that_went_again_is_not_named(void **state)
{
    FIXTURE(f);
    const char *path = arena_print(f->ctx.arena, "%s/b.merlon", f->directory).at;
    const char *key_file = arena_print(f->ctx.arena, "%s/master.key", f->directory).at;
    struct fixture *from = fixture_new(false);
    struct backup backup = sealed_backup(key_file);
    struct backup_info info;
    expect_ok(&from->ctx, store_write(&from->ctx, from->store, make_tables, NULL));
    expect_ok(&from->ctx, store_backup(&from->ctx, from->store, &backup, str_of(path), &info));
    backup.last = not_today;
    assert_int_equal(store_restore(&f->ctx, f->store, &backup, str_of(path), &info), BROKEN);
    assert_null(info.key_written);
    backup.last = NULL;
    expect_ok(&f->ctx, store_restore(&f->ctx, f->store, &backup, str_of(path), &info));
    assert_string_equal(info.key_written, key_file);
    unlink(path);
    fixture_free(from);
}

/* ---- what is restored ---- */

static const struct column big_columns[] = {
    {.name = "id", .type = COLUMN_KEY},
    {.name = "picture", .type = COLUMN_BYTES},
};
static const struct table big = {.name = "r_big", .columns = big_columns, .column_count = COUNT(big_columns)};
static const struct table *const big_tables[] = {&big};

enum { PICTURES = 16, PICTURE = 300 * 1024 };

static enum result fill(struct ctx *ctx, void *arg)
{
    const struct value args[] = {value_bytes((struct str){arena_alloc(ctx->arena, PICTURE), PICTURE})};
    (void)arg;
    TRY(tables_apply(ctx, big_tables, COUNT(big_tables)));
    for (int i = 0; i < PICTURES; i++)
        TRY(db_run(ctx, S("INSERT INTO r_big (picture) VALUES (?1)"), args, COUNT(args), NULL));
    return OK;
}

static struct backup make_big(struct fixture *f, const char *path)
{
    struct backup backup = {.tables = big_tables, .table_count = COUNT(big_tables), .keyring = &keyring};
    struct backup_info info;
    expect_ok(&f->ctx, store_write(&f->ctx, f->store, fill, NULL));
    expect_ok(&f->ctx, store_backup(&f->ctx, f->store, &backup, str_of(path), &info));
    return backup;
}

static void a_column_of_another_type_is_refused(void **state)
{
    FIXTURE(f);
    const char *path = arena_print(f->ctx.arena, "%s/b.merlon", f->directory).at;
    struct fixture *to = fixture_new(f->url[0] != 0);
    struct backup backup = make_big(f, path);
    struct backup_info info;
    const struct column other_columns[] = {big_columns[0], {.name = "picture", .type = COLUMN_NUMBER}};
    const struct table other = {.name = "r_big", .columns = other_columns, .column_count = COUNT(other_columns)};
    const struct table *const others[] = {&other};
    backup.tables = others;
    assert_int_equal(store_restore(&to->ctx, to->store, &backup, str_of(path), &info), INVALID);
    expect_sentence(&to->ctx, "The column r_big.picture is of another type in the backup");
    unlink(path);
    fixture_free(to);
}

static enum result count_statements(struct ctx *ctx, void *count)
{
    return db_query_number(ctx, S("SELECT count(DISTINCT CAST(cmin AS text)) FROM r_big"), NULL, 0, 0, count);
}

/* Each row knows by which statement of the transaction it came. */
static void large_rows_do_not_wait_for_each_other(void **state)
{
    FIXTURE(f);
    const char *path = arena_print(f->ctx.arena, "%s/b.merlon", f->directory).at;
    struct fixture *to = fixture_new(true);
    struct backup backup = make_big(f, path);
    struct backup_info info;
    int64_t statements = 0;
    backup.filled = count_statements;
    backup.arg = &statements;
    expect_ok(&to->ctx, store_restore(&to->ctx, to->store, &backup, str_of(path), &info));
    assert_int_equal(statements, PICTURES);
    unlink(path);
    fixture_free(to);
}

/* ---- an attempt that was undone ---- */

enum { PLACES = 5 };

static const struct column place_columns[] = {
    {.name = "id", .type = COLUMN_KEY},
    {.name = "n", .type = COLUMN_NUMBER},
    {.name = "late", .type = COLUMN_NUMBER, .fallback = "late()"}, /* of a newer version: the backup has none */
};
static const struct table older_place = {.name = "r_place", .columns = place_columns, .column_count = 2};
static const struct table place = {.name = "r_place", .columns = place_columns, .column_count = 3};
static const struct table *const older_places[] = {&older_place}, *const places[] = {&place};

static enum result fill_places(struct ctx *ctx, void *arg)
{
    (void)arg;
    TRY(tables_apply(ctx, older_places, COUNT(older_places)));
    for (int i = 0; i < PLACES; i++) {
        const struct value args[] = {value_number(i)};
        TRY(db_run(ctx, S("INSERT INTO r_place (n) VALUES (?1)"), args, COUNT(args), NULL));
    }
    return OK;
}

/* A sequence counts on also where a transaction is undone: the third row of the first attempt fails. */
static enum result fail_once(struct ctx *ctx, void *arg)
{
    (void)arg;
    return db_script(ctx, "CREATE SEQUENCE rows_written; CREATE FUNCTION late() RETURNS bigint LANGUAGE plpgsql AS $$ "
                          "BEGIN IF nextval('rows_written') = 3 THEN RAISE EXCEPTION 'collision' USING ERRCODE = "
                          "'40001'; END IF; RETURN 1; END $$");
}

/* What waited in the attempt before is no row of the next. */
static void what_is_tried_again_begins_anew(void **state)
{
    FIXTURE(f);
    const char *path = arena_print(f->ctx.arena, "%s/b.merlon", f->directory).at;
    struct fixture *to = fixture_new(true);
    struct backup backup = {.tables = older_places, .table_count = COUNT(older_places), .keyring = &keyring};
    struct backup_info info;
    int64_t number;
    expect_ok(&f->ctx, store_write(&f->ctx, f->store, fill_places, NULL));
    expect_ok(&f->ctx, store_backup(&f->ctx, f->store, &backup, str_of(path), &info));
    expect_ok(&to->ctx, store_write(&to->ctx, to->store, fail_once, NULL));
    backup.tables = places;
    expect_ok(&to->ctx, store_restore(&to->ctx, to->store, &backup, str_of(path), &info));
    expect_ok(&to->ctx,
              db_query_number(&to->ctx, S("SELECT count(*) FROM r_place WHERE n = id - 1"), NULL, 0, -1, &number));
    assert_int_equal(number, PLACES);
    expect_ok(&to->ctx, db_query_number(&to->ctx, S("SELECT last_value FROM rows_written"), NULL, 0, -1, &number));
    assert_int_equal(number, PLACES + 3);
    unlink(path);
    fixture_free(to);
}

int main(void)
{
    const struct CMUnitTest tests_here[] = {
        ON_POSTGRES(a_key_stays_when_nobody_knows),   ON_BOTH(a_key_that_went_again_is_not_named),
        ON_BOTH(a_column_of_another_type_is_refused), ON_POSTGRES(large_rows_do_not_wait_for_each_other),
        ON_POSTGRES(what_is_tried_again_begins_anew),
    };
    return cmocka_run_group_tests(tests_here, NULL, NULL);
}
