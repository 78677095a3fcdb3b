/* The public key that an auditor brings: whatever is in the file, keys come out as they went in, or a sentence. */
#include "ledger/keys.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds)
{
    if (!holds) abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ctx ctx = {.arena = arena_new(0)};
    check(ctx.arena != NULL);
    const struct ledger_public *keys, *again;
    size_t count, one;
    enum result result = ledger_public_parse(&ctx, (struct str){(const char *)data, size}, &keys, &count);
    check(result == OK ? count > 0 : result == INVALID && ctx.error.sentence.len > 0);
    for (size_t i = 0; i < count; i++) {
        check(ledger_public_parse(&ctx, ledger_public_pem(&ctx, &keys[i]), &again, &one) == OK && one == 1);
        check(memcmp(&again[0], &keys[i], sizeof keys[i]) == 0);
    }
    arena_free(ctx.arena);
    return 0;
}
