/* A load generator: one thread, epoll, connections that stay open, each with one request under way. And single
 * requests for setting things up. An answer with another status than expected ends the program with what it said. */
#ifndef MERLON_BENCH_LOAD_H
#define MERLON_BENCH_LOAD_H

#include "base/arena.h"

struct load {
    int port, expect; /* expect: the status */
    unsigned connections;
    size_t count;               /* requests in all */
    const struct str *requests; /* sent in turn */
    size_t request_count;
};

struct load_result {
    double seconds;
    uint64_t bytes; /* of the answers' bodies */
};

struct load_result load_run(const struct load *load);

/* A whole request. token "" sends none; type NULL sends no body. */
struct str request_text(struct arena *arena, const char *method, const char *path, const char *token, const char *type,
                        struct str body);

/* One request on a connection of its own. The body, chunked or not, goes piece by piece to `sink`, or into the answer
 * when that is NULL. */
struct answer {
    int status;
    uint64_t len;
    struct str body;
};
struct answer ask(struct arena *arena, int port, struct str request, int expect,
                  void (*sink)(void *arg, struct str piece), void *arg);

#endif
