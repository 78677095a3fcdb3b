/* Text from data as a terminal may be handed it. What a terminal obeys instead of showing, and what turns the order of
 * the words around, is shown as an escape:
 *
 *     \x1b      controls of ASCII (also line feed and tab), DEL, and bytes that are no UTF-8
 *     \u202e    U+0080 to U+009F, line and paragraph separator, and the bidi controls U+202A to U+202E and
 *               U+2066 to U+2069 */
#ifndef MERLON_BASE_SHOWN_H
#define MERLON_BASE_SHOWN_H

#include "base/str.h"

/* Takes the next piece off *rest; false when nothing is left. The piece is as much as may be shown as it is, or one
 * escape, which is written into `room`. */
bool shown_next(struct str *rest, char room[8], struct str *piece);

/* How wide it is: characters of what shown_next gives. */
size_t shown_width(struct str text);

#endif
