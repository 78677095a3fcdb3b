/* Folding text into words here, and not in the databases, makes a search find the same on both: SQLite's tokenizers and
 * PostgreSQL's parser disagree about accents, hyphens and numbers. Bytes that are no UTF-8 separate words. */
#include "store/words.h"

enum { WORD_LIMIT = 2000, WORD_SIZE = 64 };

/* Two characters for each letter: what it is without its diacritic. */
static const char latin[] = "a a a a a a aec e e e e i i i i d n o o o o o   o u u u u y thss"
                            "a a a a a a aec e e e e i i i i d n o o o o o   o u u u u y thy "
                            "a a a a a a c c c c c c c c d d d d e e e e e e e e e e g g g g "
                            "g g g g h h h h i i i i i i i i i i ijijj j k k k l l l l l l l "
                            "l l l n n n n n n n n n o o o o o o oeoer r r r r r s s s s s s "
                            "s s t t t t t t u u u u u u u u u u u u w w y y y z z z z z z s ";
static const char latin_additional[] = "a a b b b b b b c c d d d d d d d d d d e e e e e e e e e e f f "
                                       "g g h h h h h h h h h h i i i i k k k k k k l l l l l l l l m m "
                                       "m m m m n n n n n n n n o o o o o o o o p p p p r r r r r r r r "
                                       "s s s s s s s s s s t t t t t t t t u u u u u u u u u u v v v v "
                                       "w w w w w w w w w w x x x x y y z z z z z z h t w y a s     ssd "
                                       "a a a a a a a a a a a a a a a a a a a a a a a a e e e e e e e e "
                                       "e e e e e e e e i i i i o o o o o o o o o o o o o o o o o o o o "
                                       "o o o o u u u u u u u u u u u u u u y y y y y y y y llllv v y y ";

enum kind { SEPARATOR, LETTER, LETTER_ALONE, MARK };

struct range {
    uint32_t from, to;
    enum kind kind;
    const char *table; /* of pairs, or NULL */
    int32_t lower;     /* added to the code point */
};

/* Rising; what lies between two ranges is a letter that stays as it is. */
static const struct range ranges[] = {
    {0x00, 0x2F, SEPARATOR, NULL, 0},
    {0x30, 0x39, LETTER, NULL, 0},
    {0x3A, 0x40, SEPARATOR, NULL, 0},
    {0x41, 0x5A, LETTER, NULL, 32},
    {0x5B, 0x60, SEPARATOR, NULL, 0},
    {0x61, 0x7A, LETTER, NULL, 0},
    {0x7B, 0xBF, SEPARATOR, NULL, 0},
    {0xC0, 0x17F, LETTER, latin, 0},
    {0x300, 0x36F, MARK, NULL, 0},
    {0x386, 0x386, LETTER, NULL, 0x3B1 - 0x386},
    {0x388, 0x388, LETTER, NULL, 0x3B5 - 0x388},
    {0x389, 0x389, LETTER, NULL, 0x3B7 - 0x389},
    {0x38A, 0x38A, LETTER, NULL, 0x3B9 - 0x38A},
    {0x38C, 0x38C, LETTER, NULL, 0x3BF - 0x38C},
    {0x38E, 0x38E, LETTER, NULL, 0x3C5 - 0x38E},
    {0x38F, 0x38F, LETTER, NULL, 0x3C9 - 0x38F},
    {0x391, 0x3A9, LETTER, NULL, 32},
    {0x3AC, 0x3AC, LETTER, NULL, 0x3B1 - 0x3AC},
    {0x3AD, 0x3AD, LETTER, NULL, 0x3B5 - 0x3AD},
    {0x3AE, 0x3AE, LETTER, NULL, 0x3B7 - 0x3AE},
    {0x3AF, 0x3AF, LETTER, NULL, 0x3B9 - 0x3AF},
    {0x3C2, 0x3C2, LETTER, NULL, 1},
    {0x3CC, 0x3CC, LETTER, NULL, 0x3BF - 0x3CC},
    {0x3CD, 0x3CD, LETTER, NULL, 0x3C5 - 0x3CD},
    {0x3CE, 0x3CE, LETTER, NULL, 0x3C9 - 0x3CE},
    {0x401, 0x401, LETTER, NULL, 0x435 - 0x401},
    {0x400, 0x40F, LETTER, NULL, 80},
    {0x410, 0x42F, LETTER, NULL, 32},
    {0x451, 0x451, LETTER, NULL, 0x435 - 0x451},
    {0x1E00, 0x1EFF, LETTER, latin_additional, 0},
    {0x2000, 0x206F, SEPARATOR, NULL, 0},
    {0x20A0, 0x20CF, SEPARATOR, NULL, 0},
    {0x2190, 0x2BFF, SEPARATOR, NULL, 0},
    {0x3000, 0x303F, SEPARATOR, NULL, 0},
    {0x3040, 0x30FF, LETTER_ALONE, NULL, 0},
    {0x3400, 0x9FFF, LETTER_ALONE, NULL, 0},
    {0xF900, 0xFAFF, LETTER_ALONE, NULL, 0},
    {0xFE00, 0xFE6F, SEPARATOR, NULL, 0},
    {0xFEFF, 0xFEFF, SEPARATOR, NULL, 0},
    {0xFF00, 0xFF0F, SEPARATOR, NULL, 0},
    {0xFFF0, 0xFFFF, SEPARATOR, NULL, 0},
    {0x20000, 0x3FFFF, LETTER_ALONE, NULL, 0},
};

struct folder {
    struct arena *arena;
    struct words words;
    size_t limit;
    uint16_t *slots;   /* index + 1 by hash, 0 where free */
    size_t slot_count; /* a power of two */
    char *out;         /* the words, a space after each; then the one under way, from `start` */
    size_t len, start;
};

/* Reads one code point; U+FFFF, a separator, where the bytes are none. */
static uint32_t code_point(struct str text, size_t *at)
{
    const unsigned char *bytes = (const unsigned char *)text.at + *at;
    size_t left = text.len - *at;
    size_t len = bytes[0] < 0x80 ? 1 : bytes[0] < 0xC2 ? 0 : bytes[0] < 0xE0 ? 2 : bytes[0] < 0xF0 ? 3 : 4;
    if (len == 0 || bytes[0] > 0xF4 || len > left || !str_is_utf8((struct str){text.at + *at, len})) {
        (*at)++;
        return 0xFFFF;
    }
    *at += len;
    uint32_t point = len == 1 ? bytes[0] : bytes[0] & (0xFFu >> (len + 1));
    for (size_t i = 1; i < len; i++) point = point << 6 | (bytes[i] & 0x3F);
    return point;
}

static const struct range *range_of(uint32_t point)
{
    for (size_t i = 0; i < COUNT(ranges) && ranges[i].from <= point; i++)
        if (point <= ranges[i].to) return &ranges[i];
    return NULL;
}

static void put_byte(struct folder *folder, uint32_t byte)
{
    folder->out[folder->len++] = (char)byte;
}

static bool is_full(const struct folder *folder)
{
    return folder->len - folder->start + 4 > WORD_SIZE;
}

static void put_point(struct folder *folder, uint32_t point)
{
    if (point < 0x80) {
        put_byte(folder, point);
        return;
    }
    if (point < 0x800) {
        put_byte(folder, 0xC0 | point >> 6);
    } else if (point < 0x10000) {
        put_byte(folder, 0xE0 | point >> 12);
        put_byte(folder, 0x80 | (point >> 6 & 0x3F));
    } else {
        put_byte(folder, 0xF0 | point >> 18);
        put_byte(folder, 0x80 | (point >> 12 & 0x3F));
        put_byte(folder, 0x80 | (point >> 6 & 0x3F));
    }
    put_byte(folder, 0x80 | (point & 0x3F));
}

static bool is_known(struct folder *folder, struct str word)
{
    size_t mask = folder->slot_count - 1;
    for (size_t slot = str_hash(word) & mask;; slot = (slot + 1) & mask) {
        if (!folder->slots[slot]) {
            folder->slots[slot] = (uint16_t)(folder->words.count + 1);
            return false;
        }
        if (str_eq(folder->words.at[folder->slots[slot] - 1], word)) return true;
    }
}

static void end_word(struct folder *folder)
{
    struct str word = {folder->out + folder->start, folder->len - folder->start};
    if (!word.len) return;
    if (folder->words.count == folder->limit || is_known(folder, word)) {
        folder->len = folder->start;
        return;
    }
    folder->words.at[folder->words.count++] = word;
    put_byte(folder, ' ');
    folder->start = folder->len;
}

/* A letter beyond the size of a word is dropped: two words that agree so far are one. */
static void put_letter(struct folder *folder, const struct range *range, uint32_t point)
{
    if (is_full(folder)) return;
    if (!range || !range->table) {
        put_point(folder, range ? (uint32_t)((int32_t)point + range->lower) : point);
        return;
    }
    const char *pair = range->table + (point - range->from) * 2;
    for (size_t i = 0; i < 2 && pair[i] != ' '; i++) put_byte(folder, (unsigned char)pair[i]);
}

static void fold(struct folder *folder, uint32_t point)
{
    const struct range *range = range_of(point);
    switch (range ? range->kind : LETTER) {
    case SEPARATOR: end_word(folder); break;
    case MARK: break;
    case LETTER: put_letter(folder, range, point); break;
    case LETTER_ALONE:
        end_word(folder);
        put_letter(folder, range, point);
        end_word(folder);
        break;
    }
}

/* A run of ASCII, which most text is: the same as fold for each of its bytes. Returns where it ends. */
static size_t fold_plain(struct folder *folder, struct str text, size_t at)
{
    char *out = folder->out + folder->len, *full = folder->out + folder->start + WORD_SIZE - 3;
    for (; at < text.len && folder->words.count < folder->limit; at++) {
        unsigned char c = (unsigned char)text.at[at], lower = c | 0x20; /* of a digit, the digit */
        bool is_digit = (unsigned char)(c - '0') < 10, is_letter = (unsigned char)(lower - 'a') < 26;
        if (is_letter || is_digit) {
            if (out < full) *out++ = (char)lower;
            continue;
        }
        if (c >= 0x80) break;
        folder->len = (size_t)(out - folder->out);
        end_word(folder);
        out = folder->out + folder->len;
        full = folder->out + folder->start + WORD_SIZE - 3;
    }
    folder->len = (size_t)(out - folder->out);
    return at;
}

struct words words_of(struct arena *arena, struct str text, size_t limit)
{
    size_t most = text.len / 2 + 1; /* a letter and a separator each; one that stands alone has three bytes */
    if (limit == 0 || limit > WORD_LIMIT) limit = WORD_LIMIT;
    if (limit > most) limit = most;
    struct folder folder = {.arena = arena, .limit = limit, .slot_count = 64};
    while (folder.slot_count < 2 * limit) folder.slot_count *= 2;
    /* No character is longer without its diacritic; one that stands alone gets a space, and has three bytes itself. */
    folder.out = arena_grow(arena, NULL, 0, text.len + text.len / 3 + WORD_SIZE);
    folder.words.at = arena_grow(arena, NULL, 0, limit * sizeof *folder.words.at);
    folder.slots = arena_make_many(arena, uint16_t, folder.slot_count);
    for (size_t at = fold_plain(&folder, text, 0); at < text.len && folder.words.count < limit;) {
        fold(&folder, code_point(text, &at));
        at = fold_plain(&folder, text, at);
    }
    end_word(&folder);
    return folder.words;
}

struct str words_join(const struct words *words)
{
    if (!words->count) return S("");
    const struct str *last = &words->at[words->count - 1];
    return (struct str){words->at[0].at, (size_t)(last->at + last->len - words->at[0].at)};
}
