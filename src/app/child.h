/* This program started once more as a child: `serve` on a free loopback port, for what is loaded through the public
 * interface. A child ends when its parent does. */
#ifndef MERLON_APP_CHILD_H
#define MERLON_APP_CHILD_H

#include "app/program.h"

struct child;

/* `serve` on the data of `program`, which must not hold it open any more. On return it answers at *url
 * ("http://127.0.0.1:45123"); *start is the token of its first link, which it prints when nobody can sign in yet: not
 * to be called otherwise. It ends with the ctx's arena, or earlier by child_stop. */
enum result child_serve(struct program *program, struct child **child, struct str *url, struct str *start) MUST_USE;
/* Tells it to end and waits until it has. BROKEN when it did not end well. */
enum result child_stop(struct ctx *ctx, struct child *child) MUST_USE;

#endif
