/* Security events of commands that open the database for reading only (backup, export, report): they write no row
 * themselves, so the event goes where it can. */
#ifndef MERLON_APP_TELLING_H
#define MERLON_APP_TELLING_H

#include "app/program.h"

/* To syslog and file, where these are set, and into the table: by the server that runs on the data directory, or, on
 * PostgreSQL and with the master key, by a connection of its own. Without either it is in syslog and file alone. Never
 * fails. */
void program_tell(struct program *program, const struct event *event);

/* For the control socket: the event as one frame, and back. False for a frame that holds none. */
struct str telling_pack(struct ctx *ctx, const struct event *event);
bool telling_unpack(struct str frame, struct event *event);

#endif
