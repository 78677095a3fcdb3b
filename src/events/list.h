/* Reading security events: newest first, a page at a time. Who may read them is for the caller to ask. */
#ifndef MERLON_EVENTS_LIST_H
#define MERLON_EVENTS_LIST_H

#include "events/events.h"

enum { WHO_MOST = 100 };

struct event_filter {
    unsigned kinds;                                /* bit 1 << enum event_kind for each that is wanted; 0: all */
    int64_t actor;                                 /* 0: anybody */
    struct str account;                            /* what these did or was tried in their name: an e-mail address in */
    const int64_t *who;                            /* its comparable form, or one of so many users; empty and 0: any */
    size_t who_count;                              /* at most WHO_MOST */
    struct str outcome, address, subject, request; /* as in the table; empty: any */
    int64_t record;                                /* 0: any; with a subject */
    int64_t from, to;                              /* ms, both included; 0: open */
    bool behind;                                   /* the page goes on behind the row below; else from the newest */
    int64_t before_at, before_id;                  /* any numbers: whoever writes the database chooses them */
    int64_t limit;
};

struct event_shown {
    int64_t id, at, actor, record, count; /* 0: none */
    struct str node, kind, outcome, account, address, request, subject, detail;
};
struct events_shown {
    struct event_shown *at;
    size_t count;
};

struct events_counted {
    int64_t count;     /* of rows, each as often as it says; one row counts for at most EVENT_TIMES_MOST */
    int64_t oldest_at; /* 0 when there is none */
    struct event_shown newest;
};
enum { EVENT_TIMES_MOST = 1000000 };

/* Texts are cut to what the program itself writes: a row that was planted takes no more room than another. */
enum result events_list(struct ctx *ctx, const struct event_filter *filter, struct events_shown *shown) MUST_USE;
/* Of one kind, dated within `from` and `to`. A later row dated by the program always is a newer `newest`, as long as
 * `to` is no later than now. */
enum result events_count(struct ctx *ctx, enum event_kind kind, int64_t from, int64_t to,
                         struct events_counted *counted) MUST_USE;

#endif
