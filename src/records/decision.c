/* The bytes are the record and its parts as an answer writes them, so that anybody can hash what a person saw. */
#include "records/decision.h"

#include "access/names.h"
#include "base/clock.h"
#include "format/json_out.h"
#include "ledger/hash.h"
#include "ledger/ledger.h"
#include "records/differences.h"
#include "records/entered.h"
#include "records/records.h"
#include "records/rights.h"
#include "store/db.h"

/* ---- what is decided ---- */

struct content {
    struct record_list parts;
    struct str bytes, sha256;
};

static struct str sha256_of(struct ctx *ctx, struct str bytes)
{
    struct hash hash;
    struct buf hex = buf_in(ctx->arena);
    hash_of(hasher_in(ctx->arena), &bytes, 1, &hash);
    hash_hex(&hex, &hash);
    return buf_str(&hex);
}

static enum result read_content(struct ctx *ctx, const struct record *record, const struct transition *step,
                                struct content *content)
{
    struct buf out = buf_in(ctx->arena);
    TRY(record_parts(ctx, record, &content->parts));
    buf_print(&out, "{\"register\":\"%s\",\"id\":%lld,\"step\":\"%s\",\"record\":", record->reg->name,
              (long long)record_id(record), step->name);
    record_write_json(ctx, &out, record);
    buf_text(&out, ",\"parts\":[");
    for (size_t i = 0; i < content->parts.count; i++) {
        if (i) buf_char(&out, ',');
        record_write_json(ctx, &out, content->parts.at[i]);
    }
    buf_text(&out, "]}");
    content->bytes = buf_str(&out);
    content->sha256 = sha256_of(ctx, content->bytes);
    return OK;
}

enum result decision_demand(struct ctx *ctx, const struct record *record, const struct transition *step,
                            const struct json *body, struct str *note)
{
    struct content content;
    struct str shown = json_str(body, "content_sha256", S(""));
    TRY(record_demand_entered(ctx, record));
    TRY(read_content(ctx, record, step, &content));
    if (!shown.len) {
        fail_field(ctx, "content_sha256", "required",
                   "A decision is taken on what was shown: read GET .../decisions/%s first, and send its sha256.",
                   step->name);
        return OK; /* with what else is wrong of the request */
    }
    if (!str_eq_nocase(shown, content.sha256))
        return fail(ctx, CONFLICT,
                    "What is to be decided has changed since it was shown: look at it again before you decide.");
    *note = arena_print(ctx->arena, "Decided on the content with SHA-256 %.*s", PRINT(content.sha256));
    return OK;
}

/* ---- what came before ---- */

struct moment {
    int64_t at, actor, version; /* version 0: never */
};

struct past {
    struct str decided; /* an action */
    struct moment since, asked;
    struct str state; /* of the record when it was last decided */
    struct ctx *ctx;
};

static enum result take_entry(struct ctx *ctx, void *arg, const struct ledger_entry *entry)
{
    struct past *past = arg;
    const struct moment moment = {entry->at, entry->actor, entry->version};
    (void)ctx;
    if (str_eq(entry->action, past->decided)) {
        past->since = moment;
        past->state = arena_copy(past->ctx->arena, entry->state);
    }
    if (str_is(entry->action, "create") || str_starts(entry->action, S("transition:"))) past->asked = moment;
    return OK;
}

static enum result read_past(struct ctx *ctx, const struct record *record, const struct transition *step,
                             struct past *past)
{
    *past = (struct past){.ctx = ctx, .decided = arena_print(ctx->arena, "transition:%s", step->name)};
    return ledger_each_version(ctx, str_of(record->reg->name), record_id(record), record->row[C_VERSION].number,
                               take_entry, past);
}

static enum result write_moment(struct ctx *ctx, struct json_out *out, const char *key, const struct moment *moment,
                                struct names *names)
{
    char at[TIME_TEXT];
    struct str name;
    json_key(out, key);
    if (!moment->version) {
        json_put_null(out);
        return OK;
    }
    time_format(moment->at, at);
    TRY(name_of(ctx, names, moment->actor, &name));
    json_open_object(out);
    json_key(out, "at"), json_put_text(out, at);
    json_key(out, "version"), json_put_number(out, moment->version);
    json_key(out, "actor");
    json_open_object(out);
    json_key(out, "id"), json_put_number(out, moment->actor);
    json_key(out, "name"), json_put_str(out, name);
    json_close_object(out);
    json_close_object(out);
    return OK;
}

/* ---- what has changed since ---- */

static enum result parse_record(struct ctx *ctx, const struct record *record, struct json **parsed)
{
    struct buf text = buf_in(ctx->arena);
    record_write_json(ctx, &text, record);
    return json_parse_deep(ctx, buf_str(&text), JSON_DEEPEST, parsed);
}

/* As an answer writes it, like the present one: fields of the record's own kind compare as they are shown. Of a time
 * when it lay where the actor may not read nothing is told (record_may_see). */
static enum result parse_state(struct ctx *ctx, const struct record *record, struct str state, struct json **parsed,
                               bool *withheld)
{
    struct record *then;
    TRY(record_of_state(ctx, record->reg, record_id(record), state, &then));
    *withheld = !record_may(ctx, then, READ);
    return *withheld ? OK : parse_record(ctx, then, parsed);
}

static enum result read_part_then(struct ctx *ctx, const struct record *part, int64_t instant, struct json **before,
                                  bool *withheld)
{
    struct ledger_entry entry;
    *before = NULL;
    *withheld = false;
    enum result result = ledger_state_at(ctx, str_of(part->reg->name), record_id(part), instant, &entry);
    if (result == NOT_FOUND) ctx_clear_error(ctx);
    if (result == NOT_FOUND) return OK;
    TRY(record_told(ctx, part->reg, record_id(part), result));
    return parse_state(ctx, part, entry.state, before, withheld);
}

static enum result write_part(struct ctx *ctx, struct json_out *out, const struct record *part, int64_t instant,
                              bool *withheld)
{
    struct json *before, *after;
    bool hidden;
    TRY(read_part_then(ctx, part, instant, &before, &hidden));
    *withheld |= hidden;
    TRY(parse_record(ctx, part, &after));
    if (hidden || !differences_count(ctx, before, after)) return OK;
    json_open_object(out);
    json_key(out, "id"), json_put_number(out, record_id(part));
    json_key(out, "reference");
    json_put_str(out, arena_print(ctx->arena, "%s-%lld", part->reg->prefix, (long long)record_id(part)));
    json_key(out, "title"), json_put_str(out, record_title(part));
    differences_write(ctx, out, before, after);
    json_close_object(out);
    return OK;
}

static enum result write_changes(struct ctx *ctx, struct json_out *out, const struct record *record,
                                 const struct content *content, const struct past *past)
{
    struct json *before = NULL, *after = NULL;
    bool withheld = false;
    if (past->since.version) TRY(parse_state(ctx, record, past->state, &before, &withheld));
    if (before) TRY(parse_record(ctx, record, &after));
    differences_write(ctx, out, before, after);
    json_key(out, "parts");
    json_open_array(out);
    for (size_t i = 0; past->since.version && i < content->parts.count; i++)
        TRY(write_part(ctx, out, content->parts.at[i], past->since.at, &withheld));
    json_close_array(out);
    json_key(out, "withheld"), json_put_bool(out, withheld);
    return OK;
}

/* ---- the whole ---- */

/* Whether it is open to the actor, and why not. */
static enum result look_at_step(struct ctx *ctx, const struct record *record, const struct transition *transition,
                                struct step *step)
{
    struct step *steps;
    size_t count;
    *step = (struct step){.transition = transition};
    TRY(record_steps(ctx, record, &steps, &count));
    for (size_t i = 0; i < count; i++)
        if (steps[i].transition == transition) *step = steps[i];
    return OK;
}

enum result decision_write(struct ctx *ctx, const struct record *record, struct str name, struct buf *buf)
{
    struct json_out out = json_out_to(buf);
    struct names names = {0};
    struct content content;
    struct past past;
    struct step step = {NULL, false, S("")};
    const struct transition *transition = reg_transition(record->reg, name);
    if (!transition || !transition_is_decision(transition))
        return fail(ctx, NOT_FOUND, "The register %s has no decision \"%.*s\".", record->reg->name,
                    PRINT(str_slice(name, 0, 60)));
    if (ctx->as_of) return fail(ctx, INVALID, "A decision is always of today: leave out as_of.");
    TRY(look_at_step(ctx, record, transition, &step));
    TRY(record_demand_entered(ctx, record));
    TRY(read_content(ctx, record, transition, &content));
    TRY(read_past(ctx, record, transition, &past));
    json_open_object(&out);
    json_key(&out, "step"), json_put_text(&out, transition->name);
    json_key(&out, "open"), json_put_bool(&out, step.allowed);
    json_key(&out, "reason"), json_put_str(&out, step.reason);
    json_key(&out, "sha256"), json_put_str(&out, content.sha256);
    json_key(&out, "content"), json_put_raw(&out, content.bytes);
    TRY(write_moment(ctx, &out, "since", &past.since, &names));
    TRY(write_moment(ctx, &out, "asked", &past.asked, &names));
    TRY(write_changes(ctx, &out, record, &content, &past));
    json_close_object(&out);
    return OK;
}
