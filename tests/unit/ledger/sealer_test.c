/* Sealing, keys and proofs. Proofs are checked by code that shares nothing with the program: roots are computed by the
 * RFC's recursion over rows read with plain SQL, hashed and verified with libsodium and with the openssl command. */
#include "ledger/fixture.h"

#include "format/json.h"
#include "ledger/proof.h"
#include "ledger/sealer.h"
#include "ledger/verify.h"
#include "store/blob.h"

#include <fcntl.h>
#include <sodium.h>

struct sealed {
    struct fixture *f;
    struct ledger_keys *keys;
    int64_t count;
};

static enum result open_keys(struct ctx *ctx, void *arg)
{
    struct sealed *s = arg;
    return ledger_keys_open(ctx, &keyring, true, &s->keys);
}

static enum result seal(struct ctx *ctx, void *arg)
{
    struct sealed *s = arg;
    struct ledger_seal seal = {.keys = s->keys};
    TRY(ledger_seal(ctx, &seal));
    s->count = (int64_t)seal.sealed;
    return OK;
}

static int64_t seal_once(struct sealed *s, int64_t now)
{
    s->f->ctx.now = now;
    write_ok(s->f, seal, s);
    return s->count;
}

static struct sealed begin(struct fixture *f)
{
    struct sealed s = {.f = f};
    ledger_fixture(f);
    write_ok(f, open_keys, &s);
    return s;
}

struct many {
    int from, to;
};

static enum result append_many(struct ctx *ctx, void *arg)
{
    const struct many *many = arg;
    for (int i = many->from; i < many->to; i++) {
        int64_t id;
        const struct ledger_event event = {.action = i % 7 ? S("change") : S("create"),
                                           .subject = S("risk"),
                                           .record = i % 50,
                                           .version = i,
                                           .actor = i % 3,
                                           .comment = i % 5 ? S("") : S("said \"so\"\n\xc3\xa4 \x01 \\"),
                                           .state = i % 11 ? arena_print(ctx->arena, "{\"n\":%d}", i) : S("")};
        TRY(ledger_append(ctx, &event, &id));
    }
    return OK;
}

static void append_range(struct fixture *f, int from, int to)
{
    struct many many = {from, to};
    f->ctx.now = 1700000000000 + from;
    write_ok(f, append_many, &many);
}

/* ---- an independent reading of the ledger ---- */

static struct hash naive_leaf(struct fixture *f, struct rows *rows)
{
    struct buf text = buf_in(f->ctx.arena);
    buf_char(&text, 0);
    struct str hash = rows_bytes(rows, 8);
    buf_print(&text, "[\"merlon-ledger-entry-1\",%lld,%lld,%lld,\"%.*s\",\"%.*s\",%lld,%lld,%lld,\"",
              (long long)rows_number(rows, 0), (long long)rows_number(rows, 1), (long long)rows_number(rows, 2),
              PRINT(rows_text(rows, 3)), PRINT(rows_text(rows, 4)), (long long)rows_number(rows, 5),
              (long long)rows_number(rows, 6), (long long)rows_number(rows, 7));
    buf_hex(&text, hash.at, hash.len);
    buf_text(&text, "\"]");
    struct hash leaf;
    crypto_hash_sha256(leaf.at, (const unsigned char *)text.at, text.len);
    return leaf;
}

static struct hash naive_root(const struct hash *leaves, size_t n)
{
    struct hash root;
    unsigned char node[1 + 2 * HASH_SIZE] = {1};
    if (n == 0) crypto_hash_sha256(root.at, node, 0);
    if (n == 0) return root;
    if (n == 1) return leaves[0];
    size_t k = 1;
    while (k * 2 < n) k *= 2;
    struct hash left = naive_root(leaves, k), right = naive_root(leaves + k, n - k);
    memcpy(node + 1, left.at, HASH_SIZE);
    memcpy(node + 1 + HASH_SIZE, right.at, HASH_SIZE);
    crypto_hash_sha256(root.at, node, sizeof node);
    return root;
}

static struct hash *naive_leaves(struct fixture *f, size_t *count)
{
    struct rows *rows;
    struct hash *leaves = arena_make_many(f->ctx.arena, struct hash, 20000);
    *count = 0;
    expect_ok(&f->ctx, db_query(&f->ctx,
                                S("SELECT id, at, actor, action, subject, record, version, state_size, content_hash "
                                  "FROM ledger_entry ORDER BY id"),
                                NULL, 0, &rows));
    for (;;) {
        bool more;
        expect_ok(&f->ctx, rows_next(&f->ctx, rows, &more));
        if (!more) return leaves;
        leaves[(*count)++] = naive_leaf(f, rows);
    }
}

static bool signature_holds(const struct ledger_public *key, const struct ledger_head *head)
{
    char text[256], root[64];
    sodium_bin2base64(root, sizeof root, head->root.at, HASH_SIZE, sodium_base64_VARIANT_ORIGINAL);
    int len = snprintf(text, sizeof text, "merlon/%s\n%lld\n%s\nmerlon-after %lld\nmerlon-time %lld\n", key->id,
                       (long long)head->size, root, (long long)head->previous, (long long)head->at);
    return crypto_sign_verify_detached(head->signature, (const unsigned char *)text, (size_t)len, key->at) == 0;
}

/* ---- tests ---- */

static void test_heads(void **state)
{
    FIXTURE(f);
    struct sealed s = begin(f);
    assert_int_equal(seal_once(&s, 1), 0);
    struct ledger_head head;
    assert_int_equal(tree_head(&f->ctx, 0, &head), NOT_FOUND);
    static const int sizes[] = {1, 2, 3, 255, 256, 257, 511, 512, 1000, 1024, 1300};
    int from = 0;
    for (size_t i = 0; i < COUNT(sizes); i++) {
        append_range(f, from, sizes[i]);
        int64_t pending;
        expect_ok(&f->ctx, ledger_pending_count(&f->ctx, &pending));
        assert_int_equal(pending, sizes[i] - from);
        assert_int_equal(seal_once(&s, 1700000100000 + (int64_t)i), sizes[i] - from);
        expect_ok(&f->ctx, ledger_pending_count(&f->ctx, &pending));
        assert_int_equal(pending, 0);
        from = sizes[i];
        size_t count;
        struct hash *leaves = naive_leaves(f, &count);
        struct hash root = naive_root(leaves, count);
        expect_ok(&f->ctx, tree_head(&f->ctx, 0, &head));
        assert_int_equal(head.size, count);
        assert_int_equal(head.at, 1700000100000 + (int64_t)i);
        assert_true(hash_eq(&head.root, &root));
        assert_true(signature_holds(ledger_keys_public(s.keys), &head));
    }
    assert_int_equal(seal_once(&s, 1), 0);
    ledger_keys_close(s.keys);
}

/* Neither before an entry under it nor before the head before, wherever the clock went meanwhile. */
static void test_a_head_is_dated_after_what_it_covers(void **state)
{
    FIXTURE(f);
    struct sealed s = begin(f);
    static const struct {
        int64_t entry, clock, head;
    } cases[] = {{5000, 3000, 5000}, {4000, 4500, 5000}, {4600, 7000, 7000}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct ledger_head head;
        append(f, cases[i].entry, "change", "risk", 1, "{}", NULL);
        assert_int_equal(seal_once(&s, cases[i].clock), 1);
        expect_ok(&f->ctx, tree_head(&f->ctx, 0, &head));
        assert_int_equal(head.at, cases[i].head);
    }
    ledger_keys_close(s.keys);
}

static enum result renew(struct ctx *ctx, void *arg)
{
    struct sealed *s = arg;
    return ledger_keys_renew(ctx, &keyring, "rotate", S("yearly"), s->keys);
}

/* The first head of a new key covers the entry that says so, however much awaits its seal before it. */
static void test_a_new_key_seals_all_at_once(void **state)
{
    FIXTURE(f);
    struct sealed s = begin(f);
    struct ledger_head head;
    append_range(f, 0, 10);
    assert_int_equal(seal_once(&s, 1), 10);
    append_range(f, 10, 10 + SEAL_BATCH + 5);
    write_ok(f, renew, &s);
    assert_int_equal(seal_once(&s, 2), SEAL_BATCH + 6);
    expect_ok(&f->ctx, tree_head(&f->ctx, 0, &head));
    assert_int_equal(head.size, SEAL_BATCH + 16);
    assert_string_equal(head.key_id, ledger_keys_public(s.keys)->id);
    ledger_keys_close(s.keys);
}

/* Also where nothing was sealed before it took over. */
static void test_a_new_key_of_an_empty_tree(void **state)
{
    FIXTURE(f);
    struct sealed s = begin(f);
    append_range(f, 0, SEAL_BATCH + 5);
    write_ok(f, renew, &s);
    assert_int_equal(seal_once(&s, 2), SEAL_BATCH + 6);
    ledger_keys_close(s.keys);
}

/* However often a key is renewed: the chain, the oldest key and what is signed still hold. */
static void test_a_chain_of_keys_has_no_end(void **state)
{
    FIXTURE(f);
    struct sealed s = begin(f);
    struct ledger_public first = *ledger_keys_public(s.keys);
    const struct ledger_check old = {.keys = &first, .key_count = 1};
    struct ledger_report report = {0};
    append_range(f, 0, 10);
    assert_int_equal(seal_once(&s, 1700000100000), 10);
    for (int i = 0; i < 70; i++) write_ok(f, renew, &s);
    assert_int_equal(seal_once(&s, 1700000200000), 70);
    expect_ok(&f->ctx, ledger_verify(&f->ctx, &old, &report));
    assert_int_equal(report.keys, 71);
    ledger_keys_close(s.keys);
}

static enum result renew_and_fail(struct ctx *ctx, void *arg)
{
    TRY(renew(ctx, arg));
    return fail(ctx, CONFLICT, "on purpose");
}

/* As PostgreSQL asks for when another node's write came between: undone, and run once more. */
static void test_a_renewal_that_was_undone_is_run_again(void **state)
{
    FIXTURE(f);
    struct sealed s = begin(f);
    struct ledger_public first = *ledger_keys_public(s.keys);
    append_range(f, 0, 10);
    for (int i = 0; i < 2; i++) assert_int_equal(store_write(&f->ctx, f->store, renew_and_fail, &s), CONFLICT);
    ctx_clear_error(&f->ctx);
    write_ok(f, renew, &s);
    expect_ok(&f->ctx, ledger_keys_demand_current(&f->ctx, s.keys));
    assert_string_not_equal(ledger_keys_public(s.keys)->id, first.id);
    assert_int_equal(seal_once(&s, 2), 11);
    ledger_keys_close(s.keys);
}

/* More than one batch: each gets its own head. */
static void test_batches(void **state)
{
    FIXTURE(f);
    struct sealed s = begin(f);
    append_range(f, 0, 5000);
    assert_int_equal(seal_once(&s, 1), SEAL_BATCH);
    assert_int_equal(seal_once(&s, 2), SEAL_BATCH);
    assert_int_equal(seal_once(&s, 3), 5000 - 2 * SEAL_BATCH);
    size_t count;
    struct hash *leaves = naive_leaves(f, &count);
    struct ledger_head head;
    for (size_t size = SEAL_BATCH; size <= 5000; size = size == 2 * SEAL_BATCH ? 5000 : size + SEAL_BATCH) {
        expect_ok(&f->ctx, tree_head(&f->ctx, (int64_t)size, &head));
        struct hash root = naive_root(leaves, size);
        assert_true(hash_eq(&head.root, &root));
        if (size == 5000) break;
    }
    int64_t nodes;
    expect_ok(&f->ctx, db_query_number(&f->ctx, S("SELECT count(*) FROM ledger_node"), NULL, 0, 0, &nodes));
    assert_int_equal(nodes, 5000 >> TREE_STEP);
    ledger_keys_close(s.keys);
}

static struct hash unhex_hash(struct str hex)
{
    struct hash hash;
    size_t len;
    assert_int_equal(sodium_hex2bin(hash.at, sizeof hash.at, hex.at, hex.len, NULL, &len, NULL), 0);
    assert_int_equal(len, HASH_SIZE);
    return hash;
}

/* Up the path as docs/ledger.md tells an auditor to go. */
static struct hash climb(const struct json *proof, int64_t size)
{
    struct hash hash = unhex_hash(json_str(proof, "leaf", S("")));
    uint64_t fn = (uint64_t)json_number(proof, "position", -1), sn = (uint64_t)size - 1;
    for (const struct json *step = json_get(proof, "path")->first; step; step = step->next) {
        struct hash other = unhex_hash(step->text);
        unsigned char node[1 + 2 * HASH_SIZE] = {1};
        bool right = fn & 1 || fn == sn;
        memcpy(node + 1, right ? other.at : hash.at, HASH_SIZE);
        memcpy(node + 1 + HASH_SIZE, right ? hash.at : other.at, HASH_SIZE);
        crypto_hash_sha256(hash.at, node, sizeof node);
        while (right && !(fn & 1) && fn) fn >>= 1, sn >>= 1;
        fn >>= 1, sn >>= 1;
    }
    return hash;
}

static const struct json *proof_of(struct fixture *f, int64_t entry, int64_t size)
{
    struct buf text = buf_in(f->ctx.arena);
    struct json *json;
    expect_ok(&f->ctx, ledger_proof_json(&f->ctx, entry, size, true, &text));
    expect_ok(&f->ctx, json_parse(&f->ctx, buf_str(&text), &json));
    return json;
}

static void check_proof(struct fixture *f, int64_t entry, int64_t size)
{
    const struct json *proof = proof_of(f, entry, size);
    struct str canonical = json_str(proof, "canonical", S(""));
    struct buf bytes = buf_in(f->ctx.arena);
    buf_char(&bytes, 0);
    buf_add(&bytes, canonical);
    struct hash leaf, said = unhex_hash(json_str(proof, "leaf", S("")));
    crypto_hash_sha256(leaf.at, (const unsigned char *)bytes.at, bytes.len);
    assert_true(hash_eq(&leaf, &said));
    const struct json *head = json_get(proof, "head");
    struct hash root = climb(proof, json_number(head, "size", 0)), expected = unhex_hash(json_str(head, "root", S("")));
    assert_true(hash_eq(&root, &expected));

    struct json *fields;
    expect_ok(&f->ctx, json_parse(&f->ctx, canonical, &fields));
    assert_int_equal(fields->count, 10);
    assert_int_equal(fields->first->next->number, entry);
    const struct json *last = fields->first;
    while (last->next) last = last->next;
    if (json_get(proof, "salt")->kind == JSON_NULL) return;
    struct buf content = buf_in(f->ctx.arena);
    char salt[16];
    size_t len;
    struct str salt_hex = json_str(proof, "salt", S(""));
    assert_int_equal(sodium_hex2bin((unsigned char *)salt, sizeof salt, salt_hex.at, salt_hex.len, NULL, &len, NULL),
                     0);
    buf_add(&content, (struct str){salt, sizeof salt});
    buf_add(&content, json_str(proof, "comment", S("?")));
    buf_char(&content, 0);
    buf_add(&content, json_str(proof, "state", S("?")));
    struct hash hash, said_content = unhex_hash(last->text);
    crypto_hash_sha256(hash.at, (const unsigned char *)content.at, content.len);
    assert_true(hash_eq(&hash, &said_content));
}

static void test_proofs(void **state)
{
    FIXTURE(f);
    struct sealed s = begin(f);
    append_range(f, 0, 700);
    seal_once(&s, 1);
    append_range(f, 700, 900);
    seal_once(&s, 2);
    append(f, 5, "create", "risk", 1, "{}", NULL);
    static const int64_t entries[] = {1, 2, 255, 256, 257, 512, 513, 699, 700};
    for (size_t i = 0; i < COUNT(entries); i++) {
        check_proof(f, entries[i], 700);
        check_proof(f, entries[i], 0);
    }
    struct buf text = buf_in(f->ctx.arena);
    assert_int_equal(ledger_proof_json(&f->ctx, 800, 700, false, &text), CONFLICT);
    assert_int_equal(ledger_proof_json(&f->ctx, 901, 0, false, &text), CONFLICT);
    expect_sentence(&f->ctx, "has not been sealed yet");
    assert_int_equal(ledger_proof_json(&f->ctx, 999, 0, false, &text), NOT_FOUND);
    assert_int_equal(ledger_proof_json(&f->ctx, 1, 701, false, &text), NOT_FOUND);
    run_sql(f, "DELETE FROM ledger_state WHERE entry = 2");
    text.len = 0;
    expect_ok(&f->ctx, ledger_proof_json(&f->ctx, 2, 0, false, &text));
    assert_int_equal(ledger_proof_json(&f->ctx, 2, 0, true, &text), CONFLICT);
    expect_sentence(&f->ctx, "What entry 2 said is missing from the database, and nobody purged it");
    ctx_clear_error(&f->ctx);
    text.len = 0;

    struct json *json;
    expect_ok(&f->ctx, ledger_consistency_json(&f->ctx, 700, 0, &text));
    expect_ok(&f->ctx, json_parse(&f->ctx, buf_str(&text), &json));
    struct merkle_proof path = {.count = 0};
    for (const struct json *step = json_get(json, "path")->first; step; step = step->next)
        path.at[path.count++] = unhex_hash(step->text);
    struct hash first = unhex_hash(json_str(json_get(json, "first"), "root", S("")));
    struct hash second = unhex_hash(json_str(json_get(json, "second"), "root", S("")));
    assert_true(merkle_is_consistent(hasher_in(f->ctx.arena), 700, &first, 900, &second, &path));
    assert_int_equal(ledger_consistency_json(&f->ctx, 0, 0, &text), INVALID);
    ledger_keys_close(s.keys);
}

/* The sealer must not put its name under a tree that somebody has changed. */
static void test_refuses_to_sign(void **state)
{
    FIXTURE(f);
    struct sealed s = begin(f);
    append_range(f, 0, 300);
    seal_once(&s, 1);
    if (f->url[0])
        run_sql(f, "ALTER TABLE ledger_leaf DISABLE TRIGGER ALL");
    else
        run_sql(f, "DROP TRIGGER \"ledger_leaf_no_UPDATE\"");
    run_sql(f, "UPDATE ledger_leaf SET leaf_hash = (SELECT leaf_hash FROM ledger_leaf WHERE position = 0) "
               "WHERE position = 299");
    append_range(f, 300, 301);
    assert_int_equal(store_write(&f->ctx, f->store, seal, &s), BROKEN);
    expect_sentence(&f->ctx, "does not match its newest signed head");
    struct ledger_head head;
    expect_ok(&f->ctx, tree_head(&f->ctx, 0, &head));
    assert_int_equal(head.size, 300);
    ledger_keys_close(s.keys);
}

static void test_keys(void **state)
{
    FIXTURE(f);
    struct ledger_keys *again;
    struct ledger_public stored;
    const struct ledger_public *parsed;
    size_t count;
    ledger_fixture(f);
    assert_int_equal(ledger_keys_open(&f->ctx, &keyring, false, &again), NOT_FOUND);
    assert_int_equal(ledger_public_stored(&f->ctx, &stored), NOT_FOUND);
    struct sealed s = {.f = f};
    write_ok(f, open_keys, &s);
    const struct ledger_public *key = ledger_keys_public(s.keys);
    expect_ok(&f->ctx, ledger_keys_open(&f->ctx, &keyring, false, &again));
    assert_memory_equal(key, ledger_keys_public(again), sizeof *key);
    expect_ok(&f->ctx, ledger_public_stored(&f->ctx, &stored));
    assert_memory_equal(key, &stored, sizeof stored);
    struct str pem = ledger_public_pem(&f->ctx, key);
    struct buf two = buf_in(f->ctx.arena);
    buf_text(&two, "a note\r\n");
    buf_add(&two, pem);
    buf_add(&two, pem);
    expect_ok(&f->ctx, ledger_public_parse(&f->ctx, buf_str(&two), &parsed, &count));
    assert_int_equal(count, 2);
    assert_memory_equal(key, &parsed[1], sizeof stored);
    assert_int_equal(ledger_public_parse(&f->ctx, S("-----BEGIN PUBLIC KEY-----\nAAAA\n"), &parsed, &count), INVALID);
    struct keyring other = keyring;
    other.master[0] ^= 1;
    struct ledger_keys *none = s.keys;
    assert_int_equal(ledger_keys_open(&f->ctx, &other, false, &none), BROKEN);
    assert_null(none); /* there is nothing to close: what was begun goes with the arena, once */

    struct str signature = ledger_sign(&f->ctx, s.keys, "soa", S("the statement"));
    assert_true(ledger_verify_signature(&f->ctx, key, "soa", S("the statement"), signature));
    assert_false(ledger_verify_signature(&f->ctx, key, "soa", S("the statement."), signature));
    assert_false(ledger_verify_signature(&f->ctx, key, "report", S("the statement"), signature));
    assert_false(ledger_verify_signature(&f->ctx, key, "soa", S("the statement"), str_slice(signature, 0, 63)));
    ledger_keys_close(again);
    ledger_keys_close(s.keys);
}

static enum result damage_key(struct ctx *ctx, void *arg)
{
    (void)arg;
    return meta_set(ctx, "ledger.secret", S("00ff"));
}

/* As a program ends that could not start: what it has is closed, then the arena goes. */
static void test_damaged_key(void **state)
{
    FIXTURE(f);
    struct sealed s = begin(f);
    ledger_keys_close(s.keys);
    write_ok(f, damage_key, NULL);
    assert_int_equal(ledger_keys_open(&f->ctx, &keyring, true, &s.keys), BROKEN);
    ledger_keys_close(s.keys);
}

static void write_file(const char *path, const void *at, size_t len)
{
    int file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    assert_int_equal(write(file, at, len), len);
    close(file);
}

/* What docs/ledger.md tells an auditor to type. */
static void test_openssl(void **state)
{
    FIXTURE(f);
    if (system("openssl version >/dev/null 2>&1") != 0) {
        print_message("%s: skipped, there is no openssl command\n", __func__);
        skip();
    }
    struct sealed s = begin(f);
    append_range(f, 0, 10);
    seal_once(&s, 1700000000123);
    struct ledger_head head;
    expect_ok(&f->ctx, tree_head(&f->ctx, 0, &head));
    expect_ok(&f->ctx, ledger_public_write(&f->ctx, ledger_keys_public(s.keys), 1, str_of(f->directory)));
    expect_ok(&f->ctx, ledger_public_write(&f->ctx, ledger_keys_public(s.keys), 1, str_of(f->directory)));
    struct buf text = buf_in(f->ctx.arena);
    char root[64];
    sodium_bin2base64(root, sizeof root, head.root.at, HASH_SIZE, sodium_base64_VARIANT_ORIGINAL);
    buf_print(&text, "merlon/%s\n10\n%s\nmerlon-after 0\nmerlon-time 1700000000123\n", head.key_id, root);
    const char *message = arena_print(f->ctx.arena, "%s/head.txt", f->directory).at;
    const char *signature = arena_print(f->ctx.arena, "%s/head.sig", f->directory).at;
    write_file(message, text.at, text.len);
    write_file(signature, head.signature, SIGNATURE_SIZE);
    const char *command = arena_print(f->ctx.arena,
                                      "openssl pkeyutl -verify -pubin -inkey %s/ledger.pub -rawin -in %s -sigfile %s "
                                      ">/dev/null 2>&1",
                                      f->directory, message, signature)
                              .at;
    assert_int_equal(system(command), 0);
    head.signature[5] ^= 1;
    write_file(signature, head.signature, SIGNATURE_SIZE);
    assert_int_not_equal(system(command), 0);
    unlink(message);
    unlink(signature);
    unlink(arena_print(f->ctx.arena, "%s/ledger.pub", f->directory).at);
    ledger_keys_close(s.keys);
}

/* Between "```python" and "```" of docs/ledger.md. */
static struct str documented_checker(struct fixture *f)
{
    static char text[64 * 1024];
    int file = open("docs/ledger.md", O_RDONLY);
    if (file < 0) return S("");
    ssize_t len = read(file, text, sizeof text);
    close(file);
    struct str rest = {text, len > 0 ? (size_t)len : 0};
    size_t at;
    assert_true(str_find(rest, S("```python\n"), &at));
    rest = str_slice(rest, at + 10, rest.len);
    assert_true(str_find(rest, S("```\n"), &at));
    return arena_copy(f->ctx.arena, str_slice(rest, 0, at));
}

static int run_checker(struct fixture *f, struct str program, struct str proof)
{
    const char *program_path = arena_print(f->ctx.arena, "%s/check.py", f->directory).at;
    const char *proof_path = arena_print(f->ctx.arena, "%s/proof.json", f->directory).at;
    write_file(program_path, program.at, program.len);
    write_file(proof_path, proof.at, proof.len);
    int result = system(
        arena_print(f->ctx.arena, "python3 %s %s %s/ledger.pub >/dev/null 2>&1", program_path, proof_path, f->directory)
            .at);
    unlink(program_path);
    unlink(proof_path);
    return result;
}

/* The program that the documentation prints must work as printed. */
static void test_documented_checker(void **state)
{
    FIXTURE(f);
    struct str program = documented_checker(f);
    if (!program.len || system("python3 -c 1 2>/dev/null && openssl version >/dev/null 2>&1") != 0) {
        print_message("%s: skipped, it needs docs/ledger.md, python3 and openssl\n", __func__);
        skip();
    }
    struct sealed s = begin(f);
    append_range(f, 0, 777);
    seal_once(&s, 1700000000123);
    expect_ok(&f->ctx, ledger_public_write(&f->ctx, ledger_keys_public(s.keys), 1, str_of(f->directory)));
    static const int64_t entries[] = {1, 6, 256, 512, 777};
    for (size_t i = 0; i < COUNT(entries); i++) {
        struct buf proof = buf_in(f->ctx.arena);
        expect_ok(&f->ctx, ledger_proof_json(&f->ctx, entries[i], 0, i != 2, &proof));
        assert_int_equal(run_checker(f, program, buf_str(&proof)), 0);
        size_t at;
        assert_true(str_find(buf_str(&proof), S("\"path\":[\""), &at));
        proof.at[at + 9] = proof.at[at + 9] == '0' ? '1' : '0';
        assert_int_not_equal(run_checker(f, program, buf_str(&proof)), 0);
    }
    unlink(arena_print(f->ctx.arena, "%s/ledger.pub", f->directory).at);
    ledger_keys_close(s.keys);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BOTH(test_heads),
        ON_BOTH(test_a_head_is_dated_after_what_it_covers),
        ON_BOTH(test_batches),
        ON_BOTH(test_a_new_key_seals_all_at_once),
        ON_BOTH(test_a_new_key_of_an_empty_tree),
        ON_BOTH(test_a_renewal_that_was_undone_is_run_again),
        ON_BOTH(test_a_chain_of_keys_has_no_end),
        ON_BOTH(test_proofs),
        ON_BOTH(test_keys),
        ON_BOTH(test_damaged_key),
        ON_BOTH(test_refuses_to_sign),
        ON_SQLITE(test_openssl),
        ON_SQLITE(test_documented_checker),
    };
    return cmocka_run_group_tests_name("ledger/sealer", tests, NULL, NULL);
}
