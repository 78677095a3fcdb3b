/* What somebody writes into a record's row past the program is never entered as if a person had done it, and the newest
 * state of a record is the newest also for whoever lets the database number entries anew. */
#include "served.h"

#define test_failed(...) (print_error(__VA_ARGS__), print_error("\n"), _fail(__FILE__, __LINE__))

#include "app/checks.h"
#include "ledger/ledger.h"
#include "ledger/others.h"
#include "records/entered.h"

static enum result script(struct ctx *ctx, void *sql)
{
    return db_script(ctx, sql);
}

static void run(struct served *served, const char *sql)
{
    if (store_write(served->ctx, served->program.store, script, (void *)(uintptr_t)sql) != OK)
        test_failed("%.*s", PRINT(served->ctx->error.sentence));
}

static int64_t number(struct served *served, const char *sql)
{
    int64_t found;
    must(served, db_query_number(served->ctx, str_of(sql), NULL, 0, -1, &found));
    return found;
}

/* What this question of merlon check says; NULL: that all is right. */
static void expect_question(struct served *served, const char *name, const char *part)
{
    struct checks checks = {.program = &served->program};
    ctx_clear_error(served->ctx);
    (void)!checks_run(&checks);
    ctx_clear_error(served->ctx);
    for (size_t i = 0; i < checks.count; i++) {
        if (strcmp(checks.at[i].name, name) != 0) continue;
        if (!part && checks.at[i].result != OK) test_failed("%.*s", PRINT(checks.at[i].detail));
        if (part && !str_find(checks.at[i].detail, str_of(part), NULL))
            test_failed("says: %.*s", PRINT(checks.at[i].detail));
        return;
    }
    test_failed("the question was not asked");
}

static void expect_records(struct served *served, const char *part)
{
    expect_question(served, "records as the ledger says", part);
}

static void two_tasks(struct served *served)
{
    served_make(served, &served->admin, "task", "{'title': 'Ask the yard', 'unit': 2}");
    served_make(served, &served->admin, "task", "{'title': 'Paint the crane', 'unit': 2}");
}

static struct answer describe(struct served *served, const char *text)
{
    return PATCH(served, &served->admin, "/task/1", text_of(served, "{'description': '%s'}", text));
}

static void a_changed_row_is_not_entered_with_the_next_change(void **state)
{
    struct served *served = SERVED(state);
    two_tasks(served);
    run(served, "UPDATE task SET title = 'Nothing to see' WHERE id = 1");
    int64_t entries = number(served, "SELECT count(*) FROM ledger_entry");
    struct answer refused = describe(served, "Soon");
    expect_status(refused, 409);
    assert_true(str_find(refused.body, S("its field \\\"title\\\" was changed outside of the program"), NULL));
    assert_int_equal(number(served, "SELECT count(*) FROM ledger_entry"), entries);
    run(served, "UPDATE task SET title = 'Ask the yard' WHERE id = 1");
    struct answer done = describe(served, "Soon");
    expect_status(done, 200);
    expect_records(served, NULL);
}

/* ---- custom fields ---- */

static const char A_FIELD[] = "{'register': 'task', 'name': 'berth', 'kind': 'text', 'label': 'Berth'}";

static void expect_field_refused(struct served *served, const char *method, const char *path)
{
    const struct asking asking = {.method = method, .path = path, .body = *method == 'P' ? "{\"label\":\"Quay\"}" : ""};
    int64_t entries = number(served, "SELECT count(*) FROM ledger_entry");
    struct answer refused = served_ask(served, &served->admin, asking);
    expect_status(refused, 409);
    assert_true(str_find(refused.body, S("is not what the ledger says: it was changed outside"), NULL));
    assert_int_equal(number(served, "SELECT count(*) FROM ledger_entry"), entries);
}

/* Neither what was altered in a field nor a field that somebody put in is led on in an administrator's name. */
static void a_custom_field_from_outside_is_not_led_on(void **state)
{
    struct served *served = SERVED(state);
    struct answer made = POST(served, &served->admin, "/custom-fields", A_FIELD);
    expect_status(made, 201);
    run(served, "UPDATE custom_field SET kind = 'number', required = 1 WHERE id = 1;"
                "INSERT INTO custom_field (register, name, kind, label, choices) "
                "VALUES ('task', 'evil', 'text', 'Evil', '[]')");
    expect_field_refused(served, "PATCH", "/custom-fields/1");
    expect_field_refused(served, "DELETE", "/custom-fields/1");
    expect_field_refused(served, "PATCH", "/custom-fields/2");
    expect_field_refused(served, "DELETE", "/custom-fields/2");
    run(served,
        "UPDATE custom_field SET kind = 'text', required = 0 WHERE id = 1; DELETE FROM custom_field WHERE id = 2");
    struct answer changed = PATCH(served, &served->admin, "/custom-fields/1", "{'label': 'Quay'}");
    expect_status(changed, 200);
    expect_question(served, "custom fields", NULL);
}

/* What is entered is what was asked for, also where the row becomes another one in the moment it is written. */
static void a_custom_field_turned_while_it_is_made_is_not_entered(void **state)
{
    struct served *served = SERVED(state);
    run(served,
        served->schema[0]
            ? "CREATE FUNCTION turned() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.required := 1; RETURN NEW; "
              "END $$; CREATE TRIGGER turned BEFORE INSERT ON custom_field FOR EACH ROW EXECUTE FUNCTION turned()"
            : "CREATE TRIGGER turned AFTER INSERT ON custom_field BEGIN UPDATE custom_field SET required = 1; END");
    struct answer refused = POST(served, &served->admin, "/custom-fields", A_FIELD);
    expect_status(refused, 409);
    assert_int_equal(number(served, "SELECT count(*) FROM ledger_entry WHERE subject = 'custom_field'"), 0);
}

static void guards_off(struct served *served)
{
    run(served, served->schema[0] ? "DROP TRIGGER ledger_entry_append_only ON ledger_entry"
                                  : "DROP TRIGGER \"ledger_entry_no_UPDATE\"; DROP TRIGGER \"ledger_entry_no_DELETE\"");
}

/* ---- a Statement with one line, which an author has filled in who may also approve ---- */

#define APPROVE "/soa/1/transitions/approve"

struct statement {
    struct caller author, board;
};

static struct statement submitted_statement(struct served *served)
{
    const struct caller *admin = &served->admin;
    struct statement s = {served_user(served, "author", SECURITY_MANAGER, GROUP, "write"),
                          served_user(served, "board", TOP_MANAGEMENT, GROUP, "write")};
    served_make(served, admin, "framework", "{'title': 'Annex', 'key': 'annex'}");
    served_make(served, admin, "requirement",
                "{'title': 'R', 'identifier': 'A.1', 'framework': 1, 'reference_list': true}");
    served_make(served, admin, "soa", "{'title': 'SoA', 'unit': 1, 'framework': 1}");
    struct answer filled = PATCH(served, &s.author, "/soa_line/1", "{'good_practice': true}");
    expect_status(filled, 200);
    filled = PATCH(served, admin, "/soa_line/1", "{'justification': 'As agreed'}");
    expect_status(filled, 200);
    served_move(served, admin, "soa", 1, "submit", "{}");
    return s;
}

static void refuses_approval(struct served *served, const struct caller *caller, int status)
{
    struct answer refused = served_ask(served, caller, (struct asking){"POST", APPROVE, "{}", "If-Match: *\r\n"});
    expect_status(refused, status);
    assert_int_equal(number(served, "SELECT count(*) FROM soa_version"), 0);
}

/* The line could be put back after the approval, and the signed version would hold the words of the intruder. */
static void a_changed_line_is_not_signed(void **state)
{
    struct served *served = SERVED(state);
    struct statement s = submitted_statement(served);
    run(served, "UPDATE soa_line SET justification = 'Words of another' WHERE id = 1");
    refuses_approval(served, &s.board, 409);
    run(served, "UPDATE soa_line SET justification = 'As agreed' WHERE id = 1");
    served_move(served, &s.board, "soa", 1, "approve", "{}");
}

/* Nor is a Statement that lacks a line until it is approved. */
static void a_line_that_is_hidden_is_missed(void **state)
{
    struct served *served = SERVED(state);
    struct statement s = submitted_statement(served);
    run(served, "CREATE TABLE kept AS SELECT * FROM soa_line; DELETE FROM soa_line");
    refuses_approval(served, &s.board, 409);
    run(served, "INSERT INTO soa_line SELECT * FROM kept");
    served_move(served, &s.board, "soa", 1, "approve", "{}");
}

/* What the author did is neither hidden with the index of links nor made to seem of before an approval. */
static void an_author_stays_the_author(void **state)
{
    struct served *served = SERVED(state);
    struct statement s = submitted_statement(served);
    refuses_approval(served, &s.author, 403);
    run(served, "DELETE FROM link WHERE register = 'soa_line' AND to_register = 'soa'");
    refuses_approval(served, &s.author, 403);
    run(served, "INSERT INTO ledger_entry (at, actor, action, subject, record, version, state_size) VALUES "
                "(4102444800000, 0, 'transition:approve', 'soa', 1, 1, 1)");
    refuses_approval(served, &s.author, 500);
    guards_off(served);
    run(served, "DELETE FROM ledger_entry WHERE at = 4102444800000; CREATE TABLE kept AS SELECT * FROM ledger_entry "
                "WHERE subject = 'soa_line' AND version = 2; DELETE FROM ledger_entry WHERE subject = 'soa_line' AND "
                "version = 2");
    refuses_approval(served, &s.author, 500);
    run(served, "INSERT INTO ledger_entry SELECT * FROM kept");
    refuses_approval(served, &s.author, 403);
    served_move(served, &s.board, "soa", 1, "approve", "{}");
}

/* The row of yesterday is right in itself, but the ledger knows a newer one. */
static void an_older_row_is_not_gone_on_from(void **state)
{
    struct served *served = SERVED(state);
    two_tasks(served);
    run(served, "CREATE TABLE kept AS SELECT * FROM task");
    struct answer done = describe(served, "Soon");
    expect_status(done, 200);
    run(served, "DELETE FROM task WHERE id = 1; INSERT INTO task SELECT * FROM kept WHERE id = 1; DROP TABLE kept");
    struct answer refused = describe(served, "Later");
    expect_status(refused, 409);
}

/* An entry that the program did not write is not gone on from either, whatever its version. */
static void a_forged_entry_is_not_gone_on_from(void **state)
{
    struct served *served = SERVED(state);
    two_tasks(served);
    run(served,
        "INSERT INTO ledger_entry (id, at, actor, action, subject, record, version, state_size, content_hash) SELECT "
        "5000, at, actor, 'change', subject, record, 9, state_size, content_hash FROM ledger_entry WHERE subject = "
        "'task' AND record = 1; INSERT INTO ledger_state SELECT 5000, salt, comment, state FROM ledger_state WHERE "
        "entry = (SELECT id FROM ledger_entry WHERE subject = 'task' AND record = 1 AND version = 1); "
        "UPDATE task SET version = 9 WHERE id = 1");
    struct answer refused = describe(served, "Soon");
    expect_status(refused, 500);
}

#define FIRST "(SELECT id FROM ledger_entry WHERE subject = 'task' AND record = 1 AND version = 1)"
#define SECOND "(SELECT id FROM ledger_entry WHERE subject = 'task' AND record = 1 AND version = 2)"

/* An older entry that has the higher number does not become the newest. */
static void the_newest_is_the_highest_version(void **state)
{
    struct served *served = SERVED(state);
    struct ledger_entry newest;
    two_tasks(served);
    struct answer done = describe(served, "Soon");
    expect_status(done, 200);
    guards_off(served);
    run(served, "UPDATE ledger_state SET entry = 900000 WHERE entry = " FIRST ";"
                "UPDATE ledger_entry SET id = 900000 WHERE id = " FIRST);
    must(served, ledger_state_at(served->ctx, S("task"), 1, INT64_MAX, &newest));
    assert_int_equal(newest.version, 2);
    must(served, ledger_newest(served->ctx, S("task"), 1, &newest));
    assert_int_equal(newest.version, 2);
    expect_records(served, "of TSK-1 does not follow on the one before it");
    run(served, "UPDATE ledger_state SET entry = 900001 WHERE entry = " SECOND ";"
                "UPDATE ledger_entry SET id = 900001 WHERE id = " SECOND);
    expect_records(served, NULL);
}

static void what_is_left_of_a_purged_record_is_compared(void **state)
{
    struct served *served = SERVED(state);
    two_tasks(served);
    struct answer gone =
        served_ask(served, &served->admin, (struct asking){.method = "DELETE", .path = "/task/2?force=1"});
    expect_status(gone, 204);
    struct answer purged = POST(served, &served->admin, "/task/2/purge", "{'reason': 'Asked to'}");
    expect_status(purged, 204);
    expect_records(served, NULL);
    run(served, "UPDATE task SET title = 'Approved exception', deleted_at = NULL WHERE id = 2");
    expect_records(served, "TSK-2 is not what the ledger says");
    struct answer refused = PATCH(served, &served->admin, "/task/2", "{'description': 'Soon'}");
    expect_status(refused, 409);
    run(served, "DELETE FROM task WHERE id = 2");
    expect_records(served, "TSK-2 is in the ledger (purge), but its record was removed");
}

/* Nothing expires by the date of a row that somebody else put in. */
static void a_forged_entry_does_not_move_the_clock(void **state)
{
    struct served *served = SERVED(state);
    int64_t before, after;
    two_tasks(served);
    must(served, ledger_latest(served->ctx, &before));
    assert_true(before > 0);
    run(served, "INSERT INTO ledger_entry (id, at, actor, action, subject, record, version, state_size) VALUES "
                "(800000, 2084572800000, 0, 'x', 'x', 1, 1, 0)");
    run(served, "INSERT INTO ledger_pending (entry, mac) SELECT 800000, mac FROM "
                "(SELECT mac FROM ledger_pending UNION ALL SELECT mac FROM ledger_leaf) m LIMIT 1");
    must(served, ledger_latest(served->ctx, &after));
    assert_int_equal(after, before);
}

/* What fails only when all is to be kept is told in the database's own terms, and nothing of it is there. */
static void a_commit_that_fails_is_told(void **state)
{
    struct served *served = SERVED(state);
    two_tasks(served);
    run(served, served->schema[0]
                    ? "CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no' "
                      "USING ERRCODE = '53100'; END $$; CREATE CONSTRAINT TRIGGER late AFTER UPDATE ON task "
                      "DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION full_disk()"
                    : "CREATE TABLE late (unit INTEGER REFERENCES unit (id) DEFERRABLE INITIALLY DEFERRED); "
                      "CREATE TRIGGER later AFTER UPDATE ON task BEGIN INSERT INTO late VALUES (999); END");
    struct answer refused = describe(served, "Soon");
    expect_status(refused, served->schema[0] ? 503 : 409);
    const char *why = served->schema[0] ? "The disk of the database server is full: nothing was saved"
                                        : "It refers to something that does not exist";
    assert_true(str_find(refused.body, str_of(why), NULL));
    struct answer kept = GET(served, &served->admin, "/task/1");
    expect_status(kept, 200);
    assert_true(str_is(json_str(kept.json, "description", S("none")), "none"));
    assert_int_equal(number(served, "SELECT count(*) FROM ledger_entry WHERE subject = 'task'"), 2);
}

/* One that was put in beside the program's own, which would be taken for the newest or hide behind it. */
static void a_second_entry_of_one_version_is_named(void **state)
{
    struct served *served = SERVED(state);
    (void)served_user(served, "board", TOP_MANAGEMENT, GROUP, "write");
    expect_question(served, "users and grants", NULL);
    run(served,
        "INSERT INTO ledger_entry (id, at, actor, action, subject, record, version, state_size, content_hash) SELECT "
        "900000, at, actor, action, subject, record, version, state_size, content_hash FROM ledger_entry WHERE id = "
        "(SELECT max(id) FROM ledger_entry WHERE subject = 'user'); INSERT INTO ledger_state SELECT 900000, salt, "
        "comment, '{}' FROM ledger_state WHERE entry = (SELECT min(id) FROM ledger_entry WHERE subject = 'user')");
    expect_question(served, "users and grants", "The version 1 of user 2 does not follow");
}

/* The server would make them again in silence, or not start. */
static void a_setting_taken_away_is_missed(void **state)
{
    static const char *const lasting[] = {"program_version", "master_key", "ledger.secret", "ledger.public"};
    struct served *served = SERVED(state);
    run(served, "CREATE TABLE kept AS SELECT * FROM meta");
    for (size_t i = 0; i < COUNT(lasting); i++) {
        run(served, text_of(served, "DELETE FROM meta WHERE name = '%s'", lasting[i]));
        expect_question(served, "settings kept in the database", text_of(served, "The setting \"%s\"", lasting[i]));
        run(served, "DELETE FROM meta; INSERT INTO meta SELECT * FROM kept");
    }
    expect_question(served, "settings kept in the database", NULL);
}

static enum result look_at_peers(struct served *served)
{
    const struct others_check check = {.keyring = served->program.keyring};
    struct others_report report;
    ctx_clear_error(served->ctx);
    return others_verify(served->ctx, &check, &report);
}

/* The program writes 0 for what never was. */
static void the_times_of_a_peer_are_looked_at(void **state)
{
    struct served *served = SERVED(state);
    run(served, "INSERT INTO ledger_peer (name, size, asked_at, good_at, trouble) VALUES ('mail', 0, 0, 0, '')");
    assert_int_equal(look_at_peers(served), OK);
    run(served, "UPDATE ledger_peer SET asked_at = -1");
    assert_int_equal(look_at_peers(served), CONFLICT);
    run(served, "UPDATE ledger_peer SET asked_at = 0, good_at = -1");
    assert_int_equal(look_at_peers(served), CONFLICT);
}

/* As JSON these say what the program wrote; a filter in the database takes them for something else. */
static void what_says_the_same_is_stored_the_same(void **state)
{
    static const struct {
        const char *planted, *field, *undo;
    } forms[] = {
        {"UPDATE requirement SET reference_list = 2", "reference_list", "UPDATE requirement SET reference_list = 1"},
        {"UPDATE requirement SET tags = '[ \"sea\"]'", "tags", "UPDATE requirement SET tags = '[\"sea\"]'"},
        {"UPDATE requirement SET tags = '[\"\\u0073ea\"]'", "tags", "UPDATE requirement SET tags = '[\"sea\"]'"},
        {"UPDATE requirement SET custom = '{ }'", "custom", "UPDATE requirement SET custom = '{}'"},
        {"UPDATE requirement SET guidance = ''", "guidance", "UPDATE requirement SET guidance = NULL"},
    };
    struct served *served = SERVED(state);
    served_make(served, &served->admin, "framework", "{'title': 'Annex', 'key': 'annex'}");
    served_make(served, &served->admin, "requirement",
                "{'title': 'R', 'identifier': 'A.1', 'framework': 1, 'reference_list': true, 'tags': ['sea']}");
    expect_records(served, NULL);
    for (size_t i = 0; i < COUNT(forms); i++) {
        run(served, forms[i].planted);
        expect_records(served, text_of(served, "REQ-1 is not what the ledger says: its field \"%s\"", forms[i].field));
        struct answer refused = PATCH(served, &served->admin, "/requirement/1", "{'title': 'S'}");
        expect_status(refused, 409);
        run(served, forms[i].undo);
    }
    expect_records(served, NULL);
}

/* What the program would read as an empty list is not there for the database's own filters. */
static void no_list_is_null(void **state)
{
    struct served *served = SERVED(state);
    served_make(served, &served->admin, "control", "{'title': 'Reviews', 'unit': 2}");
    char sql[] = "UPDATE control SET requirements = NULL";
    assert_int_equal(store_write(served->ctx, served->program.store, script, sql), INVALID);
}

/* ---- what a right rests on ---- */

/* Two units have each other's titles for the moment in which a role is granted; a person another address. */
static void no_right_rests_on_a_unit_or_a_person_that_was_altered(void **state)
{
    static const char *const altered[] = {"UPDATE unit SET title = 'South' WHERE id = 2",
                                          "UPDATE person SET email = 'mallory@example.org' WHERE name = 'Pia'"};
    struct served *served = served_of(state);
    long long person = (long long)served_make(served, &served->admin, "person", "{'name': 'Pia', 'unit': 2}");
    const char *wanted = text_of(served,
                                 "{'name': 'Pia', 'email': 'pia@example.org', 'person': 'PER-%lld',"
                                 "'grants': [{'role': 'owner', 'unit': 'UNT-2'}]}",
                                 person);
    run(served, "CREATE TABLE units AS SELECT * FROM unit; CREATE TABLE persons AS SELECT * FROM person");
    for (size_t i = 0; i < COUNT(altered); i++) {
        run(served, altered[i]);
        struct answer refused = POST(served, &served->admin, "/users", wanted);
        expect_status(refused, 409);
        run(served, "UPDATE unit SET title = (SELECT k.title FROM units k WHERE k.id = unit.id);"
                    "UPDATE person SET email = (SELECT k.email FROM persons k WHERE k.id = person.id)");
    }
    struct answer made = POST(served, &served->admin, "/users", wanted);
    expect_status(made, 201);
    const char *grant = "{'grants': [{'role': 'employee', 'unit': 'UNT-2'}]}",
               *user = text_of(served, "/users/%lld", (long long)json_number(made.json, "id", 0));
    run(served, altered[0]);
    struct answer granted = PATCH(served, &served->admin, user, grant);
    expect_status(granted, 409);
    run(served, "UPDATE unit SET title = (SELECT k.title FROM units k WHERE k.id = unit.id)");
    granted = PATCH(served, &served->admin, user, grant);
    expect_status(granted, 200);
}

/* ---- the past, and what was said ---- */

static void expect_not_shown(struct served *served, const char *path)
{
    struct answer answer = GET(served, &served->admin, path);
    expect_status(answer, 500);
    assert_false(str_find(answer.body, S("Sell"), NULL));
}

/* A past day is read from the entries: of one that was altered nothing is shown as if it had been so. */
static void a_past_day_shows_no_altered_entry(void **state)
{
    struct served *served = SERVED(state);
    two_tasks(served);
    struct answer first = describe(served, "Soon");
    expect_status(first, 200);
    const char *one = text_of(served, "/task/1?as_of=%.*s", PRINT(json_str(first.json, "changed_at", S("")))),
               *all = text_of(served, "/task?as_of=%.*s", PRINT(json_str(first.json, "changed_at", S(""))));
    struct answer then = GET(served, &served->admin, one);
    expect_status(then, 200);
    assert_true(str_is(json_str(then.json, "description", S("")), "Soon"));
    run(served, "UPDATE ledger_state SET state = replace(state, '\"Soon\"', '\"Sell\"') WHERE entry = "
                "(SELECT max(id) FROM ledger_entry WHERE subject = 'task' AND record = 1)");
    expect_not_shown(served, one);
    expect_not_shown(served, all);
}

static const struct json *entry_of(const struct answer *answer, const char *action, int64_t record)
{
    const struct json *items = json_get(answer->json, "items");
    for (const struct json *one = items ? items->first : NULL; one; one = one->next)
        if (str_is(json_str(one, "action", S("")), action) && json_number(one, "id", 0) == record) return one;
    return NULL;
}

/* The page of the ledger gives the reason of a change, and says of what its content was removed for privacy. */
static void reasons_are_shown_and_purges_told(void **state)
{
    struct served *served = SERVED(state);
    two_tasks(served);
    struct answer gone =
        served_ask(served, &served->admin, (struct asking){.method = "DELETE", .path = "/task/2?force=1"});
    expect_status(gone, 204);
    struct answer purged = POST(served, &served->admin, "/task/2/purge", "{'reason': 'Asked to'}");
    expect_status(purged, 204);
    struct answer page = GET(served, &served->admin, "/ledger");
    const struct json *purge = entry_of(&page, "purge", 2), *made = entry_of(&page, "create", 2),
                      *other = entry_of(&page, "create", 1);
    assert_true(str_is(json_str(purge, "comment", S("")), "Asked to"));
    assert_false(json_bool(purge, "purged", true));
    assert_true(json_bool(made, "purged", false));
    assert_false(json_bool(other, "purged", true));
}

static enum result vouch_for_control(struct ctx *ctx, void *arg)
{
    struct record *record;
    (void)arg;
    return record_vouched(ctx, house_register(ctx->house, S("control")), 1, &record);
}

/* PostgreSQL. What would have to be looked up to know whether a row is right cannot be looked up now: that is no word
 * against the row. */
static void a_database_that_is_away_accuses_no_row(void **state)
{
    static const struct {
        const char *code;
        enum result result;
    } refusals[] = {{"55P03", BUSY}, {"53100", AWAY}};
    struct served *served = SERVED(state);
    served_make(served, &served->admin, "control", "{'title': 'Locks', 'unit': 2}");
    served_make(served, &served->admin, "evidence", "{'title': 'Photograph', 'unit': 2, 'supports': ['CTL-1']}");
    run(served, "UPDATE control SET implementation = 'effective'; ALTER TABLE evidence RENAME TO genuine");
    for (size_t i = 0; i < COUNT(refusals); i++) {
        run(served, text_of(served,
                            "CREATE FUNCTION refusing() RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RAISE "
                            "EXCEPTION 'not now' USING ERRCODE = '%s'; END $$; "
                            "CREATE VIEW evidence AS SELECT * FROM genuine WHERE refusing()",
                            refusals[i].code));
        ctx_clear_error(served->ctx);
        assert_int_equal(store_write(served->ctx, served->program.store, vouch_for_control, NULL), refusals[i].result);
        ctx_clear_error(served->ctx);
        run(served, "DROP VIEW evidence; DROP FUNCTION refusing()");
    }
    run(served, "ALTER TABLE genuine RENAME TO evidence");
    must(served, store_write(served->ctx, served->program.store, vouch_for_control, NULL));
}

#define BOTH(test)                                                                                                     \
    cmocka_unit_test_setup_teardown(test, served_sqlite, served_end),                                                  \
        cmocka_unit_test_setup_teardown(test, served_postgres, served_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        BOTH(a_custom_field_from_outside_is_not_led_on),
        BOTH(a_custom_field_turned_while_it_is_made_is_not_entered),
        BOTH(a_changed_row_is_not_entered_with_the_next_change),
        BOTH(a_changed_line_is_not_signed),
        BOTH(a_line_that_is_hidden_is_missed),
        BOTH(an_author_stays_the_author),
        BOTH(an_older_row_is_not_gone_on_from),
        BOTH(a_forged_entry_is_not_gone_on_from),
        BOTH(the_newest_is_the_highest_version),
        BOTH(what_is_left_of_a_purged_record_is_compared),
        BOTH(a_forged_entry_does_not_move_the_clock),
        BOTH(a_commit_that_fails_is_told),
        BOTH(a_second_entry_of_one_version_is_named),
        BOTH(a_setting_taken_away_is_missed),
        BOTH(the_times_of_a_peer_are_looked_at),
        BOTH(what_says_the_same_is_stored_the_same),
        BOTH(no_list_is_null),
        BOTH(a_past_day_shows_no_altered_entry),
        BOTH(reasons_are_shown_and_purges_told),
        BOTH(no_right_rests_on_a_unit_or_a_person_that_was_altered),
        cmocka_unit_test_setup_teardown(a_database_that_is_away_accuses_no_row, served_postgres, served_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
