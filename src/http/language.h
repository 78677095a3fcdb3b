/* Which of the languages there are is wanted: Accept-Language (RFC 9110, 12.5.4). */
#ifndef MERLON_HTTP_LANGUAGE_H
#define MERLON_HTTP_LANGUAGE_H

#include "base/sentences.h"

/* The one of `have` that the header's value weighs highest, the first of equals; NULL is English, which there always
 * is. A range means what RFC 4647, 3.4 says: "de-AT" is served by "de". "*", nothing, what cannot be read and what
 * nobody speaks mean English. */
const struct sentences *language_wanted(const struct languages *have, struct str accept);

#endif
