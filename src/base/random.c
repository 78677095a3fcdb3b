/* getrandom blocks only before the kernel has been seeded, which is what we want. */
#include "base/random.h"

#include "base/log.h"

#include <errno.h>
#include <sys/random.h>

void random_bytes(void *out, size_t len)
{
    char *at = out;
    while (len) {
        ssize_t got = getrandom(at, len, 0);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) {
            log_line(LOG_ERROR, "the kernel gives no random bytes", "errno", (int64_t)errno, NULL);
            abort();
        }
        at += got;
        len -= (size_t)got;
    }
}

struct str random_token(struct arena *arena, size_t len)
{
    static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    unsigned char *bytes = arena_alloc(arena, len + 2);
    random_bytes(bytes, len);
    size_t out_len = (len * 8 + 5) / 6;
    char *out = arena_alloc(arena, out_len + 1);
    for (size_t i = 0; i < out_len; i++) {
        size_t bit = i * 6;
        unsigned pair = (unsigned)bytes[bit / 8] << 8 | bytes[bit / 8 + 1];
        out[i] = alphabet[pair >> (10 - bit % 8) & 63];
    }
    return (struct str){out, out_len};
}
