/* The newest head: one whose signature does not hold is none, and one that was signed is known although the file in
 * which it is remembered cannot be written. */
#include "ledger/fixture.h"

#include "ledger/chain.h"
#include "ledger/remembered.h"
#include "ledger/signer.h"

#include <stdio.h>
#include <unistd.h>

struct node {
    struct fixture *f;
    struct ledger_keys *keys;
    struct ledger_signer *signer;
    const char *file, *fresh; /* ledger.heads, and what takes its place when it is thinned */
};

static enum result open_keys(struct ctx *ctx, void *arg)
{
    return ledger_keys_open(ctx, &keyring, true, &((struct node *)arg)->keys);
}

static struct node begin(struct fixture *f)
{
    struct node n = {.f = f,
                     .file = arena_print(f->ctx.arena, "%s/ledger.heads", f->directory).at,
                     .fresh = arena_print(f->ctx.arena, "%s/ledger.heads.new", f->directory).at};
    ledger_fixture(f);
    write_ok(f, open_keys, &n);
    expect_ok(&f->ctx, ledger_signer_open(&f->ctx, f->store, n.keys, str_of(f->directory), &n.signer));
    append(f, 1000, "change", "risk", 1, "{\"n\":1}", NULL);
    f->ctx.now = 2000;
    expect_ok(&f->ctx, ledger_signer_seal(&f->ctx, n.signer));
    drop_guards(f);
    return n;
}

static void end(struct node *n)
{
    unlink(n->file);
    store_watch_commits(n->f->store, NULL, NULL);
    ledger_signer_close(n->signer);
    ledger_keys_close(n->keys);
}

static enum result round_of(struct node *n)
{
    ctx_clear_error(&n->f->ctx);
    return ledger_signer_seal(&n->f->ctx, n->signer);
}

static void where_all_heads_are_forged_there_is_no_newest(void **state)
{
    FIXTURE(f);
    struct node n = begin(f);
    struct ledger_head head;
    append(f, 3000, "change", "risk", 1, "{\"n\":2}", NULL);
    expect_ok(&f->ctx, round_of(&n));
    run_sql(f, "UPDATE ledger_head SET at = at - 1");
    assert_int_equal(ledger_signed_head(&f->ctx, 0, &head), BROKEN);
    expect_sentence(&f->ctx, "bears a signature that does not hold");
    ctx_clear_error(&f->ctx);
    run_sql(f, "UPDATE ledger_head SET at = at + 1 WHERE size = 1");
    expect_ok(&f->ctx, ledger_signed_head(&f->ctx, 0, &head));
    assert_int_equal(head.size, 1);
    end(&n);
}

/* The one line of the file, so often that the next head has it thinned first. */
static void grow_file(const struct node *n)
{
    char line[512];
    FILE *file = fopen(n->file, "r+");
    assert_non_null(file);
    assert_non_null(fgets(line, sizeof line, file));
    for (size_t size = strlen(line); size <= REMEMBERED_LIMIT; size += strlen(line))
        assert_true(fputs(line, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

/* Else whoever has the file stand in the way could have a second head signed over the same size. */
static void a_head_is_known_that_could_not_be_written_down(void **state)
{
    FIXTURE(f);
    struct node n = begin(f);
    grow_file(&n);
    assert_int_equal(mkdir(n.fresh, 0700), 0);
    append(f, 3000, "change", "risk", 1, "{\"n\":2}", NULL);
    run_sql(f, "CREATE TABLE held AS SELECT * FROM ledger_pending");
    assert_int_equal(round_of(&n), BROKEN);
    expect_sentence(&f->ctx, "ledger.heads, in which the signed heads are remembered, cannot be written");
    assert_int_equal(rmdir(n.fresh), 0);
    run_sql(f, "DELETE FROM ledger_head WHERE size = 2; DELETE FROM ledger_leaf WHERE position = 1; "
               "INSERT INTO ledger_pending SELECT * FROM held");
    assert_int_equal(round_of(&n), BROKEN);
    expect_sentence(&f->ctx, "The ledger in the database ends after 1 entries, but this program has seen a signed head "
                             "over 2: the database went back in time");
    end(&n);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BOTH(where_all_heads_are_forged_there_is_no_newest),
        ON_BOTH(a_head_is_known_that_could_not_be_written_down),
    };
    return cmocka_run_group_tests_name("ledger/newest", tests, NULL, NULL);
}
