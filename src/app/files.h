/* Files that commands read and write. */
#ifndef MERLON_APP_FILES_H
#define MERLON_APP_FILES_H

#include "base/ctx.h"

/* The whole of it into the arena; "-" is standard input. INVALID with a sentence when it cannot be read or has more
 * than `most` bytes. */
enum result file_read(struct ctx *ctx, struct str path, size_t most, struct str *bytes) MUST_USE;

/* A file that appears under its name once it is whole; until then the old one stays. "-" and "" are standard output. */
struct file_out {
    struct str path;
    const char *partial; /* NULL: standard output, or a device or pipe, which is written as it goes */
    FILE *file;
    int error; /* the first that writing gave; 0 */
};
/* Does the name (the last part of the path) belong to what lies in a data directory? No output may take its place. */
bool file_is_own_name(struct str path);
/* A link of that name is replaced, not followed. INVALID for a name of the program's own. */
enum result file_out_open(struct ctx *ctx, struct str path, struct file_out *out) MUST_USE;
/* BROKEN when the disk is full, which file_out_close says; the sink of records/export.h has this form. */
enum result file_out_add(void *out, struct str piece) MUST_USE;
/* keep false: what was written so far is removed. BROKEN with a sentence when any of it could not be written, whatever
 * keep says. */
enum result file_out_close(struct ctx *ctx, struct file_out *out, bool keep) MUST_USE;

#endif
