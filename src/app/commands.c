/* The table of commands. What opens its data itself, because that depends on its words, stands with OPEN_HOUSE. */
#include "app/command.h"

static enum result command_version(struct program *program)
{
    TRY(program_no_more(program, 0));
    say(stdout, "merlon %s\n", MERLON_VERSION);
    return OK;
}

#define USER_OPTION "  --user EMAIL          as this user, with his rights; without it as the program itself\n"
#define AS_OF_OPTION "  --as-of DATE          as it was at the end of that day (UTC), or at an instant\n"
#define JSON_OPTION "  --json                the outcome as JSON\n"
#define PASSPHRASE_OPTION "  --passphrase-file F   a file whose first line is the passphrase; - for standard input\n"

#define ANYWHERE (SETTING(SET_CONFIG) | SETTING(SET_LOG_LEVEL) | SETTING(SET_LOG_FORMAT))
#define ON_DATA                                                                                                        \
    (ANYWHERE | SETTING(SET_DATA) | SETTING(SET_DATABASE) | SETTING(SET_MASTER_KEY) | SETTING(SET_CLOCK) |             \
     SETTING(SET_EVENTS_KEEP) | SETTING(SET_EVENTS_SYSLOG) | SETTING(SET_EVENTS_FILE))
#define ON_HEADS (ON_DATA | SETTING(SET_WITNESS_POLICY) | SETTING(SET_TIMESTAMP_CA))
#define ON_TLS (SETTING(SET_TLS_CERTIFICATE) | SETTING(SET_TLS_KEY))
#define EVERYTHING (SETTING(SETTINGS) - 1)

const struct command commands[] = {
    {"serve", "serve", "answer requests until stopped",
     "  --print-config        show each setting and where it came from\n"
     "  --new                 make the database where there is none yet, as merlon init does\n",
     OPEN_HOUSE, command_serve, .settings = EVERYTHING, .serves = true},
    {"init", "init [--organisation NAME --name NAME --email EMAIL --password-file FILE]",
     "make a data directory, and its first administrator",
     "  --organisation NAME   the topmost unit\n"
     "  --name, --email       of the first administrator, who also becomes security manager\n"
     "  --password-file FILE  its first line is the password; - for standard input\n",
     OPEN_NEW, command_init, true, .settings = ON_DATA},
    {"demo", "demo", "load a demonstration organisation into an empty data directory", NULL, OPEN_NEW, command_demo,
     .settings = ON_DATA},
    {"user", "user add|grant|password|restore|list [--email EMAIL] [--role ROLE[@UNIT]]...", "users and their roles",
     "  --email, --name       who; the name may be left out where a person has the address\n"
     "  --role ROLE[@UNIT]    as often as needed; UNIT is a reference or title, without it the topmost unit\n"
     "  --language LANGUAGE   en or de\n"
     "  --password-file FILE  its first line is the password; - for standard input\n" JSON_OPTION,
     OPEN_DATABASE, command_user, true, .settings = ON_DATA, .words = 1},
    {"token", "token --user EMAIL [--name NAME] [--scopes LIST]", "make an API token and print it",
     "  --user EMAIL          whose rights it has\n"
     "  --scopes LIST         read, write, or registers, by comma; without it write\n",
     OPEN_DATABASE, command_token, true, .settings = ON_DATA,
     .lost =
         "The token is made all the same, and its secret is lost: revoke it (under the profile, or an administrator)."},
    {"import", "import REGISTER|framework FILE", "rows of a CSV or XLSX file into a register",
     "  --dry-run             tell each row's fate and keep nothing\n"
     "  --mapping FILE        a JSON object of column heading and field; \"\" leaves a column out\n"
     "  --url URL             through a running server instead of the data directory\n"
     "  --token TOKEN         for --url\n"
     "  --unit UNIT           where rows belong that name no unit; without it the topmost one\n" USER_OPTION
         JSON_OPTION,
     OPEN_HOUSE, command_import, true, .settings = ON_DATA, .words = 2},
    {"export", "export REGISTER", "a list as CSV, XLSX or JSON",
     "  --format FORMAT       csv, xlsx or json\n"
     "  --filter QUERY        as in the API: \"status=open&sort=-id\"\n"
     "  --output FILE         without it standard output\n" AS_OF_OPTION USER_OPTION,
     OPEN_READ_ONLY, command_export, .settings = ON_DATA, .words = 1},
    {"report", "report [NAME]", "a report as PDF or XLSX; without a name the list of them",
     "  --format FORMAT       pdf or xlsx\n"
     "  --language LANGUAGE   en or de\n"
     "  --paper PAPER         a4 or letter\n"
     "  --output FILE         without it a name made from the report's\n"
     "  --soa SOA-1           and other parameters of the report\n" AS_OF_OPTION USER_OPTION,
     OPEN_HOUSE, command_report, .settings = ON_DATA, .words = 1},
    {"backup", "backup FILE", "everything into one sealed file, while the program runs",
     PASSPHRASE_OPTION "  --check               read an existing backup to its end instead\n", OPEN_HOUSE,
     command_backup, .settings = ON_DATA, .words = 1},
    {"restore", "restore FILE", "a backup into an empty data directory or database", PASSPHRASE_OPTION, OPEN_HOUSE,
     command_restore, .settings = ON_DATA, .words = 1},
    {"verify", "verify", "check all that is stored against the ledger, and the ledger against the public key",
     "  --public-key FILE     PEM; without it DIR/ledger.pub\n"
     "  --head FILE           a head taken away earlier (GET /api/v1/ledger/head): what it covered must still be "
     "there\n"
     "  --checkpoint FILE     the same for notes that were taken away (--publish-file, a mail, GET "
     "/ledger/checkpoint)\n"
     "  --policy FILE         whose cosignatures count, and how many are needed (C2SP tlog-policy)\n"
     "  --ask                 also ask the witnesses of the policy what they know now\n" JSON_OPTION,
     OPEN_HOUSE, command_verify, .settings = ON_HEADS},
    {"proof", "proof FILE --policy FILE", "check one entry's proof that was taken away, without any data directory",
     "  --policy FILE         the log whose proof it is, and whose cosignatures count (C2SP tlog-policy)\n"
     "  --content FILE        also what was entered (GET /api/v1/ledger/proof/ENTRY?content=1)\n" JSON_OPTION,
     OPEN_HOUSE, command_proof, .settings = ANYWHERE},
    {"witness", "witness --witness-logs FILE", "witness the logs of a policy, and answer nothing else", NULL,
     OPEN_HOUSE, command_witness, .settings = EVERYTHING, .serves = true},
    {"ledger", "ledger keys | forget ORIGIN | resume", "what witnesses need, and what is decided about them",
     "  keys                  the keys of this ledger and of this witness, as lines of a policy\n"
     "  forget ORIGIN         lets a log that is witnessed here begin anew\n"
     "  resume                lets sealing go on that a witness has stopped\n"
     "  --reason TEXT         for forget and resume; it is entered in the ledger\n",
     OPEN_DATABASE, command_ledger, true, .settings = ON_DATA, .words = 1, .longer = "forget"},
    {"check", "check", "is the installation in order: settings, keys, records, files", JSON_OPTION, OPEN_HOUSE,
     command_check, .settings = ON_HEADS | ON_TLS},
    {"key", "key list|rotate", "the keys that sign the ledger; a new one in place of the last",
     "  --reason TEXT         why it is replaced; it stands in the ledger\n", OPEN_DATABASE, command_key,
     .settings = ON_DATA, .words = 1},
    {"rebuild", "rebuild", "make links, search and derived fields anew", JSON_OPTION, OPEN_DATABASE, command_rebuild,
     true, .settings = ON_DATA},
    {"schema", "schema [REGISTER]", "registers, fields, steps, and what follows from what",
     "  --labels              the keys that every label catalogue needs, and which catalogue lacks them\n" JSON_OPTION,
     OPEN_HOUSE, command_schema, .settings = ANYWHERE},
    {"roles", "roles", "who may do what, as Markdown", NULL, OPEN_HOUSE, command_roles, .settings = ANYWHERE},
    {"openapi", "openapi", "the API as an OpenAPI 3.1 document", NULL, OPEN_HOUSE, command_openapi,
     .settings = ANYWHERE},
    {"ddl", "ddl sqlite|postgresql", "the tables, as SQL to read", NULL, OPEN_HOUSE, command_ddl, .settings = ANYWHERE},
    {"version", "version", "print the version", NULL, OPEN_HOUSE, command_version, .settings = ANYWHERE},
    {0},
};

const struct command *command_find(struct str name)
{
    for (const struct command *command = commands; command->name; command++)
        if (str_is(name, command->name)) return command;
    return NULL;
}

/* Of the rest at i: how many words an option takes; 0 for none. */
static size_t option_words(struct str word)
{
    struct str name;
    if (!str_starts(word, S("--"))) return 0;
    word = str_slice(word, 2, word.len);
    str_cut(&word, '=', &name);
    return word.at || program_is_flag(name) ? 1 : 2;
}

/* What would be left out of account is refused: whoever gives it takes it for part of the answer. */
static enum result demand_no_data(struct program *program, const struct command *command)
{
    static const struct {
        enum setting which;
        const char *name;
    } of_data[] = {{SET_DATA, "data"}, {SET_DATABASE, "database"}, {SET_MASTER_KEY, "master-key"}};
    for (size_t i = 0; i < COUNT(of_data); i++)
        if (strcmp(program->settings.origin[of_data[i].which], "flag") == 0)
            return fail(&program->ctx, INVALID, "merlon %s looks at no data: leave --%s out.", command->name,
                        of_data[i].name);
    return OK;
}

enum result command_take_directory(struct program *program, const struct command *command)
{
    struct settings *settings = &program->settings;
    size_t own = command->words, seen = 0, at = 0, taken;
    if (!(command->settings & SETTING(SET_DATA))) return demand_no_data(program, command);
    for (; at < program->rest_count; at += taken) {
        taken = option_words(program->rest[at]);
        if (taken) continue;
        if (!seen && command->longer && str_is(program->rest[at], command->longer)) own++;
        if (seen++ == own) break;
        taken = 1;
    }
    if (at >= program->rest_count) return OK;
    if (strcmp(settings->origin[SET_DATA], "flag") == 0)
        return fail(&program->ctx, INVALID,
                    "The data directory is given twice, as %.*s and with --data %.*s: leave one of them out.",
                    PRINT(program->rest[at]), PRINT(settings->value[SET_DATA]));
    settings->value[SET_DATA] = program_take(program, at);
    settings->origin[SET_DATA] = "argument";
    return OK;
}

/* Which options a command reads with which word behind it, where that depends on it. */
static const struct {
    const char *command, *word, *reads; /* names, each between spaces */
    bool looks;                         /* at the database, and writes nothing */
} uses[] = {
    {"user", "add", " email name language password-file role "},
    {"user", "grant", " email role "},
    {"user", "password", " email password-file "},
    {"user", "restore", " email "},
    {"user", "list", " json ", .looks = true},
    {"ledger", "keys", " "},
    {"ledger", "forget", " reason "},
    {"ledger", "resume", " reason "},
    {"key", "list", " ", .looks = true},
    {"key", "rotate", " reason "},
    {"import", "framework", " url token user json dry-run "},
};

static struct str first_word(const struct program *program)
{
    size_t at = 0;
    while (at < program->rest_count && option_words(program->rest[at])) at += option_words(program->rest[at]);
    return at < program->rest_count ? program->rest[at] : S("");
}

static bool reads(const char *names, struct str option)
{
    char spaced[64];
    int len = snprintf(spaced, sizeof spaced, " %.*s ", PRINT(option));
    return len > 0 && (size_t)len < sizeof spaced && strstr(names, spaced);
}

/* What nobody of the command reads is told by program_no_more. */
static bool is_of_another(const char *command, struct str option)
{
    if (strcmp(command, "import") == 0) return str_is(option, "mapping") || str_is(option, "unit");
    for (size_t i = 0; i < COUNT(uses); i++)
        if (strcmp(uses[i].command, command) == 0 && reads(uses[i].reads, option)) return true;
    return false;
}

bool command_looks(const struct program *program, const struct command *command)
{
    struct str word = first_word(program);
    for (size_t i = 0; i < COUNT(uses); i++)
        if (strcmp(uses[i].command, command->name) == 0 && str_is(word, uses[i].word)) return uses[i].looks;
    return false;
}

enum result command_demand_used(struct program *program, const struct command *command)
{
    struct str word = first_word(program), option;
    size_t row = 0;
    while (row < COUNT(uses) && (strcmp(uses[row].command, command->name) != 0 || !str_is(word, uses[row].word))) row++;
    for (size_t i = 0, words; row < COUNT(uses) && i < program->rest_count; i += words ? words : 1) {
        struct str rest = program->rest[i];
        words = option_words(rest);
        if (!words) continue;
        str_cut(&rest, '=', &option);
        option = str_slice(option, 2, option.len);
        if (!reads(uses[row].reads, option) && is_of_another(command->name, option))
            return fail(&program->ctx, INVALID, "merlon %s %s does not use --%.*s: leave it out.", command->name,
                        uses[row].word, PRINT(option));
    }
    return OK;
}
