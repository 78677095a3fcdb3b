/* What the settings say of the ledger's heads: whom they are sent to, and whom this server witnesses. */
#ifndef MERLON_APP_HEADS_H
#define MERLON_APP_HEADS_H

#include "announce/announce.h"
#include "api/serve.h"
#include "app/program.h"

struct heads {
    struct announce *announce; /* NULL: nobody is told */
    struct witness *witness;   /* NULL: this server is no witness */
    struct throttle *throttle;
};

/* A policy file; *policy is NULL for an empty path. It lives as long as the program. */
enum result heads_policy(struct program *program, struct str path, struct policy **policy) MUST_USE;

/* Opens what there is to open, and hands witness and throttle to the api. */
enum result heads_open(struct program *program, struct api *api, struct heads *heads) MUST_USE;
/* Ends the thread that sends; the server goes on. */
void heads_quiet(struct heads *heads);
void heads_close(struct heads *heads); /* after the server */

#endif
