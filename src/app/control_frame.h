/* Inside control_*.c only: frames, and the address of the socket. */
#ifndef MERLON_APP_CONTROL_FRAME_H
#define MERLON_APP_CONTROL_FRAME_H

#include "app/control.h"

#include <sys/un.h>

enum { FRAME_MOST = 80 * 1024 * 1024 };

/* False when the other side has gone. */
bool frame_send(int connection, enum control_type type, struct str bytes);
/* False also for a frame of more than FRAME_MOST bytes. */
bool frame_receive(struct arena *arena, int connection, char *type, struct str *bytes);

/* Through the descriptor of the directory, since the name of a socket has 107 bytes at most. False where that does not
 * fit either. */
bool control_address(int directory, struct sockaddr_un *address);

#endif
