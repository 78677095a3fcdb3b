/* Values are taken as text, which both databases give alike for numbers; so one function serves every table. */
#include "access/sealed.h"

#include "access/actor.h"
#include "base/number.h"
#include "events/events.h"
#include "store/seal.h"
#include "store/store.h"
#include "store/walk.h"

/* ---- what is covered ---- */

static void add_value(struct buf *bytes, struct str value)
{
    buf_number(bytes, (int64_t)value.len);
    buf_char(bytes, ':');
    buf_add(bytes, value);
    buf_char(bytes, ',');
}

static void add_column(struct buf *bytes, const struct rows *rows, size_t column)
{
    if (rows_is_null(rows, column))
        buf_text(bytes, "-,");
    else
        add_value(bytes, rows_text(rows, column));
}

/* The grants are covered as a set: one that is gone is seen as well as one that was added. The time of last sign-in is
 * left out: it gives nothing, and changes with every sign-in. */
const struct sealed_rows sealed_users = {
    .table = "user",
    .columns = "id, version, name, email, email_key, person, language, active, password_hash, password_at, created_at, "
               "changed_at",
    .count = 12,
    .what = SENTENCE("user"),
    .set = "grants",
    .set_columns = "grant_role, grant_unit",
    .set_join = "LEFT JOIN (SELECT user_id AS granted_to, role AS grant_role, unit AS grant_unit FROM role_grant) "
                "held ON held.granted_to = id",
};

/* With the time of the user's password: a session of before the last change of it is none, though its row came back.
 * When it was last seen and whether it is due to rotate are left out: written in bulk, they lengthen nothing beyond
 * expires_at. */
const struct sealed_rows sealed_sessions = {
    .table = "session",
    .columns = "id, user_id, token_hash, previous_hash, previous_until, csrf, method, created_at, expires_at, "
               "(SELECT u.password_at FROM \"user\" u WHERE u.id = user_id)",
    .count = 1 + SESSION_PLACES,
    .what = SENTENCE("session"),
};

const struct sealed_rows sealed_tokens = {
    .table = "token",
    .columns = "id, user_id, name, secret_hash, scopes, created_at, expires_at, revoked_at",
    .count = 1 + TOKEN_PLACES,
    .what = SENTENCE("token"),
};

const struct sealed_rows sealed_links = {
    .table = "start_link",
    .columns = "id, token_hash, expires_at",
    .count = 3,
    .what = SENTENCE("first sign-in link"),
};

/* ---- one row ---- */

bool sealed_can_check(const struct ctx *ctx)
{
    return db_keyring(ctx->db) != NULL;
}

struct one {
    struct buf bytes;
    struct str mac;
    bool found;
    bool strange; /* two rows of one key, or one of another key: a view, or a table that inherits, was put in place of
                   * the table */
};

static struct str reading(struct ctx *ctx, const struct sealed_rows *sealed)
{
    if (!sealed->set)
        return arena_print(ctx->arena, "SELECT %s, mac FROM \"%s\" WHERE id = ?1", sealed->columns, sealed->table);
    return arena_print(ctx->arena, "SELECT %s, mac, %s FROM \"%s\" %s WHERE id = ?1 ORDER BY %s", sealed->columns,
                       sealed->set_columns, sealed->table, sealed->set_join, sealed->set_columns);
}

static void begin(struct ctx *ctx, const struct sealed_rows *sealed, struct rows *rows, struct one *one)
{
    one->found = true;
    one->mac = arena_copy(ctx->arena, rows_bytes(rows, sealed->count));
    buf_text(&one->bytes, sealed->table);
    buf_char(&one->bytes, ',');
    for (size_t i = 0; i < sealed->count; i++) add_column(&one->bytes, rows, i);
    if (sealed->set) buf_print(&one->bytes, "%s,", sealed->set);
}

static void add_member(const struct sealed_rows *sealed, const struct rows *rows, struct one *one)
{
    if (!sealed->set || rows_is_null(rows, sealed->count + 1)) return;
    add_column(&one->bytes, rows, sealed->count + 1);
    add_column(&one->bytes, rows, sealed->count + 2);
}

static enum result read_one(struct ctx *ctx, const struct sealed_rows *sealed, int64_t id,
                            const struct sealed_sight *sight, struct one *one)
{
    struct value args[] = {value_number(id)};
    struct rows *rows;
    *one = (struct one){.bytes = buf_in(ctx->arena)};
    TRY(db_query(ctx, reading(ctx, sealed), args, COUNT(args), &rows));
    for (bool more;;) {
        TRY(rows_next(ctx, rows, &more));
        if (!more) break;
        one->strange |= (one->found && !sealed->set) || rows_number(rows, 0) != id;
        if (!one->found) begin(ctx, sealed, rows, one);
        add_member(sealed, rows, one);
        if (sight) sight->see(ctx, rows, sight->arg);
    }
    rows_close(rows);
    return OK;
}

static enum result altered(struct ctx *ctx, const struct sealed_rows *sealed)
{
    return fail(ctx, CONFLICT,
                "What was just written is not what stands there: the database was changed so that it alters rows of "
                "\"%s\". Run merlon verify.",
                sealed->table);
}

enum result sealed_make_of(struct ctx *ctx, const struct sealed_rows *sealed, int64_t id,
                           const struct sealed_sight *sight, enum result (*agrees)(struct ctx *ctx, void *arg))
{
    const struct keyring *keyring = db_keyring(ctx->db);
    unsigned char mac[MAC_SIZE];
    struct one one;
    if (!keyring)
        return fail(ctx, BROKEN, "What gives rights can only be written by a program that has the master key.");
    TRY(read_one(ctx, sealed, id, sight, &one));
    if (agrees) TRY(agrees(ctx, sight->arg));
    if (!one.found || one.strange) return altered(ctx, sealed);
    keyring_mac(keyring, sealed->table, buf_str(&one.bytes), mac);
    struct value args[] = {value_number(id), value_bytes((struct str){(const char *)mac, sizeof mac})};
    return db_run(ctx, arena_print(ctx->arena, "UPDATE \"%s\" SET mac = ?2 WHERE id = ?1", sealed->table), args,
                  COUNT(args), NULL);
}

static void tell(struct ctx *ctx, const struct sealed_rows *sealed, const char *how, int64_t id)
{
    struct str what = arena_print(ctx->arena, SENTENCE("a %s was changed %s and is refused"), sealed->what, how);
    event_alarm(ctx, what.at,
                &(struct event){.actor = actor_user(ctx), .subject = str_of(sealed->table), .record = id});
}

struct holding {
    const struct sealed_rows *sealed;
    const struct sealed_value *values;
    size_t count;
    bool holds;
};

static bool is_value(struct ctx *ctx, const struct rows *rows, const struct sealed_value *wanted)
{
    const struct value *value = &wanted->value;
    if (value->type == IS_NULL || rows_is_null(rows, wanted->column))
        return value->type == IS_NULL && rows_is_null(rows, wanted->column);
    struct str text =
        value->type == IS_NUMBER ? arena_print(ctx->arena, "%lld", (long long)value->number) : value->text;
    return str_eq(rows_text(rows, wanted->column), text);
}

static void see_held(struct ctx *ctx, const struct rows *rows, void *arg)
{
    struct holding *holding = arg;
    holding->holds = true;
    for (size_t i = 0; i < holding->count; i++) holding->holds &= is_value(ctx, rows, &holding->values[i]);
}

static enum result agrees_held(struct ctx *ctx, void *arg)
{
    const struct holding *holding = arg;
    return holding->holds ? OK : altered(ctx, holding->sealed);
}

enum result sealed_make(struct ctx *ctx, const struct sealed_rows *sealed, int64_t id,
                        const struct sealed_value *written, size_t count)
{
    struct holding holding = {sealed, written, count, false};
    struct sealed_sight sight = {see_held, &holding};
    if (count != sealed->count - 1)
        return fail(ctx, BROKEN, "%zu values of a %s were named for its MAC, which covers %zu.", count, sealed->what,
                    sealed->count - 1);
    return sealed_make_of(ctx, sealed, id, &sight, agrees_held);
}

struct reading_values {
    struct sealed_value *values;
    size_t count;
};

static void see_values(struct ctx *ctx, const struct rows *rows, void *arg)
{
    struct reading_values *reading = arg;
    for (size_t i = 1; i < reading->count; i++) {
        struct value value =
            rows_is_null(rows, i) ? value_null() : value_text(arena_copy(ctx->arena, rows_text(rows, i)));
        reading->values[i - 1] = (struct sealed_value){i, value};
    }
}

enum result sealed_read(struct ctx *ctx, const struct sealed_rows *sealed, int64_t id, struct sealed_value *values,
                        bool *right)
{
    struct reading_values reading = {values, sealed->count};
    struct sealed_sight sight = {see_values, &reading};
    bool found;
    *right = false;
    if (!sealed_can_check(ctx)) return OK;
    return sealed_look(ctx, sealed, id, &sight, &found, right);
}

int64_t sealed_number(const struct sealed_value *values, size_t column)
{
    int64_t number;
    const struct value *value = &values[column - 1].value;
    return value->type != IS_NULL && parse_number(value->text, &number) ? number : 0;
}

enum result sealed_holds(struct ctx *ctx, const struct sealed_rows *sealed, int64_t id, const struct sealed_value *used,
                         size_t count, bool *right)
{
    struct holding holding = {sealed, used, count, false};
    struct sealed_sight sight = {see_held, &holding};
    bool found;
    *right = false;
    if (!sealed_can_check(ctx)) return OK;
    TRY(sealed_look(ctx, sealed, id, &sight, &found, right));
    if (*right && !holding.holds) tell(ctx, sealed, SENTENCE("while it was looked at,"), id);
    *right = *right && holding.holds;
    return OK;
}

enum result sealed_look(struct ctx *ctx, const struct sealed_rows *sealed, int64_t id, const struct sealed_sight *sight,
                        bool *found, bool *right)
{
    const struct keyring *keyring = db_keyring(ctx->db);
    struct one one;
    TRY(read_one(ctx, sealed, id, sight, &one));
    *found = one.found;
    *right =
        keyring && one.found && !one.strange && keyring_mac_is(keyring, sealed->table, buf_str(&one.bytes), one.mac);
    if (keyring && one.found && !*right) tell(ctx, sealed, SENTENCE("outside of the program"), id);
    return OK;
}

enum result sealed_is_right(struct ctx *ctx, const struct sealed_rows *sealed, int64_t id, bool *right)
{
    bool found;
    *right = false;
    if (!sealed_can_check(ctx)) return OK;
    return sealed_look(ctx, sealed, id, NULL, &found, right);
}

/* ---- all ---- */

static enum result check_one(struct ctx *ctx, void *arg, int64_t id)
{
    const struct sealed_rows *sealed = arg;
    bool right;
    TRY(sealed_is_right(ctx, sealed, id, &right));
    if (right) return OK;
    return fail(
        ctx, CONFLICT,
        "The %s %lld is not as the program wrote it: its row, or what belongs to it, was changed outside of the "
        "program.",
        sealed->what, (long long)id);
}

enum result sealed_check_numbers(struct ctx *ctx, const struct sealed_rows *sealed)
{
    struct rows *rows;
    bool found;
    struct str sql = arena_print(ctx->arena, "SELECT id FROM \"%s\" WHERE id < 1 ORDER BY id LIMIT 1", sealed->table);
    TRY(db_query_one(ctx, sql, NULL, 0, &rows, &found));
    int64_t id = found ? rows_number(rows, 0) : 0;
    rows_close(rows);
    if (!found) return OK;
    return fail(ctx, CONFLICT, "The %s %lld was put into the database: the program numbers from one.", sealed->what,
                (long long)id);
}

enum result sealed_check_all(struct ctx *ctx, const struct sealed_rows *sealed, int64_t *checked)
{
    TRY(sealed_check_numbers(ctx, sealed));
    return walk_ids(ctx, sealed->table, check_one, (void *)(uintptr_t)sealed, checked);
}
