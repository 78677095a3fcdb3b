/* The demonstration goes the way every user goes: a real server, real requests. So it needs a server, and the simplest
 * one that is certain to be the same is this very program, started again. */
#include "app/child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum { ARGUMENTS_MAX = 2 * SETTINGS + 4 };

struct child {
    pid_t pid;
    FILE *says; /* its standard output */
};

static void child_free(void *arg)
{
    struct child *child = arg;
    if (child->says) fclose(child->says);
    if (child->pid <= 0) return;
    kill(child->pid, SIGTERM);
    waitpid(child->pid, NULL, 0);
}

/* A terminated copy that execv may have as it wants it, not const. */
static char *word(struct arena *arena, struct str text)
{
    char *copy = arena_alloc(arena, text.len + 1);
    memcpy(copy, text.at, text.len);
    return copy;
}

/* The parent's settings, but on a port of its own, without TLS, and quiet. */
static char **arguments_of(struct program *program)
{
    static const struct {
        enum setting which;
        const char *name, *value; /* NULL: as the parent's */
    } settings[] = {{SET_DATA, "data", NULL},
                    {SET_DATABASE, "database", NULL},
                    {SET_MASTER_KEY, "master-key", NULL},
                    {SET_LISTEN, "listen", "127.0.0.1:0"},
                    {SET_TLS_CERTIFICATE, "tls-certificate", ""},
                    {SET_TLS_KEY, "tls-key", ""},
                    {SET_PUBLIC_URL, "public-url", ""},
                    {SET_LOG_LEVEL, "log-level", "warning"},
                    {SET_LOG_FORMAT, "log-format", NULL}};
    char **arguments = arena_make_many(program->arena, char *, ARGUMENTS_MAX);
    size_t count = 0;
    arguments[count++] = word(program->arena, S("merlon"));
    arguments[count++] = word(program->arena, S("serve"));
    for (size_t i = 0; i < COUNT(settings); i++) {
        struct str value = settings[i].value ? str_of(settings[i].value) : program->settings.value[settings[i].which];
        struct str argument = arena_print(program->arena, "--%s=%.*s", settings[i].name, PRINT(value));
        arguments[count++] = word(program->arena, argument);
    }
    return arguments;
}

static _Noreturn void become(char **arguments, int says)
{
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    dup2(says, STDOUT_FILENO);
    execv("/proc/self/exe", arguments);
    _exit(127);
}

static enum result start(struct program *program, struct child *child)
{
    struct ctx *ctx = &program->ctx;
    char **arguments = arguments_of(program);
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) return fail(ctx, BROKEN, "There is no pipe to be had: %s.", strerror(errno));
    fflush(stdout);
    child->pid = fork();
    if (child->pid == 0) become(arguments, ends[1]);
    close(ends[1]);
    child->says = child->pid > 0 ? fdopen(ends[0], "r") : NULL;
    if (child->says) return OK;
    close(ends[0]);
    return fail(ctx, BROKEN, "The server cannot be started: %s.", strerror(errno));
}

/* What follows `mark` on a line that it prints; "" when it ended instead, after having said why on standard error. */
static struct str hear(struct program *program, struct child *child, const char *mark)
{
    char line[1024];
    while (fgets(line, sizeof line, child->says)) {
        size_t at;
        struct str said = str_trim(str_of(line));
        if (str_find(said, str_of(mark), &at))
            return arena_copy(program->arena, str_slice(said, at + strlen(mark), said.len));
    }
    return S("");
}

enum result child_serve(struct program *program, struct child **out, struct str *url, struct str *start_token)
{
    struct child *child = arena_make(program->arena, struct child);
    arena_defer(program->arena, child_free, child);
    TRY(start(program, child));
    struct str address = hear(program, child, "answers on ");
    *start_token = hear(program, child, "/start#");
    if (!address.len || !start_token->len)
        return fail(&program->ctx, BROKEN, "The server did not start; the line above says why.");
    *url = address;
    *out = child;
    return OK;
}

enum result child_stop(struct ctx *ctx, struct child *child)
{
    int status = 0;
    pid_t pid = child->pid;
    child->pid = 0;
    kill(pid, SIGTERM);
    while (waitpid(pid, &status, 0) < 0)
        if (errno != EINTR) return fail(ctx, BROKEN, "The server cannot be waited for: %s.", strerror(errno));
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return OK;
    return fail(ctx, BROKEN, "The server did not end well; the line above says why.");
}
