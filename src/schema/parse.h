/* One value of a request (JSON) or of a file (text) into its stored form, with the sentence when it does not fit.
 * Links are only read here; whether the record exists, and whether the caller may know, is for records/draft.h. */
#ifndef MERLON_SCHEMA_PARSE_H
#define MERLON_SCHEMA_PARSE_H

#include "format/json.h"
#include "schema/field.h"

/* A link as it was written: by id or by reference. */
struct link_text {
    int64_t id;           /* 0 when by reference */
    struct str reference; /* "RSK-12", or a title in a file */
};

/* False after fail_field(). Not for LINK, LINKS, RECORD, RECORDS. JSON null is value_null (lists: "[]", objects: "{}").
 * `name` is what the error points to: the field's name, or "custom/name". */
bool field_parse(struct ctx *ctx, const struct field *field, const char *name, const struct json *json,
                 struct value *out) MUST_USE;

/* The same bounds for a value in its stored form, which the program itself has made: characters, length, range, choice,
 * date. Lists and links are not looked into. False after fail_field(). */
bool field_check(struct ctx *ctx, const struct field *field, const char *name, struct value value) MUST_USE;

/* LINK, LINKS, RECORD, RECORDS: what was written, in the arena. False after fail_field(). */
bool field_parse_links(struct ctx *ctx, const struct field *field, const char *name, const struct json *json,
                       struct link_text **links, size_t *count) MUST_USE;

/* The cell of a CSV or XLSX file as the JSON that a request would hold: numbers, true/false/yes/no, lists by ";",
 * ratings as "financial=3;legal=2". An empty cell is JSON null. Text that does not fit is passed on as a string, so
 * that field_parse says what is wrong with it. */
const struct json *field_json_of_cell(struct ctx *ctx, const struct field *field, struct str cell);

/* What the field holds when a request for creation does not name it; what people read in DATA, such as the names of the
 * steps of a scale, in the language of the request. Only where there is a fallback. */
enum result field_fallback(struct ctx *ctx, const struct field *field, struct json **out) MUST_USE;

/* The empty stored value of a kind: null, "[]" or "{}". */
struct value field_empty(const struct field *field);
bool field_is_empty(const struct field *field, struct value value);

#endif
