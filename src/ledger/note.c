/* Signed notes. Names of keys are compared as bytes; the id only tells keys of one name apart and proves nothing, so
 * that a signature counts by the whole key alone. */
#include "ledger/note.h"

#include <sodium.h>

static const char DASH[] = "\xe2\x80\x94 "; /* U+2014 and a space */
static const char COSIGNATURE_HEADER[] = "cosignature/v1\ntime ";
enum { DASH_SIZE = sizeof DASH - 1, HEX_ID = NOTE_KEY_ID * 2, KEY_DATA = 1 + NOTE_KEY };

/* ---- words ---- */

void base64_put(struct buf *out, const void *bytes, size_t len)
{
    size_t room = sodium_base64_encoded_len(len, sodium_base64_VARIANT_ORIGINAL);
    buf_reserve(out, room);
    sodium_bin2base64(out->at + out->len, room, bytes, len, sodium_base64_VARIANT_ORIGINAL);
    out->len += room - 1; /* it counts a NUL */
}

/* The library takes some bytes above 0x7f for digits. */
static bool is_ascii(struct str s)
{
    for (size_t i = 0; i < s.len; i++)
        if ((unsigned char)s.at[i] > 0x7f) return false;
    return true;
}

bool base64_read(struct str text, void *out, size_t len)
{
    size_t got;
    const char *end = text.at;
    if (!text.len || !is_ascii(text)) return text.len == 0 && len == 0;
    return sodium_base642bin(out, len, text.at, text.len, NULL, &got, &end, sodium_base64_VARIANT_ORIGINAL) == 0 &&
           got == len && end == text.at + text.len;
}

bool size_read(struct str text, int64_t *size)
{
    if (!text.len || (text.len > 1 && text.at[0] == '0')) return false;
    if (text.at[0] < '0' || text.at[0] > '9') return false;
    return parse_number(text, size);
}

bool line_cut(struct str *rest, struct str *line)
{
    const char *end = rest->len ? memchr(rest->at, '\n', rest->len) : NULL;
    if (!end) return false;
    size_t len = (size_t)(end - rest->at);
    *line = str_slice(*rest, 0, len);
    *rest = str_slice(*rest, len + 1, rest->len);
    return true;
}

/* ---- names and keys ---- */

/* White_Space of Unicode beyond ASCII, in UTF-8; the run U+2000 to U+200A apart. */
static bool starts_with_space(struct str s)
{
    static const char *const spaces[] = {"\xc2\x85",     "\xc2\xa0",     "\xe1\x9a\x80", "\xe2\x80\xa8",
                                         "\xe2\x80\xa9", "\xe2\x80\xaf", "\xe2\x81\x9f", "\xe3\x80\x80"};
    for (size_t i = 0; i < COUNT(spaces); i++)
        if (str_starts(s, str_of(spaces[i]))) return true;
    return str_starts(s, S("\xe2\x80")) && s.len > 2 && (unsigned char)s.at[2] >= 0x80 &&
           (unsigned char)s.at[2] <= 0x8a;
}

bool note_name_is_valid(struct str name)
{
    if (!name.len || name.len > NOTE_NAME || !str_is_utf8(name)) return false;
    for (size_t i = 0; i < name.len; i++) {
        unsigned char c = (unsigned char)name.at[i];
        if (c <= ' ' || c == '+' || c == 0x7f || starts_with_space(str_slice(name, i, name.len))) return false;
    }
    return true;
}

void note_key_make(struct note_key *key, struct str name, enum note_kind kind, const unsigned char public[NOTE_KEY])
{
    crypto_hash_sha256_state state;
    unsigned char hash[crypto_hash_sha256_BYTES], separator[] = {'\n', (unsigned char)kind};
    crypto_hash_sha256_init(&state);
    crypto_hash_sha256_update(&state, (const unsigned char *)name.at, name.len);
    crypto_hash_sha256_update(&state, separator, sizeof separator);
    crypto_hash_sha256_update(&state, public, NOTE_KEY);
    crypto_hash_sha256_final(&state, hash);
    *key = (struct note_key){.name = name, .kind = kind};
    memcpy(key->at, public, NOTE_KEY);
    memcpy(key->id, hash, NOTE_KEY_ID);
}

bool note_key_parse(struct str vkey, struct note_key *key)
{
    struct str name, id;
    unsigned char data[KEY_DATA], said[NOTE_KEY_ID];
    size_t len;
    if (!str_cut(&vkey, '+', &name) || !note_name_is_valid(name)) return false;
    if (!str_cut(&vkey, '+', &id) || id.len != HEX_ID) return false;
    if (sodium_hex2bin(said, sizeof said, id.at, id.len, NULL, &len, NULL) != 0 || len != sizeof said) return false;
    if (!base64_read(vkey, data, sizeof data)) return false;
    if (data[0] != NOTE_ED25519 && data[0] != NOTE_COSIGNATURE) return false;
    note_key_make(key, name, (enum note_kind)data[0], data + 1);
    return memcmp(key->id, said, sizeof said) == 0;
}

void note_key_put(struct buf *out, const struct note_key *key)
{
    unsigned char data[KEY_DATA] = {(unsigned char)key->kind};
    memcpy(data + 1, key->at, NOTE_KEY);
    buf_add(out, key->name);
    buf_char(out, '+');
    buf_hex(out, key->id, NOTE_KEY_ID);
    buf_char(out, '+');
    base64_put(out, data, sizeof data);
}

/* ---- reading ---- */

static bool parse_line(struct arena *arena, struct str line, struct note_signature *signature)
{
    if (!str_starts(line, (struct str){DASH, DASH_SIZE})) return false;
    struct str rest = str_slice(line, DASH_SIZE, line.len), name;
    if (!str_cut(&rest, ' ', &name) || !note_name_is_valid(name) || rest.len < 8) return false;
    size_t len = rest.len / 4 * 3 - (rest.at[rest.len - 1] == '=') - (rest.at[rest.len - 2] == '=');
    unsigned char *bytes = arena_alloc(arena, len);
    if (len <= NOTE_KEY_ID || !base64_read(rest, bytes, len)) return false;
    *signature = (struct note_signature){
        .name = name, .line = line, .bytes = {(const char *)bytes + NOTE_KEY_ID, len - NOTE_KEY_ID}};
    memcpy(signature->id, bytes, NOTE_KEY_ID);
    return true;
}

bool note_parse_signatures(struct arena *arena, struct str lines, struct note *note)
{
    note->count = 0;
    if (lines.len > NOTE_MOST) return false;
    while (lines.len) {
        struct str line;
        if (note->count == NOTE_SIGNATURES || !line_cut(&lines, &line)) return false;
        if (!parse_line(arena, line, &note->signatures[note->count])) return false;
        note->count++;
    }
    return note->count > 0;
}

/* The last empty line parts text from signatures: no signature line is empty, so it is the last "\n\n". */
static bool find_split(struct str bytes, size_t *text)
{
    for (size_t i = bytes.len; i >= 2; i--) {
        if (bytes.at[i - 1] != '\n' || bytes.at[i - 2] != '\n') continue;
        *text = i - 1;
        return true;
    }
    return false;
}

bool note_parse(struct arena *arena, struct str bytes, struct note *note)
{
    size_t text;
    if (bytes.len > NOTE_MOST || !str_is_utf8(bytes) || !find_split(bytes, &text)) return false;
    for (size_t i = 0; i < bytes.len; i++)
        if ((unsigned char)bytes.at[i] < ' ' && bytes.at[i] != '\n') return false;
    note->text = str_slice(bytes, 0, text);
    return note_parse_signatures(arena, str_slice(bytes, text + 1, bytes.len), note);
}

/* ---- writing ---- */

void note_put_signature(struct buf *out, const struct note_key *key, struct str signature)
{
    struct buf bytes = buf_in(out->arena);
    buf_add(&bytes, (struct str){(const char *)key->id, NOTE_KEY_ID});
    buf_add(&bytes, signature);
    buf_text(out, DASH);
    buf_add(out, key->name);
    buf_char(out, ' ');
    base64_put(out, bytes.at, bytes.len);
    buf_char(out, '\n');
}

void note_put_cosigned(struct buf *out, struct str text, int64_t seconds)
{
    buf_text(out, COSIGNATURE_HEADER);
    buf_number(out, seconds);
    buf_char(out, '\n');
    buf_add(out, text);
}

void note_date(unsigned char out[NOTE_DATED], int64_t seconds, const unsigned char signature[NOTE_SIGNATURE])
{
    for (unsigned i = 0; i < 8; i++) out[i] = (unsigned char)((uint64_t)seconds >> (56 - 8 * i));
    memcpy(out + 8, signature, NOTE_SIGNATURE);
}

/* ---- checking ---- */

static enum note_verdict check_dated(struct arena *arena, struct str text, struct str bytes, const struct note_key *key,
                                     int64_t *at)
{
    enum { LATEST = 253402300799 }; /* the end of the year 9999, so that it fits into ms */
    uint64_t seconds = 0;
    if (bytes.len != NOTE_DATED) return NOTE_FALSE;
    for (size_t i = 0; i < 8; i++) seconds = seconds << 8 | (unsigned char)bytes.at[i];
    if (seconds > LATEST) return NOTE_FALSE;
    struct buf message = buf_in(arena);
    note_put_cosigned(&message, text, (int64_t)seconds);
    if (crypto_sign_verify_detached((const unsigned char *)bytes.at + 8, (const unsigned char *)message.at, message.len,
                                    key->at) != 0)
        return NOTE_FALSE;
    if (at) *at = (int64_t)seconds * 1000;
    return NOTE_HOLDS;
}

enum note_verdict note_check(struct arena *arena, struct str text, const struct note_signature *signature,
                             const struct note_key *key, int64_t *at)
{
    struct str bytes = signature->bytes;
    if (at) *at = 0;
    if (!str_eq(signature->name, key->name) || memcmp(signature->id, key->id, NOTE_KEY_ID) != 0) return NOTE_OTHER;
    if (key->kind == NOTE_COSIGNATURE) return check_dated(arena, text, bytes, key, at);
    bool holds = bytes.len == NOTE_SIGNATURE &&
                 crypto_sign_verify_detached((const unsigned char *)bytes.at, (const unsigned char *)text.at, text.len,
                                             key->at) == 0;
    return holds ? NOTE_HOLDS : NOTE_FALSE;
}
