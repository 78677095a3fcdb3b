/* Commands: one table of name, how it is used, what it does, what it takes. Help prints from it. */
#ifndef MERLON_APP_COMMAND_H
#define MERLON_APP_COMMAND_H

#include "app/program.h"
#include "app/say.h"

struct command {
    const char *name, *usage, *help;
    const char *options; /* lines for --help, beside the settings; may be NULL */
    enum opening opening;
    enum result (*run)(struct program *program);
    /* It writes: where a server runs on the data directory, that one runs it (control.h). So it prints to
     * program->out and reads files through caller.h. */
    bool through_server;
    /* What of the settings it goes by. With --data among them it takes the directory as a word of its own, too, after
     * `words` others; one more where the first is `longer`. */
    setting_set settings;
    size_t words;
    const char *longer; /* NULL: none */
    const char *lost;   /* NULL; or what cannot be had again when it cannot be printed, a sentence */
    bool serves;        /* until it is stopped: its log is JSON, from level info on, unless somebody says otherwise */
};

/* Closed by a NULL name. */
extern const struct command commands[];
const struct command *command_find(struct str name); /* NULL: there is none */
/* "merlon verify DIR" means "merlon verify --data DIR". INVALID when both are given, and where a command that looks at
 * no data is told where it is. */
enum result command_take_directory(struct program *program, const struct command *command) MUST_USE;
/* With the word that follows it, it only looks: it is not handed to a server, and opens the database for reading. */
bool command_looks(const struct program *program, const struct command *command);
/* INVALID when an option is given that the command takes, but not with the word that follows it (merlon user list). */
enum result command_demand_used(struct program *program, const struct command *command) MUST_USE;

enum result command_backup(struct program *program) MUST_USE;
enum result command_check(struct program *program) MUST_USE;
enum result command_ddl(struct program *program) MUST_USE;
enum result command_demo(struct program *program) MUST_USE;
enum result command_export(struct program *program) MUST_USE;
enum result command_import(struct program *program) MUST_USE;
enum result command_key(struct program *program) MUST_USE;
enum result command_init(struct program *program) MUST_USE;
enum result command_ledger(struct program *program) MUST_USE;
enum result command_openapi(struct program *program) MUST_USE;
enum result command_proof(struct program *program) MUST_USE;
enum result command_rebuild(struct program *program) MUST_USE;
enum result command_report(struct program *program) MUST_USE;
enum result command_restore(struct program *program) MUST_USE;
enum result command_roles(struct program *program) MUST_USE;
enum result command_schema(struct program *program) MUST_USE;
enum result command_serve(struct program *program) MUST_USE;
enum result command_token(struct program *program) MUST_USE;
enum result command_user(struct program *program) MUST_USE;
enum result command_verify(struct program *program) MUST_USE;
enum result command_witness(struct program *program) MUST_USE;

#endif
