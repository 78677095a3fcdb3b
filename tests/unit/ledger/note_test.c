/* Signed notes, checkpoints and what carries them, against vectors that another implementation made; and that what is
 * not of their form is refused. */
#include "ledger/fixture.h"
#include "ledger/note_vectors.h"

#include "ledger/checkpoint.h"

static struct note_key key_of(const char *vkey)
{
    struct note_key key;
    assert_true(note_key_parse(str_of(vkey), &key));
    return key;
}

static void test_keys(void **state)
{
    FIXTURE(f);
    struct note_key key = key_of(W1_VKEY), other;
    struct buf text = buf_in(f->ctx.arena);
    assert_true(str_is(key.name, "witness.example/w1"));
    assert_int_equal(key.kind, NOTE_COSIGNATURE);
    note_key_put(&text, &key);
    assert_true(str_is(buf_str(&text), W1_VKEY));
    static const char *const wrong[] = {
        "",
        "witness.example/w1",
        "witness.example/w1+df1c0a36+BIE5dw6ofRdfVqNUZsNMfszLjYqRtO43ol32D1uPybOU",
        "witness.example/w2+df1c0a35+BIE5dw6ofRdfVqNUZsNMfszLjYqRtO43ol32D1uPybOU",
        "witness.example/w1+df1c0a35+AoE5dw6ofRdfVqNUZsNMfszLjYqRtO43ol32D1uPybOU",
        "witness.example/w1+df1c0a35+BIE5dw6ofRdfVqNUZsNMfszLjYqRtO43ol32D1uPyb==",
        "+df1c0a35+BIE5dw6ofRdfVqNUZsNMfszLjYqRtO43ol32D1uPybOU",
        "wit ness+df1c0a35+BIE5dw6ofRdfVqNUZsNMfszLjYqRtO43ol32D1uPybOU",
    };
    for (size_t i = 0; i < COUNT(wrong); i++) assert_false(note_key_parse(str_of(wrong[i]), &other));
    struct buf unknown = buf_in(f->ctx.arena); /* rightly formed, its id too, of a kind that is not known here */
    note_key_make(&other, S("witness.example/w1"), (enum note_kind)2, key.at);
    note_key_put(&unknown, &other);
    assert_false(note_key_parse(buf_str(&unknown), &other));
}

/* The example of golang.org/x/mod/sumdb/note, whose key and signature are published. */
static void test_published_example(void **state)
{
    FIXTURE(f);
    static const char text[] =
        "If you think cryptography is the answer to your problem,\n"
        "then you don't know what your problem is.\n"
        "\n"
        "\xe2\x80\x94 PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSN"
        "XgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";
    struct note_key key = key_of("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW");
    struct note note;
    int64_t at = 7;
    assert_true(note_parse(f->ctx.arena, str_of(text), &note));
    assert_int_equal(note.count, 1);
    assert_int_equal(note_check(f->ctx.arena, note.text, &note.signatures[0], &key, &at), NOTE_HOLDS);
    assert_int_equal(at, 0);
}

static void test_names(void **state)
{
    FIXTURE(f);
    static const char *const right[] = {"a", "example.com/log", "\xc3\xa9t\xc3\xa9", "\xe2\x80\x94"};
    static const char *const wrong[] = {
        "", " ", "a b", "a+b", "a\tb", "a\xc2\xa0", "\xe3\x80\x80", "\xe2\x80\x8a", "x\xe2\x80\xa8", "\xff", "\x7f"};
    for (size_t i = 0; i < COUNT(right); i++) assert_true(note_name_is_valid(str_of(right[i])));
    for (size_t i = 0; i < COUNT(wrong); i++) assert_false(note_name_is_valid(str_of(wrong[i])));
    struct buf longest = buf_in(f->ctx.arena);
    for (int i = 0; i < NOTE_NAME; i++) buf_char(&longest, 'x');
    assert_true(note_name_is_valid(buf_str(&longest)));
    buf_char(&longest, 'x');
    assert_false(note_name_is_valid(buf_str(&longest)));
}

static void test_signatures(void **state)
{
    FIXTURE(f);
    struct arena *arena = f->ctx.arena;
    struct note note;
    int64_t at;
    assert_true(note_parse(arena, S(WHOLE_NOTE), &note));
    assert_true(str_is(note.text, NOTE_BODY));
    assert_int_equal(note.count, 3);
    struct note_key log = key_of(LOG_VKEY), first = key_of(W1_VKEY), second = key_of(W2_VKEY);
    assert_int_equal(note_check(arena, note.text, &note.signatures[0], &log, &at), NOTE_HOLDS);
    assert_int_equal(note_check(arena, note.text, &note.signatures[1], &first, &at), NOTE_HOLDS);
    assert_int_equal(at, COSIGNED_AT);
    assert_int_equal(note_check(arena, note.text, &note.signatures[1], &second, &at), NOTE_OTHER);
    assert_int_equal(note_check(arena, note.text, &note.signatures[0], &first, &at), NOTE_OTHER);
    struct str altered = S(ORIGIN "\n20852164\nSBNJTRN+FjG7owHVrKtue7eqdM4RhdRWVl71HXN2d7I=\n");
    assert_int_equal(note_check(arena, altered, &note.signatures[0], &log, &at), NOTE_FALSE);
    assert_int_equal(note_check(arena, altered, &note.signatures[1], &first, &at), NOTE_FALSE);
    ((char *)(uintptr_t)note.signatures[1].bytes.at)[7] ^= 1; /* another second */
    assert_int_equal(note_check(arena, note.text, &note.signatures[1], &first, &at), NOTE_FALSE);
}

static void test_lines_come_out_as_they_went_in(void **state)
{
    FIXTURE(f);
    struct note note;
    struct buf line = buf_in(f->ctx.arena);
    struct note_key key = key_of(W1_VKEY);
    assert_true(note_parse_signatures(f->ctx.arena, S(W1_LINE), &note));
    note_put_signature(&line, &key, note.signatures[0].bytes);
    assert_true(str_is(buf_str(&line), W1_LINE));
    unsigned char dated[NOTE_DATED];
    note_date(dated, COSIGNED_AT / 1000, (const unsigned char *)note.signatures[0].bytes.at + 8);
    assert_memory_equal(dated, note.signatures[0].bytes.at, NOTE_DATED);
    struct buf cosigned = buf_in(f->ctx.arena);
    note_put_cosigned(&cosigned, S("x\n"), 12);
    assert_true(str_is(buf_str(&cosigned), "cosignature/v1\ntime 12\nx\n"));
}

static void test_what_is_no_note(void **state)
{
    FIXTURE(f);
    struct note note;
    static const char *const wrong[] = {
        "",
        "\n\n",
        NOTE_BODY,
        NOTE_BODY "\n",
        NOTE_BODY LOG_LINE,
        NOTE_BODY "\n" LOG_LINE "\n",
        NOTE_BODY "\n- " ORIGIN " AAAAAAA=\n",
        NOTE_BODY "\n\xe2\x80\x94 a b c\n",
        NOTE_BODY "\n\xe2\x80\x94  AAAAAAA=\n",
        NOTE_BODY "\n\xe2\x80\x94 a AAAA\n",     /* no signature behind the id */
        NOTE_BODY "\n\xe2\x80\x94 a AAAAAAA=",   /* not ended */
        NOTE_BODY "\n\xe2\x80\x94 a AAAAAAB=\n", /* bits that base64 leaves over */
        NOTE_BODY "\n\xe2\x80\x94 a AAAAAAA\n",
        "a\rb\n\n\xe2\x80\x94 a AAAAAAA=\n",
        "a\xff\n\n\xe2\x80\x94 a AAAAAAA=\n",
    };
    for (size_t i = 0; i < COUNT(wrong); i++) assert_false(note_parse(f->ctx.arena, str_of(wrong[i]), &note));
    assert_true(note_parse(f->ctx.arena, S("one\n\ntwo\n\n\xe2\x80\x94 a AAAAAAA=\n"), &note));
    assert_true(str_is(note.text, "one\n\ntwo\n"));
    struct buf many = buf_in(f->ctx.arena);
    buf_text(&many, "a\n\n");
    for (int i = 0; i < NOTE_SIGNATURES; i++) buf_text(&many, "\xe2\x80\x94 a AAAAAAA=\n");
    assert_true(note_parse(f->ctx.arena, buf_str(&many), &note));
    buf_text(&many, "\xe2\x80\x94 a AAAAAAA=\n");
    assert_false(note_parse(f->ctx.arena, buf_str(&many), &note));
}

static void test_checkpoints(void **state)
{
    (void)state;
    struct checkpoint checkpoint;
    assert_true(checkpoint_parse(S(NOTE_BODY), &checkpoint));
    assert_true(str_is(checkpoint.origin, ORIGIN));
    assert_int_equal(checkpoint.size, 20852163);
    assert_int_equal(checkpoint.root.at[0], 0x48);
    assert_true(str_is(checkpoint.extensions, "merlon-time 1679315147123\n"));
#define ROOT "SBNJTRN+FjG7owHVrKtue7eqdM4RhdRWVl71HXN2d7I=\n"
    assert_true(checkpoint_parse(S("o\n0\n" ROOT), &checkpoint));
    assert_true(checkpoint_parse(S("o\n9223372036854775807\n" ROOT), &checkpoint));
    static const char *const wrong[] = {"",
                                        "\n1\n" ROOT,
                                        "o\n01\n" ROOT,
                                        "o\n-1\n" ROOT,
                                        "o\n+1\n" ROOT,
                                        "o\n\n" ROOT,
                                        "o\n1 \n" ROOT,
                                        "o\n9223372036854775808\n" ROOT,
                                        "o\n1\nAAAA\n",
                                        "o\n1\nSBNJTRN+FjG7owHVrKtue7eqdM4RhdRWVl71HXN2d7\x80=\n",
                                        "o\n1\n" ROOT "\n",
                                        "o\n1\n" ROOT "x",
                                        "o\n1\n"};
    for (size_t i = 0; i < COUNT(wrong); i++) assert_false(checkpoint_parse(str_of(wrong[i]), &checkpoint));
}

static void test_asking(void **state)
{
    FIXTURE(f);
    struct arena *arena = f->ctx.arena;
    struct merkle_proof proof = {.count = 2};
    struct add_checkpoint add;
    struct buf body = buf_in(arena);
    proof.at[1].at[0] = 0xff;
    add_checkpoint_put(&body, 20852014, &proof, S(WHOLE_NOTE));
    assert_true(str_is(buf_str(&body), "old 20852014\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n"
                                       "/wAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n\n" WHOLE_NOTE));
    assert_true(add_checkpoint_parse(arena, buf_str(&body), &add));
    assert_int_equal(add.old_size, 20852014);
    assert_int_equal(add.proof.count, 2);
    assert_memory_equal(add.proof.at, proof.at, 2 * sizeof proof.at[0]);
    assert_int_equal(add.note.count, 3);
    assert_int_equal(add.checkpoint.size, 20852163);
    proof.count = ADD_CHECKPOINT_PROOF + 1;
    body.len = 0;
    add_checkpoint_put(&body, 1, &proof, S(WHOLE_NOTE));
    assert_false(add_checkpoint_parse(arena, buf_str(&body), &add));
    static const char *const wrong[] = {"old 1\n" WHOLE_NOTE,   "old  1\n\n" WHOLE_NOTE,      "old 01\n\n" WHOLE_NOTE,
                                        "new 1\n\n" WHOLE_NOTE, "old 1\nAAAA\n\n" WHOLE_NOTE, "old 1\n\n" NOTE_BODY};
    for (size_t i = 0; i < COUNT(wrong); i++) assert_false(add_checkpoint_parse(arena, str_of(wrong[i]), &add));
}

static void test_proofs(void **state)
{
    FIXTURE(f);
    struct arena *arena = f->ctx.arena;
    struct merkle_proof path = {.count = 1};
    struct tlog_proof proof;
    struct buf text = buf_in(arena);
    tlog_proof_put(&text, S("age"), 73894, &path, S(WHOLE_NOTE));
    assert_true(str_is(buf_str(&text), "c2sp.org/tlog-proof@v1\nextra YWdl\nindex 73894\n"
                                       "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n\n" WHOLE_NOTE));
    assert_true(tlog_proof_parse(arena, buf_str(&text), &proof));
    assert_true(str_is(proof.extra, "age"));
    assert_int_equal(proof.index, 73894);
    assert_int_equal(proof.path.count, 1);
    assert_true(str_is(proof.checkpoint_note, WHOLE_NOTE));
    static const char *const extras[] = {"canon", "ical"}; /* the two that base64 pads */
    for (size_t i = 0; i < COUNT(extras); i++) {
        struct buf padded = buf_in(arena);
        tlog_proof_put(&padded, str_of(extras[i]), 1, &path, S(WHOLE_NOTE));
        assert_true(tlog_proof_parse(arena, buf_str(&padded), &proof));
        assert_true(str_is(proof.extra, extras[i]));
    }
    assert_true(tlog_proof_parse(arena, S("c2sp.org/tlog-proof@v1\nindex 0\n\n" WHOLE_NOTE), &proof));
    assert_int_equal(proof.extra.len + proof.path.count, 0);
    static const char *const wrong[] = {
        "c2sp.org/tlog-proof@v2\nindex 0\n\n" WHOLE_NOTE,
        "c2sp.org/tlog-proof@v1\n\n" WHOLE_NOTE,
        "c2sp.org/tlog-proof@v1\nextra \nindex 0\n\n" WHOLE_NOTE,
        "c2sp.org/tlog-proof@v1\nextra A\nindex 0\n\n" WHOLE_NOTE,
        "c2sp.org/tlog-proof@v1\nindex 00\n\n" WHOLE_NOTE,
        "c2sp.org/tlog-proof@v1\nindex 0\n" WHOLE_NOTE,
    };
    for (size_t i = 0; i < COUNT(wrong); i++) assert_false(tlog_proof_parse(arena, str_of(wrong[i]), &proof));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_SQLITE(test_keys),
        ON_SQLITE(test_published_example),
        ON_SQLITE(test_names),
        ON_SQLITE(test_signatures),
        ON_SQLITE(test_lines_come_out_as_they_went_in),
        ON_SQLITE(test_what_is_no_note),
        ON_SQLITE(test_checkpoints),
        ON_SQLITE(test_asking),
        ON_SQLITE(test_proofs),
    };
    return cmocka_run_group_tests_name("ledger/note", tests, NULL, NULL);
}
