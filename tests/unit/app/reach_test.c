/* Ways around one's rights: by a token of narrow scope, by handing something over, by a record that moves on, by what
 * one may make but not change. */
#include "access/verify.h"
#include "jobs/clerk.h"
#include "records/records.h"
#include "served.h"
#include "store/store.h"

#include <sched.h>

static struct answer delete_at(struct served *served, const struct caller *caller, const char *path)
{
    return served_ask(served, caller, (struct asking){.method = "DELETE", .path = path});
}

static void changes(struct served *served, const struct caller *caller, const char *path, const char *patch)
{
    struct answer answer = PATCH(served, caller, path, patch);
    expect_status(answer, 200);
}

static bool notify(struct served *served)
{
    return clerk_notify(served->ctx, served->program.store) == OK;
}

/* ---- what is one's own alone ---- */

static void a_token_of_one_register_reads_no_notifications(void **state)
{
    struct served *served = SERVED(state);
    struct caller nora = served_user(served, "nora", OWNER, NORTH, "write,asset");
    served_make(served, &served->admin, "task",
                text_of(served, "{'title': 'Look', 'unit': 2, 'owner': %lld}", (long long)nora.person));
    assert_true(notify(served));
    struct answer refused = GET(served, &nora, "/notification");
    expect_status(refused, 403);
}

static void nothing_is_put_into_anothers_saved_views(void **state)
{
    struct served *served = SERVED(state);
    struct caller nora = served_user(served, "nora", OWNER, NORTH, "write");
    struct caller nils = served_user(served, "nils", OWNER, NORTH, "write");
    served_make(served, &nora, "saved_view", "{'title': 'Mine', 'register': 'risk'}");
    struct answer planted =
        PATCH(served, &nora, "/saved_view/1", text_of(served, "{'owner': %lld}", (long long)nils.person));
    expect_status(planted, 403);
}

/* ---- a job reaches no further than the token that began it ---- */

static struct answer job_ended(struct served *served, const struct caller *caller, int64_t id)
{
    const char *path = text_of(served, "/jobs/%lld", (long long)id);
    struct answer job = GET(served, caller, path);
    while (str_is(json_str(job.json, "status", S("queued")), "queued") ||
           str_is(json_str(job.json, "status", S("")), "running")) {
        expect_status(job, 200);
        sched_yield();
        job = GET(served, caller, path);
    }
    return job;
}

static int64_t import(struct served *served, const struct caller *caller, const char *reg, const char *rows)
{
    struct answer started = POST(served, caller, text_of(served, "/%s/import", reg), rows);
    expect_status(started, 202);
    return json_number(started.json, "job", 0);
}

static void an_import_links_what_its_token_may_read(void **state)
{
    struct served *served = SERVED(state);
    struct caller narrow = served_user(served, "nora", SECURITY_MANAGER, GROUP, "write,evidence"),
                  wide = served_user(served, "nils", SECURITY_MANAGER, GROUP, "write");
    served_make(served, &wide, "asset", "{'title': 'Crane', 'unit': 2}");
    static const char row[] = "title,unit,supports\nPhoto,UNT-2,AST-1\n";
    struct answer direct = POST(served, &narrow, "/evidence", "{'title': 'Photo', 'unit': 2, 'supports': ['AST-1']}");
    expect_status(direct, 422);
    struct answer job = job_ended(served, &narrow, import(served, &narrow, "evidence", row));
    assert_int_equal(json_number(json_get(job.json, "result"), "refused", 0), 1);
    job = job_ended(served, &wide, import(served, &wide, "evidence", row));
    assert_int_equal(json_number(json_get(job.json, "result"), "created", 0), 1);
}

/* What a job has come to is told to no token that could not have begun it. */
static void a_token_of_one_register_sees_no_job_of_another(void **state)
{
    struct served *served = SERVED(state);
    struct caller nora = served_user(served, "nora", OWNER, NORTH, "write");
    int64_t assets = import(served, &nora, "asset", "title,unit\nCrane,UNT-2\n");
    job_ended(served, &nora, assets);
    struct answer made = POST(served, &nora, "/tokens", "{'name': 'narrow', 'scopes': ['write', 'evidence']}");
    struct caller narrow = {.token = json_str(made.json, "secret", S(""))};
    struct answer hidden = GET(served, &narrow, text_of(served, "/jobs/%lld", (long long)assets)),
                  list = GET(served, &narrow, "/jobs");
    expect_status(hidden, 404);
    assert_int_equal(items_count(&list), 0);
    job_ended(served, &narrow, import(served, &narrow, "evidence", "title,unit\nPhoto,UNT-2\n"));
    list = GET(served, &narrow, "/jobs");
    assert_int_equal(items_count(&list), 1);
    list = GET(served, &nora, "/jobs");
    assert_int_equal(items_count(&list), 2);
}

/* ---- what one may add but not change ---- */

static void evidence_of_another_is_not_replaced(void **state)
{
    struct served *served = SERVED(state);
    struct caller nora = served_user(served, "nora", OWNER, NORTH, "write");
    served_make(served, &served->admin, "evidence", "{'title': 'Log', 'unit': 2}");
    struct answer mine = POST(served, &nora, "/evidence", "{'title': 'Other', 'unit': 2, 'replaces': 'EVD-1'}");
    expect_status(mine, 403);
    struct answer still = GET(served, &served->admin, "/evidence/1");
    assert_true(str_is(json_str(still.json, "status", S("")), "valid"));
}

/* ---- what moves ---- */

static void comments_go_along_with_what_they_are_about(void **state)
{
    struct served *served = SERVED(state);
    struct caller north = served_user(served, "nora", OWNER, NORTH, "write"),
                  south = served_user(served, "soren", OWNER, SOUTH, "write");
    served_make(served, &served->admin, "asset", "{'title': 'Crane', 'unit': 2}");
    served_make(served, &served->admin, "comment", "{'subject': 'AST-1', 'text': 'Rusty'}");
    served_make(served, &served->admin, "task", "{'subject': 'AST-1', 'title': 'Paint'}");
    changes(served, &served->admin, "/asset/1", "{'unit': 3}");
    struct answer comments = GET(served, &north, "/comment"), tasks = GET(served, &north, "/task");
    assert_int_equal(items_count(&comments), 0);
    assert_int_equal(items_count(&tasks), 0);
    comments = GET(served, &south, "/comment"), tasks = GET(served, &south, "/task");
    assert_int_equal(items_count(&comments), 1);
    assert_int_equal(items_count(&tasks), 1);
}

/* ---- what goes ---- */

static void what_leans_from_where_one_cannot_see_counts(void **state)
{
    struct served *served = SERVED(state);
    struct caller north = served_user(served, "nora", SECURITY_MANAGER, NORTH, "write");
    served_make(served, &served->admin, "asset", "{'title': 'Crane', 'unit': 2}");
    served_make(served, &served->admin, "asset", "{'title': 'Yard', 'unit': 3, 'depends_on': [1]}");
    struct answer refused = delete_at(served, &north, "/asset/1");
    expect_status(refused, 409);
    assert_int_equal(json_get(refused.json, "leaning")->count, 0);
    assert_false(str_find(refused.body, S("Yard"), NULL));
}

static enum result many_lean(struct ctx *ctx, void *arg)
{
    const struct reg *reg = house_register(ctx->house, S("task"));
    size_t index;
    if (!reg_field(reg, S("subject"), &index)) return BROKEN;
    for (int64_t i = 0; i < *(int64_t *)arg; i++) {
        struct record *task = record_new(ctx, reg);
        task->row[C_UNIT] = value_number(NORTH);
        record_set_text(task, reg_title_field(reg), S("Grease it"));
        record_set_text(task, index, S("AST-1"));
        TRY(record_insert(ctx, task, "create"));
    }
    return OK;
}

static void what_leans_is_counted_to_the_end(void **state)
{
    struct served *served = SERVED(state);
    int64_t many = LEANING_MOST + 1;
    served_make(served, &served->admin, "asset", "{'title': 'Crane', 'unit': 2}");
    must(served, store_write(served->ctx, served->program.store, many_lean, &many));
    struct answer links = GET(served, &served->admin, "/asset/1/links");
    assert_int_equal(items_count(&links), LEANING_MOST);
    assert_int_equal(json_number(links.json, "total", 0), many);
    struct answer refused = delete_at(served, &served->admin, "/asset/1");
    expect_status(refused, 409);
    assert_true(str_find(refused.body, S("1001 records lean on this one"), NULL));
}

static void what_is_deleted_leans_on_nothing(void **state)
{
    struct served *served = SERVED(state);
    int64_t some = 2;
    served_make(served, &served->admin, "asset", "{'title': 'Crane', 'unit': 2}");
    must(served, store_write(served->ctx, served->program.store, many_lean, &some));
    struct answer gone = delete_at(served, &served->admin, "/task/1"),
                  links = GET(served, &served->admin, "/asset/1/links");
    expect_status(gone, 204);
    assert_int_equal(items_count(&links), 1);
    assert_int_equal(json_number(links.json, "total", 0), 1);
    gone = delete_at(served, &served->admin, "/task/2");
    expect_status(gone, 204);
    gone = delete_at(served, &served->admin, "/asset/1");
    expect_status(gone, 204);
}

static void the_organisation_is_not_deleted_from_under_itself(void **state)
{
    struct served *served = SERVED(state);
    struct caller north = served_user(served, "nora", SECURITY_MANAGER, NORTH, "write");
    struct answer top = delete_at(served, &served->admin, "/unit/1?force=1");
    expect_status(top, 409);
    struct answer own = delete_at(served, &north, "/unit/2?force=1");
    expect_status(own, 403);
    struct answer below = delete_at(served, &served->admin, "/unit/2?force=1");
    expect_status(below, 204);
}

static void the_file_goes_with_what_is_purged(void **state)
{
    struct served *served = SERVED(state);
    served_make(served, &served->admin, "asset", "{'title': 'Crane', 'unit': 2}");
    struct answer attached = POST(served, &served->admin, "/asset/1/evidence?name=f.txt&title=Log", "Names of people");
    expect_status(attached, 201);
    struct answer gone = delete_at(served, &served->admin, "/evidence/1?force=1");
    expect_status(gone, 204);
    struct answer purged = POST(served, &served->admin, "/evidence/1/purge", "{'reason': 'Asked to'}");
    expect_status(purged, 204);
    int64_t blobs;
    must(served, db_query_number(served->ctx, S("SELECT count(*) FROM blob"), NULL, 0, 0, &blobs));
    assert_int_equal(blobs, 0);
}

/* A tree that names a unit whose parent is forgotten would let nobody in. */
static void a_purged_unit_is_out_of_the_tree(void **state)
{
    struct served *served = SERVED(state);
    int64_t checked = 0;
    served_make(served, &served->admin, "unit", "{'title': 'Shed', 'kind': 'site', 'parent': 2}");
    struct answer gone = delete_at(served, &served->admin, "/unit/4");
    expect_status(gone, 204);
    gone = POST(served, &served->admin, "/unit/4/purge", "{'reason': 'Asked to'}");
    expect_status(gone, 204);
    must(served, reach_verify(served->ctx, &checked));
}

/* ---- what is not what it seems ---- */

static void nothing_is_written_as_of_a_past_day(void **state)
{
    struct served *served = SERVED(state);
    struct answer written = POST(served, &served->admin, "/frameworks?as_of=2020-01-01",
                                 "{'id': 'x', 'title': 'X', 'items': [{'id': '1', 'title': 'One'}]}");
    expect_status(written, 409);
}

static void a_file_is_named_in_words(void **state)
{
    struct served *served = SERVED(state);
    served_make(served, &served->admin, "asset", "{'title': 'Crane', 'unit': 2}");
    static const char *const names[] = {"%ff%fe", "a%00b", "a%0ab"};
    for (size_t i = 0; i < COUNT(names); i++) {
        struct answer bad =
            POST(served, &served->admin, text_of(served, "/asset/1/evidence?name=%s&title=Log", names[i]), "bytes");
        expect_status(bad, 400);
    }
}

/* A title is cut between characters: half a character is no text, and would stop all notifications. */
static void a_long_comment_is_told_in_whole_characters(void **state)
{
    struct served *served = SERVED(state);
    struct caller nora = served_user(served, "nora", OWNER, NORTH, "write");
    struct buf text = buf_in(served->ctx->arena);
    buf_text(&text, "a");
    for (int i = 0; i < 300; i++) buf_text(&text, "\xc3\xa4");
    served_make(served, &served->admin, "asset", "{'title': 'Crane', 'unit': 2}");
    served_make(served, &served->admin, "comment",
                text_of(served, "{'subject': 'AST-1', 'text': '%.*s', 'mentions': [%lld]}", PRINT(buf_str(&text)),
                        (long long)nora.person));
    assert_true(notify(served));
    struct answer told = GET(served, &nora, "/work");
    assert_non_null(items_find(&told, "kind", "notice"));
    assert_true(str_is_utf8(told.body));
}

/* ---- notifications tell nobody more than he may read ---- */

static int64_t copies_of(struct served *served, const char *word)
{
    struct value args[] = {value_text(arena_print(served->ctx->arena, "%%%s%%", word))};
    int64_t rows, states;
    must(served,
         db_query_number(served->ctx, S("SELECT count(*) FROM notification WHERE title LIKE ?1"), args, 1, 0, &rows));
    must(served,
         db_query_number(served->ctx, S("SELECT count(*) FROM ledger_state WHERE state LIKE ?1"), args, 1, 0, &states));
    return rows + states;
}

static void who_may_not_read_is_not_told(void **state)
{
    struct served *served = SERVED(state);
    struct caller nora = served_user(served, "nora", OWNER, NORTH, "write");
#define MENTION "{'subject': 'AST-%d', 'text': 'The lock is broken', 'mentions': [%lld]}"
    served_make(served, &served->admin, "asset", "{'title': 'Harbour lock', 'unit': 3}");
    served_make(served, &served->admin, "comment", text_of(served, MENTION, 1, (long long)nora.person));
    assert_true(notify(served));
    struct answer told = GET(served, &nora, "/notification");
    assert_int_equal(items_count(&told), 0);
    served_make(served, &served->admin, "asset", "{'title': 'Harbour crane', 'unit': 2}");
    served_make(served, &served->admin, "comment", text_of(served, MENTION, 2, (long long)nora.person));
    assert_true(notify(served));
    told = GET(served, &nora, "/work");
    assert_non_null(items_find(&told, "title", "The lock is broken"));
    changes(served, &served->admin, "/asset/2", "{'unit': 3}");
    told = GET(served, &nora, "/work");
    assert_null(items_find(&told, "title", "The lock is broken"));
    assert_non_null(items_find(&told, "title", "CMT-2"));
    told = GET(served, &nora, "/notification?expand=*");
    assert_int_equal(items_count(&told), 1);
    assert_false(str_find(told.body, S("broken"), NULL));
}

static void what_is_purged_is_in_no_notification(void **state)
{
    struct served *served = SERVED(state);
    struct caller nora = served_user(served, "nora", OWNER, NORTH, "write");
    served_make(served, &served->admin, "asset",
                text_of(served, "{'title': 'Brunhilde', 'unit': 2, 'owner': %lld}", (long long)nora.person));
    assert_true(notify(served));
    struct answer told = GET(served, &nora, "/work"), gone = delete_at(served, &served->admin, "/asset/1");
    assert_non_null(items_find(&told, "title", "Brunhilde"));
    expect_status(gone, 204);
    gone = POST(served, &served->admin, "/asset/1/purge", "{'reason': 'asked for'}");
    expect_status(gone, 204);
    assert_int_equal(copies_of(served, "Brunhilde"), 0);
    told = GET(served, &nora, "/work");
    assert_non_null(items_find(&told, "title", "AST-1"));
}

static void a_custom_field_that_is_required_is_asked_for(void **state)
{
    struct served *served = SERVED(state);
    struct answer field =
        POST(served, &served->admin, "/custom-fields",
             "{'register': 'asset', 'name': 'site', 'kind': 'text', 'label': 'Site', 'required': true}");
    expect_status(field, 201);
    struct answer without = POST(served, &served->admin, "/asset", "{'title': 'Crane', 'unit': 2}");
    expect_status(without, 422);
    struct answer with =
        POST(served, &served->admin, "/asset", "{'title': 'Crane', 'unit': 2, 'custom': {'site': 'A'}}");
    expect_status(with, 201);
    struct answer cleared = PATCH(served, &served->admin, "/asset/1", "{'custom': {'site': null}}");
    expect_status(cleared, 422);
}

static void a_cursor_of_another_kind_is_refused(void **state)
{
    struct served *served = SERVED(state);
    served_make(served, &served->admin, "asset", "{'title': 'Crane', 'unit': 2}");
    struct answer odd = GET(served, &served->admin, "/asset?sort=version&cursor=313a7461"); /* "1:ta" */
    expect_status(odd, 400);
    odd = GET(served, &served->admin, "/asset?sort=title&cursor=313a743g"); /* no hex, though it would make "1:t/" */
    expect_status(odd, 400);
}

#define BOTH(test)                                                                                                     \
    cmocka_unit_test_setup_teardown(test, served_sqlite, served_end),                                                  \
        cmocka_unit_test_setup_teardown(test, served_postgres, served_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        BOTH(a_token_of_one_register_reads_no_notifications),
        BOTH(nothing_is_put_into_anothers_saved_views),
        BOTH(an_import_links_what_its_token_may_read),
        BOTH(a_token_of_one_register_sees_no_job_of_another),
        BOTH(evidence_of_another_is_not_replaced),
        BOTH(comments_go_along_with_what_they_are_about),
        BOTH(what_leans_from_where_one_cannot_see_counts),
        BOTH(what_leans_is_counted_to_the_end),
        BOTH(what_is_deleted_leans_on_nothing),
        BOTH(the_organisation_is_not_deleted_from_under_itself),
        BOTH(the_file_goes_with_what_is_purged),
        BOTH(a_purged_unit_is_out_of_the_tree),
        BOTH(nothing_is_written_as_of_a_past_day),
        BOTH(a_file_is_named_in_words),
        BOTH(a_long_comment_is_told_in_whole_characters),
        BOTH(who_may_not_read_is_not_told),
        BOTH(what_is_purged_is_in_no_notification),
        BOTH(a_custom_field_that_is_required_is_asked_for),
        BOTH(a_cursor_of_another_kind_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
