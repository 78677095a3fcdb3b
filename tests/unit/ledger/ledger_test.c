/* Entries as they are written and read back: history, the newest, as of an instant, purging, and that the database
 * itself refuses to change what has been entered. */
#include "ledger/fixture.h"

static void test_history(void **state)
{
    FIXTURE(f);
    ledger_fixture(f);
    int64_t first = append(f, 1000, "create", "risk", 4, "{\"title\":\"Fire\"}", NULL);
    append(f, 1500, "create", "risk", 5, "{\"title\":\"Flood\"}", NULL);
    append(f, 1600, "create", "asset", 4, "{\"title\":\"Server\"}", NULL);
    int64_t second = append(f, 2000, "change", "risk", 4, "{\"title\":\"Feuer, \xc3\xbc\"}", "renamed, \"as agreed\"");
    int64_t third = append(f, 3000, "remind", "risk", 4, NULL, NULL);
    assert_true(first < second && second < third);

    struct ledger_entries entries;
    expect_ok(&f->ctx, ledger_history(&f->ctx, S("risk"), 4, 0, 100, &entries));
    assert_int_equal(entries.count, 3);
    const struct ledger_entry *e = entries.at;
    assert_int_equal(e[2].id, first);
    assert_int_equal(e[2].at, 1000);
    assert_int_equal(e[2].actor, 7);
    assert_true(str_is(e[2].state, "{\"title\":\"Fire\"}"));
    assert_int_equal(e[2].comment.len, 0);
    assert_true(str_is(e[1].action, "change"));
    assert_true(str_is(e[1].comment, "renamed, \"as agreed\""));
    assert_true(str_is(e[1].state, "{\"title\":\"Feuer, \xc3\xbc\"}"));
    assert_int_equal(e[0].id, third);
    assert_int_equal(e[0].state.len, 0);
    assert_false(e[0].purged);
    struct ledger_entry one;
    expect_ok(&f->ctx, ledger_entry_read(&f->ctx, second, &one));
    assert_true(str_is(one.state, "{\"title\":\"Feuer, \xc3\xbc\"}"));
    assert_int_equal(ledger_entry_read(&f->ctx, third + 1, &one), NOT_FOUND);
    expect_ok(&f->ctx, ledger_history(&f->ctx, S("risk"), 99, 0, 100, &entries));
    assert_int_equal(entries.count, 0);
}

/* Pages meet without gap or overlap; large states make them shorter, and never empty. */
static void test_history_in_pages(void **state)
{
    FIXTURE(f);
    ledger_fixture(f);
    enum { VERSIONS = 23, LARGE = 3 * 1024 * 1024 };
    int64_t ids[VERSIONS], before = 0;
    for (int i = 0; i < VERSIONS; i++) ids[i] = append(f, 1000 + i, "change", "risk", 4, "{}", NULL);
    struct ledger_entries entries;
    for (int left = VERSIONS; left > 0; left -= (int)entries.count) {
        expect_ok(&f->ctx, ledger_history(&f->ctx, S("risk"), 4, before, 5, &entries));
        assert_int_equal(entries.count, left < 5 ? left : 5);
        assert_false(entries.cut);
        for (size_t i = 0; i < entries.count; i++) assert_int_equal(entries.at[i].id, ids[left - 1 - (int)i]);
        before = entries.at[entries.count - 1].id;
    }
    char *large = malloc(LARGE + 1);
    assert_non_null(large);
    memset(large, ' ', LARGE);
    large[0] = '{', large[LARGE - 1] = '}', large[LARGE] = 0;
    for (int i = 0; i < 4; i++) append(f, 2000 + i, "change", "risk", 5, large, NULL);
    free(large);
    expect_ok(&f->ctx, ledger_history(&f->ctx, S("risk"), 5, 0, 100, &entries));
    assert_int_equal(entries.count, 2);
    assert_true(entries.cut);
    expect_ok(&f->ctx, ledger_history(&f->ctx, S("risk"), 5, entries.at[1].id, 100, &entries));
    assert_int_equal(entries.count, 2);
    assert_false(entries.cut);
}

static void test_recent(void **state)
{
    FIXTURE(f);
    ledger_fixture(f);
    int64_t ids[5];
    for (int i = 0; i < 5; i++) ids[i] = append(f, 1000 + i, "create", "risk", i + 1, "{}", "why");
    struct ledger_entries entries;
    expect_ok(&f->ctx, ledger_recent(&f->ctx, 0, 2, &entries));
    assert_int_equal(entries.count, 2);
    assert_int_equal(entries.at[0].id, ids[4]);
    assert_int_equal(entries.at[1].id, ids[3]);
    assert_true(str_is(entries.at[0].state, "{}"));
    assert_true(str_is(entries.at[0].comment, "why"));
    expect_ok(&f->ctx, ledger_recent(&f->ctx, ids[3], 10, &entries));
    assert_int_equal(entries.count, 3);
    assert_int_equal(entries.at[0].id, ids[2]);
}

struct seen {
    int64_t records[8];
    struct str states[8];
    size_t count, stop_after;
};

static enum result note(struct ctx *ctx, void *arg, const struct ledger_entry *entry)
{
    struct seen *seen = arg;
    seen->records[seen->count] = entry->record;
    seen->states[seen->count++] = arena_copy(ctx->arena, entry->state);
    return seen->count == seen->stop_after ? CONFLICT : OK;
}

static void test_as_of(void **state)
{
    FIXTURE(f);
    ledger_fixture(f);
    append(f, 1000, "create", "risk", 2, "{\"v\":1}", NULL);
    append(f, 2000, "create", "risk", 1, "{\"v\":1}", NULL);
    append(f, 2000, "create", "asset", 1, "{\"v\":9}", NULL);
    append(f, 3000, "change", "risk", 2, "{\"v\":2}", NULL);
    append(f, 3500, "remind", "risk", 2, NULL, "no state of its own");
    append(f, 4000, "change", "risk", 1, "{\"v\":3}", NULL);

    struct ledger_entry entry;
    assert_int_equal(ledger_state_at(&f->ctx, S("risk"), 1, 1999, &entry), NOT_FOUND);
    assert_int_equal(f->ctx.error.sentence.len, 0);
    expect_ok(&f->ctx, ledger_state_at(&f->ctx, S("risk"), 1, 2000, &entry));
    assert_true(str_is(entry.state, "{\"v\":1}"));
    expect_ok(&f->ctx, ledger_state_at(&f->ctx, S("risk"), 2, 9999, &entry));
    assert_true(str_is(entry.state, "{\"v\":2}"));
    assert_int_equal(entry.at, 3000);

    struct seen seen = {.count = 0};
    expect_ok(&f->ctx, ledger_each_at(&f->ctx, S("risk"), 3000, note, &seen));
    assert_int_equal(seen.count, 2);
    assert_int_equal(seen.records[0], 1);
    assert_true(str_is(seen.states[0], "{\"v\":1}"));
    assert_int_equal(seen.records[1], 2);
    assert_true(str_is(seen.states[1], "{\"v\":2}"));
    seen = (struct seen){.stop_after = 1};
    assert_int_equal(ledger_each_at(&f->ctx, S("risk"), 9999, note, &seen), CONFLICT);
    assert_int_equal(seen.count, 1);
}

/* What the program did not write is marked where it is shown, and never taken for what was. */
static void test_foreign(void **state)
{
    FIXTURE(f);
    ledger_fixture(f);
    struct ledger_entries entries;
    struct ledger_entry entry;
    struct seen seen = {.count = 0};
    append(f, 1000, "create", "risk", 1, "{\"v\":1}", NULL);
    int64_t second = append(f, 2000, "change", "risk", 1, "{\"v\":2}", "because");
    append(f, 3000, "remind", "risk", 1, NULL, NULL);
    drop_guards(f);
    expect_ok(&f->ctx, ledger_history(&f->ctx, S("risk"), 1, 0, 9, &entries));
    for (size_t i = 0; i < 3; i++) assert_false(entries.at[i].foreign);

    run_sql(f, "UPDATE ledger_state SET comment = 'for nothing' WHERE comment = 'because'");
    expect_ok(&f->ctx, ledger_history(&f->ctx, S("risk"), 1, 0, 9, &entries));
    assert_false(entries.at[0].foreign);
    assert_true(entries.at[1].foreign);
    assert_false(entries.at[2].foreign);
    expect_ok(&f->ctx, ledger_recent(&f->ctx, second + 1, 1, &entries));
    assert_true(entries.at[0].foreign);
    assert_int_equal(ledger_state_at(&f->ctx, S("risk"), 1, 2000, &entry), BROKEN);
    expect_sentence(&f->ctx, "What entry 2 of the ledger says was changed or removed outside of the program");
    expect_ok(&f->ctx, ledger_state_at(&f->ctx, S("risk"), 1, 1999, &entry));
    assert_int_equal(ledger_each_at(&f->ctx, S("risk"), 3000, note, &seen), BROKEN);
    assert_int_equal(seen.count, 0);
    expect_ok(&f->ctx, ledger_each_at(&f->ctx, S("risk"), 1999, note, &seen));

    run_sql(f, "UPDATE ledger_state SET comment = 'because' WHERE comment = 'for nothing'");
    expect_ok(&f->ctx, ledger_state_at(&f->ctx, S("risk"), 1, 2000, &entry));
    run_sql(f, "UPDATE ledger_entry SET at = 900 WHERE at = 3000");
    run_sql(f, "UPDATE ledger_entry SET at = 1500 WHERE at = 2000");
    expect_ok(&f->ctx, ledger_history(&f->ctx, S("risk"), 1, 0, 9, &entries));
    assert_true(entries.at[0].foreign);
    assert_true(entries.at[1].foreign);
    assert_int_equal(ledger_state_at(&f->ctx, S("risk"), 1, 1600, &entry), BROKEN);
}

static enum result purge_person(struct ctx *ctx, int64_t record, int64_t *entry)
{
    const struct ledger_event tombstone = {.action = S("purge"),
                                           .subject = S("person"),
                                           .record = record,
                                           .version = 3,
                                           .actor = 7,
                                           .comment = S("asked to be forgotten"),
                                           .state = S("{}")};
    return ledger_purge(ctx, &tombstone, entry);
}

/* What it said is not there: that is a purge only where an entry of the program says so. */
static void test_missing(void **state)
{
    FIXTURE(f);
    ledger_fixture(f);
    struct ledger_entries entries;
    append(f, 1000, "create", "risk", 1, "{\"v\":1}", NULL);
    append(f, 2000, "change", "risk", 1, "{\"v\":2}", NULL);
    append(f, 3000, "change", "risk", 1, "{\"v\":3}", NULL);
    drop_guards(f);
    run_sql(f, "DELETE FROM ledger_state WHERE entry = 2");
    for (int planted = 0; planted < 2; planted++) {
        expect_ok(&f->ctx, ledger_history(&f->ctx, S("risk"), 1, 0, 9, &entries));
        assert_int_equal(entries.count, 3 + planted);
        const struct ledger_entry *gone = &entries.at[1 + planted];
        assert_int_equal(gone->id, 2);
        assert_true(gone->missing);
        assert_true(gone->foreign);
        assert_false(gone->purged);
        for (size_t i = (size_t)planted; i < entries.count; i++)
            assert_int_equal(entries.at[i].missing, entries.at[i].id == 2);
        if (planted) break;
        run_sql(f, "INSERT INTO ledger_entry (id, at, actor, action, subject, record, version, state_size, "
                   "content_hash) SELECT 9, at, actor, 'purge', subject, record, 9, state_size, content_hash FROM "
                   "ledger_entry WHERE id = 3");
    }
    assert_true(entries.at[0].missing); /* the forged purge itself */
    expect_ok(&f->ctx, ledger_recent(&f->ctx, 3, 1, &entries));
    assert_true(entries.at[0].missing);
}

static enum result purge(struct ctx *ctx, void *arg)
{
    return purge_person(ctx, 3, arg);
}

static enum result purge_nobody(struct ctx *ctx, void *arg)
{
    return purge_person(ctx, 99, arg);
}

static void test_purge(void **state)
{
    FIXTURE(f);
    ledger_fixture(f);
    append(f, 1000, "create", "person", 3, "{\"name\":\"Ada\"}", "met at the fair");
    append(f, 2000, "create", "person", 4, "{\"name\":\"Bob\"}", NULL);
    append(f, 3000, "change", "person", 3, "{\"name\":\"Ada L.\"}", NULL);
    int64_t id;
    f->ctx.now = 4000;
    write_ok(f, purge, &id);

    struct ledger_entries entries;
    expect_ok(&f->ctx, ledger_history(&f->ctx, S("person"), 3, 0, 100, &entries));
    assert_int_equal(entries.count, 3);
    for (int i = 1; i < 3; i++) {
        assert_true(entries.at[i].purged);
        assert_int_equal(entries.at[i].state.len, 0);
        assert_int_equal(entries.at[i].comment.len, 0);
    }
    assert_int_equal(entries.at[0].id, id);
    assert_true(str_is(entries.at[0].action, "purge"));
    assert_true(str_is(entries.at[0].comment, "asked to be forgotten"));
    struct ledger_entry entry;
    expect_ok(&f->ctx, ledger_state_at(&f->ctx, S("person"), 3, 3500, &entry));
    assert_true(entry.purged);
    expect_ok(&f->ctx, ledger_state_at(&f->ctx, S("person"), 3, 9999, &entry));
    assert_true(str_is(entry.state, "{}"));
    expect_ok(&f->ctx, ledger_state_at(&f->ctx, S("person"), 4, 9999, &entry));
    assert_true(str_is(entry.state, "{\"name\":\"Bob\"}"));

    assert_int_equal(store_write(&f->ctx, f->store, purge_nobody, &id), NOT_FOUND);
    expect_sentence(&f->ctx, "no entry of person 99");
}

static enum result try_sql(struct ctx *ctx, void *arg)
{
    return db_script(ctx, arg);
}

/* Salts must differ, or equal states would show equal hashes; and rows once written must stay as they are. */
static void test_rows(void **state)
{
    FIXTURE(f);
    ledger_fixture(f);
    for (int i = 0; i < 600; i++) append(f, 1000, "create", "risk", 1, "{}", NULL);
    int64_t salts, hashes;
    expect_ok(&f->ctx,
              db_query_number(&f->ctx, S("SELECT count(DISTINCT salt) FROM ledger_state"), NULL, 0, 0, &salts));
    expect_ok(&f->ctx, db_query_number(&f->ctx, S("SELECT count(DISTINCT content_hash) FROM ledger_entry"), NULL, 0, 0,
                                       &hashes));
    assert_int_equal(salts, 600);
    assert_int_equal(hashes, 600);

    static const char *const refused[] = {"UPDATE ledger_entry SET actor = 8", "DELETE FROM ledger_entry WHERE id = 1"};
    for (size_t i = 0; i < COUNT(refused); i++) {
        assert_int_not_equal(store_write(&f->ctx, f->store, try_sql, (void *)(uintptr_t)refused[i]), OK);
        expect_sentence(&f->ctx, "only grows");
    }
}

/* A change that is undone leaves no entry behind. */
static enum result append_and_fail(struct ctx *ctx, void *arg)
{
    const struct ledger_event event = {.action = S("create"), .subject = S("risk"), .record = 1, .state = S("{}")};
    TRY(ledger_append(ctx, &event, arg));
    return fail(ctx, CONFLICT, "Changed its mind.");
}

static void test_undone(void **state)
{
    FIXTURE(f);
    ledger_fixture(f);
    int64_t id;
    assert_int_equal(store_write(&f->ctx, f->store, append_and_fail, &id), CONFLICT);
    struct ledger_entries entries;
    expect_ok(&f->ctx, ledger_recent(&f->ctx, 0, 10, &entries));
    assert_int_equal(entries.count, 0);
}

/* ---- what was written of a record, by the entries' MACs ---- */

static enum result count_one(struct ctx *ctx, void *arg, const struct ledger_entry *entry)
{
    int64_t *last = arg;
    (void)ctx;
    assert_int_equal(entry->version, ++*last);
    return OK;
}

static enum result each_version(struct fixture *f, int64_t newest)
{
    int64_t last = 0;
    ctx_clear_error(&f->ctx);
    enum result result = ledger_each_version(&f->ctx, S("risk"), 4, newest, count_one, &last);
    if (result == OK) assert_int_equal(last, newest);
    return result;
}

static enum result three_versions(struct ctx *ctx, void *arg)
{
    int64_t entry;
    (void)arg;
    for (int64_t version = 1; version <= 3; version++) {
        const struct ledger_event event = {.action = S("change"),
                                           .subject = S("risk"),
                                           .record = 4,
                                           .version = version,
                                           .actor = 7,
                                           .comment = S(""),
                                           .state = S("{}")};
        TRY(ledger_append(ctx, &event, &entry));
    }
    return OK;
}

static void test_each_version(void **state)
{
    FIXTURE(f);
    static const struct {
        const char *sql, *said;
    } cases[] = {
        {"DELETE FROM ledger_entry WHERE version = 2", "The version 2 of risk 4 was taken out of the ledger"},
        {"INSERT INTO ledger_entry SELECT id + 50, at, actor, action, subject, record, 2, state_size, content_hash "
         "FROM "
         "ledger_entry WHERE version = 2",
         "was put into the ledger"},
        {"UPDATE ledger_entry SET actor = 8 WHERE version = 2", "The version 2 of risk 4 was put into the ledger"},
        {"UPDATE ledger_state SET state = '[]' WHERE entry = (SELECT id FROM ledger_entry WHERE version = 2)",
         "The version 2 of risk 4 was changed in the ledger"},
        {"DELETE FROM ledger_state WHERE entry = (SELECT id FROM ledger_entry WHERE version = 3)",
         "The version 3 of risk 4 was changed in the ledger"},
    };
    ledger_fixture(f);
    drop_guards(f);
    write_ok(f, three_versions, NULL);
    expect_ok(&f->ctx, each_version(f, 3));
    assert_int_equal(each_version(f, 4), BROKEN);
    expect_sentence(&f->ctx, "The version 4 of risk 4 was taken out of the ledger");
    assert_int_equal(each_version(f, 2), BROKEN);
    run_sql(f, "CREATE TABLE entries AS SELECT * FROM ledger_entry; CREATE TABLE states AS SELECT * FROM ledger_state");
    for (size_t i = 0; i < COUNT(cases); i++) {
        run_sql(f, cases[i].sql);
        assert_int_equal(each_version(f, 3), BROKEN);
        expect_sentence(&f->ctx, cases[i].said);
        run_sql(f,
                "DELETE FROM ledger_state; DELETE FROM ledger_entry; INSERT INTO ledger_entry SELECT * FROM entries; "
                "INSERT INTO ledger_state SELECT * FROM states");
        expect_ok(&f->ctx, each_version(f, 3));
    }
}

/* A view in place of the table finds by one record and answers with another: SQLite asks random() anew for each. */
static void expect_never_taken(struct fixture *f, const char *view)
{
    struct ledger_entry entry;
    size_t taken = 0;
    run_sql(f, view);
    for (int i = 0; i < 200; i++) {
        taken += ledger_newest(&f->ctx, S("risk"), 4, &entry) == OK;
        ctx_clear_error(&f->ctx);
    }
    assert_int_equal(taken, 0);
    run_sql(f, "DROP VIEW ledger_entry");
}

static void test_another_records_entry_is_not_taken(void **state)
{
    FIXTURE(f);
    ledger_fixture(f);
    write_ok(f, three_versions, NULL);
    append(f, 1000, "create", "risk", 5, "{}", NULL);
    append(f, 1000, "create", "task", 4, "{}", NULL);
    run_sql(f, "ALTER TABLE ledger_entry RENAME TO entries");
    expect_never_taken(f, "CREATE VIEW ledger_entry AS SELECT id, at, actor, action, subject, iif(random() % 2, "
                          "record, 4) AS record, version, state_size, content_hash FROM entries WHERE record = 5");
    expect_never_taken(f, "CREATE VIEW ledger_entry AS SELECT id, at, actor, action, iif(random() % 2, subject, "
                          "'risk') AS subject, record, version, state_size, content_hash FROM entries "
                          "WHERE subject = 'task'");
}

/* What somebody put in so that the next number is near its end: nothing of ours comes to stand there. */
static void test_numbers_that_jump(void **state)
{
    FIXTURE(f);
    ledger_fixture(f);
    drop_guards(f);
    run_sql(f, f->schema[0] ? "SELECT setval(pg_get_serial_sequence('ledger_entry', 'id'), 281474976710655)"
                            : "INSERT INTO ledger_entry (id, at, actor, action, subject, record, version, state_size) "
                              "VALUES (281474976710655, 1, 0, 'x', 'x', 1, 1, 0)");
    assert_int_equal(store_write(&f->ctx, f->store, three_versions, NULL), BROKEN);
    expect_sentence(&f->ctx, "The ledger's next number was set to 281474976710656 outside of the program");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BOTH(test_history),
        ON_BOTH(test_history_in_pages),
        ON_BOTH(test_recent),
        ON_BOTH(test_as_of),
        ON_BOTH(test_foreign),
        ON_BOTH(test_missing),
        ON_BOTH(test_purge),
        ON_BOTH(test_rows),
        ON_BOTH(test_undone),
        ON_BOTH(test_each_version),
        ON_SQLITE(test_another_records_entry_is_not_taken),
        ON_BOTH(test_numbers_that_jump),
    };
    return cmocka_run_group_tests_name("ledger/ledger", tests, NULL, NULL);
}
