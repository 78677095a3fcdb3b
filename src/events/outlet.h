/* Inside this room: lines that leave the program, to syslog or to a file. Each outlet has a thread of its own, so
 * that a receiver that hangs keeps nobody; what it has not taken waits in OUTLET_ROOM bytes, and what finds no room
 * there is told in the log, and where there is a database it is in the table all the same. */
#ifndef MERLON_EVENTS_OUTLET_H
#define MERLON_EVENTS_OUTLET_H

#include "base/ctx.h"

struct outlet;

enum { OUTLET_ROOM = 1024 * 1024 };

/* "udp://HOST:PORT", "tcp://HOST:PORT" or "unix:PATH". INVALID when it is none of these; whether anybody listens
 * there is seen later, and waited for. */
enum result outlet_open_syslog(struct ctx *ctx, struct str url, struct outlet **outlet) MUST_USE;
/* Appended to, made with mode 0600; opened anew for each batch, so that it may be moved away. INVALID when it cannot be
 * written. "-" is standard error. */
enum result outlet_open_file(struct ctx *ctx, struct str path, struct outlet **outlet) MUST_USE;
void outlet_close(struct outlet *outlet); /* sends what it can within OUTLET_LAST ms; NULL is fine */
enum { OUTLET_LAST = 2000 };

/* One line without its end. Never waits. */
void outlet_add(struct outlet *outlet, struct str line);

#endif
