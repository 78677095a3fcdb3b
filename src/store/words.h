/* The words of a text, for search: lower case, Latin letters without diacritics, each once, in the order in which they
 * first appear. A word holds only a-z, 0-9 and bytes of non-ASCII letters, so it needs no quoting anywhere. Chinese and
 * Japanese, which put no spaces, give one word a character. At most 2,000 words of at most 64 bytes. */
#ifndef MERLON_STORE_WORDS_H
#define MERLON_STORE_WORDS_H

#include "base/buf.h"

struct words {
    struct str *at;
    size_t count;
};

struct words words_of(struct arena *arena, struct str text, size_t limit);
/* "one two three", all that words_of found; borrows. */
struct str words_join(const struct words *words);

#endif
