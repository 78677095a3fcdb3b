/* What commands print. For people: say(), which shows control characters of the data as escapes (base/shown.h), so that
 * nothing that somebody wrote into a row, a file or an answer can clear a screen, hide a line or make one up. For
 * programs: say_data() and say_json(). Nothing else in this room prints; tools/check-printing.sh sees to it. */
#ifndef MERLON_APP_SAY_H
#define MERLON_APP_SAY_H

#include "base/str.h"

#include <stdio.h>

/* As fprintf; the format's own line feeds stand, those of an argument do not. Takes %s, %.*s, %d, %u, %zu, %lld and
 * %llu, each with a width and "-", which counts characters. */
void say(FILE *out, const char *format, ...) PRINTF_LIKE(2, 3);
/* "1 entry", "2 entries": the word that goes with a count. */
static inline const char *say_word(int64_t count, const char *one, const char *many)
{
    return count == 1 ? one : many;
}
/* A file, SQL: as it is. */
void say_data(FILE *out, struct str data);
/* As it is, and a line feed behind it. */
void say_json(FILE *out, struct str json);

/* Flushes it. 0, or the errno of what kept something from being printed since the last call. */
int say_end(FILE *out);

#endif
