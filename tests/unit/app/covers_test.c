/* What somebody does who can write the database but has no master key, each in the form that goes unseen if only the
 * obvious is looked at, one after the other in one house: done by SQL, named by the question that is asked of it, and
 * undone, after which all is right again. */
#include "served.h"

#include "app/checks.h"
#include "base/clock.h"
#include "ledger/stop.h"
#include "store/search.h"

#include <sched.h>
#include <sqlite3.h>

#define RAISE "UPDATE access_stamp SET number = number + 1;"

/* ---- a house ---- */

static enum result index_words(struct ctx *ctx, void *count)
{
    return search_index_pending(ctx, count);
}

static void add_evidence(struct served *served, const char *name, const char *body)
{
    struct answer answer = POST(served, &served->admin, text_of(served, "/control/1/evidence?name=%s", name), body);
    expect_status(answer, 201);
}

/* Two files of one size, an approved statement, a custom field, a second user and his token. */
static struct caller fill(struct served *served)
{
    const struct caller *admin = &served->admin;
    struct caller board = served_user(served, "board", TOP_MANAGEMENT, GROUP, "write");
    int64_t count;
    served_make(served, admin, "framework", "{'title': 'Annex', 'key': 'annex'}");
    served_make(served, admin, "requirement",
                "{'title': 'R', 'identifier': 'A.1', 'framework': 1, 'reference_list': true}");
    served_make(served, admin, "control", "{'title': 'Reviews', 'unit': 2, 'requirements': ['REQ-1']}");
    served_make(served, admin, "task", "{'title': 'Ask the yard', 'unit': 2}");
    add_evidence(served, "one.txt", "'the minutes of spring'");
    add_evidence(served, "two.txt", "'the minutes of autumn'");
    served_make(served, admin, "soa", "{'title': 'SoA', 'unit': 1, 'framework': 1}");
    struct answer filled = PATCH(served, admin, "/soa_line/1", "{'good_practice': true}");
    expect_status(filled, 200);
    served_move(served, admin, "soa", 1, "submit", "{}");
    served_move(served, &board, "soa", 1, "approve", "{}");
    struct answer field = POST(served, admin, "/custom-fields",
                               "{'register': 'task', 'name': 'berth', 'kind': 'text', 'label': 'Berth'}");
    expect_status(field, 201);
    assert_int_equal(store_write(served->ctx, served->program.store, index_words, &count), OK);
    return board;
}

static void expect_get(struct served *served, const struct caller *caller, const char *path, int status)
{
    struct answer answer = GET(served, caller, path);
    expect_status(answer, status);
}

/* ---- asking ---- */

static void ask(struct served *served, struct checks *checks)
{
    *checks =
        (struct checks){.program = &served->program, .keys = ledger_keys_public(served->program.keys), .key_count = 1};
    ctx_clear_error(served->ctx);
    (void)!checks_run(checks);
    ctx_clear_error(served->ctx);
}

static const struct check_answer *answer_of(const struct checks *checks, const char *name)
{
    for (size_t i = 0; i < checks->count; i++)
        if (strcmp(checks->at[i].name, name) == 0) return &checks->at[i];
    print_error("there is no question \"%s\"\n", name);
    assert_true(false);
    return NULL;
}

static void expect_all_right(struct served *served, const char *when)
{
    struct checks checks;
    ask(served, &checks);
    for (size_t i = 0; i < checks.count; i++)
        if (checks.at[i].result != OK)
            print_error("%s: %s: %.*s\n", when, checks.at[i].name, PRINT(checks.at[i].detail));
    assert_int_equal(checks.wrong, 0);
    assert_int_equal(checks.skipped, 0);
}

static void expect_named(struct served *served, const char *what, const char *question, const char *part)
{
    struct checks checks;
    ask(served, &checks);
    const struct check_answer *answer = answer_of(&checks, question);
    bool named = answer->result == CONFLICT && str_find(answer->detail, str_of(part), NULL);
    if (!named) print_error("%s: %s says: %.*s\n", what, question, PRINT(answer->detail));
    assert_true(named);
}

static enum result script(struct ctx *ctx, void *sql)
{
    return db_script(ctx, sql);
}

static void run(struct served *served, const char *what, const char *sql)
{
    enum result result = store_write(served->ctx, served->program.store, script, (void *)(uintptr_t)sql);
    if (result != OK) print_error("%s: %.*s\n", what, PRINT(served->ctx->error.sentence));
    assert_int_equal(result, OK);
}

/* ---- what is done ---- */

/* For SQL that is not the same on both; NULL: the same. */
struct attack {
    const char *what, *question, *part;
    const char *sql, *undo;
    const char *postgres, *postgres_undo;
};

#define KEEP(table) "CREATE TABLE kept AS SELECT * FROM \"" table "\";"
#define SWAPPED(column) column " = (SELECT k." column " FROM kept k WHERE k.id = 3 - b.id)"

/* The database refuses keys out of their range until somebody makes it look away. */
#define ANY_KEY_SQLITE(sql) "PRAGMA ignore_check_constraints = ON;" sql "PRAGMA ignore_check_constraints = OFF;"
#define ANY_KEY(table) "ALTER TABLE \"" table "\" DROP CONSTRAINT " table "_id_check;"
#define KEYS_CHECKED(table)                                                                                            \
    "ALTER TABLE \"" table "\" ADD CONSTRAINT " table "_id_check CHECK (id > 0 AND id < 9007199254740992);"
#define LOWEST_USER                                                                                                    \
    "(id, name, email, email_key, created_at, changed_at) VALUES (-9223372036854775807 - 1, 'x', 'x@example.org', "    \
    "'x@example.org', 1, 1);"

static const struct attack attacks[] = {
    {"record row changed", "records as the ledger says", "CTL-1 is not what the ledger says",
     "UPDATE control SET title = 'Reviewed' WHERE id = 1;", "UPDATE control SET title = 'Reviews' WHERE id = 1;", NULL,
     NULL},
    {"record row removed", "records as the ledger says", "TSK-1 is in the ledger",
     KEEP("task") "DELETE FROM task WHERE id = 1;",
     "INSERT INTO task SELECT * FROM kept WHERE id = 1; DROP TABLE kept;", NULL, NULL},
    {"record row put in", "records as the ledger says", "the ledger never heard of it",
     KEEP("task") "UPDATE kept SET id = 99; INSERT INTO task SELECT * FROM kept WHERE id = 99 LIMIT 1;",
     "DELETE FROM task WHERE id = 99; DROP TABLE kept;", NULL, NULL},
    {"evidence renumbered", "records as the ledger says", "EVD-1", "UPDATE evidence SET blob = 3 - blob;",
     "UPDATE evidence SET blob = 3 - blob;", NULL, NULL},
    {"evidence renumbered, with the rows of the files exchanged", "files of evidence", "The file of EVD-1: File 1 ",
     KEEP("blob") "UPDATE blob AS b SET " SWAPPED("sha256") ", " SWAPPED("size") ", " SWAPPED("key") ", " SWAPPED(
         "header") "; UPDATE blob_chunk SET part = 7 WHERE blob = 1; UPDATE blob_chunk SET blob = 1 WHERE blob = 2; "
                   "UPDATE blob_chunk SET blob = 2, part = 0 WHERE part = 7;",
     "UPDATE blob AS b SET sha256 = k.sha256, size = k.size, key = k.key, header = k.header FROM kept k WHERE k.id = "
     "b.id; UPDATE blob_chunk SET part = 7 WHERE blob = 1; UPDATE blob_chunk SET blob = 1 WHERE blob = 2; "
     "UPDATE blob_chunk SET blob = 2, part = 0 WHERE part = 7; DROP TABLE kept;",
     NULL, NULL},
    {"file exchanged for another under its old SHA-256", "files of evidence", "The file of EVD-1: ",
     KEEP("blob_chunk") "UPDATE blob_chunk SET content = (SELECT k.content FROM kept k WHERE k.blob = 2) WHERE blob = "
                        "1;",
     "UPDATE blob_chunk SET content = (SELECT k.content FROM kept k WHERE k.blob = 1) WHERE blob = 1; DROP TABLE kept;",
     NULL, NULL},
    {"evidence removed", "files of evidence", "The file of EVD-2: File 2 is not there",
     KEEP("blob") "CREATE TABLE chunks AS SELECT * FROM blob_chunk; DELETE FROM blob_chunk WHERE blob = 2; "
                  "DELETE FROM blob WHERE id = 2;",
     "INSERT INTO blob SELECT * FROM kept WHERE id = 2; INSERT INTO blob_chunk SELECT * FROM chunks WHERE blob = 2; "
     "DROP TABLE kept; DROP TABLE chunks;",
     NULL, NULL},
    {"evidence chunk altered", "files of evidence", "File 1 was changed after it was stored",
     KEEP("blob_chunk") "UPDATE blob_chunk SET content = CAST(zeroblob(length(content)) AS BLOB) WHERE blob = 1;",
     "UPDATE blob_chunk SET content = (SELECT k.content FROM kept k WHERE k.blob = 1) WHERE blob = 1; DROP TABLE kept;",
     KEEP("blob_chunk") "UPDATE blob_chunk SET content = decode(repeat('00', length(content)), 'hex') WHERE blob = 1;",
     NULL},
    {"evidence chunk cut off", "files of evidence", "has lost or gained a part",
     KEEP("blob_chunk") "DELETE FROM blob_chunk WHERE blob = 1;",
     "INSERT INTO blob_chunk SELECT * FROM kept WHERE blob = 1; DROP TABLE kept;", NULL, NULL},
    {"grant added, with the stamp raised", "users and grants", "is not what the ledger's entry",
     "INSERT INTO role_grant (user_id, role, unit) SELECT id, 'administrator', 1 FROM \"user\" WHERE name = "
     "'board';" RAISE,
     "DELETE FROM role_grant WHERE role = 'administrator' AND user_id = (SELECT id FROM \"user\" WHERE name = "
     "'board');",
     NULL, NULL},
    {"grant added, seen by its MAC", "MACs of what gives rights", "is not as the program wrote it",
     "INSERT INTO role_grant (user_id, role, unit) SELECT id, 'administrator', 1 FROM \"user\" WHERE name = "
     "'board';" RAISE,
     "DELETE FROM role_grant WHERE role = 'administrator' AND user_id = (SELECT id FROM \"user\" WHERE name = "
     "'board');",
     NULL, NULL},
    {"password hash replaced", "users and grants", "is not what the ledger's entry",
     "UPDATE \"user\" SET password_hash = '$argon2id$v=19$m=65536,t=2,p=1$c2FsdA$aGFzaA' WHERE name = 'board';",
     "UPDATE \"user\" SET password_hash = NULL WHERE name = 'board';", NULL, NULL},
    {"password hash replaced, seen by its MAC", "MACs of what gives rights", "is not as the program wrote it",
     "UPDATE \"user\" SET password_hash = '$argon2id$v=19$m=65536,t=2,p=1$c2FsdA$aGFzaA' WHERE name = 'board';",
     "UPDATE \"user\" SET password_hash = NULL WHERE name = 'board';", NULL, NULL},
    {"token inserted: one's own, copied to another user", "MACs of what gives rights", "The token 77 is not as",
     KEEP("token") "UPDATE kept SET id = 77, user_id = 1, secret_hash = secret_hash || 'x'; "
                   "INSERT INTO token SELECT * FROM kept LIMIT 1;",
     "DELETE FROM token WHERE id = 77; DROP TABLE kept;", NULL, NULL},
    {"token inserted: the ledger never heard of it", "tokens", "The token 77 stands in the database",
     KEEP("token") "UPDATE kept SET id = 77, user_id = 1, secret_hash = secret_hash || 'x'; "
                   "INSERT INTO token SELECT * FROM kept LIMIT 1;",
     "DELETE FROM token WHERE id = 77; DROP TABLE kept;", NULL, NULL},
    {"token widened", "tokens", "is not what the ledger's entry",
     "UPDATE token SET scopes = 'read' WHERE user_id <> 1;" RAISE,
     "UPDATE token SET scopes = 'write' WHERE user_id <> 1;", NULL, NULL},
    {"unit closure widened, with the stamp raised", "tree of units", "The unit 3 is said to lie below the unit 2",
     "INSERT INTO unit_reach (ancestor, unit) VALUES (2, 3);" RAISE,
     "DELETE FROM unit_reach WHERE ancestor = 2 AND unit = 3;", NULL, NULL},
    {"unit closure narrowed", "tree of units", "The unit 3 lies below the unit 1 by its parents",
     "DELETE FROM unit_reach WHERE ancestor = 1 AND unit = 3;",
     "INSERT INTO unit_reach (ancestor, unit) VALUES (1, 3);", NULL, NULL},
    {"user put in below one", "users and grants", "The user -9223372036854775808 was put into the database",
     ANY_KEY_SQLITE("INSERT INTO \"user\" " LOWEST_USER), "DELETE FROM \"user\" WHERE id < 1;",
     ANY_KEY("user") "INSERT INTO \"user\" " LOWEST_USER, "DELETE FROM \"user\" WHERE id < 1;" KEYS_CHECKED("user")},
    {"token numbered below one", "tokens", "The token -9223372036854775808 was put into the database",
     KEEP("token") ANY_KEY_SQLITE("UPDATE token SET id = -9223372036854775807 - 1 WHERE user_id = 1;"),
     "UPDATE token SET id = (SELECT k.id FROM kept k WHERE k.user_id = 1) WHERE id < 1; DROP TABLE kept;",
     KEEP("token") ANY_KEY("token") "UPDATE token SET id = -9223372036854775807 - 1 WHERE user_id = 1;",
     "UPDATE token SET id = (SELECT k.id FROM kept k WHERE k.user_id = 1) WHERE id < 1; DROP TABLE kept;" KEYS_CHECKED(
         "token")},
    {"append-only triggers dropped", "schema", "\"ledger_entry_no_DELETE\" of \"ledger_entry\" is missing",
     "DROP TRIGGER \"ledger_entry_no_DELETE\";",
     "CREATE TRIGGER \"ledger_entry_no_DELETE\" BEFORE DELETE ON \"ledger_entry\"\nBEGIN SELECT RAISE(ABORT, 'The "
     "table "
     "ledger_entry only grows: its rows are neither changed nor deleted.'); END;",
     "ALTER TABLE ledger_entry DISABLE TRIGGER ledger_entry_append_only;",
     "ALTER TABLE ledger_entry ENABLE TRIGGER ledger_entry_append_only;"},
    {"append-only trigger that refuses nothing", "schema", "is otherwise than the program makes it",
     "DROP TRIGGER \"ledger_entry_no_DELETE\"; CREATE TRIGGER \"ledger_entry_no_DELETE\" BEFORE DELETE ON "
     "\"ledger_entry\""
     "\nBEGIN SELECT 1; END;",
     "DROP TRIGGER \"ledger_entry_no_DELETE\"; CREATE TRIGGER \"ledger_entry_no_DELETE\" BEFORE DELETE ON "
     "\"ledger_entry\""
     "\nBEGIN SELECT RAISE(ABORT, 'The table ledger_entry only grows: its rows are neither changed nor deleted.'); "
     "END;",
     "CREATE OR REPLACE FUNCTION merlon_refuse_change() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';",
     "CREATE OR REPLACE FUNCTION merlon_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$\n"
     "BEGIN RAISE EXCEPTION 'The table % only grows: its rows are neither changed nor deleted.', TG_TABLE_NAME; END "
     "$$;"},
    {"trigger planted", "schema", "was not made by the program",
     "CREATE TRIGGER quiet AFTER UPDATE ON risk BEGIN UPDATE role_grant SET role = 'administrator'; END;",
     "DROP TRIGGER quiet;",
     "CREATE FUNCTION quiet() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'; "
     "CREATE TRIGGER quiet AFTER UPDATE ON risk FOR EACH ROW EXECUTE FUNCTION quiet();",
     "DROP TRIGGER quiet ON risk; DROP FUNCTION quiet();"},
    {"view planted", "schema", "\"shown\" of \"shown\" was not made", "CREATE VIEW shown AS SELECT * FROM risk;",
     "DROP VIEW shown;", NULL, NULL},
    {"index that hides rows", "schema", "was not made by the program",
     "CREATE UNIQUE INDEX once ON risk (title) WHERE title = 'x';", "DROP INDEX once;", NULL, NULL},
    {"column added", "schema", "is otherwise than", "ALTER TABLE risk ADD COLUMN more TEXT;",
     "ALTER TABLE risk DROP COLUMN more;", "ALTER TABLE risk ALTER COLUMN title SET DEFAULT 'x';",
     "ALTER TABLE risk ALTER COLUMN title DROP DEFAULT;"},
    {"signed Statement altered, with its SHA-256", "signatures", "SOV-1",
     KEEP("soa_version") "UPDATE soa_version SET snapshot = '{\"soa\":{},\"lines\":[]}', sha256 = "
                         "'d6f5e8f5d2b8dd4d2aab3a0b1bfa9a9b3a6d4df1a9b3c2a0f0f3b8c1b1f7c2aa';",
     "UPDATE soa_version AS v SET snapshot = k.snapshot, sha256 = k.sha256 FROM kept k WHERE k.id = v.id; "
     "DROP TABLE kept;",
     NULL, NULL},
    {"signature of another", "signatures", "The signature of SOV-1 does not hold",
     KEEP("soa_version") "UPDATE soa_version SET signature = replace(signature, substr(signature, 1, 1), "
                         "CASE substr(signature, 1, 1) WHEN 'a' THEN 'b' ELSE 'a' END);",
     "UPDATE soa_version AS v SET signature = k.signature FROM kept k WHERE k.id = v.id; DROP TABLE kept;", NULL, NULL},
    {"link hidden", "index of links", "The index of links lacks that CTL-1",
     KEEP("link") "DELETE FROM link WHERE register = 'control';",
     "INSERT INTO link SELECT * FROM kept WHERE register = 'control'; DROP TABLE kept;", NULL, NULL},
    {"link too many", "index of links", "which it does not",
     "INSERT INTO link (to_record, to_register, register, record, field) VALUES (1, 'requirement', 'task', 1, "
     "'subject');",
     "DELETE FROM link WHERE register = 'task' AND to_register = 'requirement';", NULL, NULL},
    {"words hidden from search", "index of search", "merlon rebuild",
     KEEP("search_entry") "DELETE FROM search_entry WHERE id = (SELECT max(id) FROM search_entry);",
     "INSERT INTO search_entry SELECT * FROM kept WHERE id NOT IN (SELECT id FROM search_entry); DROP TABLE kept;",
     KEEP("search_entry") "DELETE FROM search_entry WHERE register = 'task';",
     "INSERT INTO search_entry SELECT * FROM kept WHERE register = 'task'; DROP TABLE kept;"},
    {"other words in search", "index of search", "merlon rebuild",
     KEEP("search_entry") "UPDATE search_entry SET words = words || ' added' WHERE id = (SELECT max(id) FROM kept);",
     "UPDATE search_entry SET words = (SELECT k.words FROM kept k WHERE k.id = search_entry.id); DROP TABLE kept;",
     KEEP("search_entry") "UPDATE search_entry SET words = words || CAST('added' AS tsvector) WHERE register = 'task';",
     "UPDATE search_entry AS e SET words = k.words FROM kept k WHERE k.register = e.register AND k.record = e.record; "
     "DROP TABLE kept;"},
    {"derived field set", "derived fields", "is not what follows from the records",
     KEEP("control") "UPDATE control SET implementation = 'effective' WHERE id = 1;",
     "UPDATE control AS c SET implementation = k.implementation FROM kept k WHERE k.id = c.id; DROP TABLE kept;", NULL,
     NULL},
    {"custom field renamed", "custom fields", "The custom field 1 is not what",
     "UPDATE custom_field SET label = 'Quay';", "UPDATE custom_field SET label = 'Berth';", NULL, NULL},
    {"custom field hidden", "custom fields", "The custom field 1 is not what",
     "UPDATE custom_field SET deleted_at = 1;", "UPDATE custom_field SET deleted_at = NULL;", NULL, NULL},
    {"a stop that no witness asked for", "settings kept in the database", "The setting \"ledger_stop\"",
     "INSERT INTO meta (name, value) VALUES ('ledger_stop', 'Call this number.');",
     "DELETE FROM meta WHERE name = 'ledger_stop';", NULL, NULL},
    {"another version of the tables", "settings kept in the database", "The setting \"schema_version\"",
     KEEP("meta") "UPDATE meta SET value = value || '0' WHERE name = 'schema_version';",
     "UPDATE meta SET value = (SELECT k.value FROM kept k WHERE k.name = meta.name); DROP TABLE kept;", NULL, NULL},
    {"row with a key that no reading begins with", "keys of rows", "In the table \"job_part\", 1 rows have keys",
     ANY_KEY_SQLITE("INSERT INTO job_part (id, job, text) VALUES (-5, 1, '[]');"),
     "DELETE FROM job_part WHERE id = -5;",
     ANY_KEY("job_part") "INSERT INTO job_part (id, job, text) VALUES (-5, 1, '[]');",
     "DELETE FROM job_part WHERE id = -5;" KEYS_CHECKED("job_part")},
};

static enum result decide(struct ctx *ctx, void *stops)
{
    return stops ? ledger_stop(ctx, S("A witness knows more.")) : ledger_resume(ctx, 0, S("a test"), 0);
}

static void each_is_named(void **state)
{
    struct served *served = SERVED(state);
    bool postgres = served->schema[0];
    fill(served);
    expect_all_right(served, "at the beginning");
    for (size_t i = 0; i < COUNT(attacks); i++) {
        const struct attack *attack = &attacks[i];
        bool other = postgres && attack->postgres;
        run(served, attack->what, other ? attack->postgres : attack->sql);
        const char *part = attack->part;
        if (other && strstr(part, "no_DELETE")) part = "\"ledger_entry_append_only\" of \"ledger_entry\" is otherwise";
        expect_named(served, attack->what, attack->question, part);
        run(served, attack->what, postgres && attack->postgres_undo ? attack->postgres_undo : attack->undo);
        expect_all_right(served, attack->what);
    }
    assert_int_equal(store_write(served->ctx, served->program.store, decide, served), OK);
    run(served, "a stop without its setting", "DELETE FROM meta WHERE name = 'ledger_stop'");
    expect_named(served, "a stop without its setting", "settings kept in the database", "do not say the same");
    assert_int_equal(store_write(served->ctx, served->program.store, decide, NULL), OK);
    expect_all_right(served, "after the decision to go on");
}

/* ---- what the server itself does ---- */

static void an_exchanged_file_is_not_sent(void **state)
{
    struct served *served = SERVED(state);
    fill(served);
    struct answer right = GET(served, &served->admin, "/evidence/1/content");
    expect_status(right, 200);
    assert_true(str_is(right.body, "\"the minutes of spring\""));
    run(served, "exchange",
        KEEP("blob") "UPDATE blob AS b SET " SWAPPED("sha256") ", " SWAPPED("size") ", " SWAPPED("key") ", " SWAPPED(
            "header") ";");
    expect_get(served, &served->admin, "/evidence/1/content", 500);
}

static void an_added_grant_shuts_its_user_out(void **state)
{
    struct served *served = SERVED(state);
    struct caller board = fill(served);
    expect_get(served, &board, "/control/1", 200);
    run(served, "grant", attacks[9].sql);
    expect_get(served, &board, "/control/1", 401);
    expect_get(served, &served->admin, "/control/1", 200);
}

static bool job_has_ended(struct served *served, int64_t job, struct str *status)
{
    struct value args[] = {value_number(job)};
    struct rows *rows;
    bool found;
    assert_int_equal(db_query_one(served->ctx, S("SELECT status FROM job WHERE id = ?1"), args, 1, &rows, &found), OK);
    *status = arena_copy(served->ctx->arena, rows_text(rows, 0));
    rows_close(rows);
    return !str_is(*status, "queued") && !str_is(*status, "running");
}

static struct str await_job(struct served *served, int64_t job)
{
    struct str status;
    jobs_wake(served->api.jobs);
    int64_t give_up = clock_monotonic() + 20 * 1000;
    while (!job_has_ended(served, job, &status) && clock_monotonic() < give_up) sched_yield();
    return status;
}

static int64_t count(struct served *served, const char *sql)
{
    int64_t number;
    assert_int_equal(db_query_number(served->ctx, str_of(sql), NULL, 0, -1, &number), OK);
    return number;
}

/* It would import what it is told with an administrator's rights, and the ledger would say that the administrator
 * did. */
static void a_job_put_into_the_queue_is_not_done(void **state)
{
    struct served *served = SERVED(state);
    fill(served);
    run(served, "job",
        "INSERT INTO job (id, kind, status, \"user\", created_at, arguments, input, read_only, registers) "
        "SELECT 99, 'import', 'queued', 1, 1, '{\"register\":\"task\",\"format\":\"csv\"}', id, 0, '' FROM blob WHERE "
        "id = 1;");
    assert_true(str_is(await_job(served, 99), "failed"));
    assert_int_equal(count(served, "SELECT count(*) FROM job WHERE detail = 'This job was not made by the program.'"),
                     1);
}

/* Its row, its MAC and its file are the program's own, of before it was done. */
static void a_job_put_back_is_not_done_again(void **state)
{
    struct served *served = SERVED(state);
    bool postgres = served->schema[0];
    run(served, "keep what is deleted",
        postgres ? "CREATE TABLE kept_blob AS SELECT * FROM blob; CREATE TABLE kept_chunk AS SELECT * FROM blob_chunk; "
                   "CREATE FUNCTION keep_blob() RETURNS trigger LANGUAGE plpgsql AS "
                   "'BEGIN INSERT INTO kept_blob SELECT OLD.*; RETURN OLD; END'; "
                   "CREATE FUNCTION keep_chunk() RETURNS trigger LANGUAGE plpgsql AS "
                   "'BEGIN INSERT INTO kept_chunk SELECT OLD.*; RETURN OLD; END'; "
                   "CREATE TRIGGER keeps BEFORE DELETE ON blob FOR EACH ROW EXECUTE FUNCTION keep_blob(); "
                   "CREATE TRIGGER keeps BEFORE DELETE ON blob_chunk FOR EACH ROW EXECUTE FUNCTION keep_chunk();"
                 : "CREATE TABLE kept_blob AS SELECT * FROM blob; CREATE TABLE kept_chunk AS SELECT * FROM blob_chunk; "
                   "CREATE TRIGGER keeps BEFORE DELETE ON blob BEGIN INSERT INTO kept_blob SELECT * FROM blob "
                   "WHERE id = OLD.id; END; CREATE TRIGGER keeps_chunk BEFORE DELETE ON blob_chunk BEGIN "
                   "INSERT INTO kept_chunk VALUES (OLD.blob, OLD.part, OLD.content); END;");
    struct answer begun = POST(served, &served->admin, "/task/import?format=csv", "title\nImported once\n");
    expect_status(begun, 202);
    int64_t job = json_number(begun.json, "job", 0);
    assert_true(str_is(await_job(served, job), "done"));
    run(served, "put back",
        "INSERT INTO blob SELECT * FROM kept_blob; INSERT INTO blob_chunk SELECT * FROM kept_chunk; "
        "UPDATE job SET status = 'queued', input = (SELECT id FROM kept_blob), claim = 0, claimed_until = NULL, "
        "position = 0, state = '', result = NULL, ended_at = NULL, done = 0;");
    assert_true(str_is(await_job(served, job), "failed"));
    assert_int_equal(count(served, "SELECT count(*) FROM job WHERE detail LIKE 'This job is not as the ledger says%'"),
                     1);
    assert_int_equal(count(served, "SELECT count(*) FROM task WHERE title = 'Imported once'"), 1);
    run(served, "a second end",
        "INSERT INTO ledger_entry (id, at, actor, action, subject, record, version, state_size, content_hash) "
        "SELECT id + 1000, at, actor, action, subject, record, version, state_size, content_hash FROM ledger_entry "
        "WHERE subject = 'job' AND action = 'end';");
    expect_named(served, "a second end", "jobs", "was done twice");
}

/* ---- without the master key ---- */

static void what_needs_the_key_is_said(void **state)
{
    struct served *served = SERVED(state);
    struct checks checks;
    struct keyring *keyring = served->program.keyring;
    fill(served);
    served->program.keyring = NULL;
    store_use_keyring(served->program.store, NULL);
    ask(served, &checks);
    assert_int_equal(checks.wrong, 0);
    assert_int_equal(checks.skipped, 4); /* the key itself is asked for by whoever asks no ledger */
    assert_true(str_starts(answer_of(&checks, "MACs of what gives rights")->detail, S("not checked")));
    assert_true(str_find(answer_of(&checks, "files of evidence")->detail, S("bytes could not be read"), NULL));
    run(served, "cut off", "DELETE FROM blob_chunk WHERE blob = 1;");
    expect_named(served, "cut off", "files of evidence", "has lost or gained a part");
    run(served, "grant", attacks[9].sql);
    expect_named(served, "grant", "users and grants", "is not what the ledger's entry");
    served->program.keyring = keyring;
    store_use_keyring(served->program.store, keyring);
}

/* A user's row and MAC of an hour ago are right in themselves: the ledger knows of newer ones. */
static void a_user_put_back_is_named(void **state)
{
    struct served *served = SERVED(state);
    struct caller board = fill(served);
    run(served, "keep", KEEP("user"));
    struct answer changed =
        PATCH(served, &served->admin, text_of(served, "/users/%lld", (long long)board.user), "{'active': false}");
    expect_status(changed, 200);
    run(served, "put back",
        "UPDATE \"user\" AS u SET active = k.active, version = k.version, changed_at = k.changed_at, mac = k.mac "
        "FROM kept k WHERE k.id = u.id; DROP TABLE kept;" RAISE);
    expect_named(served, "put back", "users and grants", "is not what the ledger's entry");
    expect_get(served, &board, "/control/1", 401);
}

/* Past the program, and with SQLite's own guards off. */
static void tamper(struct served *served, const char *sql)
{
    sqlite3 *db;
    char *why = NULL;
    const char *path = text_of(served, "%s/merlon.db", served->directory);
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 0, NULL), SQLITE_OK);
    if (sqlite3_exec(db, sql, NULL, NULL, &why) != SQLITE_OK) print_error("%s: %s\n", sql, why);
    assert_null(why);
    sqlite3_close(db);
}

/* An index made anew without one row, and its definition put back: the questions that lean on it do not see the row,
 * and the schema is right again. PostgreSQL finds the same by its extension amcheck, which is not everywhere; that a
 * constraint was never held against its rows, it knows by itself. */
static void the_database_is_asked_of_itself(void **state)
{
    struct served *served = SERVED(state);
    fill(served);
    if (served->schema[0]) {
        run(served, "loose", "ALTER TABLE task ADD CONSTRAINT loose CHECK (id > 0) NOT VALID;");
        expect_named(served, "loose", "references between rows", "damage or tampering: task.loose");
        run(served, "undo", "ALTER TABLE task DROP CONSTRAINT loose;");
        expect_all_right(served, "loose");
        return;
    }
    tamper(served, "PRAGMA writable_schema=ON; UPDATE sqlite_schema SET sql = sql || ' WHERE id <> 2' WHERE name = "
                   "'ledger_entry_record'");
    tamper(served, "REINDEX ledger_entry_record");
    tamper(served, "PRAGMA writable_schema=ON; UPDATE sqlite_schema SET sql = replace(sql, ' WHERE id <> 2', '') WHERE "
                   "name = 'ledger_entry_record'");
    expect_named(served, "index", "the database itself", "missing from index ledger_entry_record");
    tamper(served, "REINDEX ledger_entry_record");
    expect_all_right(served, "index");
    tamper(served, "UPDATE control SET owner = 999 WHERE id = 1");
    expect_named(served, "reference", "references between rows", "damage or tampering: control row 1 refers to person");
}

/* With the sequence raised for one change, that change has the highest number of all that follow, and would seem the
 * newest; but versions must rise with the numbers. (PostgreSQL's alone: SQLite numbers from the highest row on.) */
static void numbers_of_entries_that_were_shifted_are_seen(void **state)
{
    struct served *served = SERVED(state);
    struct caller board = fill(served);
    const char *path = text_of(served, "/users/%lld", (long long)board.user);
    run(served, "raise", "ALTER TABLE ledger_entry ALTER COLUMN id RESTART WITH 5000000;");
    struct answer changed = PATCH(served, &served->admin, path, "{'name': 'The board'}");
    expect_status(changed, 200);
    run(served, "keep", KEEP("user") "ALTER TABLE ledger_entry ALTER COLUMN id RESTART WITH 90000;");
    changed = PATCH(served, &served->admin, path, "{'active': false}");
    expect_status(changed, 200);
    expect_named(served, "shifted", "users and grants", "does not follow on the one before it");
    run(served, "put back",
        "UPDATE \"user\" AS u SET active = k.active, version = k.version, changed_at = k.changed_at, mac = k.mac "
        "FROM kept k WHERE k.id = u.id; DROP TABLE kept;" RAISE);
    expect_named(served, "put back", "users and grants", "does not follow on the one before it");
}

static void a_widened_tree_lets_nobody_in(void **state)
{
    struct served *served = SERVED(state);
    struct caller board = fill(served);
    expect_get(served, &board, "/control/1", 200);
    run(served, "widen", "INSERT INTO unit_reach (ancestor, unit) VALUES (2, 3);" RAISE);
    expect_get(served, &board, "/control/1", 500);
    run(served, "narrow", "DELETE FROM unit_reach WHERE ancestor = 2 AND unit = 3;");
    expect_get(served, &board, "/control/1", 200);
}

/* SOV-1 signed anew, by the key that came later. */
static enum result sign_anew(struct ctx *ctx, void *arg)
{
    const struct served *served = arg;
    struct rows *rows;
    bool found;
    struct buf hex = buf_in(ctx->arena);
    TRY(db_query_one(ctx, S("SELECT snapshot FROM soa_version WHERE id = 1"), NULL, 0, &rows, &found));
    struct str signature = ledger_sign(ctx, served->program.keys, "merlon soa v1", rows_text(rows, 0));
    rows_close(rows);
    buf_hex(&hex, signature.at, signature.len);
    const struct value args[] = {value_text(buf_str(&hex)),
                                 value_text(str_of(ledger_keys_public(served->program.keys)->id))};
    return db_run(ctx, S("UPDATE soa_version SET signature = ?1, key = ?2 WHERE id = 1"), args, COUNT(args), NULL);
}

static void a_key_counts_in_its_time(void **state)
{
    struct served *served = SERVED(state);
    struct program *program = &served->program;
    struct checks checks;
    fill(served);
    const struct ledger_public before = *ledger_keys_public(program->keys);
    assert_int_equal(ledger_signer_renew(served->ctx, program->signer, program->keyring, "rotate", S("a year")), OK);
    expect_all_right(served, "with the newest key alone");
    checks = (struct checks){.program = program, .keys = &before, .key_count = 1};
    assert_int_equal(checks_run(&checks), OK);
    assert_int_equal(answer_of(&checks, "signatures")->checked, 1);
    struct ledger_public foreign = before;
    foreign.at[3] ^= 1;
    checks = (struct checks){.program = program, .keys = &foreign, .key_count = 1};
    assert_int_equal(checks_run(&checks), CONFLICT);
    assert_int_equal(store_write(served->ctx, program->store, sign_anew, served), OK);
    expect_named(served, "signed anew", "signatures", "but when it was entered (entry ");
}

#define ON(test)                                                                                                       \
    {#test, test, served_sqlite, served_end, NULL},                                                                    \
    {                                                                                                                  \
#test " (PostgreSQL)", test, served_postgres, served_end, NULL                                                 \
    }

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON(each_is_named),
        ON(an_exchanged_file_is_not_sent),
        ON(an_added_grant_shuts_its_user_out),
        ON(a_job_put_into_the_queue_is_not_done),
        ON(a_job_put_back_is_not_done_again),
        ON(what_needs_the_key_is_said),
        ON(a_user_put_back_is_named),
        ON(the_database_is_asked_of_itself),
        cmocka_unit_test_setup_teardown(numbers_of_entries_that_were_shifted_are_seen, served_postgres, served_end),
        ON(a_widened_tree_lets_nobody_in),
        ON(a_key_counts_in_its_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
