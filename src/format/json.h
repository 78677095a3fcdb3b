/* JSON (RFC 8259) as a small document tree, which is the convenient way to read a request or a file. The pull reader
 * beneath it is json_reader.h, the writer json_out.h.
 *
 * json_parse takes exactly one value: UTF-8 checked, at most JSON_DEPTH deep, a key twice in one object refused
 * (readers disagree on which of the two counts; RFC 7493), a leading byte order mark ignored. Integers are exact
 * int64; any other number, also an integer beyond int64, is JSON_DECIMAL. The tree lives in the ctx's arena and
 * borrows the bytes of `text`, which must live as long. Strings are valid UTF-8, but may hold NUL and control
 * characters ("\u0000"). */
#ifndef MERLON_FORMAT_JSON_H
#define MERLON_FORMAT_JSON_H

#include "base/buf.h"
#include "base/ctx.h"

enum json_kind {
    JSON_NULL,
    JSON_BOOL,
    JSON_NUMBER, /* int64 */
    JSON_DECIMAL,
    JSON_STRING,
    JSON_ARRAY,
    JSON_OBJECT,
    /* only from the pull reader */
    JSON_KEY,
    JSON_CLOSE,
    JSON_END,
    JSON_BAD,
};

enum { JSON_DEPTH = 32, JSON_DEEPEST = 64 };

struct json {
    enum json_kind kind;
    union {
        bool boolean;
        int64_t number;
        double decimal;
        size_t count; /* of the children of an array or an object */
    };
    struct str text;    /* of a string: unescaped; of a number: as it was written; else empty */
    struct str key;     /* in an object; else empty */
    struct json *first; /* of an array or an object, in the order of the text; else NULL */
    struct json *next;
};

/* INVALID with one sentence that names line and column (from 1, in characters). */
enum result json_parse(struct ctx *ctx, struct str text, struct json **out) MUST_USE;
/* The same with another depth, 1 to JSON_DEEPEST. */
enum result json_parse_deep(struct ctx *ctx, struct str text, int depth, struct json **out) MUST_USE;

/* NULL when there is no such key, or when `object` is NULL or no object. */
const struct json *json_get(const struct json *object, const char *key);
const struct json *json_find(const struct json *object, struct str key);

/* The member of an object, or `otherwise` when it is not there or of another kind. */
struct str json_str(const struct json *object, const char *key, struct str otherwise);
int64_t json_number(const struct json *object, const char *key, int64_t otherwise);
double json_decimal(const struct json *object, const char *key, double otherwise); /* takes a JSON_NUMBER too */
bool json_bool(const struct json *object, const char *key, bool otherwise);

/* "a string", "an object", ...: for sentences. */
const char *json_kind_name(enum json_kind kind);

/* Writes the tree as compact JSON; numbers as they were written, if they were read. */
void json_write_value(struct buf *buf, const struct json *value);

#endif
