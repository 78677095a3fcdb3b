/* What somebody planted past the program costs a restore nothing but itself, on both databases and from one to the
 * other. */
#include "store/fixture.h"

#include "base/buf.h"
#include "store/backup.h"

static const struct column owner_columns[] = {
    {.name = "id", .type = COLUMN_KEY},
    {.name = "email", .type = COLUMN_TEXT, .flags = COLUMN_NOT_NULL | COLUMN_UNIQUE},
    {.name = "mac", .type = COLUMN_BYTES},
};
static const struct column thing_columns[] = {
    {.name = "id", .type = COLUMN_KEY},
    {.name = "owner", .type = COLUMN_NUMBER, .references = "l_owner"},
    {.name = "name", .type = COLUMN_TEXT, .flags = COLUMN_NOT_NULL},
};
static const struct column link_columns[] = {
    {.name = "from_thing", .type = COLUMN_NUMBER, .flags = COLUMN_NOT_NULL, .references = "l_thing"},
    {.name = "word", .type = COLUMN_TEXT, .flags = COLUMN_NOT_NULL},
};
/* As somebody made them who writes the database by himself. */
static const struct column loose_owner_columns[] = {
    {.name = "id", .type = COLUMN_KEY}, {.name = "email", .type = COLUMN_TEXT}, {.name = "mac", .type = COLUMN_BYTES}};
static const struct column loose_thing_columns[] = {{.name = "id", .type = COLUMN_KEY},
                                                    {.name = "owner", .type = COLUMN_NUMBER},
                                                    {.name = "name", .type = COLUMN_TEXT}};
static const struct column loose_link_columns[] = {{.name = "from_thing", .type = COLUMN_NUMBER},
                                                   {.name = "word", .type = COLUMN_TEXT}};

#define TABLE(called, of)                                                                                              \
    {                                                                                                                  \
        .name = called, .columns = of, .column_count = COUNT(of)                                                       \
    }
static const struct table owner = TABLE("l_owner", owner_columns), thing = TABLE("l_thing", thing_columns);
static const struct table loose_owner = TABLE("l_owner", loose_owner_columns),
                          loose_thing = TABLE("l_thing", loose_thing_columns),
                          loose_link = TABLE("l_link", loose_link_columns);
static const struct table link_table = {
    .name = "l_link", .columns = link_columns, .column_count = COUNT(link_columns), .primary_key = "from_thing, word"};
static const struct table *const sound[] = {&owner, &thing, &link_table}, *const loose[] = {&loose_owner, &loose_thing,
                                                                                            &loose_link};

struct case_of {
    const char *rows;                    /* of the loose tables */
    int64_t left_out, seen_before;       /* without following what goes with a row, nor a key that is no key */
    const char *first;                   /* of what was left out */
    const char *owners, *things, *links; /* what is there afterwards */
};

static enum result plant(struct ctx *ctx, void *arg)
{
    const struct case_of *one = arg;
    TRY(tables_apply(ctx, loose, COUNT(loose)));
    TRY(db_script(ctx,
                  "INSERT INTO l_owner (id, email) VALUES (1, 'a'), (2, 'b'); INSERT INTO l_thing (id, owner, name) "
                  "VALUES (1, 1, 'x'), (2, NULL, 'y'), (3, 2, 'z'); INSERT INTO l_link VALUES (1, 'one'), (3, "
                  "'three')"));
    return one->rows[0] ? db_script(ctx, one->rows) : OK;
}

/* As the program makes MACs anew: of what held, here the owner 4. */
static enum result make_anew(struct ctx *ctx, void *arg)
{
    (void)arg;
    return db_script(ctx, "UPDATE l_owner SET mac = NULL WHERE id = 4");
}

static const char *listed(struct ctx *ctx, const char *sql)
{
    struct rows *rows;
    struct buf out = buf_in(ctx->arena);
    expect_ok(ctx, db_query(ctx, str_of(sql), NULL, 0, &rows));
    for (bool more;;) {
        expect_ok(ctx, rows_next(ctx, rows, &more));
        if (!more) break;
        buf_add(&out, rows_text(rows, 0));
        buf_char(&out, ' ');
    }
    rows_close(rows);
    return arena_cstr(ctx->arena, buf_str(&out));
}

static void try_case(struct fixture *from, struct fixture *to, const struct case_of *one)
{
    const char *path = arena_print(from->ctx.arena, "%s/b.merlon", from->directory).at;
    struct backup backup = {.tables = loose, .table_count = COUNT(loose), .keyring = &keyring};
    struct backup_info info;
    expect_ok(&from->ctx, store_write(&from->ctx, from->store, plant, (void *)(uintptr_t)one));
    expect_ok(&from->ctx, store_backup(&from->ctx, from->store, &backup, str_of(path), &info));
    struct left_out found = {0};
    expect_ok(&from->ctx, left_out_find(&from->ctx, sound, COUNT(sound), &found));
    assert_int_equal(found.rows, one->seen_before);
    backup.tables = sound;
    backup.filled = make_anew;
    expect_ok(&to->ctx, store_restore(&to->ctx, to->store, &backup, str_of(path), &info));
    assert_int_equal(info.left_out.rows, one->left_out);
    if (one->left_out) assert_string_equal(arena_cstr(to->ctx.arena, info.left_out.first), one->first);
    assert_string_equal(listed(&to->ctx, "SELECT id FROM l_owner ORDER BY id"), one->owners);
    assert_string_equal(listed(&to->ctx, "SELECT id FROM l_thing ORDER BY id"), one->things);
    assert_string_equal(listed(&to->ctx, "SELECT word FROM l_link ORDER BY word"), one->links);
    unlink(path);
}

static const struct case_of cases[] = {
    {"", 0, 0, "", "1 2 ", "1 2 3 ", "one three "},
    {"INSERT INTO l_thing (id, owner, name) VALUES (77, 999, 'w'), (78, 999, 'v')", 2, 2,
     "\"l_thing\" 77: its owner names a row of \"l_owner\" that is not there", "1 2 ", "1 2 3 ", "one three "},
    /* What refers to a row that is left out goes with it. */
    {"INSERT INTO l_thing (id, owner, name) VALUES (77, 999, 'w'); INSERT INTO l_link VALUES (77, 'four')", 2, 1,
     "\"l_thing\" 77: its owner names a row of \"l_owner\" that is not there", "1 2 ", "1 2 3 ", "one three "},
    {"INSERT INTO l_owner (id, email) VALUES (3, 'b')", 1, 1,
     "\"l_owner\" 3: another row has the same email, which only one may have", "1 2 ", "1 2 3 ", "one three "},
    /* The one whose MAC held stays, though it has the higher number. */
    {"INSERT INTO l_owner (id, email, mac) VALUES (3, 'c', '\\x01'), (4, 'c', '\\x01')", 1, 1,
     "\"l_owner\" 3: another row has the same email, which only one may have", "1 2 4 ", "1 2 3 ", "one three "},
    {"INSERT INTO l_link VALUES (1, 'one')", 1, 0,
     "\"l_link\" 1, one: There is already an entry in \"l_link\" with the same from_thing, word", "1 2 ", "1 2 3 ",
     "one three "},
};

static void each_case(struct fixture *from_like, bool to_postgres)
{
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct fixture *from = fixture_new(from_like->url[0] != 0), *to = fixture_new(to_postgres);
        struct case_of one = cases[i];
        if (!from->url[0] && strstr(one.rows, "'\\x01'"))
            one.rows = "INSERT INTO l_owner (id, email, mac) VALUES (3, 'c', x'01'), (4, 'c', x'01')";
        try_case(from, to, &one);
        fixture_free(to);
        fixture_free(from);
    }
}

static void what_is_sound_comes_in(void **state)
{
    FIXTURE(f);
    each_case(f, f->url[0] != 0);
}

static void from_one_database_to_the_other(void **state)
{
    FIXTURE(f);
    struct fixture like = {.url = ""};
    each_case(f, false);
    each_case(&like, true);
}

/* A key that no table takes, and a value that may not be missing. */
static enum result plant_impossible(struct ctx *ctx, void *arg)
{
    bool postgres = db_dialect(ctx->db) == DIALECT_POSTGRES;
    const struct case_of none = {.rows = ""};
    (void)arg;
    TRY(plant(ctx, (void *)(uintptr_t)&none));
    TRY(db_script(ctx, postgres ? "ALTER TABLE l_thing DROP CONSTRAINT l_thing_id_check"
                                : "PRAGMA ignore_check_constraints = ON"));
    return db_script(ctx, "INSERT INTO l_thing (id, name) VALUES (0, 'nought'), (5, NULL), (6, 'six')");
}

static void what_no_table_takes_is_left_out(void **state)
{
    FIXTURE(f);
    const char *path = arena_print(f->ctx.arena, "%s/b.merlon", f->directory).at;
    struct fixture *to = fixture_new(f->url[0] != 0);
    struct backup backup = {.tables = loose, .table_count = COUNT(loose), .keyring = &keyring};
    struct backup_info info;
    expect_ok(&f->ctx, store_write(&f->ctx, f->store, plant_impossible, NULL));
    expect_ok(&f->ctx, store_backup(&f->ctx, f->store, &backup, str_of(path), &info));
    backup.tables = sound;
    expect_ok(&to->ctx, store_restore(&to->ctx, to->store, &backup, str_of(path), &info));
    assert_int_equal(info.left_out.rows, 2);
    assert_string_equal(listed(&to->ctx, "SELECT id FROM l_thing ORDER BY id"), "1 2 3 6 ");
    unlink(path);
    fixture_free(to);
}

int main(void)
{
    const struct CMUnitTest tests_here[] = {
        ON_BOTH(what_is_sound_comes_in),
        ON_POSTGRES(from_one_database_to_the_other),
        ON_BOTH(what_no_table_takes_is_left_out),
    };
    return cmocka_run_group_tests(tests_here, NULL, NULL);
}
