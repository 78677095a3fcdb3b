/* API tokens: shown once, narrowed by scopes, gone when revoked. And the two others that come over the wire: the link
 * of the first start and idempotency keys. */
#include "access/fixture.h"

#include "access/idempotency.h"
#include "access/password.h"
#include "access/start.h"
#include "access/token.h"
#include "ledger/ledger.h"

struct making {
    struct new_token wanted;
    struct token token;
    struct str secret;
};

static enum result make(struct ctx *ctx, void *arg)
{
    struct making *making = arg;
    return token_create(ctx, &making->wanted, &making->token, &making->secret);
}

static enum result end_token(struct ctx *ctx, void *arg)
{
    return token_revoke(ctx, *(int64_t *)arg);
}

static enum result touch(struct ctx *ctx, void *arg)
{
    return access_touch(ctx, *(struct access_due *)arg);
}

static void a_token_acts_as_its_user(void **state)
{
    FIXTURE(f);
    struct token_use use;
    access_fixture(f);
    int64_t ada = add_user(f, "ada@example.org", OWNER, COMPANY_A);
    act_as(f, ada);
    struct str scopes[] = {S("risk"), S("write")};
    struct making making = {.wanted = {.name = S(" nightly import "), .scopes = scopes, .scope_count = 2}};
    write_ok(f, make, &making);
    assert_true(str_starts(making.secret, S("mrl_")));
    assert_int_equal(making.secret.len, 47);
    assert_true(str_is(making.token.name, "nightly import"));
    assert_true(str_is(making.token.scopes, "write,risk"));
    assert_int_equal(making.token.expires_at, NOON + INT64_C(365) * 24 * 60 * 60 * 1000);
    expect_ok(&f->ctx, token_find(&f->ctx, making.secret, &use));
    assert_int_equal(use.actor->user, ada);
    assert_false(use.actor->read_only);
    assert_true(str_is(use.actor->registers, "risk"));
    assert_int_equal(use.id, making.token.id);
    struct reg risk = test_register("risk", "risk", 0), asset = test_register("asset", "asset", 0);
    assert_true(actor_may(use.actor, &risk, CREATE, SITE_A, 0));
    assert_false(actor_may(use.actor, &risk, CREATE, COMPANY_B, 0));
    assert_false(actor_may(use.actor, &asset, READ, SITE_A, 0));
}

static void without_write_it_reads(void **state)
{
    FIXTURE(f);
    struct token_use use;
    struct reg risk = test_register("risk", "risk", 0);
    access_fixture(f);
    act_as(f, add_user(f, "ada@example.org", SECURITY_MANAGER, GROUP));
    struct making making = {.wanted = {.name = S("board")}};
    write_ok(f, make, &making);
    assert_true(str_is(making.token.scopes, "read"));
    expect_ok(&f->ctx, token_find(&f->ctx, making.secret, &use));
    assert_true(use.actor->read_only);
    assert_int_equal(use.actor->registers.len, 0);
    assert_true(actor_may(use.actor, &risk, READ, COMPANY_B, 0));
    assert_false(actor_may(use.actor, &risk, CHANGE, COMPANY_B, 0));
}

static void it_ends(void **state)
{
    FIXTURE(f);
    struct token_use use;
    access_fixture(f);
    int64_t ada = add_user(f, "ada@example.org", READER, GROUP);
    act_as(f, ada);
    struct making short_lived = {.wanted = {.name = S("a"), .expires_at = NOON + 60000}};
    struct making revoked = {.wanted = {.name = S("b")}}, kept = {.wanted = {.name = S("c")}};
    write_ok(f, make, &short_lived);
    write_ok(f, make, &revoked);
    write_ok(f, make, &kept);
    f->ctx.now += 59999;
    expect_ok(&f->ctx, token_find(&f->ctx, short_lived.secret, &use));
    f->ctx.now += 1;
    assert_int_equal(token_find(&f->ctx, short_lived.secret, &use), NOT_FOUND);
    expect_ok(&f->ctx, token_find(&f->ctx, revoked.secret, &use));
    write_ok(f, end_token, &revoked.token.id);
    assert_int_equal(token_find(&f->ctx, revoked.secret, &use), NOT_FOUND);
    write_ok(f, end_token, &revoked.token.id); /* twice is as once */
    struct token_list list;
    expect_ok(&f->ctx, token_list(&f->ctx, &list));
    assert_int_equal(list.count, 2);
    assert_true(str_is(list.at[1].name, "c"));
    act_as_program(f);
    struct user_edit inactive = {.sets = USER_ACTIVE, .active = false};
    expect_ok(&f->ctx, try_change(f, ada, &inactive));
    assert_int_equal(token_find(&f->ctx, kept.secret, &use), NOT_FOUND);
}

static void forgeries_are_not_found(void **state)
{
    FIXTURE(f);
    struct token_use use;
    struct session session;
    access_fixture(f);
    act_as(f, add_user(f, "ada@example.org", READER, GROUP));
    struct making making = {.wanted = {.name = S("a")}};
    write_ok(f, make, &making);
    assert_int_equal(token_find(&f->ctx, S(""), &use), NOT_FOUND);
    assert_int_equal(token_find(&f->ctx, S("mrl_"), &use), NOT_FOUND);
    assert_int_equal(token_find(&f->ctx, S("mrl_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"), &use), NOT_FOUND);
    assert_int_equal(session_find(&f->ctx, making.secret, &session), NOT_FOUND);
    assert_int_equal(session_find(&f->ctx, str_slice(making.secret, 4, 47), &session), NOT_FOUND);
}

static void what_is_asked_for_must_make_sense(void **state)
{
    FIXTURE(f);
    access_fixture(f);
    act_as(f, add_user(f, "ada@example.org", READER, GROUP));
    struct str odd[] = {S("risk; DROP TABLE token")};
    struct making making = {.wanted = {.name = S("  "), .scopes = odd, .scope_count = 1, .expires_at = NOON}};
    assert_int_equal(in_write(f, make, &making), INVALID);
    assert_true(has_field_error(&f->ctx, "/name", "required"));
    assert_true(has_field_error(&f->ctx, "/scopes", "invalid"));
    assert_true(has_field_error(&f->ctx, "/expires_at", "out_of_range"));
    making.wanted = (struct new_token){.name = S("a"), .expires_at = NOON + INT64_C(731) * 24 * 60 * 60 * 1000};
    assert_int_equal(in_write(f, make, &making), INVALID);
}

static void a_narrow_token_makes_no_wider_one(void **state)
{
    FIXTURE(f);
    struct token_use use;
    access_fixture(f);
    int64_t ada = add_user(f, "ada@example.org", READER, GROUP), eve = add_user(f, "eve@example.org", READER, GROUP);
    act_as(f, ada);
    struct making making = {.wanted = {.name = S("narrow")}}, wider = {.wanted = {.name = S("wider")}};
    write_ok(f, make, &making);
    expect_ok(&f->ctx, token_find(&f->ctx, making.secret, &use));
    f->ctx.actor = use.actor;
    assert_int_equal(in_write(f, make, &wider), DENIED);
    act_as(f, eve);
    wider.wanted.user = ada;
    assert_int_equal(in_write(f, make, &wider), DENIED);
    assert_int_equal(in_write(f, end_token, &making.token.id), NOT_FOUND);
    act_as_program(f);
    wider.wanted.user = 0;
    assert_int_equal(in_write(f, make, &wider), INVALID);
    expect_sentence(&f->ctx, "Say for which user");
    wider.wanted.user = ada;
    write_ok(f, make, &wider); /* as the command line does */
    assert_int_equal(wider.token.user, ada);
    act_as(f, add_user(f, "admin@example.org", ADMINISTRATOR, GROUP));
    write_ok(f, end_token, &wider.token.id);
}

/* Nor one that may write, but some registers only. */
static void a_token_for_some_registers_makes_none_for_all(void **state)
{
    FIXTURE(f);
    struct token_use use;
    access_fixture(f);
    act_as(f, add_user(f, "ada@example.org", OWNER, COMPANY_A));
    struct str scopes[] = {S("write"), S("risk")};
    struct making making = {.wanted = {.name = S("import"), .scopes = scopes, .scope_count = 2}},
                  wider = {.wanted = {.name = S("wider"), .scopes = scopes, .scope_count = 1}};
    write_ok(f, make, &making);
    expect_ok(&f->ctx, token_find(&f->ctx, making.secret, &use));
    assert_false(use.actor->read_only);
    f->ctx.actor = use.actor;
    assert_int_equal(in_write(f, make, &wider), DENIED);
    expect_sentence(&f->ctx, "This token is narrowed by its scopes");
    assert_int_equal(number_of(f, "SELECT COUNT(*) FROM token"), 1);
}

static void use_is_noted_once_a_minute_and_making_in_the_ledger(void **state)
{
    FIXTURE(f);
    struct token_use use;
    access_fixture(f);
    act_as(f, add_user(f, "ada@example.org", READER, GROUP));
    struct making making = {.wanted = {.name = S("a")}};
    write_ok(f, make, &making);
    expect_ok(&f->ctx, token_find(&f->ctx, making.secret, &use));
    assert_int_equal(use.due.token, making.token.id);
    write_ok(f, touch, &use.due);
    assert_int_equal(number_of(f, "SELECT last_used_at FROM token"), NOON);
    expect_ok(&f->ctx, token_find(&f->ctx, making.secret, &use));
    assert_false(access_is_due(use.due));
    write_ok(f, end_token, &making.token.id);
    struct ledger_entries entries;
    expect_ok(&f->ctx, ledger_history(&f->ctx, S("token"), making.token.id, 0, 100, &entries));
    assert_int_equal(entries.count, 2);
    assert_true(str_is(entries.at[1].action, "create"));
    assert_true(str_is(entries.at[0].action, "revoke"));
    size_t at;
    assert_false(str_find(entries.at[1].state, str_slice(making.secret, 4, 47), &at));
}

static void tokens_are_not_endless(void **state)
{
    FIXTURE(f);
    access_fixture(f);
    act_as(f, add_user(f, "ada@example.org", READER, GROUP));
    struct making making = {.wanted = {.name = S("a")}};
    for (int i = 0; i < TOKENS_MAX; i++) write_ok(f, make, &making);
    assert_int_equal(in_write(f, make, &making), CONFLICT);
}

/* ---- the first start ---- */

static enum result link_made(struct ctx *ctx, void *arg)
{
    return access_start_link(ctx, arg);
}

struct starting {
    struct start start;
    struct user user;
};

static enum result start(struct ctx *ctx, void *arg)
{
    struct starting *starting = arg;
    return access_start(ctx, &starting->start, &starting->user);
}

static void the_link_makes_one_administrator(void **state)
{
    FIXTURE(f);
    struct str token, hash;
    access_fixture(f);
    write_ok(f, link_made, &token);
    expect_ok(&f->ctx, access_start_check(&f->ctx, token));
    expect_ok(&f->ctx, password_prepare(&f->ctx, S(PASSPHRASE), S("Ada"), S("ada@example.org"), &hash));
    struct starting starting = {.start = {.token = token,
                                          .name = S("Ada"),
                                          .email = S("ada@example.org"),
                                          .language = S("de"),
                                          .password_hash = hash,
                                          .unit = GROUP,
                                          .person = 9,
                                          .security_manager = true}};
    write_ok(f, start, &starting);
    assert_int_equal(starting.user.grant_count, 2);
    act_as(f, starting.user.id);
    assert_true(actor_has_role(f->ctx.actor, ADMINISTRATOR, SITE_A));
    assert_true(actor_has_role(f->ctx.actor, SECURITY_MANAGER, SITE_A));
    assert_int_equal(f->ctx.actor->person, 9);
    struct login login = {.email = S("ada@example.org"), .password = S(PASSPHRASE)};
    struct opened opened;
    expect_ok(&f->ctx, session_open(&f->ctx, &login, &opened));
    assert_int_equal(in_write(f, start, &starting), CONFLICT);
    assert_int_equal(in_write(f, link_made, &token), CONFLICT);
    assert_int_equal(number_of(f, "SELECT COUNT(*) FROM \"user\""), 1);
}

static void links_end(void **state)
{
    FIXTURE(f);
    struct str first, second;
    access_fixture(f);
    write_ok(f, link_made, &first);
    write_ok(f, link_made, &second);
    assert_int_equal(access_start_check(&f->ctx, first), DENIED);
    assert_int_equal(access_start_check(&f->ctx, S("")), DENIED);
    struct starting starting = {.start = {.token = first,
                                          .name = S("Ada"),
                                          .email = S("ada@example.org"),
                                          .password_hash = S("$argon2id$x"),
                                          .unit = GROUP}};
    assert_int_equal(in_write(f, start, &starting), DENIED);
    starting.start.token = second;
    starting.start.email = S("nowhere");
    assert_int_equal(in_write(f, start, &starting), INVALID); /* and the link is still good */
    f->ctx.now += START_LIFE - 1;
    expect_ok(&f->ctx, access_start_check(&f->ctx, second));
    f->ctx.now += 1;
    assert_int_equal(access_start_check(&f->ctx, second), DENIED);
    expect_sentence(&f->ctx, "prints a new one");
}

/* ---- idempotency keys ---- */

static enum result keep(struct ctx *ctx, void *arg)
{
    return idempotency_keep(ctx, arg);
}

static void a_repetition_finds_the_first_answer(void **state)
{
    FIXTURE(f);
    access_fixture(f);
    act_as(f, add_user(f, "ada@example.org", READER, GROUP));
    struct idempotency use = {
        .key = S("f81d4fae-7dec-11d0"), .request = S("POST /api/v1/risk"), .body = S("{\"a\":1}")};
    assert_int_equal(idempotency_find(&f->ctx, &use), NOT_FOUND);
    use.status = 201;
    use.location = S("/api/v1/risk/12");
    write_ok(f, keep, &use);
    struct idempotency again = {.key = use.key, .request = use.request, .body = use.body};
    expect_ok(&f->ctx, idempotency_find(&f->ctx, &again));
    assert_int_equal(again.status, 201);
    assert_true(str_is(again.location, "/api/v1/risk/12"));
    assert_int_equal(again.at, NOON);
    again.body = S("{\"a\":2}");
    assert_int_equal(idempotency_find(&f->ctx, &again), CONFLICT);
    again.body = use.body;
    again.request = S("POST /api/v1/asset");
    assert_int_equal(idempotency_find(&f->ctx, &again), CONFLICT);
    assert_int_equal(in_write(f, keep, &use), CONFLICT);
    act_as(f, add_user(f, "eve@example.org", READER, GROUP));
    assert_int_equal(idempotency_find(&f->ctx, &use), NOT_FOUND); /* each has his own keys */
}

static void keys_live_for_a_day(void **state)
{
    FIXTURE(f);
    access_fixture(f);
    struct idempotency use = {.key = S("k"), .request = S("POST /a"), .status = 201};
    write_ok(f, keep, &use);
    f->ctx.now += IDEMPOTENCY_LIFE;
    assert_int_equal(idempotency_find(&f->ctx, &use), NOT_FOUND);
    use.request = S("POST /b");
    write_ok(f, keep, &use); /* not swept yet, taken anew */
    expect_ok(&f->ctx, idempotency_find(&f->ctx, &use));
    struct idempotency odd = {.key = S("with space"), .request = S("POST /a")};
    assert_int_equal(idempotency_find(&f->ctx, &odd), INVALID);
    odd.key = S("");
    assert_int_equal(idempotency_find(&f->ctx, &odd), INVALID);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BOTH(a_token_acts_as_its_user),
        ON_BOTH(without_write_it_reads),
        ON_BOTH(it_ends),
        ON_BOTH(forgeries_are_not_found),
        ON_BOTH(what_is_asked_for_must_make_sense),
        ON_BOTH(a_narrow_token_makes_no_wider_one),
        ON_BOTH(a_token_for_some_registers_makes_none_for_all),
        ON_BOTH(use_is_noted_once_a_minute_and_making_in_the_ledger),
        ON_BOTH(tokens_are_not_endless),
        ON_BOTH(the_link_makes_one_administrator),
        ON_BOTH(links_end),
        ON_BOTH(a_repetition_finds_the_first_answer),
        ON_BOTH(keys_live_for_a_day),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
