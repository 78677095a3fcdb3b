/* A growing run of bytes in an arena. It is how anything is written: JSON, SQL, CSV, log lines. */
#ifndef MERLON_BASE_BUF_H
#define MERLON_BASE_BUF_H

#include "base/arena.h"

struct buf {
    struct arena *arena;
    char *at;
    size_t len, room;
};

struct buf buf_in(struct arena *arena);
void buf_reserve(struct buf *buf, size_t more); /* afterwards `more` bytes fit at at + len */
void buf_add(struct buf *buf, struct str s);
void buf_text(struct buf *buf, const char *terminated);
void buf_char(struct buf *buf, char c);
void buf_number(struct buf *buf, int64_t n);
void buf_decimal(struct buf *buf, double n); /* shortest text that reads back the same; n must be finite */
void buf_print(struct buf *buf, const char *format, ...) PRINTF_LIKE(2, 3);
void buf_hex(struct buf *buf, const void *bytes, size_t len);
struct str buf_str(const struct buf *buf); /* valid until the next write */

#endif
