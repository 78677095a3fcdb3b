/* A head that somebody put into the database, newer than all that were signed: it is neither printed on a report nor
 * stands under a proof. */
#include "world.h"

#include "ledger/cosigned.h"
#include "ledger/signer.h"
#include "ledger/tree.h"
#include "records/signature.h"
#include "store/store.h"

static enum result plant(struct ctx *ctx, void *arg)
{
    (void)arg;
    return db_script(ctx, "INSERT INTO ledger_head (size, root, at, key_id, signature, origin, previous) "
                          "SELECT size + 100, root, at, key_id, signature, origin, size FROM ledger_head "
                          "ORDER BY size DESC LIMIT 1");
}

static void a_planted_head_is_handed_to_nobody(void **state)
{
    struct world *world = *state;
    struct ctx *ctx = world->ctx;
    struct report_head printed;
    struct ledger_head newest;
    struct buf before = buf_in(ctx->arena), after = buf_in(ctx->arena);
    assert_ok(world, ledger_signer_seal(ctx, world->program.signer));
    assert_ok(world, tree_head(ctx, 0, &newest));
    assert_ok(world, ledger_tlog_proof(ctx, 1, 0, &before));
    assert_ok(world, store_write(ctx, world->program.store, plant, NULL));
    assert_ok(world, record_head_at(ctx, ctx->now, &printed));
    assert_int_equal(printed.size, newest.size);
    assert_ok(world, ledger_tlog_proof(ctx, 1, 0, &after));
    assert_true(str_eq(buf_str(&before), buf_str(&after)));
    assert_int_equal(ledger_tlog_proof(ctx, 1, newest.size + 100, &after), BROKEN);
    assert_int_equal(ledger_signer_seal(ctx, world->program.signer), BROKEN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_planted_head_is_handed_to_nobody, world_begin, world_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
