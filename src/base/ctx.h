/* What every function of a request is handed first: where memory comes from, who asks, which database, what time it is,
 * and where a failure leaves its sentence. One thread uses a ctx at a time. */
#ifndef MERLON_BASE_CTX_H
#define MERLON_BASE_CTX_H

#include "base/arena.h"
#include "base/sentences.h"

struct access; /* access/access.h */
struct actor;  /* access/actor.h */
struct db;     /* store/db.h */
struct events; /* events/events.h */
struct house;  /* records/house.h: the registers and what belongs to them */
struct timekeeper;

/* One thing that is wrong with one field; all of them are collected before answering. */
struct field_error {
    struct str pointer; /* RFC 6901, "/title" */
    const char *code;   /* for machines and translation: "required", "too_long", ... */
    struct str detail;  /* one sentence: what is wrong and what to do */
    struct field_error *next;
};

struct error {
    enum result result;
    struct str sentence;
    struct str english; /* the same for the log, whose reader is another one */
    struct field_error *fields, *last_field;
    struct str more; /* members beside the sentence, as JSON: "\"current\":{...}"; may be empty */
};

struct ctx {
    struct arena *arena;
    const struct house *house;
    struct db *db;             /* the connection of this thread; in a write, the one that holds the transaction */
    const struct actor *actor; /* who asks; never NULL once access has decided */
    int64_t now;               /* ms; one reading a request, so that its rows agree; each write takes its own */
    struct timekeeper *time;   /* from which it is read; NULL where the time is given, in tests */
    int64_t as_of;             /* 0, or the instant that is being looked at */
    int64_t patience; /* ms that a write may wait for the writer before it begins; 0: for as long as it takes */
    struct str request_id;
    struct str language;               /* "en", "de": of labels in reports and notifications */
    const struct sentences *sentences; /* in which fail() speaks: the language of the request; NULL is English */
    const char *about;                 /* the register whose fields sentences name; NULL when none in particular */
    int depth; /* of recomputations that follow from each other; bounded, so that a circle is told */
    struct error error;
    struct access *access; /* what the process keeps of sessions and sign-ins; NULL where nobody signs in */
    struct events *events; /* where security events go; NULL where nobody keeps them */
};

/* Keeps the sentence and returns r, so that one writes: return fail(ctx, NOT_FOUND, "There is no risk %s.", ref); */
enum result fail(struct ctx *ctx, enum result r, const char *format, ...) PRINTF_LIKE(3, 4);

/* The same with the sentence of a part of the work, which had an arena of its own. */
enum result fail_as(struct ctx *ctx, const struct ctx *part, enum result r);

/* Adds a field error. The caller goes on, and returns INVALID at the end when ctx_has_field_errors(). */
void fail_field(struct ctx *ctx, const char *field, const char *code, const char *format, ...) PRINTF_LIKE(4, 5);
/* A finished sentence in the reader's language, for what is told without failing. */
struct str ctx_say(const struct ctx *ctx, const char *sentence);
/* One that was written down in English before, with its arguments: an alarm, a trouble. */
struct str ctx_retell(const struct ctx *ctx, struct str english);
bool ctx_has_field_errors(const struct ctx *ctx);
void ctx_clear_error(struct ctx *ctx);

#endif
