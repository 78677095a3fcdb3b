/* Secrets that we give out (cookies, tokens, links): 32 random bytes in base64url. The database holds their SHA-256. */
#ifndef MERLON_ACCESS_SECRET_H
#define MERLON_ACCESS_SECRET_H

#include "base/arena.h"

enum { SECRET_SIZE = 32, SECRET_TEXT = 43, SECRET_HASH = 32 };

void secret_hash(struct str secret, unsigned char hash[SECRET_HASH]);
struct str secret_hex(struct arena *arena, struct str secret); /* of the hash: 64 digits */
struct str secret_hash_hex(struct arena *arena, const unsigned char hash[SECRET_HASH]);

#endif
