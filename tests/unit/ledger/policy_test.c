/* Policies: which are read, which are refused and at which line, and k of n witnesses in groups of groups. */
#include "ledger/fixture.h"
#include "ledger/note_vectors.h"

#include "ledger/policy.h"

#define WITNESSES "witness X1 " W1_VKEY "\nwitness X2 " W2_VKEY " https://w2.example/witness\nwitness Y " W3_VKEY "\n"

static struct policy *policy_of(struct fixture *f, const char *text)
{
    struct policy *policy = NULL;
    expect_ok(&f->ctx, policy_parse(&f->ctx, str_of(text), &policy));
    return policy;
}

static void test_reading(void **state)
{
    FIXTURE(f);
    struct policy *policy = policy_of(f, "# who counts\n\n \tlog  " LOG_VKEY " \thttps://log.example\n" WITNESSES
                                         "group X 2 X1 X2\ngroup both all X Y\nquorum both\n");
    assert_int_equal(policy->log_count, 1);
    assert_true(str_is(policy->logs[0].key.name, ORIGIN));
    assert_true(str_is(policy->logs[0].url, "https://log.example"));
    assert_int_equal(policy->witness_count, 3);
    assert_true(str_is(policy->witnesses[1].name, "X2"));
    assert_true(str_is(policy->witnesses[1].url, "https://w2.example/witness"));
    assert_int_equal(policy->witnesses[2].url.len, 0);
    assert_int_equal(policy->group_count, 2);
    assert_true(policy->needs_witness);
    assert_true(policy->quorum.is_group);
    assert_int_equal(policy->quorum.index, 1);
}

static void test_quorums(void **state)
{
    FIXTURE(f);
    static const struct {
        const char *rules;
        unsigned met; /* bit i: by the witnesses whose bits i has */
    } cases[] = {
        {"quorum none\n", 0xff},
        {"quorum X1\n", 0xaa},
        {"group g any X1 X2 Y\nquorum g\n", 0xfe},
        {"group g all X1 X2 Y\nquorum g\n", 0x80},
        {"group g 2 X1 X2 Y\nquorum g\n", 0xe8},
        {"group X 2 X1 X2\ngroup g all X Y\nquorum g\n", 0x80},
        {"group X any X1 X2\ngroup g all X Y\nquorum g\n", 0xe0},
        {"group X all X1 X2\ngroup g any X Y\nquorum g\n", 0xf8},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct policy *policy = policy_of(f, arena_print(f->ctx.arena, WITNESSES "%s", cases[i].rules).at);
        for (unsigned who = 0; who < 8; who++) {
            const bool cosigned[POLICY_MOST] = {who & 1, who & 2, who & 4};
            assert_int_equal(policy_is_met(policy, cosigned), cases[i].met >> who & 1);
        }
    }
}

static void test_notes(void **state)
{
    FIXTURE(f);
    struct arena *arena = f->ctx.arena;
    struct policy *policy = policy_of(f, "log " LOG_VKEY "\n" WITNESSES "group g 2 X1 X2 Y\nquorum g\n");
    struct note note;
    bool known, cosigned[POLICY_MOST];
    assert_true(note_parse(arena, S(WHOLE_NOTE), &note));
    assert_ptr_equal(policy_log_of(arena, policy, &note, S(ORIGIN), &known), &policy->logs[0]);
    assert_int_equal(policy_cosigned(arena, policy, &note, cosigned), 2);
    assert_true(cosigned[0] && cosigned[1] && !cosigned[2]);
    assert_true(policy_is_met(policy, cosigned));
    assert_true(note_parse(arena, S(NOTE_BODY "\n" W1_LINE W1_LINE), &note)); /* twice is once */
    assert_null(policy_log_of(arena, policy, &note, S(ORIGIN), &known));
    assert_true(known);
    assert_null(policy_log_of(arena, policy, &note, S("elsewhere"), &known));
    assert_false(known);
    assert_int_equal(policy_cosigned(arena, policy, &note, cosigned), 1);
    assert_false(policy_is_met(policy, cosigned));
}

/* What is written for whoever checks a proof is the policy that it came from, but for addresses. */
static void test_written(void **state)
{
    FIXTURE(f);
    static const char rest[] =
        "witness X1 " W1_VKEY "\nwitness X2 " W2_VKEY "\nwitness Y " W3_VKEY "\ngroup g 2 X1 X2 Y\nquorum g\n";
    const struct policy *policy = policy_of(f, "log " LOG_VKEY "\n" WITNESSES "group g 2 X1 X2 Y\nquorum g\n");
    struct buf text = buf_in(f->ctx.arena);
    policy_put_witnesses(&text, policy);
    assert_true(str_is(buf_str(&text), rest));
    text.len = 0;
    policy_put_witnesses(&text, NULL);
    assert_true(str_is(buf_str(&text), "quorum none\n"));
}

/* Each key that a ledger ever signed with is a log: more of them than there may be witnesses. */
static void test_many_logs(void **state)
{
    FIXTURE(f);
    struct policy *policy;
    struct buf text = buf_in(f->ctx.arena);
    for (int i = 0; i < 200; i++) {
        unsigned char bytes[NOTE_KEY] = {(unsigned char)i, 7};
        struct note_key key;
        note_key_make(&key, S(ORIGIN), NOTE_ED25519, bytes);
        buf_text(&text, "log ");
        note_key_put(&text, &key);
        buf_char(&text, '\n');
    }
    buf_text(&text, "quorum none\n");
    expect_ok(&f->ctx, policy_parse(&f->ctx, buf_str(&text), &policy));
    assert_int_equal(policy->log_count, 200);
    assert_int_equal(policy->logs[199].key.at[0], 199);
}

static void test_refusals(void **state)
{
    FIXTURE(f);
    static const struct {
        const char *text, *sentence;
    } cases[] = {
        {"", "no line \"quorum\""},
        {"log " LOG_VKEY "\n", "no line \"quorum\""},
        {"quorum none", "Line 1 of the policy: it is not ended"},
        {"quorum none\nquorum none\n", "Line 2"},
        {"quorum X1\n" WITNESSES, "Line 1 of the policy: the quorum names"},
        {"quorum a b\n", "a quorum is one name"},
        {"log " W1_VKEY "\nquorum none\n", "Line 1 of the policy: a log is named"},
        {"log nothing\nquorum none\n", "a log is named"},
        {"log " LOG_VKEY "\nlog " LOG_VKEY "\nquorum none\n", "Line 2 of the policy: this key"},
        {"log " LOG_VKEY " a b\nquorum none\n", "an address at most"},
        {"witness\nquorum none\n", "a name and a key"},
        {"witness a " LOG_VKEY "\nquorum none\n", "after the name of a witness"},
        {"witness none " W1_VKEY "\nquorum none\n", "a meaning of its own"},
        {WITNESSES "witness Z " W1_VKEY "\nquorum none\n", "Line 4 of the policy: this key"},
        {WITNESSES "group X1 any X2\nquorum none\n", "this name stands"},
        {WITNESSES "group g\nquorum g\n", "any, all or a number"},
        {WITNESSES "group g any\nquorum g\n", "a group has members"},
        {WITNESSES "group g 0 X1\nquorum g\n", "a number from 1"},
        {WITNESSES "group g 3 X1 X2\nquorum g\n", "a number from 1"},
        {WITNESSES "group g 01 X1 X2\nquorum g\n", "a number from 1"},
        {WITNESSES "group g any X1 none\nquorum g\n", "stands further up, as a witness"},
        {WITNESSES "group g any g\nquorum g\n", "stands further up, as a witness"},
        {WITNESSES "group g any X1 X1\nquorum g\n", "counts once only"},
        {WITNESSES "group g any X1\ngroup h any X1 X2\nquorum h\n", "counts once only"},
        {WITNESSES "groups g any X1\nquorum g\n", "it begins with none of"},
        {"quorum none\r\n", "control character"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct policy *policy;
        assert_int_equal(policy_parse(&f->ctx, str_of(cases[i].text), &policy), INVALID);
        expect_sentence(&f->ctx, cases[i].sentence);
        ctx_clear_error(&f->ctx);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_SQLITE(test_reading), ON_SQLITE(test_quorums),  ON_SQLITE(test_notes),
        ON_SQLITE(test_written), ON_SQLITE(test_refusals), ON_SQLITE(test_many_logs),
    };
    return cmocka_run_group_tests_name("ledger/policy", tests, NULL, NULL);
}
