/* merlon: the command line. Every command is a row of the table; wrong use ends in one sentence and exit status 2, a
 * failure in one sentence and exit status 1. */
#include "app/caller.h"
#include "app/command.h"
#include "app/control.h"
#include "app/say.h"

#include "base/log.h"

#include <fcntl.h>

static void help(void)
{
    say(stdout, "merlon %s: runs an information security management system\n\n", MERLON_VERSION);
    for (const struct command *command = commands; command->name; command++)
        say(stdout, "  %-9s %s\n", command->name, command->help);
    say(stdout,
        "\nmerlon COMMAND --help says more, and which settings it goes by; merlon help settings lists all of them.\n");
}

static void help_settings(void)
{
    say(stdout,
        "Settings, as flags, as MERLON_NAME in the environment, or as \"name = value\" in the file that --config\n"
        "names; what comes later wins: file, environment, flag.\n\n");
    settings_help(~(setting_set)0);
}

static void help_command(const struct command *command)
{
    bool on_data = command->settings & SETTING(SET_DATA);
    say(stdout, "merlon %s%s\n  %s\n\n", command->usage, on_data ? " [DIR]" : "", command->help);
    if (on_data) say(stdout, "  DIR                   the data directory, as with --data DIR\n");
    if (command->options) say_data(stdout, str_of(command->options));
    if (on_data || command->options) say(stdout, "\n");
    say(stdout, "Settings that it goes by (merlon help settings lists all of them):\n");
    settings_help(command->settings);
}

static int no_command(struct str name)
{
    say(stderr, "merlon: there is no command \"%.*s\"; merlon --help lists them.\n", PRINT(name));
    return 2;
}

/* "merlon help", "merlon help settings", "merlon help COMMAND". */
static int help_on(struct str topic)
{
    const struct command *command = command_find(topic);
    bool settings = str_is(topic, "settings");
    if (topic.len && !settings && !command) return no_command(topic);
    if (command) help_command(command);
    if (settings) help_settings();
    if (!topic.len) help();
    return 0;
}

/* A command speaks to whoever called it; a server's log is read by programs. */
static void set_log(struct settings *settings, const struct command *command)
{
    static const char *const names[] = {"debug", "info", "warning", "error"};
    if (!command->serves) {
        settings_prefer(settings, SET_LOG_LEVEL, "warning");
        settings_prefer(settings, SET_LOG_FORMAT, "text");
    }
    for (size_t i = 0; i < COUNT(names); i++)
        if (str_is(settings->value[SET_LOG_LEVEL], names[i])) log_threshold((enum log_level)i);
    log_as_text(str_is(settings->value[SET_LOG_FORMAT], "text"));
}

/* *status: of the command, where a running server has done it. */
static enum result run(struct program *program, const struct command *command, int count, char **arguments, int *status)
{
    bool done = false;
    struct ctx *ctx = &program->ctx;
    if (count > REST_MAX)
        return fail(ctx, INVALID, "That is more than %d words; --help shows how the command is used.", REST_MAX);
    TRY(settings_read(ctx, count, arguments, &program->settings, program->rest, &program->rest_count));
    set_log(&program->settings, command);
    if (program_flag(program, "help")) {
        help_command(command);
        return OK;
    }
    TRY(command_take_directory(program, command));
    if (program_flag(program, "print-config")) {
        settings_print(&program->settings);
        return OK;
    }
    TRY(command_demand_used(program, command));
    program->command = command->name;
    bool elsewhere = program_has_option(program, "url");
    if (command_looks(program, command)) {
        TRY(program_open(program, OPEN_READ_ONLY));
        TRY(program_open_keys(program));
        return command->run(program);
    }
    if (command->through_server && !elsewhere) TRY(control_hand_over(program, &done, status));
    if (done) return OK;
    TRY(program_open(program, command->opening));
    return command->run(program);
}

/* The exit status: 0 done, 1 failed, 2 wrong use. */
static int run_named(struct program *program, struct str name, int count, char **arguments)
{
    const struct command *command = command_find(name);
    int status = 0;
    if (command) {
        enum result result = run(program, command, count, arguments, &status);
        return result == OK ? status : caller_complain(program, result);
    }
    if (str_is(name, "--help") || str_is(name, "help")) return help_on(count > 0 ? str_of(arguments[0]) : S(""));
    return no_command(name);
}

/* What a command printed may stand in a buffer until here, and a full disk or a reader that has gone takes nothing. A
 * server has its log, and does not end for this. */
static int end_output(struct str name, int status)
{
    const struct command *command = command_find(name);
    int error = say_end(stdout);
    if (!error || (command && command->serves)) return status;
    say(stderr, "merlon: Standard output cannot be written: %s.%s%s\n", strerror(error),
        status == 0 && command && command->lost ? " " : "",
        status == 0 && command && command->lost ? command->lost : "");
    return status ? status : 1;
}

/* Whoever closed one of the three would else find what is printed in the next file that is opened. */
static void fill_standard_files(void)
{
    for (int file = 0; file <= 2; file++)
        if (fcntl(file, F_GETFD) < 0 && open("/dev/null", file ? O_RDONLY : O_WRONLY) < 0) return;
}

static int run_guarded(struct program *program, int count, char **arguments)
{
    jmp_buf escape;
    struct str name = count > 1 ? str_of(arguments[1]) : S("--help");
    if (str_is(name, "--version")) name = S("version");
    if (setjmp(escape)) {
        say(stderr, "merlon: There is not enough memory for this.\n");
        return 1;
    }
    arena_guard(program->arena, &escape);
    int status = end_output(name, run_named(program, name, count - 2, arguments + 2));
    arena_guard(program->arena, NULL);
    return status;
}

int main(int count, char **arguments)
{
    fill_standard_files();
    struct program program = {.arena = arena_new(0), .out = stdout, .err = stderr};
    program.ctx.arena = program.arena;
    if (!program.arena) return 1;
    int status = run_guarded(&program, count, arguments);
    arena_release(
        program.arena); /* a transaction that was left by want of memory is undone while there is a database */
    program_close(&program);
    arena_free(program.arena);
    return status;
}
