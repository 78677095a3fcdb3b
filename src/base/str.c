/* Strings with a length. Nothing here allocates, so that it may be used anywhere, also in callbacks of libraries. */
#include "base/str.h"

#include <math.h>

/* Names differ in their first letters mostly, so a loop is done before a call for the length has begun. */
bool str_is(struct str a, const char *terminated)
{
    for (size_t i = 0; i < a.len; i++)
        if (terminated[i] != a.at[i] || !terminated[i]) return false;
    return !terminated[a.len];
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

bool str_eq_nocase(struct str a, struct str b)
{
    if (a.len != b.len) return false;
    for (size_t i = 0; i < a.len; i++)
        if (lower(a.at[i]) != lower(b.at[i])) return false;
    return true;
}

bool str_starts(struct str s, struct str prefix)
{
    return s.len >= prefix.len && str_eq(str_slice(s, 0, prefix.len), prefix);
}

bool str_ends(struct str s, struct str suffix)
{
    return s.len >= suffix.len && str_eq(str_slice(s, s.len - suffix.len, s.len), suffix);
}

int str_compare(struct str a, struct str b)
{
    size_t shared = a.len < b.len ? a.len : b.len;
    int order = shared ? memcmp(a.at, b.at, shared) : 0;
    if (order) return order;
    return (a.len > b.len) - (a.len < b.len);
}

struct str str_slice(struct str s, size_t from, size_t to)
{
    if (to > s.len) to = s.len;
    if (from >= to) return S("");
    return (struct str){s.at + from, to - from};
}

struct str str_shorten(struct str s, size_t most)
{
    if (s.len <= most) return s;
    while (most && ((unsigned char)s.at[most] & 0xC0) == 0x80) most--;
    return str_slice(s, 0, most);
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\f' || c == '\v';
}

struct str str_trim(struct str s)
{
    while (s.len && is_space(s.at[0])) s = (struct str){s.at + 1, s.len - 1};
    while (s.len && is_space(s.at[s.len - 1])) s.len--;
    return s;
}

bool str_find(struct str s, struct str needle, size_t *at)
{
    if (needle.len == 0 || s.len < needle.len) return false;
    const char *hit = memmem(s.at, s.len, needle.at, needle.len);
    if (!hit) return false;
    if (at) *at = (size_t)(hit - s.at);
    return true;
}

bool str_cut(struct str *rest, char separator, struct str *piece)
{
    if (!rest->at) return false;
    const char *hit = rest->len ? memchr(rest->at, separator, rest->len) : NULL;
    if (!hit) {
        *piece = *rest;
        *rest = (struct str){NULL, 0};
        return true;
    }
    size_t len = (size_t)(hit - rest->at);
    *piece = (struct str){rest->at, len};
    *rest = (struct str){hit + 1, rest->len - len - 1};
    return true;
}

bool parse_number(struct str s, int64_t *out)
{
    size_t i = 0;
    bool negative = s.len && s.at[0] == '-';
    if (negative) i++;
    if (i == s.len) return false;
    int64_t n = 0;
    for (; i < s.len; i++) {
        if (s.at[i] < '0' || s.at[i] > '9') return false;
        int digit = s.at[i] - '0';
        if (__builtin_mul_overflow(n, 10, &n)) return false;
        if (__builtin_sub_overflow(n, digit, &n)) return false; /* downwards, so that INT64_MIN fits */
    }
    if (!negative && n == INT64_MIN) return false;
    *out = negative ? n : -n;
    return true;
}

bool parse_decimal(struct str s, double *out)
{
    char copy[64];
    if (s.len == 0 || s.len >= sizeof copy) return false;
    for (size_t i = 0; i < s.len; i++)
        if (!strchr("0123456789+-.eE", s.at[i]) || !s.at[i]) return false;
    memcpy(copy, s.at, s.len);
    copy[s.len] = 0;
    char *end;
    double n = strtod(copy, &end);
    if (*end || !isfinite(n)) return false;
    *out = n;
    return true;
}

/* The length of the sequence that this byte opens, or 0. */
static size_t sequence_length(unsigned char c)
{
    if (c < 0x80) return 1;
    if (c >= 0xC2 && c <= 0xDF) return 2;
    if (c >= 0xE0 && c <= 0xEF) return 3;
    if (c >= 0xF0 && c <= 0xF4) return 4;
    return 0;
}

static bool second_byte_fits(unsigned char first, unsigned char second)
{
    if (first == 0xE0) return second >= 0xA0;
    if (first == 0xED) return second <= 0x9F;
    if (first == 0xF0) return second >= 0x90;
    if (first == 0xF4) return second <= 0x8F;
    return true;
}

bool str_is_utf8(struct str s)
{
    const unsigned char *at = (const unsigned char *)s.at;
    for (size_t i = 0; i < s.len;) {
        size_t len = sequence_length(at[i]);
        if (len == 0 || len > s.len - i) return false;
        for (size_t k = 1; k < len; k++)
            if ((at[i + k] & 0xC0) != 0x80) return false;
        if (len > 2 && !second_byte_fits(at[i], at[i + 1])) return false;
        i += len;
    }
    return true;
}

/* Eight bytes at a time: those that begin no code point have the highest bit and not the one below it. */
size_t str_utf8_length(struct str s)
{
    size_t count = s.len, i = 0;
    for (uint64_t word; i + sizeof word <= s.len; i += sizeof word) {
        memcpy(&word, s.at + i, sizeof word);
        word = (word & ~(word << 1)) >> 7 & UINT64_C(0x0101010101010101);
        count -= (size_t)(word * UINT64_C(0x0101010101010101) >> 56); /* the sum of its bytes */
    }
    for (; i < s.len; i++) count -= ((unsigned char)s.at[i] & 0xC0) == 0x80;
    return count;
}

uint64_t str_hash(struct str s)
{
    uint64_t hash = 0xcbf29ce484222325u;
    for (size_t i = 0; i < s.len; i++) hash = (hash ^ (unsigned char)s.at[i]) * 0x100000001b3u;
    return hash;
}
