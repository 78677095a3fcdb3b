/* Looking at text eight bytes at a time; shared by the readers and writers of this room. */
#ifndef MERLON_FORMAT_SCAN_H
#define MERLON_FORMAT_SCAN_H

#include "base/str.h"

#include <endian.h>

#define EACH_BYTE(b) (0x0101010101010101u * (uint64_t)(b))

static inline uint64_t scan_load(const char *at)
{
    uint64_t word;
    memcpy(&word, at, sizeof word);
    return le64toh(word);
}

/* The high bit of each byte that is n, or below n (n at most 128). Bytes above the first hit may be marked wrongly, the
 * first one never is. */
static inline uint64_t scan_below(uint64_t word, unsigned n)
{
    return (word - EACH_BYTE(n)) & ~word & EACH_BYTE(0x80);
}

static inline uint64_t scan_is(uint64_t word, unsigned char c)
{
    return scan_below(word ^ EACH_BYTE(c), 1);
}

/* How many bytes of the eight come before the first that is marked. */
static inline size_t scan_first(uint64_t marks)
{
    return (size_t)__builtin_ctzll(marks) / 8;
}

/* The length of the UTF-8 sequence at `at` (RFC 3629), 0 when it is none. There must be a byte. */
static inline size_t scan_utf8(const char *at, const char *end)
{
    const unsigned char *u = (const unsigned char *)at;
    size_t room = (size_t)(end - at);
    if (u[0] < 0x80) return 1;
    if (u[0] < 0xC2 || room < 2 || (u[1] & 0xC0) != 0x80) return 0;
    if (u[0] < 0xE0) return 2;
    if (room < 3 || (u[2] & 0xC0) != 0x80) return 0;
    if (u[0] < 0xF0) {
        bool overlong = u[0] == 0xE0 && u[1] < 0xA0, surrogate = u[0] == 0xED && u[1] > 0x9F;
        return overlong || surrogate ? 0 : 3;
    }
    if (u[0] > 0xF4 || room < 4 || (u[3] & 0xC0) != 0x80) return 0;
    bool overlong = u[0] == 0xF0 && u[1] < 0x90, beyond = u[0] == 0xF4 && u[1] > 0x8F;
    return overlong || beyond ? 0 : 4;
}

/* The first byte of s that is not UTF-8, or s.len. Plain ASCII goes by eight at a time. */
static inline size_t scan_bad_utf8(struct str s)
{
    const char *at = s.at, *end = s.at + s.len;
    while (at < end) {
        if (end - at >= 8 && !(scan_load(at) & EACH_BYTE(0x80))) {
            at += 8;
            continue;
        }
        size_t len = scan_utf8(at, end);
        if (!len) break;
        at += len;
    }
    return (size_t)(at - s.at);
}

/* Writes code (at most U+10FFFF, no surrogate) as UTF-8; gives its length. */
static inline size_t scan_put_utf8(char out[4], uint32_t code)
{
    if (code < 0x80) {
        out[0] = (char)code;
        return 1;
    }
    size_t len = code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    for (size_t i = len - 1; i > 0; i--, code >>= 6) out[i] = (char)(0x80 | (code & 0x3F));
    static const unsigned char opening[] = {0, 0, 0xC0, 0xE0, 0xF0};
    out[0] = (char)(opening[len] | code);
    return len;
}

#endif
