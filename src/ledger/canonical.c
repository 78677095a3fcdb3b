/* JSON was chosen over length-prefixed fields because any language writes exactly these bytes with its standard
 * library. The escaping is our own: format/ escapes "<" for browsers, which JSON.stringify and json.dumps do not. */
#include "ledger/canonical.h"

#include <sodium.h>

static const char *short_escape(unsigned char c)
{
    static const char *const escapes[0x80] = {
        ['"'] = "\\\"", ['\\'] = "\\\\", ['\b'] = "\\b", ['\f'] = "\\f", ['\n'] = "\\n", ['\r'] = "\\r", ['\t'] = "\\t",
    };
    return c < 0x80 ? escapes[c] : NULL;
}

static void put_escaped(struct buf *out, unsigned char c)
{
    const char *escape = short_escape(c);
    if (escape)
        buf_text(out, escape);
    else
        buf_print(out, "\\u%04x", (unsigned)c);
}

static void put_string(struct buf *out, struct str s)
{
    buf_char(out, '"');
    size_t from = 0;
    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.at[i];
        if (c >= 0x20 && c != '"' && c != '\\') continue;
        buf_add(out, str_slice(s, from, i));
        put_escaped(out, c);
        from = i + 1;
    }
    buf_add(out, str_slice(s, from, s.len));
    buf_char(out, '"');
}

static void put_number(struct buf *out, int64_t n)
{
    buf_number(out, n);
    buf_char(out, ',');
}

void canonical_entry(struct buf *out, const struct ledger_row *row)
{
    buf_text(out, "[\"merlon-ledger-entry-1\",");
    put_number(out, row->id);
    put_number(out, row->at);
    put_number(out, row->actor);
    put_string(out, row->action);
    buf_char(out, ',');
    put_string(out, row->subject);
    buf_char(out, ',');
    put_number(out, row->record);
    put_number(out, row->version);
    put_number(out, row->state_size);
    buf_char(out, '"');
    buf_hex(out, row->content.at, row->content.len);
    buf_text(out, "\"]");
}

void canonical_content(struct hasher *hasher, struct str salt, struct str comment, struct str state, struct hash *out)
{
    const struct str pieces[] = {salt, comment, {"\x00", 1}, state};
    hash_of(hasher, pieces, COUNT(pieces), out);
}

bool canonical_content_is(struct hasher *hasher, const struct ledger_row *row, struct str salt, struct str comment,
                          struct str state)
{
    static const struct str nul = {"\x00", 1};
    struct hash hash;
    bool formed = salt.len == LEDGER_SALT && !str_find(comment, nul, NULL) && !str_find(state, nul, NULL);
    if (!formed || (int64_t)state.len != row->state_size) return false;
    canonical_content(hasher, salt, comment, state, &hash);
    return str_eq(hash_bytes(&hash), row->content);
}

void canonical_head(struct buf *out, const struct ledger_head *head)
{
    char root[sodium_base64_ENCODED_LEN(HASH_SIZE, sodium_base64_VARIANT_ORIGINAL)];
    sodium_bin2base64(root, sizeof root, head->root.at, HASH_SIZE, sodium_base64_VARIANT_ORIGINAL);
    buf_print(out, "%s\n%lld\n%s\nmerlon-after %lld\nmerlon-time %lld\n", head->origin, (long long)head->size, root,
              (long long)head->previous, (long long)head->at);
}

void canonical_signature(struct buf *out, struct hasher *hasher, const char *what, struct str bytes)
{
    struct hash hash;
    hash_of(hasher, &bytes, 1, &hash);
    buf_text(out, "merlon-signature-1\n");
    buf_text(out, what);
    buf_char(out, '\n');
    hash_hex(out, &hash);
    buf_char(out, '\n');
}
