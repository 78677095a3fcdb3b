/* Writing JSON into a buffer. Commas are looked after; that brackets match and keys come only in objects is up to the
 * caller. Text must be valid UTF-8. What is written is safe inside HTML and scripts: "<", U+2028 and U+2029 are
 * escaped.
 *
 *     struct json_out out = json_out_to(&buf);
 *     json_open_object(&out);
 *     json_key(&out, "id"), json_put_number(&out, 12);
 *     json_close_object(&out); */
#ifndef MERLON_FORMAT_JSON_OUT_H
#define MERLON_FORMAT_JSON_OUT_H

#include "format/json.h"

struct json_out {
    struct buf *buf;
    bool comma; /* one is due before the next key or element */
};

static inline struct json_out json_out_to(struct buf *buf)
{
    return (struct json_out){.buf = buf};
}

void json_open_object(struct json_out *out);
void json_close_object(struct json_out *out);
void json_open_array(struct json_out *out);
void json_close_array(struct json_out *out);

/* A name of our own, which needs no escaping: ASCII without quotes, backslashes and control characters. */
void json_key_plain(struct json_out *out, struct str name);
static inline void json_key(struct json_out *out, const char *name)
{
    json_key_plain(out, (struct str){name, strlen(name)});
}
void json_key_str(struct json_out *out, struct str name);  /* any name, escaped */
void json_key_ready(struct json_out *out, struct str key); /* as it was written before: "\"title\":" */

void json_put_str(struct json_out *out, struct str text);
void json_put_text(struct json_out *out, const char *terminated); /* null for NULL */
void json_put_number(struct json_out *out, int64_t n);
void json_put_decimal(struct json_out *out, double n); /* null for infinity and NaN, which JSON does not have */
void json_put_bool(struct json_out *out, bool yes);
void json_put_null(struct json_out *out);
void json_put_optional(struct json_out *out, struct str text);       /* null for "" */
void json_put_raw(struct json_out *out, struct str json);            /* one complete value that is JSON already */
void json_put_value(struct json_out *out, const struct json *value); /* null for NULL */

/* The quoted, escaped string alone. */
void json_string(struct buf *buf, struct str text);

#endif
