/* Reading values. One reader a kind, in a table; every sentence says what was expected. */
#include "schema/parse.h"

#include "base/clock.h"
#include "format/json_out.h"

enum { LONGEST_LIST = 1000, LONGEST_DATA = 256 * 1024, LONGEST_TAG = 60 };

struct reading {
    struct ctx *ctx;
    const struct field *field;
    const char *name;
};

/* What was given, as it was written; of what is large or empty only what it is. */
static struct str given(const struct reading *r, const struct json *json)
{
    struct str text = str_shorten(json->text, LONGEST_TAG);
    bool is_number = json->kind == JSON_NUMBER || json->kind == JSON_DECIMAL;
    if (is_number && text.len) return text;
    if (json->kind == JSON_STRING && text.len) return arena_print(r->ctx->arena, "\"%.*s\"", PRINT(text));
    if (json->kind == JSON_BOOL) return json->boolean ? S("true") : S("false");
    return str_of(json_kind_name(json->kind));
}

static bool wrong_type(const struct reading *r, const struct json *json, const char *wanted)
{
    fail_field(r->ctx, r->name, "type", "%s must be %s, not %.*s.", r->name, wanted, PRINT(given(r, json)));
    return false;
}

static bool has_control_characters(struct str s, bool allow_breaks)
{
    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.at[i];
        if (c >= 0x20 && c != 0x7F) continue;
        if (allow_breaks && (c == '\n' || c == '\r' || c == '\t')) continue;
        return true;
    }
    return false;
}

static bool fits(const struct reading *r, struct str text, size_t longest, bool allow_breaks)
{
    if (has_control_characters(text, allow_breaks)) {
        fail_field(r->ctx, r->name, "control_character",
                   allow_breaks ? "%s holds a control character; remove it."
                                : "%s holds a control character or a line break; remove it.",
                   r->name);
        return false;
    }
    size_t length = str_utf8_length(text);
    if (length <= longest) return true;
    fail_field(r->ctx, r->name, "too_long", "%s has %zu characters; at most %zu are allowed.", r->name, length,
               longest);
    return false;
}

static bool text_fits(const struct reading *r, struct str text)
{
    int64_t min, longest;
    (void)field_bounds(r->field, &min, &longest);
    return fits(r, text, (size_t)longest, r->field->kind == PROSE);
}

static bool read_text(const struct reading *r, const struct json *json, struct value *out)
{
    if (json->kind != JSON_STRING) return wrong_type(r, json, SENTENCE("text"));
    struct str text = r->field->kind == PROSE ? json->text : str_trim(json->text);
    if (!text_fits(r, text)) return false;
    *out = value_optional(text);
    return true;
}

static bool number_fits(const struct reading *r, int64_t number)
{
    int64_t min, max;
    if (!field_bounds(r->field, &min, &max) || (number >= min && number <= max)) return true;
    fail_field(r->ctx, r->name, "out_of_range", "%s must be between %lld and %lld.", r->name, (long long)min,
               (long long)max);
    return false;
}

/* Beyond 64 bits a whole number is none that can be kept: what counts is between which it must lie. */
static bool is_beyond(const struct json *json)
{
    return json->kind == JSON_DECIMAL &&
           (json->decimal >= 9223372036854775808.0 || json->decimal < -9223372036854775808.0);
}

static bool refuse_beyond(const struct reading *r)
{
    int64_t min = INT64_MIN, max = INT64_MAX;
    (void)field_bounds(r->field, &min, &max);
    fail_field(r->ctx, r->name, "out_of_range", "%s must be between %lld and %lld.", r->name, (long long)min,
               (long long)max);
    return false;
}

static bool read_number(const struct reading *r, const struct json *json, struct value *out)
{
    if (is_beyond(json)) return refuse_beyond(r);
    if (json->kind != JSON_NUMBER) return wrong_type(r, json, SENTENCE("a whole number"));
    if (!number_fits(r, json->number)) return false;
    *out = value_number(json->number);
    return true;
}

static bool read_decimal(const struct reading *r, const struct json *json, struct value *out)
{
    if (json->kind == JSON_NUMBER)
        *out = value_decimal((double)json->number);
    else if (json->kind == JSON_DECIMAL)
        *out = value_decimal(json->decimal);
    else
        return wrong_type(r, json, SENTENCE("a number"));
    return true;
}

static bool read_boolean(const struct reading *r, const struct json *json, struct value *out)
{
    if (json->kind != JSON_BOOL) return wrong_type(r, json, SENTENCE("true or false"));
    *out = value_number(json->boolean);
    return true;
}

static bool date_fits(const struct reading *r, struct str text)
{
    if (date_is_valid(text)) return true;
    fail_field(r->ctx, r->name, "date", "%s must be a date like \"2026-11-21\".", r->name);
    return false;
}

static bool read_date(const struct reading *r, const struct json *json, struct value *out)
{
    if (!date_fits(r, json->kind == JSON_STRING ? json->text : S(""))) return false;
    *out = value_text(json->text);
    return true;
}

static bool read_time(const struct reading *r, const struct json *json, struct value *out)
{
    int64_t ms;
    if (json->kind != JSON_STRING || !time_parse(json->text, &ms)) {
        fail_field(r->ctx, r->name, "time", "%s must be an instant like \"2026-11-21T18:21:00Z\".", r->name);
        return false;
    }
    *out = value_number(ms);
    return true;
}

static bool is_choice(const struct field *field, struct str text)
{
    for (const char *const *choice = field->choices; *choice; choice++)
        if (str_is(text, *choice)) return true;
    return false;
}

static bool wrong_choice(const struct reading *r, struct str given)
{
    struct buf list = buf_in(r->ctx->arena);
    for (const char *const *choice = r->field->choices; *choice; choice++) {
        if (list.len) buf_text(&list, ", ");
        buf_text(&list, *choice);
    }
    given = str_slice(given, 0, 60);
    fail_field(r->ctx, r->name, "choice", "%s must be one of %.*s, not \"%.*s\".", r->name, PRINT(buf_str(&list)),
               PRINT(given));
    return false;
}

static bool read_choice(const struct reading *r, const struct json *json, struct value *out)
{
    if (json->kind != JSON_STRING) return wrong_type(r, json, SENTENCE("text"));
    if (!is_choice(r->field, json->text)) return wrong_choice(r, json->text);
    *out = value_text(json->text);
    return true;
}

static bool list_fits(const struct reading *r, const struct json *json)
{
    if (json->kind != JSON_ARRAY) return wrong_type(r, json, SENTENCE("a list"));
    if (json->count <= LONGEST_LIST) return true;
    fail_field(r->ctx, r->name, "too_many", "%s has %zu entries; at most %d are allowed.", r->name, json->count,
               LONGEST_LIST);
    return false;
}

static bool entry_is_repeated(const struct json *list, const struct json *entry)
{
    for (const struct json *before = list->first; before != entry; before = before->next)
        if (str_eq(before->text, entry->text)) return true;
    return false;
}

static bool read_texts(const struct reading *r, const struct json *json, struct value *out)
{
    if (!list_fits(r, json)) return false;
    struct buf text = buf_in(r->ctx->arena);
    buf_char(&text, '[');
    for (const struct json *entry = json->first; entry; entry = entry->next) {
        if (entry->kind != JSON_STRING) return wrong_type(r, entry, SENTENCE("a list of texts"));
        if (r->field->kind == CHOICES && !is_choice(r->field, entry->text)) return wrong_choice(r, entry->text);
        if (r->field->kind == TAGS && !fits(r, entry->text, LONGEST_TAG, false)) return false;
        if (entry_is_repeated(json, entry)) continue;
        if (text.len > 1) buf_char(&text, ',');
        json_string(&text, entry->text);
    }
    buf_char(&text, ']');
    *out = value_text(buf_str(&text));
    return true;
}

static bool read_ratings(const struct reading *r, const struct json *json, struct value *out)
{
    if (json->kind != JSON_OBJECT) return wrong_type(r, json, SENTENCE("an object of criterion and step"));
    for (const struct json *entry = json->first; entry; entry = entry->next) {
        if (entry->kind == JSON_NUMBER && entry->number >= 1 && entry->number <= 10) continue;
        fail_field(r->ctx, r->name, "out_of_range", "%s: the step for \"%.*s\" must be a number from 1 to 10.", r->name,
                   PRINT(entry->key));
        return false;
    }
    struct buf text = buf_in(r->ctx->arena);
    json_write_value(&text, json);
    *out = value_text(buf_str(&text));
    return true;
}

static bool data_fits(const struct reading *r, struct str text)
{
    if (text.len <= LONGEST_DATA) return true;
    fail_field(r->ctx, r->name, "too_long", "%s has %zu bytes; at most %d are allowed.", r->name, text.len,
               LONGEST_DATA);
    return false;
}

static bool read_data(const struct reading *r, const struct json *json, struct value *out)
{
    struct buf text = buf_in(r->ctx->arena);
    json_write_value(&text, json);
    if (!data_fits(r, buf_str(&text))) return false;
    *out = value_text(buf_str(&text));
    return true;
}

typedef bool reader(const struct reading *r, const struct json *json, struct value *out);

static reader *const readers[KINDS] = {
    [TEXT] = read_text,       [PROSE] = read_text,   [NUMBER] = read_number, [DECIMAL] = read_decimal,
    [BOOLEAN] = read_boolean, [DATE] = read_date,    [TIME] = read_time,     [CHOICE] = read_choice,
    [CHOICES] = read_texts,   [SCALE] = read_number, [TAGS] = read_texts,    [RATINGS] = read_ratings,
    [DATA] = read_data,
};

bool field_parse(struct ctx *ctx, const struct field *field, const char *name, const struct json *json,
                 struct value *out)
{
    struct reading r = {ctx, field, name};
    if (json->kind == JSON_NULL) {
        *out = field_empty(field);
        return true;
    }
    return readers[field->kind](&r, json, out);
}

bool field_check(struct ctx *ctx, const struct field *field, const char *name, struct value value)
{
    struct reading r = {ctx, field, name};
    if (value.type == IS_NULL) return true;
    if (value.type == IS_TEXT && !str_is_utf8(value.text)) {
        fail_field(ctx, name, "encoding", "%s is not UTF-8 text.", name);
        return false;
    }
    switch (field->kind) {
    case TEXT:
    case PROSE: return text_fits(&r, value.text);
    case NUMBER:
    case SCALE: return number_fits(&r, value.number);
    case DATE: return date_fits(&r, value.text);
    case CHOICE: return is_choice(field, value.text) || wrong_choice(&r, value.text);
    case DATA: return data_fits(&r, value.text);
    default: return true;
    }
}

static bool read_link(const struct reading *r, const struct json *json, struct link_text *link)
{
    *link = (struct link_text){0};
    if (json->kind == JSON_STRING && json->text.len) {
        link->reference = json->text;
        return true;
    }
    bool by_id = r->field->kind == LINK || r->field->kind == LINKS;
    if (by_id && json->kind == JSON_NUMBER && json->number > 0) {
        link->id = json->number;
        return true;
    }
    fail_field(r->ctx, r->name, "link",
               by_id ? "%s must name a record by its id or reference."
                     : "%s must name a record by its reference, like \"RSK-12\".",
               r->name);
    return false;
}

bool field_parse_links(struct ctx *ctx, const struct field *field, const char *name, const struct json *json,
                       struct link_text **links, size_t *count)
{
    struct reading r = {ctx, field, name};
    *count = 0;
    *links = NULL;
    if (json->kind == JSON_NULL) return true;
    bool single = field->kind == LINK || field->kind == RECORD;
    if (single) {
        *links = arena_make(ctx->arena, struct link_text);
        *count = 1;
        return read_link(&r, json, *links);
    }
    if (!list_fits(&r, json)) return false;
    *links = arena_make_many(ctx->arena, struct link_text, json->count);
    for (const struct json *entry = json->first; entry; entry = entry->next)
        if (!read_link(&r, entry, &(*links)[(*count)++])) return false;
    return true;
}

static void say_texts(const struct ctx *ctx, struct json *json)
{
    if (json->kind == JSON_STRING) json->text = sentences_say(ctx->sentences, json->text);
    for (struct json *child = json->first; child; child = child->next) say_texts(ctx, child);
}

enum result field_fallback(struct ctx *ctx, const struct field *field, struct json **out)
{
    TRY(json_parse(ctx, str_of(field->fallback), out));
    if (ctx->sentences && field->kind == DATA) say_texts(ctx, *out);
    return OK;
}

struct value field_empty(const struct field *field)
{
    if (kind_is_list(field->kind)) return value_text(S("[]"));
    return kind_is_json(field->kind) ? value_text(S("{}")) : value_null();
}

bool field_is_empty(const struct field *field, struct value value)
{
    return value.type == IS_NULL || value_eq(value, field_empty(field)) || (value.type == IS_TEXT && !value.text.len);
}
