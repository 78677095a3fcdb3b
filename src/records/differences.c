#include "records/differences.h"

static const char *const uninteresting[] = {"id",         "reference",  "version",   "changed_at",
                                            "changed_by", "created_at", "created_by"};

static bool is_uninteresting(struct str name)
{
    for (size_t i = 0; i < COUNT(uninteresting); i++)
        if (str_is(name, uninteresting[i])) return true;
    return false;
}

static struct str text_of(struct ctx *ctx, const struct json *json)
{
    struct buf text = buf_in(ctx->arena);
    if (!json) return S("null");
    json_write_value(&text, json);
    return buf_str(&text);
}

static bool is_nothing(struct str text)
{
    return str_is(text, "null") || str_is(text, "[]") || str_is(text, "{}");
}

/* *was and *is: the member in both, as JSON. */
static bool differs(struct ctx *ctx, const struct json *before, const struct json *member, struct str *was,
                    struct str *is)
{
    if (is_uninteresting(member->key)) return false;
    *was = text_of(ctx, json_find(before, member->key));
    *is = text_of(ctx, member);
    return !str_eq(*was, *is) && !(is_nothing(*was) && is_nothing(*is));
}

void differences_write(struct ctx *ctx, struct json_out *out, const struct json *before, const struct json *after)
{
    json_key(out, "changes");
    json_open_array(out);
    for (const struct json *member = after ? after->first : NULL; member; member = member->next) {
        struct str was, is;
        if (!differs(ctx, before, member, &was, &is)) continue;
        json_open_object(out);
        json_key(out, "field"), json_put_str(out, member->key);
        json_key(out, "before"), json_put_raw(out, was);
        json_key(out, "after"), json_put_raw(out, is);
        json_close_object(out);
    }
    json_close_array(out);
}

size_t differences_count(struct ctx *ctx, const struct json *before, const struct json *after)
{
    size_t count = 0;
    struct str was, is;
    for (const struct json *member = after ? after->first : NULL; member; member = member->next)
        count += differs(ctx, before, member, &was, &is);
    return count;
}
