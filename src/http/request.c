/* What libmicrohttpd calls for a request: once with the line, once with the head, for each piece of the body, and at
 * the end. An answer with the first call would end keep-alive, so only what must close the connection is answered
 * there. */
#include "http/calls.h"

int64_t monotonic_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static struct connection *connection_of(struct MHD_Connection *mhd)
{
    return MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_SOCKET_CONTEXT)->socket_context;
}

static struct transit *make_transit(struct arena *arena, const char *target)
{
    jmp_buf escape;
    struct transit *t = NULL;
    if (setjmp(escape) == 0) {
        arena_guard(arena, &escape);
        struct transit *made = arena_make(arena, struct transit);
        made->x.target = arena_copy(arena, str_of(target));
        t = made;
        arena_guard(arena, NULL);
        return t;
    }
    arena_free(arena);
    return NULL;
}

void *request_begin(void *server_given, const char *target, struct MHD_Connection *mhd)
{
    struct server *server = server_given;
    struct connection *connection = connection_of(mhd);
    if (!connection) return NULL;
    struct loop *loop = &server->loops[connection->loop];
    struct arena *arena = loop->spares ? loop->spare[--loop->spares] : arena_new(server->config.max_memory);
    struct transit *t = arena ? make_transit(arena, target) : NULL;
    if (!t) return NULL;
    t->started_ns = monotonic_ns();
    t->server = server;
    t->connection = connection;
    t->mhd = mhd;
    t->target_at = target;
    t->last_header = &t->headers;
    t->holders = 1;
    t->x.arena = arena;
    t->x.started = t->started_ns / 1000000;
    t->x.status = 200;
    t->x.out = buf_in(arena);
    t->x.loop = connection->loop;
    connection_extend(connection, server->config.header_ms);
    return t;
}

static void find_scheme(struct transit *t)
{
    struct str scheme;
    t->x.is_tls = t->server->config.certificate != NULL;
    if (t->x.is_tls || !t->server->proxies.count) return;
    exchange_remote(&t->x);
    t->x.is_tls =
        t->peer_is_trusted && exchange_header(&t->x, "X-Forwarded-Proto", &scheme) && str_eq_nocase(scheme, S("https"));
}

/* While the server closes, what has not begun yet is turned away; what has is counted, and waited for. */
static void count_in(struct transit *t)
{
    struct server *server = t->server;
    t->is_counted = true;
    atomic_fetch_add(&server->loops[t->x.loop].in_flight, 1);
    if (!atomic_load(&server->is_closing)) return;
    exchange_problem(&t->x, 503, S("This server is being stopped; try again in a moment."));
    t->is_refused = t->must_close = true;
}

static bool examine(struct transit *t, const char *method, const char *version)
{
    jmp_buf escape;
    if (setjmp(escape) != 0) {
        arena_guard(t->x.arena, NULL);
        return false;
    }
    arena_guard(t->x.arena, &escape);
    head_examine(t, method, version);
    count_in(t);
    arena_guard(t->x.arena, NULL);
    return true;
}

static enum MHD_Result first_call(struct transit *t, const char *method, const char *version)
{
    t->phase = PHASE_BODY;
    if (!examine(t, method, version)) return answer_exhausted(t->server, t->mhd);
    find_scheme(t);
    return t->must_close ? answer_send(t) : MHD_YES;
}

static enum MHD_Result body_call(struct transit *t, const char *at, size_t *len)
{
    int refusal = body_take(t, at, *len);
    *len = 0;
    if (!refusal) return MHD_YES;
    answer_refuse_raw(t, refusal);
    return MHD_NO;
}

static enum MHD_Result run(struct transit *t)
{
    struct server *server = t->server;
    t->phase = PHASE_RUNNING;
    if (t->is_discarding) t->x.body = (struct str){0};
    if (t->is_refused) return answer_send(t);
    connection_extend(t->connection, 0);
    server->config.dispatch(server->config.app, &t->x, t->x.route);
    if (atomic_load(&t->state) == FINISHED) return answer_send(t);
    int before = RUNNING;
    struct MHD_Connection *mhd = t->mhd;
    MHD_suspend_connection(mhd);
    if (!atomic_compare_exchange_strong(&t->state, &before, WAITING)) MHD_resume_connection(mhd);
    return MHD_YES; /* t may be with another thread by now */
}

enum MHD_Result request_call(void *server, struct MHD_Connection *mhd, const char *url, const char *method,
                             const char *version, const char *upload, size_t *upload_size, void **transit)
{
    (void)url;
    struct transit *t = *transit;
    if (!t) return answer_exhausted(server, mhd);
    if (t->phase == PHASE_HEAD) return first_call(t, method, version);
    if (t->phase == PHASE_BODY && *upload_size) return body_call(t, upload, upload_size);
    if (t->phase == PHASE_BODY) return run(t);
    if (t->phase == PHASE_RUNNING && atomic_load(&t->state) == FINISHED) return answer_send(t);
    return MHD_YES;
}

static void account(struct transit *t, enum MHD_RequestTerminationCode code)
{
    const struct server_config *config = &t->server->config;
    if (!config->completed || t->phase != PHASE_ANSWERED) return;
    struct exchange *x = &t->x;
    uint64_t len = t->stream ? stream_sent(t->stream) : x->content.at ? x->content.len : x->out.len;
    t->headers_are_gone = false; /* they are still there, and this is the loop */
    const struct server_account account = {
        .route = x->route,
        .method = x->method,
        .status = x->status,
        .was_cut = code != MHD_REQUEST_TERMINATED_COMPLETED_OK,
        .microseconds = (monotonic_ns() - t->started_ns) / 1000,
        .bytes_in = x->body.len,
        .bytes_out = x->method == HTTP_HEAD ? 0 : len,
    };
    config->completed(config->app, x, &account);
}

void request_completed(void *server_given, struct MHD_Connection *mhd, void **transit,
                       enum MHD_RequestTerminationCode code)
{
    (void)mhd;
    struct server *server = server_given;
    struct transit *t = *transit;
    *transit = NULL;
    if (!t) return;
    connection_extend(t->connection, server->config.idle_ms);
    account(t, code);
    if (t->stream) {
        pthread_mutex_lock(&server->lock);
        t->connection->stream = NULL;
        pthread_mutex_unlock(&server->lock);
        stream_detach(t->stream);
    }
    transit_release(t, true);
}
