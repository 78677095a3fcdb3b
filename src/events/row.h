/* Inside this room: one row as it waits, is written and is read. A fixed size, so that a flood takes no more memory
 * than was set apart for it. */
#ifndef MERLON_EVENTS_ROW_H
#define MERLON_EVENTS_ROW_H

#include "base/buf.h"
#include "events/events.h"

enum { ACCOUNT_SIZE = 33, ADDRESS_SIZE = 64, REQUEST_SIZE = 48, SUBJECT_SIZE = 48, DETAIL_SIZE = 400, NODE_SIZE = 65 };

struct event_row {
    enum event_kind kind;
    enum event_outcome outcome;
    int64_t at, actor, record, count;
    char account[ACCOUNT_SIZE], address[ADDRESS_SIZE], request[REQUEST_SIZE], subject[SUBJECT_SIZE],
        detail[DETAIL_SIZE];
    /* The chain, set by the thread: the MAC of the row before, and when that one was. Zeros: there was none. */
    unsigned char previous[MAC_SIZE], mac[MAC_SIZE];
    int64_t previous_at;
};

const char *event_outcome_name(enum event_outcome outcome);

/* Cuts and cleans; the time is that of the config's clock, and without its keyring no account is kept. */
void event_row_make(const struct event *event, const struct events_config *config, struct str request,
                    struct event_row *row);
/* As the column has it: "" for an empty one or without a key. */
void event_account_hash(const struct keyring *keyring, struct str account, char out[ACCOUNT_SIZE]);
/* Copies text that fits a column of `size` with its NUL, cleaned. */
void event_text(char *out, size_t size, struct str text);

/* The bytes that the MAC is over: every column of the row but its number and the MAC itself, each with its length. */
void event_row_bytes(struct buf *out, const struct event_row *row, struct str node);
/* One JSON object without a line end, as it goes to file and syslog. The MAC is in it where there is one, so that a
 * copy of the lines tells whether the table's end was cut off. */
void event_row_json(struct buf *out, const struct event_row *row, struct str node, bool has_mac);
/* RFC 5424, 6: facility "log audit", the JSON as its message. */
void event_row_syslog(struct buf *out, const struct event_row *row, struct str node, struct str json);

/* A line that is no row: notices of the program that concern security (event_line). */
void event_line_json(struct buf *out, const char *event, int64_t at, struct str node, const char *name,
                     struct str text);
void event_line_syslog(struct buf *out, const char *event, int64_t at, struct str node, struct str json);

#endif
