/* A broken Range is ignored and not refused: RFC 9110 wants the whole then, and clients count on it. */
#include "http/range.h"

/* "500-999", "500-" or "-500"; a missing number is -1. */
static bool parse_bounds(struct str s, int64_t *first, int64_t *last)
{
    struct str left;
    if (!memchr(s.at, '-', s.len) || !str_cut(&s, '-', &left)) return false;
    struct str right = str_trim(s);
    left = str_trim(left);
    *first = *last = -1;
    if (!left.len && !right.len) return false;
    if (left.len && (!parse_number(left, first) || *first < 0)) return false;
    if (right.len && (!parse_number(right, last) || *last < 0)) return false;
    return !(left.len && right.len && *last < *first);
}

enum range_kind range_parse(struct str header, int64_t total, int64_t *first, int64_t *last)
{
    header = str_trim(header);
    struct str unit = S("bytes=");
    if (header.len < unit.len || !str_eq_nocase(str_slice(header, 0, unit.len), unit)) return RANGE_WHOLE;
    struct str set = str_slice(header, unit.len, header.len);
    if (!set.len || memchr(set.at, ',', set.len) || !parse_bounds(set, first, last)) return RANGE_WHOLE;
    if (*first < 0) { /* the last n bytes */
        if (*last == 0 || total == 0) return RANGE_UNSATISFIABLE;
        *first = *last >= total ? 0 : total - *last;
        *last = total - 1;
        return RANGE_PART;
    }
    if (*first >= total) return RANGE_UNSATISFIABLE;
    if (*last < 0 || *last >= total) *last = total - 1;
    return RANGE_PART;
}
