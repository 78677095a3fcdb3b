/* Settings: one table {name, type, default, check, help}, read from a file, then MERLON_* of the environment, then
 * flags; the last one wins, and `merlon serve --print-config` shows where each value came from. */
#ifndef MERLON_APP_SETTINGS_H
#define MERLON_APP_SETTINGS_H

#include "base/ctx.h"

#include <assert.h>

enum setting {
    SET_DATA,
    SET_LISTEN,
    SET_DATABASE,
    SET_MASTER_KEY,
    SET_TLS_CERTIFICATE,
    SET_TLS_KEY,
    SET_TRUSTED_PROXIES,
    SET_PUBLIC_URL,
    SET_WORKERS,
    SET_CLOCK,
    SET_LOG_LEVEL,
    SET_LOG_FORMAT,
    SET_WITNESS_POLICY,
    SET_WITNESS_LOGS,
    SET_WITNESS_EVERY,
    SET_PUBLISH_FILE,
    SET_PUBLISH_MAIL,
    SET_PUBLISH_EVERY,
    SET_MAIL_SERVER,
    SET_MAIL_FROM,
    SET_MAIL_LOGIN,
    SET_TIMESTAMP_URL,
    SET_TIMESTAMP_CA,
    SET_EVENTS_KEEP,
    SET_EVENTS_SYSLOG,
    SET_EVENTS_FILE,
    SET_CONFIG,
    SETTINGS
};

struct settings {
    struct str value[SETTINGS];
    const char *origin[SETTINGS]; /* "default", "file", "environment", "flag"; "argument": the directory as a word */
};

/* Reads all three places. Flags are "--name value" or "--name=value"; what is no setting stays in *rest
 * (arguments[*rest_count]), for the command to read. INVALID with a sentence for a value that does not pass its
 * check. */
enum result settings_read(struct ctx *ctx, int count, char **arguments, struct settings *settings, struct str *rest,
                          size_t *rest_count) MUST_USE;
int64_t setting_number(const struct settings *settings, enum setting which);
void settings_print(const struct settings *settings);
/* Where nobody has said otherwise: another default than that of the table. */
void settings_prefer(struct settings *settings, enum setting which, const char *value);

/* A set of settings, for the help of a command. */
typedef uint64_t setting_set;
#define SETTING(which) ((setting_set)1 << (which))
static_assert(SETTINGS < 64, "a set holds every setting");
/* Those of the set as help: "  --listen HOST:PORT   where to answer". */
void settings_help(setting_set which);

#endif
