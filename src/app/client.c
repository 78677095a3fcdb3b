/* libcurl's callbacks must not be jumped across by the arena, so an answer is gathered in memory of its own and copied
 * into the arena afterwards. */
#include "app/client.h"

#include "format/json_out.h"

#include <curl/curl.h>

enum { ANSWER_MOST = 256 * 1024 * 1024, CONNECT_SECONDS = 10, CALL_SECONDS = 600 };

struct client {
    CURL *curl;
    struct str url, token, csrf; /* in the arena of client_open and client_sign_in */
    char *gathered;
    size_t gathered_len, gathered_room;
};

static void client_free(void *arg)
{
    struct client *client = arg;
    if (client->curl) curl_easy_cleanup(client->curl);
    free(client->gathered);
}

enum result client_open(struct ctx *ctx, struct str url, struct client **out)
{
    struct client *client = arena_make(ctx->arena, struct client);
    while (url.len && url.at[url.len - 1] == '/') url.len--;
    if (!str_starts(url, S("http://")) && !str_starts(url, S("https://")))
        return fail(ctx, INVALID, "\"%.*s\" is no address of a server: it begins with http:// or https://.",
                    PRINT(url));
    client->url = arena_copy(ctx->arena, url);
    client->curl = curl_easy_init();
    if (!client->curl) return fail(ctx, BROKEN, "The HTTP client does not start.");
    arena_defer(ctx->arena, client_free, client);
    curl_easy_setopt(client->curl, CURLOPT_COOKIEFILE, ""); /* cookies are kept */
    *out = client;
    return OK;
}

void client_use_token(struct client *client, struct str token)
{
    client->token = token;
}

/* ---- one call ---- */

static size_t gather(char *at, size_t size, size_t count, void *arg)
{
    struct client *client = arg;
    size_t len = size * count, needed = client->gathered_len + len;
    if (needed > ANSWER_MOST) return 0;
    if (needed > client->gathered_room) {
        size_t room = needed * 2;
        char *wider = realloc(client->gathered, room);
        if (!wider) return 0;
        client->gathered = wider;
        client->gathered_room = room;
    }
    memcpy(client->gathered + client->gathered_len, at, len);
    client->gathered_len = needed;
    return len;
}

struct headers {
    struct curl_slist *list;
};

static void headers_free(void *arg)
{
    curl_slist_free_all(((struct headers *)arg)->list);
}

static enum result add_header(struct ctx *ctx, struct headers *headers, const char *name, struct str value)
{
    struct str line = arena_print(ctx->arena, "%s: %.*s", name, PRINT(value));
    struct curl_slist *longer = value.len ? curl_slist_append(headers->list, line.at) : headers->list;
    if (value.len && !longer) return fail(ctx, BROKEN, "There is no memory for this request.");
    headers->list = longer;
    return OK;
}

static enum result add_headers(struct ctx *ctx, const struct client *client, const struct call *call,
                               struct headers *headers)
{
    struct str bearer = client->token.len ? arena_print(ctx->arena, "Bearer %.*s", PRINT(client->token)) : S("");
    TRY(add_header(ctx, headers, "Content-Type", call->type.len ? call->type : S("application/json")));
    TRY(add_header(ctx, headers, "X-CSRF-Token", client->csrf));
    TRY(add_header(ctx, headers, "Authorization", bearer));
    return add_header(ctx, headers, "If-Match", call->if_match);
}

static void prepare(struct ctx *ctx, struct client *client, const struct call *call, const struct headers *headers,
                    char *trouble)
{
    CURL *curl = client->curl;
    struct str url = arena_print(ctx->arena, "%.*s%.*s", PRINT(client->url), PRINT(call->path));
    bool has_body = call->body.len || strcmp(call->method, "GET") != 0;
    client->gathered_len = 0;
    curl_easy_setopt(curl, CURLOPT_URL, url.at);
    curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, trouble);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(curl, CURLOPT_NOPROXY, "127.0.0.1,::1,localhost");
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, (long)CONNECT_SECONDS);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT, (long)CALL_SECONDS);
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers->list);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, gather);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, client);
    curl_easy_setopt(curl, CURLOPT_HTTPGET, 1L); /* forgets the last call's body */
    if (has_body) {
        curl_easy_setopt(curl, CURLOPT_POSTFIELDS, call->body.len ? call->body.at : "");
        curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)call->body.len);
    }
    curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, call->method);
}

/* ---- what an answer says ---- */

static enum result result_of(long status)
{
    static const struct {
        long status;
        enum result result;
    } known[] = {{401, DENIED}, {403, DENIED}, {404, NOT_FOUND}, {429, BUSY}, {503, BUSY}};
    for (size_t i = 0; i < COUNT(known); i++)
        if (known[i].status == status) return known[i].result;
    return status < 500 ? CONFLICT : BROKEN;
}

/* A problem (RFC 9457) as this program's own failure; the sentence of an answer that is none is its status. */
static enum result refuse(struct ctx *ctx, const struct call *call, const struct answer *answer)
{
    struct json *problem = NULL;
    if (json_parse(ctx, answer->body, &problem) != OK) ctx_clear_error(ctx);
    struct str detail = json_str(problem, "detail", S(""));
    if (!detail.len) detail = arena_print(ctx->arena, "The server answered %d.", answer->status);
    const struct json *errors = json_get(problem, "errors");
    for (const struct json *one = errors && errors->kind == JSON_ARRAY ? errors->first : NULL; one; one = one->next) {
        struct str field = str_slice(json_str(one, "pointer", S("/")), 1, SIZE_MAX);
        fail_field(ctx, arena_cstr(ctx->arena, field), "refused", "%.*s", PRINT(json_str(one, "detail", S(""))));
    }
    return fail(ctx, result_of(answer->status), "%s %.*s: %.*s", call->method, PRINT(call->path), PRINT(detail));
}

enum result client_call(struct ctx *ctx, struct client *client, const struct call *call, struct answer *answer)
{
    char trouble[CURL_ERROR_SIZE] = "";
    long status = 0;
    struct headers *headers = arena_make(ctx->arena, struct headers);
    arena_defer(ctx->arena, headers_free, headers);
    TRY(add_headers(ctx, client, call, headers));
    prepare(ctx, client, call, headers, trouble);
    CURLcode done = curl_easy_perform(client->curl);
    curl_easy_setopt(client->curl, CURLOPT_ERRORBUFFER, NULL);
    curl_easy_setopt(client->curl, CURLOPT_HTTPHEADER, NULL);
    if (done != CURLE_OK)
        return fail(ctx, BROKEN, "%.*s does not answer: %s.", PRINT(client->url),
                    *trouble ? trouble : curl_easy_strerror(done));
    curl_easy_getinfo(client->curl, CURLINFO_RESPONSE_CODE, &status);
    *answer = (struct answer){.status = (int)status,
                              .body = arena_copy(ctx->arena, (struct str){client->gathered, client->gathered_len})};
    return status >= 200 && status < 300 ? OK : refuse(ctx, call, answer);
}

enum result client_sign_in(struct ctx *ctx, struct client *client, struct str email, struct str password)
{
    struct buf body = buf_in(ctx->arena);
    struct answer answer = {0};
    struct json *session;
    buf_text(&body, "{\"email\":");
    json_string(&body, email);
    buf_text(&body, ",\"password\":");
    json_string(&body, password);
    buf_char(&body, '}');
    struct call call = {.method = "POST", .path = S("/api/v1/session"), .body = buf_str(&body)};
    TRY(client_call(ctx, client, &call, &answer));
    TRY(json_parse(ctx, answer.body, &session));
    client->csrf = json_str(session, "csrf", S(""));
    return OK;
}
