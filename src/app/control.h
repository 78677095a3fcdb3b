/* The control socket, DIR/merlon.sock: commands that write go through the server where one runs on the directory,
 * because only one program at a time may write it. Only the server's own user and root may speak there.
 *
 * A frame is its type, four bytes of length (the most significant first), and so many bytes. The client sends the
 * command's name and its words; the server runs the command on a thread of its own, as it would run in the client, and
 * sends what it prints; for a file that the command names it asks the client, which hands over only what stands among
 * its own words. One command at a time. */
#ifndef MERLON_APP_CONTROL_H
#define MERLON_APP_CONTROL_H

#include "app/program.h"

enum control_type {
    CONTROL_COMMAND = 'c', /* client: the name */
    CONTROL_WORD = 'w',    /* client: one argument */
    CONTROL_RUN = 'g',     /* client: that was all */
    CONTROL_EVENT = 'n',   /* client, instead of a command: a security event (telling.h) */
    CONTROL_OUT = 'o',     /* server: for standard output */
    CONTROL_ERR = 'e',     /* server: for standard error; nothing, when the command begins */
    CONTROL_FILE = 'f',    /* server: the whole of the file of this name is wanted */
    CONTROL_LINE = 'l',    /* server: its first line */
    CONTROL_BYTES = 'b',   /* client: there it is */
    CONTROL_REFUSED = 'x', /* client: why not, a sentence */
    CONTROL_DONE = 'd',    /* server: the exit status, one byte */
};

/* ---- server ---- */

struct control;
/* On a directory that this program holds. Without a socket the server goes on, and the log says so. */
enum result control_open(struct program *program, struct control **control) MUST_USE;
void control_close(struct control *control); /* the command that runs is broken off; NULL is fine */

struct remote; /* the client of the command that runs */
enum result control_fetch(struct program *program, enum control_type type, struct str path, size_t most,
                          struct str *bytes) MUST_USE;
bool control_client_waits(const struct remote *remote);

/* ---- client ---- */

/* Hands a server that runs on the directory this event; false when none does, or it did not take it. */
bool control_tell(struct program *program, struct str event);

/* Where a server runs on the directory, it runs the command: *done, with its exit status. Otherwise the directory is
 * held by this program (program->lock), if it is there at all. A server does one command after the other, and this one
 * waits for its turn, for ten minutes. BUSY when it did not come to it, or somebody else who answers nothing has held
 * the directory for five seconds. */
enum result control_hand_over(struct program *program, bool *done, int *status) MUST_USE;

#endif
