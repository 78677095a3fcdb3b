/* Rows are made of what callers hand in, some of which strangers chose; here it becomes plain text of bounded length.
 */
#include "events/row.h"

#include "base/timekeeper.h"
#include "format/json_out.h"

#include <unistd.h>

static const struct {
    const char *name;
    enum event_outcome outcome;
} kinds[EVENT_KINDS] = {
    [EVENT_SIGN_IN] = {"sign_in", EVENT_ALLOWED},
    [EVENT_SIGN_IN_FAILED] = {"sign_in_failed", EVENT_WAS_REFUSED},
    [EVENT_SIGN_IN_LOCKED] = {"sign_in_locked", EVENT_WAS_REFUSED},
    [EVENT_SIGN_IN_HELD_BACK] = {"sign_in_held_back", EVENT_WAS_REFUSED},
    [EVENT_SIGN_OUT] = {"sign_out", EVENT_ALLOWED},
    [EVENT_REFUSED] = {"refused", EVENT_WAS_REFUSED},
    [EVENT_EXPORT] = {"export", EVENT_ALLOWED},
    [EVENT_EVIDENCE_READ] = {"evidence_read", EVENT_ALLOWED},
    [EVENT_REPORT] = {"report", EVENT_ALLOWED},
    [EVENT_BACKUP] = {"backup", EVENT_ALLOWED},
    [EVENT_RESTORE] = {"restore", EVENT_ALLOWED},
    [EVENT_KEY_OPENED] = {"key_opened", EVENT_ALLOWED},
    [EVENT_KEY_ROTATED] = {"key_rotated", EVENT_ALLOWED},
    [EVENT_KEY_USED] = {"key_used", EVENT_ALLOWED},
    [EVENT_TOKEN_MADE] = {"token_made", EVENT_ALLOWED},
    [EVENT_TOKEN_REVOKED] = {"token_revoked", EVENT_ALLOWED},
    [EVENT_USER_RESTORED] = {"user_restored", EVENT_ALLOWED},
    [EVENT_ALARM] = {"alarm", EVENT_FAILED},
    [EVENT_LOST] = {"events_lost", EVENT_FAILED},
    [EVENT_SWEPT] = {"events_swept", EVENT_ALLOWED},
};

const char *event_kind_name(enum event_kind kind)
{
    return kinds[kind].name;
}

bool event_kind_of(struct str name, enum event_kind *kind)
{
    for (size_t i = 0; i < EVENT_KINDS; i++) {
        if (!str_is(name, kinds[i].name)) continue;
        *kind = (enum event_kind)i;
        return true;
    }
    return false;
}

const char *event_outcome_name(enum event_outcome outcome)
{
    static const char *const names[] = {"", "allowed", "refused", "failed"};
    return names[outcome];
}

void event_text(char *out, size_t size, struct str text)
{
    size_t len = text.len < size ? text.len : size - 1;
    for (size_t i = 0; i < len; i++) out[i] = text.at[i] >= ' ' && text.at[i] < 127 ? text.at[i] : '?';
    out[len] = 0;
}

static void hex(char *out, const unsigned char *bytes, size_t len)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < len; i++) {
        *out++ = digits[bytes[i] >> 4];
        *out++ = digits[bytes[i] & 15];
    }
    *out = 0;
}

/* Under the master key, for a table of hashed addresses is soon undone without one. */
void event_account_hash(const struct keyring *keyring, struct str account, char out[ACCOUNT_SIZE])
{
    unsigned char mac[MAC_SIZE];
    out[0] = 0;
    if (!keyring || !account.len) return;
    keyring_hash(keyring, "security-event-account", account, mac);
    hex(out, mac, ACCOUNT_SIZE / 2);
}

void event_row_make(const struct event *event, const struct events_config *config, struct str request,
                    struct event_row *row)
{
    *row = (struct event_row){
        .kind = event->kind,
        .outcome = event->outcome == EVENT_BY_KIND ? kinds[event->kind].outcome : event->outcome,
        .at = timekeeper_now(config->time),
        .actor = event->actor,
        .record = event->record,
        .count = 1,
    };
    event_account_hash(config->keyring, event->account, row->account);
    event_text(row->address, sizeof row->address, event->address);
    event_text(row->request, sizeof row->request, event->request.len ? event->request : request);
    event_text(row->subject, sizeof row->subject, event->subject);
    event_text(row->detail, sizeof row->detail, event->detail);
}

/* ---- as bytes under the MAC ---- */

static void add_text(struct buf *out, const char *text, size_t len)
{
    buf_print(out, "%zu:", len);
    buf_add(out, (struct str){text, len});
}

void event_row_bytes(struct buf *out, const struct event_row *row, struct str node)
{
    const char *const texts[] = {event_kind_name(row->kind),
                                 event_outcome_name(row->outcome),
                                 row->account,
                                 row->address,
                                 row->request,
                                 row->subject,
                                 row->detail};
    buf_text(out, "security_event 1\n");
    add_text(out, (const char *)row->previous, MAC_SIZE);
    add_text(out, node.at, node.len);
    for (size_t i = 0; i < COUNT(texts); i++) add_text(out, texts[i], strlen(texts[i]));
    buf_print(out, "%lld,%lld,%lld,%lld,%lld", (long long)row->previous_at, (long long)row->at, (long long)row->actor,
              (long long)row->record, (long long)row->count);
}

/* ---- as text ---- */

void event_row_json(struct buf *out, const struct event_row *row, struct str node, bool has_mac)
{
    char at[TIME_TEXT];
    struct json_out json = json_out_to(out);
    const struct {
        const char *name, *text;
    } texts[] = {{"account", row->account},
                 {"address", row->address},
                 {"request", row->request},
                 {"subject", row->subject},
                 {"detail", row->detail}};
    time_format(row->at, at);
    json_open_object(&json);
    json_key(&json, "time"), json_put_text(&json, at);
    json_key(&json, "event"), json_put_text(&json, event_kind_name(row->kind));
    json_key(&json, "outcome"), json_put_text(&json, event_outcome_name(row->outcome));
    json_key(&json, "node"), json_put_str(&json, node);
    if (row->actor) json_key(&json, "actor"), json_put_number(&json, row->actor);
    for (size_t i = 0; i < COUNT(texts); i++)
        if (*texts[i].text) json_key(&json, texts[i].name), json_put_text(&json, texts[i].text);
    if (row->record) json_key(&json, "record"), json_put_number(&json, row->record);
    if (row->count > 1) json_key(&json, "count"), json_put_number(&json, row->count);
    if (has_mac) {
        char text[2 * MAC_SIZE + 1];
        hex(text, row->mac, MAC_SIZE);
        json_key(&json, "mac"), json_put_text(&json, text);
    }
    json_close_object(&json);
}

enum severity { CRITICAL = 2, WARNING = 4, NOTICE = 5 }; /* RFC 5424, table 2 */

static void add_syslog(struct buf *out, enum severity severity, int64_t time, struct str node, const char *what,
                       struct str json)
{
    enum { LOG_AUDIT = 13 };
    char at[TIME_TEXT];
    time_format(time, at);
    buf_print(out, "<%d>1 %s %.*s merlon %d %s - ", LOG_AUDIT * 8 + (int)severity, at, PRINT(node), (int)getpid(),
              what);
    buf_add(out, json);
}

void event_row_syslog(struct buf *out, const struct event_row *row, struct str node, struct str json)
{
    enum severity severity = row->outcome == EVENT_ALLOWED ? NOTICE : row->outcome == EVENT_FAILED ? CRITICAL : WARNING;
    add_syslog(out, severity, row->at, node, event_kind_name(row->kind), json);
}

void event_line_json(struct buf *out, const char *event, int64_t time, struct str node, const char *name,
                     struct str text)
{
    char at[TIME_TEXT];
    struct json_out json = json_out_to(out);
    time_format(time, at);
    json_open_object(&json);
    json_key(&json, "time"), json_put_text(&json, at);
    json_key(&json, "event"), json_put_text(&json, event);
    json_key(&json, "node"), json_put_str(&json, node);
    json_key(&json, name), json_put_str(&json, text);
    json_close_object(&json);
}

void event_line_syslog(struct buf *out, const char *event, int64_t at, struct str node, struct str json)
{
    add_syslog(out, NOTICE, at, node, event, json);
}
