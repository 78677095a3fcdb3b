/* The link for the first administrator, when somebody writes the database: neither is one made by hand, nor is room for
 * one made by removing who is there. */
#include "access/fixture.h"

#include "access/start.h"

static enum result start_link(struct ctx *ctx, void *arg)
{
    return access_start_link(ctx, arg);
}

static void a_link_for_the_first_user_is_not_made_by_hand(void **state)
{
    FIXTURE(f);
    struct str token;
    access_fixture(f);
    write_ok(f, start_link, &token);
    expect_ok(&f->ctx, access_start_check(&f->ctx, token));
    run_sql(f, "UPDATE start_link SET expires_at = expires_at + 1");
    assert_int_equal(access_start_check(&f->ctx, token), DENIED);
}

static void users_that_were_removed_make_no_room_for_a_first(void **state)
{
    FIXTURE(f);
    struct str token;
    access_fixture(f);
    add_user_with_password(f, "ada@example.org", OWNER, COMPANY_A);
    run_sql(f, "DELETE FROM session; DELETE FROM role_grant; DELETE FROM \"user\"");
    assert_int_equal(in_write(f, start_link, &token), CONFLICT);
    expect_sentence(&f->ctx, "their rows were removed");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BOTH(a_link_for_the_first_user_is_not_made_by_hand),
        ON_BOTH(users_that_were_removed_make_no_room_for_a_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
