/* Everything of a request that this program parses itself. The first byte chooses; the rest is what a client sent. What
 * comes out must keep its promises, whatever goes in. */
#include "http/address.h"
#include "http/language.h"
#include "http/query.h"
#include "http/range.h"
#include "http/route.h"

#include <setjmp.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void promise(bool kept)
{
    if (!kept) abort();
}

static void is_clean(struct str s)
{
    promise(str_is_utf8(s));
    promise(!s.len || !memchr(s.at, 0, s.len));
}

static void fuzz_decoding(struct arena *arena, struct str s)
{
    struct str out, again;
    for (int plus = 0; plus < 2; plus++) {
        if (!percent_decode(arena, s, plus, &out)) continue;
        is_clean(out);
        struct buf encoded = buf_in(arena);
        percent_encode(&encoded, out);
        promise(percent_decode(arena, buf_str(&encoded), false, &again) && str_eq(out, again));
    }
}

static void fuzz_query(struct arena *arena, struct str s)
{
    struct query query;
    if (!query_parse(arena, s, &query)) return;
    promise(query.count <= QUERY_PAIRS);
    for (size_t i = 0; i < query.count; i++) {
        is_clean(query.pairs[i].name);
        is_clean(query.pairs[i].value);
    }
}

static void fuzz_cookies(struct arena *arena, struct str s)
{
    struct str value;
    (void)arena;
    if (cookie_find(s, "session", &value) && value.len)
        promise(value.at >= s.at && value.at + value.len <= s.at + s.len);
}

static void fuzz_path(struct arena *arena, struct str s)
{
    static const struct route routes[] = {
        {.method = HTTP_GET, .pattern = "/"},
        {.method = HTTP_GET, .pattern = "/api/{register}"},
        {.method = HTTP_GET, .pattern = "/api/session"},
        {.method = HTTP_GET, .pattern = "/api/session/{a}/{b}"},
        {.method = HTTP_GET, .pattern = "/{a}/{b}/{c}/x"},
        {.method = HTTP_GET, .pattern = "/{file...}"},
    };
    struct ctx ctx = {.arena = arena};
    struct router *router = router_new(arena);
    struct route_match match;
    promise(router_add(&ctx, router, routes, COUNT(routes)) == OK);
    if (!router_find(router, arena, HTTP_GET, s, &match)) return;
    promise(match.path_is_known && match.route);
    for (size_t i = 0; i < match.parameters.count; i++) is_clean(match.parameters.pairs[i].value);
}

static void fuzz_pattern(struct arena *arena, struct str s)
{
    struct ctx ctx = {.arena = arena};
    struct route route = {.method = HTTP_GET, .pattern = arena_cstr(arena, s)};
    struct router *router = router_new(arena);
    struct route_match match;
    if (router_add(&ctx, router, &route, 1) == OK) promise(router_find(router, arena, HTTP_GET, S("/a/b"), &match));
}

static void fuzz_range(struct arena *arena, struct str s)
{
    static const int64_t totals[] = {0, 1, 1000, INT64_MAX};
    (void)arena;
    for (size_t i = 0; i < COUNT(totals); i++) {
        int64_t first, last;
        if (range_parse(s, totals[i], &first, &last) == RANGE_PART)
            promise(first >= 0 && first <= last && last < totals[i]);
    }
}

static void fuzz_addresses(struct arena *arena, struct str s)
{
    struct ctx ctx = {.arena = arena};
    struct networks networks;
    unsigned char bytes[16] = {0};
    char text[ADDRESS_TEXT];
    if (networks_parse(&ctx, "10.0.0.0/8, fd00::/8", &networks) != OK) abort();
    if (address_forwarded(&networks, s, bytes)) promise(address_format(bytes, text) > 0);
    if (networks_parse(&ctx, arena_cstr(arena, s), &networks) == OK) networks_hold(&networks, bytes);
}

static void fuzz_language(struct arena *arena, struct str s)
{
    static const struct sentences known[] = {{.language = {"de", 2}}, {.language = {"pt-BR", 5}}};
    static const struct languages languages = {known, COUNT(known)};
    (void)arena;
    const struct sentences *wanted = language_wanted(&languages, s);
    promise(!wanted || wanted == &known[0] || wanted == &known[1]);
    promise(language_wanted(NULL, s) == NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static void (*const targets[])(struct arena *, struct str) = {
        fuzz_decoding, fuzz_query, fuzz_cookies, fuzz_path, fuzz_pattern, fuzz_range, fuzz_addresses, fuzz_language,
    };
    if (!size) return 0;
    struct arena *arena = arena_new(0);
    if (!arena) return 0;
    /* a copy of just its size, so that the sanitizer sees every step beyond */
    char *copy = malloc(size > 1 ? size - 1 : 1);
    if (copy) {
        memcpy(copy, data + 1, size - 1);
        targets[data[0] % COUNT(targets)](arena, (struct str){copy, size - 1});
    }
    free(copy);
    arena_free(arena);
    return 0;
}
