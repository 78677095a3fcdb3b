/* The master key that a restore puts there goes with the data: it stays where nobody knows whether they are in. */
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

static void a_key_stays_when_nobody_knows(void **state)
{
    FIXTURE(f);
    const char *path = arena_print(f->ctx.arena, "%s/b.merlon", f->directory).at;
    const char *key_file = arena_print(f->ctx.arena, "%s/master.key", f->directory).at;
    struct fixture *from = fixture_new(false);
    struct backup backup = {.tables = tables,
                            .table_count = COUNT(tables),
                            .keyring = &keyring,
                            .passphrase = S("correct horse battery staple"),
                            .key_file = str_of(key_file)};
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

int main(void)
{
    const struct CMUnitTest tests_here[] = {
        ON_POSTGRES(a_key_stays_when_nobody_knows),
    };
    return cmocka_run_group_tests(tests_here, NULL, NULL);
}
