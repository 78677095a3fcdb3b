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

/* Whose word on heads is to be checked: the policy file that is given, else the one of the settings; and the settings'
 * authorities for time stamps. NULL for what neither names. */
enum result heads_trusted(struct program *program, struct str policy_path, const struct policy **policy,
                          const char **timestamp_ca) MUST_USE;

/* Opens what there is to open, and hands policy, witness and throttle to the api. */
enum result heads_open(struct program *program, struct api *api, struct heads *heads) MUST_USE;
/* Ends the thread that sends; the server goes on. */
void heads_quiet(struct heads *heads);
void heads_close(struct heads *heads); /* after the server */

#endif
