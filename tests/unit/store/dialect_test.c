/* The expressions that the dialects do not share give the same value on both, for every kind of JSON. */
#include "fixture.h"

#include "store/dialect.h"

static const char *const documents[] = {
    NULL,
    "",
    "{}",
    "{\"colour\":\"red\",\"size\":12,\"share\":0.5,\"yes\":true,\"no\":false,\"nil\":null}",
    "{\"colour\":[\"red\",\"blue\"],\"size\":\"12\",\"share\":{\"a\":1},\"yes\":[],\"no\":[1,true]}",
    "{\"colour\":\"\",\"size\":9007199254740993,\"share\":-1e3}",
    "{\"od.d\":\"dot\",\"o'd\":\"quote\",\"$[0]\":\"path\",\"\xc3\xbc\":\"umlaut \\u00e4\"}",
};

static enum result make_table(struct ctx *ctx, void *arg)
{
    (void)arg;
    TRY(db_script(ctx, "CREATE TABLE t (id bigint PRIMARY KEY, custom text)"));
    for (size_t i = 0; i < COUNT(documents); i++) {
        struct value args[] = {value_number((int64_t)i),
                               documents[i] ? value_text(str_of(documents[i])) : value_null()};
        TRY(db_run(ctx, S("INSERT INTO t (id, custom) VALUES (?1, ?2)"), args, 2, NULL));
    }
    return OK;
}

typedef void (*writer_fn)(struct buf *sql, enum dialect dialect, const char *column, unsigned name);

/* The value for each document, joined: "-" for NULL. */
static void expect_values(struct fixture *f, writer_fn write, const char *name, const char *wanted)
{
    struct buf sql = buf_in(f->ctx.arena), got = buf_in(f->ctx.arena);
    buf_text(&sql, "SELECT ");
    write(&sql, store_dialect(f->store), "t.\"custom\"", 1);
    buf_text(&sql, " FROM t ORDER BY id");
    struct value arg = value_text(str_of(name));
    struct rows *rows;
    expect_ok(&f->ctx, db_query(&f->ctx, buf_str(&sql), &arg, 1, &rows));
    for (bool more;;) {
        expect_ok(&f->ctx, rows_next(&f->ctx, rows, &more));
        if (!more) break;
        if (got.len) buf_char(&got, '|');
        if (rows_is_null(rows, 0))
            buf_char(&got, '-');
        else if (write == sql_json_number)
            buf_decimal(&got, rows_decimal(rows, 0));
        else
            buf_add(&got, rows_text(rows, 0));
    }
    assert_string_equal(arena_cstr(f->ctx.arena, buf_str(&got)), wanted);
}

static void json_members_are_the_same_on_both(void **state)
{
    FIXTURE(f);
    expect_ok(&f->ctx, store_write(&f->ctx, f->store, make_table, NULL));
    expect_values(f, sql_json_text, "colour", "-|-|-|red|-||-");
    expect_values(f, sql_json_text, "size", "-|-|-|12|12|9007199254740993|-");
    expect_values(f, sql_json_text, "yes", "-|-|-|true|-|-|-");
    expect_values(f, sql_json_text, "no", "-|-|-|false|-|-|-");
    expect_values(f, sql_json_text, "nil", "-|-|-|-|-|-|-");
    expect_values(f, sql_json_text, "od.d", "-|-|-|-|-|-|dot");
    expect_values(f, sql_json_text, "o'd", "-|-|-|-|-|-|quote");
    expect_values(f, sql_json_text, "$[0]", "-|-|-|-|-|-|path");
    expect_values(f, sql_json_text, "\xc3\xbc", "-|-|-|-|-|-|umlaut \xc3\xa4");
    expect_values(f, sql_json_number, "size", "-|-|-|12|-|9007199254740992|-");
    expect_values(f, sql_json_number, "share", "-|-|-|0.5|-|-1000|-");
    expect_values(f, sql_json_number, "colour", "-|-|-|-|-|-|-");
}

static int64_t matching(struct fixture *f, struct str condition, const struct value *args, size_t count)
{
    struct str sql =
        arena_print(f->ctx.arena, "SELECT sum(1 << CAST(id AS integer)) FROM t WHERE %.*s", PRINT(condition));
    int64_t bits;
    expect_ok(&f->ctx, db_query_number(&f->ctx, sql, args, count, 0, &bits));
    return bits;
}

static void lists_hold_their_members(void **state)
{
    FIXTURE(f);
    expect_ok(&f->ctx, store_write(&f->ctx, f->store, make_table, NULL));
    static const struct {
        const char *name, *value;
        int64_t wanted;
    } cases[] = {
        {"colour", "red", 1 << 3 | 1 << 4},
        {"colour", "blue", 1 << 4},
        {"colour", "", 1 << 5},
        {"colour", "r", 0},
        {"size", "12", 1 << 4}, /* the number 12 is no text */
        {"yes", "true", 0},
        {"no", "1", 0},
        {"share", "a", 0},
    };
    struct buf sql = buf_in(f->ctx.arena);
    sql_json_has(&sql, store_dialect(f->store), "custom", 1, 2);
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct value args[] = {value_text(str_of(cases[i].name)), value_text(str_of(cases[i].value))};
        assert_int_equal(matching(f, buf_str(&sql), args, 2), cases[i].wanted);
    }
}

static void contains_takes_everything_literally(void **state)
{
    FIXTURE(f);
    expect_ok(&f->ctx, store_write(&f->ctx, f->store, make_table, NULL));
    static const struct {
        const char *text;
        int64_t wanted;
    } cases[] = {{"RED", 1 << 3 | 1 << 4}, {"%", 0}, {"_", 0}, {"\\u00", 1 << 6}, {"}", 124}, {"'", 1 << 6}};
    struct buf sql = buf_in(f->ctx.arena);
    sql_contains(&sql, store_dialect(f->store), "custom", 1);
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct value arg = value_text(sql_pattern(f->ctx.arena, str_of(cases[i].text)));
        assert_int_equal(matching(f, buf_str(&sql), &arg, 1), cases[i].wanted);
    }
}

static void names_are_quoted(void **state)
{
    (void)state;
    struct arena *arena = arena_new(0);
    struct buf sql = buf_in(arena);
    sql_name(&sql, "gr\"ant");
    buf_char(&sql, ' ');
    sql_names(&sql, "to,  from DESC ,id");
    assert_string_equal(arena_cstr(arena, buf_str(&sql)), "\"gr\"\"ant\" \"to\", \"from\" DESC, \"id\"");
    arena_free(arena);
}

static void claimed_rows_are_skipped(void **state)
{
    FIXTURE(f);
    expect_ok(&f->ctx, store_write(&f->ctx, f->store, make_table, NULL));
    struct rows *rows;
    bool found;
    struct str sql =
        arena_print(f->ctx.arena, "SELECT id FROM t WHERE id = 3%s", sql_skip_locked(store_dialect(f->store)));
    expect_ok(&f->ctx, db_query_one(&f->ctx, sql, NULL, 0, &rows, &found));
    assert_true(found);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_quoted), ON_BOTH(json_members_are_the_same_on_both),
        ON_BOTH(lists_hold_their_members),  ON_BOTH(contains_takes_everything_literally),
        ON_BOTH(claimed_rows_are_skipped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
