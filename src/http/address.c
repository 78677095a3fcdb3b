/* X-Forwarded-For is read from the right: each proxy adds the address it saw, and only what our own proxies added can
 * be believed. Whatever a client wrote itself stands further to the left. */
#include "http/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

static const unsigned char mapped_prefix[12] = {[10] = 0xff, [11] = 0xff};

static bool is_mapped(const unsigned char bytes[16])
{
    return memcmp(bytes, mapped_prefix, sizeof mapped_prefix) == 0;
}

/* "[fd00::1]:443" and "10.0.0.1:1234" without brackets and port. */
static struct str without_port(struct str s)
{
    s = str_trim(s);
    const char *colon = s.len ? memchr(s.at, ':', s.len) : NULL;
    if (s.len && s.at[0] == '[') {
        const char *close = memchr(s.at, ']', s.len);
        return close ? str_slice(s, 1, (size_t)(close - s.at)) : s;
    }
    bool has_one_colon = colon && !memchr(colon + 1, ':', s.len - (size_t)(colon + 1 - s.at));
    return has_one_colon ? str_slice(s, 0, (size_t)(colon - s.at)) : s;
}

bool address_parse(struct str s, unsigned char bytes[16])
{
    char text[ADDRESS_TEXT];
    s = without_port(s);
    if (!s.len || s.len >= sizeof text || memchr(s.at, 0, s.len)) return false;
    memcpy(text, s.at, s.len);
    text[s.len] = 0;
    if (inet_pton(AF_INET6, text, bytes) == 1) return true;
    memcpy(bytes, mapped_prefix, sizeof mapped_prefix);
    return inet_pton(AF_INET, text, bytes + 12) == 1;
}

bool address_of_socket(const struct sockaddr *socket, unsigned char bytes[16])
{
    if (!socket) return false;
    if (socket->sa_family == AF_INET6) {
        struct sockaddr_in6 six;
        memcpy(&six, socket, sizeof six);
        memcpy(bytes, &six.sin6_addr, 16);
        return true;
    }
    if (socket->sa_family != AF_INET) return false;
    struct sockaddr_in four;
    memcpy(&four, socket, sizeof four);
    memcpy(bytes, mapped_prefix, sizeof mapped_prefix);
    memcpy(bytes + 12, &four.sin_addr, 4);
    return true;
}

size_t address_format(const unsigned char bytes[16], char out[ADDRESS_TEXT])
{
    out[0] = 0;
    if (is_mapped(bytes))
        inet_ntop(AF_INET, bytes + 12, out, ADDRESS_TEXT);
    else
        inet_ntop(AF_INET6, bytes, out, ADDRESS_TEXT);
    return strlen(out);
}

static bool network_holds(const struct network *network, const unsigned char bytes[16])
{
    unsigned whole = network->bits / 8, rest = network->bits % 8;
    if (memcmp(network->bytes, bytes, whole) != 0) return false;
    return rest == 0 || (network->bytes[whole] ^ bytes[whole]) >> (8 - rest) == 0;
}

bool networks_hold(const struct networks *networks, const unsigned char bytes[16])
{
    for (size_t i = 0; i < networks->count; i++)
        if (network_holds(&networks->at[i], bytes)) return true;
    return false;
}

static bool parse_network(struct str s, struct network *out)
{
    struct str address = S("");
    int64_t bits = -1;
    if (!str_cut(&s, '/', &address) || !address_parse(address, out->bytes)) return false;
    int64_t offset = is_mapped(out->bytes) ? 96 : 0;
    if (s.at && (!parse_number(str_trim(s), &bits) || bits < 0 || bits + offset > 128)) return false;
    out->bits = bits < 0 ? 128 : (unsigned)(bits + offset);
    return true;
}

enum result networks_parse(struct ctx *ctx, const char *text, struct networks *out)
{
    struct str rest = str_of(text), piece;
    out->count = 0;
    if (!str_trim(rest).len) return OK;
    while (str_cut(&rest, ',', &piece)) {
        piece = str_trim(piece);
        if (out->count == NETWORKS)
            return fail(ctx, INVALID, "There are more than %d trusted proxies; name their network instead.", NETWORKS);
        if (!parse_network(piece, &out->at[out->count++]))
            return fail(ctx, INVALID, "\"%.*s\" is no address or network; write it like 10.0.0.1 or 10.0.0.0/8.",
                        PRINT(piece));
    }
    return OK;
}

bool address_forwarded(const struct networks *trusted, struct str header, unsigned char bytes[16])
{
    bool was_named = false;
    while (header.len) {
        const char *comma = memrchr(header.at, ',', header.len);
        size_t from = comma ? (size_t)(comma - header.at) + 1 : 0;
        if (!address_parse(str_slice(header, from, header.len), bytes)) return false;
        was_named = true;
        if (!networks_hold(trusted, bytes)) return true;
        header.len = comma ? from - 1 : 0;
    }
    return was_named;
}
