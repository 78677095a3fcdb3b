/* The table of commands. What opens its data itself, because that depends on its words, stands with OPEN_HOUSE. */
#include "app/command.h"

static enum result command_version(struct program *program)
{
    TRY(program_no_more(program, 0));
    printf("merlon %s\n", MERLON_VERSION);
    return OK;
}

#define USER_OPTION "  --user EMAIL          as this user, with his rights; without it as the program itself\n"
#define AS_OF_OPTION "  --as-of DATE          as it was at the end of that day (UTC), or at an instant\n"
#define JSON_OPTION "  --json                the outcome as JSON\n"
#define PASSPHRASE_OPTION "  --passphrase-file F   a file whose first line is the passphrase; - for standard input\n"

const struct command commands[] = {
    {"serve", "serve", "answer requests until stopped",
     "  --print-config        show each setting and where it came from\n"
     "  --new                 make the database where there is none yet, as merlon init does\n",
     OPEN_HOUSE, command_serve},
    {"init", "init [--organisation NAME --name NAME --email EMAIL --password-file FILE]",
     "make a data directory, and its first administrator",
     "  --organisation NAME   the topmost unit\n"
     "  --name, --email       of the first administrator, who also becomes security manager\n"
     "  --password-file FILE  its first line is the password; - for standard input\n",
     OPEN_NEW, command_init, true},
    {"demo", "demo", "load a demonstration organisation into an empty data directory", NULL, OPEN_NEW, command_demo},
    {"user", "user add|grant|password|restore|list [--email EMAIL] [--role ROLE[@UNIT]]...", "users and their roles",
     "  --email, --name       who; the name may be left out where a person has the address\n"
     "  --role ROLE[@UNIT]    as often as needed; UNIT is a reference or title, without it the topmost unit\n"
     "  --language LANGUAGE   en or de\n"
     "  --password-file FILE  its first line is the password; - for standard input\n" JSON_OPTION,
     OPEN_DATABASE, command_user, true},
    {"token", "token --user EMAIL [--name NAME] [--scopes LIST]", "make an API token and print it",
     "  --user EMAIL          whose rights it has\n"
     "  --scopes LIST         read, write, or registers, by comma; without it write\n",
     OPEN_DATABASE, command_token, true},
    {"import", "import REGISTER FILE | import framework FILE", "rows of a CSV or XLSX file into a register",
     "  --dry-run             tell each row's fate and keep nothing\n"
     "  --mapping FILE        a JSON object of column heading and field; \"\" leaves a column out\n"
     "  --url URL             through a running server instead of the data directory\n"
     "  --token TOKEN         for --url\n"
     "  --unit UNIT           where rows belong that name no unit; without it the topmost one\n" USER_OPTION
         JSON_OPTION,
     OPEN_HOUSE, command_import, true},
    {"export", "export REGISTER", "a list as CSV, XLSX or JSON",
     "  --format FORMAT       csv, xlsx or json\n"
     "  --filter QUERY        as in the API: \"status=open&sort=-id\"\n"
     "  --output FILE         without it standard output\n" AS_OF_OPTION USER_OPTION,
     OPEN_READ_ONLY, command_export},
    {"report", "report [NAME]", "a report as PDF or XLSX; without a name the list of them",
     "  --format FORMAT       pdf or xlsx\n"
     "  --language LANGUAGE   en or de\n"
     "  --paper PAPER         a4 or letter\n"
     "  --output FILE         without it a name made from the report's\n"
     "  --soa SOA-1           and other parameters of the report\n" AS_OF_OPTION USER_OPTION,
     OPEN_HOUSE, command_report},
    {"backup", "backup FILE", "everything into one sealed file, while the program runs",
     PASSPHRASE_OPTION "  --check               read an existing backup to its end instead\n", OPEN_HOUSE,
     command_backup},
    {"restore", "restore FILE", "a backup into an empty data directory or database", PASSPHRASE_OPTION, OPEN_HOUSE,
     command_restore},
    {"verify", "verify [DIR]", "check all that is stored against the ledger, and the ledger against the public key",
     "  --public-key FILE     PEM; without it DIR/ledger.pub\n"
     "  --head FILE           a head taken away earlier (GET /api/v1/ledger/head): what it covered must still be "
     "there\n"
     "  --checkpoint FILE     the same for notes that were taken away (--publish-file, a mail, GET "
     "/ledger/checkpoint)\n"
     "  --policy FILE         whose cosignatures count, and how many are needed (C2SP tlog-policy)\n"
     "  --ask                 also ask the witnesses of the policy what they know now\n" JSON_OPTION,
     OPEN_HOUSE, command_verify},
    {"proof", "proof FILE --policy FILE", "check one entry's proof that was taken away, without any data directory",
     "  --policy FILE         the log whose proof it is, and whose cosignatures count (C2SP tlog-policy)\n"
     "  --content FILE        also what was entered (GET /api/v1/ledger/proof/ENTRY?content=1)\n" JSON_OPTION,
     OPEN_HOUSE, command_proof},
    {"witness", "witness --witness-logs FILE", "witness the logs of a policy, and answer nothing else", NULL,
     OPEN_HOUSE, command_witness},
    {"ledger", "ledger keys | forget ORIGIN | resume", "what witnesses need, and what is decided about them",
     "  keys                  the keys of this ledger and of this witness, as lines of a policy\n"
     "  forget ORIGIN         lets a log that is witnessed here begin anew\n"
     "  resume                lets sealing go on that a witness has stopped\n"
     "  --reason TEXT         for forget and resume; it is entered in the ledger\n",
     OPEN_DATABASE, command_ledger, true},
    {"check", "check", "is the installation in order: settings, keys, records, files", JSON_OPTION, OPEN_HOUSE,
     command_check},
    {"key", "key list|rotate", "the keys that sign the ledger; a new one in place of the last",
     "  --reason TEXT         why it is replaced; it stands in the ledger\n", OPEN_DATABASE, command_key},
    {"rebuild", "rebuild", "make links, search and derived fields anew", JSON_OPTION, OPEN_DATABASE, command_rebuild,
     true},
    {"schema", "schema [REGISTER]", "registers, fields, steps, and what follows from what",
     "  --labels              the keys that every label catalogue needs, and which catalogue lacks them\n" JSON_OPTION,
     OPEN_HOUSE, command_schema},
    {"roles", "roles", "who may do what, as Markdown", NULL, OPEN_HOUSE, command_roles},
    {"openapi", "openapi", "the API as an OpenAPI 3.1 document", NULL, OPEN_HOUSE, command_openapi},
    {"ddl", "ddl sqlite|postgresql", "the tables, as SQL to read", NULL, OPEN_HOUSE, command_ddl},
    {"version", "version", "print the version", NULL, OPEN_HOUSE, command_version},
    {0},
};

const struct command *command_find(struct str name)
{
    for (const struct command *command = commands; command->name; command++)
        if (str_is(name, command->name)) return command;
    return NULL;
}
