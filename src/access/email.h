/* E-mail addresses as names of users: compared without regard to ASCII case and surrounding space. */
#ifndef MERLON_ACCESS_EMAIL_H
#define MERLON_ACCESS_EMAIL_H

#include "base/arena.h"

enum { EMAIL_MOST = 254 }; /* bytes: RFC 5321 section 4.5.3.1.3 */

struct str email_key(struct arena *arena, struct str email); /* trimmed, in lower case */
/* One "@" with something plain on both sides, no spaces, quotes or control characters. */
bool email_is_valid(struct str email);

#endif
