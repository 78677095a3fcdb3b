/* libcurl's callbacks must not be jumped across by the arena, so an answer is gathered in memory of its own and copied
 * into the arena afterwards. */
#include "announce/outgoing.h"

#include "base/clock.h"
#include "base/random.h"

#include <curl/curl.h>

enum { ADDRESSES_MOST = 20, MAIL_MOST = 64 * 1024 };

struct sending {
    CURL *curl;
    struct curl_slist *list; /* headers, or recipients */
    char *at;                /* the answer, or what is still to be sent */
    size_t len, room;
    char trouble[CURL_ERROR_SIZE];
};

static void release(void *thing)
{
    struct sending *sending = thing;
    curl_easy_cleanup(sending->curl);
    curl_slist_free_all(sending->list);
    free(sending->at);
}

static int is_over(void *arg, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
    const atomic_bool *ends = arg;
    (void)a, (void)b, (void)c, (void)d;
    return atomic_load(ends);
}

static enum result begin(struct ctx *ctx, struct str url, const char *protocols, const atomic_bool *ends,
                         struct sending **out)
{
    struct sending *sending = *out = arena_make(ctx->arena, struct sending);
    sending->curl = curl_easy_init();
    if (!sending->curl) return fail(ctx, BROKEN, "The HTTP client does not start.");
    arena_defer(ctx->arena, release, sending);
    CURL *curl = sending->curl;
    curl_easy_setopt(curl, CURLOPT_URL, arena_cstr(ctx->arena, url));
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, protocols);
    curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, sending->trouble);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, (long)OUTGOING_CONNECT_MS);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)OUTGOING_MS);
    curl_easy_setopt(curl, CURLOPT_NOPROXY, "127.0.0.1,::1,localhost");
    if (ends) {
        curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
        curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, is_over);
        curl_easy_setopt(curl, CURLOPT_XFERINFODATA, (void *)(uintptr_t)ends);
    }
    return OK;
}

static enum result add(struct ctx *ctx, struct sending *sending, const char *line)
{
    struct curl_slist *longer = curl_slist_append(sending->list, line);
    if (!longer) return fail(ctx, BROKEN, "There is no memory for this request.");
    sending->list = longer;
    return OK;
}

static enum result perform(struct ctx *ctx, struct sending *sending, struct str url)
{
    CURLcode done = curl_easy_perform(sending->curl);
    if (done == CURLE_OK) return OK;
    return fail(ctx, BUSY, "%.*s does not answer: %s.", PRINT(url),
                *sending->trouble ? sending->trouble : curl_easy_strerror(done));
}

/* ---- HTTP ---- */

static size_t gather(char *at, size_t size, size_t count, void *arg)
{
    struct sending *sending = arg;
    size_t len = size * count;
    if (len > OUTGOING_ANSWER_MOST - sending->len) return 0;
    if (sending->len + len > sending->room) {
        size_t room = (sending->len + len) * 2;
        char *wider = realloc(sending->at, room);
        if (!wider) return 0;
        sending->at = wider;
        sending->room = room;
    }
    memcpy(sending->at + sending->len, at, len);
    sending->len += len;
    return len;
}

enum result outgoing_post(struct ctx *ctx, const struct outgoing_call *call, struct outgoing_answer *answer)
{
    struct sending *sending = NULL;
    long status = 0;
    const char *type = NULL;
    TRY(begin(ctx, call->url, "http,https", call->ends, &sending));
    TRY(add(ctx, sending, arena_print(ctx->arena, "Content-Type: %.*s", PRINT(call->type)).at));
    TRY(add(ctx, sending, "Expect:")); /* no waiting for "100 Continue" */
    CURL *curl = sending->curl;
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, sending->list);
    curl_easy_setopt(curl, CURLOPT_USERAGENT, "merlon/" MERLON_VERSION);
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, call->body.len ? call->body.at : "");
    curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)call->body.len);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, gather);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, sending);
    TRY(perform(ctx, sending, call->url));
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_getinfo(curl, CURLINFO_CONTENT_TYPE, &type);
    *answer = (struct outgoing_answer){.status = (int)status,
                                       .type = arena_copy(ctx->arena, str_of(type)),
                                       .body = arena_copy(ctx->arena, (struct str){sending->at, sending->len})};
    arena_undefer(ctx->arena, sending);
    release(sending);
    return OK;
}

/* ---- mail ---- */

static size_t hand_out(char *at, size_t size, size_t count, void *arg)
{
    struct sending *sending = arg;
    size_t len = size * count < sending->len ? size * count : sending->len;
    memcpy(at, sending->at + (sending->room - sending->len), len);
    sending->len -= len;
    return len;
}

/* RFC 5322 section 3.3, "date-time". */
static struct str date_header(struct arena *arena, int64_t now)
{
    static const char days[][4] = {"Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"};
    static const char months[][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    char text[TIME_TEXT];
    int64_t month = 1;
    time_format(now, text);
    if (!parse_number(str_slice(str_of(text), 5, 7), &month)) month = 1;
    return arena_print(arena, "%s, %.2s %s %.4s %.8s +0000", days[now / DAY % 7], text + 8, months[month - 1], text,
                       text + 11);
}

static enum result add_recipients(struct ctx *ctx, struct sending *sending, struct str to)
{
    struct str one;
    for (int count = 0; str_cut(&to, ',', &one); count++) {
        if (count == ADDRESSES_MOST) return fail(ctx, INVALID, "A mail goes to %d addresses at most.", ADDRESSES_MOST);
        TRY(add(ctx, sending, arena_print(ctx->arena, "<%.*s>", PRINT(str_trim(one))).at));
    }
    return OK;
}

/* Lines end as RFC 5322 wants them. */
static struct str write_mail(struct ctx *ctx, const struct outgoing_mail *mail)
{
    struct buf text = buf_in(ctx->arena);
    struct str date = date_header(ctx->arena, ctx->now), id = random_token(ctx->arena, 16), domain = mail->from;
    struct str rest = mail->text, line;
    str_cut(&domain, '@', &line);
    buf_print(&text, "Date: %.*s\r\nFrom: <%.*s>\r\nTo: %.*s\r\nMessage-ID: <%.*s@%.*s>\r\nSubject: %.*s\r\n",
              PRINT(date), PRINT(mail->from), PRINT(mail->to), PRINT(id), PRINT(domain), PRINT(mail->subject));
    buf_text(&text, "Auto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\n"
                    "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n");
    while (str_cut(&rest, '\n', &line)) {
        buf_add(&text, line);
        buf_text(&text, "\r\n");
    }
    return buf_str(&text);
}

static enum result check_mail(struct ctx *ctx, const struct outgoing_mail *mail)
{
    const struct str headers[] = {mail->from, mail->to, mail->subject};
    for (size_t i = 0; i < COUNT(headers); i++)
        for (size_t k = 0; k < headers[i].len; k++)
            if ((unsigned char)headers[i].at[k] < ' ')
                return fail(ctx, INVALID, "There is a control character in an address or in the subject of a mail.");
    if (mail->text.len > MAIL_MOST) return fail(ctx, INVALID, "This mail is too long.");
    if (mail->from.len && mail->to.len && mail->server.len) return OK;
    return fail(ctx, INVALID, "A mail needs a server, a sender and a recipient.");
}

enum result outgoing_send(struct ctx *ctx, const struct outgoing_mail *mail)
{
    struct sending *sending = NULL;
    TRY(check_mail(ctx, mail));
    TRY(begin(ctx, mail->server, "smtp,smtps", mail->ends, &sending));
    TRY(add_recipients(ctx, sending, mail->to));
    struct str text = write_mail(ctx, mail);
    sending->at = malloc(text.len);
    if (!sending->at) return fail(ctx, BROKEN, "There is no memory for this request.");
    memcpy(sending->at, text.at, text.len);
    sending->len = sending->room = text.len;
    CURL *curl = sending->curl;
    curl_easy_setopt(curl, CURLOPT_USE_SSL, mail->user.len ? (long)CURLUSESSL_ALL : (long)CURLUSESSL_TRY);
    if (mail->user.len) {
        curl_easy_setopt(curl, CURLOPT_USERNAME, arena_cstr(ctx->arena, mail->user));
        curl_easy_setopt(curl, CURLOPT_PASSWORD, arena_cstr(ctx->arena, mail->secret));
    }
    curl_easy_setopt(curl, CURLOPT_MAIL_FROM, arena_print(ctx->arena, "<%.*s>", PRINT(mail->from)).at);
    curl_easy_setopt(curl, CURLOPT_MAIL_RCPT, sending->list);
    curl_easy_setopt(curl, CURLOPT_READFUNCTION, hand_out);
    curl_easy_setopt(curl, CURLOPT_READDATA, sending);
    curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
    TRY(perform(ctx, sending, mail->server));
    arena_undefer(ctx->arena, sending);
    release(sending);
    return OK;
}
