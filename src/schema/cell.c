/* Cells of files. What a spreadsheet holds is text; what it means depends on the kind of its column. */
#include "schema/parse.h"

static struct json *json_of(struct ctx *ctx, enum json_kind kind, struct str text)
{
    struct json *json = arena_make(ctx->arena, struct json);
    json->kind = kind;
    json->text = text;
    return json;
}

static const struct json *number_or_text(struct ctx *ctx, struct str cell)
{
    struct json *json = json_of(ctx, JSON_STRING, cell);
    int64_t number;
    double decimal;
    if (parse_number(cell, &number)) {
        json->kind = JSON_NUMBER;
        json->number = number;
    } else if (parse_decimal(cell, &decimal)) {
        json->kind = JSON_DECIMAL;
        json->decimal = decimal;
    }
    return json;
}

static const struct json *boolean_or_text(struct ctx *ctx, struct str cell)
{
    static const struct {
        const char *word;
        bool value;
    } words[] = {{"true", true},   {"yes", true}, {"ja", true},    {"1", true}, {"x", true},
                 {"false", false}, {"no", false}, {"nein", false}, {"0", false}};
    struct json *json = json_of(ctx, JSON_STRING, cell);
    for (size_t i = 0; i < COUNT(words); i++) {
        if (!str_eq_nocase(cell, str_of(words[i].word))) continue;
        json->kind = JSON_BOOL;
        json->boolean = words[i].value;
    }
    return json;
}

static void append(struct json *parent, struct json ***end, struct json *child)
{
    **end = child;
    *end = &child->next;
    parent->count++;
}

static const struct json *list_of(struct ctx *ctx, const struct field *field, struct str cell)
{
    struct json *list = json_of(ctx, JSON_ARRAY, S(""));
    struct json **end = &list->first;
    struct str piece;
    while (str_cut(&cell, ';', &piece)) {
        piece = str_trim(piece);
        if (!piece.len) continue;
        int64_t id;
        struct json *entry = json_of(ctx, JSON_STRING, piece);
        if (field->kind == LINKS && parse_number(piece, &id)) {
            entry->kind = JSON_NUMBER;
            entry->number = id;
        }
        append(list, &end, entry);
    }
    return list;
}

static const struct json *ratings_of(struct ctx *ctx, struct str cell)
{
    struct json *object = json_of(ctx, JSON_OBJECT, S(""));
    struct json **end = &object->first;
    struct str piece;
    struct str whole = cell;
    while (str_cut(&cell, ';', &piece)) {
        struct str criterion;
        if (!str_trim(piece).len) continue;
        if (!str_cut(&piece, '=', &criterion) || !piece.at) return json_of(ctx, JSON_STRING, whole);
        struct json *entry = arena_make(ctx->arena, struct json);
        *entry = *number_or_text(ctx, str_trim(piece));
        entry->key = str_trim(criterion);
        append(object, &end, entry);
    }
    return object;
}

static const struct json *data_of(struct ctx *ctx, struct str cell)
{
    struct json *json;
    if (json_parse(ctx, cell, &json) == OK) return json;
    ctx_clear_error(ctx);
    return json_of(ctx, JSON_STRING, cell);
}

const struct json *field_json_of_cell(struct ctx *ctx, const struct field *field, struct str cell)
{
    struct str text = str_trim(cell);
    if (!text.len) return json_of(ctx, JSON_NULL, S(""));
    if (kind_is_list(field->kind)) return list_of(ctx, field, text);
    switch (field->kind) {
    case NUMBER:
    case DECIMAL:
    case SCALE:
    case LINK: return number_or_text(ctx, text);
    case BOOLEAN: return boolean_or_text(ctx, text);
    case RATINGS: return ratings_of(ctx, text);
    case DATA: return data_of(ctx, text);
    case TEXT:
    case PROSE:
    case DATE:
    case TIME:
    case CHOICE:
    case CHOICES:
    case LINKS:
    case RECORD:
    case RECORDS:
    case TAGS:
    case KINDS: break;
    }
    return json_of(ctx, JSON_STRING, field->kind == PROSE ? cell : text);
}
