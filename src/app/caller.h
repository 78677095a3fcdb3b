/* For whom a command runs: whoever started this process, or a client at the control socket of a running server
 * (control.h), whose files and terminal are on the other side. */
#ifndef MERLON_APP_CALLER_H
#define MERLON_APP_CALLER_H

#include "app/program.h"

/* The whole of a file that the caller names, "-" for standard input. */
enum result caller_read(struct program *program, struct str path, size_t most, struct str *bytes) MUST_USE;
/* The first line of a file: a password. */
enum result caller_read_line(struct program *program, struct str path, struct str *line) MUST_USE;
/* BUSY when nobody waits for the rest any more: the client has gone, or the server ends. */
enum result caller_waits(struct program *program) MUST_USE;
/* One sentence on the caller's standard error, with the fields behind it; the exit status that belongs to it. */
int caller_complain(struct program *program, enum result result);

#endif
