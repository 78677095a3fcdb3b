/* Random bytes from the kernel, for ids and tokens. Never fails: without them there is nothing safe left to do. */
#ifndef MERLON_BASE_RANDOM_H
#define MERLON_BASE_RANDOM_H

#include "base/arena.h"

void random_bytes(void *out, size_t len);
/* len random bytes as base64url without padding (RFC 4648), in the arena. */
struct str random_token(struct arena *arena, size_t len);

#endif
