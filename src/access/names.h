/* Names of users for a page of rows that name them by number; those met last are remembered. */
#ifndef MERLON_ACCESS_NAMES_H
#define MERLON_ACCESS_NAMES_H

#include "base/ctx.h"

enum { NAMES_REMEMBERED = 64 };

struct names {
    struct {
        int64_t user;
        struct str name;
    } at[NAMES_REMEMBERED];
    size_t count;
};

/* "Merlon" for user 0, the program itself. In the ctx's arena, which must outlive `names`. */
enum result name_of(struct ctx *ctx, struct names *names, int64_t user, struct str *name) MUST_USE;

#endif
