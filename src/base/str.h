/* Strings with a length. A struct str borrows its bytes: whoever made them owns them (usually the request's arena).
 * Bytes are UTF-8 unless a comment says otherwise; they are not terminated. */
#ifndef MERLON_BASE_STR_H
#define MERLON_BASE_STR_H

#include "base/result.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct str {
    const char *at;
    size_t len;
};

/* A literal as a str; only for literals, which the "" enforces. */
#define S(literal) ((struct str){"" literal, sizeof(literal) - 1})
/* Arguments for a "%.*s". */
#define PRINT(s) (int)(s).len, (s).at

/* Borrows; NULL gives the empty string. */
static inline struct str str_of(const char *terminated)
{
    return terminated ? (struct str){terminated, strlen(terminated)} : S("");
}

static inline bool str_eq(struct str a, struct str b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.at, b.at, a.len) == 0);
}

bool str_is(struct str a, const char *terminated);
bool str_eq_nocase(struct str a, struct str b); /* ASCII letters only */
bool str_starts(struct str s, struct str prefix);
bool str_ends(struct str s, struct str suffix);
int str_compare(struct str a, struct str b);                /* byte order, as memcmp */
struct str str_slice(struct str s, size_t from, size_t to); /* clamped: never outside s */
struct str str_shorten(struct str s, size_t most);          /* at most so many bytes, of UTF-8 only whole characters */
struct str str_trim(struct str s);                          /* white space of ASCII at both ends */
bool str_find(struct str s, struct str needle, size_t *at);

/* Cuts the piece before the next separator off *rest; false when nothing is left. "a,,b" gives "a", "", "b". */
bool str_cut(struct str *rest, char separator, struct str *piece);

/* Whole string as a decimal integer; false on anything else, including overflow and a sign alone. */
bool parse_number(struct str s, int64_t *out) MUST_USE;
/* Whole string as a decimal number, "1.5" or "1e3"; false on anything else, and on infinity and NaN. */
bool parse_decimal(struct str s, double *out) MUST_USE;

/* Valid UTF-8 of RFC 3629: no overlong forms, no surrogates, at most U+10FFFF. */
bool str_is_utf8(struct str s);
size_t str_utf8_length(struct str s); /* code points; s must be valid UTF-8 */

uint64_t str_hash(struct str s); /* FNV-1a 64; for tables in memory, never for security */

#endif
