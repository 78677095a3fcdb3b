/* A growing run of bytes in an arena. It is how anything is written: JSON, SQL, CSV, log lines; so
 * what is called for each piece is inline. */
#ifndef MERLON_BASE_BUF_H
#define MERLON_BASE_BUF_H

#include "base/arena.h"

struct buf {
    struct arena *arena;
    char *at;
    size_t len, room;
};

static inline struct buf buf_in(struct arena *arena)
{
    return (struct buf){.arena = arena};
}

void buf_make_room(struct buf *buf, size_t more); /* what buf_reserve does where there is none */

/* Afterwards `more` bytes fit at at + len. */
static inline void buf_reserve(struct buf *buf, size_t more)
{
    if (buf->room - buf->len < more) buf_make_room(buf, more);
}

static inline void buf_add(struct buf *buf, struct str s)
{
    if (!s.len) return;
    buf_reserve(buf, s.len);
    memcpy(buf->at + buf->len, s.at, s.len);
    buf->len += s.len;
}

static inline void buf_text(struct buf *buf, const char *terminated)
{
    buf_add(buf, str_of(terminated));
}

static inline void buf_char(struct buf *buf, char c)
{
    buf_reserve(buf, 1);
    buf->at[buf->len++] = c;
}

void buf_number(struct buf *buf, int64_t n);
void buf_decimal(struct buf *buf, double n); /* shortest text that reads back the same; n must be finite */
void buf_print(struct buf *buf, const char *format, ...) PRINTF_LIKE(2, 3);
void buf_hex(struct buf *buf, const void *bytes, size_t len);
struct str buf_str(const struct buf *buf); /* valid until the next write */

#endif
