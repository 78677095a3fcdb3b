/* Words are folded the same for both databases, and a search finds what it should whatever is asked. */
#include "fixture.h"

#include "store/search.h"
#include "store/words.h"

static enum result make_index(struct ctx *ctx, void *arg)
{
    (void)arg;
    return search_apply(ctx);
}

struct put {
    const char *reg;
    int64_t record;
    const char *text; /* NULL to remove */
};

static enum result put(struct ctx *ctx, void *arg)
{
    const struct put *what = arg;
    if (!what->text) return search_remove(ctx, str_of(what->reg), what->record);
    return search_put(ctx, str_of(what->reg), what->record, str_of(what->text));
}

static void index_it(struct fixture *f, const char *reg, int64_t record, const char *text)
{
    struct put what = {reg, record, text};
    expect_ok(&f->ctx, store_write(&f->ctx, f->store, put, &what));
}

static enum result index_some(struct ctx *ctx, void *arg)
{
    return search_index_pending(ctx, arg);
}

static void bring_up_to_date(struct fixture *f)
{
    int64_t done = SEARCH_BATCH, left;
    while (done == SEARCH_BATCH) expect_ok(&f->ctx, store_write(&f->ctx, f->store, index_some, &done));
    expect_ok(&f->ctx, search_pending_count(&f->ctx, &left));
    assert_int_equal(left, 0);
}

/* Which of the records 1 to 62 are found, as bits. */
static uint64_t found_so(struct fixture *f, const char *reg, struct str query)
{
    struct value args[1 + SEARCH_ARGUMENTS] = {value_number(0)};
    size_t count = 1;
    struct buf sql = buf_in(f->ctx.arena);
    buf_text(&sql, "SELECT id FROM thing WHERE id > ?1 AND ");
    expect_ok(&f->ctx, search_condition(&f->ctx, &sql, str_of(reg), "thing.id", query, args, &count));
    struct rows *rows;
    expect_ok(&f->ctx, db_query(&f->ctx, buf_str(&sql), args, count, &rows));
    uint64_t bits = 0;
    for (bool more;;) {
        expect_ok(&f->ctx, rows_next(&f->ctx, rows, &more));
        if (!more) return bits;
        bits |= UINT64_C(1) << rows_number(rows, 0);
    }
}

/* The same whether the index is up to date or not: told by asking before and after. */
static uint64_t found(struct fixture *f, const char *reg, struct str query)
{
    uint64_t before = found_so(f, reg, query);
    bring_up_to_date(f);
    assert_int_equal(found_so(f, reg, query), before);
    return before;
}

static enum result make_things(struct ctx *ctx, void *arg)
{
    (void)arg;
    TRY(db_script(ctx, "CREATE TABLE thing (id bigint PRIMARY KEY)"));
    for (int64_t id = 1; id <= 62; id++) {
        struct value arg_id = value_number(id);
        TRY(db_run(ctx, S("INSERT INTO thing (id) VALUES (?1)"), &arg_id, 1, NULL));
    }
    return OK;
}

static void with_index(struct fixture *f)
{
    expect_ok(&f->ctx, store_write(&f->ctx, f->store, make_index, NULL));
    expect_ok(&f->ctx, store_write(&f->ctx, f->store, make_index, NULL)); /* a second start changes nothing */
    expect_ok(&f->ctx, store_write(&f->ctx, f->store, make_things, NULL));
}

#define BIT(n) (UINT64_C(1) << (n))

static void finds_by_the_beginnings_of_words(void **state)
{
    FIXTURE(f);
    with_index(f);
    index_it(f, "risk", 1, "Loss of the server room in M\xc3\xbcnchen");
    index_it(f, "risk", 2, "CVE-2021-44228 in a log library (Log4Shell)");
    index_it(f, "risk", 3, "Ransomware encrypts the file server");
    index_it(f, "asset", 1, "File server fs-01");
    index_it(f, "asset", 4, "\xd0\x9c\xd0\xbe\xd1\x81\xd0\xba\xd0\xb2\xd0\xb0 \xe6\x9d\xb1\xe4\xba\xac\xe9\x83\xbd");
    assert_int_equal(found(f, "risk", S("server")), BIT(1) | BIT(3));
    assert_int_equal(found(f, "risk", S("serv roo")), BIT(1));
    assert_int_equal(found(f, "risk", S("MUNCHEN")), BIT(1));
    assert_int_equal(found(f, "risk", S("m\xc3\xbcnchen")), BIT(1));
    assert_int_equal(found(f, "risk", S("44228")), BIT(2));
    assert_int_equal(found(f, "risk", S("cve-2021-44228")), BIT(2));
    assert_int_equal(found(f, "risk", S("erver")), 0);
    assert_int_equal(found(f, "risk", S("server absent")), 0);
    assert_int_equal(found(f, "asset", S("server")), BIT(1));
    assert_int_equal(found(f, "asset", S("fs-01")), BIT(1));
    assert_int_equal(found(f, "asset", S("\xd0\xbc\xd0\x9e\xd0\xa1")), BIT(4));
    assert_int_equal(found(f, "asset", S("\xe4\xba\xac")), BIT(4));
    assert_int_equal(found(f, "nothing", S("server")), 0);
}

static void what_changes_is_found_anew(void **state)
{
    FIXTURE(f);
    with_index(f);
    index_it(f, "risk", 7, "alpha beta");
    index_it(f, "risk", 9, "beta");
    index_it(f, "risk", 7, "alpha gamma");
    assert_int_equal(found(f, "risk", S("beta")), BIT(9));
    assert_int_equal(found(f, "risk", S("alpha gamma")), BIT(7));
    index_it(f, "risk", 7, "alpha gamma"); /* nothing to do */
    index_it(f, "risk", 9, NULL);
    index_it(f, "risk", 9, NULL);
    assert_int_equal(found(f, "risk", S("beta")), 0);
    index_it(f, "risk", 7, "!?"); /* without words it is as if removed */
    assert_int_equal(found(f, "risk", S("alpha")), 0);
}

static enum result change_in_turns(struct ctx *ctx, void *arg)
{
    (void)arg;
    TRY(search_put(ctx, S("risk"), 5, S("first")));
    TRY(db_begin(ctx));
    TRY(search_put(ctx, S("risk"), 5, S("second")));
    TRY(search_put(ctx, S("risk"), 6, S("other")));
    db_rollback(ctx);
    TRY(search_put(ctx, S("risk"), 4, S("third")));
    TRY(search_put(ctx, S("risk"), 4, S("fourth")));
    TRY(search_put(ctx, S("risk"), 3, S("gone")));
    return search_remove(ctx, S("risk"), 3);
}

static enum result fail_after_put(struct ctx *ctx, void *arg)
{
    (void)arg;
    TRY(search_put(ctx, S("risk"), 5, S("unwanted")));
    return fail(ctx, CONFLICT, "no");
}

static enum result check_index(struct ctx *ctx, void *arg)
{
    int64_t done = SEARCH_BATCH;
    (void)arg;
    while (done == SEARCH_BATCH) TRY(search_index_pending(ctx, &done));
    return db_run(ctx, S("INSERT INTO search_index (search_index, rank) VALUES ('integrity-check', 1)"), NULL, 0, NULL);
}

static enum result add_two(struct ctx *ctx, void *arg)
{
    (void)arg;
    TRY(search_add(ctx, S("risk"), 8, S("alpha new")));
    return search_add(ctx, S("asset"), 1, S("alpha"));
}

static void new_records_change_and_go_before_they_are_indexed(void **state)
{
    FIXTURE(f);
    with_index(f);
    index_it(f, "risk", 7, "alpha");
    bring_up_to_date(f);
    expect_ok(&f->ctx, store_write(&f->ctx, f->store, add_two, NULL));
    expect_ok(&f->ctx, store_write(&f->ctx, f->store, add_two, NULL)); /* what is there already is replaced */
    assert_int_equal(found_so(f, "risk", S("alpha")), BIT(7) | BIT(8));
    index_it(f, "risk", 8, "beta");
    index_it(f, "asset", 1, NULL);
    assert_int_equal(found(f, "risk", S("alpha")), BIT(7));
    assert_int_equal(found(f, "asset", S("alpha")), 0);
    assert_int_equal(found(f, "risk", S("beta")), BIT(8));
    expect_ok(&f->ctx, store_write(&f->ctx, f->store, check_index, NULL));
}

static void what_changes_back_before_it_is_indexed(void **state)
{
    FIXTURE(f);
    with_index(f);
    index_it(f, "risk", 1, "alpha");
    index_it(f, "risk", 2, "alpha");
    bring_up_to_date(f);
    index_it(f, "risk", 1, "beta");
    index_it(f, "risk", 1, "alpha"); /* what the index has, again */
    index_it(f, "risk", 2, NULL);
    index_it(f, "risk", 2, "alpha gamma"); /* gone, and back with more */
    index_it(f, "risk", 3, "gamma");
    index_it(f, "risk", 3, NULL); /* never indexed at all */
    assert_int_equal(found(f, "risk", S("alpha")), BIT(1) | BIT(2));
    assert_int_equal(found(f, "risk", S("gamma")), BIT(2));
    assert_int_equal(found(f, "risk", S("beta")), 0);
    expect_ok(&f->ctx, store_write(&f->ctx, f->store, check_index, NULL));
}

static enum result put_two_batches(struct ctx *ctx, void *arg)
{
    (void)arg;
    for (int64_t record = 1; record <= 2 * SEARCH_BATCH; record++)
        TRY(search_put(ctx, S("risk"), record, arena_print(ctx->arena, "many n%lld", (long long)record)));
    return OK;
}

static void more_than_a_batch_is_indexed_in_several(void **state)
{
    FIXTURE(f);
    with_index(f);
    expect_ok(&f->ctx, store_write(&f->ctx, f->store, put_two_batches, NULL));
    assert_int_equal(found_so(f, "risk", S("many n62")), BIT(62));
    bring_up_to_date(f);
    assert_int_equal(found_so(f, "risk", S("many n62")), BIT(62));
    expect_ok(&f->ctx, store_write(&f->ctx, f->store, check_index, NULL));
}

static void what_is_undone_is_not_found(void **state)
{
    FIXTURE(f);
    with_index(f);
    expect_ok(&f->ctx, store_write(&f->ctx, f->store, change_in_turns, NULL));
    assert_int_equal(store_write(&f->ctx, f->store, fail_after_put, NULL), CONFLICT);
    assert_int_equal(found(f, "risk", S("first")), BIT(5));
    assert_int_equal(found(f, "risk", S("second")), 0);
    assert_int_equal(found(f, "risk", S("other")), 0);
    assert_int_equal(found(f, "risk", S("third")), 0);
    assert_int_equal(found(f, "risk", S("fourth")), BIT(4));
    assert_int_equal(found(f, "risk", S("gone")), 0);
    assert_int_equal(found(f, "risk", S("unwanted")), 0);
}

struct chance {
    unsigned seed;
    int64_t newest; /* the record that was made last, of either register */
};

static enum result put_many(struct ctx *ctx, void *arg)
{
    struct chance *chance = arg;
    unsigned *seed = &chance->seed;
    for (int i = 0; i < 40; i++) {
        *seed = *seed * 1103515245 + 12345;
        int64_t record = 1 + *seed / 65536 % chance->newest;
        struct str reg = *seed / 1000 % 2 ? S("risk") : S("asset");
        struct str text = arena_print(ctx->arena, "w%u w%u w%u", *seed / 7 % 50, *seed / 11 % 50, *seed / 13 % 50);
        if (i % 9 == 0) TRY(db_begin(ctx));
        TRY(*seed / 17 % 5 ? search_put(ctx, reg, record, text) : search_remove(ctx, reg, record));
        if (*seed / 23 % 4 == 0) TRY(search_add(ctx, reg, ++chance->newest, text));
        if (i % 9 == 8 && *seed / 19 % 2)
            TRY(db_commit(ctx));
        else if (i % 9 == 8)
            db_rollback(ctx);
    }
    db_rollback(ctx);
    return OK;
}

static void the_index_agrees_with_its_content(void **state)
{
    FIXTURE(f);
    with_index(f);
    struct chance chance = {.seed = 1, .newest = 20};
    for (int i = 0; i < 100; i++) {
        expect_ok(&f->ctx, store_write(&f->ctx, f->store, put_many, &chance));
        if (i % 2) expect_ok(&f->ctx, store_write(&f->ctx, f->store, check_index, NULL));
    }
    int64_t entries;
    expect_ok(&f->ctx, db_query_number(&f->ctx, S("SELECT count(*) FROM search_entry"), NULL, 0, 0, &entries));
    assert_true(entries > 10);
}

static enum result clear(struct ctx *ctx, void *arg)
{
    (void)arg;
    TRY(search_put(ctx, S("risk"), 1, S("before")));
    TRY(search_clear(ctx));
    return search_put(ctx, S("risk"), 2, S("after"));
}

static void clearing_leaves_nothing(void **state)
{
    FIXTURE(f);
    with_index(f);
    index_it(f, "risk", 3, "before");
    expect_ok(&f->ctx, store_write(&f->ctx, f->store, clear, NULL));
    assert_int_equal(found(f, "risk", S("before")), 0);
    assert_int_equal(found(f, "risk", S("after")), BIT(2));
    if (store_dialect(f->store) == DIALECT_SQLITE)
        expect_ok(&f->ctx, store_write(&f->ctx, f->store, check_index, NULL));
}

static void a_query_may_hold_anything(void **state)
{
    FIXTURE(f);
    with_index(f);
    index_it(f, "risk", 1, "and or not near plain 1");
    static const char *const odd[] = {
        "",
        "\"",
        "'",
        "*",
        "^plain",
        "plain AND",
        "NOT plain",
        "pl*ain)",
        "((((",
        "plain:*",
        "a:b",
        "{plain}",
        "plain'",
        "-- x",
        "; DROP TABLE thing",
        "\\",
        "%",
        "\xff\xfe\x80",
        "\xf0\x9f\x94",
        "NEAR(plain, 1)",
        "& | !",
        "<->",
        "plain <2> or",
        "\x01\x02",
    };
    for (size_t i = 0; i < COUNT(odd); i++) found(f, "risk", str_of(odd[i]));
    struct str nul = {"pla\0in", 6};
    assert_int_equal(found(f, "risk", nul), 0);
    assert_int_equal(found(f, "risk", S("\"plain\" AND (or)")), BIT(1));
    assert_int_equal(found(f, "risk", S("plain'; --")), BIT(1));
    assert_int_equal(found(f, "risk", S("...")), 0);
    char *large = malloc(300000);
    for (size_t i = 0; i < 300000; i++) large[i] = i % 7 ? (char)('a' + i % 23) : ' ';
    assert_int_equal(found(f, "risk", (struct str){large, 300000}), 0);
    struct put what = {"risk", 2, NULL};
    large[299999] = 0;
    what.text = large;
    expect_ok(&f->ctx, store_write(&f->ctx, f->store, put, &what));
    free(large);
}

/* ---- words ---- */

static void expect_words(struct arena *arena, struct str text, const char *wanted)
{
    struct words words = words_of(arena, text, 0);
    struct str joined = words_join(&words);
    assert_int_equal(joined.len, strlen(wanted));
    assert_memory_equal(joined.at, wanted, joined.len);
}

static void words_are_folded(void **state)
{
    (void)state;
    struct arena *arena = arena_new(0);
    expect_words(arena, S(""), "");
    expect_words(arena, S("One two, ONE; two3-Four"), "one two two3 four");
    expect_words(arena,
                 S("Stra\xc3\x9f"
                   "e \xc3\x86ther \xc3\x98re \xc5\x81\xc3\xb3"
                   "d\xc5\xba na\xc3\xafve e\xcc\x81t\xc3\xa9"),
                 "strasse aether ore lodz naive ete");
    expect_words(arena, S("Vi\xe1\xbb\x87t \xce\x91\xce\xb8\xce\xae\xce\xbd\xce\xb1 \xd0\x81\xd0\xb6"),
                 "viet \xce\xb1\xce\xb8\xce\xb7\xce\xbd\xce\xb1 \xd0\xb5\xd0\xb6");
    expect_words(arena, S("\xe6\x97\xa5\xe6\x9c\xac\xe3\x80\x82x"), "\xe6\x97\xa5 \xe6\x9c\xac x");
    expect_words(arena,
                 S("a\xc2\xa0"
                   "b\xe2\x80\x94"
                   "c\xff\xc3"),
                 "a b c");
    char large[200];
    memset(large, 'x', sizeof large);
    struct words words = words_of(arena, (struct str){large, sizeof large}, 0);
    assert_int_equal(words.count, 1);
    assert_true(words.at[0].len <= 64);
    assert_int_equal(words_of(arena, S("a b c d"), 2).count, 2);
    arena_free(arena);
}

static enum result plant(struct ctx *ctx, void *arg)
{
    return db_script(ctx, arg);
}

/* Whatever number a row bears, counting what waits and indexing it come to their end, and the others are indexed. */
static void a_row_with_any_number_is_no_end_of_indexing(void **state)
{
    static const char *const numbers[] = {
        "9223372036854775807", "9223372036854775807 - (1 << 40)", "-9223372036854775807 - 1", "-1", "0",
        "4611686018427387904", "(4194304 + 1 << 40) + 7",         "(4194304 << 40) + 7"};
    FIXTURE(f);
    with_index(f);
    alarm(60); /* where it does not end */
    for (size_t i = 0; i < COUNT(numbers); i++) {
        struct str sql = arena_print(f->ctx.arena,
                                     "INSERT OR IGNORE INTO search_entry (id, words) VALUES (%s, 'planted'); "
                                     "INSERT OR IGNORE INTO search_pending (id, indexed) VALUES (%s, ''); "
                                     "INSERT OR IGNORE INTO search_level (register, row) VALUES (%s >> 40, %s)",
                                     numbers[i], numbers[i], numbers[i], numbers[i]);
        expect_ok(&f->ctx, store_write(&f->ctx, f->store, plant, (char *)(uintptr_t)sql.at));
    }
    for (int64_t record = 1; record < 20; record++) index_it(f, "risk", record, "among planted");
    bring_up_to_date(f);
    alarm(0);
    assert_int_equal(found(f, "risk", S("among")), BIT(20) - 2);
}

/* A level below its register is as none: what is another register's is not taken for new. */
static void a_level_below_its_register_counts_nothing_twice(void **state)
{
    FIXTURE(f);
    with_index(f);
    index_it(f, "risk", 1, "alpha");
    index_it(f, "asset", 1, "alpha");
    bring_up_to_date(f);
    expect_ok(&f->ctx, store_write(&f->ctx, f->store, plant,
                                   (char *)(uintptr_t) "UPDATE search_level SET row = -9000000000000000000"));
    int64_t pending;
    expect_ok(&f->ctx, search_pending_count(&f->ctx, &pending));
    assert_int_equal(pending, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_are_folded),
        ON_BOTH(finds_by_the_beginnings_of_words),
        ON_BOTH(what_changes_is_found_anew),
        ON_SQLITE(new_records_change_and_go_before_they_are_indexed),
        ON_SQLITE(what_changes_back_before_it_is_indexed),
        ON_SQLITE(more_than_a_batch_is_indexed_in_several),
        ON_BOTH(what_is_undone_is_not_found),
        ON_SQLITE(the_index_agrees_with_its_content),
        ON_SQLITE(a_row_with_any_number_is_no_end_of_indexing),
        ON_SQLITE(a_level_below_its_register_counts_nothing_twice),
        ON_BOTH(clearing_leaves_nothing),
        ON_BOTH(a_query_may_hold_anything),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
