/* Appending to a file that others read meanwhile, or that keeps what they will want later: a record stands in it whole,
 * or not at all. */
#ifndef MERLON_STORE_APPEND_H
#define MERLON_STORE_APPEND_H

#include "base/str.h"

#include <sys/types.h>

struct append {
    const char *path;
    mode_t mode;     /* of the file, where it is made */
    const char *end; /* what every record ends with, one or two bytes: one that was cut short is parted by it */
    bool durable;    /* return when it is on the disk */
};

/* False with errno set: then nothing of the text is there. Nothing is waited for: a pipe that nobody reads, or that is
 * full, is an error. A record that was cut short before (a machine that stopped) stays, but for its missing end; what
 * did not fit now is taken back where the file can be cut. An empty text only tries whether the file opens. */
bool append_whole(const struct append *to, struct str text);
/* Of errno afterwards, for a sentence. */
const char *append_trouble(void);

#endif
