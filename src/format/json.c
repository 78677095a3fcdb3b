/* The tree: nodes in the order of the text, linked as siblings, taken from the arena by the handful. Lookup walks the
 * siblings, which for the objects of an API is faster than any table would be. */
#include "format/json.h"

#include "format/json_out.h"
#include "format/json_reader.h"

enum { FIRST_HANDFUL = 4, HANDFUL = 16, FEW_KEYS = 24 };

struct builder {
    struct json_reader reader;
    struct json *free_nodes;
    size_t free_count;
    struct str key;
    struct json *root;
    int depth;
    struct json *open[JSON_DEEPEST]; /* the arrays and objects around the newest node */
    struct json *last[JSON_DEEPEST]; /* their newest child */
};

static struct json *add_node(struct builder *b)
{
    if (!b->free_count) {
        b->free_count = b->root ? HANDFUL : FIRST_HANDFUL;
        b->free_nodes = arena_make_many(b->reader.arena, struct json, b->free_count);
    }
    b->free_count--;
    struct json *node = b->free_nodes++;
    node->key = b->key;
    if (b->depth == 0) return b->root = node;
    struct json *parent = b->open[b->depth - 1], *elder = b->last[b->depth - 1];
    if (elder)
        elder->next = node;
    else
        parent->first = node;
    b->last[b->depth - 1] = node;
    parent->count++;
    return node;
}

static void add_value(struct builder *b)
{
    const struct json_reader *r = &b->reader;
    struct json *node = add_node(b);
    node->kind = r->kind;
    b->key = S("");
    if (r->kind == JSON_STRING || r->kind == JSON_NUMBER || r->kind == JSON_DECIMAL) node->text = r->text;
    if (r->kind == JSON_BOOL) node->boolean = r->boolean;
    if (r->kind == JSON_NUMBER) node->number = r->number;
    if (r->kind == JSON_DECIMAL) node->decimal = r->decimal;
    if (r->kind != JSON_ARRAY && r->kind != JSON_OBJECT) return;
    b->open[b->depth] = node;
    b->last[b->depth] = NULL;
    b->depth++;
}

struct member {
    const struct json *node;
};

static int compare_keys(const void *a, const void *b)
{
    const struct member *left = a, *right = b;
    return str_compare(left->node->key, right->node->key);
}

static bool has_elder_twin(const struct json *object, const struct json *child)
{
    for (const struct json *elder = object->first; elder != child; elder = elder->next)
        if (str_eq(elder->key, child->key)) return true;
    return false;
}

/* A sender chooses the keys, so that the work must not grow with the square of their number: many are sorted. */
static const struct json *find_double(struct arena *arena, const struct json *object)
{
    if (object->count <= FEW_KEYS) {
        const struct json *child = object->first;
        while (child && !has_elder_twin(object, child)) child = child->next;
        return child;
    }
    struct member *sorted = arena_make_many(arena, struct member, object->count);
    size_t count = 0;
    for (const struct json *child = object->first; child; child = child->next) sorted[count++].node = child;
    qsort(sorted, count, sizeof *sorted, compare_keys);
    for (size_t i = 1; i < count; i++)
        if (str_eq(sorted[i - 1].node->key, sorted[i].node->key)) return sorted[i].node;
    return NULL;
}

static enum result close_node(struct ctx *ctx, struct builder *b)
{
    const struct json *node = b->open[--b->depth];
    if (node->kind != JSON_OBJECT) return OK;
    const struct json *twice = find_double(ctx->arena, node);
    if (!twice) return OK;
    size_t line, column;
    b->reader.at--;
    json_place(&b->reader, &line, &column);
    return fail(ctx, INVALID,
                "The JSON is not valid at line %zu, column %zu: the object that ends here has the key \"%.*s\" twice.",
                line, column, PRINT(str_shorten(twice->key, 60)));
}

enum result json_parse_deep(struct ctx *ctx, struct str text, int depth, struct json **out)
{
    struct builder b; /* open and last are not cleared: a kilobyte for each "{}" */
    b.reader = json_open(ctx->arena, text);
    b.reader.depth_limit = depth;
    b.free_nodes = b.root = NULL;
    b.free_count = 0;
    b.depth = 0;
    b.key = S("");
    for (;;) {
        enum json_kind kind = json_next(&b.reader);
        if (kind == JSON_BAD) return json_complain(ctx, &b.reader);
        if (kind == JSON_END) break;
        if (kind == JSON_KEY)
            b.key = b.reader.text;
        else if (kind == JSON_CLOSE)
            TRY(close_node(ctx, &b));
        else
            add_value(&b);
    }
    *out = b.root;
    return OK;
}

enum result json_parse(struct ctx *ctx, struct str text, struct json **out)
{
    return json_parse_deep(ctx, text, JSON_DEPTH, out);
}

const struct json *json_find(const struct json *object, struct str key)
{
    if (!object || object->kind != JSON_OBJECT) return NULL;
    for (const struct json *child = object->first; child; child = child->next)
        if (str_eq(child->key, key)) return child;
    return NULL;
}

const struct json *json_get(const struct json *object, const char *key)
{
    return json_find(object, str_of(key));
}

struct str json_str(const struct json *object, const char *key, struct str otherwise)
{
    const struct json *member = json_get(object, key);
    return member && member->kind == JSON_STRING ? member->text : otherwise;
}

int64_t json_number(const struct json *object, const char *key, int64_t otherwise)
{
    const struct json *member = json_get(object, key);
    return member && member->kind == JSON_NUMBER ? member->number : otherwise;
}

double json_decimal(const struct json *object, const char *key, double otherwise)
{
    const struct json *member = json_get(object, key);
    if (member && member->kind == JSON_NUMBER) return (double)member->number;
    return member && member->kind == JSON_DECIMAL ? member->decimal : otherwise;
}

bool json_bool(const struct json *object, const char *key, bool otherwise)
{
    const struct json *member = json_get(object, key);
    return member && member->kind == JSON_BOOL ? member->boolean : otherwise;
}

const char *json_kind_name(enum json_kind kind)
{
    static const char *const names[] = {
        [JSON_NULL] = SENTENCE("null"),
        [JSON_BOOL] = SENTENCE("true or false"),
        [JSON_NUMBER] = SENTENCE("a whole number"),
        [JSON_DECIMAL] = SENTENCE("a number"),
        [JSON_STRING] = SENTENCE("a string"),
        [JSON_ARRAY] = SENTENCE("an array"),
        [JSON_OBJECT] = SENTENCE("an object"),
        [JSON_KEY] = SENTENCE("a key"),
        [JSON_CLOSE] = SENTENCE("a closing bracket"),
        [JSON_END] = SENTENCE("the end of text"),
        [JSON_BAD] = SENTENCE("not JSON"),
    };
    return (size_t)kind < COUNT(names) ? names[kind] : "unknown";
}

void json_write_value(struct buf *buf, const struct json *value)
{
    struct json_out out = json_out_to(buf);
    json_put_value(&out, value);
}
