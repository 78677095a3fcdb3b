/* Reading answers off a socket. */
#ifndef MERLON_TESTS_HTTP_REPLY_H
#define MERLON_TESTS_HTTP_REPLY_H

#include "base/str.h"

#include <sys/socket.h>

struct reply {
    char text[64 * 1024]; /* head and body, terminated */
    size_t len, head_len;
    int status;
    const char *body;
};

static inline bool reply_read_more(int fd, struct reply *reply)
{
    ssize_t got = recv(fd, reply->text + reply->len, sizeof reply->text - 1 - reply->len, 0);
    if (got <= 0) return false;
    reply->len += (size_t)got;
    reply->text[reply->len] = 0;
    return true;
}

static inline bool reply_header(const struct reply *reply, const char *name, struct str *value)
{
    struct str rest = {reply->text, reply->head_len}, line, key;
    while (str_cut(&rest, '\n', &line)) {
        line = str_trim(line);
        if (!memchr(line.at, ':', line.len) || !str_cut(&line, ':', &key) || !str_eq_nocase(key, str_of(name)))
            continue;
        *value = str_trim(line);
        return true;
    }
    return false;
}

/* One answer with a Content-Length (or none: head only, `has_body` false). What follows it stays in *rest for the next.
 * */
static inline bool reply_read(int fd, struct reply *reply, bool has_body, struct reply *rest)
{
    reply->len = reply->head_len = 0;
    reply->text[0] = 0;
    if (rest && rest->len) {
        memcpy(reply->text, rest->text, rest->len + 1);
        reply->len = rest->len;
        rest->len = 0;
    }
    char *end;
    while (!(end = strstr(reply->text, "\r\n\r\n")))
        if (!reply_read_more(fd, reply)) return false;
    reply->head_len = (size_t)(end - reply->text) + 4;
    reply->body = reply->text + reply->head_len;
    struct str status = str_slice((struct str){reply->text, reply->len}, 9, 12), length;
    int64_t number = 0, wanted = 0;
    if (!parse_number(status, &number)) return false;
    reply->status = (int)number;
    if (has_body && reply_header(reply, "Content-Length", &length) && !parse_number(length, &wanted)) return false;
    while (reply->len < reply->head_len + (size_t)wanted)
        if (!reply_read_more(fd, reply)) return false;
    size_t used = reply->head_len + (size_t)wanted;
    if (rest && reply->len > used) {
        rest->len = reply->len - used;
        memcpy(rest->text, reply->text + used, rest->len);
        rest->text[rest->len] = 0;
    }
    if (reply->len > used) {
        reply->len = used;
        reply->text[used] = 0;
    }
    return true;
}

#endif
