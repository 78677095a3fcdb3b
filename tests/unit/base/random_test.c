/* Random bytes: as many as asked for and never the same; tokens: base64url of the bytes and of the right length. */
#include "cmocka_first.h"

#include "base/random.h"

static void fills_all_and_nothing_more(void **state)
{
    (void)state;
    unsigned char bytes[1024], seen[1024] = {0};
    for (size_t len = 0; len < 200; len++) {
        memset(bytes, 0xA5, sizeof bytes);
        random_bytes(bytes, len);
        for (size_t i = len; i < sizeof bytes; i++) assert_int_equal(bytes[i], 0xA5);
    }
    for (int round = 0; round < 20; round++) { /* a byte that were never written would stay zero */
        random_bytes(bytes, sizeof bytes);
        for (size_t i = 0; i < sizeof bytes; i++) seen[i] |= bytes[i];
    }
    for (size_t i = 0; i < sizeof seen; i++) assert_int_not_equal(seen[i], 0);
}

static void big_requests_are_filled(void **state)
{
    size_t len = 5 * 1024 * 1024; /* more than the kernel gives at once */
    unsigned char *bytes = arena_alloc(*state, len);
    random_bytes(bytes, len);
    size_t counts[256] = {0};
    for (size_t i = 0; i < len; i++) counts[bytes[i]]++;
    for (size_t i = 0; i < 256; i++) assert_in_range(counts[i], len / 256 * 9 / 10, len / 256 * 11 / 10);
    assert_true(bytes[len - 1] | bytes[len - 2] | bytes[len - 3] | bytes[len - 4] | bytes[len - 5] | bytes[len - 6]);
}

static void tokens_are_base64url(void **state)
{
    static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    for (size_t len = 0; len < 70; len++) {
        struct str token = random_token(*state, len);
        assert_int_equal(token.len, (len * 8 + 5) / 6);
        for (size_t i = 0; i < token.len; i++) assert_non_null(memchr(alphabet, token.at[i], sizeof alphabet - 1));
        if (!token.len) continue;
        /* the bits behind the last byte are zero, as in the encoding of the RFC */
        size_t spare = token.len * 6 - len * 8;
        size_t last = (size_t)((const char *)memchr(alphabet, token.at[token.len - 1], 64) - alphabet);
        assert_int_equal(last & ((1u << spare) - 1), 0);
    }
}

static void every_letter_of_a_token_is_used(void **state)
{
    size_t counts[256] = {0};
    for (int i = 0; i < 2000; i++) {
        struct str token = random_token(*state, 24);
        for (size_t k = 0; k < token.len; k++) counts[(unsigned char)token.at[k]]++;
    }
    size_t used = 0;
    for (size_t i = 0; i < 256; i++) {
        if (!counts[i]) continue;
        used++;
        assert_in_range(counts[i], 700, 1300); /* 1000 each on average */
    }
    assert_int_equal(used, 64);
}

static int by_bytes(const void *a, const void *b)
{
    return memcmp(*(const char *const *)a, *(const char *const *)b, 22);
}

static void tokens_do_not_repeat(void **state)
{
    enum { MANY = 20000 };
    const char **tokens = arena_make_many(*state, const char *, MANY);
    for (size_t i = 0; i < MANY; i++) tokens[i] = random_token(*state, 16).at;
    qsort(tokens, MANY, sizeof *tokens, by_bytes);
    for (size_t i = 1; i < MANY; i++) assert_memory_not_equal(tokens[i - 1], tokens[i], 22);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fills_all_and_nothing_more),
        arena_test(big_requests_are_filled),
        arena_test(tokens_are_base64url),
        arena_test(every_letter_of_a_token_is_used),
        arena_test(tokens_do_not_repeat),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
