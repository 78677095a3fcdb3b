/* What `merlon verify` and `merlon check` ask of the data beyond the ledger itself: one table of questions, each
 * answered by the room that owns the tables. All are asked, so that one wrong answer does not hide the next. Reads only
 * (PostgreSQL's schema is compared in a transaction that is rolled back). */
#ifndef MERLON_APP_CHECKS_H
#define MERLON_APP_CHECKS_H

#include "app/program.h"
#include "format/json_out.h"
#include "ledger/policy.h"

enum { CHECKS_MAX = 24 };

struct check_answer {
    const char *name;
    enum result result;
    bool skipped;      /* could not be asked, or not in full; detail says why. DENIED: the database refused it */
    int64_t checked;   /* how many things were looked at */
    struct str detail; /* "" where all is right */
};

struct checks {
    struct program *program;          /* opened; its store knows the master key, or not */
    const struct ledger_public *keys; /* one of them must be in the ledger's chain of keys */
    size_t key_count;
    /* The question after which records are compared with the ledger: the ledger itself. NULL: this is merlon check,
     * which does not ask it, and asks for the master key by itself. */
    enum result (*ledger)(struct ctx *ctx, void *arg);
    void *ledger_arg;
    const struct policy *policy; /* whose cosignatures count; NULL: nobody's are checked */
    const char *timestamp_ca;    /* a PEM file that vouches for time-stamp authorities; NULL: none */
    size_t remembered; /* heads in ledger.heads, with the ledger: without one a roll-back cannot be looked for */
    struct check_answer at[CHECKS_MAX]; /* filled in */
    size_t count, wrong, skipped;
    struct str note; /* what the question at hand has to say though all is right */
    bool unasked;    /* and that it could not be asked, which the note explains */
};

/* In a snapshot of its own. OK, or the result and sentence of the first wrong answer. */
enum result checks_run(struct checks *checks) MUST_USE;

void checks_print(const struct checks *checks);                          /* a line each */
void checks_put_json(const struct checks *checks, struct json_out *out); /* [{"name", "right", "skipped", "checked",
                                                                            "detail"}] */

/* The master key, for what can only be checked with it: when it was named by --master-key it must be there; else it is
 * used when it can be read. program->keyring is NULL afterwards where there was none. */
enum result checks_take_key(struct program *program) MUST_USE;

#endif
