/* Commands: one table of name, how it is used, what it does. Help prints from it. */
#ifndef MERLON_APP_COMMAND_H
#define MERLON_APP_COMMAND_H

#include "app/program.h"

struct command {
    const char *name, *usage, *help;
    enum opening opening;
    size_t words; /* how many it takes at most, options apart */
    enum result (*run)(struct program *program);
};

enum result command_demo(struct program *program) MUST_USE;
enum result command_init(struct program *program) MUST_USE;
enum result command_serve(struct program *program) MUST_USE;
enum result command_token(struct program *program) MUST_USE;
enum result command_user(struct program *program) MUST_USE;

#endif
