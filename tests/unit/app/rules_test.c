/* What the rules of the field forbid, tried through the running server by people who have the rights for all that
 * leads up to it. */
#include "served.h"

#include "base/clock.h"
#include "jobs/clerk.h"
#include "records/records.h"
#include "store/store.h"

struct house_of {
    struct caller manager, second, board;
    int64_t assessment, risk;
};

static const char *at(struct served *served, const char *reg, int64_t id)
{
    return text_of(served, "/%s/%lld", reg, (long long)id);
}

static struct answer step(struct served *served, const struct caller *caller, const char *path, const char *body)
{
    const char *shown = served_shown(served, caller, path, body);
    return served_ask(served, caller, (struct asking){"POST", path, shown, "If-Match: *\r\n"});
}

static struct answer remove_at(struct served *served, const struct caller *caller, const char *path)
{
    return served_ask(served, caller, (struct asking){.method = "DELETE", .path = path});
}

static void changes(struct served *served, const struct caller *caller, const char *path, const char *patch)
{
    struct answer answer = PATCH(served, caller, path, patch);
    expect_status(answer, 200);
}

static bool is(const struct answer *answer, const char *member, const char *text)
{
    return str_is(json_str(answer->json, member, S("")), text);
}

static int64_t number_at(struct served *served, const char *path, const char *member)
{
    struct answer answer = GET(served, &served->admin, path);
    expect_status(answer, 200);
    return json_number(answer.json, member, -1);
}

/* A risk at level medium, which the security manager may accept. */
static struct house_of one_risk(struct served *served)
{
    struct house_of house = {.manager = served_user(served, "mara", SECURITY_MANAGER, GROUP, "write"),
                             .second = served_user(served, "sven", SECURITY_MANAGER, GROUP, "write"),
                             .board = served_user(served, "bea", TOP_MANAGEMENT, GROUP, "write")};
    int64_t method = served_make(served, &house.manager, "methodology", "{'title': 'Method'}");
    served_move(served, &house.board, "methodology", method, "approve", "{}");
    house.assessment = served_make(served, &house.manager, "risk_assessment",
                                   text_of(served, "{'title': 'Round', 'methodology': %lld}", (long long)method));
    house.risk = served_make(served, &house.manager, "risk",
                             text_of(served,
                                     "{'title': 'Ransom', 'assessment': %lld, 'unit': 2, 'current_likelihood': 3, "
                                     "'current_consequences': {'legal': 3}}",
                                     (long long)house.assessment));
    return house;
}

static int64_t acceptance_of(struct served *served, const struct house_of *house, const struct caller *who)
{
    return served_make(served, who, "acceptance",
                       text_of(served,
                               "{'title': 'Live with it', 'risk': %lld, 'reason': 'Cost', 'unit': 2, "
                               "'expires_on': '%s'}",
                               (long long)house->risk, "2026-12-31"));
}

/* ---- acceptance ---- */

static void an_acceptance_covers_no_more_than_what_was_accepted(void **state)
{
    struct served *served = SERVED(state);
    struct house_of house = one_risk(served);
    int64_t acceptance = acceptance_of(served, &house, &house.manager);
    served_move(served, &house.second, "acceptance", acceptance, "accept", "{}");
    struct answer risk = GET(served, &house.manager, at(served, "risk", house.risk));
    assert_true(is(&risk, "current_level", "medium"));
    assert_true(is(&risk, "attention", "none"));
    struct answer worse = PATCH(served, &house.manager, at(served, "risk", house.risk),
                                "{'current_likelihood': 4, 'current_consequences': {'legal': 2}}");
    expect_status(worse, 200);
    assert_true(is(&worse, "current_level", "medium"));
    assert_true(is(&worse, "attention", "none"));
    worse = PATCH(served, &house.manager, at(served, "risk", house.risk),
                  "{'current_likelihood': 5, 'current_consequences': {'legal': 5}}");
    expect_status(worse, 200);
    assert_true(is(&worse, "current_level", "very_high"));
    assert_true(is(&worse, "attention", "untreated"));
    served_move(served, &house.manager, "risk", house.risk, "treat", "{}");
    struct answer rest =
        step(served, &house.manager, text_of(served, "/risk/%lld/transitions/monitor", (long long)house.risk), "{}");
    expect_status(rest, 409);
}

/* Each level by the role that the methodology names, and the last by nobody. */
static void a_level_is_accepted_by_its_role(void **state)
{
    static const struct {
        const char *ratings;
        int manager, board;
    } cases[] = {
        {"{'current_likelihood': null}", 409, 409},
        {"{'current_likelihood': 5, 'current_consequences': {'legal': 5}}", 409, 409},
        {"{'current_likelihood': 4, 'current_consequences': {'legal': 4}}", 403, 200},
        {"{'current_likelihood': 3, 'current_consequences': {'legal': 3}}", 200, 409},
        {"{'current_likelihood': 1, 'current_consequences': {'legal': 1}}", 200, 409},
    };
    struct served *served = SERVED(state);
    struct house_of house = one_risk(served);
    for (size_t i = 0; i < COUNT(cases); i++) {
        long long acceptance = acceptance_of(served, &house, &house.manager);
        const char *accept = text_of(served, "/acceptance/%lld/transitions/accept", acceptance);
        changes(served, &house.manager, at(served, "risk", house.risk), cases[i].ratings);
        struct answer manager = step(served, &house.second, accept, "{}");
        expect_status(manager, cases[i].manager);
        struct answer board = step(served, &house.board, accept, "{}");
        expect_status(board, cases[i].board);
    }
}

static void one_acceptance_ends_while_another_holds(void **state)
{
    struct served *served = SERVED(state);
    struct house_of house = one_risk(served);
    int64_t first = acceptance_of(served, &house, &house.manager), next = acceptance_of(served, &house, &house.manager);
    served_move(served, &house.second, "acceptance", first, "accept", "{}");
    served_move(served, &house.second, "acceptance", next, "accept", "{}");
    served_move(served, &house.manager, "acceptance", first, "withdraw", "{}");
    struct answer risk = GET(served, &house.manager, at(served, "risk", house.risk));
    assert_true(is(&risk, "status", "monitored"));
    served_move(served, &house.manager, "acceptance", next, "withdraw", "{}");
    risk = GET(served, &house.manager, at(served, "risk", house.risk));
    assert_true(is(&risk, "status", "in_treatment"));
}

/* ---- what is written keeps its bounds, whoever writes it ---- */

#define SCALES(approver)                                                                                               \
    "{'title': 'Small', 'scales': {'likelihood': [{'title': 'a'}, {'title': 'b'}], 'consequence': [{'title': 'a'},"    \
    "{'title': 'b'}], 'criteria': [{'name': 'legal', 'title': 'Legal', 'steps': ['a', 'b']}], 'levels': [{'name':"     \
    "'low', 'appetite': 'acceptable', 'approver': ''}, {'name': 'high', 'appetite': 'tolerable', "                     \
    "'approver': " approver "}], 'matrix': [[0, 0], [0, 1]], 'acceptance_days': 365}}"

static void a_level_is_approved_by_a_role_that_there_is(void **state)
{
    struct served *served = SERVED(state);
    served_make(served, &served->admin, "methodology", SCALES("'top_management'"));
    struct answer unknown = POST(served, &served->admin, "/methodology", SCALES("'chief'")),
                  number = POST(served, &served->admin, "/methodology", SCALES("7"));
    expect_status(unknown, 422);
    expect_status(number, 422);
    assert_true(str_find(unknown.body, S("is no role; choose one of administrator, security_manager"), NULL));
}

static void a_framework_keeps_the_bounds_of_its_fields(void **state)
{
    static const struct {
        const char *item; /* # stands for a text of 500 characters */
        const char *sentence;
    } cases[] = {
        {"'title': 'T', 'label': '#",
         "item \\\"A.1\\\" of the framework cannot be loaded: identifier has 500 characters"},
        {"'title': '#", "cannot be loaded: title has 500 characters; at most 400"},
        {"'text': 'a\\u0007b', 'title': 'T", "cannot be loaded: text holds a control character"},
        {"'title': 'a\\nb", "cannot be loaded: title holds a control character or a line break"},
        {"'guidance': 'a\\u0000b', 'title': 'T", "cannot be loaded: guidance holds a control character"},
    };
    struct served *served = SERVED(state);
    char filler[501] = "";
    memset(filler, 'x', 500);
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct str rest = str_of(cases[i].item), item;
        bool filled = strchr(cases[i].item, '#') && str_cut(&rest, '#', &item);
        struct answer answer =
            POST(served, &served->admin, "/frameworks",
                 text_of(served, "{'id': 'annex', 'title': 'Annex', 'items': [{'id': 'A.1', %.*s%s'}]}",
                         PRINT(filled ? item : rest), filled ? filler : ""));
        expect_status(answer, 400);
        if (!str_find(answer.body, str_of(cases[i].sentence), NULL)) print_error("%.*s\n", PRINT(answer.body));
        assert_true(str_find(answer.body, str_of(cases[i].sentence), NULL));
    }
    struct answer none = GET(served, &served->admin, "/framework");
    assert_int_equal(items_count(&none), 0);
}

struct by_code {
    const char *field;
    struct value value;
};

static enum result insert_asset(struct ctx *ctx, void *arg)
{
    const struct by_code *by_code = arg;
    struct record *asset = record_new(ctx, house_register(ctx->house, S("asset")));
    size_t index;
    asset->row[C_UNIT] = value_number(NORTH);
    record_set_text(asset, reg_title_field(asset->reg), S("Crane"));
    if (!reg_field(asset->reg, str_of(by_code->field), &index)) return BROKEN;
    asset->own[index] = by_code->value;
    return record_insert(ctx, asset, "create");
}

static void code_keeps_the_bounds_of_fields(void **state)
{
    struct served *served = SERVED(state);
    char long_title[202] = "";
    memset(long_title, 'x', 201);
    struct by_code cases[] = {
        {"title", value_text(str_of(long_title))}, {"title", value_text(S("half \xc3"))},
        {"title", value_text(S("two\nlines"))},    {"description", value_text(S("bell\a"))},
        {"confidentiality", value_number(6)},      {"kind", value_text(S("cloud"))},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        assert_int_equal(store_write(served->ctx, served->program.store, insert_asset, &cases[i]), INVALID);
        ctx_clear_error(served->ctx);
    }
    struct by_code sound = {"description", value_text(S("two\nlines"))};
    must(served, store_write(served->ctx, served->program.store, insert_asset, &sound));
}

/* ---- independence ---- */

static void whoever_wrote_a_part_of_it_does_not_approve_it(void **state)
{
    struct served *served = SERVED(state);
    struct house_of house = one_risk(served);
    int64_t method = served_make(served, &house.manager, "methodology", "{'title': 'Next'}");
    const char *path = at(served, "methodology", method);
    changes(served, &house.second, path, "{'description': 'Mine'}");
    changes(served, &house.manager, path, "{'title': 'Next year'}");
    const char *approve = text_of(served, "%s/transitions/approve", path);
    struct answer own = step(served, &house.second, approve, "{}");
    expect_status(own, 403);
    struct answer other = step(served, &house.board, approve, "{}");
    expect_status(other, 200);
}

static void whoever_edits_a_request_does_not_grant_it(void **state)
{
    struct served *served = SERVED(state);
    struct house_of house = one_risk(served);
    int64_t acceptance = acceptance_of(served, &house, &house.manager);
    changes(served, &house.second, at(served, "acceptance", acceptance), "{'reason': 'Because'}");
    const char *accept = text_of(served, "/acceptance/%lld/transitions/accept", (long long)acceptance);
    struct answer own = step(served, &house.second, accept, "{}");
    expect_status(own, 403);
}

static void whoever_did_the_work_does_not_verify_it(void **state)
{
    struct served *served = SERVED(state);
    struct house_of house = one_risk(served);
    int64_t action =
        served_make(served, &house.manager, "treatment_action",
                    text_of(served, "{'title': 'Do', 'risk': %lld, 'due_on': '2026-12-01'}", (long long)house.risk));
    served_move(served, &house.second, "treatment_action", action, "start", "{}");
    served_move(served, &house.second, "treatment_action", action, "finish", "{}");
    const char *verify = text_of(served, "/treatment_action/%lld/transitions/verify", (long long)action);
    struct answer own = step(served, &house.second, verify, "{}");
    expect_status(own, 403);
    struct answer other = step(served, &house.board, verify, "{}");
    expect_status(other, 200);
}

/* ---- Statement of Applicability ---- */

static int64_t two_requirements(struct served *served, const struct caller *caller)
{
    int64_t framework = served_make(served, caller, "framework", "{'title': 'Annex', 'key': 'annex'}");
    for (int i = 1; i <= 2; i++)
        served_make(served, caller, "requirement",
                    text_of(served, "{'title': 'R', 'identifier': 'A.%d', 'framework': %lld, 'reference_list': true}",
                            i, (long long)framework));
    return framework;
}

static int64_t approved_soa(struct served *served, const struct house_of *house)
{
    int64_t framework = two_requirements(served, &house->manager);
    int64_t soa = served_make(served, &house->manager, "soa",
                              text_of(served, "{'title': 'SoA', 'unit': 2, 'framework': %lld}", (long long)framework));
    changes(served, &house->manager, "/soa_line", "{'ids': [1, 2], 'change': {'good_practice': true}}");
    served_move(served, &house->manager, "soa", soa, "submit", "{}");
    served_move(served, &house->board, "soa", soa, "approve", "{}");
    return soa;
}

static void lines_and_signed_versions_stay(void **state)
{
    struct served *served = SERVED(state);
    struct house_of house = one_risk(served);
    approved_soa(served, &house);
    struct answer line = remove_at(served, &house.manager, "/soa_line/1?force=1");
    expect_status(line, 403);
    struct answer version = remove_at(served, &house.manager, "/soa_version/1?force=1");
    expect_status(version, 403);
}

static void every_new_control_gets_its_line(void **state)
{
    struct served *served = SERVED(state);
    struct house_of house = one_risk(served);
    int64_t soa = approved_soa(served, &house);
    int64_t third = served_make(served, &house.manager, "requirement",
                                "{'title': 'New', 'identifier': 'A.3', 'framework': 1, 'reference_list': true}");
    struct answer lines = GET(served, &house.manager, "/soa_line");
    assert_int_equal(items_count(&lines), 3);
    struct answer after = GET(served, &house.manager, at(served, "soa", soa));
    assert_true(is(&after, "status", "draft"));
    assert_int_equal(json_number(after.json, "lines_open", -1), 1);
    assert_int_equal(json_number(after.json, "lines", -1), 3);
    changes(served, &house.manager, "/soa_line/3", "{'applicable': false, 'justification': 'No yard'}");
    changes(served, &house.manager, at(served, "requirement", third), "{'withdrawn': true}");
    lines = GET(served, &house.manager, "/soa_line");
    assert_int_equal(items_count(&lines), 2);
    assert_int_equal(number_at(served, at(served, "soa", soa), "lines_open"), 0);
    assert_int_equal(number_at(served, at(served, "soa", soa), "lines"), 2);
    changes(served, &house.manager, at(served, "requirement", third), "{'withdrawn': false}");
    lines = GET(served, &house.manager, "/soa_line");
    assert_int_equal(items_count(&lines), 3);
    struct answer again = GET(served, &house.manager, "/soa_line/3");
    assert_true(is(&again, "justification", "No yard"));
    assert_false(json_bool(again.json, "applicable", true));
    assert_int_equal(number_at(served, at(served, "soa", soa), "lines_open"), 0);
    assert_int_equal(number_at(served, at(served, "soa", soa), "lines"), 3);
    served_move(served, &house.manager, "soa", soa, "submit", "{}");
    served_move(served, &house.board, "soa", soa, "approve", "{}");
}

static void a_statement_that_is_edited_is_approved_no_more(void **state)
{
    struct served *served = SERVED(state);
    struct house_of house = one_risk(served);
    int64_t soa = approved_soa(served, &house);
    struct answer tagged = PATCH(served, &house.manager, at(served, "soa", soa), "{'tags': ['x']}");
    assert_true(is(&tagged, "status", "approved"));
    struct answer scope = PATCH(served, &house.manager, at(served, "soa", soa), "{'scope': 'Only the crane'}");
    expect_status(scope, 200);
    assert_true(is(&scope, "status", "draft"));
}

static void lines_belong_where_their_statement_belongs(void **state)
{
    struct served *served = SERVED(state);
    struct house_of house = one_risk(served);
    int64_t soa = approved_soa(served, &house);
    struct caller north = served_user(served, "nora", READER, NORTH, "read");
    struct answer seen = GET(served, &north, "/soa_line");
    assert_int_equal(items_count(&seen), 2);
    changes(served, &house.manager, at(served, "soa", soa), "{'unit': 3}");
    seen = GET(served, &north, "/soa_line");
    assert_int_equal(items_count(&seen), 0);
    struct answer apart = PATCH(served, &house.manager, "/soa_line/1", "{'unit': 2}");
    expect_status(apart, 200);
    assert_int_equal(json_number(apart.json, "unit", 0), SOUTH);
}

static void a_control_counts_where_the_tree_says(void **state)
{
    struct served *served = SERVED(state);
    struct house_of house = one_risk(served);
    int64_t framework = two_requirements(served, &house.manager);
    served_make(served, &house.manager, "soa",
                text_of(served, "{'title': 'SoA', 'unit': 2, 'framework': %lld}", (long long)framework));
    int64_t site = served_make(served, &served->admin, "unit", "{'title': 'Site', 'kind': 'site', 'parent': 3}");
    int64_t control =
        served_make(served, &house.manager, "control",
                    text_of(served, "{'title': 'Fence', 'unit': %lld, 'requirements': [1]}", (long long)site));
    served_move(served, &house.manager, "control", control, "implement", "{}");
    struct answer line = GET(served, &house.manager, "/soa_line/1");
    assert_true(is(&line, "implementation", "not_started"));
    changes(served, &served->admin, at(served, "unit", site), "{'parent': 2}");
    line = GET(served, &house.manager, "/soa_line/1");
    assert_true(is(&line, "implementation", "implemented"));
}

/* ---- a new day ---- */

static enum result spoil(struct ctx *ctx, void *arg)
{
    (void)arg;
    return db_run(ctx, S("UPDATE risk SET current_likelihood = 9 WHERE id = 1"), NULL, 0, NULL);
}

static void one_damaged_record_does_not_stop_the_day(void **state)
{
    struct served *served = SERVED(state);
    struct house_of house = one_risk(served);
    int64_t first = acceptance_of(served, &house, &house.manager);
    house.risk = served_make(served, &house.manager, "risk",
                             text_of(served,
                                     "{'title': 'Flood', 'assessment': %lld, 'unit': 2, 'current_likelihood': 3, "
                                     "'current_consequences': {'legal': 3}}",
                                     (long long)house.assessment));
    int64_t next = acceptance_of(served, &house, &house.manager);
    served_move(served, &house.second, "acceptance", first, "accept", "{}");
    served_move(served, &house.second, "acceptance", next, "accept", "{}");
    must(served, store_write(served->ctx, served->program.store, spoil, NULL));
    struct ctx later = *served->ctx;
    later.time = NULL;
    later.now += 400 * (int64_t)DAY; /* both acceptances are over by then */
    must(served, clerk_new_day(&later, served->program.store));
    struct answer risk = GET(served, &house.manager, at(served, "risk", house.risk));
    assert_true(is(&risk, "status", "in_treatment"));
    struct answer over = GET(served, &house.manager, at(served, "acceptance", next));
    assert_true(is(&over, "status", "expired"));
}

#define BOTH(test)                                                                                                     \
    cmocka_unit_test_setup_teardown(test, served_sqlite, served_end),                                                  \
        cmocka_unit_test_setup_teardown(test, served_postgres, served_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        BOTH(an_acceptance_covers_no_more_than_what_was_accepted),
        BOTH(a_level_is_accepted_by_its_role),
        BOTH(one_acceptance_ends_while_another_holds),
        BOTH(a_level_is_approved_by_a_role_that_there_is),
        BOTH(a_framework_keeps_the_bounds_of_its_fields),
        BOTH(code_keeps_the_bounds_of_fields),
        BOTH(whoever_wrote_a_part_of_it_does_not_approve_it),
        BOTH(whoever_edits_a_request_does_not_grant_it),
        BOTH(whoever_did_the_work_does_not_verify_it),
        BOTH(one_damaged_record_does_not_stop_the_day),
        BOTH(lines_and_signed_versions_stay),
        BOTH(every_new_control_gets_its_line),
        BOTH(a_statement_that_is_edited_is_approved_no_more),
        BOTH(lines_belong_where_their_statement_belongs),
        BOTH(a_control_counts_where_the_tree_says),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
