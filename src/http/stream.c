/* A ring between writers and the loop. The loop suspends the connection when the ring is empty and a writer resumes it:
 * answering "nothing yet" without suspending would make the loop spin. Writers wake it for a batch, not for each line.
 * */
#include "http/calls.h"

#include "base/clock.h"
#include "base/wait.h"

#include <poll.h>

enum { FIRST_ROOM = 4 * 1024, BATCH = 32 * 1024 };

struct exchange_stream {
    struct transit *t;
    pthread_mutex_t lock;
    pthread_cond_t has_room;
    char *ring;
    size_t room, first, count;
    int64_t total, taken_ms; /* when the client last took something */
    int64_t may_wait;        /* ms that writers may still wait for the client */
    uint64_t sent;
    bool is_suspended, has_ended, is_cut, is_slow, is_detached;
};

static bool is_open(const struct exchange_stream *stream)
{
    return !stream->has_ended && !stream->is_cut && !stream->is_detached;
}

static void wake(struct exchange_stream *stream)
{
    if (!stream->is_suspended) return;
    stream->is_suspended = false;
    MHD_resume_connection(stream->t->mhd);
}

static struct exchange_stream *stream_new(struct transit *t, int64_t total)
{
    struct exchange_stream *stream = calloc(1, sizeof *stream);
    if (!stream) return NULL;
    wait_init(&stream->has_room);
    pthread_mutex_init(&stream->lock, NULL);
    stream->t = t;
    stream->total = total;
    stream->may_wait = INT64_MAX / 2;
    atomic_fetch_add(&t->server->stream_count, 1);
    return stream;
}

struct exchange_stream *exchange_stream(struct exchange *x, int64_t total)
{
    struct transit *t = transit_of(x);
    struct server *server = t->server;
    struct exchange_stream *stream = stream_new(t, total);
    if (!stream) {
        x->content = S("");
        x->status = 503;
        exchange_finish(x);
        return NULL;
    }
    t->stream = stream;
    atomic_fetch_add(&t->holders, 1);
    pthread_mutex_lock(&server->lock);
    t->connection->stream = stream;
    stream->is_cut = atomic_load(&server->is_closing);
    pthread_mutex_unlock(&server->lock);
    transit_hand_back(t);
    return stream;
}

void stream_free(struct exchange_stream *stream)
{
    atomic_fetch_sub(&stream->t->server->stream_count, 1);
    pthread_cond_destroy(&stream->has_room);
    pthread_mutex_destroy(&stream->lock);
    free(stream->ring);
    free(stream);
}

void stream_limit_waiting(struct exchange_stream *stream, int64_t ms)
{
    pthread_mutex_lock(&stream->lock);
    stream->may_wait = ms;
    pthread_mutex_unlock(&stream->lock);
}

/* The ring doubles up to the window; called with the lock held. False when there is no memory. */
static bool make_room(struct exchange_stream *stream, size_t wanted)
{
    size_t room = stream->room ? stream->room : FIRST_ROOM;
    while (room < wanted && room < STREAM_WINDOW) room *= 2;
    if (room == stream->room) return true;
    char *ring = malloc(room);
    if (!ring) return false;
    size_t tail = stream->room - stream->first;
    if (tail > stream->count) tail = stream->count;
    if (stream->count) {
        memcpy(ring, stream->ring + stream->first, tail);
        memcpy(ring + tail, stream->ring, stream->count - tail);
    }
    free(stream->ring);
    stream->ring = ring;
    stream->room = room;
    stream->first = 0;
    return true;
}

/* Takes what fits; with the lock held. 0 with a window that is not full means that there is no memory. */
static size_t put(struct exchange_stream *stream, struct str bytes)
{
    size_t len = STREAM_WINDOW - stream->count;
    if (len > bytes.len) len = bytes.len;
    if (!len || !make_room(stream, stream->count + len)) return 0;
    size_t at = (stream->first + stream->count) % stream->room;
    size_t tail = stream->room - at;
    if (tail > len) tail = len;
    memcpy(stream->ring + at, bytes.at, tail);
    memcpy(stream->ring, bytes.at + tail, len - tail);
    if (!stream->count) stream->taken_ms = clock_monotonic();
    stream->count += len;
    return len;
}

static void cut(struct exchange_stream *stream)
{
    stream->is_cut = true;
    wake(stream);
    pthread_cond_broadcast(&stream->has_room);
}

/* Waits for room until the client has taken nothing for too long, or been waited for too long; with the lock held. */
static enum result wait_for_room(struct exchange_stream *stream)
{
    while (is_open(stream) && stream->count == STREAM_WINDOW) {
        int64_t from = clock_monotonic(), until = stream->taken_ms + STREAM_PATIENCE;
        if (until - from > stream->may_wait) until = from + stream->may_wait;
        wait_until(&stream->has_room, &stream->lock, until);
        int64_t now = clock_monotonic();
        stream->may_wait -= now - from;
        bool over = stream->may_wait <= 0 || now - stream->taken_ms >= STREAM_PATIENCE;
        if (is_open(stream) && stream->count == STREAM_WINDOW && over) {
            stream->is_slow = true;
            cut(stream);
        }
    }
    if (stream->is_slow) return BUSY;
    return is_open(stream) ? OK : BROKEN;
}

enum result stream_write(struct exchange_stream *stream, struct str bytes)
{
    enum result result = OK;
    pthread_mutex_lock(&stream->lock);
    do {
        result = wait_for_room(stream);
        if (result != OK || !bytes.len) break;
        size_t taken = put(stream, bytes);
        if (!taken) {
            cut(stream);
            result = BROKEN;
        }
        bytes = str_slice(bytes, taken, bytes.len);
        if (stream->count >= BATCH) wake(stream);
    } while (result == OK && bytes.len);
    pthread_mutex_unlock(&stream->lock);
    return result;
}

enum result stream_push(struct exchange_stream *stream, struct str bytes)
{
    enum result result = OK;
    pthread_mutex_lock(&stream->lock);
    if (!is_open(stream)) {
        result = stream->is_slow ? BUSY : BROKEN;
    } else if (bytes.len > STREAM_WINDOW - stream->count) {
        stream->is_slow = true;
        cut(stream);
        result = BUSY;
    } else if (bytes.len && put(stream, bytes) != bytes.len) {
        cut(stream);
        result = BROKEN;
    }
    if (stream->count) wake(stream);
    pthread_mutex_unlock(&stream->lock);
    return result;
}

bool stream_is_open(struct exchange_stream *stream)
{
    pthread_mutex_lock(&stream->lock);
    bool open = is_open(stream);
    pthread_mutex_unlock(&stream->lock);
    return open;
}

static void leave(struct exchange_stream *stream, bool is_complete)
{
    struct transit *t = stream->t;
    pthread_mutex_lock(&stream->lock);
    stream->has_ended = is_complete;
    if (is_complete)
        wake(stream);
    else
        cut(stream);
    pthread_mutex_unlock(&stream->lock);
    arena_guard(t->x.arena, NULL);
    arena_release(t->x.arena);
    transit_release(t, false);
}

void stream_end(struct exchange_stream *stream)
{
    leave(stream, true);
}

void stream_abort(struct exchange_stream *stream)
{
    leave(stream, false);
}

static size_t take(struct exchange_stream *stream, char *out, size_t room)
{
    size_t len = stream->count < room ? stream->count : room;
    size_t tail = stream->room - stream->first;
    if (tail > len) tail = len;
    memcpy(out, stream->ring + stream->first, tail);
    memcpy(out + tail, stream->ring, len - tail);
    stream->first = (stream->first + len) % stream->room;
    stream->count -= len;
    stream->sent += len;
    stream->taken_ms = clock_monotonic();
    return len;
}

ssize_t stream_read(void *argument, uint64_t position, char *out, size_t room)
{
    struct exchange_stream *stream = argument;
    struct transit *t = stream->t;
    ssize_t result = 0;
    pthread_mutex_lock(&stream->lock);
    if (stream->is_cut) {
        result = MHD_CONTENT_READER_END_WITH_ERROR;
    } else if (stream->count) {
        result = (ssize_t)take(stream, out, room);
        connection_extend(t->connection, t->server->config.send_ms);
        pthread_cond_broadcast(&stream->has_room);
    } else if (stream->has_ended) {
        bool is_short = stream->total >= 0 && position < (uint64_t)stream->total;
        result = is_short ? MHD_CONTENT_READER_END_WITH_ERROR : MHD_CONTENT_READER_END_OF_STREAM;
    } else {
        stream->is_suspended = true;
        connection_extend(t->connection, 0);
        MHD_suspend_connection(t->mhd);
    }
    pthread_mutex_unlock(&stream->lock);
    return result;
}

void stream_start(struct exchange_stream *stream)
{
    pthread_mutex_lock(&stream->lock);
    stream->taken_ms = clock_monotonic();
    pthread_mutex_unlock(&stream->lock);
}

void stream_detach(struct exchange_stream *stream)
{
    pthread_mutex_lock(&stream->lock);
    stream->is_detached = true;
    stream->is_suspended = false;
    pthread_cond_broadcast(&stream->has_room);
    pthread_mutex_unlock(&stream->lock);
}

void stream_cut(struct exchange_stream *stream)
{
    pthread_mutex_lock(&stream->lock);
    cut(stream);
    pthread_mutex_unlock(&stream->lock);
}

/* libmicrohttpd does not look at suspended connections, so that a browser tab that was closed would never be noticed.
 * An idle stream gives its ring back on the way; but one that sleeps may hold a little that was not worth waking it. */
bool stream_client_left(struct exchange_stream *stream, int fd)
{
    bool has_left = false;
    pthread_mutex_lock(&stream->lock);
    if (stream->is_suspended) {
        struct pollfd look = {.fd = fd, .events = POLLRDHUP};
        has_left = poll(&look, 1, 0) == 1 && look.revents;
    }
    if (stream->is_suspended && !stream->count) {
        free(stream->ring);
        stream->ring = NULL;
        stream->room = stream->first = 0;
    }
    pthread_mutex_unlock(&stream->lock);
    return has_left;
}

int64_t stream_total(const struct exchange_stream *stream)
{
    return stream->total;
}

uint64_t stream_sent(struct exchange_stream *stream)
{
    pthread_mutex_lock(&stream->lock);
    uint64_t sent = stream->sent;
    pthread_mutex_unlock(&stream->lock);
    return sent;
}

void event_add(struct buf *out, struct str id, struct str name, struct str data)
{
    struct str line;
    if (id.len) buf_print(out, "id: %.*s\n", PRINT(id));
    if (name.len) buf_print(out, "event: %.*s\n", PRINT(name));
    while (str_cut(&data, '\n', &line)) buf_print(out, "data: %.*s\n", PRINT(line));
    buf_char(out, '\n');
}
