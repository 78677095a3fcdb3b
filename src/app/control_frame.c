#include "app/control_frame.h"

#include <errno.h>
#include <sys/socket.h>

static bool send_all(int connection, const char *bytes, size_t len)
{
    while (len) {
        ssize_t sent = send(connection, bytes, len, MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR) continue;
        if (sent <= 0) return false;
        bytes += sent;
        len -= (size_t)sent;
    }
    return true;
}

static bool receive_all(int connection, char *bytes, size_t len)
{
    while (len) {
        ssize_t got = recv(connection, bytes, len, 0);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return false;
        bytes += got;
        len -= (size_t)got;
    }
    return true;
}

bool frame_send(int connection, enum control_type type, struct str bytes)
{
    if (bytes.len > FRAME_MOST) return false;
    uint32_t len = (uint32_t)bytes.len;
    char head[] = {(char)type, (char)(len >> 24), (char)(len >> 16), (char)(len >> 8), (char)len};
    return send_all(connection, head, sizeof head) && send_all(connection, bytes.at, bytes.len);
}

bool frame_receive(struct arena *arena, int connection, char *type, struct str *bytes)
{
    unsigned char head[5];
    if (!receive_all(connection, (char *)head, sizeof head)) return false;
    size_t len = (size_t)head[1] << 24 | (size_t)head[2] << 16 | (size_t)head[3] << 8 | head[4];
    if (len > FRAME_MOST) return false;
    char *at = arena_alloc(arena, len + 1);
    *type = (char)head[0];
    *bytes = (struct str){at, len};
    return receive_all(connection, at, len);
}

bool control_address(int directory, struct sockaddr_un *address)
{
    *address = (struct sockaddr_un){.sun_family = AF_UNIX};
    int len = snprintf(address->sun_path, sizeof address->sun_path, "/proc/self/fd/%d/merlon.sock", directory);
    return len > 0 && (size_t)len < sizeof address->sun_path;
}
