/* Two states of a Statement of Applicability, line by line. A state is a day, read from the ledger, or an approved
 * version, read from its signed snapshot; either way the lines are the JSON that the API shows, so that both can
 * be held against each other. */
#include "api/overview.h"

#include "records/house.h"
#include "records/records.h"

enum { LINES_MOST = 5000 };

/* What a line says; the rest identifies it or follows from its requirement. */
static const char *const compared[] = {"applicable", "reasons",        "good_practice", "justification",
                                       "controls",   "implementation", "owner"};

struct side {
    const struct json **lines; /* by id */
    size_t count;
};

static int64_t id_of(const struct json *line)
{
    return json_number(line, "id", 0);
}

static int by_id(const void *a, const void *b)
{
    int64_t left = id_of(*(const struct json *const *)a), right = id_of(*(const struct json *const *)b);
    return (left > right) - (left < right);
}

static void keep(struct ctx *ctx, struct side *side, const struct json *list)
{
    size_t count = list && list->kind == JSON_ARRAY ? list->count : 0;
    side->lines = arena_make_many(ctx->arena, const struct json *, count + 1);
    side->count = 0;
    for (const struct json *line = count ? list->first : NULL; line; line = line->next)
        side->lines[side->count++] = line;
    if (side->count) qsort(side->lines, side->count, sizeof *side->lines, by_id);
}

static enum result read_version(struct ctx *ctx, const struct reg *reg, int64_t id, int64_t soa, struct side *side)
{
    struct record *version;
    TRY(record_get(ctx, reg, id, &version));
    if (record_number_of(version, "soa") != soa)
        return fail(ctx, INVALID, "SOV-%lld is a version of another Statement of Applicability.", (long long)id);
    keep(ctx, side, json_get(overview_data(ctx, version, "snapshot"), "lines"));
    return OK;
}

static enum result read_day(struct ctx *ctx, int64_t instant, int64_t soa, struct side *side)
{
    struct record_list list;
    struct buf text = buf_in(ctx->arena);
    struct json *json;
    ctx->as_of = instant;
    enum result read =
        overview_list(ctx, "soa_line", arena_print(ctx->arena, "soa=%lld", (long long)soa), LINES_MOST, &list);
    ctx->as_of = 0;
    TRY(read);
    buf_char(&text, '[');
    for (size_t i = 0; i < list.count; i++) {
        if (i) buf_char(&text, ',');
        record_write_json(ctx, &text, list.at[i]);
    }
    buf_char(&text, ']');
    TRY(json_parse(ctx, buf_str(&text), &json));
    keep(ctx, side, json);
    return OK;
}

static enum result read_side(struct ctx *ctx, struct exchange *x, const char *name, int64_t soa, struct side *side)
{
    const struct reg *versions = house_register(ctx->house, S("soa_version")), *named;
    struct str text = S("");
    int64_t id, instant = 0;
    exchange_query(x, name, &text);
    if (!text.len) return fail(ctx, INVALID, "%s is missing: a day like 2026-11-21, or a version like SOV-1.", name);
    if (reference_parse(ctx->house, text, &named, &id) && named == versions)
        return read_version(ctx, versions, id, soa, side);
    TRY(instant_parse(ctx, name, text, &instant));
    return read_day(ctx, instant, soa, side);
}

/* ---- writing ---- */

static struct str text_of(struct ctx *ctx, const struct json *value)
{
    struct buf text = buf_in(ctx->arena);
    if (!value) return S("null");
    json_write_value(&text, value);
    return buf_str(&text);
}

static bool is_nothing(struct str text)
{
    return str_is(text, "null") || str_is(text, "[]");
}

static struct str changes(struct ctx *ctx, const struct json *before, const struct json *after)
{
    struct buf text = buf_in(ctx->arena);
    struct json_out out = json_out_to(&text);
    for (size_t i = 0; i < COUNT(compared); i++) {
        struct str was = text_of(ctx, json_get(before, compared[i])), is = text_of(ctx, json_get(after, compared[i]));
        if (str_eq(was, is) || (is_nothing(was) && is_nothing(is))) continue;
        json_open_object(&out);
        json_key(&out, "field"), json_put_text(&out, compared[i]);
        json_key(&out, "before"), json_put_raw(&out, was);
        json_key(&out, "after"), json_put_raw(&out, is);
        json_close_object(&out);
    }
    return buf_str(&text);
}

/* Either line may be NULL: it was not there. */
static void put_difference(struct ctx *ctx, struct json_out *out, const struct json *before, const struct json *after)
{
    const struct json *line = after ? after : before;
    struct str found = changes(ctx, before, after);
    if (!found.len) return;
    json_open_object(out);
    json_key(out, "line"), json_put_value(out, json_get(line, "reference"));
    json_key(out, "requirement"), json_put_value(out, json_get(line, "requirement"));
    json_key(out, "title"), json_put_value(out, json_get(line, "title"));
    json_key(out, "kind"), json_put_text(out, !before ? "added" : after ? "changed" : "removed");
    json_key(out, "changes"), json_put_raw(out, arena_print(ctx->arena, "[%.*s]", PRINT(found)));
    json_close_object(out);
}

/* Both sides are in order of their ids, which is the order of the reference list. */
static void put_differences(struct ctx *ctx, struct json_out *out, const struct side *from, const struct side *to)
{
    size_t i = 0, k = 0;
    while (i < from->count || k < to->count) {
        const struct json *before = i < from->count ? from->lines[i] : NULL,
                          *after = k < to->count ? to->lines[k] : NULL;
        int64_t gap = before && after ? id_of(before) - id_of(after) : before ? -1 : 1;
        put_difference(ctx, out, gap <= 0 ? before : NULL, gap >= 0 ? after : NULL);
        i += gap <= 0;
        k += gap >= 0;
    }
}

enum result compare_write(struct ctx *ctx, struct exchange *x)
{
    const struct reg *reg = house_register(ctx->house, S("soa"));
    struct record *soa;
    struct side from = {0}, to = {0};
    struct json_out out = json_out_to(&x->out);
    int64_t id;
    ctx->as_of = 0;
    TRY(path_id(ctx, x, reg, &id));
    TRY(record_get(ctx, reg, id, &soa));
    TRY(read_side(ctx, x, "from", id, &from));
    TRY(read_side(ctx, x, "to", id, &to));
    json_open_object(&out);
    json_key(&out, "items");
    json_open_array(&out);
    put_differences(ctx, &out, &from, &to);
    json_close_array(&out);
    json_close_object(&out);
    return OK;
}
