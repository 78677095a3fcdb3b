/* Writing entries (reading is in read.c). It is on the path of every change: three inserts and one short hash, nothing
 * that waits for other writers; the tree, which all writers would have to queue for, is the sealer's. */
#include "ledger/ledger.h"

#include "base/random.h"
#include "ledger/entry_row.h"
#include "ledger/floor.h"
#include "ledger/merkle.h"
#include "store/store.h"

enum { SALTS = 256 };

/* ---- writing ---- */

/* One system call for 256 salts; for each thread its own, so that nobody waits for a lock. A salt is as public as the
 * state beside which it is stored, so it does not matter that used ones stay in memory. */
static struct str next_salt(struct arena *arena)
{
    static _Thread_local unsigned char salts[SALTS][LEDGER_SALT];
    static _Thread_local size_t left;
    if (left == 0) {
        random_bytes(salts, sizeof salts);
        left = SALTS;
    }
    left--;
    return arena_copy(arena, (struct str){(const char *)salts[left], LEDGER_SALT});
}

#define INSERT_ENTRY "INSERT INTO ledger_entry (at, actor, action, subject, record, version, state_size, content_hash) "
#define PLAIN "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)"
#define SAME_OR_LATER "(SELECT 1 FROM ledger_entry WHERE subject = ?4 AND record = ?5 AND version >= ?6)"

/* A number or a version that was given once is not given again, whatever the tables say: what is bound to a user's
 * number (a token, a grant) would else become somebody else's. */
#define UNLESS_THERE "SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8 WHERE NOT EXISTS " SAME_OR_LATER
#define NULL_WHERE_THERE "VALUES (?1, ?2, ?3, ?4, ?5, CASE WHEN EXISTS " SAME_OR_LATER " THEN NULL ELSE ?6 END, ?7, ?8)"

/* SQLite would copy the one row that is selected through a table of its own, because it is read from where it goes; so
 * there the version becomes one that the table refuses, and that this was why is asked afterwards. */
static enum result insert_on_sqlite(struct ctx *ctx, const struct value *args, size_t count, int64_t *entry)
{
    int64_t there;
    enum result result = db_insert(ctx, S(INSERT_ENTRY NULL_WHERE_THERE " RETURNING id"), args, count, entry);
    if (result != INVALID) return result;
    const struct error refusal = ctx->error;
    ctx_clear_error(ctx);
    TRY(db_query_number(ctx, S("SELECT EXISTS " SAME_OR_LATER), args, count, 0, &there));
    if (!there) ctx->error = refusal;
    return there ? OK : result;
}

/* *entry is 0 when the version was there. */
static enum result insert_numbered(struct ctx *ctx, const struct value *args, size_t count, int64_t *entry)
{
    if (db_dialect(ctx->db) == DIALECT_SQLITE) return insert_on_sqlite(ctx, args, count, entry);
    return db_insert(ctx, S(INSERT_ENTRY UNLESS_THERE " RETURNING id"), args, count, entry);
}

static enum result insert_entry(struct ctx *ctx, const struct ledger_event *event, struct str content, int64_t *entry)
{
    const struct value args[] = {
        value_number(ctx->now),
        value_number(event->actor),
        value_text(event->action),
        value_text(event->subject),
        value_number(event->record),
        value_number(event->version),
        value_number((int64_t)event->state.len),
        content.len ? value_bytes(content) : value_null(),
    };
    TRY(event->state.len && event->version
            ? insert_numbered(ctx, args, COUNT(args), entry)
            : db_insert(ctx, S(INSERT_ENTRY PLAIN " RETURNING id"), args, COUNT(args), entry));
    if (*entry >= KEY_USUAL)
        return fail(ctx, BROKEN,
                    "The ledger's next number was set to %lld outside of the program, and nothing is entered under it: "
                    "run merlon verify, and restore a backup.",
                    (long long)*entry);
    if (*entry) return OK;
    return fail(ctx, CONFLICT,
                "The ledger has the version %lld of %.*s %lld already: a row was removed, or put back to an earlier "
                "state, outside of the program. Run merlon verify.",
                (long long)event->version, PRINT(event->subject), (long long)event->record);
}

static enum result insert_state(struct ctx *ctx, const struct ledger_event *event, struct str salt, int64_t entry)
{
    const struct value args[] = {
        value_number(entry),
        value_bytes(salt),
        value_text(event->comment),
        value_text(event->state),
    };
    return db_run(ctx, S("INSERT INTO ledger_state (entry, salt, comment, state) VALUES (?1, ?2, ?3, ?4)"), args,
                  COUNT(args), NULL);
}

/* For the signer of this process, which looks whether it gets its place (ledger/unplaced.h). */
static enum result keep_in_mind(struct ctx *ctx, int64_t entry, struct str canonical)
{
    struct db_mark mark = {.number = entry};
    struct hash leaf;
    if (!db_is_watched(ctx->db)) return OK;
    merkle_leaf(hasher_in(ctx->arena), canonical, &leaf);
    memcpy(mark.of, leaf.at, HASH_SIZE);
    return db_mark(ctx, &mark);
}

/* Beside the entry, until it has its place: the proof that this program wrote it. */
static enum result await_place(struct ctx *ctx, const struct ledger_event *event, struct str content, int64_t entry)
{
    const struct keyring *keyring = db_keyring(ctx->db);
    if (!keyring) return fail(ctx, BROKEN, "Without the master key nothing can be entered in the ledger.");
    const struct ledger_row row = {.id = entry,
                                   .at = ctx->now,
                                   .actor = event->actor,
                                   .action = event->action,
                                   .subject = event->subject,
                                   .record = event->record,
                                   .version = event->version,
                                   .state_size = (int64_t)event->state.len,
                                   .content = content};
    unsigned char mac[MAC_SIZE];
    struct buf text = buf_in(ctx->arena);
    canonical_entry(&text, &row);
    keyring_mac(keyring, LEDGER_MAC, buf_str(&text), mac);
    const struct value args[] = {value_number(entry), value_bytes((struct str){(const char *)mac, MAC_SIZE})};
    TRY(db_run(ctx, S("INSERT INTO ledger_pending (entry, mac) VALUES (?1, ?2)"), args, COUNT(args), NULL));
    return keep_in_mind(ctx, entry, buf_str(&text));
}

enum result ledger_append(struct ctx *ctx, const struct ledger_event *event, int64_t *entry)
{
    bool has_content = event->state.len || event->comment.len;
    struct hash hash;
    TRY(ledger_floor_keep(ctx));
    struct str content = S(""), salt = S("");
    if (has_content) {
        salt = next_salt(ctx->arena);
        canonical_content(hasher_in(ctx->arena), salt, event->comment, event->state, &hash);
        content = hash_bytes(&hash);
    }
    TRY(insert_entry(ctx, event, content, entry));
    if (has_content) TRY(insert_state(ctx, event, salt, *entry));
    return await_place(ctx, event, content, *entry);
}

enum result ledger_purge(struct ctx *ctx, const struct ledger_event *tombstone, int64_t *entry)
{
    const struct value args[] = {value_text(tombstone->subject), value_number(tombstone->record)};
    int64_t known;
    TRY(db_query_number(ctx, S("SELECT count(*) FROM ledger_entry WHERE subject = ?1 AND record = ?2"), args,
                        COUNT(args), 0, &known));
    if (!known)
        return fail(ctx, NOT_FOUND, "The ledger has no entry of %.*s %lld, so there is nothing to purge.",
                    PRINT(tombstone->subject), (long long)tombstone->record);
    TRY(db_run(ctx,
               S("DELETE FROM ledger_state WHERE entry IN "
                 "(SELECT id FROM ledger_entry WHERE subject = ?1 AND record = ?2)"),
               args, COUNT(args), NULL));
    return ledger_append(ctx, tombstone, entry);
}

/* ---- versions ---- */

enum result ledger_check_versions(struct ctx *ctx, const char *subject, const char *prefix)
{
    const struct value args[] = {value_text(str_of(subject))};
    struct rows *rows;
    bool found;
    TRY(db_query_one(ctx,
                     S("SELECT record, version FROM (SELECT record, version, lag(version, 1, 0) OVER "
                       "(PARTITION BY record ORDER BY id) AS older FROM ledger_entry WHERE subject = ?1 AND "
                       "state_size > 0) v WHERE version <> older + 1 LIMIT 1"),
                     args, COUNT(args), &rows, &found));
    int64_t record = found ? rows_number(rows, 0) : 0, version = found ? rows_number(rows, 1) : 0;
    rows_close(rows);
    if (!found) return OK;
    return fail(ctx, CONFLICT, "The version %lld of %s%lld does not follow on the one before it in the ledger.",
                (long long)version, prefix, (long long)record);
}
