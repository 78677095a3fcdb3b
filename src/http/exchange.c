/* What a handler does with an exchange. Nothing here talks to the network: answers are sent by the loop thread, which
 * is woken by transit_hand_back when it waits. */
#include "http/calls.h"

#include "base/clock.h"
#include "base/log.h"
#include "http/language.h"

static const char *const method_names[HTTP_METHODS] = {
    [HTTP_GET] = "GET",     [HTTP_HEAD] = "HEAD",     [HTTP_POST] = "POST",       [HTTP_PUT] = "PUT",
    [HTTP_PATCH] = "PATCH", [HTTP_DELETE] = "DELETE", [HTTP_OPTIONS] = "OPTIONS",
};

const char *http_method_name(enum http_method method)
{
    return method < HTTP_METHODS ? method_names[method] : "?";
}

const char *http_status_text(int status)
{
    const char *text = MHD_get_reason_phrase_for((unsigned)status);
    return text ? text : "Unknown";
}

bool exchange_query(const struct exchange *x, const char *name, struct str *value)
{
    return query_find(&x->query, name, value);
}

bool exchange_parameter(const struct exchange *x, const char *name, struct str *value)
{
    return query_find(&x->parameters, name, value);
}

bool exchange_header(struct exchange *x, const char *name, struct str *value)
{
    struct transit *t = transit_of(x);
    const char *at = NULL;
    if (t->headers_are_gone ||
        MHD_lookup_connection_value_n(t->mhd, MHD_HEADER_KIND, name, strlen(name), &at, &value->len) != MHD_YES)
        return false;
    *value = str_trim((struct str){at ? at : "", at ? value->len : 0});
    return true;
}

bool exchange_cookie(struct exchange *x, const char *name, struct str *value)
{
    struct str header;
    return exchange_header(x, "Cookie", &header) && cookie_find(header, name, value);
}

static bool peer_address(struct transit *t, unsigned char bytes[16])
{
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(t->mhd, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    return info && address_of_socket(info->client_addr, bytes);
}

/* Needed only where a proxy is configured, or somebody asks; so not for each request. */
static void resolve_remote(struct transit *t)
{
    unsigned char peer[16], client[16];
    struct str header;
    t->remote_is_known = true;
    if (!peer_address(t, peer)) return;
    t->peer_is_trusted = networks_hold(&t->server->proxies, peer);
    bool is_forwarded = t->peer_is_trusted && exchange_header(&t->x, "X-Forwarded-For", &header) &&
                        address_forwarded(&t->server->proxies, header, client);
    t->remote_len = address_format(is_forwarded ? client : peer, t->remote);
}

struct str exchange_remote(struct exchange *x)
{
    struct transit *t = transit_of(x);
    if (!t->remote_is_known) resolve_remote(t);
    return (struct str){t->remote, t->remote_len};
}

static bool is_token(const char *name)
{
    const char *at = name;
    for (; *at; at++)
        if ((unsigned char)*at <= ' ' || (unsigned char)*at >= 127 || strchr("\"(),/:;<=>?@[\\]{}", *at)) return false;
    return at > name;
}

static bool is_field_value(struct str value)
{
    for (size_t i = 0; i < value.len; i++) {
        unsigned char c = (unsigned char)value.at[i];
        if ((c < ' ' && c != '\t') || c == 127) return false;
    }
    return true;
}

static bool is_ours(struct str name)
{
    static const char *const ours[] = {"Content-Length", "Connection", "Date", "Transfer-Encoding", "Content-Type"};
    for (size_t i = 0; i < COUNT(ours); i++)
        if (str_eq_nocase(name, str_of(ours[i]))) return true;
    return false;
}

bool exchange_set_header(struct exchange *x, const char *name, struct str value)
{
    struct transit *t = transit_of(x);
    struct str key = str_of(name);
    if (!is_token(name) || !is_field_value(value) || is_ours(key)) return false;
    struct header *header = NULL;
    if (!str_eq_nocase(key, S("Set-Cookie")))
        for (header = t->headers; header; header = header->next)
            if (str_eq_nocase(key, str_of(header->name))) break;
    const char *copy = arena_cstr(x->arena, str_trim(value));
    if (!header) {
        struct header *fresh = arena_make(x->arena, struct header);
        fresh->name = arena_cstr(x->arena, key);
        fresh->value = copy;
        *t->last_header = fresh; /* last, since each allocation may jump away */
        t->last_header = &fresh->next;
    } else {
        header->value = copy;
    }
    return true;
}

static void add_json_text(struct buf *out, struct str s)
{
    buf_char(out, '"');
    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.at[i];
        if (c < ' ') {
            buf_print(out, "\\u%04x", c);
            continue;
        }
        if (c == '"' || c == '\\') buf_char(out, '\\');
        buf_char(out, s.at[i]);
    }
    buf_char(out, '"');
}

const struct sentences *exchange_sentences(struct exchange *x)
{
    const struct languages *languages = transit_of(x)->server->config.languages;
    struct str accept;
    return languages && exchange_header(x, "Accept-Language", &accept) ? language_wanted(languages, accept) : NULL;
}

void exchange_tell_language(struct exchange *x)
{
    const struct sentences *sentences = exchange_sentences(x);
    exchange_set_header(x, "Content-Language", sentences ? sentences->language : S("en"));
    exchange_set_header(x, "Vary", S("Accept-Language"));
}

struct str exchange_say(struct exchange *x, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    struct str sentence = sentences_print(exchange_sentences(x), x->arena, NULL, format, arguments);
    va_end(arguments);
    return sentence;
}

struct str exchange_id(struct exchange *x)
{
    static atomic_uint_fast64_t counter; /* no state of the program: it only tells lines of the log apart */
    struct buf text = buf_in(x->arena);
    if (x->id.len) return x->id;
    buf_number(&text, clock_now());
    buf_char(&text, '-');
    buf_number(&text, (int64_t)++counter);
    return x->id = buf_str(&text);
}

void exchange_problem(struct exchange *x, int status, struct str sentence)
{
    struct buf out = buf_in(x->arena);
    buf_text(&out, "{\"type\":\"about:blank\",\"title\":");
    add_json_text(&out, str_of(http_status_text(status)));
    buf_text(&out, ",\"status\":");
    buf_number(&out, status);
    buf_text(&out, ",\"detail\":");
    add_json_text(&out, sentences_say(exchange_sentences(x), sentence));
    buf_text(&out, ",\"request\":");
    add_json_text(&out, exchange_id(x));
    buf_text(&out, "}\n");
    if (status == 503) exchange_set_header(x, "Retry-After", S("1"));
    exchange_tell_language(x);
    x->status = status;
    x->type = "application/problem+json";
    x->out = out;
    x->content = (struct str){0};
}

/* Counted, because a loop that has been woken may finish and be stopped before the waking thread has returned. */
void transit_hand_back(struct transit *t)
{
    struct MHD_Connection *mhd = t->mhd;
    struct loop *loop = &t->server->loops[t->x.loop];
    t->headers_are_gone = true;
    atomic_fetch_add(&loop->resuming, 1);
    if (atomic_exchange(&t->state, FINISHED) == WAITING) MHD_resume_connection(mhd);
    atomic_fetch_sub(&loop->resuming, 1);
}

void exchange_finish(struct exchange *x)
{
    arena_guard(x->arena, NULL);
    arena_release(x->arena);
    transit_hand_back(transit_of(x));
}

/* Without allocating: there is no memory. */
static void answer_out_of_memory(struct exchange *x)
{
    x->status = 503;
    x->type = "application/problem+json";
    x->out = (struct buf){.arena = x->arena};
    x->content = S("{\"type\":\"about:blank\",\"title\":\"Service Unavailable\",\"status\":503,"
                   "\"detail\":\"This request needs more memory than there is; ask for less, or try again later.\"}\n");
}

void exchange_run(struct exchange *x, void (*work)(struct exchange *x, void *argument), void *argument)
{
    struct transit *t = transit_of(x);
    jmp_buf escape;
    if (setjmp(escape) == 0) {
        arena_guard(x->arena, &escape);
        work(x, argument);
        return;
    }
    arena_guard(x->arena, NULL);
    log_line(LOG_ERROR, "a request ran out of memory", "used", (int64_t)arena_used(x->arena), NULL);
    if (t->stream) {
        stream_abort(t->stream);
        return;
    }
    answer_out_of_memory(x);
    exchange_finish(x);
}

/* Under the lock, after which server_close may free everything: so the last that is touched. */
static void count_out(struct server *server, struct loop *loop)
{
    pthread_mutex_lock(&server->lock);
    atomic_fetch_sub(&loop->in_flight, 1);
    pthread_cond_broadcast(&server->is_quiet);
    pthread_mutex_unlock(&server->lock);
}

void transit_release(struct transit *t, bool on_loop)
{
    if (atomic_fetch_sub(&t->holders, 1) != 1) return;
    struct server *server = t->server;
    struct loop *loop = &server->loops[t->x.loop];
    struct arena *arena = t->x.arena;
    bool was_counted = t->is_counted;
    body_release(t);
    if (t->stream) stream_free(t->stream);
    if (on_loop && loop->spares < SPARE_ARENAS) {
        arena_reset(arena);
        loop->spare[loop->spares++] = arena;
    } else {
        arena_free(arena);
    }
    if (!was_counted) return;
    if (on_loop && !atomic_load(&server->is_closing))
        atomic_fetch_sub(&loop->in_flight, 1);
    else
        count_out(server, loop);
}
