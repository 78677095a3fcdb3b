/* The CPU clock of another process (clock_getcpuclockid) counts nanoseconds, where /proc/PID/stat counts ticks of ten
 * milliseconds. */
#include "bench/process.h"

#include <signal.h>
#include <stdarg.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

void bench_die(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fputs("bench: ", stderr);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
    exit(1);
}

double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static int read_port(FILE *output, const char *program)
{
    char line[256];
    while (fgets(line, sizeof line, output)) {
        const char *colon = strrchr(line, ':');
        int port = colon ? (int)strtol(colon + 1, NULL, 10) : 0;
        if (port > 0) return port;
    }
    bench_die("%s ended before it answered.", program);
}

void child_start(struct child *child, const char *const *arguments)
{
    int ends[2];
    if (pipe(ends) != 0) bench_die("no pipe");
    child->started = seconds();
    child->pid = fork();
    if (child->pid < 0) bench_die("no process");
    if (child->pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        dup2(ends[1], STDOUT_FILENO);
        close(ends[0]);
        close(ends[1]);
        execv(arguments[0], (char *const *)(uintptr_t)arguments);
        _exit(127);
    }
    close(ends[1]);
    FILE *output = fdopen(ends[0], "r");
    if (!output) bench_die("no pipe");
    child->port = read_port(output, arguments[0]);
    fclose(output);
}

void child_stop(struct child *child)
{
    int status = 0;
    kill(child->pid, SIGTERM);
    waitpid(child->pid, &status, 0);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) bench_die("a server did not end well (status %d).", status);
}

double child_cpu(const struct child *child)
{
    clockid_t clock;
    struct timespec used;
    if (clock_getcpuclockid(child->pid, &clock) != 0 || clock_gettime(clock, &used) != 0)
        bench_die("the CPU time of a server cannot be read.");
    return (double)used.tv_sec + (double)used.tv_nsec / 1e9;
}

int64_t child_anonymous(const struct child *child)
{
    char name[64], line[256];
    long long kilobytes = -1;
    snprintf(name, sizeof name, "/proc/%d/status", (int)child->pid);
    FILE *file = fopen(name, "r");
    while (file && fgets(line, sizeof line, file))
        if (strncmp(line, "RssAnon:", 8) == 0) kilobytes = strtoll(line + 8, NULL, 10);
    if (file) fclose(file);
    if (kilobytes < 0) bench_die("the memory of a server cannot be read.");
    return kilobytes;
}
