/* Filling templates. The arguments are taken from the va_list by walking the English format, since only that knows
 * their types; the template then names them by number, because each language has an order of its own. */
#include "base/sentences.h"

#include "base/buf.h"

enum { PLACES = 9 };

struct filling {
    const struct sentences *sentences;
    struct arena *arena;
    const char *about;
    struct str arguments[PLACES];
    size_t count;
    bool retells; /* the arguments were filled in in English: a part of a sentence may have some of its own */
    int depth;    /* of such parts within parts */
};

struct taking { /* a va_list that can be handed on by address everywhere */
    va_list list;
};

static struct str PRINTF_LIKE(2, 0) print(struct arena *arena, const char *format, va_list arguments)
{
    va_list again;
    va_copy(again, arguments);
    int len = vsnprintf(NULL, 0, format, again);
    va_end(again);
    if (len < 0) return S("");
    char *at = arena_alloc(arena, (size_t)len + 1);
    vsnprintf(at, (size_t)len + 1, format, arguments);
    return (struct str){at, (size_t)len};
}

/* ---- arguments ---- */

static struct str take_int(struct arena *arena, struct taking *from)
{
    return arena_print(arena, "%d", va_arg(from->list, int));
}

static struct str take_unsigned(struct arena *arena, struct taking *from)
{
    return arena_print(arena, "%u", va_arg(from->list, unsigned));
}

static struct str take_long_long(struct arena *arena, struct taking *from)
{
    return arena_print(arena, "%lld", va_arg(from->list, long long));
}

static struct str take_unsigned_long_long(struct arena *arena, struct taking *from)
{
    return arena_print(arena, "%llu", va_arg(from->list, unsigned long long));
}

static struct str take_size(struct arena *arena, struct taking *from)
{
    return arena_print(arena, "%zu", va_arg(from->list, size_t));
}

static struct str take_text(struct arena *arena, struct taking *from)
{
    (void)arena;
    return str_of(va_arg(from->list, const char *));
}

static struct str take_str(struct arena *arena, struct taking *from)
{
    (void)arena;
    int len = va_arg(from->list, int);
    const char *at = va_arg(from->list, const char *);
    return (struct str){at, (size_t)(len < 0 ? 0 : len)};
}

static const struct {
    struct str conversion;
    struct str (*take)(struct arena *arena, struct taking *from);
    bool is_number;
} conversions[] = {
    {{"%s", 2}, take_text, false},
    {{"%.*s", 4}, take_str, false},
    {{"%d", 2}, take_int, true},
    {{"%u", 2}, take_unsigned, true},
    {{"%zu", 3}, take_size, true},
    {{"%lld", 4}, take_long_long, true},
    {{"%llu", 4}, take_unsigned_long_long, true},
};

/* The one that the format begins with; COUNT(conversions) when there is none. */
static size_t conversion_at(struct str format)
{
    size_t i = 0;
    while (i < COUNT(conversions) && !str_starts(format, conversions[i].conversion)) i++;
    return i;
}

/* False at a conversion that is not in the table: the types of what follows are not known then. */
static bool take_arguments(struct filling *filling, struct str format, struct taking *from)
{
    while (format.len) {
        size_t skip = format.at[0] != '%' ? 1 : str_starts(format, S("%%")) ? 2 : 0, i = conversion_at(format);
        format = str_slice(format, skip, format.len);
        if (skip) continue;
        if (i == COUNT(conversions) || filling->count == PLACES) return false;
        filling->arguments[filling->count++] = conversions[i].take(filling->arena, from);
        format = str_slice(format, conversions[i].conversion.len, format.len);
    }
    return true;
}

/* ---- places ---- */

static struct str retell(const struct sentences *sentences, struct arena *arena, struct str english, int depth);

static bool find(const struct sentences *sentences, struct str key, struct str *text)
{
    const struct str *found = map_get(sentences->texts, key);
    if (found) *text = *found;
    return found != NULL;
}

/* "field" and "risk" and "title": the label of "field.risk.title", else of "field.title". */
static struct str name(const struct filling *filling, struct str kind, struct str reg, struct str argument)
{
    struct str suffix = kind, text = argument;
    str_cut(&suffix, '.', &kind);
    const char *dot = suffix.len ? "." : "";
    struct str own = arena_print(filling->arena, "%.*s.%.*s.%.*s%s%.*s", PRINT(kind), PRINT(reg), PRINT(argument), dot,
                                 PRINT(suffix));
    struct str shared =
        arena_print(filling->arena, "%.*s.%.*s%s%.*s", PRINT(kind), PRINT(argument), dot, PRINT(suffix));
    if (!reg.len || !find(filling->sentences, own, &text)) find(filling->sentences, shared, &text);
    return text;
}

static bool read_number(const struct filling *filling, struct str text, struct str *argument)
{
    size_t number = text.len == 1 && text.at[0] >= '1' && text.at[0] <= '9' ? (size_t)(text.at[0] - '0') : 0;
    if (!number || number > filling->count) return false;
    *argument = filling->arguments[number - 1];
    return true;
}

/* What stands between the braces; false when it is no place, and the braces are the sentence's own. */
static bool fill_place(const struct filling *filling, struct str place, struct buf *out)
{
    struct str kind = place, number = S(""), argument, reg = str_of(filling->about), which = S("");
    str_cut(&kind, ':', &number);
    if (!read_number(filling, number, &argument)) return false;
    struct str register_place = kind;
    str_cut(&register_place, '/', &which);
    kind = which;
    if (register_place.len && !read_number(filling, register_place, &reg)) return false;
    if (!kind.len)
        buf_add(out, argument);
    else if (str_is(kind, "say"))
        buf_add(out, filling->retells ? retell(filling->sentences, filling->arena, argument, filling->depth + 1)
                                      : sentences_say(filling->sentences, argument));
    else
        buf_add(out, name(filling, kind, reg, argument));
    return true;
}

static struct str fill(const struct filling *filling, struct str template)
{
    struct buf out = buf_in(filling->arena);
    size_t open, close;
    while (str_find(template, S("{"), &open)) {
        buf_add(&out, str_slice(template, 0, open));
        template = str_slice(template, open, template.len);
        if (str_find(template, S("}"), &close) && fill_place(filling, str_slice(template, 1, close), &out)) {
            template = str_slice(template, close + 1, template.len);
        } else {
            buf_char(&out, '{');
            template = str_slice(template, 1, template.len);
        }
    }
    buf_add(&out, template);
    return buf_str(&out);
}

/* ---- from outside ---- */

const struct sentences *languages_find(const struct languages *languages, struct str language)
{
    for (size_t i = 0; languages && i < languages->count; i++)
        if (str_eq(languages->at[i].language, language)) return &languages->at[i];
    return NULL;
}

struct str sentences_say(const struct sentences *sentences, struct str english)
{
    if (sentences) (void)find(sentences, english, &english);
    return english;
}

/* ---- from English back ---- */

static bool is_digits(struct str text)
{
    size_t i = text.len > 1 && text.at[0] == '-';
    while (i < text.len && text.at[i] >= '0' && text.at[i] <= '9') i++;
    return text.len > 0 && i == text.len;
}

/* What stands before the next argument. A format with "%%" is not looked for. */
static struct str literal_of(struct str format)
{
    size_t end = format.len;
    str_find(format, S("%"), &end);
    return str_slice(format, 0, end);
}

/* Up to the next words of the format, or to the end where none follow. */
static bool take_argument(struct filling *filling, bool is_number, struct str words, bool is_last, struct str *text)
{
    size_t end = text->len;
    if (!is_last && (!words.len || !str_find(*text, words, &end))) return false;
    if (is_last && (text->len < words.len || !str_eq(str_slice(*text, text->len - words.len, text->len), words)))
        return false;
    if (is_last) end = text->len - words.len;
    struct str argument = str_slice(*text, 0, end);
    if (filling->count == PLACES || (is_number && !is_digits(argument))) return false;
    filling->arguments[filling->count++] = argument;
    *text = str_slice(*text, end + words.len, text->len);
    return true;
}

/* *said: how many bytes of it are the format's own. */
static bool fits(struct filling *filling, struct str format, struct str text, size_t *said)
{
    struct str words = literal_of(format);
    filling->count = 0;
    if (!str_starts(text, words)) return false;
    *said = words.len;
    text = str_slice(text, words.len, text.len);
    format = str_slice(format, words.len, format.len);
    while (format.len) {
        size_t i = conversion_at(format);
        if (i == COUNT(conversions)) return false;
        format = str_slice(format, conversions[i].conversion.len, format.len);
        words = literal_of(format);
        bool is_last = words.len == format.len;
        if (!take_argument(filling, conversions[i].is_number, words, is_last, &text)) return false;
        *said += words.len;
        format = str_slice(format, words.len, format.len);
    }
    return !text.len;
}

/* What somebody put into the database may be any text: the program's own sentences are neither longer than this nor
 * nested deeper. */
static struct str retell(const struct sentences *sentences, struct arena *arena, struct str english, int depth)
{
    enum { LEAST = 10 /* less than that fits anything */, LONGEST = 4000, DEEPEST = 4 };
    struct filling filling = {.sentences = sentences, .arena = arena, .retells = true, .depth = depth}, best = filling;
    struct str template;
    size_t said, most = LEAST - 1;
    if (english.len > LONGEST || depth > DEEPEST) return english;
    if (!sentences || find(sentences, english, &template)) return sentences_say(sentences, english);
    for (size_t i = 0; i < sentences->format_count; i++) {
        if (!fits(&filling, sentences->formats[i], english, &said) || said <= most) continue;
        if (!find(sentences, sentences->formats[i], &template)) continue;
        most = said;
        best = filling;
    }
    return most < LEAST ? english : fill(&best, template);
}

struct str sentences_retell(const struct sentences *sentences, struct arena *arena, struct str english)
{
    return retell(sentences, arena, english, 0);
}

struct str sentences_print(const struct sentences *sentences, struct arena *arena, const char *about,
                           const char *format, va_list arguments)
{
    struct filling filling = {.sentences = sentences, .arena = arena, .about = about};
    struct str template;
    if (!sentences) return print(arena, format, arguments);
    bool hands_on = str_is(str_of(format), "%s") || str_is(str_of(format), "%.*s");
    if (hands_on) return sentences_say(sentences, print(arena, format, arguments));
    if (!find(sentences, str_of(format), &template)) return print(arena, format, arguments);
    struct taking from;
    va_copy(from.list, arguments);
    bool taken = take_arguments(&filling, str_of(format), &from);
    va_end(from.list);
    return taken ? fill(&filling, template) : print(arena, format, arguments);
}
