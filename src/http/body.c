/* Bodies. Small ones lie in the arena; large ones in pages of their own, which grow without copying and go back to the
 * system at the end, so that one upload does not leave the process large. What is counted is what has arrived. */
#include "http/calls.h"

#include <sys/mman.h>

enum { SMALL = 16 * 1024, STEP = 64 * 1024 };

static size_t whole_steps(size_t len)
{
    return (len + STEP - 1) / STEP * STEP;
}

void body_expect(struct transit *t, int64_t length)
{
    struct server *server = t->server;
    t->body_started = atomic_load(&server->now);
    connection_extend(t->connection, server->config.body_ms);
    if (t->is_discarding || length < 0 || length > SMALL) return;
    t->x.body.at = arena_alloc(t->x.arena, (size_t)length);
    t->body_room = (size_t)length;
}

static bool make_room(struct transit *t, size_t wanted)
{
    if (wanted <= t->body_room) return true;
    size_t room = t->body_room * 2;
    if (room > t->body_limit) room = t->body_limit;
    if (room < wanted) room = wanted;
    room = whole_steps(room);
    void *at = t->body_is_mapped ? mremap((void *)t->x.body.at, t->body_room, room, MREMAP_MAYMOVE)
                                 : mmap(NULL, room, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (at == MAP_FAILED) return false;
    t->body_is_mapped = true;
    t->x.body.at = at;
    t->body_room = room;
    return true;
}

static bool count_upload(struct transit *t, size_t len)
{
    struct server *server = t->server;
    size_t counted = whole_steps(len);
    if (!t->body_is_mapped || counted <= t->body_counted) return true;
    uint64_t more = counted - t->body_counted;
    uint64_t before = atomic_fetch_add(&server->upload_bytes, more);
    t->body_counted = counted;
    return before + more <= server->config.max_upload;
}

int body_take(struct transit *t, const char *at, size_t len)
{
    struct server *server = t->server;
    size_t total = t->x.body.len + len;
    if (total > t->body_limit) return 413;
    int64_t allowed = server->config.body_ms + (int64_t)(total / RATE);
    connection_extend(t->connection, t->body_started + allowed - atomic_load(&server->now));
    if (!t->is_discarding) {
        if (!make_room(t, total) || !count_upload(t, total)) return 503;
        memcpy((char *)t->x.body.at + t->x.body.len, at, len);
    }
    t->x.body.len = total;
    return 0;
}

void body_release(struct transit *t)
{
    if (t->body_is_mapped) munmap((void *)t->x.body.at, t->body_room);
    if (t->body_counted) atomic_fetch_sub(&t->server->upload_bytes, t->body_counted);
    t->body_is_mapped = false;
    t->body_counted = 0;
}
