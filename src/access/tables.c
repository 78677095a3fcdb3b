/* The tables of this room. Secrets are kept as SHA-256 in hexadecimal: they are 256 random bits, so that nothing
 * slower is needed, and a stolen copy of the database opens no session. Units and persons are registers, which this
 * room knows not. */
#include "access/access.h"

static const struct column user_columns[] = {
    {"id", COLUMN_KEY},
    {"version", COLUMN_NUMBER, COLUMN_NOT_NULL, NULL, "1"},
    {"name", COLUMN_TEXT, COLUMN_NOT_NULL},
    {"email", COLUMN_TEXT, COLUMN_NOT_NULL},
    {"email_key", COLUMN_TEXT, COLUMN_NOT_NULL | COLUMN_UNIQUE}, /* in lower case */
    {"person", COLUMN_NUMBER, COLUMN_UNIQUE},
    {"language", COLUMN_TEXT, COLUMN_NOT_NULL, NULL, "'en'"},
    {"active", COLUMN_NUMBER, COLUMN_NOT_NULL, NULL, "1"},
    {"password_hash", COLUMN_TEXT}, /* NULL: signs in by other means, or not at all */
    {"password_at", COLUMN_NUMBER},
    {"created_at", COLUMN_NUMBER, COLUMN_NOT_NULL},
    {"changed_at", COLUMN_NUMBER, COLUMN_NOT_NULL},
    {"last_login_at", COLUMN_NUMBER},
    {"mac", COLUMN_BYTES}, /* access/sealed.h */
};

static const struct column grant_columns[] = {
    {"id", COLUMN_KEY},
    {"user_id", COLUMN_NUMBER, COLUMN_NOT_NULL, "user"},
    {"role", COLUMN_TEXT, COLUMN_NOT_NULL},
    {"unit", COLUMN_NUMBER, COLUMN_NOT_NULL | COLUMN_INDEXED},
};
static const struct index grant_indexes[] = {{"role_grant_once", "user_id, role, unit", true, NULL}};

static const struct column session_columns[] = {
    {"id", COLUMN_KEY},
    {"user_id", COLUMN_NUMBER, COLUMN_NOT_NULL | COLUMN_INDEXED, "user"},
    {"token_hash", COLUMN_TEXT, COLUMN_NOT_NULL | COLUMN_UNIQUE},
    {"previous_hash", COLUMN_TEXT, COLUMN_INDEXED}, /* before the last rotation, good until previous_until */
    {"previous_until", COLUMN_NUMBER},
    {"csrf", COLUMN_TEXT, COLUMN_NOT_NULL},
    {"method", COLUMN_TEXT, COLUMN_NOT_NULL, NULL, "'password'"}, /* how it was opened */
    {"agent", COLUMN_TEXT, COLUMN_NOT_NULL, NULL, "''"},
    {"address", COLUMN_TEXT, COLUMN_NOT_NULL, NULL, "''"},
    {"created_at", COLUMN_NUMBER, COLUMN_NOT_NULL},
    {"last_seen_at", COLUMN_NUMBER, COLUMN_NOT_NULL},
    {"expires_at", COLUMN_NUMBER, COLUMN_NOT_NULL | COLUMN_INDEXED},
    {"rotate", COLUMN_NUMBER, COLUMN_NOT_NULL, NULL, "0"},
    {"mac", COLUMN_BYTES}, /* access/sealed.h */
};

static const struct column token_columns[] = {
    {"id", COLUMN_KEY},
    {"user_id", COLUMN_NUMBER, COLUMN_NOT_NULL | COLUMN_INDEXED, "user"},
    {"name", COLUMN_TEXT, COLUMN_NOT_NULL},
    {"secret_hash", COLUMN_TEXT, COLUMN_NOT_NULL | COLUMN_UNIQUE},
    {"scopes", COLUMN_TEXT, COLUMN_NOT_NULL},
    {"created_at", COLUMN_NUMBER, COLUMN_NOT_NULL},
    {"expires_at", COLUMN_NUMBER, COLUMN_NOT_NULL},
    {"last_used_at", COLUMN_NUMBER},
    {"revoked_at", COLUMN_NUMBER},
    {"mac", COLUMN_BYTES}, /* access/sealed.h */
};

static const struct column start_columns[] = {
    {"id", COLUMN_KEY},
    {"token_hash", COLUMN_TEXT, COLUMN_NOT_NULL | COLUMN_UNIQUE},
    {"expires_at", COLUMN_NUMBER, COLUMN_NOT_NULL},
    {"mac", COLUMN_BYTES}, /* access/sealed.h */
};

static const struct column attempt_columns[] = {
    {"subject", COLUMN_TEXT, COLUMN_NOT_NULL}, /* hash of "account:..." or "address:..." */
    {"failures", COLUMN_NUMBER, COLUMN_NOT_NULL},
    {"last_at", COLUMN_NUMBER, COLUMN_NOT_NULL | COLUMN_INDEXED},
    {"blocked_until", COLUMN_NUMBER, COLUMN_NOT_NULL},
};

static const struct column idempotency_columns[] = {
    {"user_id", COLUMN_NUMBER, COLUMN_NOT_NULL}, /* 0: the program itself, so no reference */
    {"sent_key", COLUMN_TEXT, COLUMN_NOT_NULL},  {"request", COLUMN_TEXT, COLUMN_NOT_NULL},
    {"body_hash", COLUMN_TEXT, COLUMN_NOT_NULL}, {"status", COLUMN_NUMBER, COLUMN_NOT_NULL},
    {"location", COLUMN_TEXT, COLUMN_NOT_NULL},  {"created_at", COLUMN_NUMBER, COLUMN_NOT_NULL | COLUMN_INDEXED},
};

static const struct column reach_columns[] = {
    {"ancestor", COLUMN_NUMBER, COLUMN_NOT_NULL},
    {"unit", COLUMN_NUMBER, COLUMN_NOT_NULL | COLUMN_INDEXED},
};

static const struct column stamp_columns[] = {
    {"name", COLUMN_TEXT, COLUMN_NOT_NULL},
    {"number", COLUMN_NUMBER, COLUMN_NOT_NULL}, /* rises with each change of users, grants and units */
};

static const struct table user_table = {"user", user_columns, COUNT(user_columns)};
static const struct table grant_table = {"role_grant", grant_columns, COUNT(grant_columns), grant_indexes,
                                         COUNT(grant_indexes)};
static const struct table session_table = {"session", session_columns, COUNT(session_columns)};
static const struct table token_table = {"token", token_columns, COUNT(token_columns)};
static const struct table start_table = {"start_link", start_columns, COUNT(start_columns)};
static const struct table attempt_table = {"login_attempt", attempt_columns, COUNT(attempt_columns),
                                           .primary_key = "subject"};
static const struct table idempotency_table = {"idempotency", idempotency_columns, COUNT(idempotency_columns),
                                               .primary_key = "user_id, sent_key"};
static const struct table reach_table = {"unit_reach", reach_columns, COUNT(reach_columns),
                                         .primary_key = "ancestor, unit"};
static const struct table stamp_table = {"access_stamp", stamp_columns, COUNT(stamp_columns), .primary_key = "name"};

const struct table *const access_tables[] = {&user_table,        &grant_table, &session_table,
                                             &token_table,       &start_table, &attempt_table,
                                             &idempotency_table, &reach_table, &stamp_table};
const size_t access_table_count = COUNT(access_tables);
