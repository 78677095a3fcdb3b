/* Writing answers. The body is not copied: it lies in the exchange's arena, which outlives the answer. */
#include "http/calls.h"

#include <sys/socket.h>

/* Chunked answers are written straight into libmicrohttpd's buffer; the block is for those whose length is known. */
enum { CHUNKED_BLOCK = 1024, SIZED_BLOCK = 32 * 1024 };

static struct MHD_Response *make_response(struct transit *t, size_t *len)
{
    struct exchange *x = &t->x;
    *len = 0;
    if (t->stream) {
        int64_t total = stream_total(t->stream);
        return MHD_create_response_from_callback(total < 0 ? MHD_SIZE_UNKNOWN : (uint64_t)total,
                                                 total < 0 ? CHUNKED_BLOCK : SIZED_BLOCK, stream_read, t->stream, NULL);
    }
    struct str body = x->content.at ? x->content : (struct str){x->out.at, x->out.len};
    *len = body.len;
    return MHD_create_response_from_buffer(body.len, (void *)body.at, MHD_RESPMEM_PERSISTENT);
}

static bool is_set(const struct transit *t, const char *name)
{
    for (const struct header *header = t->headers; header; header = header->next)
        if (strcasecmp(header->name, name) == 0) return true;
    return false;
}

static bool add_standing(const struct transit *t, struct MHD_Response *response, const struct server_header *headers)
{
    for (; headers && headers->name; headers++)
        if (!is_set(t, headers->name) && MHD_add_response_header(response, headers->name, headers->value) != MHD_YES)
            return false;
    return true;
}

static bool add_headers(struct transit *t, struct MHD_Response *response)
{
    const struct server_config *config = &t->server->config;
    const char *type = t->x.type;
    if (type && MHD_add_response_header(response, "Content-Type", type) != MHD_YES) return false;
    for (const struct header *header = t->headers; header; header = header->next)
        if (MHD_add_response_header(response, header->name, header->value) != MHD_YES) return false;
    if (t->must_close || atomic_load_explicit(&t->server->is_closing, memory_order_relaxed))
        if (MHD_add_response_header(response, "Connection", "close") != MHD_YES) return false;
    bool is_page = type && strncmp(type, "text/html", 9) == 0;
    return (!is_page || add_standing(t, response, config->page_headers)) && add_standing(t, response, config->headers);
}

enum MHD_Result answer_send(struct transit *t)
{
    size_t len;
    struct MHD_Response *response = make_response(t, &len);
    if (!response || !add_headers(t, response)) {
        if (response) MHD_destroy_response(response);
        return MHD_NO;
    }
    t->phase = PHASE_ANSWERED;
    connection_extend(t->connection, t->server->config.send_ms + (int64_t)(len / RATE));
    if (t->stream) stream_start(t->stream);
    enum MHD_Result queued = MHD_queue_response(t->mhd, (unsigned)t->x.status, response);
    MHD_destroy_response(response);
    return queued;
}

enum MHD_Result answer_exhausted(struct server *server, struct MHD_Connection *mhd)
{
    return MHD_queue_response(mhd, 503, server->exhausted);
}

/* libmicrohttpd takes no answer while a body arrives, and the rest of the body is not to be read. Nothing else is being
 * sent at this moment, so the answer goes to the socket directly; whether it arrives is the client's affair. */
void answer_refuse_raw(struct transit *t, int status)
{
    char text[600];
    const char *detail = status == 413 ? SENTENCE("The body of this request is larger than what is allowed here.")
                                       : SENTENCE("Too many uploads are under way; try again in a moment.");
    const struct sentences *sentences = exchange_sentences(&t->x);
    struct str told = str_shorten(sentences_say(sentences, str_of(detail)), 160);
    char body[320];
    int body_len = snprintf(body, sizeof body,
                            "{\"type\":\"about:blank\",\"title\":\"%s\",\"status\":%d,\"detail\":\"%.*s\","
                            "\"request\":\"%.*s\"}\n",
                            http_status_text(status), status, PRINT(told), PRINT(exchange_id(&t->x)));
    int len =
        snprintf(text, sizeof text,
                 "HTTP/1.1 %d %s\r\nContent-Type: application/problem+json\r\nContent-Language: %.*s\r\n"
                 "Content-Length: %d\r\nConnection: close\r\n\r\n%s",
                 status, http_status_text(status), PRINT(sentences ? sentences->language : S("en")), body_len, body);
    t->x.status = status;
    t->phase = PHASE_ANSWERED;
    const union MHD_ConnectionInfo *tls = MHD_get_connection_info(t->mhd, MHD_CONNECTION_INFO_GNUTLS_SESSION);
    ssize_t sent = tls ? gnutls_record_send(tls->tls_session, text, (size_t)len)
                       : send(t->connection->fd, text, (size_t)len, MSG_NOSIGNAL | MSG_DONTWAIT);
    (void)sent;
}
