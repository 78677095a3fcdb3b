/* Settings. The table is all there is: help, reading and checking walk it. */
#include "app/settings.h"
#include "app/say.h"

#include "events/events.h"

#include <ctype.h>

enum type { WORD, COUNT_OF, ONE_OF, WEB_ADDRESS };

static const struct {
    const char *name, *type, *fallback, *help;
    enum type kind;
    int64_t min, max;
    const char *words; /* ONE_OF: by comma */
} table[SETTINGS] = {
    [SET_DATA] = {"data", "DIR", "data", "the data directory: database, keys", WORD, 0, 0},
    [SET_LISTEN] = {"listen", "HOST:PORT", "127.0.0.1:8080", "where to answer", WORD, 0, 0},
    [SET_DATABASE] = {"database", "URL", "", "postgresql://...; without it SQLite in the data directory", WORD, 0, 0},
    [SET_MASTER_KEY] = {"master-key", "FILE", "", "the master key, if not DIR/master.key", WORD, 0, 0},
    [SET_TLS_CERTIFICATE] = {"tls-certificate", "FILE", "", "PEM certificate chain; with it the program speaks TLS",
                             WORD, 0, 0},
    [SET_TLS_KEY] = {"tls-key", "FILE", "", "PEM private key of the certificate", WORD, 0, 0},
    [SET_TRUSTED_PROXIES] = {"trusted-proxies", "LIST", "", "addresses whose X-Forwarded-For counts", WORD, 0, 0},
    [SET_PUBLIC_URL] = {"public-url", "URL", "", "how people reach this; https:// makes cookies secure", WEB_ADDRESS, 0,
                        0},
    [SET_WORKERS] = {"workers", "N", "4", "threads for what may block", COUNT_OF, 1, 64},
    [SET_CLOCK] = {"clock", "HOW", "watched", "watched, or trusted: the machine's clock is right wherever it goes",
                   WORD, 0, 0},
    [SET_LOG_LEVEL] = {"log-level", "LEVEL", "info",
                       "debug, info, warning or error; without it warning, or info from a server", ONE_OF, 0, 0,
                       "debug, info, warning, error"},
    [SET_LOG_FORMAT] = {"log-format", "HOW", "json", "json or text; without it text, or json from a server", ONE_OF, 0,
                        0, "json, text"},
    [SET_WITNESS_POLICY] = {"witness-policy", "FILE", "", "witnesses of the ledger and how many are needed (C2SP)",
                            WORD, 0, 0},
    [SET_WITNESS_LOGS] = {"witness-logs", "FILE", "", "a policy whose logs this server witnesses, at /witness", WORD, 0,
                          0},
    [SET_WITNESS_EVERY] = {"witness-every", "SECONDS", "60", "how often witnesses are asked, and heads go out",
                           COUNT_OF, 1, 3600},
    [SET_PUBLISH_FILE] = {"publish-file", "FILE", "", "heads of the ledger are appended to it", WORD, 0, 0},
    [SET_PUBLISH_MAIL] = {"publish-mail", "LIST", "", "addresses that heads of the ledger are mailed to", WORD, 0, 0},
    [SET_PUBLISH_EVERY] = {"publish-every", "MINUTES", "60",
                           "between two such mails, and two time stamps; 0: each head", COUNT_OF, 0, 10080},
    [SET_MAIL_SERVER] = {"mail-server", "URL", "", "smtp://HOST:PORT or smtps://HOST:PORT", WORD, 0, 0},
    [SET_MAIL_FROM] = {"mail-from", "ADDRESS", "", "the sender of mails", WORD, 0, 0},
    [SET_MAIL_LOGIN] = {"mail-login", "FILE", "", "two lines: name and password at the mail server", WORD, 0, 0},
    [SET_TIMESTAMP_URL] = {"timestamp-url", "URL", "", "an authority that time-stamps heads (RFC 3161)", WORD, 0, 0},
    [SET_TIMESTAMP_CA] = {"timestamp-ca", "FILE", "", "PEM certificates that vouch for that authority", WORD, 0, 0},
    [SET_EVENTS_KEEP] = {"events-keep", "DAYS", "400", "how long security events are kept", COUNT_OF, EVENTS_KEPT_LEAST,
                         EVENTS_KEPT_MOST},
    [SET_EVENTS_SYSLOG] = {"events-syslog", "URL", "", "also to udp://HOST:PORT, tcp://HOST:PORT or unix:/dev/log",
                           WORD, 0, 0},
    [SET_EVENTS_FILE] = {"events-file", "FILE", "", "also as JSON lines into a file; - for standard error", WORD, 0, 0},
    [SET_CONFIG] = {"config", "FILE", "", "a file of lines \"name = value\"", WORD, 0, 0},
};

static bool find(struct str name, enum setting *which)
{
    for (int i = 0; i < SETTINGS; i++)
        if (str_is(name, table[i].name)) {
            *which = (enum setting)i;
            return true;
        }
    return false;
}

static bool is_one_of(struct str value, const char *words)
{
    struct str rest = str_of(words), word;
    while (rest.len) {
        str_cut(&rest, ',', &word);
        if (str_eq(str_trim(word), value)) return true;
    }
    return false;
}

/* HOST, HOST:PORT or [ADDRESS]:PORT. */
static bool is_host(struct str host)
{
    struct str name = host, port = S("80");
    int64_t number;
    size_t end = host.len;
    while (end && host.at[end - 1] != ':' && host.at[end - 1] != ']') end--;
    if (end && host.at[end - 1] == ':') name = str_slice(host, 0, end - 1), port = str_slice(host, end, host.len);
    if (!parse_number(port, &number) || number < 1 || number > 65535) return false;
    bool literal = name.len > 2 && name.at[0] == '[' && name.at[name.len - 1] == ']';
    if (literal) name = str_slice(name, 1, name.len - 1);
    for (size_t i = 0; i < name.len; i++) {
        unsigned char c = (unsigned char)name.at[i];
        if (literal ? !isxdigit(c) && c != ':' && c != '.' : !isalnum(c) && c != '-' && c != '.' && c != '_')
            return false;
    }
    return name.len && name.at[0] != '.';
}

/* http:// or https://, a host, and whatever path; nothing that a browser would take out of it. */
static bool is_web_address(struct str url)
{
    size_t begin = str_starts(url, S("https://")) ? 8 : str_starts(url, S("http://")) ? 7 : 0, end = begin;
    if (!begin) return false;
    for (size_t i = begin; i < url.len; i++)
        if ((unsigned char)url.at[i] <= ' ' || url.at[i] == '\\' || url.at[i] == 0x7f) return false;
    while (end < url.len && !strchr("/?#", url.at[end])) end++;
    return is_host(str_slice(url, begin, end));
}

static enum result check(struct ctx *ctx, enum setting which, struct str value, const char *origin)
{
    if (table[which].kind == ONE_OF && !is_one_of(value, table[which].words))
        return fail(ctx, INVALID, "%s (from the %s) is one of %s, not \"%.*s\".", table[which].name, origin,
                    table[which].words, PRINT(value));
    if (table[which].kind == WEB_ADDRESS && value.len && !is_web_address(value))
        return fail(ctx, INVALID,
                    "%s (from the %s) must be an http:// or https:// address with a host, like "
                    "https://isms.example, not \"%.*s\".",
                    table[which].name, origin, PRINT(value));
    return OK;
}

static enum result set(struct ctx *ctx, struct settings *settings, enum setting which, struct str value,
                       const char *origin)
{
    int64_t number;
    bool counts = table[which].kind == COUNT_OF;
    if (counts && (!parse_number(value, &number) || number < table[which].min || number > table[which].max))
        return fail(ctx, INVALID, "%s (from the %s) must be a number from %lld to %lld, not \"%.*s\".",
                    table[which].name, origin, (long long)table[which].min, (long long)table[which].max, PRINT(value));
    TRY(check(ctx, which, value, origin));
    settings->value[which] = value;
    settings->origin[which] = origin;
    return OK;
}

static enum result read_environment(struct ctx *ctx, struct settings *settings)
{
    for (int i = 0; i < SETTINGS; i++) {
        char name[64] = "MERLON_";
        size_t len = strlen(name);
        for (const char *c = table[i].name; *c && len + 1 < sizeof name; c++)
            name[len++] = *c == '-' ? '_' : (char)toupper((unsigned char)*c);
        name[len] = 0;
        const char *value = getenv(name);
        bool may_be_empty = table[i].kind == WORD || table[i].kind == WEB_ADDRESS;
        if (value && (*value || may_be_empty)) TRY(set(ctx, settings, (enum setting)i, str_of(value), "environment"));
    }
    return OK;
}

static enum result read_line(struct ctx *ctx, struct settings *settings, struct str line, int number)
{
    struct str name;
    enum setting which;
    line = str_trim(line);
    if (!line.len || line.at[0] == '#') return OK;
    bool cut = str_cut(&line, '=', &name);
    if (!cut || !line.at) return fail(ctx, INVALID, "Line %d of the configuration is not \"name = value\".", number);
    if (!find(str_trim(name), &which))
        return fail(ctx, INVALID, "Line %d of the configuration names no setting: \"%.*s\".", number,
                    PRINT(str_trim(name)));
    return set(ctx, settings, which, arena_copy(ctx->arena, str_trim(line)), "file");
}

static enum result read_file(struct ctx *ctx, struct settings *settings, struct str path)
{
    char line[4096];
    int number = 0;
    enum result result = OK;
    if (!path.len) return OK;
    FILE *file = fopen(arena_cstr(ctx->arena, path), "re");
    if (!file) return fail(ctx, INVALID, "The configuration file %.*s cannot be read.", PRINT(path));
    while (result == OK && fgets(line, sizeof line, file)) result = read_line(ctx, settings, str_of(line), ++number);
    fclose(file);
    return result;
}

/* "--name value" or "--name=value"; *taken counts the arguments used, 0 when it is no setting. */
static enum result read_flag(struct ctx *ctx, struct settings *settings, int left, char **at, int *taken)
{
    struct str rest = str_of(at[0]), name;
    enum setting which;
    *taken = 0;
    if (!str_starts(rest, S("--"))) return OK;
    rest = str_slice(rest, 2, rest.len);
    str_cut(&rest, '=', &name);
    if (!find(name, &which)) return OK;
    *taken = rest.at ? 1 : 2;
    if (!rest.at && left < 2)
        return fail(ctx, INVALID, "--%s needs a value: --%s %s.", table[which].name, table[which].name,
                    table[which].type);
    return set(ctx, settings, which, rest.at ? rest : str_of(at[1]), "flag");
}

enum result settings_read(struct ctx *ctx, int count, char **arguments, struct settings *settings, struct str *rest,
                          size_t *rest_count)
{
    struct settings flags = {0};
    *rest_count = 0;
    for (int i = 0; i < SETTINGS; i++) settings->value[i] = str_of(table[i].fallback), settings->origin[i] = "default";
    for (int i = 0, taken; i < count; i += taken) {
        TRY(read_flag(ctx, &flags, count - i, arguments + i, &taken));
        if (taken) continue;
        rest[(*rest_count)++] = str_of(arguments[i]);
        taken = 1;
    }
    struct str config = flags.origin[SET_CONFIG] ? flags.value[SET_CONFIG] : str_of(getenv("MERLON_CONFIG"));
    TRY(read_file(ctx, settings, config));
    TRY(read_environment(ctx, settings));
    for (int i = 0; i < SETTINGS; i++)
        if (flags.origin[i]) settings->value[i] = flags.value[i], settings->origin[i] = flags.origin[i];
    return OK;
}

int64_t setting_number(const struct settings *settings, enum setting which)
{
    int64_t number = 0;
    return parse_number(settings->value[which], &number) ? number : 0;
}

void settings_print(const struct settings *settings)
{
    for (int i = 0; i < SETTINGS; i++)
        say(stdout, "%-16s = %-30.*s # %s\n", table[i].name, PRINT(settings->value[i]), settings->origin[i]);
}

void settings_prefer(struct settings *settings, enum setting which, const char *value)
{
    if (strcmp(settings->origin[which], "default") == 0) settings->value[which] = str_of(value);
}

void settings_help(setting_set which)
{
    for (int i = 0; i < SETTINGS; i++)
        if (which & SETTING(i)) say(stdout, "  --%-15s %-10s %s\n", table[i].name, table[i].type, table[i].help);
}
