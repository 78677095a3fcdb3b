/* A state machine over the bytes: five states and one bit for each open bracket are all there is to the grammar.
 * Strings are scanned eight bytes at a time and only those with escapes are copied; that is where the speed comes
 * from. */
#include "format/json_reader.h"

#include "format/scan.h"

#include <math.h>

enum { BEFORE_VALUE, FIRST_ELEMENT, FIRST_KEY, AFTER_VALUE, FINISHED };
enum { LONGEST_NUMBER = 512 };

static enum json_kind read_value(struct json_reader *r);

struct json_reader json_open(struct arena *arena, struct str text)
{
    if (str_starts(text, S("\xEF\xBB\xBF"))) text = str_slice(text, 3, text.len);
    const char *at = text.len ? text.at : "";
    return (struct json_reader){
        .start = at, .at = at, .end = at + text.len, .arena = arena, .depth_limit = JSON_DEPTH, .state = BEFORE_VALUE};
}

static enum json_kind bad(struct json_reader *r, const char *problem)
{
    r->state = FINISHED;
    r->problem = problem;
    return r->kind = JSON_BAD;
}

static inline void skip_space(struct json_reader *r)
{
    const char *at = r->at;
    while (at < r->end && (*at == ' ' || *at == '\n' || *at == '\r' || *at == '\t')) at++;
    r->at = at;
}

/* Past all that needs no second look inside a string. */
static inline const char *skip_plain(const char *at, const char *end)
{
    for (; end - at >= 8; at += 8) {
        uint64_t word = scan_load(at);
        uint64_t marks = scan_below(word, 0x20) | scan_is(word, '"') | scan_is(word, '\\') | (word & EACH_BYTE(0x80));
        if (marks) return at + scan_first(marks);
    }
    while (at < end && (unsigned char)*at >= 0x20 && (unsigned char)*at < 0x80 && *at != '"' && *at != '\\') at++;
    return at;
}

static bool read_hex4(const char *at, const char *end, uint32_t *code)
{
    *code = 0;
    if (end - at < 4) return false;
    for (int i = 0; i < 4; i++) {
        char c = at[i];
        uint32_t digit;
        if (c >= '0' && c <= '9')
            digit = (uint32_t)(c - '0');
        else if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f')
            digit = (uint32_t)((c | 0x20) - 'a' + 10);
        else
            return false;
        *code = *code * 16 + digit;
    }
    return true;
}

/* A \u escape, with its second half if it is of a pair; `at` stands on the backslash. Gives the bytes read, 0 if
 * bad. */
static size_t read_unicode(const char *at, const char *end, uint32_t *code)
{
    if (!read_hex4(at + 2, end, code)) return 0;
    if (*code < 0xD800 || *code > 0xDFFF) return 6;
    uint32_t low;
    bool pair = *code < 0xDC00 && end - at >= 12 && at[6] == '\\' && at[7] == 'u' && read_hex4(at + 8, end, &low) &&
                low >= 0xDC00 && low <= 0xDFFF;
    if (!pair) return 0;
    *code = 0x10000 + ((*code - 0xD800) << 10) + (low - 0xDC00);
    return 12;
}

static char escaped_character(char c)
{
    switch (c) {
    case '"':
    case '\\':
    case '/': return c;
    case 'b': return '\b';
    case 'f': return '\f';
    case 'n': return '\n';
    case 'r': return '\r';
    case 't': return '\t';
    default: return 0;
    }
}

static bool unescape(struct json_reader *r, struct str raw)
{
    const char *at = raw.at, *end = raw.at + raw.len, *after = r->at;
    char *out = arena_alloc(r->arena, raw.len);
    size_t len = 0;
    while (at < end) {
        const char *stop = memchr(at, '\\', (size_t)(end - at));
        size_t run = (size_t)((stop ? stop : end) - at);
        memcpy(out + len, at, run);
        len += run;
        if (!stop) break;
        at = r->at = stop;
        uint32_t code = (unsigned char)escaped_character(at[1]);
        size_t taken = code ? 2 : at[1] == 'u' ? read_unicode(at, end, &code) : 0;
        if (!taken) return false;
        len += scan_put_utf8(out + len, code);
        at += taken;
    }
    r->at = after;
    r->text = (struct str){out, len};
    return true;
}

/* At the opening quote. */
static bool read_string(struct json_reader *r)
{
    const char *from = ++r->at, *end = r->end;
    bool escapes = false;
    for (;;) {
        const char *at = r->at = skip_plain(r->at, end);
        if (at == end) return bad(r, "the text ends inside a string"), false;
        if (*at == '"') break;
        size_t step = *at == '\\' ? 2 : (unsigned char)*at < 0x20 ? 0 : scan_utf8(at, end);
        if (!step) {
            bool control = (unsigned char)*at < 0x20;
            return bad(r, control ? "a line break or control character must be escaped in a string"
                                  : "these bytes are not UTF-8"),
                   false;
        }
        if ((size_t)(end - at) < step) return bad(r, "the text ends inside a string"), false;
        escapes |= *at == '\\';
        r->at += step;
    }
    struct str raw = {from, (size_t)(r->at - from)};
    r->at++;
    r->text = raw;
    if (!escapes || unescape(r, raw)) return true;
    bool unicode = r->at[1] == 'u';
    return bad(r, unicode ? "a \\u escape needs four hexadecimal digits, and surrogates come in pairs"
                          : "there is no such escape; write \\\\ for a backslash"),
           false;
}

static enum json_kind slow_decimal(struct json_reader *r)
{
    char copy[LONGEST_NUMBER];
    if (r->text.len >= sizeof copy) {
        r->at = r->text.at;
        return bad(r, "the number has too many digits");
    }
    memcpy(copy, r->text.at, r->text.len);
    copy[r->text.len] = 0;
    r->decimal = strtod(copy, NULL);
    if (isfinite(r->decimal)) return r->kind = JSON_DECIMAL;
    r->at = r->text.at;
    return bad(r, "the number is too large");
}

/* Digits from r->at on, also added to *value as long as it surely fits; gives how many. */
static inline size_t read_digits(struct json_reader *r, uint64_t *value)
{
    const char *from = r->at;
    while (r->at < r->end && *r->at >= '0' && *r->at <= '9') {
        if (*value < UINT64_C(1000000000000000000)) *value = *value * 10 + (uint64_t)(*r->at - '0');
        r->at++;
    }
    return (size_t)(r->at - from);
}

/* Up to 2^53 and 10^22, numerator and power are exact doubles, so that one multiplication or division rounds correctly
 * (Clinger 1990); everything else is left to strtod. */
static enum json_kind finish_decimal(struct json_reader *r, uint64_t digits, bool all_taken, int64_t exponent)
{
    static const double powers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                    1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
    bool exact = all_taken && digits <= (UINT64_C(1) << 53) && exponent >= -22 && exponent <= 22;
    if (!exact) return slow_decimal(r);
    double value = exponent < 0 ? (double)digits / powers[-exponent] : (double)digits * powers[exponent];
    r->decimal = *r->text.at == '-' ? -value : value;
    return r->kind = JSON_DECIMAL;
}

static bool read_exponent(struct json_reader *r, int64_t *exponent)
{
    r->at++;
    bool negative = r->at < r->end && *r->at == '-';
    if (r->at < r->end && (*r->at == '-' || *r->at == '+')) r->at++;
    uint64_t digits = 0;
    if (!read_digits(r, &digits)) return false;
    if (digits > 100000) digits = 100000;
    *exponent += negative ? -(int64_t)digits : (int64_t)digits;
    return true;
}

static enum json_kind read_number(struct json_reader *r)
{
    const char *from = r->at;
    bool negative = *from == '-';
    r->at += negative;
    bool leading_zero = r->at < r->end && *r->at == '0';
    uint64_t digits = 0;
    size_t whole = read_digits(r, &digits), fraction = 0;
    if (!whole) return bad(r, "a digit is missing");
    if (leading_zero && whole > 1) return bad(r, "a number does not begin with a zero");
    int64_t exponent = 0;
    bool decimal = false;
    if (r->at < r->end && *r->at == '.') {
        r->at++;
        decimal = true;
        fraction = read_digits(r, &digits);
        if (!fraction) return bad(r, "a digit is missing after the decimal point");
        exponent = -(int64_t)fraction;
    }
    if (r->at < r->end && (*r->at | 0x20) == 'e') {
        decimal = true;
        if (!read_exponent(r, &exponent)) return bad(r, "a digit is missing in the exponent");
    }
    r->text = (struct str){from, (size_t)(r->at - from)};
    if (decimal) return finish_decimal(r, digits, whole + fraction <= 18, exponent);
    if (whole <= 18) {
        r->number = negative ? -(int64_t)digits : (int64_t)digits;
        return r->kind = JSON_NUMBER;
    }
    return parse_number(r->text, &r->number) ? (r->kind = JSON_NUMBER) : slow_decimal(r);
}

static enum json_kind read_word(struct json_reader *r, struct str word, enum json_kind kind)
{
    if ((size_t)(r->end - r->at) < word.len || memcmp(r->at, word.at, word.len) != 0)
        return bad(r, "a value is missing here: a string in double quotes, a number, true, false, null, { or [");
    r->at += word.len;
    r->boolean = word.at[0] == 't';
    return r->kind = kind;
}

static enum json_kind open_bracket(struct json_reader *r, bool object)
{
    if (r->depth >= r->depth_limit || r->depth >= JSON_DEEPEST) return bad(r, "brackets are nested too deep");
    r->at++;
    r->depth++;
    r->in_object = r->in_object << 1 | object;
    r->state = object ? FIRST_KEY : FIRST_ELEMENT;
    return r->kind = object ? JSON_OBJECT : JSON_ARRAY;
}

static enum json_kind close_bracket(struct json_reader *r)
{
    r->at++;
    r->depth--;
    r->in_object >>= 1;
    r->state = AFTER_VALUE;
    return r->kind = JSON_CLOSE;
}

static enum json_kind read_value(struct json_reader *r)
{
    if (r->at == r->end) return bad(r, r->depth ? "the text ends where a value is missing" : "there is no value");
    r->state = AFTER_VALUE;
    switch (*r->at) {
    case '"': return read_string(r) ? (r->kind = JSON_STRING) : JSON_BAD;
    case '{': return open_bracket(r, true);
    case '[': return open_bracket(r, false);
    case 't': return read_word(r, S("true"), JSON_BOOL);
    case 'f': return read_word(r, S("false"), JSON_BOOL);
    case '-':
    case '0':
    case '1':
    case '2':
    case '3':
    case '4':
    case '5':
    case '6':
    case '7':
    case '8':
    case '9': return read_number(r);
    default: return read_word(r, S("null"), JSON_NULL);
    }
}

static enum json_kind read_key(struct json_reader *r)
{
    if (r->at == r->end || *r->at != '"') return bad(r, "a key in double quotes is missing");
    if (!read_string(r)) return JSON_BAD;
    skip_space(r);
    if (r->at == r->end || *r->at != ':') return bad(r, "a colon is missing after the key");
    r->at++;
    r->state = BEFORE_VALUE;
    return r->kind = JSON_KEY;
}

static enum json_kind after_value(struct json_reader *r)
{
    if (r->depth == 0) {
        if (r->at < r->end) return bad(r, "there is more after the end of the value");
        r->state = FINISHED;
        return r->kind = JSON_END;
    }
    bool object = r->in_object & 1;
    char c = r->at < r->end ? *r->at : 0;
    if (c == (object ? '}' : ']')) return close_bracket(r);
    if (c != ',') return bad(r, object ? "a comma or } is missing" : "a comma or ] is missing");
    r->at++;
    skip_space(r);
    return object ? read_key(r) : read_value(r);
}

enum json_kind json_next(struct json_reader *r)
{
    if (r->state == FINISHED) return r->kind;
    skip_space(r);
    char c = r->at < r->end ? *r->at : 0;
    switch (r->state) {
    case AFTER_VALUE: return after_value(r);
    case FIRST_KEY: return c == '}' ? close_bracket(r) : read_key(r);
    case FIRST_ELEMENT: return c == ']' ? close_bracket(r) : read_value(r);
    default: return read_value(r);
    }
}

void json_skip(struct json_reader *r)
{
    if (r->kind != JSON_OBJECT && r->kind != JSON_ARRAY) return;
    int outside = r->depth - 1;
    while (json_next(r) != JSON_BAD)
        if (r->kind == JSON_CLOSE && r->depth == outside) return;
}

void json_place(const struct json_reader *r, size_t *line, size_t *column)
{
    const char *line_start = r->start;
    *line = 1;
    for (const char *at = r->start; at < r->at; at++) {
        if (*at != '\n') continue;
        ++*line;
        line_start = at + 1;
    }
    *column = str_utf8_length((struct str){line_start, (size_t)(r->at - line_start)}) + 1;
}

enum result json_complain(struct ctx *ctx, const struct json_reader *r)
{
    size_t line, column;
    json_place(r, &line, &column);
    const char *problem = r->kind == JSON_BAD ? r->problem : SENTENCE("this is not what was expected here");
    return fail(ctx, INVALID, "The JSON is not valid at line %zu, column %zu: %s.", line, column, problem);
}
