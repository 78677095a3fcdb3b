/* Failures. Sentences are for people: what is wrong, where, what to do. */
#include "base/ctx.h"

#include <stdarg.h>

enum result fail(struct ctx *ctx, enum result r, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    ctx->error.sentence = sentences_print(ctx->sentences, ctx->arena, ctx->about, format, arguments);
    va_end(arguments);
    ctx->error.english = ctx->error.sentence;
    if (ctx->sentences) {
        va_start(arguments, format);
        ctx->error.english = sentences_print(NULL, ctx->arena, NULL, format, arguments);
        va_end(arguments);
    }
    ctx->error.result = r;
    return r;
}

enum result fail_as(struct ctx *ctx, const struct ctx *part, enum result r)
{
    ctx->error.sentence = arena_copy(ctx->arena, part->error.sentence);
    ctx->error.english = arena_copy(ctx->arena, part->error.english);
    ctx->error.result = r;
    return r;
}

void fail_field(struct ctx *ctx, const char *field, const char *code, const char *format, ...)
{
    struct field_error *error = arena_make(ctx->arena, struct field_error);
    va_list arguments;
    va_start(arguments, format);
    error->detail = sentences_print(ctx->sentences, ctx->arena, ctx->about, format, arguments);
    va_end(arguments);
    error->pointer = arena_print(ctx->arena, "/%s", field);
    error->code = code;
    if (ctx->error.last_field)
        ctx->error.last_field->next = error;
    else
        ctx->error.fields = error;
    ctx->error.last_field = error;
    ctx->error.result = INVALID;
    if (!ctx->error.sentence.len) ctx->error.sentence = ctx_say(ctx, SENTENCE("Some fields need another look."));
}

struct str ctx_say(const struct ctx *ctx, const char *sentence)
{
    return sentences_say(ctx->sentences, str_of(sentence));
}

struct str ctx_retell(const struct ctx *ctx, struct str english)
{
    return sentences_retell(ctx->sentences, ctx->arena, english);
}

bool ctx_has_field_errors(const struct ctx *ctx)
{
    return ctx->error.fields != NULL;
}

void ctx_clear_error(struct ctx *ctx)
{
    ctx->error = (struct error){0};
}
