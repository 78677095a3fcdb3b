/* JSON: the reader and the tree agree, what was read is written so that it reads the same, and every complaint has a
 * sentence. */
#include "format/json.h"
#include "format/json_out.h"
#include "format/json_reader.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds)
{
    if (!holds) abort();
}

static struct str write(struct ctx *ctx, const struct json *value)
{
    struct buf buf = buf_in(ctx->arena);
    json_write_value(&buf, value);
    return buf_str(&buf);
}

static bool reads_to_the_end(struct ctx *ctx, struct str text)
{
    struct json_reader reader = json_open(ctx->arena, text);
    size_t tokens = 0;
    while (json_next(&reader) != JSON_END && reader.kind != JSON_BAD) {
        check(++tokens <= text.len * 2);
        if (reader.kind == JSON_STRING || reader.kind == JSON_KEY) check(str_is_utf8(reader.text));
    }
    return reader.kind == JSON_END;
}

static void try_text(struct ctx *ctx, struct str text)
{
    struct json *first, *second;
    bool readable = reads_to_the_end(ctx, text);
    if (json_parse(ctx, text, &first) != OK) {
        check(ctx->error.result == INVALID && ctx->error.sentence.len > 0);
        check(!readable || str_find(ctx->error.sentence, S("twice"), NULL));
        return;
    }
    check(readable);
    struct str once = write(ctx, first);
    check(str_is_utf8(once) && !memchr(once.at, '<', once.len));
    check(json_parse(ctx, once, &second) == OK);
    check(str_eq(once, write(ctx, second)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *arena = arena_new(0);
    struct ctx ctx = {.arena = arena};
    jmp_buf escape;
    if (setjmp(escape) == 0) {
        arena_guard(arena, &escape);
        try_text(&ctx, (struct str){(const char *)data, size});
    }
    arena_free(arena);
    return 0;
}
