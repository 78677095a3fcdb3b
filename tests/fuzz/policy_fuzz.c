/* Policies: every complaint has a sentence, and what is read judges every set of witnesses without going astray: more
 * witnesses never make a quorum less. */
#include "ledger/policy.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds)
{
    if (!holds) abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ctx ctx = {.arena = arena_new(0)};
    struct policy *policy;
    check(ctx.arena != NULL);
    enum result result = policy_parse(&ctx, (struct str){(const char *)data, size}, &policy);
    check(result == OK ? true : result == INVALID && ctx.error.sentence.len > 0);
    if (result == OK) {
        bool cosigned[POLICY_MOST] = {false}, met = policy_is_met(policy, cosigned);
        check(met == !policy->needs_witness);
        for (size_t i = 0; i < policy->witness_count; i++) {
            bool before = met;
            cosigned[i] = true;
            met = policy_is_met(policy, cosigned);
            check(met || !before);
        }
    }
    arena_free(ctx.arena);
    return 0;
}
