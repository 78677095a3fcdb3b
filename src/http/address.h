/* Addresses of clients and the networks that are trusted to name them (X-Forwarded-For). */
#ifndef MERLON_HTTP_ADDRESS_H
#define MERLON_HTTP_ADDRESS_H

#include "base/ctx.h"

struct sockaddr;

enum { ADDRESS_TEXT = 64, NETWORKS = 16 };

/* IPv4 is kept as ::ffff:a.b.c.d, so that one comparison does for both. */
struct network {
    unsigned char bytes[16];
    unsigned bits;
};
struct networks {
    struct network at[NETWORKS];
    size_t count;
};

/* "127.0.0.1, 10.0.0.0/8, fd00::/8"; NULL is none. INVALID names the piece that is no network. */
enum result networks_parse(struct ctx *ctx, const char *text, struct networks *out) MUST_USE;

bool address_parse(struct str s, unsigned char bytes[16]) MUST_USE; /* "10.0.0.1", "fd00::1", "[fd00::1]:443" */
bool address_of_socket(const struct sockaddr *socket, unsigned char bytes[16]) MUST_USE;
size_t address_format(const unsigned char bytes[16], char out[ADDRESS_TEXT]); /* the length */
bool networks_hold(const struct networks *networks, const unsigned char bytes[16]);

/* The client behind trusted proxies: the rightmost address of X-Forwarded-For that is not one of them, or the leftmost
 * when all are. False when none is named, or when what stands on the way is no address. */
bool address_forwarded(const struct networks *trusted, struct str header, unsigned char bytes[16]) MUST_USE;

#endif
