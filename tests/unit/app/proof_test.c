/* merlon proof against a log that is not honest: it signs whatever it likes, and brings whatever content it likes. */
#include "world.h"

#include "app/command.h"
#include "format/json_out.h"
#include "ledger/canonical.h"
#include "ledger/checkpoint.h"
#include "ledger/keys.h"

#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#define ORIGIN "merlon/0123456789abcdef"
#define COMMENT "{\"grants\":[\"administrator\"]}"
#define STATE "{\"name\":\"Mallory\"}"

struct desk {
    struct program program;
    char directory[32];
    char *printed;
    size_t len;
    unsigned char secret[crypto_sign_SECRETKEYBYTES];
    struct note_key key;
    char salt[LEDGER_SALT];
    struct ledger_row row; /* as it was entered */
};

static struct arena *of(struct desk *desk)
{
    return desk->program.arena;
}

static int begin(void **state)
{
    struct desk *desk = calloc(1, sizeof *desk);
    unsigned char public[NOTE_KEY];
    static struct hash hash;
    desk->program = (struct program){.arena = arena_new(0), .err = stderr};
    desk->program.ctx.arena = of(desk);
    desk->program.out = open_memstream(&desk->printed, &desk->len);
    snprintf(desk->directory, sizeof desk->directory, "/tmp/merlon-proof-XXXXXX");
    assert_non_null(mkdtemp(desk->directory));
    crypto_sign_keypair(public, desk->secret);
    note_key_make(&desk->key, S(ORIGIN), NOTE_ED25519, public);
    memcpy(desk->salt, "fifteen bytes +", LEDGER_SALT); /* and a NUL */
    canonical_content(hasher_in(of(desk)), (struct str){desk->salt, LEDGER_SALT}, S(COMMENT), S(STATE), &hash);
    desk->row = (struct ledger_row){.id = 7, .at = GIVEN_NOW, .actor = 2, .record = 5, .version = 3};
    desk->row.action = S("change"), desk->row.subject = S("user");
    desk->row.state_size = (int64_t)strlen(STATE);
    desk->row.content = arena_copy(of(desk), hash_bytes(&hash));
    *state = desk;
    return 0;
}

static int end(void **state)
{
    struct desk *desk = *state;
    static const char *const names[] = {"proof", "policy", "content"};
    for (size_t i = 0; i < COUNT(names); i++) unlink(arena_print(of(desk), "%s/%s", desk->directory, names[i]).at);
    rmdir(desk->directory);
    fclose(desk->program.out);
    free(desk->printed);
    arena_free(of(desk));
    free(desk);
    return 0;
}

static struct str put(struct desk *desk, const char *name, struct str bytes)
{
    struct str path = arena_print(of(desk), "%s/%s", desk->directory, name);
    FILE *file = fopen(path.at, "we");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes.at, 1, bytes.len, file), bytes.len);
    assert_int_equal(fclose(file), 0);
    return path;
}

/* A tree of this entry alone, whose head is signed. */
static struct str proof_of(struct desk *desk, struct str entry)
{
    static const struct merkle_proof no_path = {.count = 0};
    struct ledger_head head = {.origin = ORIGIN, .size = 1, .at = GIVEN_NOW};
    struct buf text = buf_in(of(desk)), proof = buf_in(of(desk));
    unsigned char signature[NOTE_SIGNATURE];
    merkle_leaf(hasher_in(of(desk)), entry, &head.root);
    canonical_head(&text, &head);
    crypto_sign_detached(signature, NULL, (const unsigned char *)text.at, text.len, desk->secret);
    buf_char(&text, '\n');
    note_put_signature(&text, &desk->key, (struct str){(const char *)signature, sizeof signature});
    tlog_proof_put(&proof, entry, 0, &no_path, buf_str(&text));
    return buf_str(&proof);
}

static struct str entry_of(struct desk *desk, const struct ledger_row *row)
{
    struct buf entry = buf_in(of(desk));
    canonical_entry(&entry, row);
    return buf_str(&entry);
}

/* content: "" for none. What it printed stays in desk->printed. */
static enum result prove(struct desk *desk, struct str proof, struct str content)
{
    struct program *program = &desk->program;
    struct buf policy = buf_in(of(desk));
    buf_text(&policy, "log "), note_key_put(&policy, &desk->key), buf_text(&policy, "\nquorum none\n");
    ctx_clear_error(&program->ctx);
    program->rest_count = 0;
    program->rest[program->rest_count++] = put(desk, "proof", proof);
    program->rest[program->rest_count++] = S("--policy");
    program->rest[program->rest_count++] = put(desk, "policy", buf_str(&policy));
    if (content.len) {
        program->rest[program->rest_count++] = S("--content");
        program->rest[program->rest_count++] = put(desk, "content", content);
    }
    rewind(program->out);
    enum result result = command_proof(program);
    fputc('\0', program->out);
    fflush(program->out);
    return result;
}

static struct str json_of(struct desk *desk, struct str salt, struct str comment, struct str state)
{
    struct buf text = buf_in(of(desk)), hex = buf_in(of(desk));
    struct json_out out = json_out_to(&text);
    buf_hex(&hex, salt.at, salt.len);
    json_open_object(&out);
    json_key(&out, "salt"), json_put_str(&out, buf_str(&hex));
    json_key(&out, "comment"), json_put_str(&out, comment);
    json_key(&out, "state"), json_put_str(&out, state);
    json_close_object(&out);
    return buf_str(&text);
}

/* As the program answers it: a head over two entries, of which this one is the first. */
static struct str whole_of(struct desk *desk)
{
    struct str salt = {desk->salt, LEDGER_SALT}, entry = entry_of(desk, &desk->row);
    struct ledger_head head = {.origin = ORIGIN, .size = 2, .previous = 1, .at = GIVEN_NOW};
    struct ledger_public public;
    struct hash leaf, first;
    struct buf signed_text = buf_in(of(desk)), text = buf_in(of(desk)), hex = buf_in(of(desk)), up = buf_in(of(desk)),
               root = buf_in(of(desk)), signature = buf_in(of(desk));
    merkle_leaf(hasher_in(of(desk)), S("another entry"), &first);
    merkle_leaf(hasher_in(of(desk)), entry, &leaf);
    merkle_node(hasher_in(of(desk)), &leaf, &first, &head.root);
    memcpy(public.at, desk->key.at, sizeof public.at);
    ledger_public_name(&public);
    memcpy(head.key_id, public.id, sizeof head.key_id);
    canonical_head(&signed_text, &head);
    crypto_sign_detached(head.signature, NULL, (const unsigned char *)signed_text.at, signed_text.len, desk->secret);
    hash_hex(&hex, &leaf), hash_hex(&up, &first), hash_hex(&root, &head.root);
    base64_put(&signature, head.signature, sizeof head.signature);
    struct json_out out = json_out_to(&text);
    json_open_object(&out);
    json_key(&out, "entry"), json_put_number(&out, desk->row.id);
    json_key(&out, "canonical"), json_put_str(&out, entry);
    json_key(&out, "position"), json_put_number(&out, 0);
    json_key(&out, "leaf"), json_put_str(&out, buf_str(&hex));
    buf_print(&text, ",\"path\":[\"%.*s\"],\"head\":{\"origin\":\"%s\",\"size\":2,\"previous\":1,\"root\":\"%.*s\"",
              PRINT(buf_str(&up)), ORIGIN, PRINT(buf_str(&root)));
    buf_print(&text, ",\"at\":%lld,\"key_id\":\"%s\",\"signature\":\"%.*s\"},", (long long)head.at, head.key_id,
              PRINT(buf_str(&signature)));
    struct str content = json_of(desk, salt, S(COMMENT), S(STATE));
    buf_add(&text, str_slice(content, 1, content.len));
    return buf_str(&text);
}

static struct str with(struct desk *desk, struct str text, const char *from, const char *to)
{
    size_t at;
    struct buf changed = buf_in(of(desk));
    assert_true(str_find(text, str_of(from), &at));
    buf_add(&changed, str_slice(text, 0, at));
    buf_text(&changed, to);
    buf_add(&changed, str_slice(text, at + strlen(from), text.len));
    return buf_str(&changed);
}

static void says(const struct desk *desk, const char *part)
{
    const struct str sentence = desk->program.ctx.error.sentence;
    if (!str_find(sentence, str_of(part), NULL)) print_error("This does not say it: %.*s\n", PRINT(sentence));
    assert_true(str_find(sentence, str_of(part), &(size_t){0}));
}

static void what_was_entered_is_told(void **state)
{
    struct desk *desk = *state;
    struct str salt = {desk->salt, LEDGER_SALT}, proof = proof_of(desk, entry_of(desk, &desk->row));
    assert_int_equal(prove(desk, proof, json_of(desk, salt, S(COMMENT), S(STATE))), OK);
    assert_non_null(strstr(desk->printed, "Entry 7: \"change\" of \"user\" 5, version 3"));
    assert_non_null(strstr(desk->printed, "signed by \"" ORIGIN "\""));
    assert_non_null(strstr(
        desk->printed, "\nThe reason given: \"{\\\"grants\\\":[\\\"administrator\\\"]}\"\nThe state:\n" STATE "\n"));
}

static struct str proof_with_comment(struct desk *desk, struct str comment)
{
    struct ledger_row row = desk->row;
    struct hash hash;
    canonical_content(hasher_in(of(desk)), (struct str){desk->salt, LEDGER_SALT}, comment, S(STATE), &hash);
    row.content = arena_copy(of(desk), hash_bytes(&hash));
    return proof_of(desk, entry_of(desk, &row));
}

/* A reason is a text of whoever decided: it must not look like what the program says. */
static void the_reason_is_told_in_quotes(void **state)
{
    struct desk *desk = *state;
    struct str salt = {desk->salt, LEDGER_SALT}, reason = S("\"\nThe state:\n{}");
    assert_int_equal(prove(desk, proof_with_comment(desk, reason), json_of(desk, salt, reason, S(STATE))), OK);
    assert_non_null(
        strstr(desk->printed, "\nThe reason given: \"\\\"\\x0aThe state:\\x0a{}\"\nThe state:\n" STATE "\n"));
    assert_int_equal(prove(desk, proof_with_comment(desk, S("")), json_of(desk, salt, S(""), S(STATE))), OK);
    assert_non_null(strstr(desk->printed, "\nNo reason was given.\nThe state:\n" STATE "\n"));
}

static void what_a_file_says_of_itself_is_looked_at(void **state)
{
    struct desk *desk = *state;
    struct str proof = proof_of(desk, entry_of(desk, &desk->row)), whole = whole_of(desk);
    static const struct {
        const char *from, *to, *why;
    } changes[] = {
        {"\"entry\":7", "\"entry\":8", "says that it is of another entry"},
        {"\"entry\":7", "\"entry\":\"7\"", "says that it is of another entry"},
        {"-1\\\",7,", "-1\\\",8,", "(\"canonical\") is not the entry of the proof"},
        {"\"position\":0", "\"position\":1", "stands elsewhere (\"position\")"},
        {"\"leaf\":\"", "\"leaf\":\"00", "(\"leaf\") is not that of the entry"},
        {"\"path\":[", "\"path\":[],\"was\":[", "(\"path\") does not lead"},
        {"\"path\":[", "\"path\":[7,", "(\"path\") does not lead"},
        {"\"path\":", "\"was\":", "(\"path\") does not lead"},
        {"\"head\":", "\"was\":", "holds no head"},
        {"\"origin\":\"merlon/0", "\"origin\":\"merlon/1", "(\"head\") is not signed by a key"},
        {"\"size\":2", "\"size\":3", "(\"head\") is not signed by a key"},
        {"\"previous\":1", "\"previous\":0", "(\"head\") is not signed by a key"},
        {"\"key_id\":\"", "\"key_id\":\"0", "holds no head"},
        {"\"signature\":\"", "\"signature\":\"A", "holds no head"},
        {"\"root\":\"", "\"root\":\"0", "holds no head"},
        {"\"entry\":7", "\"entry\":7,\"approved\":\"Mallory\"", "no proof vouches for (\"approved\")"},
        {"\"size\":2", "\"size\":2,\"by\":\"Mallory\"", "no proof vouches for (\"by\")"},
    };
    assert_int_equal(prove(desk, proof, whole), OK);
    for (size_t i = 0; i < COUNT(changes); i++) {
        assert_int_equal(prove(desk, proof, with(desk, whole, changes[i].from, changes[i].to)), CONFLICT);
        says(desk, changes[i].why);
        assert_null(strstr(desk->printed, "Mallory"));
    }
}

/* Each has the hash of what was entered. */
static void content_that_is_cut_elsewhere_is_another(void **state)
{
    struct desk *desk = *state;
    struct str salt = {desk->salt, LEDGER_SALT}, proof = proof_of(desk, entry_of(desk, &desk->row));
    struct buf longer = buf_in(of(desk));
    buf_add(&longer, salt), buf_char(&longer, COMMENT[0]);
    const struct str contents[] = {
        json_of(desk, str_slice(salt, 0, 15), S(""), S(COMMENT "\0" STATE)),
        json_of(desk, buf_str(&longer), str_slice(S(COMMENT), 1, SIZE_MAX), S(STATE)),
        json_of(desk, salt, S("{"), S(STATE)),
    };
    for (size_t i = 0; i < COUNT(contents); i++) {
        assert_int_equal(prove(desk, proof, contents[i]), CONFLICT);
        assert_null(strstr(desk->printed, "Mallory"));
    }
    says(desk, "is not the content of this entry");
}

/* The log itself signs an entry over a comment with a NUL, or over a size that is not the state's. */
static void a_log_cannot_mean_two_things_by_one_entry(void **state)
{
    struct desk *desk = *state;
    struct str salt = {desk->salt, LEDGER_SALT};
    struct ledger_row row = desk->row;
    row.state_size = (int64_t)strlen(COMMENT) + 1 + (int64_t)strlen(STATE);
    struct str proof = proof_of(desk, entry_of(desk, &row));
    assert_int_equal(prove(desk, proof, json_of(desk, salt, S(COMMENT), S(STATE))), CONFLICT);
    struct hash hash;
    canonical_content(hasher_in(of(desk)), salt, S("a\0b"), S(STATE), &hash);
    row.state_size = (int64_t)strlen(STATE), row.content = hash_bytes(&hash);
    proof = proof_of(desk, entry_of(desk, &row));
    assert_int_equal(prove(desk, proof, json_of(desk, salt, S("a\0b"), S(STATE))), CONFLICT);
    row.state_size += 2;
    proof = proof_of(desk, entry_of(desk, &row));
    assert_int_equal(prove(desk, proof, json_of(desk, salt, S("a"), S("b\0" STATE))), CONFLICT);
    says(desk, "is not the content of this entry");
}

static void content_without_its_form_is_damaged(void **state)
{
    struct desk *desk = *state;
    struct str proof = proof_of(desk, entry_of(desk, &desk->row));
    struct str whole = json_of(desk, (struct str){desk->salt, LEDGER_SALT}, S(COMMENT), S(STATE));
    static const char *const contents[] = {
        "[]",
        "{",
        "{}",
        "{\"salt\":\"00\",\"comment\":\"\",\"state\":\"\"}",
        "{\"salt\":\"66696674656556206279746573202B00\",\"comment\":\"\",\"state\":\"\"}",
        "{\"salt\":\"6669667465656e206279746573202b00\",\"comment\":\"\"}",
        "{\"salt\":\"6669667465656e206279746573202b00\",\"comment\":\"\",\"state\":{}}",
        "{\"salt\":\"6669667465656e206279746573202b00\",\"comment\":null,\"state\":\"\"}",
    };
    for (size_t i = 0; i < COUNT(contents); i++) {
        assert_int_equal(prove(desk, proof, str_of(contents[i])), CONFLICT);
        says(desk, "holds no content, or is damaged");
    }
    assert_int_equal(prove(desk, proof, str_slice(whole, 0, whole.len - 1)), CONFLICT);
    assert_int_equal(prove(desk, proof, S("{\"salt\":null,\"comment\":null,\"state\":null}")), CONFLICT);
    says(desk, "whether it was purged or is missing this file does not prove");
    struct ledger_row bare = desk->row;
    bare.state_size = 0, bare.content = S("");
    proof = proof_of(desk, entry_of(desk, &bare));
    assert_int_equal(prove(desk, proof, S("{\"salt\":null,\"comment\":null,\"state\":null}")), CONFLICT);
    says(desk, "came without comment and state");
}

static void a_damaged_proof_is_no_wrong_use(void **state)
{
    struct desk *desk = *state;
    assert_int_equal(prove(desk, S("c2sp.org/tlog-proof@v1\n"), S("")), CONFLICT);
    says(desk, "is no proof, or damaged");
    assert_int_equal(prove(desk, proof_of(desk, S("[\"an entry\"]")), S("")), CONFLICT);
    says(desk, "no entry of a Merlon ledger");
    struct ledger_row row = desk->row;
    row.content = S("\x01\x02");
    assert_int_equal(prove(desk, proof_of(desk, entry_of(desk, &row)), S("")), CONFLICT);
    says(desk, "no entry of a Merlon ledger");
    struct str proof = proof_of(desk, entry_of(desk, &desk->row));
    desk->program.ctx.error = (struct error){0};
    assert_int_equal(prove(desk, proof, S("")), OK);
    desk->program.rest[0] = arena_print(of(desk), "%s/none", desk->directory);
    desk->program.rest[1] = S("--policy");
    desk->program.rest[2] = arena_print(of(desk), "%s/policy", desk->directory);
    desk->program.rest_count = 3;
    assert_int_equal(command_proof(&desk->program), INVALID);
}

static void words_of_the_log_stay_words(void **state)
{
    struct desk *desk = *state;
    struct ledger_row row = desk->row;
    row.action = S("create\" of \"risk\" 5.\nCosigned by w0 (key 00).\n\x1b[8m");
    row.subject = S("a\\\xE2\x80\xAE");
    assert_int_equal(prove(desk, proof_of(desk, entry_of(desk, &row)), S("")), OK);
    assert_non_null(strstr(desk->printed,
                           "Entry 7: \"create\\\" of \\\"risk\\\" 5.\\x0aCosigned by w0 (key 00).\\x0a\\x1b[8m\" of "
                           "\"a\\\\\\u202e\" 5, version 3"));
    struct hash hash;
    struct str salt = {desk->salt, LEDGER_SALT}, hostile = S("x\nThe proof holds.\x1b[2J");
    canonical_content(hasher_in(of(desk)), salt, S(""), hostile, &hash);
    row.content = hash_bytes(&hash), row.state_size = (int64_t)hostile.len;
    assert_int_equal(prove(desk, proof_of(desk, entry_of(desk, &row)), json_of(desk, salt, S(""), hostile)), OK);
    assert_non_null(strstr(desk->printed, "\nx\\x0aThe proof holds.\\x1b[2J\n"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_was_entered_is_told, begin, end),
        cmocka_unit_test_setup_teardown(the_reason_is_told_in_quotes, begin, end),
        cmocka_unit_test_setup_teardown(what_a_file_says_of_itself_is_looked_at, begin, end),
        cmocka_unit_test_setup_teardown(content_that_is_cut_elsewhere_is_another, begin, end),
        cmocka_unit_test_setup_teardown(a_log_cannot_mean_two_things_by_one_entry, begin, end),
        cmocka_unit_test_setup_teardown(content_without_its_form_is_damaged, begin, end),
        cmocka_unit_test_setup_teardown(a_damaged_proof_is_no_wrong_use, begin, end),
        cmocka_unit_test_setup_teardown(words_of_the_log_stay_words, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
