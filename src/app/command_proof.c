/* merlon proof: one entry's proof that was taken away (C2SP tlog-proof), checked with nothing but the keys that a
 * policy names. It opens no data directory and knows no ledger. */
#include "app/command.h"

#include "app/files.h"
#include "app/heads.h"
#include "app/proof_said.h"
#include "base/clock.h"
#include "format/json.h"
#include "format/json_out.h"
#include "ledger/canonical.h"

enum { PROOF_MOST = 256 * 1024, CONTENT_MOST = 64 * 1024 * 1024 };

struct proven {
    struct tlog_proof proof;
    const struct policy *policy;
    struct ledger_row entry;
    bool cosigned[POLICY_MOST];
    size_t cosigners;
    struct str comment, state; /* what --content brought and the entry vouches for; empty without it */
    bool has_content;
};

/* ---- the proof ---- */

static enum result read_proof(struct ctx *ctx, struct str path, struct tlog_proof *proof)
{
    struct str bytes;
    TRY(file_read(ctx, path, PROOF_MOST, &bytes));
    if (tlog_proof_parse(ctx->arena, bytes, proof)) return OK;
    return fail(ctx, CONFLICT,
                "%.*s is no proof, or damaged: it must be a file as GET /api/v1/ledger/tlog-proof/ENTRY answers it.",
                PRINT(path));
}

static bool take(const struct json **part, enum json_kind kind, struct str *text, int64_t *number)
{
    const struct json *here = *part;
    if (!here || here->kind != kind) return false;
    if (text) *text = here->text;
    if (number) *number = here->number;
    *part = here->next;
    return true;
}

/* Written again it must be the same bytes: so what is told is what the hash is of. */
static bool is_entry(struct ctx *ctx, struct str text, struct ledger_row *row)
{
    struct json *entry;
    struct str form, hex;
    struct buf again = buf_in(ctx->arena);
    if (json_parse(ctx, text, &entry) != OK || entry->kind != JSON_ARRAY) return false;
    const struct json *part = entry->first;
    bool whole = take(&part, JSON_STRING, &form, NULL) && take(&part, JSON_NUMBER, NULL, &row->id) &&
                 take(&part, JSON_NUMBER, NULL, &row->at) && take(&part, JSON_NUMBER, NULL, &row->actor) &&
                 take(&part, JSON_STRING, &row->action, NULL) && take(&part, JSON_STRING, &row->subject, NULL) &&
                 take(&part, JSON_NUMBER, NULL, &row->record) && take(&part, JSON_NUMBER, NULL, &row->version) &&
                 take(&part, JSON_NUMBER, NULL, &row->state_size) && take(&part, JSON_STRING, &hex, NULL);
    if (!whole || part || !proof_hex(ctx->arena, hex, &row->content)) return false;
    if (row->content.len && row->content.len != HASH_SIZE) return false;
    canonical_entry(&again, row);
    return str_eq(buf_str(&again), text);
}

static enum result read_entry(struct ctx *ctx, struct proven *proven)
{
    if (is_entry(ctx, proven->proof.extra, &proven->entry)) return OK;
    ctx_clear_error(ctx);
    return fail(ctx, CONFLICT, "The proof's extra data is no entry of a Merlon ledger, so there is nothing to tell.");
}

static enum result check_path(struct ctx *ctx, const struct tlog_proof *proof)
{
    struct hasher *hasher = hasher_in(ctx->arena);
    const struct checkpoint *head = &proof->checkpoint;
    struct hash leaf;
    merkle_leaf(hasher, proof->extra, &leaf);
    if (proof->index < head->size &&
        merkle_includes(hasher, &leaf, (uint64_t)proof->index, (uint64_t)head->size, &proof->path, &head->root))
        return OK;
    return fail(ctx, CONFLICT,
                "The entry does not stand under the head over %lld entries: entry, path or head was "
                "altered.",
                (long long)head->size);
}

static enum result check_signers(struct ctx *ctx, struct proven *proven)
{
    const struct tlog_proof *proof = &proven->proof;
    bool known;
    if (!policy_log_of(ctx->arena, proven->policy, &proof->note, proof->checkpoint.origin, &known))
        return fail(ctx, CONFLICT,
                    known ? "The head bears no signature by the key that the policy names for %.*s."
                          : "The head is of the log %.*s, which the policy does not name.",
                    PRINT(proof->checkpoint.origin));
    proven->cosigners = policy_cosigned(ctx->arena, proven->policy, &proof->note, proven->cosigned);
    if (policy_is_met(proven->policy, proven->cosigned)) return OK;
    return fail(ctx, CONFLICT,
                "Of the witnesses that the policy asks for too few have cosigned the head: %zu of %zu hold.",
                proven->cosigners, proven->policy->witness_count);
}

static bool take_text(const struct json *content, const char *name, struct str *text)
{
    const struct json *member = json_get(content, name);
    if (!member || member->kind != JSON_STRING) return false;
    *text = member->text;
    return true;
}

static bool is_null(const struct json *content, const char *name)
{
    const struct json *member = json_get(content, name);
    return member && member->kind == JSON_NULL;
}

/* An answer that has none: the entry never had any, or whoever keeps the log says that it was purged, which nothing
 * here proves. */
static enum result no_content(struct ctx *ctx, struct str path, const struct proven *proven)
{
    if (!proven->entry.content.len)
        return fail(ctx, CONFLICT, "This entry came without comment and state: there is nothing to hold %.*s against.",
                    PRINT(path));
    return fail(
        ctx, CONFLICT,
        "%.*s holds no content (salt, comment and state are null), though the entry came with one: whether it was "
        "purged or is missing this file does not prove, and what it was cannot be checked. Without --content "
        "the entry is.",
        PRINT(path));
}

/* The JSON that GET /api/v1/ledger/proof/ENTRY?content=1 answers: what it says of itself against the proof; salt,
 * comment and state against the entry's hash. */
static enum result check_content(struct ctx *ctx, struct str path, struct proven *proven)
{
    struct str bytes, hex, salt = S("");
    struct json *content;
    TRY(file_read(ctx, path, CONTENT_MOST, &bytes));
    bool whole = json_parse(ctx, bytes, &content) == OK && content->kind == JSON_OBJECT;
    ctx_clear_error(ctx);
    if (whole) TRY(proof_said(ctx, path, content, proven->policy, &proven->proof, proven->entry.id));
    if (whole && is_null(content, "salt") && is_null(content, "comment") && is_null(content, "state"))
        return no_content(ctx, path, proven);
    if (!whole || !take_text(content, "salt", &hex) || !take_text(content, "comment", &proven->comment) ||
        !take_text(content, "state", &proven->state) || hex.len != 2 * LEDGER_SALT ||
        !proof_hex(ctx->arena, hex, &salt))
        return fail(ctx, CONFLICT,
                    "%.*s holds no content, or is damaged: it must be what GET /api/v1/ledger/proof/ENTRY?content=1 "
                    "answers, with salt, comment and state.",
                    PRINT(path));
    proven->has_content =
        canonical_content_is(hasher_in(ctx->arena), &proven->entry, salt, proven->comment, proven->state);
    if (proven->has_content) return OK;
    return fail(ctx, CONFLICT, "The content in %.*s is not the content of this entry.", PRINT(path));
}

/* ---- what is told ---- */

static void put_entry(struct json_out *out, const struct ledger_row *row)
{
    const struct {
        const char *name;
        int64_t value;
    } numbers[] = {
        {"entry", row->id}, {"at", row->at}, {"actor", row->actor}, {"record", row->record}, {"version", row->version}};
    for (size_t i = 0; i < COUNT(numbers); i++) {
        json_key(out, numbers[i].name);
        json_put_number(out, numbers[i].value);
    }
    json_key(out, "action"), json_put_str(out, row->action);
    json_key(out, "subject"), json_put_str(out, row->subject);
}

static void print_json(struct program *program, const struct proven *proven, struct str wrong)
{
    struct buf text = buf_in(program->arena);
    struct json_out out = json_out_to(&text);
    json_open_object(&out);
    json_key(&out, "right"), json_put_bool(&out, !wrong.len);
    json_key(&out, "detail"), json_put_optional(&out, wrong);
    if (!wrong.len) {
        put_entry(&out, &proven->entry);
        json_key(&out, "origin"), json_put_str(&out, proven->proof.checkpoint.origin);
        json_key(&out, "position"), json_put_number(&out, proven->proof.index);
        json_key(&out, "head_size"), json_put_number(&out, proven->proof.checkpoint.size);
        json_key(&out, "cosigned"), json_put_number(&out, (int64_t)proven->cosigners);
        json_key(&out, "content"), json_put_bool(&out, proven->has_content);
    }
    json_close_object(&out);
    say_json(program->out, buf_str(&text));
}

static void print_witnesses(struct program *program, const struct proven *proven)
{
    const struct policy *policy = proven->policy;
    if (!proven->cosigners) {
        say(program->out, "No witness of the policy has cosigned it: the ledger alone vouches for it.\n");
        return;
    }
    say(program->out, "Cosigned by");
    for (size_t i = 0, told = 0; i < policy->witness_count; i++)
        if (proven->cosigned[i])
            say(program->out, "%s %.*s", told++ ? "," : "",
                PRINT(policy_witness_shown(program->arena, &policy->witnesses[i])));
    say(program->out, ".\n");
}

/* Words of whoever keeps the log, who may not be honest: where they begin and end is seen. */
static struct str quoted(struct program *program, struct str words)
{
    struct buf out = buf_in(program->arena);
    buf_char(&out, '"');
    for (size_t i = 0; i < words.len; i++) {
        if (words.at[i] == '"' || words.at[i] == '\\') buf_char(&out, '\\');
        buf_char(&out, words.at[i]);
    }
    buf_char(&out, '"');
    return buf_str(&out);
}

/* The comment is why it was decided: whoever is asked what was approved is asked that, too. */
static void print_content(struct program *program, const struct proven *proven)
{
    if (!proven->has_content) {
        say(program->out, "Its content was not looked at: --content FILE brings it.\n");
        return;
    }
    say(program->out, "Its content is what was given.\n");
    if (proven->comment.len)
        say(program->out, "The reason given: %.*s\n", PRINT(quoted(program, proven->comment)));
    else
        say(program->out, "No reason was given.\n");
    say(program->out, "The state:\n%.*s\n", PRINT(proven->state));
}

static void print_right(struct program *program, const struct proven *proven)
{
    const struct ledger_row *row = &proven->entry;
    char at[TIME_TEXT], by[32] = "the program";
    time_format(row->at, at);
    if (row->actor) snprintf(by, sizeof by, "user %lld", (long long)row->actor);
    say(program->out, "The proof holds. Entry %lld: %.*s of %.*s %lld, version %lld, by %s, %s.\n", (long long)row->id,
        PRINT(quoted(program, row->action)), PRINT(quoted(program, row->subject)), (long long)row->record,
        (long long)row->version, by, at);
    say(program->out, "It stands at position %lld under the head over %lld %s, signed by %.*s.\n",
        (long long)proven->proof.index, (long long)proven->proof.checkpoint.size,
        say_word(proven->proof.checkpoint.size, "entry", "entries"),
        PRINT(quoted(program, proven->proof.checkpoint.origin)));
    print_witnesses(program, proven);
    print_content(program, proven);
}

static enum result prove(struct ctx *ctx, struct str path, struct str content, struct proven *proven)
{
    TRY(read_proof(ctx, path, &proven->proof));
    TRY(check_signers(ctx, proven));
    TRY(check_path(ctx, &proven->proof));
    TRY(read_entry(ctx, proven));
    return content.len ? check_content(ctx, content, proven) : OK;
}

enum result command_proof(struct program *program)
{
    struct ctx *ctx = &program->ctx;
    struct str policy_path = S(""), content = S("");
    struct policy *policy;
    struct proven *proven = arena_make(program->arena, struct proven);
    bool json = program_flag(program, "json");
    program_option(program, "policy", &policy_path);
    program_option(program, "content", &content);
    TRY(program_no_more(program, 1));
    if (!program->rest_count || !policy_path.len)
        return fail(ctx, INVALID, "Say which proof, and whose keys count: merlon proof FILE --policy FILE.");
    TRY(heads_policy(program, policy_path, &policy));
    proven->policy = policy;
    enum result result = prove(ctx, program->rest[0], content, proven);
    if (json) print_json(program, proven, result == OK ? S("") : ctx->error.sentence);
    if (!json && result == OK) print_right(program, proven);
    return result;
}
