/* What every command shares: settings, keys, database, registers. */
#ifndef MERLON_APP_PROGRAM_H
#define MERLON_APP_PROGRAM_H

#include "access/access.h"
#include "app/settings.h"
#include "events/events.h"
#include "ledger/signer.h"
#include "records/house.h"
#include "store/seal.h"
#include "store/lock.h"
#include "store/store.h"

#include <stdio.h>

enum { REST_MAX = 64 };

struct migrations;
struct remote; /* app/control.h */

struct program {
    struct arena *arena;
    const char *command;   /* "serve"; NULL in tests */
    FILE *out, *err;       /* where the command prints */
    struct remote *remote; /* NULL; or the client for whom a server runs this command, and the rest is the server's */
    struct directory_lock lock; /* of the data directory */
    struct ctx ctx;             /* of the main thread; its arena lives as long as the program */
    struct settings settings;
    struct str rest[REST_MAX]; /* arguments that are no settings */
    size_t rest_count;
    bool restores;                       /* merlon restore: opens merlon.db.restoring, which nothing else opens */
    const char *lacks;                   /* the option that stood last, without its value; NULL */
    const struct migrations *migrations; /* NULL: the program's own; tests have others */
    const struct time_source *clock;     /* NULL: the system's; tests give a day that is always the same */
    struct house house;
    struct store *store;
    struct keyring *keyring;
    struct ledger_keys *keys;
    struct ledger_signer *signer;
    struct access *access;
    struct timekeeper *time;
    struct events *events;
};

/* How far program_open goes. */
enum opening {
    OPEN_HOUSE,     /* registers only: schema, openapi */
    OPEN_READ_ONLY, /* the database as it is; nothing is created; also beside a server */
    OPEN_DATABASE,  /* for writing, brought up to the tables of this program; this program alone writes from here on */
    OPEN_NEW,       /* the same, and where there is none it is made, with its directory and keys */
};

/* Every table of the program, for the database and for backup. */
const struct table *const *program_tables(struct program *program, size_t *count);

enum result program_open(struct program *program, enum opening opening) MUST_USE;
void program_close(struct program *program);

/* Parts of it: for restoring, the store alone opened for writing; for backup, the keys of a database that is open for
 * reading. */
enum result program_open_store(struct program *program) MUST_USE;
enum result program_open_keys(struct program *program) MUST_USE;
/* INVALID where the role on a PostgreSQL may only read. */
enum result program_demand_writable(struct ctx *ctx, struct program *program) MUST_USE;
/* DIR/ledger.pub with every key that the ledger was signed with. */
enum result program_write_public_keys(struct program *program) MUST_USE;

/* "--name value" or "--name" among the rest; taken out of it. */
bool program_option(struct program *program, const char *name, struct str *value);
bool program_flag(struct program *program, const char *name);
/* Is it an option without a value? Every other one takes the word behind it. One that is not in the list here is none
 * to program_flag either. */
bool program_is_flag(struct str name);
bool program_has_option(const struct program *program, const char *name); /* which stays */
void program_skip(struct program *program, size_t words);                 /* the first of the rest were read */
struct str program_take(struct program *program, size_t index);           /* of the rest, out of which it is taken */
/* INVALID when something is left over that looks like an option, or more than `most` words. */
enum result program_no_more(struct program *program, size_t most) MUST_USE;

#endif
