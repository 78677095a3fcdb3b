/* Cursors: the sort value and id of the last row shown, as hex so that they pass through any address unharmed. They
 * hold nothing that the page itself did not show. */
#include "records/list.h"

struct str cursor_write(struct ctx *ctx, struct value sort, int64_t id)
{
    struct buf plain = buf_in(ctx->arena), hex = buf_in(ctx->arena);
    buf_print(&plain, "%lld:", (long long)id);
    switch (sort.type) {
    case IS_NULL: buf_char(&plain, '-'); break;
    case IS_NUMBER: buf_print(&plain, "n%lld", (long long)sort.number); break;
    case IS_DECIMAL: buf_print(&plain, "d%.17g", sort.decimal); break;
    case IS_TEXT:
    case IS_BYTES:
        buf_char(&plain, 't');
        buf_add(&plain, sort.text);
        break;
    }
    buf_hex(&hex, plain.at, plain.len);
    return buf_str(&hex);
}

static int digit(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    return -1;
}

bool cursor_read(struct ctx *ctx, struct str cursor, struct value *sort, int64_t *id)
{
    struct str id_text, rest;
    char *plain = arena_alloc(ctx->arena, cursor.len / 2 + 1);
    if (cursor.len % 2 || cursor.len > 2048) return false;
    for (size_t i = 0; i < cursor.len; i += 2) {
        int high = digit(cursor.at[i]), low = digit(cursor.at[i + 1]);
        if (high < 0 || low < 0) return false;
        plain[i / 2] = (char)(high * 16 + low);
    }
    rest = (struct str){plain, cursor.len / 2};
    if (!str_is_utf8(rest) || !str_cut(&rest, ':', &id_text) || !parse_number(id_text, id) || !rest.len) return false;
    struct str text = str_slice(rest, 1, rest.len);
    *sort = value_null();
    switch (rest.at[0]) {
    case '-': return true;
    case 'n': sort->type = IS_NUMBER; return parse_number(text, &sort->number);
    case 'd': sort->type = IS_DECIMAL; return parse_decimal(text, &sort->decimal);
    case 't': *sort = value_text(text); return true;
    default: return false;
    }
}
