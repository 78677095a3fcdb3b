/* The head of a request: what may be smuggled past a proxy in front of us is refused (RFC 9112, 6.3 and 11.2), then
 * target and query are decoded and the route is found. libmicrohttpd accepts several of these, so they are looked at
 * again. */
#include "http/calls.h"

enum { DISCARD_LIMIT = 64 * 1024 }; /* of a body nobody wants: read it, so that the answer is not lost in a reset */

struct head {
    struct transit *t;
    int64_t length; /* of Content-Length */
    unsigned lengths, encodings, hosts;
    bool is_chunked, expects, is_broken;
};

struct known_header {
    struct str name;
    void (*note)(struct head *head, struct str value);
};

static void note_length(struct head *head, struct str value)
{
    head->lengths++;
    if (!parse_number(value, &head->length) || head->length < 0) head->is_broken = true;
}

static void note_encoding(struct head *head, struct str value)
{
    head->encodings++;
    head->is_chunked = str_eq_nocase(value, S("chunked"));
}

static void note_host(struct head *head, struct str value)
{
    (void)value;
    head->hosts++;
}

static void note_expect(struct head *head, struct str value)
{
    (void)value;
    head->expects = true;
}

static enum MHD_Result note_header(void *argument, enum MHD_ValueKind kind, const char *name, size_t name_len,
                                   const char *value, size_t value_len)
{
    static const struct known_header known[] = {
        {{"Host", 4}, note_host},
        {{"Expect", 6}, note_expect},
        {{"Content-Length", 14}, note_length},
        {{"Transfer-Encoding", 17}, note_encoding},
    };
    (void)kind;
    struct head *head = argument;
    struct str key = {name, name_len};
    if (!name_len || (unsigned char)name[0] <= ' ' || (unsigned char)name[name_len - 1] <= ' ') head->is_broken = true;
    for (size_t i = 0; i < COUNT(known); i++)
        if (known[i].name.len == name_len && str_eq_nocase(known[i].name, key))
            known[i].note(head, (struct str){value ? value : "", value ? value_len : 0});
    return MHD_YES;
}

static bool refuse(struct transit *t, int status, struct str sentence)
{
    exchange_problem(&t->x, status, sentence);
    t->is_refused = true;
    return false;
}

static bool framing_is_sound(struct transit *t, const struct head *head, const char *version)
{
    t->must_close = true;
    if (head->is_broken) return refuse(t, 400, S("A header of this request is malformed."));
    if (head->lengths > 1) return refuse(t, 400, S("This request states its Content-Length more than once."));
    if (head->hosts > 1) return refuse(t, 400, S("This request states its Host more than once."));
    if (head->encodings && head->lengths)
        return refuse(t, 400, S("This request has both Content-Length and Transfer-Encoding; send one of them."));
    if (head->encodings > 1 || (head->encodings && strcmp(version, MHD_HTTP_VERSION_1_1) != 0))
        return refuse(t, 400, S("The Transfer-Encoding of this request is malformed."));
    if (head->encodings && !head->is_chunked)
        return refuse(t, 501, S("The only Transfer-Encoding known here is chunked."));
    t->must_close = false;
    return true;
}

static enum http_method parse_method(const char *name)
{
    for (unsigned i = 0; i < HTTP_METHODS; i++)
        if (strcmp(name, http_method_name((enum http_method)i)) == 0) return (enum http_method)i;
    return HTTP_METHODS;
}

/* The path of "http://host/path" too, which RFC 9112, 3.2.2 wants understood. */
static bool cut_target(struct str target, struct str *path, struct str *query)
{
    size_t at;
    *query = S("");
    if (str_starts(target, S("http://")) || str_starts(target, S("https://"))) {
        if (!str_find(target, S("://"), &at)) return false;
        target = str_slice(target, at + 3, target.len);
        at = 0;
        while (at < target.len && target.at[at] != '/' && target.at[at] != '?') at++;
        target = str_slice(target, at, target.len);
        if (!target.len || target.at[0] == '?') {
            *path = S("/");
            *query = str_slice(target, 1, target.len);
            return true;
        }
    }
    if (!target.len || target.at[0] != '/' || memchr(target.at, '#', target.len)) return false;
    const char *mark = memchr(target.at, '?', target.len);
    size_t end = mark ? (size_t)(mark - target.at) : target.len;
    *path = str_slice(target, 0, end);
    *query = str_slice(target, end + 1, target.len);
    return true;
}

static void allow(struct transit *t, unsigned methods)
{
    struct buf names = buf_in(t->x.arena);
    for (unsigned i = 0; i < HTTP_METHODS; i++)
        if (methods & 1U << i) buf_print(&names, "%s%s", names.len ? ", " : "", http_method_name((enum http_method)i));
    exchange_set_header(&t->x, "Allow", buf_str(&names));
}

static bool answer_options(struct transit *t, unsigned methods)
{
    allow(t, methods);
    t->x.status = 204;
    t->is_refused = true;
    return false;
}

static bool find_route(struct transit *t, struct str path)
{
    struct exchange *x = &t->x;
    struct route_match match;
    if (!router_find(t->server->config.router, x->arena, x->method, path, &match))
        return refuse(t, 400, S("The path of this request is malformed; escapes must be UTF-8 without %00."));
    x->route = match.route;
    x->parameters = match.parameters;
    if (match.route) return true;
    if (match.path_is_known && x->method == HTTP_OPTIONS) return answer_options(t, match.methods);
    if (match.path_is_known) allow(t, match.methods);
    struct str sentence =
        match.path_is_known ? exchange_say(x, "%s cannot be used on %.*s.", http_method_name(x->method), PRINT(x->path))
                            : exchange_say(x, "There is nothing at %.*s.", PRINT(x->path));
    return refuse(t, match.path_is_known ? 405 : 404, sentence);
}

static bool read_target(struct transit *t, const char *version)
{
    struct exchange *x = &t->x;
    struct str path, query;
    bool has_nul = *version && version - t->target_at != (ptrdiff_t)x->target.len + 1;
    if (x->method == HTTP_OPTIONS && str_eq(x->target, S("*"))) return answer_options(t, (1U << HTTP_METHODS) - 1);
    if (has_nul || !cut_target(x->target, &path, &query) || !percent_decode(x->arena, path, false, &x->path))
        return refuse(t, 400, S("The path of this request is malformed; escapes must be UTF-8 without %00."));
    if (!query_parse(x->arena, query, &x->query))
        return refuse(t, 400, S("The query of this request is malformed; escapes must be UTF-8 without %00."));
    return find_route(t, path);
}

static bool head_fits(struct transit *t)
{
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(t->mhd, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);
    if (!info || info->header_size <= t->server->config.max_header) return true;
    return refuse(t, 431, S("The headers of this request are too large; cookies are the usual reason."));
}

static bool body_fits(struct transit *t, int64_t length)
{
    if (length <= 0 || (uint64_t)length <= t->body_limit) return true;
    t->must_close = true;
    return refuse(
        t, 413,
        exchange_say(&t->x, "The body of this request is larger than the %zu bytes allowed here.", t->body_limit));
}

void head_examine(struct transit *t, const char *method, const char *version)
{
    struct head head = {.t = t};
    struct exchange *x = &t->x;
    MHD_get_connection_values_n(t->mhd, MHD_HEADER_KIND, note_header, &head);
    x->method = parse_method(method);
    int64_t length = head.is_chunked ? -1 : head.length;
    bool is_sound = framing_is_sound(t, &head, version) && head_fits(t);
    if (is_sound && x->method == HTTP_METHODS) is_sound = refuse(t, 501, S("This method is not known here."));
    if (is_sound) is_sound = read_target(t, version);
    t->body_limit = x->route && x->route->body_limit ? x->route->body_limit : BODY_LIMIT;
    if (is_sound) is_sound = body_fits(t, length);
    if (length == 0 || t->must_close) return;
    t->is_discarding = !is_sound;
    if (t->is_discarding) t->body_limit = DISCARD_LIMIT;
    if (!is_sound && (length < 0 || length > DISCARD_LIMIT || head.expects)) t->must_close = true;
    if (!t->must_close) body_expect(t, length);
}
