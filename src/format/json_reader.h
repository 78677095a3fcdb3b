/* The pull reader of JSON: one token for each call, straight from the bytes, at the speed of the detection engine.
 * Allocates nothing but the bytes of strings that hold escapes. Grammar, UTF-8 and depth are checked as it goes; a key
 * that comes twice is delivered twice.
 *
 *     struct json_reader reader = json_open(arena, text);
 *     if (json_next(&reader) == JSON_OBJECT)
 *         while (json_next(&reader) == JSON_KEY) {
 *             struct str key = reader.text;
 *             if (json_next(&reader) == JSON_NUMBER && str_is(key, "id")) id = reader.number;
 *             else json_skip(&reader);
 *         }
 *     if (json_next(&reader) != JSON_END) return json_complain(ctx, &reader); */
#ifndef MERLON_FORMAT_JSON_READER_H
#define MERLON_FORMAT_JSON_READER_H

#include "format/json.h"

struct json_reader {
    /* what the newest token holds */
    enum json_kind kind;
    bool boolean;
    int64_t number;
    double decimal;
    struct str
        text; /* JSON_STRING, JSON_KEY: unescaped; numbers: as written; borrowed from the input or in the arena */

    /* may be set before the first token: at most JSON_DEEPEST */
    int depth_limit;

    const char *problem; /* after JSON_BAD: what is wrong, half a sentence */
    const char *start, *at, *end;
    struct arena *arena;
    uint64_t in_object; /* one bit a level, the innermost lowest */
    int depth;
    int state;
};

struct json_reader json_open(struct arena *arena, struct str text);

/* JSON_OBJECT and JSON_ARRAY open, JSON_CLOSE closes either, JSON_END comes once the one value is complete and nothing
 * follows it. After JSON_BAD and JSON_END, every call returns the same again. */
enum json_kind json_next(struct json_reader *reader);

/* After JSON_OBJECT or JSON_ARRAY: goes past its JSON_CLOSE, still checking. After any other token: nothing. */
void json_skip(struct json_reader *reader);

/* Where the reader stands, for people: from 1. */
void json_place(const struct json_reader *reader, size_t *line, size_t *column);

/* After JSON_BAD: INVALID, "The JSON is not valid at line 3, column 14: ...". After any other token: INVALID as well,
 * "... at line 3, column 14: this is not what was expected here." */
enum result json_complain(struct ctx *ctx, const struct json_reader *reader);

#endif
