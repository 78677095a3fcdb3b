/* Queries, values, transactions: what every caller of a connection relies on, on both databases. */
#include "fixture.h"

#include "store/dialect.h"

static const struct column thing_columns[] = {
    {"id", COLUMN_KEY, 0, NULL, NULL},
    {"to", COLUMN_TEXT, COLUMN_LIVE_UNIQUE, NULL, NULL},
    {"number", COLUMN_NUMBER, 0, NULL, NULL},
    {"share", COLUMN_DECIMAL, 0, NULL, NULL},
    {"content", COLUMN_BYTES, 0, NULL, NULL},
    {"deleted_at", COLUMN_NUMBER, 0, NULL, NULL},
    {"parent", COLUMN_NUMBER, 0, "user", NULL},
    {"code", COLUMN_TEXT, COLUMN_UNIQUE, NULL, NULL},
    {"kind", COLUMN_TEXT, COLUMN_NOT_NULL, NULL, "'plain'"},
};
static const struct table thing_table = {
    .name = "user", .columns = thing_columns, .column_count = COUNT(thing_columns)};
static const struct column log_columns[] = {{"id", COLUMN_KEY, 0, NULL, NULL}, {"what", COLUMN_TEXT, 0, NULL, NULL}};
static const struct table log_table = {
    .name = "grant", .columns = log_columns, .column_count = COUNT(log_columns), .append_only = true};
static const struct table *const tables[] = {&thing_table, &log_table};

#define INSERT_SQL                                                                                                     \
    S("INSERT INTO \"user\" (\"to\", number, share, content, parent, code) VALUES (?1, ?2, ?3, ?4, ?5, ?6) RETURNING " \
      "id")

static enum result make_tables(struct ctx *ctx, void *arg)
{
    (void)arg;
    return tables_apply(ctx, tables, COUNT(tables));
}

static void with_tables(struct fixture *f)
{
    expect_ok(&f->ctx, store_write(&f->ctx, f->store, make_tables, NULL));
}

struct insertion {
    struct value args[6];
    int64_t id;
};

static enum result insert(struct ctx *ctx, void *arg)
{
    struct insertion *insertion = arg;
    return db_insert(ctx, INSERT_SQL, insertion->args, COUNT(insertion->args), &insertion->id);
}

static enum result insert_named(struct ctx *ctx, const char *to, int64_t *id)
{
    struct insertion insertion = {.args = {value_text(str_of(to))}};
    enum result result = insert(ctx, &insertion);
    if (id) *id = insertion.id;
    return result;
}

static int64_t count_rows(struct ctx *ctx)
{
    int64_t number;
    expect_ok(ctx, db_query_number(ctx, S("SELECT count(*) FROM \"user\""), NULL, 0, -1, &number));
    return number;
}

/* ---- values ---- */

static void values_return_as_they_went(void **state)
{
    FIXTURE(f);
    with_tables(f);
    static const char odd[] = "a\0b\\x41'\xff\x00";
    const struct str utf8 = S("Zo\xc3\xab \xe6\x97\xa5\xe6\x9c\xac \xf0\x9f\x94\x92 'quote' \"double\" \\ ?1 $1");
    struct insertion rows[] = {
        {.args = {value_text(utf8), value_number(INT64_MAX), value_decimal(0.1), value_bytes((struct str){odd, 9})}},
        {.args = {value_text(S("")), value_number(INT64_MIN), value_decimal(-1e300), value_bytes(S(""))}},
        {.args = {value_null()}},
        {.args = {value_text(S("x")), value_number(0), value_decimal(5), value_bytes(S("\\x00"))}},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        expect_ok(&f->ctx, store_write(&f->ctx, f->store, insert, &rows[i]));
        assert_int_equal(rows[i].id, i + 1);
    }
    struct rows *found;
    expect_ok(&f->ctx,
              db_query(&f->ctx, S("SELECT \"to\", number, share, content FROM \"user\" ORDER BY id"), NULL, 0, &found));
    assert_int_equal(rows_width(found), 4);
    for (size_t i = 0; i < COUNT(rows); i++) {
        bool more;
        expect_ok(&f->ctx, rows_next(&f->ctx, found, &more));
        assert_true(more);
        const struct value *args = rows[i].args;
        for (size_t c = 0; c < 4; c++) assert_int_equal(rows_is_null(found, c), args[c].type == IS_NULL);
        if (args[0].type != IS_NULL) assert_true(str_eq(rows_text(found, 0), args[0].text));
        assert_true(rows_number(found, 1) == args[1].number);
        assert_true(args[2].type == IS_NULL ? rows_decimal(found, 2) == 0 : rows_decimal(found, 2) == args[2].decimal);
        for (int again = 0; again < 2; again++) assert_true(str_eq(rows_bytes(found, 3), args[3].text));
    }
    bool more;
    expect_ok(&f->ctx, rows_next(&f->ctx, found, &more));
    assert_false(more);
    assert_true(rows_is_null(found, 0) && rows_text(found, 0).len == 0);
}

static void number_arguments_keep_64_bits_anywhere(void **state)
{
    FIXTURE(f);
    with_tables(f);
    struct insertion row = {.args = {value_text(S("t")), value_number(1700000000123)}};
    expect_ok(&f->ctx, store_write(&f->ctx, f->store, insert, &row));
    struct value args[] = {value_number(1700000000124), value_null(), value_number(1)};
    int64_t number;
    expect_ok(&f->ctx, db_query_number(&f->ctx,
                                       S("SELECT count(*) FROM \"user\" WHERE number = ?1 - 1 AND (?2 IS NULL "
                                         "OR code = ?2) LIMIT ?3"),
                                       args, 3, 0, &number));
    assert_int_equal(number, 1);
    /* the same text with other types of argument */
    args[1] = value_text(S("absent"));
    expect_ok(&f->ctx, db_query_number(&f->ctx,
                                       S("SELECT count(*) FROM \"user\" WHERE number = ?1 - 1 AND (?2 IS NULL "
                                         "OR code = ?2) LIMIT ?3"),
                                       args, 3, 9, &number));
    assert_int_equal(number, 0);
    const struct str same = S("SELECT count(*) FROM \"user\" WHERE share IS NULL AND number > ?1");
    struct value types[] = {value_null(), value_number(0), value_decimal(0.5), value_number(INT64_MAX)};
    static const int64_t wanted[] = {0, 1, 1, 0};
    for (size_t i = 0; i < COUNT(types); i++) {
        expect_ok(&f->ctx, db_query_number(&f->ctx, same, &types[i], 1, 0, &number));
        assert_int_equal(number, wanted[i]);
    }
}

static void a_nul_in_a_text_is_refused(void **state)
{
    FIXTURE(f);
    with_tables(f);
    struct insertion row = {.args = {value_text((struct str){"a\0b", 3})}};
    assert_int_equal(store_write(&f->ctx, f->store, insert, &row), INVALID);
    expect_sentence(&f->ctx, "NUL");
}

/* ---- rows ---- */

static enum result insert_many(struct ctx *ctx, void *arg)
{
    for (int64_t i = 0; i < *(int64_t *)arg; i++) {
        struct insertion insertion = {.args = {value_null(), value_number(i)}};
        TRY(insert(ctx, &insertion));
    }
    return OK;
}

static void rows_stream_while_others_are_asked(void **state)
{
    FIXTURE(f);
    with_tables(f);
    int64_t many = 2000;
    expect_ok(&f->ctx, store_write(&f->ctx, f->store, insert_many, &many));
    struct rows *outer, *inner;
    bool more;
    const struct str sql = S("SELECT id, number FROM \"user\" ORDER BY id");
    expect_ok(&f->ctx, db_query(&f->ctx, sql, NULL, 0, &outer));
    for (int64_t i = 0; i < many; i++) {
        expect_ok(&f->ctx, rows_next(&f->ctx, outer, &more));
        assert_true(more);
        int64_t id = rows_number(outer, 0), number;
        if (i % 100 == 0) { /* the same statement once more while it is running, and one value by key */
            expect_ok(&f->ctx, db_query(&f->ctx, sql, NULL, 0, &inner));
            expect_ok(&f->ctx, rows_next(&f->ctx, inner, &more));
            assert_int_equal(rows_number(inner, 0), 1);
            if (i % 200 == 0) rows_close(inner);
        }
        struct value arg = value_number(id);
        expect_ok(&f->ctx,
                  db_query_number(&f->ctx, S("SELECT number FROM \"user\" WHERE id = ?1"), &arg, 1, -1, &number));
        assert_int_equal(number, i);
        assert_int_equal(rows_number(outer, 1), i);
    }
    expect_ok(&f->ctx, rows_next(&f->ctx, outer, &more));
    assert_false(more);
    expect_ok(&f->ctx, rows_next(&f->ctx, outer, &more));
    assert_false(more);
}

static void query_one_tells_whether_there_is_one(void **state)
{
    FIXTURE(f);
    with_tables(f);
    struct rows *rows;
    bool found = true;
    expect_ok(&f->ctx, db_query_one(&f->ctx, S("SELECT id FROM \"user\""), NULL, 0, &rows, &found));
    assert_false(found);
    int64_t three = 3, number;
    expect_ok(&f->ctx, store_write(&f->ctx, f->store, insert_many, &three));
    expect_ok(&f->ctx, db_query_one(&f->ctx, S("SELECT id FROM \"user\" ORDER BY id DESC"), NULL, 0, &rows, &found));
    assert_true(found);
    assert_int_equal(rows_number(rows, 0), 3);
    expect_ok(&f->ctx, db_query_number(&f->ctx, S("SELECT max(share) FROM \"user\""), NULL, 0, 7, &number));
    assert_int_equal(number, 7);
    struct value none = value_number(99);
    expect_ok(&f->ctx, db_query_number(&f->ctx, S("SELECT id FROM \"user\" WHERE id = ?1"), &none, 1, 8, &number));
    assert_int_equal(number, 8);
    expect_ok(&f->ctx, db_query_number(&f->ctx, S("SELECT sum(number) FROM \"user\""), NULL, 0, 0, &number));
    assert_int_equal(number, 3);
}

static void a_wrong_query_is_told(void **state)
{
    FIXTURE(f);
    with_tables(f);
    struct rows *rows;
    assert_int_equal(db_query(&f->ctx, S("SELECT id FROM nowhere"), NULL, 0, &rows), BROKEN);
    expect_sentence(&f->ctx, "nowhere");
    assert_int_equal(db_query(&f->ctx, S("SELECT id FROM \"user\" WHERE id = ?2"), NULL, 0, &rows), BROKEN);
    expect_sentence(&f->ctx, "asks for 2 values");
    assert_int_equal(count_rows(&f->ctx), 0);
}

/* ---- refusals ---- */

static void uniqueness_is_a_conflict(void **state)
{
    FIXTURE(f);
    with_tables(f);
    struct insertion first = {.args = {[0] = value_text(S("a")), [5] = value_text(S("c"))}}, second = first;
    expect_ok(&f->ctx, store_write(&f->ctx, f->store, insert, &first));
    second.args[5] = value_null();
    assert_int_equal(store_write(&f->ctx, f->store, insert, &second), CONFLICT);
    expect_sentence(&f->ctx, "already an entry in \"user\" with the same to");
    second = first;
    second.args[0] = value_text(S("b"));
    assert_int_equal(store_write(&f->ctx, f->store, insert, &second), CONFLICT);
    expect_sentence(&f->ctx, "the same code");
    assert_int_equal(count_rows(&f->ctx), 1);
}

static enum result delete_softly(struct ctx *ctx, void *arg)
{
    struct value id = value_number(*(int64_t *)arg);
    int64_t changed;
    TRY(db_run(ctx, S("UPDATE \"user\" SET deleted_at = 1 WHERE id = ?1"), &id, 1, &changed));
    if (changed != 1) return fail(ctx, BROKEN, "%d rows were changed", (int)changed);
    return insert_named(ctx, "a", NULL);
}

static void unique_among_the_living_only(void **state)
{
    FIXTURE(f);
    with_tables(f);
    struct insertion row = {.args = {value_text(S("a"))}};
    expect_ok(&f->ctx, store_write(&f->ctx, f->store, insert, &row));
    expect_ok(&f->ctx, store_write(&f->ctx, f->store, delete_softly, &row.id));
    assert_int_equal(count_rows(&f->ctx), 2);
    assert_int_equal(store_write(&f->ctx, f->store, insert, &row), CONFLICT);
}

static void references_must_lead_somewhere(void **state)
{
    FIXTURE(f);
    with_tables(f);
    struct insertion row = {.args = {[4] = value_number(42)}};
    assert_int_equal(store_write(&f->ctx, f->store, insert, &row), CONFLICT);
    expect_sentence(&f->ctx, "does not exist");
}

static enum result run_script(struct ctx *ctx, void *arg)
{
    return db_run(ctx, str_of(arg), NULL, 0, NULL);
}

static void append_only_refuses(void **state)
{
    FIXTURE(f);
    with_tables(f);
    static const char *const attempts[] = {
        "UPDATE \"grant\" SET what = 'b'",
        "DELETE FROM \"grant\"",
        "DELETE FROM \"grant\" WHERE id = 1",
    };
    char add[] = "INSERT INTO \"grant\" (what) VALUES ('a')";
    expect_ok(&f->ctx, store_write(&f->ctx, f->store, run_script, add));
    for (size_t i = 0; i < COUNT(attempts); i++) {
        char sql[80];
        snprintf(sql, sizeof sql, "%s", attempts[i]);
        assert_int_equal(store_write(&f->ctx, f->store, run_script, sql), DENIED);
        expect_sentence(&f->ctx, "The table grant only grows");
    }
    bool postgres = store_dialect(f->store) == DIALECT_POSTGRES;
    char last[80];
    snprintf(last, sizeof last, "%s",
             postgres ? "TRUNCATE \"grant\"" : "REPLACE INTO \"grant\" (id, what) VALUES (1, 'b')");
    assert_int_equal(store_write(&f->ctx, f->store, run_script, last), DENIED);
    struct rows *rows;
    bool found;
    expect_ok(&f->ctx, db_query_one(&f->ctx, S("SELECT what FROM \"grant\""), NULL, 0, &rows, &found));
    assert_true(found && str_is(rows_text(rows, 0), "a"));
}

/* ---- transactions ---- */

static enum result nest(struct ctx *ctx, void *arg)
{
    (void)arg;
    TRY(insert_named(ctx, "outer", NULL));
    TRY(db_begin(ctx));
    TRY(insert_named(ctx, "kept", NULL));
    TRY(db_begin(ctx));
    TRY(insert_named(ctx, "lost", NULL));
    if (insert_named(ctx, "outer", NULL) != CONFLICT) return fail(ctx, BROKEN, "no conflict");
    db_rollback(ctx);
    TRY(db_commit(ctx));
    TRY(db_begin(ctx));
    TRY(insert_named(ctx, "lost too", NULL));
    db_rollback(ctx);
    if (!db_in_transaction(ctx->db)) return fail(ctx, BROKEN, "no transaction");
    ctx_clear_error(ctx);
    return insert_named(ctx, "last", NULL);
}

static void savepoints_nest(void **state)
{
    FIXTURE(f);
    with_tables(f);
    expect_ok(&f->ctx, store_write(&f->ctx, f->store, nest, NULL));
    assert_int_equal(count_rows(&f->ctx), 3);
    struct value args[] = {value_text(S("lost")), value_text(S("lost too"))};
    int64_t number;
    expect_ok(&f->ctx, db_query_number(&f->ctx, S("SELECT count(*) FROM \"user\" WHERE \"to\" IN (?1, ?2)"), args, 2,
                                       -1, &number));
    assert_int_equal(number, 0);
}

static enum result forget_to_commit(struct ctx *ctx, void *arg)
{
    (void)arg;
    TRY(db_begin(ctx));
    return insert_named(ctx, "half", NULL);
}

static void an_open_transaction_is_a_failure(void **state)
{
    FIXTURE(f);
    with_tables(f);
    assert_int_equal(store_write(&f->ctx, f->store, forget_to_commit, NULL), BROKEN);
    expect_sentence(&f->ctx, "left a transaction open");
    assert_int_equal(count_rows(&f->ctx), 0);
}

static void a_reader_cannot_write(void **state)
{
    FIXTURE(f);
    with_tables(f);
    assert_int_equal(insert_named(&f->ctx, "x", NULL), BROKEN);
    assert_int_equal(count_rows(&f->ctx), 0);
}

static enum result lock_and_insert(struct ctx *ctx, void *arg)
{
    (void)arg;
    TRY(db_lock(ctx, "counter"));
    return insert_named(ctx, "locked", NULL);
}

static void a_lock_is_given_back(void **state)
{
    FIXTURE(f);
    with_tables(f);
    expect_ok(&f->ctx, store_write(&f->ctx, f->store, lock_and_insert, NULL));
    assert_int_equal(store_write(&f->ctx, f->store, lock_and_insert, NULL), CONFLICT);
}

/* Two of the program in one database, each in its schema, do not wait for each other. */
static void a_lock_is_of_its_own_schema(void **state)
{
    FIXTURE(f);
    struct fixture *other = fixture_new(true);
    expect_ok(&f->ctx, db_begin(&f->ctx));
    expect_ok(&f->ctx, db_lock(&f->ctx, "counter"));
    expect_ok(&other->ctx, db_begin(&other->ctx));
    expect_ok(&other->ctx, db_lock(&other->ctx, "counter"));
    db_rollback(&other->ctx);
    db_rollback(&f->ctx);
    fixture_free(other);
}

static enum result read_settings(struct ctx *ctx, void *arg)
{
    int64_t *settings = arg;
    TRY(db_query_number(ctx, S("PRAGMA synchronous"), NULL, 0, -1, &settings[0]));
    return db_query_number(ctx, S("PRAGMA foreign_keys"), NULL, 0, -1, &settings[1]);
}

/* FULL (2): with less, a power cut takes what was acknowledged, and no test that only kills the program would tell. */
static void what_is_saved_is_on_the_disk(void **state)
{
    FIXTURE(f);
    int64_t settings[2];
    expect_ok(&f->ctx, store_write(&f->ctx, f->store, read_settings, settings));
    assert_int_equal(settings[0], 2);
    assert_int_equal(settings[1], 1);
}

static void what_has_not_begun_does_not_end(void **state)
{
    FIXTURE(f);
    assert_int_equal(db_commit(&f->ctx), BROKEN);
    expect_sentence(&f->ctx, "that had not begun");
    ctx_clear_error(&f->ctx);
    db_rollback(&f->ctx);
    assert_false(db_in_transaction(f->ctx.db));
    expect_ok(&f->ctx, db_begin(&f->ctx));
    expect_ok(&f->ctx, db_commit(&f->ctx));
    assert_false(db_in_transaction(f->ctx.db));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BOTH(values_return_as_they_went),
        ON_BOTH(number_arguments_keep_64_bits_anywhere),
        ON_BOTH(a_nul_in_a_text_is_refused),
        ON_BOTH(rows_stream_while_others_are_asked),
        ON_BOTH(query_one_tells_whether_there_is_one),
        ON_BOTH(a_wrong_query_is_told),
        ON_BOTH(uniqueness_is_a_conflict),
        ON_BOTH(unique_among_the_living_only),
        ON_BOTH(references_must_lead_somewhere),
        ON_BOTH(append_only_refuses),
        ON_BOTH(savepoints_nest),
        ON_BOTH(what_has_not_begun_does_not_end),
        ON_BOTH(an_open_transaction_is_a_failure),
        ON_SQLITE(a_reader_cannot_write),
        ON_SQLITE(what_is_saved_is_on_the_disk),
        ON_BOTH(a_lock_is_given_back),
        ON_POSTGRES(a_lock_is_of_its_own_schema),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
