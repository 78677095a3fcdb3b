/* The files that the program itself keeps in its data directory. Whoever may write that directory could put there,
 * under such a name, a link to a file elsewhere, for root's next command to overwrite or to give away: so all of them
 * are opened here and nowhere else. */
#ifndef MERLON_STORE_OWN_FILE_H
#define MERLON_STORE_OWN_FILE_H

#include "base/ctx.h"

#include <sys/types.h>

enum own_file_how {
    OWN_READ,   /* what is there */
    OWN_WRITE,  /* also written; made when it is not there */
    OWN_APPEND, /* the same, each write at its end */
    OWN_FRESH,  /* made empty; one of that name is unlinked first */
    OWN_NEW,    /* made; there must be none of that name */
};

enum own_file_fault {
    OWN_GOOD,
    OWN_ERRNO,  /* errno says what */
    OWN_LINK,   /* a symbolic link */
    OWN_PLAIN,  /* no plain file */
    OWN_NAMES,  /* it has a second name, maybe in another directory */
    OWN_FOREIGN /* it belongs neither to the directory's owner nor to who runs */
};

/* NAME in the directory that is open as `directory`, or -1 with *fault. A link is not followed, nothing is waited for,
 * and only a plain file that has this one name and belongs to the directory's owner or to who runs is taken. One that
 * is made has the mode `mode` and, when root makes it, the directory's owner, who could not open it otherwise; a file
 * that was there is never given away. */
int own_file_at(int directory, const char *name, enum own_file_how how, mode_t mode, enum own_file_fault *fault);
/* The same in a directory that is named. */
int own_file_in(const char *directory, const char *name, enum own_file_how how, mode_t mode,
                enum own_file_fault *fault);
/* The same for who has a sentence to give: INVALID, and *file is -1. *file is -1 and OK only where OWN_READ found
 * nothing of that name. */
enum result own_file_open(struct ctx *ctx, struct str directory, const char *name, enum own_file_how how, mode_t mode,
                          int *file) MUST_USE;
/* What is wrong with the file, as the sentence of the failure that is returned: INVALID. fault is not OWN_GOOD. */
enum result own_file_fail(struct ctx *ctx, const char *directory, const char *name, enum own_file_fault fault) MUST_USE;

/* A name that was given, or taken away, is durable only when its directory is flushed: that of this path. False with
 * errno set. */
bool own_file_keep_name(const char *path);

/* For files that a library opens by their names: whether what stands under this name, if anything, may be opened. */
enum own_file_fault own_file_look(const char *directory, const char *name);

#endif
