/* A trie of segments. Each node is visited at most once for a path, whatever a client sends, so that going back where a
 * literal way leads nowhere costs no more than the table is large. */
#include "http/route.h"

struct end {
    const struct route *route;
    struct str names[ROUTE_PARAMETERS];
    size_t count;
};

/* A literal segment and where it leads. */
struct branch {
    struct str literal;
    struct node *to;
};

struct node {
    struct branch *literals; /* sorted */
    size_t count, room;
    struct node *parameter, *rest;
    const struct end *ends[HTTP_METHODS];
};

struct router {
    struct arena *arena;
    struct node root;
};

struct way {
    struct str segments[ROUTE_SEGMENTS];
    size_t count;
    const char *rest_at[ROUTE_SEGMENTS + 1]; /* where the raw path goes on, for {name...} */
    const char *path_end;
    struct str values[ROUTE_PARAMETERS + 1];
    size_t value_count;
    bool rest_taken;
};

struct router *router_new(struct arena *arena)
{
    struct router *router = arena_make(arena, struct router);
    router->arena = arena;
    return router;
}

static struct node *literal_of(const struct node *node, struct str segment, size_t *place)
{
    size_t low = 0, high = node->count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        int order = str_compare(segment, node->literals[middle].literal);
        if (order == 0) return node->literals[middle].to;
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    if (place) *place = low;
    return NULL;
}

static struct node *add_literal(struct router *router, struct node *node, struct str segment)
{
    size_t place = 0;
    struct node *child = literal_of(node, segment, &place);
    if (child) return child;
    if (node->count == node->room) {
        size_t room = node->room ? node->room * 2 : 4;
        node->literals = arena_grow(router->arena, node->literals, node->room * sizeof *node->literals,
                                    room * sizeof *node->literals);
        node->room = room;
    }
    memmove(node->literals + place + 1, node->literals + place, (node->count - place) * sizeof *node->literals);
    child = arena_make(router->arena, struct node);
    node->literals[place] = (struct branch){segment, child};
    node->count++;
    return child;
}

static bool is_name(struct str s)
{
    for (size_t i = 0; i < s.len; i++)
        if (!(s.at[i] >= 'a' && s.at[i] <= 'z') && !(s.at[i] >= '0' && s.at[i] <= '9') && s.at[i] != '_') return false;
    return s.len > 0;
}

static bool is_literal(struct str s)
{
    for (size_t i = 0; i < s.len; i++)
        if ((unsigned char)s.at[i] <= ' ' || memchr("{}%?#*", s.at[i], 6)) return false;
    return s.len > 0;
}

/* One step down for one segment of a pattern; NULL when it is malformed. */
static struct node *step(struct router *router, struct node *node, struct str segment, bool is_last, struct end *end)
{
    if (!segment.len || segment.at[0] != '{') return is_literal(segment) ? add_literal(router, node, segment) : NULL;
    if (!str_ends(segment, S("}")) || end->count == ROUTE_PARAMETERS) return NULL;
    struct str name = str_slice(segment, 1, segment.len - 1);
    bool is_rest = str_ends(name, S("..."));
    if (is_rest) name.len -= 3;
    if (!is_name(name) || (is_rest && !is_last)) return NULL;
    end->names[end->count++] = name;
    struct node **child = is_rest ? &node->rest : &node->parameter;
    if (!*child) *child = arena_make(router->arena, struct node);
    return *child;
}

static enum result add(struct ctx *ctx, struct router *router, const struct route *route)
{
    struct str rest = str_of(route->pattern), segment;
    struct node *node = &router->root;
    struct end *end = arena_make(router->arena, struct end);
    end->route = route;
    bool is_sound = route->method < HTTP_METHODS && str_starts(rest, S("/"));
    if (is_sound) rest = str_slice(rest, 1, rest.len);
    size_t depth = 0;
    while (is_sound && rest.len && str_cut(&rest, '/', &segment)) {
        node = step(router, node, segment, rest.at == NULL, end);
        is_sound = node != NULL && ++depth <= ROUTE_SEGMENTS && !(rest.at && rest.len == 0);
    }
    if (!is_sound) return fail(ctx, INVALID, "The route pattern \"%s\" is malformed.", route->pattern);
    if (node->ends[route->method])
        return fail(ctx, INVALID, "There are two routes for %s %s.", http_method_name(route->method), route->pattern);
    node->ends[route->method] = end;
    return OK;
}

enum result router_add(struct ctx *ctx, struct router *router, const struct route *routes, size_t count)
{
    for (size_t i = 0; i < count; i++) TRY(add(ctx, router, &routes[i]));
    return OK;
}

static bool has_dot_segment(struct str s)
{
    struct str piece;
    while (str_cut(&s, '/', &piece))
        if (str_eq(piece, S(".")) || str_eq(piece, S(".."))) return true;
    return false;
}

static bool cut_path(struct arena *arena, struct str path, struct way *way)
{
    if (!str_starts(path, S("/"))) return false;
    struct str rest = str_slice(path, 1, path.len), segment;
    way->path_end = path.at + path.len;
    way->rest_at[0] = path.at + 1;
    if (!rest.len) return true;
    while (str_cut(&rest, '/', &segment)) {
        if (way->count == ROUTE_SEGMENTS) return false;
        struct str *decoded = &way->segments[way->count++];
        if (!percent_decode(arena, segment, false, decoded) || has_dot_segment(*decoded)) return false;
        way->rest_at[way->count] = rest.at ? rest.at : way->path_end;
    }
    return true;
}

static bool has_end(const struct node *node)
{
    for (size_t i = 0; i < HTTP_METHODS; i++)
        if (node->ends[i]) return true;
    return false;
}

/* Depth first, more literal first; what was passed on the way is in way->values. */
static const struct node *descend(const struct node *node, struct way *way, size_t depth)
{
    if (depth == way->count && has_end(node)) return node;
    if (depth < way->count) {
        struct str segment = way->segments[depth];
        const struct node *child = literal_of(node, segment, NULL);
        const struct node *hit = child ? descend(child, way, depth + 1) : NULL;
        if (hit) return hit;
        if (node->parameter && segment.len) {
            way->values[way->value_count++] = segment;
            hit = descend(node->parameter, way, depth + 1);
            if (hit) return hit;
            way->value_count--;
        }
    }
    if (!node->rest) return NULL;
    way->rest_taken = true;
    const char *at = way->rest_at[depth];
    way->values[way->value_count++] = (struct str){at, (size_t)(way->path_end - at)};
    return node->rest;
}

static bool take_parameters(struct arena *arena, const struct end *end, struct way *way, struct query *out)
{
    out->count = end->count;
    if (!end->count) return true;
    out->pairs = arena_make_many(arena, struct pair, end->count);
    for (size_t i = 0; i < end->count; i++) out->pairs[i] = (struct pair){end->names[i], way->values[i]};
    if (!way->rest_taken) return true;
    struct str *last = &out->pairs[end->count - 1].value;
    return percent_decode(arena, *last, false, last);
}

bool router_find(const struct router *router, struct arena *arena, enum http_method method, struct str path,
                 struct route_match *match)
{
    struct way way;
    way.count = way.value_count = 0;
    way.rest_taken = false;
    *match = (struct route_match){0};
    if (!cut_path(arena, path, &way)) return false;
    const struct node *node = descend(&router->root, &way, 0);
    if (!node) return true;
    match->path_is_known = true;
    for (unsigned i = 0; i < HTTP_METHODS; i++)
        if (node->ends[i]) match->methods |= 1U << i;
    if (match->methods & 1U << HTTP_GET) match->methods |= 1U << HTTP_HEAD;
    match->methods |= 1U << HTTP_OPTIONS;
    if (method >= HTTP_METHODS) return true;
    const struct end *end = node->ends[method];
    if (!end && method == HTTP_HEAD) end = node->ends[HTTP_GET];
    if (!end) return true;
    match->route = end->route;
    return take_parameters(arena, end, &way, &match->parameters);
}
