/* The verifier against somebody who has the whole database, has removed its guards, and changes one byte, or one row,
 * or everything but the key. What is changed is taken from the tables' own declarations, so a new column is tried as
 * well. */
#include "ledger/fixture.h"

#include "ledger/canonical.h"
#include "ledger/sealer.h"
#include "ledger/verify.h"

struct proven {
    struct fixture *f;
    struct ledger_keys *keys;
    int64_t count;
};

enum { SEALED = 620, PENDING = 5, VICTIM = 250, PERSON = 9 };

static enum result open_keys(struct ctx *ctx, void *arg)
{
    struct proven *p = arg;
    return ledger_keys_open(ctx, &keyring, true, &p->keys);
}

static enum result seal(struct ctx *ctx, void *arg)
{
    struct proven *p = arg;
    struct ledger_seal seal = {.keys = p->keys};
    TRY(ledger_seal(ctx, &seal));
    p->count = (int64_t)seal.sealed;
    return OK;
}

static enum result append_many(struct ctx *ctx, void *arg)
{
    int64_t id, until = *(int64_t *)arg;
    TRY(db_query_number(ctx, S("SELECT max(id) FROM ledger_entry"), NULL, 0, 0, &id));
    while (id < until) {
        const struct ledger_event event = {.action = S("change"),
                                           .subject = S("risk"),
                                           .record = 1 + until % 40,
                                           .version = id + 1,
                                           .actor = 7,
                                           .comment = S("because"),
                                           .state = S("{\"title\":\"Fire\",\"level\":4}")};
        TRY(ledger_append(ctx, &event, &id));
    }
    return OK;
}

static enum result purge(struct ctx *ctx, void *arg)
{
    const struct ledger_event tombstone = {.action = S("purge"),
                                           .subject = S("person"),
                                           .record = PERSON,
                                           .version = 4,
                                           .actor = 7,
                                           .comment = S("asked for it"),
                                           .state = S("{}")};
    return ledger_purge(ctx, &tombstone, arg);
}

/* Entries 1 to 620 sealed under three heads, one record purged, five entries pending. */
static struct proven begin(struct fixture *f)
{
    struct proven p = {.f = f};
    int64_t until, id;
    ledger_fixture(f);
    write_ok(f, open_keys, &p);
    append(f, 1000, "create", "person", PERSON, "{\"name\":\"Ada\"}", NULL);
    append(f, 1000, "remind", "risk", 1, NULL, NULL);
    static const int64_t sizes[] = {100, 300, SEALED};
    for (size_t i = 0; i < COUNT(sizes); i++) {
        until = i == 2 ? sizes[i] - 1 : sizes[i];
        f->ctx.now = 2000;
        write_ok(f, append_many, &until);
        if (i == 2) write_ok(f, purge, &id);
        f->ctx.now = 3000 + (int64_t)i;
        write_ok(f, seal, &p);
    }
    until = SEALED + PENDING;
    write_ok(f, append_many, &until);
    return p;
}

static enum result verify_with(struct proven *p, const struct ledger_head *witness, struct ledger_report *report)
{
    const struct ledger_check check = {
        .keys = ledger_keys_public(p->keys), .key_count = 1, .keyring = &keyring, .witness = witness};
    enum result result = ledger_verify(&p->f->ctx, &check, report);
    assert_false(db_in_transaction(p->f->ctx.db));
    if (result == BROKEN) test_failed("%.*s", PRINT(p->f->ctx.error.sentence));
    return result;
}

static void expect_sound(struct proven *p)
{
    struct ledger_report report;
    expect_ok(&p->f->ctx, verify_with(p, NULL, &report));
}

/* `entry` 0: no entry is named. */
static void expect_wrong(struct proven *p, int64_t entry, const char *sentence)
{
    struct ledger_report report;
    if (verify_with(p, NULL, &report) != CONFLICT) test_failed("not found out: %s", sentence);
    expect_sentence(&p->f->ctx, sentence);
    if (report.entry != entry)
        test_failed("entry %lld named, not %lld: %.*s", (long long)report.entry, (long long)entry,
                    PRINT(p->f->ctx.error.sentence));
}

/* ---- the intruder ---- */

struct statement_run {
    struct str sql;
    struct value args[2];
    size_t count;
};

static enum result run_statement(struct ctx *ctx, void *arg)
{
    const struct statement_run *run = arg;
    int64_t changed;
    TRY(db_run(ctx, run->sql, run->args, run->count, &changed));
    return changed == 1 ? OK : fail(ctx, NOT_FOUND, "%lld rows changed: %.*s", (long long)changed, PRINT(run->sql));
}

struct place {
    const char *table, *key;
    int64_t at;
};

static struct value read_value(struct fixture *f, const struct place *place, const struct column *column)
{
    struct rows *rows;
    bool found;
    struct str sql = arena_print(f->ctx.arena, "SELECT %s FROM %s WHERE %s = %lld", column->name, place->table,
                                 place->key, (long long)place->at);
    expect_ok(&f->ctx, db_query_one(&f->ctx, sql, NULL, 0, &rows, &found));
    assert_true(found);
    struct value value = value_number(rows_number(rows, 0));
    if (column->type == COLUMN_TEXT) value = value_text(arena_copy(f->ctx.arena, rows_text(rows, 0)));
    if (column->type == COLUMN_BYTES) value = value_bytes(arena_copy(f->ctx.arena, rows_bytes(rows, 0)));
    rows_close(rows);
    return value;
}

static void write_value(struct fixture *f, const struct place *place, const struct column *column, struct value value,
                        int64_t at)
{
    struct statement_run run = {.args = {value}, .count = 1};
    run.sql = arena_print(f->ctx.arena, "UPDATE %s SET %s = ?1 WHERE %s = %lld", place->table, column->name, place->key,
                          (long long)at);
    write_ok(f, run_statement, &run);
}

/* One byte of it, or one off. */
static struct value altered(struct fixture *f, struct value value)
{
    if (value.type == IS_NUMBER) return value_number(value.number + 100000);
    value.text = arena_copy(f->ctx.arena, value.text);
    assert_true(value.text.len > 0);
    ((char *)(uintptr_t)value.text.at)[value.text.len / 2] ^= 1;
    return value;
}

static const struct place places[] = {
    {"ledger_entry", "id", VICTIM},          {"ledger_state", "entry", VICTIM}, {"ledger_pending", "entry", SEALED + 2},
    {"ledger_leaf", "position", VICTIM - 1}, {"ledger_node", "position", 1},    {"ledger_head", "size", 300},
};

/* What must be named: the entry of that row, or else these. */
static const struct {
    const char *table, *column, *sentence;
    int64_t entry;
} expected[] = {
    {"ledger_entry", NULL, "Entry 250", VICTIM},
    {"ledger_state", NULL, "Entry 250", VICTIM},
    {"ledger_pending", "mac", "awaits its seal and was not written by this program", SEALED + 2},
    {"ledger_pending", NULL, "Entry 622 stands outside the tree", SEALED + 2},
    {"ledger_leaf", "position", "Place 249 of the tree, after entry 249, is empty", 0},
    {"ledger_leaf", "entry", "at place 249 of the tree, is missing", 100250},
    {"ledger_leaf", "leaf_hash", "Entry 250", VICTIM},
    {"ledger_leaf", "mac", "does not bear the MAC of this program", VICTIM},
    {"ledger_node", NULL, "The stored hash over the places 256 to 511", 0},
    {"ledger_head", "size", "The signed head over 620 entries follows one over 300, which is not there", 0},
    {"ledger_head", "previous", "The signed head over 300 entries is not of the form", 0},
    {"ledger_head", "key_id", "The signed head over 300 entries names the key", 0},
    {"ledger_head", NULL, "The signed head over 300 entries was altered", 0},
};

static void try_column(struct proven *p, const struct place *place, const struct column *column)
{
    struct fixture *f = p->f;
    struct value before = read_value(f, place, column);
    struct value after = altered(f, before);
    bool is_key = strcmp(column->name, place->key) == 0;
    write_value(f, place, column, after, place->at);
    size_t i = 0;
    while (strcmp(expected[i].table, place->table) != 0 ||
           (expected[i].column && strcmp(expected[i].column, column->name) != 0))
        assert_true(++i < COUNT(expected));
    expect_wrong(p, expected[i].entry, expected[i].sentence);
    write_value(f, place, column, before, is_key ? after.number : place->at);
}

static void test_each_column(void **state)
{
    FIXTURE(f);
    struct proven p = begin(f);
    drop_guards(f);
    /* After these come tables that hold what other ledgers say. */
    assert_true(COUNT(places) <= ledger_table_count);
    size_t tried = 0;
    for (size_t i = 0; i < COUNT(places); i++) {
        assert_true(strcmp(places[i].table, ledger_tables[i]->name) == 0);
        for (size_t c = 0; c < ledger_tables[i]->column_count; c++, tried++)
            try_column(&p, &places[i], &ledger_tables[i]->columns[c]);
    }
    assert_true(tried >= 25);
    expect_sound(&p);
    ledger_keys_close(p.keys);
}

static void test_sound(void **state)
{
    FIXTURE(f);
    struct proven p = begin(f);
    struct ledger_report report;
    struct ledger_head head;
    expect_ok(&f->ctx, verify_with(&p, NULL, &report));
    assert_int_equal(report.sealed, SEALED);
    assert_int_equal(report.pending, PENDING);
    assert_int_equal(report.heads, 3);
    assert_int_equal(report.purged, 1);
    assert_int_equal(report.states, SEALED + PENDING - 2);
    assert_int_equal(report.entry, 0);
    expect_ok(&f->ctx, tree_head(&f->ctx, 0, &head));
    assert_memory_equal(&head, &report.newest, sizeof head);
    expect_ok(&f->ctx, verify_with(&p, &head, &report));
    struct ledger_public other = *ledger_keys_public(p.keys);
    other.at[0] ^= 1;
    const struct ledger_check check = {.keys = &other, .key_count = 1};
    assert_int_equal(ledger_verify(&f->ctx, &check, &report), CONFLICT);
    ledger_keys_close(p.keys);
}

static void test_empty(void **state)
{
    FIXTURE(f);
    struct proven p = {.f = f};
    ledger_fixture(f);
    write_ok(f, open_keys, &p);
    expect_sound(&p);
    ledger_keys_close(p.keys);
}

struct theft {
    const char *sql, *sentence;
    int64_t entry;
};

static const struct theft thefts[] = {
    {"DELETE FROM ledger_entry WHERE id = 250", "Entry 250, at place 249 of the tree, is missing", 250},
    {"DELETE FROM ledger_state WHERE entry = 250", "no later entry says that it was purged", 250},
    {"DELETE FROM ledger_pending WHERE entry = 622", "Entry 622 stands outside", 622},
    {"DELETE FROM ledger_leaf WHERE position = 249", "Place 249 of the tree", 0},
    {"DELETE FROM ledger_leaf WHERE position = 619", "the entry that says it was purged is not sealed", 1},
    {"DELETE FROM ledger_leaf WHERE position = 618", "Place 618 of the tree", 0},
    {"DELETE FROM ledger_head WHERE size = 300", "follows one over 300, which is not there: it was removed", 0},
    {"DELETE FROM ledger_head WHERE size < 620", "follows one over 300, which is not there: it was removed", 0},
    {"DELETE FROM ledger_node WHERE position = 0", "over the places 0 to 255 of the tree is missing", 0},
    {"DELETE FROM ledger_head WHERE size = 620", "from place 300 of the tree on stand under no signed head", 0},
    {"INSERT INTO ledger_entry (at, actor, action, subject, record, version, state_size) VALUES (1, 1, 'x', 'y', 1, 1, "
     "0)",
     "stands outside the tree", 626},
    {"INSERT INTO ledger_state (entry, salt, comment, state) SELECT 5000, salt, comment, state FROM ledger_state "
     "WHERE entry = 250",
     "There is a state of entry 5000, but no such entry", 5000},
    {"INSERT INTO ledger_state (entry, salt, comment, state) SELECT 2, salt, comment, state FROM ledger_state "
     "WHERE entry = 250",
     "Entry 2 (remind of risk 1 at 1970-01-01T00:00:01.000Z) has a state beside it", 2},
    {"INSERT INTO ledger_pending (entry, mac) SELECT entry, mac FROM ledger_leaf WHERE entry = 250",
     "Entry 250 is said to await a place", 250},
    {"INSERT INTO ledger_node (level, position, hash) SELECT 8, 2, hash FROM ledger_node WHERE position = 1",
     "should have 2 stored hashes above its leaves and has 3", 0},
    {"INSERT INTO ledger_head (size, root, at, key_id, signature, origin, previous) "
     "SELECT 1000, root, at, key_id, signature, origin, 620 FROM ledger_head WHERE size = 620",
     "A head was signed over 1000 entries", 0},
};

/* Runs the statements and the verifier in one write, which is then undone. */
struct attempt {
    struct proven *p;
    enum result (*attack)(struct ctx *ctx, struct proven *p);
    const char *sql;
    const struct ledger_head *witness;
    bool public_only; /* whoever verifies has no master key */
    enum result found;
    struct ledger_report report;
};

static enum result attack_and_verify(struct ctx *ctx, void *arg)
{
    struct attempt *a = arg;
    if (a->sql) TRY(db_script(ctx, a->sql));
    if (a->attack) TRY(a->attack(ctx, a->p));
    const struct ledger_check check = {.keys = ledger_keys_public(a->p->keys),
                                       .key_count = 1,
                                       .keyring = a->public_only ? NULL : &keyring,
                                       .witness = a->witness};
    a->found = ledger_verify(ctx, &check, &a->report);
    return a->found == OK ? fail(ctx, DENIED, "Undone.") : a->found;
}

static void expect_found(struct attempt *a, const char *sentence, int64_t entry)
{
    struct fixture *f = a->p->f;
    enum result result = store_write(&f->ctx, f->store, attack_and_verify, a);
    assert_int_equal(result, CONFLICT);
    expect_sentence(&f->ctx, sentence);
    assert_int_equal(a->report.entry, entry);
}

static void test_rows_removed_and_added(void **state)
{
    FIXTURE(f);
    struct proven p = begin(f);
    drop_guards(f);
    for (size_t i = 0; i < COUNT(thefts); i++) {
        struct attempt attempt = {.p = &p, .sql = thefts[i].sql};
        expect_found(&attempt, thefts[i].sentence, thefts[i].entry);
    }
    expect_sound(&p);
    ledger_keys_close(p.keys);
}

/* ---- an intruder who knows the program ---- */

/* Changes the actor of entry 250 and hashes its leaf anew. */
static enum result forge_leaf(struct ctx *ctx, struct proven *p)
{
    (void)p;
    struct rows *rows;
    bool found;
    TRY(db_script(ctx, "UPDATE ledger_entry SET actor = 8 WHERE id = 250"));
    TRY(db_query_one(ctx,
                     S("SELECT id, at, actor, record, version, state_size, action, subject, content_hash "
                       "FROM ledger_entry WHERE id = 250"),
                     NULL, 0, &rows, &found));
    const struct ledger_row row = {
        .id = rows_number(rows, 0),
        .at = rows_number(rows, 1),
        .actor = rows_number(rows, 2),
        .record = rows_number(rows, 3),
        .version = rows_number(rows, 4),
        .state_size = rows_number(rows, 5),
        .action = rows_text(rows, 6),
        .subject = rows_text(rows, 7),
        .content = rows_bytes(rows, 8),
    };
    struct buf text = buf_in(ctx->arena);
    struct hash leaf;
    canonical_entry(&text, &row);
    merkle_leaf(hasher_in(ctx->arena), buf_str(&text), &leaf);
    rows_close(rows);
    const struct value args[] = {value_bytes(hash_bytes(&leaf))};
    return db_run(ctx, S("UPDATE ledger_leaf SET leaf_hash = ?1 WHERE entry = 250"), args, COUNT(args), NULL);
}

/* And then the roots of the heads as well, but cannot sign them. */
static enum result forge_roots(struct ctx *ctx, struct proven *p)
{
    TRY(forge_leaf(ctx, p));
    struct hasher *hasher = hasher_in(ctx->arena);
    struct merkle tree = {.size = 0};
    struct rows *rows;
    TRY(db_query(ctx, S("SELECT leaf_hash FROM ledger_leaf WHERE position < 300 ORDER BY position"), NULL, 0, &rows));
    for (;;) {
        bool more;
        struct hash leaf;
        TRY(rows_next(ctx, rows, &more));
        if (!more) break;
        assert_true(hash_from(rows_bytes(rows, 0), &leaf));
        merkle_add(&tree, hasher, &leaf, NULL);
    }
    struct hash root;
    merkle_root(&tree, hasher, &root);
    const struct value args[] = {value_bytes(hash_bytes(&root)), value_bytes(hash_bytes(&tree.peaks[8]))};
    TRY(db_run(ctx, S("UPDATE ledger_head SET root = ?1 WHERE size = 300"), args, 1, NULL));
    return db_run(ctx, S("UPDATE ledger_node SET hash = ?1 WHERE position = 0"), args + 1, 1, NULL);
}

/* The same bytes are hashed, but the comment has lost its beginning to the salt. */
static enum result cut_elsewhere(struct ctx *ctx, struct proven *p)
{
    (void)p;
    struct buf salt = buf_in(ctx->arena);
    struct rows *rows;
    bool found;
    TRY(db_query_one(ctx, S("SELECT salt FROM ledger_state WHERE entry = 250"), NULL, 0, &rows, &found));
    buf_add(&salt, rows_bytes(rows, 0));
    buf_char(&salt, 'b');
    rows_close(rows);
    const struct value args[] = {value_bytes(buf_str(&salt)), value_text(S("ecause"))};
    return db_run(ctx, S("UPDATE ledger_state SET salt = ?1, comment = ?2 WHERE entry = 250"), args, COUNT(args), NULL);
}

static void test_forged(void **state)
{
    FIXTURE(f);
    struct proven p = begin(f);
    drop_guards(f);
    struct attempt leaf = {.p = &p, .attack = forge_leaf, .public_only = true};
    expect_found(&leaf, "The entries at the places 100 to 299 of the tree (the last is entry 300)", 300);
    struct attempt roots = {.p = &p, .attack = forge_roots, .public_only = true};
    expect_found(&roots, "The signed head over 300 entries was altered", 0);
    struct attempt content = {.p = &p, .attack = cut_elsewhere, .public_only = true};
    expect_found(&content, "has another state or comment beside it than the one that was entered", 250);
    ledger_keys_close(p.keys);
}

/* Whoever has the key dates a head back: later than the head before it, but earlier than an entry under it. */
static enum result date_head_back(struct ctx *ctx, struct proven *p)
{
    enum { ENTERED = 9000, DATED = 8999 };
    const struct ledger_event event = {.action = S("remind"), .subject = S("risk"), .record = 1, .version = 1};
    struct ledger_head head;
    int64_t id;
    ctx->now = ENTERED;
    TRY(ledger_append(ctx, &event, &id));
    TRY(seal(ctx, p));
    TRY(tree_head(ctx, 0, &head));
    assert_int_equal(head.at, ENTERED);
    head.at = DATED;
    ledger_sign_head(ctx, p->keys, &head);
    const struct value args[] = {value_number(head.at),
                                 value_bytes((struct str){(char *)head.signature, SIGNATURE_SIZE}),
                                 value_number(head.size)};
    return db_run(ctx, S("UPDATE ledger_head SET at = ?1, signature = ?2 WHERE size = ?3"), args, COUNT(args), NULL);
}

static void test_a_head_dated_back(void **state)
{
    FIXTURE(f);
    struct proven p = begin(f);
    drop_guards(f);
    struct attempt dated = {.p = &p, .attack = date_head_back};
    expect_found(&dated, "The signed head over 626 entries is dated earlier than what stands before it.", 0);
    ledger_keys_close(p.keys);
}

static const char cut[] = "DELETE FROM ledger_pending; DELETE FROM ledger_head WHERE size > 300; "
                          "DELETE FROM ledger_leaf WHERE position >= 300; DELETE FROM ledger_node WHERE position = 1; "
                          "DELETE FROM ledger_entry WHERE id > 300; DELETE FROM ledger_state WHERE entry > 300; "
                          "INSERT INTO ledger_state SELECT 1, salt, comment, state FROM ledger_state WHERE entry = 3";

/* Cutting off the end leaves a sound, shorter ledger: that is what witnesses are for. */
static void test_cut_off(void **state)
{
    FIXTURE(f);
    struct proven p = begin(f);
    struct ledger_head witness;
    drop_guards(f);
    expect_ok(&f->ctx, tree_head(&f->ctx, 0, &witness));
    char without_purge[sizeof cut];
    snprintf(without_purge, sizeof without_purge, "%.*s", (int)(strstr(cut, "; INSERT") - cut), cut);
    struct attempt purged = {.p = &p, .sql = without_purge};
    expect_found(&purged, "Entry 1 (create of person 9", 1);
    struct attempt wrong_state = {.p = &p, .sql = cut};
    expect_found(&wrong_state, "Entry 1 (create of person 9", 1);

    struct proven q = {.f = f};
    q.keys = p.keys;
    struct attempt seen = {.p = &q, .witness = &witness};
    seen.sql = "CREATE TABLE purged AS SELECT entry, mac FROM ledger_leaf WHERE position = 619; "
               "DELETE FROM ledger_pending; DELETE FROM ledger_head WHERE size > 300; "
               "DELETE FROM ledger_leaf WHERE position >= 300; DELETE FROM ledger_node WHERE position = 1; "
               "DELETE FROM ledger_entry WHERE id > 300 AND action <> 'purge'; "
               "INSERT INTO ledger_pending SELECT entry, mac FROM purged; DROP TABLE purged; "
               "DELETE FROM ledger_state WHERE entry > 300 AND entry < 620 OR entry > 620";
    expect_found(&seen, "covers 620 entries, but only 300 are here", 0);
    seen.witness = NULL;
    assert_int_equal(store_write(&f->ctx, f->store, attack_and_verify, &seen), DENIED);
    assert_int_equal(seen.found, OK);
    assert_int_equal(seen.report.sealed, 300);

    witness.size = 300;
    struct ledger_report report;
    assert_int_equal(verify_with(&p, &witness, &report), CONFLICT);
    expect_sentence(&f->ctx, "written anew");
    ledger_keys_close(p.keys);
}

/* ---- what the records say, and much of it ---- */

static enum result rows_differ(struct ctx *ctx, void *arg)
{
    ++*(int *)arg;
    return fail(ctx, CONFLICT, "Risk 4 says another title than its newest entry.");
}

static void count_pages(void *arg, int64_t done, int64_t of)
{
    assert_true(done <= of);
    ++*(int *)arg;
}

static void test_records(void **state)
{
    FIXTURE(f);
    struct proven p = begin(f);
    int asked = 0, pages = 0;
    struct ledger_report report;
    const struct ledger_check check = {.keys = ledger_keys_public(p.keys),
                                       .key_count = 1,
                                       .records = rows_differ,
                                       .records_arg = &asked,
                                       .progress = count_pages,
                                       .progress_arg = &pages};
    assert_int_equal(ledger_verify(&f->ctx, &check, &report), CONFLICT);
    expect_sentence(&f->ctx, "Risk 4 says another title");
    assert_int_equal(asked, 1);
    assert_int_equal(pages, 1);
    ledger_keys_close(p.keys);
}

static enum result remind_many(struct ctx *ctx, void *arg)
{
    const struct ledger_event event = {.action = S("remind"), .subject = S("risk"), .record = 1, .version = 1};
    for (int64_t id = 0, until = *(int64_t *)arg; id < until;) TRY(ledger_append(ctx, &event, &id));
    return OK;
}

/* Beyond 65,536 entries there is a second stored level, and the verifier turns many pages. */
static void test_large(void **state)
{
    FIXTURE(f);
    enum { LARGE = 66000 };
    struct proven p = {.f = f};
    ledger_fixture(f);
    write_ok(f, open_keys, &p);
    for (int64_t until = 1000; until <= LARGE; until += 1000) {
        arena_reset(f->ctx.arena);
        write_ok(f, remind_many, &until);
    }
    for (p.count = 1; p.count;) {
        arena_reset(f->ctx.arena);
        write_ok(f, seal, &p);
    }
    int64_t upper;
    expect_ok(&f->ctx,
              db_query_number(&f->ctx, S("SELECT count(*) FROM ledger_node WHERE level = 16"), NULL, 0, 0, &upper));
    assert_int_equal(upper, 1);
    expect_sound(&p);
    drop_guards(f);
    struct attempt node = {.p = &p, .sql = "UPDATE ledger_node SET level = 17 WHERE level = 16"};
    expect_found(&node, "over the places 0 to 65535 of the tree is missing", 0);
    struct attempt entry = {.p = &p, .sql = "UPDATE ledger_entry SET actor = 2 WHERE id = 65900"};
    expect_found(&entry, "Entry 65900 (remind of risk 1 ", 65900);
    ledger_keys_close(p.keys);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BOTH(test_sound),
        ON_BOTH(test_empty),
        ON_BOTH(test_each_column),
        ON_BOTH(test_rows_removed_and_added),
        ON_BOTH(test_forged),
        ON_BOTH(test_cut_off),
        ON_BOTH(test_records),
        ON_BOTH(test_large),
        ON_BOTH(test_a_head_dated_back),
    };
    return cmocka_run_group_tests_name("ledger/verify", tests, NULL, NULL);
}
