/* Security events: signing in and failing to, refusals, exports, files and reports read out, backups, use of keys,
 * tokens, alarms. They go to a table of their own, to syslog and to JSON lines, never to the ledger.
 *
 * One thread writes them, in batches, and so one hand makes the chain of MACs: no lock is held through anybody's
 * transaction, and a write that is undone leaves no hole. event_post only puts an event into memory: it is in the
 * database within a second, and what a crash leaves of that second is lost. event_write returns when it is durable:
 * for signing in, failing to, being locked out, and exports, whose answer is given only after it.
 *
 * What anybody can cause in floods without rights is counted: the first of a kind from one address is a row at once,
 * what follows within the minute is one row with a count. At most FLOOD_SLOTS addresses a minute are told apart.
 *
 * A row holds no secret and no name: users by number, an e-mail address that was tried only as a keyed hash (so that
 * the same one is recognised), `subject` and `detail` in words of the program's own. Whatever else a caller hands in
 * is cut to the column's length, and what is not printable ASCII becomes a question mark.
 *
 * Rows are never changed. They are deleted after the days of the setting, which is at least EVENTS_KEPT_LEAST:
 * younger ones the database itself refuses to delete (store/table.h), so that the sweep is the only thing that ever
 * does. */
#ifndef MERLON_EVENTS_EVENTS_H
#define MERLON_EVENTS_EVENTS_H

#include "store/seal.h"
#include "store/store.h"
#include "store/table.h"

enum event_kind {
    EVENT_SIGN_IN,
    EVENT_SIGN_IN_FAILED,
    EVENT_SIGN_IN_LOCKED,    /* this failure makes an account or an address wait */
    EVENT_SIGN_IN_HELD_BACK, /* an attempt while it waits */
    EVENT_SIGN_OUT,
    EVENT_REFUSED, /* 401 with a cookie or token that is no good, 403 */
    EVENT_EXPORT,
    EVENT_EVIDENCE_READ,
    EVENT_REPORT,
    EVENT_BACKUP,
    EVENT_RESTORE,
    EVENT_KEY_OPENED,  /* a server opened the key that signs the ledger */
    EVENT_KEY_ROTATED, /* the ledger has a new signing key */
    EVENT_KEY_USED,    /* a command opened the master key */
    EVENT_TOKEN_MADE,
    EVENT_TOKEN_REVOKED,
    EVENT_USER_RESTORED, /* a command put a user back to what the ledger says */
    EVENT_ALARM,         /* something does not verify */
    EVENT_LOST,          /* so many events found no room in memory */
    EVENT_SWEPT,         /* so many rows older than the time in `detail` were let go */
    EVENT_KINDS
};

enum event_outcome { EVENT_BY_KIND, EVENT_ALLOWED, EVENT_WAS_REFUSED, EVENT_FAILED };

struct event {
    enum event_kind kind;
    enum event_outcome outcome; /* EVENT_BY_KIND: what the kind is as a rule */
    int64_t actor;              /* user; 0: the program itself, or nobody that is known */
    struct str account;         /* e-mail address that was tried, in its comparable form */
    struct str address;         /* of the client, as text */
    struct str request;         /* empty: the ctx's */
    struct str subject;         /* "risk", "user", "token", "report" */
    int64_t record;
    struct str detail;
};

enum { EVENTS_KEPT_LEAST = 30, EVENTS_KEPT_MOST = 3650 }; /* days */

struct events_config {
    struct store *store;           /* NULL: only to syslog and file, for commands that do not write the database */
    const struct keyring *keyring; /* with a store */
    struct timekeeper *time;       /* base/timekeeper.h; NULL: the machine's clock */
    int64_t kept_days;
    struct str syslog; /* "udp://HOST:PORT", "tcp://HOST:PORT" (RFC 5424, RFC 6587), "unix:/dev/log"; empty: none */
    struct str file;   /* JSON lines are appended to it; "-": standard error; empty: none */
};

extern const struct table *const event_tables[]; /* security_event */
extern const size_t event_table_count;

/* Starts the thread. The tables must be there; store and keyring outlive it. INVALID for a syslog or file that cannot
 * be used. */
enum result events_open(struct ctx *ctx, const struct events_config *config, struct events **events) MUST_USE;
void events_close(struct events *events); /* writes what is left, before the store is closed; NULL is fine */

const char *event_kind_name(enum event_kind kind); /* "sign_in" */
bool event_kind_of(struct str name, enum event_kind *kind);

/* Through ctx->events; nothing happens where that is NULL. Never waits, never fails: where the memory for waiting
 * events is full, it is counted as lost. From any thread, also within a write. */
void event_post(struct ctx *ctx, const struct event *event);
/* Something does not verify: an error in the log and an event, both with these words of the program's own (ASCII). Of
 * `about` actor, address, subject and record are taken. */
void event_alarm(struct ctx *ctx, const char *what, const struct event *about);
/* As event_post, and returns when it is durable: BUSY when the database does not take it now. Outside a write only. */
enum result event_write(struct ctx *ctx, const struct event *event) MUST_USE;

/* Whether anything goes to syslog or a file, and a line for these alone: no row of the table, and kept by nobody here.
 * `event` says what it is, `text` stands under `name`. Never waits; nothing happens where there is neither. */
bool events_have_lines(const struct events *events);
void event_line(struct ctx *ctx, const char *event, const char *name, struct str text);

#endif
