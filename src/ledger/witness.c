/* Comparing and remembering are one transaction under a lock, since two heads that are compared with the same older one
 * at once could otherwise set the memory back. */
#include "ledger/witness.h"

#include "format/json_out.h"
#include "ledger/ledger.h"
#include "store/blob.h"
#include "store/store.h"

#include <sodium.h>

static const char PURPOSE[] = "witness-key", SECRET[] = "witness.secret", MAC[] = "witness-log";
static const struct str SUBJECT = S("witness"); /* of its entries in the ledger of this server */
static const char PREFIX[] = "merlon-witness/";
enum { ID_BYTES = 8, NAME_ROOM = sizeof PREFIX + 2 * ID_BYTES };

struct witness {
    unsigned char secret[crypto_sign_SECRETKEYBYTES];
    struct note_key key;
    char name[NAME_ROOM];
    const struct keyring *keyring;
    struct arena *arena; /* of `logs` */
    struct policy *logs; /* NULL: none */
};

static const struct column columns[] = {
    {.name = "origin", .type = COLUMN_TEXT, .flags = COLUMN_NOT_NULL},
    {.name = "size", .type = COLUMN_NUMBER, .flags = COLUMN_NOT_NULL},
    {.name = "at", .type = COLUMN_NUMBER, .flags = COLUMN_NOT_NULL},
    {.name = "note", .type = COLUMN_TEXT, .flags = COLUMN_NOT_NULL}, /* the head as it was sent */
    {.name = "mac", .type = COLUMN_BYTES, .flags = COLUMN_NOT_NULL},
};
const struct table witness_log_table = {
    .name = "witness_log", .columns = columns, .column_count = COUNT(columns), .primary_key = "origin"};

/* ---- its key ---- */

static enum result new_key(struct ctx *ctx, const struct keyring *keyring, unsigned char *bytes)
{
    unsigned char public[NOTE_KEY];
    struct str sealed, secret = {(const char *)bytes, crypto_sign_SECRETKEYBYTES};
    crypto_sign_keypair(public, bytes);
    TRY(seal_small(ctx, keyring, PURPOSE, secret, &sealed));
    struct buf text = buf_in(ctx->arena);
    base64_put(&text, sealed.at, sealed.len);
    return meta_set(ctx, SECRET, buf_str(&text));
}

static enum result make_key(struct ctx *ctx, const struct keyring *keyring, struct witness *witness)
{
    int64_t known;
    TRY(db_query_number(ctx, S("SELECT count(*) FROM witness_log"), NULL, 0, 0, &known));
    if (known)
        return fail(ctx, BROKEN,
                    "This witness has cosigned, but its key is gone from the database: restore a backup that has it.");
    return new_key(ctx, keyring, witness->secret);
}

static enum result read_key(struct ctx *ctx, const struct keyring *keyring, struct str stored, struct witness *witness)
{
    size_t len;
    struct str secret = S("");
    unsigned char *sealed = arena_alloc(ctx->arena, stored.len + 1);
    if (sodium_base642bin(sealed, stored.len, stored.at, stored.len, NULL, &len, NULL,
                          sodium_base64_VARIANT_ORIGINAL) == 0)
        TRY(open_small(ctx, keyring, PURPOSE, (struct str){(const char *)sealed, len}, &secret));
    if (secret.len != sizeof witness->secret)
        return fail(ctx, BROKEN, "The witness's key in the database is damaged: restore a backup.");
    memcpy(witness->secret, secret.at, secret.len);
    sodium_memzero((void *)(uintptr_t)secret.at, secret.len);
    return OK;
}

static void name_key(struct witness *witness)
{
    unsigned char public[NOTE_KEY], hash[crypto_hash_sha256_BYTES];
    crypto_sign_ed25519_sk_to_pk(public, witness->secret);
    crypto_hash_sha256(hash, public, sizeof public);
    memcpy(witness->name, PREFIX, sizeof PREFIX);
    sodium_bin2hex(witness->name + sizeof PREFIX - 1, 2 * ID_BYTES + 1, hash, ID_BYTES);
    note_key_make(&witness->key, str_of(witness->name), NOTE_COSIGNATURE, public);
}

static struct str own(struct witness *witness, struct str text)
{
    return arena_copy(witness->arena, text);
}

static void keep_logs(struct witness *witness, const struct policy *logs)
{
    struct policy_log *kept = arena_make_many(witness->arena, struct policy_log, logs->log_count);
    for (size_t i = 0; i < logs->log_count; i++) {
        kept[i] = logs->logs[i];
        kept[i].key.name = own(witness, logs->logs[i].key.name);
        kept[i].url = S("");
    }
    witness->logs = arena_make(witness->arena, struct policy);
    witness->logs->logs = kept;
    witness->logs->log_count = logs->log_count;
}

static void release(void *thing)
{
    witness_close(thing);
}

enum result witness_open(struct ctx *ctx, const struct keyring *keyring, const struct policy *logs,
                         struct witness **out)
{
    struct str stored;
    if (sodium_init() < 0) return fail(ctx, BROKEN, "The cryptographic library cannot be used on this machine.");
    TRY(db_lock(ctx, "witness"));
    TRY(meta_get(ctx, SECRET, &stored));
    struct witness *witness = sodium_malloc(sizeof *witness);
    if (!witness) return fail(ctx, BROKEN, "There is no locked memory left for the witness's key: raise ulimit -l.");
    *witness = (struct witness){.keyring = keyring};
    arena_defer(ctx->arena, release, witness);
    witness->arena = arena_new(0);
    if (!witness->arena) return fail(ctx, BROKEN, "There is no memory to start.");
    TRY(stored.len ? read_key(ctx, keyring, stored, witness) : make_key(ctx, keyring, witness));
    name_key(witness);
    if (logs) keep_logs(witness, logs);
    arena_undefer(ctx->arena, witness);
    *out = witness;
    return OK;
}

void witness_close(struct witness *witness)
{
    if (!witness) return;
    arena_free(witness->arena);
    sodium_free(witness);
}

const struct note_key *witness_key(const struct witness *witness)
{
    return &witness->key;
}

/* ---- what it knows ---- */

struct known {
    bool found;
    int64_t size;
    struct hash root;
};

static struct str mac_text(struct ctx *ctx, struct str origin, int64_t size, int64_t at, struct str note)
{
    struct buf text = buf_in(ctx->arena);
    buf_print(&text, "%zu:", origin.len);
    buf_add(&text, origin);
    buf_print(&text, "\n%lld\n%lld\n", (long long)size, (long long)at);
    buf_add(&text, note);
    return buf_str(&text);
}

static enum result tampered(struct ctx *ctx, struct str origin)
{
    return fail(ctx, BROKEN,
                "What this witness knows of the log %.*s was altered or removed in its database, so nothing is signed "
                "for it: restore a backup, or let the witness forget the log.",
                PRINT(origin));
}

/* An origin as the number of a record, so that the ledger's index finds its entries. */
static int64_t number_of(struct ctx *ctx, struct str origin)
{
    enum { BYTES = 6 };
    struct hash hash;
    int64_t number = 0;
    hash_of(hasher_in(ctx->arena), &origin, 1, &hash);
    for (size_t i = 0; i < BYTES; i++) number = number << 8 | hash.at[i];
    return number;
}

/* Since when it watches a log is in the ledger, which nobody can shorten unseen. */
static enum result has_watched(struct ctx *ctx, struct str origin, bool *watched)
{
    struct ledger_entry newest;
    enum result found = ledger_newest(ctx, SUBJECT, number_of(ctx, origin), &newest);
    *watched = found == OK && str_is(newest.action, "watch");
    return found == BROKEN ? tampered(ctx, origin) : found == NOT_FOUND ? OK : found;
}

static enum result enter(struct ctx *ctx, const char *action, struct str origin, struct str reason)
{
    int64_t entry, version;
    struct buf state = buf_in(ctx->arena);
    const struct value args[] = {value_text(SUBJECT), value_number(number_of(ctx, origin))};
    TRY(db_query_number(ctx, S("SELECT max(version) FROM ledger_entry WHERE subject = ?1 AND record = ?2"), args,
                        COUNT(args), 0, &version));
    struct json_out out = json_out_to(&state);
    json_open_object(&out);
    json_key(&out, "origin"), json_put_str(&out, origin);
    json_close_object(&out);
    struct ledger_event event = {.action = str_of(action),
                                 .subject = SUBJECT,
                                 .record = number_of(ctx, origin),
                                 .version = version + 1,
                                 .comment = reason,
                                 .state = buf_str(&state)};
    return ledger_append(ctx, &event, &entry);
}

static enum result read_known(struct ctx *ctx, const struct witness *witness, struct str origin, struct known *known)
{
    const struct value args[] = {value_text(origin)};
    struct rows *rows;
    struct note note;
    struct checkpoint checkpoint;
    *known = (struct known){0};
    TRY(db_query_one(ctx, S("SELECT size, at, note, mac FROM witness_log WHERE origin = ?1"), args, COUNT(args), &rows,
                     &known->found));
    if (!known->found) {
        rows_close(rows);
        bool watched;
        TRY(has_watched(ctx, origin, &watched));
        return watched ? tampered(ctx, origin) : OK;
    }
    struct str text = arena_copy(ctx->arena, rows_text(rows, 2));
    known->size = rows_number(rows, 0);
    bool whole = keyring_mac_is(witness->keyring, MAC, mac_text(ctx, origin, known->size, rows_number(rows, 1), text),
                                rows_bytes(rows, 3)) &&
                 note_parse(ctx->arena, text, &note) && checkpoint_parse(note.text, &checkpoint);
    rows_close(rows);
    if (!whole) return tampered(ctx, origin);
    known->root = checkpoint.root;
    return OK;
}

static enum result remember(struct ctx *ctx, const struct witness *witness, const struct add_checkpoint *add,
                            bool is_known)
{
    unsigned char mac[MAC_SIZE];
    struct str origin = add->checkpoint.origin;
    if (!is_known) TRY(enter(ctx, "watch", origin, S("")));
    struct str note = {add->note.text.at, 0};
    const struct note_signature *last = &add->note.signatures[add->note.count - 1];
    note.len = (size_t)(last->line.at + last->line.len + 1 - note.at);
    keyring_mac(witness->keyring, MAC, mac_text(ctx, origin, add->checkpoint.size, ctx->now, note), mac);
    const struct value args[] = {value_text(origin), value_number(add->checkpoint.size), value_number(ctx->now),
                                 value_text(note), value_bytes((struct str){(const char *)mac, sizeof mac})};
    struct str sql = is_known ? S("UPDATE witness_log SET size = ?2, at = ?3, note = ?4, mac = ?5 WHERE origin = ?1")
                              : S("INSERT INTO witness_log (origin, size, at, note, mac) VALUES (?1, ?2, ?3, ?4, ?5)");
    return db_run(ctx, sql, args, COUNT(args), NULL);
}

/* ---- what it is asked ---- */

enum witness_verdict witness_read(struct arena *arena, const struct witness *witness, struct str body,
                                  struct add_checkpoint *add)
{
    bool known = false;
    if (!add_checkpoint_parse(arena, body, add)) return WITNESS_MALFORMED;
    const struct policy_log *log =
        witness->logs ? policy_log_of(arena, witness->logs, &add->note, add->checkpoint.origin, &known) : NULL;
    if (!known) return WITNESS_UNKNOWN;
    if (!log) return WITNESS_UNSIGNED;
    return add->old_size > add->checkpoint.size ? WITNESS_MALFORMED : WITNESS_COSIGNED;
}

static bool extends(struct ctx *ctx, const struct known *known, const struct add_checkpoint *add)
{
    if (known->size == 0) return add->proof.count == 0;
    return merkle_is_consistent(hasher_in(ctx->arena), (uint64_t)known->size, &known->root,
                                (uint64_t)add->checkpoint.size, &add->checkpoint.root, &add->proof);
}

static struct str cosign(struct ctx *ctx, const struct witness *witness, struct str text)
{
    unsigned char signature[NOTE_SIGNATURE], dated[NOTE_DATED];
    struct buf message = buf_in(ctx->arena), line = buf_in(ctx->arena);
    int64_t seconds = ctx->now / 1000;
    note_put_cosigned(&message, text, seconds);
    crypto_sign_detached(signature, NULL, (const unsigned char *)message.at, message.len, witness->secret);
    note_date(dated, seconds, signature);
    note_put_signature(&line, &witness->key, (struct str){(const char *)dated, sizeof dated});
    return buf_str(&line);
}

enum result witness_take(struct ctx *ctx, const struct witness *witness, const struct add_checkpoint *add,
                         struct witness_answer *answer)
{
    struct known known;
    TRY(db_lock(ctx, "witness"));
    TRY(read_known(ctx, witness, add->checkpoint.origin, &known));
    *answer = (struct witness_answer){.verdict = WITNESS_OTHER, .size = known.size};
    if (add->old_size != known.size) return OK;
    bool same_size = known.found && known.size == add->checkpoint.size;
    if (same_size && !hash_eq(&known.root, &add->checkpoint.root)) return OK;
    answer->verdict = WITNESS_UNPROVEN;
    if (!extends(ctx, &known, add)) return OK;
    TRY(remember(ctx, witness, add, known.found));
    *answer = (struct witness_answer){
        .verdict = WITNESS_COSIGNED, .size = add->checkpoint.size, .line = cosign(ctx, witness, add->note.text)};
    return OK;
}

enum result witness_forget(struct ctx *ctx, struct str origin, struct str reason)
{
    const struct value args[] = {value_text(origin)};
    int64_t changed;
    bool watched;
    TRY(db_lock(ctx, "witness"));
    TRY(has_watched(ctx, origin, &watched));
    TRY(db_run(ctx, S("DELETE FROM witness_log WHERE origin = ?1"), args, COUNT(args), &changed));
    if (!changed && !watched) return fail(ctx, NOT_FOUND, "This witness knows no log %.*s.", PRINT(origin));
    return enter(ctx, "forget", origin, reason);
}

/* ---- a restored copy ---- */

enum result witness_part_begin(struct ctx *ctx, struct witness_parting *parting)
{
    const struct keyring *keyring = db_keyring(ctx->db);
    struct rows *rows;
    int64_t all;
    TRY(db_query_number(ctx, S("SELECT count(*) FROM witness_log"), NULL, 0, 0, &all));
    *parting = (struct witness_parting){.at = arena_make_many(ctx->arena, struct witness_line, (size_t)all + 1)};
    TRY(db_query(ctx, S("SELECT origin, size, at, note, mac FROM witness_log ORDER BY origin"), NULL, 0, &rows));
    for (bool more = true;;) {
        TRY(rows_next(ctx, rows, &more));
        if (!more || parting->count == (size_t)all) break;
        struct str origin = arena_copy(ctx->arena, rows_text(rows, 0));
        struct str text = mac_text(ctx, origin, rows_number(rows, 1), rows_number(rows, 2), rows_text(rows, 3));
        if (keyring_mac_is(keyring, MAC, text, rows_bytes(rows, 4)))
            parting->at[parting->count++] = (struct witness_line){origin, arena_copy(ctx->arena, text)};
    }
    rows_close(rows);
    return OK;
}

/* What the original has cosigned since the backup the copy does not know, so it must not answer in its name. */
static enum result witness_renew(struct ctx *ctx, const struct keyring *keyring)
{
    struct str stored;
    unsigned char *secret = arena_alloc(ctx->arena, crypto_sign_SECRETKEYBYTES);
    TRY(meta_get(ctx, SECRET, &stored));
    if (!stored.len) return OK;
    enum result result = new_key(ctx, keyring, secret);
    sodium_memzero(secret, crypto_sign_SECRETKEYBYTES);
    return result;
}

enum result witness_part_end(struct ctx *ctx, const struct witness_parting *parting)
{
    for (size_t i = 0; i < parting->count; i++) {
        unsigned char mac[MAC_SIZE];
        keyring_mac(db_keyring(ctx->db), MAC, parting->at[i].text, mac);
        const struct value args[] = {value_text(parting->at[i].origin),
                                     value_bytes((struct str){(const char *)mac, sizeof mac})};
        TRY(db_run(ctx, S("UPDATE witness_log SET mac = ?2 WHERE origin = ?1"), args, COUNT(args), NULL));
    }
    return witness_renew(ctx, db_keyring(ctx->db));
}

/* ---- for whoever verifies ---- */

static enum result verify_row(struct ctx *ctx, const struct keyring *keyring, struct rows *rows, int64_t *origin_number)
{
    struct note note;
    struct checkpoint checkpoint;
    struct str origin = arena_copy(ctx->arena, rows_text(rows, 0)), text = arena_copy(ctx->arena, rows_text(rows, 3));
    int64_t size = rows_number(rows, 1), at = rows_number(rows, 2);
    bool own = !keyring || keyring_mac_is(keyring, MAC, mac_text(ctx, origin, size, at, text), rows_bytes(rows, 4));
    *origin_number = number_of(ctx, origin);
    if (own && note_parse(ctx->arena, text, &note) && checkpoint_parse(note.text, &checkpoint) &&
        str_eq(checkpoint.origin, origin) && checkpoint.size == size)
        return OK;
    return fail(ctx, CONFLICT, "witness_log has a row of the log %.*s that this program did not write, or was altered.",
                PRINT(str_shorten(origin, 100)));
}

/* Rows against entries: both are few, one for each log. */
static enum result verify_watched(struct ctx *ctx, const int64_t *numbers, size_t count)
{
    struct rows *rows;
    size_t watched = 0;
    TRY(db_query(ctx,
                 S("SELECT e.record FROM ledger_entry e WHERE e.subject = 'witness' AND e.action = 'watch' AND "
                   "e.version = (SELECT max(n.version) FROM ledger_entry n WHERE n.subject = 'witness' AND "
                   "n.record = e.record) ORDER BY e.record"),
                 NULL, 0, &rows));
    for (bool more;;) {
        TRY(rows_next(ctx, rows, &more));
        if (!more) break;
        size_t i = 0;
        while (i < count && numbers[i] != rows_number(rows, 0)) i++;
        watched++;
        if (i < count) continue;
        rows_close(rows);
        return fail(ctx, CONFLICT,
                    "A log that is witnessed here by the ledger's word has no row in witness_log any more.");
    }
    if (watched == count) return OK;
    return fail(ctx, CONFLICT, "witness_log has rows of logs that the ledger does not say are witnessed here.");
}

enum result witness_verify(struct ctx *ctx, const struct keyring *keyring, int64_t *checked)
{
    struct rows *rows;
    int64_t *numbers;
    size_t count = 0;
    enum result result = OK;
    TRY(db_query_number(ctx, S("SELECT count(*) FROM witness_log"), NULL, 0, 0, checked));
    numbers = arena_make_many(ctx->arena, int64_t, (size_t)*checked + 1);
    TRY(db_query(ctx, S("SELECT origin, size, at, note, mac FROM witness_log ORDER BY origin"), NULL, 0, &rows));
    for (bool more; result == OK && count < (size_t)*checked; count++) {
        TRY(rows_next(ctx, rows, &more));
        if (!more) break;
        result = verify_row(ctx, keyring, rows, &numbers[count]);
    }
    rows_close(rows);
    return result == OK ? verify_watched(ctx, numbers, count) : result;
}
