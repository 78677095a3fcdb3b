/* Servers as child processes, and what the kernel says about them. Whatever fails ends the program with a sentence. */
#ifndef MERLON_BENCH_PROCESS_H
#define MERLON_BENCH_PROCESS_H

#include "base/result.h"

#include <stdint.h>
#include <sys/types.h>

struct child {
    pid_t pid;
    int port;
    double started; /* seconds of the monotonic clock, just before it was made */
};

/* Runs it until it has printed a line with ":PORT" at its end (the address on which it answers). */
void child_start(struct child *child, const char *const *arguments);
void child_stop(struct child *child); /* SIGTERM, and waits */

double child_cpu(const struct child *child);        /* seconds of all its threads, ended ones too */
int64_t child_anonymous(const struct child *child); /* RssAnon, kB */

double seconds(void); /* the monotonic clock */

void bench_die(const char *format, ...) PRINTF_LIKE(1, 2) __attribute__((noreturn));

#endif
