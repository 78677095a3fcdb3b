/* Only the plain form of an address is taken: quoted local parts and comments are legal by RFC 5322, used by nobody,
 * and a way to write the same address twice. */
#include "access/email.h"

struct str email_key(struct arena *arena, struct str email)
{
    struct str trimmed = str_trim(email);
    char *at = arena_alloc(arena, trimmed.len + 1);
    for (size_t i = 0; i < trimmed.len; i++) {
        char c = trimmed.at[i];
        at[i] = (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
    }
    return (struct str){at, trimmed.len};
}

static bool is_plain(struct str part, const char *refused)
{
    if (!part.len || part.at[0] == '.' || part.at[part.len - 1] == '.') return false;
    for (size_t i = 0; i < part.len; i++) {
        unsigned char c = (unsigned char)part.at[i];
        if (c <= ' ' || c == 0x7f || strchr(refused, c)) return false;
        if (c == '.' && part.at[i - 1] == '.') return false;
    }
    return true;
}

bool email_is_valid(struct str email)
{
    struct str domain = email, local;
    if (email.len > EMAIL_MOST || !str_is_utf8(email) || !str_cut(&domain, '@', &local)) return false;
    return is_plain(local, "\"(),:;<>[\\]") && is_plain(domain, "\"(),:;<>[\\]@_!#$%&'*+/=?^`{|}~");
}
