/* The table of security events in a restored copy: what held is good under the copy's own identity, and strange to the
 * original; what did not hold stays as wrong as it was. */
#include "events/fixture.h"

#include "store/blob.h"
#include "store/identity.h"

enum { ROWS = 2300 }; /* more than two pages of what is read at once */

struct copy {
    struct keyring *keyring;
    struct identity before;
};

static enum result begin_identity(struct ctx *ctx, void *arg)
{
    TRY(tables_apply(ctx, store_tables, store_table_count));
    return identity_begin(ctx, ((struct copy *)arg)->keyring);
}

static enum result part(struct ctx *ctx, void *arg)
{
    struct copy *copy = arg;
    TRY(identity_part(ctx, copy->keyring, &copy->before));
    return events_part(ctx, &copy->before);
}

static struct copy begin(struct fixture *f)
{
    struct copy copy = {.keyring = NULL};
    events_tables(f);
    expect_ok(&f->ctx, keyring_open(&f->ctx, str_of(f->directory), S(""), true, &copy.keyring));
    store_use_keyring(f->store, copy.keyring);
    expect_ok(&f->ctx, store_write(&f->ctx, f->store, begin_identity, &copy));
    add_old_rows(f, copy.keyring, 1700000000000, ROWS);
    drop_triggers(f);
    return copy;
}

static void end(struct fixture *f, struct copy *copy)
{
    store_use_keyring(f->store, &keyring);
    keyring_close(copy->keyring);
}

static void a_long_table_holds_to_its_end(void **state)
{
    FIXTURE(f);
    struct copy copy = begin(f);
    struct events_report report;
    expect_ok(&f->ctx, events_verify(&f->ctx, copy.keyring, &report));
    expect_ok(&f->ctx, store_write(&f->ctx, f->store, part, &copy));
    expect_ok(&f->ctx, events_verify(&f->ctx, copy.keyring, &report));
    assert_int_equal(report.rows, ROWS);
    keyring_bind(copy.keyring, &copy.before); /* as the original would see them */
    assert_int_equal(events_verify(&f->ctx, copy.keyring, &report), CONFLICT);
    assert_int_equal(report.row, 1);
    end(f, &copy);
}

static void what_was_altered_stays_altered(void **state)
{
    FIXTURE(f);
    struct copy copy = begin(f);
    struct events_report report;
    run_sql(f, "UPDATE security_event SET actor = 9 WHERE id = 2100");
    expect_ok(&f->ctx, store_write(&f->ctx, f->store, part, &copy));
    assert_int_equal(events_verify(&f->ctx, copy.keyring, &report), CONFLICT);
    expect_sentence(&f->ctx, "altered");
    assert_int_equal(report.row, 2100);
    end(f, &copy);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BOTH(a_long_table_holds_to_its_end),
        ON_BOTH(what_was_altered_stays_altered),
    };
    return cmocka_run_group_tests_name("events/parting", tests, NULL, NULL);
}
