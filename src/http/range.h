/* Range requests for downloads that can be taken up again (RFC 9110, 14.2): one range of bytes; a request for several
 * is answered with the whole, as the standard allows. */
#ifndef MERLON_HTTP_RANGE_H
#define MERLON_HTTP_RANGE_H

#include "base/str.h"

enum range_kind {
    RANGE_WHOLE,         /* no range, or one to be ignored: answer 200 */
    RANGE_PART,          /* answer 206 with Content-Range: bytes first-last/total */
    RANGE_UNSATISFIABLE, /* answer 416 with Content-Range: bytes * /total, without the blank */
};

/* header: the value of Range, empty when there is none. total: bytes of the whole. *last is inclusive. */
enum range_kind range_parse(struct str header, int64_t total, int64_t *first, int64_t *last) MUST_USE;

#endif
