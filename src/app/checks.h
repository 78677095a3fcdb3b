/* What `merlon verify` and `merlon check` ask of the data beyond the ledger itself: one table of questions, each
 * answered by the room that owns the tables. All are asked, so that one wrong answer does not hide the next. Reads only
 * (PostgreSQL's schema is compared in a transaction that is rolled back). */
#ifndef MERLON_APP_CHECKS_H
#define MERLON_APP_CHECKS_H

#include "app/program.h"
#include "format/json_out.h"
#include "ledger/policy.h"
#include "ledger/remembered.h"

enum { CHECKS_MAX = 48 };

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
    struct str key_fault;        /* why the master key that is there was not used; "" for none (checks_take_key) */
    struct remembered known;     /* of ledger.heads, read before the snapshot in which the questions are asked */
    struct str known_fault;      /* why it could not be read; "" when it could */
    struct check_answer at[CHECKS_MAX]; /* filled in */
    size_t count, wrong, skipped;
    struct str note; /* what the question at hand has to say though all is right */
    bool unasked;    /* and that it could not be asked, which the note explains */
};

/* Reads ledger.heads and asks the database of itself, then asks the rest in a snapshot of its own; the answers come
 * behind those that were added. OK, or the result and sentence of the first wrong answer. */
enum result checks_run(struct checks *checks) MUST_USE;

void checks_print(const struct checks *checks);                          /* a line each */
void checks_put_json(const struct checks *checks, struct json_out *out); /* [{"name", "right", "skipped", "checked",
                                                                            "detail"}] */

/* Asks on memory of its own, which lives as long as that of ctx: where it runs out, the answer is BUSY with a sentence,
 * and the next question can be asked. */
enum result checks_guarded(struct ctx *ctx, enum result (*question)(struct ctx *ctx, void *arg), void *arg) MUST_USE;

/* A further question that was asked by somebody else: its answer, as a line like the others. DENIED, BUSY and AWAY are
 * no answer: it is told as not asked. */
void checks_add(struct checks *checks, const char *name, enum result result, int64_t checked, struct str detail);

/* The master key, for what can only be checked with it: when it was named by --master-key it must be there; else it is
 * used when it can be read. program->keyring is NULL afterwards where there was none, and also where there was one that
 * is not this data's, or cannot be used: checks->key_fault then says why, and the question of the key has a wrong
 * answer, so that nobody takes the questions that were not asked for answered. */
enum result checks_take_key(struct checks *checks) MUST_USE;

/* CONFLICT with a sentence unless it is the key that the data in ctx->db was sealed with. */
enum result checks_demand_key(struct ctx *ctx, const struct keyring *keyring) MUST_USE;

#endif
