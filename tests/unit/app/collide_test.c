/* Several writers on PostgreSQL: what one has read, another may change before it writes. The other is played by a
 * connection of the test, which holds a row while the program comes to it; the program is seen to wait by asking
 * PostgreSQL for locks that are not granted, never by the clock. */
#include "served.h"

#include "ledger/canonical.h"

#include <libpq-fe.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>

struct asked {
    struct served *served;
    struct asking asking;
    struct answer answer;
    atomic_bool done;
};

static void *ask(void *arg)
{
    struct asked *asked = arg;
    asked->answer = served_ask(asked->served, &asked->served->admin, asked->asking);
    asked->done = true;
    return NULL;
}

static void sql(PGconn *connection, const char *text)
{
    PGresult *result = PQexec(connection, text);
    ExecStatusType status = PQresultStatus(result);
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) print_error("%s", PQerrorMessage(connection));
    assert_true(status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK);
    PQclear(result);
}

static PGconn *another_writer(struct served *served)
{
    char path[80];
    PGconn *connection = PQconnectdb(getenv("MERLON_TEST_DATABASE"));
    assert_int_equal(PQstatus(connection), CONNECTION_OK);
    snprintf(path, sizeof path, "SET search_path = %s", served->schema);
    sql(connection, path);
    return connection;
}

static struct str answer_to(struct served *served, PGconn *connection, const char *text)
{
    PGresult *result = PQexec(connection, text);
    assert_int_equal(PQntuples(result), 1);
    struct str value = arena_copy(served->ctx->arena, str_of(PQgetvalue(result, 0, 0)));
    PQclear(result);
    return value;
}

static int64_t number_from(struct served *served, PGconn *connection, const char *text)
{
    return strtoll(arena_cstr(served->ctx->arena, answer_to(served, connection, text)), NULL, 10);
}

static const char *in_hex(struct served *served, const void *bytes, size_t len)
{
    struct buf text = buf_in(served->ctx->arena);
    buf_hex(&text, bytes, len);
    return arena_cstr(served->ctx->arena, buf_str(&text));
}

#define OF_FIRST "FROM ledger_entry e JOIN ledger_state s ON s.entry = e.id WHERE e.subject = '%s' AND e.record = 1 "
#define NEWEST OF_FIRST "ORDER BY version DESC LIMIT 1"

/* As the other program enters what it has changed of the first record of a register, given as JSON. */
static void enter(struct served *served, PGconn *other, const char *subject, const char *changes)
{
    struct hash hash;
    unsigned char mac[MAC_SIZE];
    struct buf text = buf_in(served->ctx->arena);
    struct str state = answer_to(
        served, other,
        text_of(served, "SELECT s.state::jsonb || jsonb_build_object('version', e.version + 1) || '%s'::jsonb " NEWEST,
                changes, subject));
    struct ledger_row row = {.action = S("change"), .subject = str_of(subject), .record = 1};
    row.at = served->ctx->now;
    row.state_size = (int64_t)state.len;
    row.version = 1 + number_from(served, other, text_of(served, "SELECT max(version) " OF_FIRST, subject));
    row.id = number_from(served, other, "SELECT nextval(pg_get_serial_sequence('ledger_entry', 'id'))");
    canonical_content(hasher_in(served->ctx->arena), S("sixteen bytes it"), S(""), state, &hash);
    row.content = hash_bytes(&hash);
    canonical_entry(&text, &row);
    keyring_mac(served->program.keyring, LEDGER_MAC, buf_str(&text), mac);
    sql(other, text_of(served,
                       "INSERT INTO ledger_entry (id, at, actor, action, subject, record, version, state_size, "
                       "content_hash) VALUES (%lld, %lld, 0, 'change', '%s', 1, %lld, %lld, '\\x%s')",
                       (long long)row.id, (long long)row.at, subject, (long long)row.version, (long long)row.state_size,
                       in_hex(served, row.content.at, row.content.len)));
    sql(other, text_of(served, "INSERT INTO ledger_state VALUES (%lld, 'sixteen bytes it', '', '%.*s')",
                       (long long)row.id, PRINT(state)));
    sql(other, text_of(served, "INSERT INTO ledger_pending VALUES (%lld, '\\x%s')", (long long)row.id,
                       in_hex(served, mac, sizeof mac)));
}

static bool somebody_waits(PGconn *connection)
{
    char text[160];
    snprintf(text, sizeof text, "SELECT 1 FROM pg_locks WHERE NOT granted AND %d = ANY(pg_blocking_pids(pid))",
             PQbackendPID(connection));
    PGresult *result = PQexec(connection, text);
    bool waits = PQntuples(result) > 0;
    PQclear(result);
    return waits;
}

/* The answer to a request that comes to what the other holds, and waits until that one, after its last words,
 * commits. */
static struct answer ask_until(struct served *served, PGconn *other, const char *last_words, struct asking asking)
{
    struct asked asked = {.served = served, .asking = asking};
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, ask, &asked), 0);
    bool waited = false;
    while (!waited && !asked.done) waited = somebody_waits(other);
    sql(other, last_words);
    sql(other, "COMMIT");
    pthread_join(thread, NULL);
    PQfinish(other);
    if (!waited) print_error("it did not wait: %d %.*s\n", asked.answer.status, PRINT(asked.answer.body));
    assert_true(waited);
    return asked.answer;
}

static struct answer ask_meanwhile(struct served *served, PGconn *other, struct asking asking)
{
    return ask_until(served, other, "SELECT 1", asking);
}

/* The answer to a change of asset 1 that comes to the row while another changes its title. */
static struct answer change_meanwhile(struct served *served, const char *headers, const char *body)
{
    PGconn *other = another_writer(served);
    served_make(served, &served->admin, "asset", "{'title': 'Crane', 'unit': 2}");
    sql(other, "BEGIN");
    sql(other, "UPDATE asset SET title = 'Theirs', version = version + 1 WHERE id = 1");
    enter(served, other, "asset", "{\"title\": \"Theirs\"}");
    return ask_meanwhile(served, other, (struct asking){"PATCH", "/asset/1", body, headers});
}

static void a_change_of_what_has_just_changed_is_refused(void **state)
{
    struct served *served = SERVED(state);
    struct answer answer = change_meanwhile(served, "If-Match: \"1\"\r\n", "{'location': 'Quay'}");
    expect_status(answer, 409);
    const struct json *current = json_get(answer.json, "current");
    assert_true(str_is(json_str(current, "title", S("")), "Theirs"));
}

static void a_change_of_any_version_keeps_what_another_wrote(void **state)
{
    struct served *served = SERVED(state);
    struct answer answer = change_meanwhile(served, "If-Match: *\r\n", "{'location': 'Quay'}");
    expect_status(answer, 200);
    assert_true(str_is(json_str(answer.json, "title", S("")), "Theirs"));
    assert_true(str_is(json_str(answer.json, "location", S("")), "Quay"));
    assert_int_equal(json_number(answer.json, "version", 0), 3);
}

/* ---- an import whose batch is run again ---- */

static void an_import_that_collides_loses_no_row(void **state)
{
    struct served *served = SERVED(state);
    PGconn *other = another_writer(served);
    served_make(served, &served->admin, "asset", "{'title': 'Crane', 'unit': 2}");
    sql(other, "BEGIN");
    sql(other, "UPDATE asset SET location = 'Quay', version = version + 1 WHERE id = 1");
    enter(served, other, "asset", "{\"location\": \"Quay\"}");
    struct answer started = POST(served, &served->admin, "/asset/import?format=csv",
                                 "reference,title,unit\n,One,UNT-2\n,Two,UNT-2\nAST-1,Three,UNT-2\n,Four,UNT-2\n");
    expect_status(started, 202);
    while (!somebody_waits(other)) sched_yield();
    sql(other, "COMMIT");
    PQfinish(other);
    struct answer job;
    do {
        sched_yield();
        job = GET(served, &served->admin, "/jobs/1");
    } while (str_is(json_str(job.json, "status", S("")), "running"));
    assert_true(str_is(json_str(job.json, "status", S("")), "done"));
    const struct json *result = json_get(job.json, "result");
    assert_int_equal(json_number(result, "rows", 0), 4);
    assert_int_equal(json_number(result, "created", 0), 3);
    assert_int_equal(json_number(result, "changed", 0), 1);
    assert_int_equal(json_get(result, "fates")->count, 4);
    struct answer assets = GET(served, &served->admin, "/asset");
    assert_int_equal(items_count(&assets), 4);
}

/* ---- what is derived from what two change at once ---- */

static bool is(const struct answer *answer, const char *member, const char *text)
{
    return str_is(json_str(answer->json, member, S("")), text);
}

/* Risk 1, acceptable, with treatment action 1 that is only planned. */
static PGconn *one_risk(struct served *served)
{
    const struct caller *admin = &served->admin;
    struct caller board = served_user(served, "bea", TOP_MANAGEMENT, GROUP, "write");
    served_make(served, admin, "methodology", "{'title': 'Method'}");
    served_move(served, &board, "methodology", 1, "approve", "{}");
    served_make(served, admin, "risk_assessment", "{'title': 'Round', 'methodology': 1}");
    served_make(served, admin, "risk",
                "{'title': 'Ransom', 'assessment': 1, 'unit': 2, 'current_likelihood': 1,"
                "'current_consequences': {'legal': 1}}");
    served_make(served, admin, "treatment_action", "{'title': 'Do', 'risk': 1, 'unit': 2, 'due_on': '2026-12-01'}");
    PGconn *other = another_writer(served);
    sql(other, "BEGIN");
    return other;
}

static struct asking step(const char *path)
{
    return (struct asking){"POST", path, "{}", "If-Match: *\r\n"};
}

static void a_treatment_that_begins_counts_for_a_risk_that_rises(void **state)
{
    struct served *served = SERVED(state);
    PGconn *other = one_risk(served);
    sql(other, "UPDATE risk SET version = version + 1, current_likelihood = 5, current_consequence = 5, "
               "current_consequences = '{\"legal\":5}', current_level = 'very_high', current_rank = 4, "
               "appetite = 'unacceptable', attention = 'untreated' WHERE id = 1");
    enter(served, other, "risk",
          "{\"current_likelihood\": 5, \"current_consequence\": 5, \"current_consequences\": {\"legal\": 5}, "
          "\"current_level\": \"very_high\", \"current_rank\": 4, \"appetite\": \"unacceptable\", "
          "\"attention\": \"untreated\"}");
    struct answer begun = ask_meanwhile(served, other, step("/treatment_action/1/transitions/start"));
    expect_status(begun, 200);
    struct answer risk = GET(served, &served->admin, "/risk/1");
    assert_true(is(&risk, "current_level", "very_high"));
    assert_true(is(&risk, "attention", "none"));
}

static void a_risk_that_rises_sees_the_treatment_that_begins(void **state)
{
    struct served *served = SERVED(state);
    PGconn *other = one_risk(served);
    sql(other, "UPDATE treatment_action SET status = 'in_progress', version = version + 1 WHERE id = 1");
    sql(other, "SELECT 1 FROM risk WHERE id = 1 FOR NO KEY UPDATE"); /* as the program does to derive it */
    struct answer risk = ask_meanwhile(
        served, other,
        (struct asking){"PATCH", "/risk/1", "{'current_likelihood': 5, 'current_consequences': {'legal': 5}}",
                        "If-Match: *\r\n"});
    expect_status(risk, 200);
    assert_true(is(&risk, "current_level", "very_high"));
    assert_true(is(&risk, "attention", "none"));
}

/* Each of two acceptances ends while the other, as its writer sees it, still holds. */
static void a_risk_does_not_rest_on_two_acceptances_that_end(void **state)
{
    struct served *served = SERVED(state);
    PGconn *other = one_risk(served);
    struct caller board = served_user(served, "bert", TOP_MANAGEMENT, GROUP, "write");
    for (int i = 1; i <= 2; i++) {
        served_make(served, &served->admin, "acceptance",
                    "{'title': 'Live with it', 'risk': 1, 'unit': 2, 'reason': 'Cost', 'expires_on': '2026-12-31'}");
        served_move(served, &board, "acceptance", i, "accept", "{}");
    }
    sql(other, "UPDATE acceptance SET status = 'withdrawn', version = version + 1 WHERE id = 1");
    sql(other, "SELECT 1 FROM risk WHERE id = 1 FOR NO KEY UPDATE");
    struct answer ended = ask_meanwhile(served, other, step("/acceptance/2/transitions/withdraw"));
    expect_status(ended, 200);
    struct answer risk = GET(served, &served->admin, "/risk/1");
    assert_true(is(&risk, "status", "in_treatment"));
}

static void a_new_risk_knows_that_its_method_is_superseded(void **state)
{
    struct served *served = SERVED(state);
    PGconn *other = one_risk(served);
    sql(other, "UPDATE methodology SET status = 'superseded', version = version + 1 WHERE id = 1");
    struct answer made = ask_meanwhile(
        served, other, (struct asking){"POST", "/risk", "{'title': 'Flood', 'assessment': 1, 'unit': 2}", NULL});
    expect_status(made, 201);
    assert_true(is(&made, "attention", "method_changed"));
}

static void a_comment_lies_where_its_subject_moves_meanwhile(void **state)
{
    struct served *served = SERVED(state);
    PGconn *other = one_risk(served);
    sql(other, "UPDATE risk SET unit = 3, version = version + 1 WHERE id = 1");
    struct answer said =
        ask_meanwhile(served, other, (struct asking){"POST", "/comment", "{'subject': 'RSK-1', 'text': 'So?'}", NULL});
    expect_status(said, 201);
    assert_int_equal(json_number(said.json, "unit", 0), SOUTH);
}

/* Two controls of one requirement, of which each has come a part of the way. */
static void a_line_counts_both_controls_that_change(void **state)
{
    struct served *served = SERVED(state);
    const struct caller *admin = &served->admin;
    served_make(served, admin, "framework", "{'title': 'Annex', 'key': 'annex'}");
    served_make(served, admin, "requirement",
                "{'title': 'R', 'identifier': 'A.1', 'framework': 1, 'reference_list': true}");
    served_make(served, admin, "soa", "{'title': 'SoA', 'unit': 2, 'framework': 1}");
    for (int i = 1; i <= 2; i++)
        served_make(served, admin, "control", "{'title': 'Fence', 'unit': 2, 'requirements': [1]}");
    PGconn *other = another_writer(served);
    sql(other, "BEGIN");
    sql(other, "UPDATE control SET status = 'implemented', implementation = 'implemented', version = version + 1 "
               "WHERE id = 1");
    sql(other, "UPDATE soa_line SET implementation = 'partly_implemented', version = version + 1 WHERE id = 1");
    enter(served, other, "soa_line", "{\"implementation\": \"partly_implemented\"}");
    struct answer other_control = ask_meanwhile(served, other, step("/control/2/transitions/implement"));
    expect_status(other_control, 200);
    struct answer line = GET(served, admin, "/soa_line/1");
    assert_true(is(&line, "implementation", "implemented"));
}

/* A unit comes to lie below that of a statement which is being made. */
static void a_new_statement_knows_of_a_unit_that_moves(void **state)
{
    struct served *served = SERVED(state);
    const struct caller *admin = &served->admin;
    served_make(served, admin, "framework", "{'title': 'Annex', 'key': 'annex'}");
    served_make(served, admin, "requirement",
                "{'title': 'R', 'identifier': 'A.1', 'framework': 1, 'reference_list': true}");
    served_make(served, admin, "control", "{'title': 'Fence', 'unit': 3, 'requirements': [1]}");
    served_move(served, admin, "control", 1, "implement", "{}");
    PGconn *other = another_writer(served);
    sql(other, "BEGIN");
    sql(other, "UPDATE unit SET parent = 2, version = version + 1 WHERE id = 3");
    sql(other, text_of(served, "SELECT pg_advisory_xact_lock(current_schema()::regnamespace::oid::int4, %d)",
                       (int32_t)str_hash(S("unit_reach"))));
    struct answer made =
        ask_until(served, other, "INSERT INTO unit_reach (ancestor, unit) VALUES (2, 3)",
                  (struct asking){"POST", "/soa", "{'title': 'SoA', 'unit': 2, 'framework': 1}", NULL});
    expect_status(made, 201);
    struct answer line = GET(served, admin, "/soa_line/1");
    assert_true(is(&line, "implementation", "implemented"));
}

/* Needs flow through assets in whatever order they are linked: who is to change one waits before he holds any. */
static void assets_have_one_writer_at_a_time(void **state)
{
    struct served *served = SERVED(state);
    served_make(served, &served->admin, "asset", "{'title': 'Crane', 'unit': 2}");
    served_make(served, &served->admin, "asset", "{'title': 'Motor', 'unit': 2, 'depends_on': [1]}");
    PGconn *other = another_writer(served);
    sql(other, "BEGIN");
    sql(other, text_of(served, "SELECT pg_advisory_xact_lock(current_schema()::regnamespace::oid::int4, %d)",
                       (int32_t)str_hash(S("asset"))));
    struct answer changed =
        ask_until(served, other,
                  "UPDATE asset SET confidentiality = 4, need_confidentiality = 4, version = version + 1 WHERE id = 2",
                  (struct asking){"PATCH", "/asset/1", "{'location': 'Quay', 'depends_on': [2]}", "If-Match: *\r\n"});
    expect_status(changed, 200);
    assert_int_equal(json_number(changed.json, "need_confidentiality", 0), 4);
    struct answer other_asset = GET(served, &served->admin, "/asset/2");
    assert_int_equal(json_number(other_asset.json, "confidentiality", 0), 4);
}

/* ---- what is held while it is looked at ---- */

/* Everything that the requests below are about. */
static void one_of_each(struct served *served)
{
    const struct caller *admin = &served->admin;
    PGconn *other = one_risk(served);
    sql(other, "COMMIT");
    PQfinish(other);
    served_make(served, admin, "framework", "{'title': 'Annex', 'key': 'annex'}");
    served_make(served, admin, "requirement",
                "{'title': 'R', 'identifier': 'A.1', 'framework': 1, 'reference_list': true}");
    served_make(served, admin, "soa", "{'title': 'SoA', 'unit': 2, 'framework': 1}");
    served_make(served, admin, "control", "{'title': 'Fence', 'unit': 2, 'requirements': [1]}");
    served_make(served, admin, "evidence", "{'title': 'Photograph', 'unit': 2, 'supports': ['CTL-1']}");
    served_make(served, admin, "asset", "{'title': 'Crane', 'unit': 2}");
    served_make(served, admin, "task", "{'title': 'Look', 'unit': 2, 'subject': 'AST-1'}");
}

/* Whoever comes to a record that another is changing waits for it, also where only what follows from it is written. */
static void what_another_changes_is_waited_for(void **state)
{
    static const struct {
        const char *held; /* the row that another has */
        struct asking asking;
    } cases[] = {
        {"requirement", {"PATCH", "/control/1", "{'requirements': []}", "If-Match: *\r\n"}},
        {"requirement", {"POST", "/soa", "{'title': 'Other', 'unit': 3, 'framework': 1}", NULL}},
        {"soa", {"PATCH", "/requirement/1", "{'title': 'Other words'}", "If-Match: *\r\n"}},
        {"soa", {"PATCH", "/soa_line/1", "{'good_practice': true}", "If-Match: *\r\n"}},
        {"soa_line", {"PATCH", "/control/1", "{'requirements': [1]}", "If-Match: *\r\n"}},
        {"control", {"PATCH", "/evidence/1", "{'supports': []}", "If-Match: *\r\n"}},
        {"evidence", {"POST", "/evidence", "{'title': 'Newer', 'unit': 2, 'replaces': 1}", NULL}},
        {"methodology", {"POST", "/risk", "{'title': 'Flood', 'assessment': 1, 'unit': 2}", NULL}},
        {"methodology", {"POST", "/methodology/2/transitions/approve", "{}", "If-Match: *\r\n"}},
        {"risk", {"POST", "/treatment_action/1/transitions/start", "{}", "If-Match: *\r\n"}},
        {"risk", {"POST", "/comment", "{'subject': 'RSK-1', 'text': 'So?'}", NULL}},
        {"task", {"PATCH", "/asset/1", "{'unit': 3}", "If-Match: *\r\n"}},
        {"asset", {"DELETE", "/asset/1?force=1", NULL, "If-Match: *\r\n"}},
    };
    struct served *served = SERVED(state);
    struct caller mara = served_user(served, "mara", SECURITY_MANAGER, GROUP, "write");
    one_of_each(served);
    served_make(served, &mara, "methodology", "{'title': 'Next', 'replaces': 1}");
    for (size_t i = 0; i < COUNT(cases); i++) {
        PGconn *other = another_writer(served);
        sql(other, "BEGIN");
        sql(other, text_of(served, "SELECT 1 FROM %s WHERE id = 1 FOR NO KEY UPDATE", cases[i].held));
        struct asking asking = cases[i].asking;
        if (asking.body) asking.body = served_shown(served, &served->admin, asking.path, asking.body);
        struct answer answer = ask_meanwhile(served, other, asking);
        if (answer.status >= 300) print_error("%s: %s\n", cases[i].held, cases[i].asking.path);
        assert_in_range(answer.status, 200, 204);
    }
}

/* What must be one at a time, for it is counted or looked up before it is written. */
static void one_at_a_time(void **state)
{
    static const struct {
        const char *lock;
        struct asking asking;
    } cases[] = {
        {"user", {"POST", "/users", "{'name': 'Pia', 'email': 'pia@example.org'}", NULL}},
        {"user", {"PATCH", "/users/1", "{'name': 'Ada again'}", "If-Match: *\r\n"}},
        {"user", {"PATCH", "/session", "{'language': 'de'}", NULL}},
        {"login_attempt", {"POST", "/session", "{'email': 'ada@example.org', 'password': 'none at all'}", NULL}},
        {"unit_reach", {"PATCH", "/unit/3", "{'parent': 2}", "If-Match: *\r\n"}},
        {"unit_reach", {"POST", "/soa", "{'title': 'Other', 'unit': 3, 'framework': 1}", NULL}},
        {"asset", {"PATCH", "/asset/1", "{'confidentiality': 3}", "If-Match: *\r\n"}},
    };
    struct served *served = SERVED(state);
    one_of_each(served);
    for (size_t i = 0; i < COUNT(cases); i++) {
        PGconn *other = another_writer(served);
        sql(other, "BEGIN");
        sql(other, text_of(served, "SELECT pg_advisory_xact_lock(current_schema()::regnamespace::oid::int4, %d)",
                           (int32_t)str_hash(str_of(cases[i].lock))));
        struct answer answer = ask_meanwhile(served, other, cases[i].asking);
        if (answer.status >= 500) print_error("%s: %s\n", cases[i].lock, cases[i].asking.path);
        assert_in_range(answer.status, 200, 401);
    }
}

/* Each reads row and entry as the one before left them: neither takes the other's change for an alteration. */
static void a_custom_field_is_changed_by_two_at_once(void **state)
{
    enum { ROUNDS = 20 };
    struct served *served = SERVED(state);
    struct answer made = POST(served, &served->admin, "/custom-fields",
                              "{'register': 'task', 'name': 'berth', 'kind': 'text', 'label': 'Berth'}");
    expect_status(made, 201);
    struct ctx contexts[2] = {*served->ctx, *served->ctx};
    struct served both[2] = {*served, *served};
    for (int k = 0; k < 2; k++) contexts[k].arena = arena_new(0), both[k].ctx = &contexts[k];
    for (int i = 0; i < ROUNDS; i++) {
        struct asked two[2];
        pthread_t threads[2];
        for (int k = 0; k < 2; k++) {
            const char *body = text_of(served, "{'label': 'Berth %d of %d'}", i, k);
            two[k] = (struct asked){.served = &both[k], .asking = {"PATCH", "/custom-fields/1", body, NULL}};
        }
        for (int k = 0; k < 2; k++) assert_int_equal(pthread_create(&threads[k], NULL, ask, &two[k]), 0);
        for (int k = 0; k < 2; k++) pthread_join(threads[k], NULL);
        for (int k = 0; k < 2; k++) expect_status(two[k].answer, 200);
    }
    for (int k = 0; k < 2; k++) arena_free(contexts[k].arena);
}

#define ON_POSTGRES(test) cmocka_unit_test_setup_teardown(test, served_postgres, served_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_POSTGRES(a_change_of_what_has_just_changed_is_refused),
        ON_POSTGRES(a_change_of_any_version_keeps_what_another_wrote),
        ON_POSTGRES(an_import_that_collides_loses_no_row),
        ON_POSTGRES(a_treatment_that_begins_counts_for_a_risk_that_rises),
        ON_POSTGRES(a_risk_that_rises_sees_the_treatment_that_begins),
        ON_POSTGRES(a_risk_does_not_rest_on_two_acceptances_that_end),
        ON_POSTGRES(a_new_risk_knows_that_its_method_is_superseded),
        ON_POSTGRES(a_comment_lies_where_its_subject_moves_meanwhile),
        ON_POSTGRES(a_line_counts_both_controls_that_change),
        ON_POSTGRES(a_new_statement_knows_of_a_unit_that_moves),
        ON_POSTGRES(assets_have_one_writer_at_a_time),
        ON_POSTGRES(what_another_changes_is_waited_for),
        ON_POSTGRES(one_at_a_time),
        ON_POSTGRES(a_custom_field_is_changed_by_two_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
