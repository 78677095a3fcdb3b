/* Length and a look at what everybody tries; nothing about kinds of characters, which only makes people write
 * "Password1!". Text is taken as it comes, without Unicode normalisation: browsers send the composed form. */
#include "access/password.h"

#include "access/actor.h"
#include "access/cache.h"
#include "access/limit.h"
#include "access/users.h"
#include "store/store.h"

#include <sodium.h>

enum { PASSES = 2, MEMORY = 64 * 1024 * 1024, DISTINCT_LEAST = 5, PIECE_LEAST = 4, BYTES_MOST = PASSWORD_MOST * 4 };

/* ---- rules ---- */

/* What is left of common passwords in lower case without what people put around the word: "Password2024!!" is
 * "password". */
static const char *const common[] = {
    "password",      "passwort", "passw0rd",   "p@ssword",   "p@ssw0rd",   "pa$$word",     "qwerty",
    "qwertyuiop",    "qwertz",   "qwertzuiop", "azerty",     "azertyuiop", "asdfghjkl",    "yxcvbnm",
    "zxcvbnm",       "letmein",  "welcome",    "willkommen", "iloveyou",   "ichliebedich", "admin",
    "administrator", "root",     "toor",       "master",     "superuser",  "changeme",     "change-me",
    "default",       "secret",   "geheim",     "hallo",      "hello",      "helloworld",   "monkey",
    "dragon",        "football", "fussball",   "baseball",   "sunshine",   "princess",     "shadow",
    "superman",      "batman",   "trustno",    "starwars",   "whatever",   "freedom",      "computer",
    "internet",      "security", "sicherheit", "company",    "firma",      "office",       "test",
    "testtest",      "testing",  "demo",       "guest",      "user",       "login",        "access",
    "abc",           "abcd",     "spring",     "summer",     "autumn",     "winter",       "frühling",
    "sommer",        "herbst",   "january",    "february",   "march",      "april",        "june",
    "july",          "august",   "september",  "october",    "november",   "december",     "januar",
    "februar",       "märz",     "maerz",      "juni",       "juli",       "oktober",      "dezember",
    "monday",        "montag",   "friday",     "freitag",    "merlon",     "isms",         "correcthorsebatterystaple",
    "schatz",
};

static char low(char c)
{
    return (char)(c >= 'A' && c <= 'Z' ? c + 'a' - 'A' : c);
}

static bool is_letter(char c)
{
    return (low(c) >= 'a' && low(c) <= 'z') || (unsigned char)c >= 0x80;
}

static struct str core_of(struct str password)
{
    while (password.len && !is_letter(password.at[password.len - 1])) password.len--;
    while (password.len && !is_letter(password.at[0])) password.at++, password.len--;
    return password;
}

/* Also when the word is only repeated. */
static bool repeats(struct str s, struct str word)
{
    if (!word.len || s.len % word.len) return false;
    for (size_t at = 0; at < s.len; at += word.len)
        if (!str_eq_nocase(str_slice(s, at, at + word.len), word)) return false;
    return true;
}

static bool is_common(struct str password)
{
    struct str core = core_of(password);
    if (!core.len) return false;
    for (size_t i = 0; i < COUNT(common); i++)
        if (repeats(core, str_of(common[i])) || repeats(password, str_of(common[i]))) return true;
    return false;
}

/* Few different characters, or mostly each next to the last in the alphabet: "aaaaaaaaaaaa", "123456789012". */
static bool is_pattern(struct str password)
{
    bool seen[256] = {false};
    size_t distinct = 0, steps = 0;
    for (size_t i = 0; i < password.len; i++) {
        unsigned char c = (unsigned char)password.at[i];
        distinct += !seen[c];
        seen[c] = true;
        int step = i ? c - (unsigned char)password.at[i - 1] : 2;
        steps += step >= -1 && step <= 1;
    }
    return distinct < DISTINCT_LEAST || steps * 4 >= password.len * 3;
}

static bool contains(struct str password, struct str piece)
{
    for (size_t at = 0; at + piece.len <= password.len; at++)
        if (str_eq_nocase(str_slice(password, at, at + piece.len), piece)) return true;
    return false;
}

/* Any piece of the name between spaces, dots and the like, if it is long enough to mean something. */
static bool holds_piece(struct str password, struct str name)
{
    while (name.len) {
        size_t len = 0;
        while (len < name.len && is_letter(name.at[len])) len++;
        if (len >= PIECE_LEAST && contains(password, str_slice(name, 0, len))) return true;
        name = str_slice(name, len + 1, name.len);
    }
    return false;
}

void password_check(struct ctx *ctx, const char *field, struct str password, struct str name, struct str email)
{
    struct str rest = email, local = S("");
    if (password.len > BYTES_MOST || !str_is_utf8(password) || str_utf8_length(password) > PASSWORD_MOST) {
        fail_field(ctx, field, "too_long", "Use at most %d characters, as UTF-8.", PASSWORD_MOST);
        return;
    }
    if (str_utf8_length(password) < PASSWORD_LEAST) {
        fail_field(ctx, field, "too_short", "Use at least %d characters; several words in a row are good.",
                   PASSWORD_LEAST);
        return;
    }
    bool has_local = str_cut(&rest, '@', &local);
    if (holds_piece(password, name) || (has_local && holds_piece(password, local)))
        fail_field(ctx, field, "personal", "Do not use your name or e-mail address in the password.");
    else if (is_common(password) || is_pattern(password))
        fail_field(ctx, field, "common",
                   "This is among the first that others would try: choose something less common.");
}

/* ---- hashing ---- */

/* Of a random password that nobody knows: what is compared when there is nothing to compare with. Same cost as a real
 * one. */
#define NOBODY "$argon2id$v=19$m=65536,t=2,p=1$uB6GggKTMXyiEGB4FDUXAg$JoZwb35rWTI+DS+bvoj2ej2wZlPpB2SYiAgKb/OHbMk"

static enum result enter(struct ctx *ctx)
{
    if (!ctx->access) return fail(ctx, BROKEN, "Sign-in was asked of a part of the program that does not serve it.");
    if (hashing_enter(ctx->access) == OK) return OK;
    return fail(ctx, BUSY, "Too many people sign in at this moment: try again in a few seconds.");
}

enum result password_prepare(struct ctx *ctx, struct str password, struct str name, struct str email, struct str *hash)
{
    char made[crypto_pwhash_STRBYTES];
    password_check(ctx, "password", password, name, email);
    if (ctx_has_field_errors(ctx)) return INVALID;
    TRY(enter(ctx));
    int failed = crypto_pwhash_str(made, password.at, password.len, PASSES, MEMORY);
    hashing_leave(ctx->access);
    atomic_fetch_add(&ctx->access->hashed, 1);
    if (failed)
        return fail(ctx, BUSY, "There is not enough memory at the moment to keep a password safely: try again.");
    *hash = arena_copy(ctx->arena, str_of(made));
    return OK;
}

enum result password_matches(struct ctx *ctx, struct str hash, struct str password, bool *matches)
{
    char kept[crypto_pwhash_STRBYTES] = {0};
    bool usable = hash.len && hash.len < sizeof kept && password.len <= BYTES_MOST;
    struct str compared = usable ? hash : S(NOBODY);
    *matches = false;
    memcpy(kept, compared.at, compared.len);
    struct str tried = password.len <= BYTES_MOST ? password : S("");
    TRY(enter(ctx));
    int differs = crypto_pwhash_str_verify(kept, tried.len ? tried.at : "", tried.len);
    hashing_leave(ctx->access);
    atomic_fetch_add(&ctx->access->hashed, 1);
    *matches = usable && differs == 0;
    return OK;
}

static enum result forgive(struct ctx *ctx, void *arg)
{
    return limit_forgive(ctx, arg);
}

enum result password_confirm(struct ctx *ctx, struct str password, struct str address, int64_t *retry_after)
{
    struct attempt attempt = {.account = ctx->actor->email, .address = address};
    struct str hash;
    bool right, matches;
    enum result begun = limit_begin(ctx, &attempt);
    *retry_after = attempt.retry_after;
    TRY(begun);
    TRY(user_password(ctx, ctx->actor->user, &hash, &right));
    TRY(password_matches(ctx, right ? hash : S(""), password, &matches));
    if (matches) return store_write(ctx, ctx->access->store, forgive, &attempt);
    TRY(limit_tell_failure(ctx, &attempt, ctx->actor->user));
    fail_field(ctx, "password", "wrong", "This is not your present password.");
    return fail(ctx, DENIED, "This is not your present password.");
}
