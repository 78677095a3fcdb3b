/* One indexed look-up a register, until there is enough: registers are few, and each answers in microseconds. */
#include "records/search.h"

#include "format/json_out.h"
#include "records/house.h"
#include "records/list.h"
#include "records/rights.h"

enum { AROUND = 60 };

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

/* Where a word stands; the case of ASCII letters is passed over, as people do who search. */
static bool find_word(struct str text, struct str word, size_t *at)
{
    for (size_t from = 0; from + word.len <= text.len; from++) {
        size_t same = 0;
        while (same < word.len && lower(text.at[from + same]) == lower(word.at[same])) same++;
        if (same < word.len) continue;
        *at = from;
        return true;
    }
    return false;
}

/* The first of the words that the title does not hold: it is why a record was found, and has to be shown. */
static bool missing_word(struct str title, struct str words, struct str *missing)
{
    size_t at;
    for (struct str word; str_cut(&words, ' ', &word);) {
        if (!word.len || find_word(title, word, &at)) continue;
        *missing = word;
        return true;
    }
    return false;
}

/* The words around it, from the beginning of one. */
static struct str around(struct str text, size_t at)
{
    size_t from = at > AROUND ? at - AROUND : 0;
    while (from > 0 && from < at && text.at[from - 1] != ' ') from++;
    return str_shorten(str_slice(text, from, text.len), 2 * AROUND);
}

static void write_matched(struct json_out *out, const struct record *record, struct str words)
{
    struct str word;
    size_t at;
    if (!missing_word(record_title(record), words, &word)) return;
    for (size_t i = 0; i < record->reg->field_count; i++) {
        const struct field *field = &record->reg->fields[i];
        if (!(field->flags & SEARCH) || !find_word(record_text(record, i), word, &at)) continue;
        json_key(out, "matched");
        json_open_object(out);
        json_key(out, "field"), json_put_text(out, field->name);
        json_key(out, "text"), json_put_str(out, around(record_text(record, i), at));
        json_close_object(out);
        return;
    }
}

static void write_find(struct ctx *ctx, struct json_out *out, const struct record *record, struct str words)
{
    size_t cited;
    json_open_object(out);
    json_key(out, "register"), json_put_text(out, record->reg->name);
    json_key(out, "id"), json_put_number(out, record_id(record));
    json_key(out, "reference"), json_put_str(out, record_reference(ctx, record));
    json_key(out, "title"), json_put_str(out, record_title(record));
    if (reg_cited_field(record->reg, &cited))
        json_key(out, "identifier"), json_put_str(out, record_text(record, cited));
    json_key(out, "status"), json_put_str(out, record_status(record));
    write_matched(out, record, words);
    json_close_object(out);
}

/* The record that the text names by its reference stands first; *named is NULL when there is none. */
static enum result write_named(struct ctx *ctx, struct json_out *out, struct str text, const struct record **named)
{
    const struct reg *reg;
    struct record *record;
    int64_t id;
    *named = NULL;
    if (!reference_parse(ctx->house, text, &reg, &id)) return OK;
    enum result loaded = record_load(ctx, reg, id, &record);
    if (loaded != OK) return loaded == NOT_FOUND ? OK : loaded;
    bool may;
    TRY(record_may_see(ctx, record, &may));
    if (record_is_deleted(record) || !may) return OK;
    write_find(ctx, out, record, S(""));
    *named = record;
    return OK;
}

static bool is_same(const struct record *a, const struct record *b)
{
    return a && a->reg == b->reg && record_id(a) == record_id(b);
}

static enum result write_finds(struct ctx *ctx, struct json_out *out, const struct reg *reg, struct str text,
                               const struct record *named, int64_t *left)
{
    struct list_query *query;
    struct record_list page;
    struct str next;
    TRY(list_parse(ctx, reg, NULL, 0, NULL, &query));
    query->text = text;
    query->limit = *left < 10 ? *left : 10;
    TRY(list_page(ctx, query, &page, &next));
    for (size_t i = 0; i < page.count; i++) {
        if (is_same(named, page.at[i])) continue;
        write_find(ctx, out, page.at[i], text);
        (*left)--;
    }
    return OK;
}

enum result search_write(struct ctx *ctx, struct str text, int64_t limit, struct buf *buf)
{
    struct json_out out = json_out_to(buf);
    const struct record *named;
    json_open_object(&out);
    json_key(&out, "items");
    json_open_array(&out);
    TRY(write_named(ctx, &out, text, &named));
    limit -= named != NULL;
    for (size_t i = 0; i < ctx->house->register_count && limit > 0 && text.len; i++)
        if (!(ctx->house->registers[i]->flags & QUIET))
            TRY(write_finds(ctx, &out, ctx->house->registers[i], text, named, &limit));
    json_close_array(&out);
    json_close_object(&out);
    return OK;
}
