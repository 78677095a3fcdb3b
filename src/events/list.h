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
    int64_t before_at, before_id;                  /* the page goes on behind this one; 0, 0: from the newest */
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

enum result events_list(struct ctx *ctx, const struct event_filter *filter, struct events_shown *shown) MUST_USE;

#endif
