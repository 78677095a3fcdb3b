/* Percent-decoding (RFC 3986, 2.1), query strings and urlencoded forms (WHATWG URL, 5.1), and cookies (RFC 6265). */
#ifndef MERLON_HTTP_QUERY_H
#define MERLON_HTTP_QUERY_H

#include "base/buf.h"

struct pair {
    struct str name, value;
};

struct query {
    struct pair *pairs;
    size_t count;
};

enum { QUERY_PAIRS = 256 }; /* more in one query are refused */

/* Decodes into the arena; borrows when there is nothing to decode. plus_is_space as in queries. False when an escape is
 * broken, or the outcome holds NUL or is not UTF-8. */
bool percent_decode(struct arena *arena, struct str s, bool plus_is_space, struct str *out) MUST_USE;

/* "a=1&b=x%20y&a=2": pairs in order, decoded; empty pieces are skipped, a piece without "=" has an empty value. False
 * as above, or when there are more than QUERY_PAIRS. */
bool query_parse(struct arena *arena, struct str s, struct query *out) MUST_USE;
bool query_find(const struct query *query, const char *name, struct str *value); /* the first of that name */

/* One cookie of a Cookie header; value as sent, without surrounding quotes. The first of that name wins. */
bool cookie_find(struct str header, const char *name, struct str *value);

/* Adds s with everything but A-Z a-z 0-9 - . _ ~ escaped: a path segment, a query value, filename* of RFC 8187. */
void percent_encode(struct buf *out, struct str s);

#endif
