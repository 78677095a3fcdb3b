/* The tree against the recursive definitions of RFC 9162 section 2.1, written down here literally and hashed with
 * another library (libsodium): for every size up to 300, and with every proof altered in every way. */
#include "ledger/merkle.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
#include <sodium.h>

enum { SIZES = 300 };

struct fixture {
    struct ctx ctx;
    struct hasher *hasher;
    struct hash leaves[SIZES];
};

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    f->ctx.arena = arena_new(0);
    f->hasher = hasher_in(f->ctx.arena);
    for (int i = 0; i < SIZES; i++) {
        struct str text = arena_print(f->ctx.arena, "entry number %d", i);
        merkle_leaf(f->hasher, text, &f->leaves[i]);
    }
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    arena_free(f->ctx.arena);
    free(f);
    return 0;
}

/* ---- the RFC's own words ---- */

static struct hash naive_node(struct hash left, struct hash right)
{
    unsigned char bytes[1 + 2 * HASH_SIZE] = {1};
    memcpy(bytes + 1, left.at, HASH_SIZE);
    memcpy(bytes + 1 + HASH_SIZE, right.at, HASH_SIZE);
    struct hash out;
    crypto_hash_sha256(out.at, bytes, sizeof bytes);
    return out;
}

static size_t naive_split(size_t n)
{
    size_t k = 1;
    while (k * 2 < n) k *= 2;
    return k;
}

static struct hash naive_root(const struct hash *leaves, size_t n)
{
    struct hash out;
    if (n == 0) {
        crypto_hash_sha256(out.at, (const unsigned char *)"", 0);
        return out;
    }
    if (n == 1) return leaves[0];
    size_t k = naive_split(n);
    return naive_node(naive_root(leaves, k), naive_root(leaves + k, n - k));
}

static void naive_path(size_t m, const struct hash *leaves, size_t n, struct merkle_proof *proof)
{
    if (n == 1) return;
    size_t k = naive_split(n);
    if (m < k) {
        naive_path(m, leaves, k, proof);
        proof->at[proof->count++] = naive_root(leaves + k, n - k);
    } else {
        naive_path(m - k, leaves + k, n - k, proof);
        proof->at[proof->count++] = naive_root(leaves, k);
    }
}

static void naive_subproof(size_t m, const struct hash *leaves, size_t n, bool whole, struct merkle_proof *proof)
{
    if (m == n) {
        if (!whole) proof->at[proof->count++] = naive_root(leaves, n);
        return;
    }
    size_t k = naive_split(n);
    if (m <= k) {
        naive_subproof(m, leaves, k, whole, proof);
        proof->at[proof->count++] = naive_root(leaves + k, n - k);
    } else {
        naive_subproof(m - k, leaves + k, n - k, false, proof);
        proof->at[proof->count++] = naive_root(leaves, k);
    }
}

static void assert_same_proof(const struct merkle_proof *a, const struct merkle_proof *b)
{
    assert_int_equal(a->count, b->count);
    assert_memory_equal(a->at, b->at, a->count * sizeof a->at[0]);
}

static enum result subtree(struct ctx *ctx, void *arg, unsigned level, uint64_t index, struct hash *out)
{
    (void)ctx;
    struct fixture *f = arg;
    size_t width = (size_t)1 << level;
    assert_true((index + 1) * width <= SIZES);
    *out = naive_root(f->leaves + index * width, width);
    return OK;
}

/* ---- tests ---- */

static void test_known_hashes(void **state)
{
    struct fixture *f = *state;
    struct buf hex = buf_in(f->ctx.arena);
    struct merkle tree = {0};
    struct hash root;
    merkle_root(&tree, f->hasher, &root);
    hash_hex(&hex, &root);
    assert_true(str_is(buf_str(&hex), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"));
    hex.len = 0;
    merkle_leaf(f->hasher, S(""), &root);
    hash_hex(&hex, &root);
    assert_true(str_is(buf_str(&hex), "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"));
}

struct seen {
    struct fixture *fixture;
    size_t count;
};

static void check_node(void *arg, unsigned level, uint64_t index, const struct hash *hash)
{
    struct seen *seen = arg;
    size_t width = (size_t)1 << level;
    struct hash expected = naive_root(seen->fixture->leaves + index * width, width);
    assert_true(hash_eq(hash, &expected));
    seen->count++;
}

static void test_growing(void **state)
{
    struct fixture *f = *state;
    struct merkle tree = {0};
    struct seen seen = {f, 0};
    const struct merkle_sink sink = {check_node, &seen};
    const struct merkle_source source = {subtree, f};
    for (size_t n = 0; n <= SIZES; n++) {
        struct hash root, again, expected = naive_root(f->leaves, n);
        merkle_root(&tree, f->hasher, &root);
        assert_true(hash_eq(&root, &expected));
        assert_int_equal(merkle_root_of(&f->ctx, f->hasher, &source, n, &again), OK);
        assert_true(hash_eq(&again, &expected));
        struct merkle resumed;
        assert_int_equal(merkle_resume(&f->ctx, &source, n, &resumed), OK);
        merkle_root(&resumed, f->hasher, &again);
        assert_true(hash_eq(&again, &expected));
        assert_int_equal(resumed.size, n);
        if (n < SIZES) merkle_add(&tree, f->hasher, &f->leaves[n], &sink);
    }
    /* A tree of n leaves has n/2 + n/4 + ... perfect subtrees above its leaves. */
    size_t nodes = 0;
    for (size_t n = SIZES / 2; n; n /= 2) nodes += n;
    assert_int_equal(seen.count, nodes);
}

static void test_inclusion(void **state)
{
    struct fixture *f = *state;
    const struct merkle_source source = {subtree, f};
    for (size_t n = 1; n <= SIZES; n += n < 70 ? 1 : 23) {
        struct hash root = naive_root(f->leaves, n);
        for (size_t m = 0; m < n; m++) {
            struct merkle_proof proof, expected = {.count = 0};
            assert_int_equal(merkle_inclusion(&f->ctx, f->hasher, &source, m, n, &proof), OK);
            naive_path(m, f->leaves, n, &expected);
            assert_same_proof(&proof, &expected);
            assert_true(merkle_includes(f->hasher, &f->leaves[m], m, n, &proof, &root));
        }
    }
    struct merkle_proof proof;
    assert_int_equal(merkle_inclusion(&f->ctx, f->hasher, &source, 5, 5, &proof), INVALID);
}

static void test_consistency(void **state)
{
    struct fixture *f = *state;
    const struct merkle_source source = {subtree, f};
    for (size_t n = 1; n <= SIZES; n += n < 70 ? 1 : 23) {
        struct hash second = naive_root(f->leaves, n);
        for (size_t m = 1; m <= n; m++) {
            struct merkle_proof proof, expected = {.count = 0};
            assert_int_equal(merkle_consistency(&f->ctx, f->hasher, &source, m, n, &proof), OK);
            naive_subproof(m, f->leaves, n, true, &expected);
            assert_same_proof(&proof, &expected);
            struct hash first = naive_root(f->leaves, m);
            assert_true(merkle_is_consistent(f->hasher, m, &first, n, &second, &proof));
        }
    }
    struct merkle_proof proof;
    assert_int_equal(merkle_consistency(&f->ctx, f->hasher, &source, 0, 5, &proof), INVALID);
    assert_int_equal(merkle_consistency(&f->ctx, f->hasher, &source, 6, 5, &proof), INVALID);
}

/* A small generator of our own, so that a failure can be repeated. */
static uint32_t next_random(uint64_t *seed)
{
    *seed = *seed * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(*seed >> 33);
}

static void flip_bit(struct hash *hash, uint64_t *seed)
{
    hash->at[next_random(seed) % HASH_SIZE] ^= (unsigned char)(1u << next_random(seed) % 8);
}

static void test_altered_inclusion(void **state)
{
    struct fixture *f = *state;
    const struct merkle_source source = {subtree, f};
    uint64_t seed = 1;
    for (int round = 0; round < 3000; round++) {
        uint64_t size = 2 + next_random(&seed) % (SIZES - 1), position = next_random(&seed) % size;
        struct hash root = naive_root(f->leaves, size), leaf = f->leaves[position];
        struct merkle_proof proof;
        assert_int_equal(merkle_inclusion(&f->ctx, f->hasher, &source, position, size, &proof), OK);
        switch (round % 5) {
        case 0: flip_bit(&proof.at[next_random(&seed) % proof.count], &seed); break;
        case 1: flip_bit(&leaf, &seed); break;
        case 2: flip_bit(&root, &seed); break;
        case 3: proof.count--; break;
        default: proof.at[proof.count++] = leaf;
        }
        assert_false(merkle_includes(f->hasher, &leaf, position, size, &proof, &root));
    }
    for (uint64_t other = 0; other < 100; other++) {
        struct hash root = naive_root(f->leaves, 100);
        struct merkle_proof proof;
        assert_int_equal(merkle_inclusion(&f->ctx, f->hasher, &source, 42, 100, &proof), OK);
        bool holds = merkle_includes(f->hasher, &f->leaves[42], other, 100, &proof, &root);
        assert_int_equal(holds, other == 42);
    }
}

static void test_altered_consistency(void **state)
{
    struct fixture *f = *state;
    const struct merkle_source source = {subtree, f};
    uint64_t seed = 2;
    for (int round = 0; round < 3000; round++) {
        uint64_t second = 2 + next_random(&seed) % (SIZES - 1), first = 1 + next_random(&seed) % (second - 1);
        struct hash old = naive_root(f->leaves, first), new = naive_root(f->leaves, second);
        struct merkle_proof proof;
        assert_int_equal(merkle_consistency(&f->ctx, f->hasher, &source, first, second, &proof), OK);
        switch (round % 5) {
        case 0: flip_bit(&proof.at[next_random(&seed) % proof.count], &seed); break;
        case 1: flip_bit(&old, &seed); break;
        case 2: flip_bit(&new, &seed); break;
        case 3: proof.count--; break;
        default: proof.at[proof.count++] = old;
        }
        assert_false(merkle_is_consistent(f->hasher, first, &old, second, &new, &proof));
    }
}

/* Sizes that RFC 9162 section 2.1.4 has no proof for: nothing, and a later tree before an earlier one. */
static void test_sizes_without_proof(void **state)
{
    struct fixture *f = *state;
    const struct hash same = {{7}};
    const struct merkle_proof none = {.count = 0};
    assert_true(merkle_is_consistent(f->hasher, 1, &same, 1, &same, &none));
    assert_false(merkle_is_consistent(f->hasher, 0, &same, 1, &same, &none));
    assert_false(merkle_is_consistent(f->hasher, 0, &same, 0, &same, &none));
    assert_false(merkle_is_consistent(f->hasher, 2, &same, 1, &same, &none));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_known_hashes),        cmocka_unit_test(test_growing),
        cmocka_unit_test(test_inclusion),           cmocka_unit_test(test_consistency),
        cmocka_unit_test(test_altered_inclusion),   cmocka_unit_test(test_altered_consistency),
        cmocka_unit_test(test_sizes_without_proof),
    };
    return cmocka_run_group_tests_name("ledger/merkle", tests, set_up, tear_down);
}
