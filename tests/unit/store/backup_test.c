/* Backups from each database into each, and what becomes of files that were cut off, altered, or opened with a wrong
 * key. */
#include "store/fixture.h"

#include "base/buf.h"
#include "base/random.h"
#include "store/backup.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>

/* References forward, backward and to itself; every type; a key whose newest rows are gone; a table that only grows. */
static const struct column leaf_columns[] = {
    {.name = "id", .type = COLUMN_KEY},
    {.name = "order", .type = COLUMN_NUMBER, .references = "b_branch", .flags = COLUMN_INDEXED},
    {.name = "above", .type = COLUMN_NUMBER, .references = "b_leaf"},
    {.name = "title", .type = COLUMN_TEXT, .flags = COLUMN_NOT_NULL | COLUMN_UNIQUE},
    {.name = "weight", .type = COLUMN_DECIMAL},
    {.name = "picture", .type = COLUMN_BYTES},
};
static const struct table leaf_table = {.name = "b_leaf", .columns = leaf_columns, .column_count = COUNT(leaf_columns)};
static const struct column branch_columns[] = {
    {.name = "id", .type = COLUMN_KEY},
    {.name = "name", .type = COLUMN_TEXT, .flags = COLUMN_NOT_NULL},
};
static const struct table branch_table = {
    .name = "b_branch", .columns = branch_columns, .column_count = COUNT(branch_columns), .append_only = true};
static const struct column pair_columns[] = {
    {.name = "left", .type = COLUMN_NUMBER, .flags = COLUMN_NOT_NULL},
    {.name = "right", .type = COLUMN_TEXT, .flags = COLUMN_NOT_NULL},
};
static const struct table pair_table = {
    .name = "b_pair", .columns = pair_columns, .column_count = COUNT(pair_columns), .primary_key = "left, right"};
static const struct table *const tables[] = {&leaf_table, &branch_table, &pair_table};

static const char passphrase[] = "correct horse battery staple";

enum { LEAVES = 2500, PICTURE = 700000 };

static enum result make_tables(struct ctx *ctx, void *arg)
{
    (void)arg;
    return tables_apply(ctx, tables, COUNT(tables));
}

static enum result add_leaf(struct ctx *ctx, int64_t i)
{
    size_t size = i == 7 ? PICTURE : 40;
    char *bytes = arena_alloc(ctx->arena, size);
    random_bytes(bytes, size);
    const struct value args[] = {
        i % 3 ? value_number(1 + i % 2) : value_null(),
        value_text(arena_print(ctx->arena, "leaf %lld \xc3\xbc\xf0\x9f\x8c\xbf\n", (long long)i)),
        i % 4 ? value_decimal((double)i / 3) : value_null(),
        i % 2 ? value_bytes((struct str){bytes, size}) : value_null(),
    };
    return db_run(ctx, S("INSERT INTO b_leaf (\"order\", title, weight, picture) VALUES (?1, ?2, ?3, ?4)"), args,
                  COUNT(args), NULL);
}

static enum result fill(struct ctx *ctx, void *arg)
{
    (void)arg;
    TRY(db_script(ctx, "INSERT INTO b_branch (name) VALUES ('oak'); INSERT INTO b_branch (name) VALUES ('elm');"
                       "INSERT INTO b_pair VALUES (-9223372036854775807, 'a'); INSERT INTO b_pair VALUES (1, '')"));
    for (int64_t i = 1; i <= LEAVES; i++) TRY(add_leaf(ctx, i));
    TRY(db_script(ctx, "UPDATE b_leaf SET above = 2501 - id WHERE id % 5 <> 0"));
    return OK;
}

/* The last keys are given out and used up. */
static enum result use_up(struct ctx *ctx, void *arg)
{
    (void)arg;
    const struct value args[] = {value_text(S("gone"))};
    for (int i = 0; i < 3; i++) {
        int64_t id;
        TRY(db_insert(ctx,
                      S("INSERT INTO b_leaf (id, title) VALUES ((SELECT max(id) + 1 FROM b_leaf), ?1) RETURNING id"),
                      args, COUNT(args), &id));
        TRY(db_run(ctx, S("DELETE FROM b_leaf WHERE title = ?1"), args, COUNT(args), NULL));
    }
    return OK;
}

static void make_source(struct fixture *f)
{
    expect_ok(&f->ctx, store_write(&f->ctx, f->store, make_tables, NULL));
    expect_ok(&f->ctx, store_write(&f->ctx, f->store, fill, NULL));
    if (db_dialect(f->ctx.db) == DIALECT_SQLITE) expect_ok(&f->ctx, store_write(&f->ctx, f->store, use_up, NULL));
    f->ctx.now = 1700000000000;
}

static struct backup by_key(void)
{
    return (struct backup){.tables = tables, .table_count = COUNT(tables), .keyring = &keyring};
}

static const char *path_in(struct fixture *f, const char *name)
{
    return arena_print(f->ctx.arena, "%s/%s", f->directory, name).at;
}

static void take(struct fixture *f, const struct backup *backup, const char *path, struct backup_info *info)
{
    expect_ok(&f->ctx, store_backup(&f->ctx, f->store, backup, str_of(path), info));
}

/* ---- there and back ---- */

static void same_rows(struct fixture *a, struct fixture *b, const char *sql)
{
    struct rows *left, *right;
    expect_ok(&a->ctx, db_query(&a->ctx, str_of(sql), NULL, 0, &left));
    expect_ok(&b->ctx, db_query(&b->ctx, str_of(sql), NULL, 0, &right));
    for (;;) {
        bool more, other;
        expect_ok(&a->ctx, rows_next(&a->ctx, left, &more));
        expect_ok(&b->ctx, rows_next(&b->ctx, right, &other));
        assert_int_equal(more, other);
        if (!more) return;
        for (size_t i = 0; i < rows_width(left); i++) {
            assert_int_equal(rows_is_null(left, i), rows_is_null(right, i));
            assert_true(str_eq(rows_text(left, i), rows_text(right, i)));
        }
    }
}

static void same_bytes(struct fixture *a, struct fixture *b)
{
    struct rows *left, *right;
    struct str sql = S("SELECT id, picture, weight FROM b_leaf ORDER BY id");
    expect_ok(&a->ctx, db_query(&a->ctx, sql, NULL, 0, &left));
    expect_ok(&b->ctx, db_query(&b->ctx, sql, NULL, 0, &right));
    for (int64_t count = 0;; count++) {
        bool more, other;
        expect_ok(&a->ctx, rows_next(&a->ctx, left, &more));
        expect_ok(&b->ctx, rows_next(&b->ctx, right, &other));
        assert_int_equal(more, other);
        if (!more) assert_int_equal(count, LEAVES);
        if (!more) return;
        assert_int_equal(rows_number(left, 0), rows_number(right, 0));
        assert_true(str_eq(rows_bytes(left, 1), rows_bytes(right, 1)));
        assert_true(rows_decimal(left, 2) == rows_decimal(right, 2));
    }
}

static enum result insert_next(struct ctx *ctx, void *arg)
{
    return db_insert(ctx, S("INSERT INTO b_leaf (title) VALUES ('next') RETURNING id"), NULL, 0, arg);
}

static enum result insert_branch(struct ctx *ctx, void *arg)
{
    return db_insert(ctx, S("INSERT INTO b_branch (name) VALUES ('fir') RETURNING id"), NULL, 0, arg);
}

static enum result run_script(struct ctx *ctx, void *arg)
{
    return db_script(ctx, arg);
}

static enum result refused(struct fixture *f, const char *sql)
{
    return store_write(&f->ctx, f->store, run_script, (void *)(uintptr_t)sql);
}

static void check_restored(struct fixture *from, struct fixture *to)
{
    same_rows(from, to, "SELECT id, \"order\", above, title FROM b_leaf ORDER BY id");
    same_rows(from, to, "SELECT * FROM b_branch ORDER BY id");
    same_rows(from, to, "SELECT * FROM b_pair ORDER BY \"left\"");
    same_bytes(from, to);
    int64_t next;
    expect_ok(&to->ctx, store_write(&to->ctx, to->store, insert_next, &next));
    assert_int_equal(next, db_dialect(from->ctx.db) == DIALECT_SQLITE ? LEAVES + 2 : LEAVES + 1);
    expect_ok(&to->ctx, store_write(&to->ctx, to->store, insert_branch, &next));
    assert_int_equal(next, 3);
    assert_int_equal(refused(to, "INSERT INTO b_leaf (id, title, above) VALUES (9000, 'x', 8999)"), CONFLICT);
    assert_int_equal(refused(to, "INSERT INTO b_leaf (title) SELECT title FROM b_leaf WHERE id = 1"), CONFLICT);
    assert_int_not_equal(refused(to, "UPDATE b_branch SET name = 'ash'"), OK);
    expect_sentence(&to->ctx, "only grows");
}

static void there_and_back(struct fixture *from, bool to_postgres)
{
    make_source(from);
    struct fixture *to = fixture_new(to_postgres);
    struct backup backup = by_key();
    struct backup_info info;
    const char *path = path_in(from, "b.merlon");
    take(from, &backup, path, &info);
    assert_int_equal(info.rows, LEAVES + 4);
    assert_int_equal(info.tables, 3);
    assert_int_equal(info.made_at, 1700000000000);
    assert_false(info.brings_master_key);
    assert_true(str_is(info.database, from->url[0] ? "postgresql" : "sqlite"));
    assert_int_not_equal(access(path_in(from, "b.merlon.partial"), F_OK), 0);
    struct stat stats;
    assert_int_equal(stat(path, &stats), 0);
    assert_int_equal(stats.st_mode & 0777, 0600);
    assert_int_equal(stats.st_size, info.bytes);

    expect_ok(&to->ctx, store_restore(&to->ctx, to->store, &backup, str_of(path), &info));
    assert_int_equal(info.rows, LEAVES + 4);
    check_restored(from, to);
    assert_int_equal(store_restore(&to->ctx, to->store, &backup, str_of(path), &info), CONFLICT);
    expect_sentence(&to->ctx, "empty directory");
    unlink(path);
    fixture_free(to);
}

static void test_to_sqlite(void **state)
{
    FIXTURE(f);
    there_and_back(f, false);
}

static void test_to_postgres(void **state)
{
    FIXTURE(f);
    if (!getenv("MERLON_TEST_DATABASE")) {
        print_message("%s: skipped, MERLON_TEST_DATABASE is not set\n", __func__);
        skip();
    }
    there_and_back(f, true);
}

/* ---- a new machine with nothing but file and passphrase ---- */

static void test_passphrase(void **state)
{
    FIXTURE(f);
    make_source(f);
    struct fixture *to = fixture_new(false);
    struct backup backup = by_key();
    struct backup_info info;
    backup.passphrase = S("too short");
    assert_int_equal(store_backup(&f->ctx, f->store, &backup, str_of(path_in(f, "b.merlon")), &info), INVALID);
    expect_sentence(&f->ctx, "at least 12");
    backup.passphrase = str_of(passphrase);
    const char *path = path_in(f, "b.merlon"), *key_file = path_in(to, "master.key");
    take(f, &backup, path, &info);
    assert_true(info.brings_master_key);

    backup.keyring = NULL;
    backup.key_file = str_of(key_file);
    backup.passphrase = S("incorrect horse battery staple");
    assert_int_equal(store_restore(&to->ctx, to->store, &backup, str_of(path), &info), DENIED);
    expect_sentence(&to->ctx, "does not open with this passphrase");
    assert_int_not_equal(access(key_file, F_OK), 0);
    backup.passphrase = S("");
    assert_int_equal(backup_check(&to->ctx, &backup, str_of(path), &info), INVALID);
    expect_sentence(&to->ctx, "sealed with a passphrase");

    backup.passphrase = str_of(passphrase);
    expect_ok(&to->ctx, store_restore(&to->ctx, to->store, &backup, str_of(path), &info));
    char key[MASTER_KEY_SIZE + 1];
    int file = open(key_file, O_RDONLY);
    assert_int_equal(read(file, key, sizeof key), MASTER_KEY_SIZE);
    close(file);
    assert_memory_equal(key, keyring.master, MASTER_KEY_SIZE);
    struct stat stats;
    assert_int_equal(stat(key_file, &stats), 0);
    assert_int_equal(stats.st_mode & 0777, 0600);
    check_restored(f, to);
    unlink(path);
    fixture_free(to);
}

/* Another master key that lies there is never overwritten. */
static void test_other_key_there(void **state)
{
    FIXTURE(f);
    make_source(f);
    struct fixture *to = fixture_new(false);
    struct backup backup = by_key();
    struct backup_info info;
    const char *path = path_in(f, "b.merlon"), *key_file = path_in(to, "master.key");
    backup.passphrase = str_of(passphrase);
    backup.key_file = str_of(key_file);
    take(f, &backup, path, &info);
    int file = open(key_file, O_WRONLY | O_CREAT, 0600);
    assert_int_equal(write(file, "another", 7), 7);
    close(file);
    assert_int_equal(store_restore(&to->ctx, to->store, &backup, str_of(path), &info), CONFLICT);
    expect_sentence(&to->ctx, "another master key");
    assert_int_equal(access(key_file, F_OK), 0);
    unlink(path);
    fixture_free(to);
}

static void test_other_master_key(void **state)
{
    FIXTURE(f);
    make_source(f);
    struct backup backup = by_key();
    struct backup_info info;
    const char *path = path_in(f, "b.merlon");
    take(f, &backup, path, &info);
    struct keyring other = keyring;
    other.master[3] ^= 1;
    backup.keyring = &other;
    assert_int_equal(backup_check(&f->ctx, &backup, str_of(path), &info), DENIED);
    expect_sentence(&f->ctx, "does not open with this passphrase or master key");
    backup.keyring = NULL;
    assert_int_equal(backup_check(&f->ctx, &backup, str_of(path), &info), INVALID);
    expect_sentence(&f->ctx, "give that key file");
    unlink(path);
}

/* ---- damage ---- */

static struct str read_file(struct fixture *f, const char *path)
{
    struct stat stats;
    int file = open(path, O_RDONLY);
    assert_int_equal(fstat(file, &stats), 0);
    char *at = arena_alloc(f->ctx.arena, (size_t)stats.st_size);
    assert_int_equal(read(file, at, (size_t)stats.st_size), stats.st_size);
    close(file);
    return (struct str){at, (size_t)stats.st_size};
}

static void write_file(const char *path, struct str bytes)
{
    int file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    assert_int_equal(write(file, bytes.at, bytes.len), bytes.len);
    close(file);
}

static enum result expect_refused(struct fixture *f, const struct backup *backup, const char *path)
{
    struct backup_info info;
    struct arena *arena = arena_new(0);
    struct ctx ctx = {.arena = arena};
    enum result result = backup_check(&ctx, backup, str_of(path), &info);
    assert_int_not_equal(result, OK);
    assert_true(ctx.error.sentence.len > 20);
    f->ctx.error.sentence = arena_copy(f->ctx.arena, ctx.error.sentence);
    arena_free(arena);
    return result;
}

static void test_damage(void **state)
{
    FIXTURE(f);
    make_source(f);
    struct backup backup = by_key();
    struct backup_info info;
    const char *path = path_in(f, "b.merlon"), *bad = path_in(f, "bad.merlon");
    take(f, &backup, path, &info);
    struct str whole = read_file(f, path);
    enum result result = OK;
    for (size_t len = 0; len < whole.len; len += len < 120 ? 1 : 50021) {
        write_file(bad, str_slice(whole, 0, len));
        result = expect_refused(f, &backup, bad);
    }
    assert_int_equal(result, BROKEN);
    expect_sentence(&f->ctx, "cut off");
    for (size_t at = 0; at < whole.len; at += at < 120 ? 1 : 70001) {
        ((char *)(uintptr_t)whole.at)[at] ^= 4;
        write_file(bad, whole);
        result = expect_refused(f, &backup, bad);
        ((char *)(uintptr_t)whole.at)[at] ^= 4;
    }
    assert_int_equal(result, BROKEN);
    expect_sentence(&f->ctx, "damaged near byte");
    struct buf longer = buf_in(f->ctx.arena);
    buf_add(&longer, whole);
    buf_text(&longer, "more");
    write_file(bad, buf_str(&longer));
    assert_int_equal(expect_refused(f, &backup, bad), BROKEN);
    expect_sentence(&f->ctx, "after its end");
    write_file(bad, S("PK\x03\x04 something else entirely"));
    assert_int_equal(expect_refused(f, &backup, bad), INVALID);
    expect_sentence(&f->ctx, "no backup of this program");
    assert_int_equal(backup_check(&f->ctx, &backup, S("/nowhere/at/all"), &info), INVALID);
    unlink(bad);
    unlink(path);
}

/* A restore that fails half-way leaves the database as it was: empty, and ready for the right file. */
static void test_half_way(void **state)
{
    FIXTURE(f);
    make_source(f);
    struct fixture *to = fixture_new(f->url[0] != 0);
    struct backup backup = by_key();
    struct backup_info info;
    const char *path = path_in(f, "b.merlon"), *bad = path_in(f, "bad.merlon");
    take(f, &backup, path, &info);
    struct str whole = read_file(f, path);
    write_file(bad, str_slice(whole, 0, whole.len - 100));
    assert_int_equal(store_restore(&to->ctx, to->store, &backup, str_of(bad), &info), BROKEN);
    expect_sentence(&to->ctx, "cut off");
    expect_ok(&to->ctx, store_restore(&to->ctx, to->store, &backup, str_of(path), &info));
    check_restored(f, to);
    unlink(bad);
    unlink(path);
    fixture_free(to);
}

static enum result not_today(struct ctx *ctx, void *arg)
{
    int *calls = arg;
    int64_t leaves;
    TRY(db_query_number(ctx, S("SELECT count(*) FROM b_leaf"), NULL, 0, 0, &leaves));
    assert_true(leaves > 0);
    return (*calls)++ ? OK : fail(ctx, BROKEN, "Not today.");
}

/* What only grows may be put under another hand before it is guarded. */
static enum result unguarded(struct ctx *ctx, void *arg)
{
    int64_t leaves;
    (void)arg;
    TRY(db_query_number(ctx, S("SELECT count(*) FROM b_leaf"), NULL, 0, 0, &leaves));
    assert_true(leaves > 0);
    return db_script(ctx, "UPDATE b_leaf SET id = id");
}

/* What comes last belongs to the data: both are there, or neither. */
static void test_last_of_all(void **state)
{
    FIXTURE(f);
    make_source(f);
    struct fixture *to = fixture_new(f->url[0] != 0);
    struct backup backup = by_key();
    struct backup_info info;
    int calls = 0;
    const char *path = path_in(f, "b.merlon");
    take(f, &backup, path, &info);
    backup.filled = unguarded;
    backup.last = not_today;
    backup.arg = &calls;
    assert_int_equal(store_restore(&to->ctx, to->store, &backup, str_of(path), &info), BROKEN);
    expect_ok(&to->ctx, store_restore(&to->ctx, to->store, &backup, str_of(path), &info));
    assert_int_equal(calls, 2);
    check_restored(f, to);
    unlink(path);
    fixture_free(to);
}

/* Of each table one key was given; that row is gone or not, its number is not given again. */
static void test_one_key(void **state)
{
    FIXTURE(f);
    struct fixture *to = fixture_new(f->url[0] != 0);
    struct backup backup = by_key();
    struct backup_info info;
    const char *path = path_in(f, "b.merlon");
    int64_t next;
    f->ctx.now = 1700000000000;
    expect_ok(&f->ctx, store_write(&f->ctx, f->store, make_tables, NULL));
    expect_ok(&f->ctx, store_write(&f->ctx, f->store, insert_branch, &next));
    assert_int_equal(next, 1);
    expect_ok(&f->ctx, store_write(&f->ctx, f->store, insert_next, &next));
    assert_int_equal(next, 1);
    assert_int_equal(refused(f, "DELETE FROM b_leaf"), OK);
    take(f, &backup, path, &info);
    expect_ok(&to->ctx, store_restore(&to->ctx, to->store, &backup, str_of(path), &info));
    expect_ok(&to->ctx, store_write(&to->ctx, to->store, insert_branch, &next));
    assert_int_equal(next, 2);
    expect_ok(&to->ctx, store_write(&to->ctx, to->store, insert_next, &next));
    assert_int_equal(next, 2);
    unlink(path);
    fixture_free(to);
}

/* What this program does not know must not be dropped in silence. */
static void test_unknown_column(void **state)
{
    FIXTURE(f);
    make_source(f);
    struct fixture *to = fixture_new(false);
    struct backup backup = by_key();
    struct backup_info info;
    const char *path = path_in(f, "b.merlon");
    take(f, &backup, path, &info);
    struct table narrow = leaf_table;
    narrow.column_count--;
    const struct table *const older[] = {&narrow, &branch_table, &pair_table};
    backup.tables = older;
    assert_int_equal(store_restore(&to->ctx, to->store, &backup, str_of(path), &info), INVALID);
    expect_sentence(&to->ctx, "b_leaf.picture");
    backup.tables = tables + 1;
    backup.table_count = 2;
    assert_int_equal(store_restore(&to->ctx, to->store, &backup, str_of(path), &info), INVALID);
    expect_sentence(&to->ctx, "the table b_leaf,");
    unlink(path);
    fixture_free(to);
}

/* The older backup of that name stays when the new one cannot be written. */
static void test_unwritable(void **state)
{
    FIXTURE(f);
    make_source(f);
    struct backup backup = by_key();
    struct backup_info info;
    assert_int_equal(store_backup(&f->ctx, f->store, &backup, S("/nowhere/b.merlon"), &info), INVALID);
    expect_sentence(&f->ctx, "/nowhere/b.merlon.partial");
    const char *path = path_in(f, "b.merlon");
    take(f, &backup, path, &info);
    struct str before = read_file(f, path);
    struct table missing = pair_table;
    missing.name = "b_missing";
    const struct table *const more[] = {&leaf_table, &missing};
    backup.tables = more;
    backup.table_count = 2;
    struct arena *arena = arena_new(0), *own = f->ctx.arena;
    f->ctx.arena = arena;
    assert_int_equal(store_backup(&f->ctx, f->store, &backup, str_of(path), &info), BROKEN);
    f->ctx.arena = own;
    arena_free(arena);
    assert_true(str_eq(before, read_file(f, path)));
    assert_int_not_equal(access(path_in(f, "b.merlon.partial"), F_OK), 0);
    unlink(path);
}

/* Room runs out in the middle of writing: a sentence, and nothing left behind. */
static void test_no_room(void **state)
{
    FIXTURE(f);
    make_source(f);
    struct backup backup = by_key();
    struct backup_info info;
    const char *path = path_in(f, "b.merlon"), *partial = path_in(f, "b.merlon.partial");
    struct rlimit before, small = {.rlim_cur = 300000};
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    small.rlim_max = before.rlim_max;
    void (*handler)(int) = signal(SIGXFSZ, SIG_IGN);
    struct arena *arena = arena_new(0), *own = f->ctx.arena;
    f->ctx.arena = arena;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    enum result result = store_backup(&f->ctx, f->store, &backup, str_of(path), &info);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    signal(SIGXFSZ, handler);
    assert_int_equal(result, BROKEN);
    expect_sentence(&f->ctx, "cannot be written: File too large");
    f->ctx.arena = own;
    arena_free(arena);
    assert_int_not_equal(access(path, F_OK), 0);
    assert_int_not_equal(access(partial, F_OK), 0);
    take(f, &backup, path, &info);
    unlink(path);
}

/* While a backup is written, the program goes on; what it writes meanwhile is in the next one. */
static void write_meanwhile(void *arg, int64_t rows, int64_t of)
{
    struct fixture *f = arg;
    assert_int_equal(of, LEAVES + 4);
    assert_true(rows <= of);
    struct ctx ctx = {.arena = arena_new(0)};
    expect_ok(&ctx, store_write(&ctx, f->store, run_script,
                                (void *)(uintptr_t) "DELETE FROM b_pair; UPDATE b_leaf SET weight = 1"));
    arena_free(ctx.arena);
}

static void test_online(void **state)
{
    FIXTURE(f);
    make_source(f);
    struct backup backup = by_key();
    struct backup_info info;
    const char *path = path_in(f, "b.merlon");
    backup.progress = write_meanwhile;
    backup.progress_arg = f;
    take(f, &backup, path, &info);
    assert_int_equal(info.rows, LEAVES + 4);
    backup.progress = NULL;
    take(f, &backup, path, &info);
    assert_int_equal(info.rows, LEAVES + 2);
    unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests_[] = {
        ON_BOTH(test_to_sqlite),         ON_BOTH(test_to_postgres),      ON_SQLITE(test_passphrase),
        ON_SQLITE(test_other_key_there), ON_SQLITE(test_damage),         ON_SQLITE(test_other_master_key),
        ON_BOTH(test_one_key),           ON_BOTH(test_last_of_all),      ON_BOTH(test_half_way),
        ON_SQLITE(test_unwritable),      ON_SQLITE(test_unknown_column), ON_SQLITE(test_no_room),
        ON_SQLITE(test_online),
    };
    return cmocka_run_group_tests_name("store/backup", tests_, NULL, NULL);
}
