/* Clients that speak bytes to the server of wire.h. */
#ifndef MERLON_TESTS_HTTP_CLIENT_H
#define MERLON_TESTS_HTTP_CLIENT_H

#include "reply.h"
#include "wire.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>

static inline int wire_connect_buffered(const struct wire *wire, int receive_buffer)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)server_port(wire->server))};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const struct timeval patience = {.tv_sec = PATIENCE_MS / 1000};
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    if (receive_buffer) setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
    assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof address), 0);
    return fd;
}

static inline int wire_connect(const struct wire *wire)
{
    return wire_connect_buffered(wire, 0);
}

static inline bool wire_send(int fd, const void *bytes, size_t len)
{
    for (size_t sent = 0; sent < len;) {
        ssize_t now = send(fd, (const char *)bytes + sent, len - sent, MSG_NOSIGNAL);
        if (now <= 0) return false;
        sent += (size_t)now;
    }
    return true;
}

static inline void wire_say(int fd, const char *text)
{
    assert_true(wire_send(fd, text, strlen(text)));
}

/* True when the server has closed, within the patience. */
static inline bool wire_is_closed(int fd)
{
    char byte;
    ssize_t got = recv(fd, &byte, 1, 0);
    return got == 0 || (got < 0 && errno != EAGAIN);
}

/* A whole exchange on a connection of its own. */
static inline int wire_ask(const struct wire *wire, const char *request, struct reply *reply)
{
    int fd = wire_connect(wire);
    wire_say(fd, request);
    bool was_read = reply_read(fd, reply, strncmp(request, "HEAD", 4) != 0, NULL);
    close(fd);
    return was_read ? reply->status : 0;
}

#endif
