/* What is sealed opens for the right key, the right purpose and unchanged bytes, and for nothing else. */
#include "fixture.h"

#include "base/random.h"
#include "store/blob.h"
#include "store/seal.h"

struct vault {
    struct fixture *f;
    struct keyring *keyring;
    int64_t id;
    struct str plain;
    const char *sql; /* how to damage it */
};

static enum result make_tables(struct ctx *ctx, void *arg)
{
    (void)arg;
    return tables_apply(ctx, store_tables, store_table_count);
}

static void open_vault(struct fixture *f, struct vault *vault)
{
    *vault = (struct vault){.f = f};
    expect_ok(&f->ctx, store_write(&f->ctx, f->store, make_tables, NULL));
    expect_ok(&f->ctx, keyring_open(&f->ctx, str_of(f->directory), S(""), true, &vault->keyring));
}

static enum result write_it(struct ctx *ctx, void *arg)
{
    struct vault *vault = arg;
    struct blob_info info;
    TRY(blob_write(ctx, vault->keyring, vault->plain, &info));
    vault->id = info.id;
    return OK;
}

static void keep(struct vault *vault, struct str plain)
{
    vault->plain = plain;
    expect_ok(&vault->f->ctx, store_write(&vault->f->ctx, vault->f->store, write_it, vault));
}

static struct str pattern(struct arena *arena, size_t len)
{
    char *at = arena_alloc(arena, len);
    for (size_t i = 0; i < len; i++) at[i] = (char)(i * 31 + i / 251);
    return (struct str){at, len};
}

struct taken {
    struct str expected;
    size_t at;
    bool differs;
    size_t stop_after;
};

static enum result take(struct ctx *ctx, void *arg, struct str chunk)
{
    struct taken *taken = arg;
    struct str part = str_slice(taken->expected, taken->at, taken->at + chunk.len);
    taken->differs = taken->differs || !str_eq(part, chunk);
    taken->at += chunk.len;
    return taken->stop_after && taken->at >= taken->stop_after ? fail(ctx, DENIED, "enough") : OK;
}

static void files_return_as_they_went(void **state)
{
    FIXTURE(f);
    struct vault vault;
    open_vault(f, &vault);
    static const size_t sizes[] = {0, 1, 262143, 262144, 262145, 524288, 5 * 1024 * 1024};
    for (size_t i = 0; i < COUNT(sizes); i++) {
        keep(&vault, pattern(f->ctx.arena, sizes[i]));
        struct taken taken = {.expected = vault.plain};
        expect_ok(&f->ctx, blob_read(&f->ctx, vault.keyring, vault.id, take, &taken));
        assert_int_equal(taken.at, sizes[i]);
        assert_false(taken.differs);
        struct blob_info info;
        expect_ok(&f->ctx, blob_describe(&f->ctx, vault.id, &info));
        assert_int_equal(info.size, sizes[i]);
        assert_int_equal(strlen(info.sha256), 64);
    }
    struct blob_info info;
    expect_ok(&f->ctx, blob_describe(&f->ctx, 1, &info));
    assert_string_equal(info.sha256, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    struct taken taken = {.expected = vault.plain, .stop_after = 300000};
    assert_int_equal(blob_read(&f->ctx, vault.keyring, vault.id, take, &taken), DENIED);
    expect_sentence(&f->ctx, "enough");
    assert_int_equal(taken.at, 524288);
    /* nothing of it is in the clear */
    int64_t clear;
    struct value needle = value_bytes(str_slice(vault.plain, 0, 64));
    expect_ok(&f->ctx, db_query_number(&f->ctx,
                                       store_dialect(f->store) == DIALECT_SQLITE
                                           ? S("SELECT count(*) FROM blob_chunk WHERE instr(content, ?1)")
                                           : S("SELECT count(*) FROM blob_chunk WHERE position(?1 IN content) > 0"),
                                       &needle, 1, -1, &clear));
    assert_int_equal(clear, 0);
    keyring_close(vault.keyring);
}

static enum result damage(struct ctx *ctx, void *arg)
{
    struct vault *vault = arg;
    struct value id = value_number(vault->id);
    int64_t changed;
    TRY(db_run(ctx, str_of(vault->sql), &id, 1, &changed));
    return changed ? OK : fail(ctx, BROKEN, "nothing was damaged");
}

static void damage_is_noticed(void **state)
{
    FIXTURE(f);
    struct vault vault;
    open_vault(f, &vault);
    static const char *const damages[] = {
        "DELETE FROM blob_chunk WHERE blob = ?1 AND part = 2",
        "DELETE FROM blob_chunk WHERE blob = ?1 AND part = 1",
        "DELETE FROM blob_chunk WHERE blob = ?1",
        "UPDATE blob_chunk SET part = 10 WHERE blob = ?1 AND part = 0", /* the first comes last */
        "UPDATE blob_chunk SET content = (SELECT content FROM blob_chunk WHERE blob = 2 AND part = 0) WHERE blob = ?1",
        "UPDATE blob_chunk SET content = substr(content, 1, length(content) - 1) WHERE blob = ?1 AND part = 0",
        "UPDATE blob SET \"key\" = (SELECT \"key\" FROM blob WHERE id = 1) WHERE id = ?1",
        "UPDATE blob SET header = substr(header, 1, 3) WHERE id = ?1",
        "UPDATE blob SET sha256 = (SELECT sha256 FROM blob WHERE id = 1) WHERE id = ?1",
    };
    keep(&vault, S("another file"));
    for (size_t i = 0; i < COUNT(damages); i++) {
        keep(&vault, pattern(f->ctx.arena, 600000));
        vault.sql = damages[i];
        expect_ok(&f->ctx, store_write(&f->ctx, f->store, damage, &vault));
        struct taken taken = {.expected = vault.plain};
        if (blob_read(&f->ctx, vault.keyring, vault.id, take, &taken) != BROKEN) test_failed("%s", damages[i]);
        assert_false(taken.differs);
    }
    keyring_close(vault.keyring);
}

static void another_key_opens_nothing(void **state)
{
    FIXTURE(f);
    struct vault vault;
    open_vault(f, &vault);
    keep(&vault, S("secret"));
    struct keyring other;
    random_bytes(other.master, sizeof other.master);
    struct taken taken = {.expected = vault.plain};
    assert_int_equal(blob_read(&f->ctx, &other, vault.id, take, &taken), BROKEN);
    expect_sentence(&f->ctx, "master key");
    assert_int_equal(taken.at, 0);
    assert_false(str_eq(keyring_fingerprint(&f->ctx, &other), keyring_fingerprint(&f->ctx, vault.keyring)));
    assert_true(str_eq(keyring_fingerprint(&f->ctx, vault.keyring), keyring_fingerprint(&f->ctx, vault.keyring)));
    assert_int_equal(keyring_fingerprint(&f->ctx, &other).len, 16);
    keyring_close(vault.keyring);
}

static enum result delete_it(struct ctx *ctx, void *arg)
{
    return blob_delete(ctx, *(int64_t *)arg);
}

static void a_deleted_file_is_gone(void **state)
{
    FIXTURE(f);
    struct vault vault;
    open_vault(f, &vault);
    keep(&vault, S("short lived"));
    expect_ok(&f->ctx, store_write(&f->ctx, f->store, delete_it, &vault.id));
    struct taken taken = {0};
    assert_int_equal(blob_read(&f->ctx, vault.keyring, vault.id, take, &taken), NOT_FOUND);
    assert_int_equal(store_write(&f->ctx, f->store, delete_it, &vault.id), NOT_FOUND);
    int64_t left;
    expect_ok(&f->ctx, db_query_number(&f->ctx, S("SELECT count(*) FROM blob_chunk"), NULL, 0, -1, &left));
    assert_int_equal(left, 0);
    keyring_close(vault.keyring);
}

static void small_secrets_have_a_purpose(void **state)
{
    FIXTURE(f);
    struct vault vault;
    open_vault(f, &vault);
    struct str sealed, again, plain;
    expect_ok(&f->ctx, seal_small(&f->ctx, vault.keyring, "second factor of user 1", S("JBSWY3DP"), &sealed));
    expect_ok(&f->ctx, seal_small(&f->ctx, vault.keyring, "second factor of user 1", S("JBSWY3DP"), &again));
    assert_false(str_eq(sealed, again));
    expect_ok(&f->ctx, open_small(&f->ctx, vault.keyring, "second factor of user 1", sealed, &plain));
    assert_true(str_eq(plain, S("JBSWY3DP")));
    assert_int_equal(open_small(&f->ctx, vault.keyring, "second factor of user 2", sealed, &plain), BROKEN);
    for (size_t i = 0; i < sealed.len; i++) {
        char *changed = (char *)arena_copy(f->ctx.arena, sealed).at;
        changed[i] ^= 1;
        struct str damaged = {changed, sealed.len};
        assert_int_equal(open_small(&f->ctx, vault.keyring, "second factor of user 1", damaged, &plain), BROKEN);
        assert_int_equal(open_small(&f->ctx, vault.keyring, "second factor of user 1", str_slice(sealed, 0, i), &plain),
                         BROKEN);
    }
    expect_ok(&f->ctx, seal_small(&f->ctx, vault.keyring, "empty", S(""), &sealed));
    expect_ok(&f->ctx, open_small(&f->ctx, vault.keyring, "empty", sealed, &plain));
    assert_int_equal(plain.len, 0);
    keyring_close(vault.keyring);
}

static void write_file(const char *path, size_t len, mode_t mode)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    for (size_t i = 0; i < len; i++) fputc((int)i, file);
    fclose(file);
    chmod(path, mode);
}

static void expect_refusal(struct fixture *f, const char *key_file, enum result result, const char *sentence)
{
    struct keyring *opened;
    assert_int_equal(keyring_open(&f->ctx, str_of(f->directory), str_of(key_file), true, &opened), result);
    assert_null(opened);
    expect_sentence(&f->ctx, sentence);
}

static void key_files_are_checked(void **state)
{
    FIXTURE(f);
    char path[100];
    snprintf(path, sizeof path, "%s/other.key", f->directory);
    struct keyring *opened, *again;
    expect_refusal(f, path, INVALID, "There is no master key");
    assert_int_equal(keyring_open(&f->ctx, str_of(f->directory), S(""), false, &opened), INVALID);
    write_file(path, 31, 0600);
    expect_refusal(f, path, BROKEN, "31 bytes");
    write_file(path, 33, 0600);
    expect_refusal(f, path, BROKEN, "33 bytes");
    write_file(path, 32, 0640);
    expect_refusal(f, path, INVALID, "chmod 600");
    expect_refusal(f, f->directory, INVALID, "is not a file");
    chmod(path, 0600);
    expect_ok(&f->ctx, keyring_open(&f->ctx, str_of(f->directory), str_of(path), false, &opened));
    assert_int_equal(opened->master[31], 31);
    keyring_close(opened);
    unlink(path);

    expect_ok(&f->ctx, keyring_open(&f->ctx, str_of(f->directory), S(""), true, &opened));
    expect_ok(&f->ctx, keyring_open(&f->ctx, str_of(f->directory), S(""), true, &again));
    assert_memory_equal(opened->master, again->master, MASTER_KEY_SIZE);
    struct stat status;
    snprintf(path, sizeof path, "%s/master.key", f->directory);
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_mode & 0777, 0600);
    keyring_close(opened);
    keyring_close(again);

    snprintf(path, sizeof path, "%s/merlon-master-key", f->directory);
    write_file(path, 32, 0440); /* as systemd shows it */
    setenv("CREDENTIALS_DIRECTORY", f->directory, 1);
    expect_ok(&f->ctx, keyring_open(&f->ctx, str_of(f->directory), S(""), true, &opened));
    assert_int_equal(opened->master[1], 1);
    unsetenv("CREDENTIALS_DIRECTORY");
    keyring_close(opened);
    unlink(path);
}

static enum result set_meta(struct ctx *ctx, void *arg)
{
    TRY(meta_set(ctx, "colour", str_of(arg)));
    return meta_set(ctx, "other", S("x"));
}

static void meta_is_kept(void **state)
{
    FIXTURE(f);
    struct str value;
    expect_ok(&f->ctx, store_write(&f->ctx, f->store, make_tables, NULL));
    expect_ok(&f->ctx, meta_get(&f->ctx, "colour", &value));
    assert_int_equal(value.len, 0);
    char red[] = "red", blue[] = "blue";
    expect_ok(&f->ctx, store_write(&f->ctx, f->store, set_meta, red));
    expect_ok(&f->ctx, store_write(&f->ctx, f->store, set_meta, blue));
    expect_ok(&f->ctx, meta_get(&f->ctx, "colour", &value));
    assert_true(str_eq(value, S("blue")));
}

static enum result run_sql(struct ctx *ctx, void *sql)
{
    return db_script(ctx, sql);
}

static void meta_changed_by_sql_is_refused(void **state)
{
    FIXTURE(f);
    static char red[] = "red", change[] = "UPDATE meta SET value = 'blue' WHERE name = 'colour'",
                exchange[] = "DELETE FROM meta WHERE name = 'colour'; UPDATE meta SET name = 'colour'",
                add[] = "INSERT INTO meta (name, value) VALUES ('schema_version', '9'), ('stop', 'Call us.')";
    struct str value;
    int64_t checked = 0;
    expect_ok(&f->ctx, store_write(&f->ctx, f->store, make_tables, NULL));
    expect_ok(&f->ctx, store_write(&f->ctx, f->store, set_meta, red));
    expect_ok(&f->ctx, meta_verify(&f->ctx, &checked));
    assert_int_equal(checked, 2);
    expect_ok(&f->ctx, store_write(&f->ctx, f->store, run_sql, change));
    assert_int_equal(meta_get(&f->ctx, "colour", &value), BROKEN);
    expect_sentence(&f->ctx, "The setting \"colour\", which the program keeps in the database, was changed");
    assert_int_equal(meta_verify(&f->ctx, &checked), BROKEN);
    expect_ok(&f->ctx, store_write(&f->ctx, f->store, run_sql, exchange));
    assert_int_equal(meta_get(&f->ctx, "colour", &value), BROKEN);
    expect_ok(&f->ctx, store_write(&f->ctx, f->store, set_meta, red));
    expect_ok(&f->ctx, store_write(&f->ctx, f->store, run_sql, add));
    assert_int_equal(meta_get(&f->ctx, "stop", &value), BROKEN);
    expect_ok(&f->ctx, meta_get(&f->ctx, "schema_version", &value)); /* read before the key is known to be right */
    assert_int_equal(meta_verify(&f->ctx, &checked), BROKEN);
    expect_sentence(&f->ctx, "The setting \"schema_version\"");
    store_use_keyring(f->store, NULL);
    expect_ok(&f->ctx, meta_get(&f->ctx, "stop", &value));
}

static void a_mac_is_good_for_its_row_alone(void **state)
{
    FIXTURE(f);
    struct vault vault;
    open_vault(f, &vault);
    unsigned char mac[MAC_SIZE];
    keyring_mac(vault.keyring, "grant", S("user 1 administrator"), mac);
    struct str made = {(const char *)mac, sizeof mac};
    assert_true(keyring_mac_is(vault.keyring, "grant", S("user 1 administrator"), made));
    assert_false(keyring_mac_is(vault.keyring, "grant", S("user 2 administrator"), made));
    assert_false(keyring_mac_is(vault.keyring, "token", S("user 1 administrator"), made));
    assert_false(keyring_mac_is(vault.keyring, "grant", S("user 1 administrator"), str_slice(made, 0, MAC_SIZE - 1)));
    assert_false(keyring_mac_is(vault.keyring, "grant", S("user 1 administrator"), S("")));
    struct keyring other = *vault.keyring;
    other.master[0] ^= 1;
    assert_false(keyring_mac_is(&other, "grant", S("user 1 administrator"), made));
    keyring_close(vault.keyring);
}

static enum result lengthen(struct ctx *ctx, void *arg)
{
    (void)arg;
    return db_script(ctx, "UPDATE blob SET sha256 = sha256 || 'x'");
}

/* A hash with something behind it is not the file's, whatever it begins with. */
static void a_longer_hash_is_another(void **state)
{
    FIXTURE(f);
    struct vault vault;
    struct blob_info info;
    open_vault(f, &vault);
    keep(&vault, S("minutes of the review"));
    expect_ok(&f->ctx, blob_describe(&f->ctx, vault.id, &info));
    struct str entered = arena_copy(f->ctx.arena, str_of(info.sha256));
    expect_ok(&f->ctx, blob_check(&f->ctx, vault.keyring, vault.id, info.size, entered));
    expect_ok(&f->ctx, store_write(&f->ctx, f->store, lengthen, NULL));
    assert_int_equal(blob_check(&f->ctx, vault.keyring, vault.id, info.size, entered), CONFLICT);
    expect_sentence(&f->ctx, "is another than the one entered");
    keyring_close(vault.keyring);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BOTH(a_longer_hash_is_another),
        ON_BOTH(files_return_as_they_went),
        ON_BOTH(damage_is_noticed),
        ON_BOTH(another_key_opens_nothing),
        ON_BOTH(a_deleted_file_is_gone),
        ON_SQLITE(small_secrets_have_a_purpose),
        ON_SQLITE(key_files_are_checked),
        ON_SQLITE(a_mac_is_good_for_its_row_alone),
        ON_BOTH(meta_is_kept),
        ON_BOTH(meta_changed_by_sql_is_refused),
        ON_BOTH(meta_changed_by_sql_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
