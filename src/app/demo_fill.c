/* Dates count from the day of loading and records are named by keys, so that the files can be read and changed by
 * people. */
#include "app/demo_fill.h"

#include "base/clock.h"

static enum result fill_key(struct ctx *ctx, const struct map *references, struct str key, struct str *reference)
{
    const struct str *known = map_get(references, key);
    if (!known)
        return fail(ctx, NOT_FOUND, "The demonstration names @%.*s, but nothing was made under that key.", PRINT(key));
    *reference = *known;
    return OK;
}

/* "today" alone or with an offset in days; false for any other text. */
static bool fill_date(const struct ctx *ctx, struct str text, char out[DATE_TEXT])
{
    char today[DATE_TEXT];
    int64_t days = 0;
    if (!str_starts(text, S("today"))) return false;
    struct str offset = str_slice(text, 5, text.len);
    bool forward = str_starts(offset, S("+"));
    bool counts = parse_number(str_slice(offset, forward ? 1 : 0, offset.len), &days);
    if (offset.len && (!counts || (!forward && days >= 0))) return false;
    date_of_time(ctx->now, today);
    return date_add_days(str_of(today), days, out);
}

static enum result fill_string(struct ctx *ctx, const struct map *references, struct str text, struct buf *out)
{
    char date[DATE_TEXT];
    if (str_starts(text, S("@"))) TRY(fill_key(ctx, references, str_slice(text, 1, text.len), &text));
    json_string(out, fill_date(ctx, text, date) ? str_of(date) : text);
    return OK;
}

static enum result fill_children(struct ctx *ctx, const struct map *references, const struct json *value,
                                 struct buf *out)
{
    bool object = value->kind == JSON_OBJECT, first = true;
    buf_char(out, object ? '{' : '[');
    for (const struct json *child = value->first; child; child = child->next) {
        if (object && str_starts(child->key, S("@"))) continue;
        if (!first) buf_char(out, ',');
        first = false;
        if (object) {
            json_string(out, child->key);
            buf_char(out, ':');
        }
        TRY(demo_fill(ctx, references, child, out));
    }
    buf_char(out, object ? '}' : ']');
    return OK;
}

enum result demo_fill(struct ctx *ctx, const struct map *references, const struct json *value, struct buf *out)
{
    if (value->kind == JSON_STRING) return fill_string(ctx, references, value->text, out);
    if (value->kind == JSON_OBJECT || value->kind == JSON_ARRAY) return fill_children(ctx, references, value, out);
    json_write_value(out, value);
    return OK;
}

enum result demo_fill_path(struct ctx *ctx, const struct map *references, struct str path, struct str *out)
{
    struct buf filled = buf_in(ctx->arena);
    for (size_t from = 0, to; from < path.len; from = to) {
        for (to = from + 1; to < path.len && path.at[to] != '/' && path.at[to] != '=' && path.at[to] != '&';) to++;
        size_t key = from + (path.at[from] == '@' ? 0 : 1);
        struct str reference = S("");
        if (key >= to || path.at[key] != '@') {
            buf_add(&filled, str_slice(path, from, to));
            continue;
        }
        TRY(fill_key(ctx, references, str_slice(path, key + 1, to), &reference));
        buf_add(&filled, str_slice(path, from, key));
        buf_add(&filled, reference);
    }
    *out = buf_str(&filled);
    return OK;
}
