/* What every command shares: settings, keys, database, registers. */
#ifndef MERLON_APP_PROGRAM_H
#define MERLON_APP_PROGRAM_H

#include "access/access.h"
#include "app/settings.h"
#include "ledger/keys.h"
#include "records/house.h"
#include "store/seal.h"
#include "store/store.h"

enum { REST_MAX = 64 };

struct program {
    struct arena *arena;
    struct ctx ctx; /* of the main thread; its arena lives as long as the program */
    struct settings settings;
    struct str rest[REST_MAX]; /* arguments that are no settings */
    size_t rest_count;
    struct house house;
    struct store *store;
    struct keyring *keyring;
    struct ledger_keys *keys;
    struct access *access;
    struct timekeeper *time;
};

/* How far program_open goes. */
enum opening {
    OPEN_HOUSE,     /* registers only: schema, openapi */
    OPEN_READ_ONLY, /* the database as it is; nothing is created */
    OPEN_DATABASE,  /* brought up to the tables, keys made where there are none */
    OPEN_NEW,       /* the same, and the data directory is made */
};

/* Every table of the program, for the database and for backup. */
const struct table *const *program_tables(struct program *program, size_t *count);

enum result program_open(struct program *program, enum opening opening) MUST_USE;
void program_close(struct program *program);

/* The parts of it that restoring needs one by one: the data directory made, the store alone opened for writing. */
enum result program_make_directory(struct program *program) MUST_USE;
enum result program_open_store(struct program *program) MUST_USE;

/* "--name value" or "--name" among the rest; taken out of it. */
bool program_option(struct program *program, const char *name, struct str *value);
bool program_flag(struct program *program, const char *name);
void program_skip(struct program *program, size_t words); /* the first of the rest were read */
/* INVALID when something is left over that looks like an option, or more than `most` words. */
enum result program_no_more(struct program *program, size_t most) MUST_USE;

#endif
