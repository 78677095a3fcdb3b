/* A copy's MACs are good in the copy alone, and what it brought stays good in it. */
#include "store/fixture.h"

#include "store/blob.h"
#include "store/identity.h"

static const char PURPOSE[] = "row";

struct house {
    struct fixture *f;
    struct keyring *keyring;
    struct identity before;
};

static enum result begin(struct ctx *ctx, void *arg)
{
    struct house *house = arg;
    TRY(tables_apply(ctx, store_tables, store_table_count));
    TRY(meta_set(ctx, "before", S("it had one")));
    TRY(identity_begin(ctx, house->keyring));
    return meta_set(ctx, "after", S("it had one"));
}

static enum result part(struct ctx *ctx, void *arg)
{
    struct house *house = arg;
    return identity_part(ctx, house->keyring, &house->before);
}

static enum result spoil(struct ctx *ctx, void *sql)
{
    return db_script(ctx, sql);
}

static struct house begun(struct fixture *f)
{
    struct house house = {.f = f};
    expect_ok(&f->ctx, keyring_open(&f->ctx, str_of(f->directory), S(""), true, &house.keyring));
    store_use_keyring(f->store, house.keyring);
    expect_ok(&f->ctx, store_write(&f->ctx, f->store, begin, &house));
    return house;
}

static void end(const struct house *house)
{
    store_use_keyring(house->f->store, &keyring);
    keyring_close(house->keyring);
}

static enum result verified(struct fixture *f)
{
    int64_t checked = 0;
    return meta_verify(&f->ctx, &checked);
}

static struct str mac_now(struct fixture *f, const struct house *house, const char *bytes)
{
    unsigned char mac[MAC_SIZE];
    keyring_mac(house->keyring, PURPOSE, str_of(bytes), mac);
    return arena_copy(f->ctx.arena, (struct str){(const char *)mac, sizeof mac});
}

static void settings_go_along(void **state)
{
    FIXTURE(f);
    struct house house = begun(f);
    struct str value;
    bool any = false;
    expect_ok(&f->ctx, verified(f));
    expect_ok(&f->ctx, store_write(&f->ctx, f->store, part, &house));
    expect_ok(&f->ctx, verified(f));
    expect_ok(&f->ctx, meta_get(&f->ctx, "before", &value));
    assert_true(str_is(value, "it had one"));
    expect_ok(&f->ctx, identity_read(&f->ctx, house.keyring, &any));
    assert_true(any);
    assert_string_not_equal(house.keyring->identity.name, house.before.name);
    end(&house);
}

static void what_was_wrong_stays_wrong(void **state)
{
    FIXTURE(f);
    static const char two[] = "UPDATE meta SET value = 'it has two' WHERE name = 'before'";
    struct house house = begun(f);
    struct str value;
    expect_ok(&f->ctx, store_write(&f->ctx, f->store, spoil, (void *)(uintptr_t)two));
    expect_ok(&f->ctx, store_write(&f->ctx, f->store, part, &house));
    assert_int_equal(meta_get(&f->ctx, "before", &value), BROKEN);
    expect_sentence(&f->ctx, "\"before\"");
    expect_ok(&f->ctx, meta_get(&f->ctx, "after", &value));
    end(&house);
}

static void macs_are_good_where_they_were_made(void **state)
{
    FIXTURE(f);
    struct house house = begun(f);
    const struct str bytes = S("row 5");
    struct str original = mac_now(f, &house, "row 5");
    expect_ok(&f->ctx, store_write(&f->ctx, f->store, part, &house));
    struct str copied = mac_now(f, &house, "row 5");
    const struct keyring *copy = house.keyring;
    assert_false(keyring_mac_is(copy, PURPOSE, bytes, original));
    assert_true(keyring_mac_is(copy, PURPOSE, bytes, copied));
    /* While it parts, it can tell what the original wrote. */
    assert_true(keyring_mac_was(copy, &house.before, PURPOSE, bytes, original));
    assert_false(keyring_mac_was(copy, &house.before, PURPOSE, bytes, copied));
    /* The original knows nothing of it. */
    keyring_bind(house.keyring, &house.before);
    assert_true(keyring_mac_is(copy, PURPOSE, bytes, original));
    assert_false(keyring_mac_is(copy, PURPOSE, bytes, copied));
    end(&house);
}

static void an_identity_that_was_exchanged_is_refused(void **state)
{
    FIXTURE(f);
    static const char *const planted[] = {
        "0123456789abcdef0123456789abcdef",
        "0123456789abcdef",
        "0123456789ABCDEF0123456789ABCDEF",
        "x",
    };
    struct house house = begun(f);
    for (size_t i = 0; i < COUNT(planted); i++) {
        bool any = false;
        struct str sql = arena_print(f->ctx.arena, "UPDATE meta SET value = '%s' WHERE name = 'identity'", planted[i]);
        expect_ok(&f->ctx, store_write(&f->ctx, f->store, spoil, (void *)(uintptr_t)sql.at));
        assert_int_equal(identity_read(&f->ctx, house.keyring, &any), BROKEN);
        expect_sentence(&f->ctx, "\"identity\"");
        assert_true(any);
    }
    end(&house);
}

static enum result set_identity(struct ctx *ctx, void *name)
{
    return meta_set(ctx, "identity", str_of(name));
}

/* With the MAC that it would have as an identity: it is told by its letters. */
static void what_is_no_identity_is_none_by_its_mac(void **state)
{
    FIXTURE(f);
    static char text[] = "0123456789ABCDEF0123456789ABCDEF";
    struct house house = begun(f);
    struct identity planted = {""};
    bool any = false;
    memcpy(planted.name, text, sizeof text);
    keyring_bind(house.keyring, &planted);
    expect_ok(&f->ctx, store_write(&f->ctx, f->store, set_identity, text));
    expect_ok(&f->ctx, meta_check(&f->ctx, "identity"));
    assert_int_equal(identity_read(&f->ctx, house.keyring, &any), BROKEN);
    expect_sentence(&f->ctx, "\"identity\"");
    end(&house);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BOTH(settings_go_along),
        ON_BOTH(what_was_wrong_stays_wrong),
        ON_BOTH(macs_are_good_where_they_were_made),
        ON_BOTH(an_identity_that_was_exchanged_is_refused),
        ON_BOTH(what_is_no_identity_is_none_by_its_mac),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
