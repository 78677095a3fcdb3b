/* Opening is what `merlon serve` does, without its signals; users get tokens straight from the program, because hashing
 * passwords would be most of what a test waits for. */
#include "served.h"

#include "access/password.h"
#include "access/token.h"
#include "access/users.h"
#include "api/routes.h"
#include "base/random.h"
#include "records/house.h"
#include "records/records.h"
#include "store/pulse.h"

#include <arpa/inet.h>
#include <libpq-fe.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

void served_failed(struct served *served, const char *call, const char *file, int line)
{
    const struct error *error = &served->ctx->error;
    print_error("%s: %.*s\n", call, PRINT(error->sentence));
    for (const struct field_error *one = error->fields; one; one = one->next)
        print_error("  %.*s: %.*s\n", PRINT(one->pointer), PRINT(one->detail));
    _fail(file, line);
}

void answer_expect(const struct answer *answer, int wanted, const char *file, int line)
{
    if (answer->status == wanted) return;
    print_error("%d instead of %d: %.*s\n", answer->status, wanted, PRINT(str_slice(answer->body, 0, 2000)));
    _fail(file, line);
}

const char *text_of(struct served *served, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int len = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    char *at = arena_alloc(served->ctx->arena, (size_t)len + 1);
    va_start(arguments, format);
    vsnprintf(at, (size_t)len + 1, format, arguments);
    va_end(arguments);
    return at;
}

/* ---- asking ---- */

static int connect_to(const struct served *served)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)server_port(served->server))};
    const struct timeval patience = {.tv_sec = 20};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof address), 0);
    return fd;
}

static void put_header(struct buf *out, const char *name, struct str value)
{
    if (value.len) buf_print(out, "%s%.*s\r\n", name, PRINT(value));
}

static struct str request_text(struct served *served, const struct caller *caller, struct asking asking)
{
    struct buf out = buf_in(served->ctx->arena);
    struct str body = arena_copy(served->ctx->arena, str_of(asking.body));
    for (size_t i = 0; i < body.len; i++)
        if (body.at[i] == '\'') ((char *)(uintptr_t)body.at)[i] = '"';
    bool whole = strncmp(asking.path, "//", 2) == 0;
    buf_print(&out, "%s %s%s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n", asking.method,
              whole ? "" : "/api/v1", asking.path + whole);
    put_header(&out, "Authorization: Bearer ", caller->token);
    put_header(&out, "Cookie: merlon_session=", caller->cookie);
    put_header(&out, "X-CSRF-Token: ", caller->csrf);
    if (asking.body) buf_print(&out, "Content-Type: application/json\r\nContent-Length: %zu\r\n", body.len);
    buf_text(&out, asking.headers ? asking.headers : "");
    buf_text(&out, "\r\n");
    buf_add(&out, body);
    return buf_str(&out);
}

static void send_all(int fd, struct str text)
{
    for (size_t sent = 0; sent < text.len;) {
        ssize_t now = send(fd, text.at + sent, text.len - sent, MSG_NOSIGNAL);
        assert_true(now > 0);
        sent += (size_t)now;
    }
}

static struct str receive_all(struct served *served, int fd)
{
    struct buf in = buf_in(served->ctx->arena);
    for (ssize_t got = 1; got > 0; in.len += (size_t)got) {
        buf_reserve(&in, 16384);
        got = recv(fd, in.at + in.len, 16384, 0);
        assert_true(got >= 0); /* else nothing came for twenty seconds */
    }
    return buf_str(&in);
}

struct str answer_header(const struct answer *answer, const char *name)
{
    struct str rest = answer->head, line, key;
    while (str_cut(&rest, '\n', &line)) {
        line = str_trim(line);
        if (memchr(line.at, ':', line.len) && str_cut(&line, ':', &key) && str_eq_nocase(key, str_of(name)))
            return str_trim(line);
    }
    return S("");
}

struct answer served_ask(struct served *served, const struct caller *caller, struct asking asking)
{
    struct answer answer = {0};
    size_t head;
    int64_t status;
    int fd = connect_to(served);
    send_all(fd, request_text(served, caller, asking));
    struct str text = receive_all(served, fd);
    close(fd);
    assert_true(str_find(text, S("\r\n\r\n"), &head));
    assert_true(parse_number(str_slice(text, 9, 12), &status));
    answer.status = (int)status;
    answer.head = str_slice(text, 0, head);
    answer.body = str_slice(text, head + 4, text.len);
    bool is_json = str_find(answer_header(&answer, "Content-Type"), S("json"), NULL);
    if (is_json && answer.body.len) must(served, json_parse(served->ctx, answer.body, &answer.json));
    return answer;
}

int64_t served_make(struct served *served, const struct caller *caller, const char *reg, const char *body)
{
    struct answer answer = POST(served, caller, text_of(served, "/%s", reg), body);
    expect_status(answer, 201);
    return json_number(answer.json, "id", 0);
}

const char *served_shown(struct served *served, const struct caller *caller, const char *path, const char *body)
{
    char reg[40], step[40];
    long long id;
    if (sscanf(path, "/%39[^/]/%lld/transitions/%39s", reg, &id, step) != 3) return body;
    const struct transition *transition = reg_transition(house_register(served->ctx->house, str_of(reg)), str_of(step));
    if (!transition_is_decision(transition)) return body;
    struct answer shown = GET(served, caller, text_of(served, "/%s/%lld/decisions/%s", reg, id, step));
    expect_status(shown, 200);
    return text_of(served, "{'content_sha256':'%.*s'%s%s", PRINT(json_str(shown.json, "sha256", S(""))),
                   strcmp(body, "{}") == 0 ? "" : ",", body + 1);
}

void served_move(struct served *served, const struct caller *caller, const char *reg, int64_t id, const char *step,
                 const char *body)
{
    const char *path = text_of(served, "/%s/%lld/transitions/%s", reg, (long long)id, step);
    struct asking asking = {
        .method = "POST", .path = path, .body = served_shown(served, caller, path, body), .headers = "If-Match: *\r\n"};
    struct answer answer = served_ask(served, caller, asking);
    expect_status(answer, 200);
}

size_t items_count(const struct answer *answer)
{
    const struct json *items = json_get(answer->json, "items");
    assert_non_null(items);
    return items->count;
}

const struct json *items_find(const struct answer *answer, const char *member, const char *text)
{
    const struct json *items = json_get(answer->json, "items");
    assert_non_null(items);
    for (const struct json *item = items->first; item; item = item->next)
        if (str_is(json_str(item, member, S("")), text)) return item;
    return NULL;
}

/* ---- people ---- */

struct person_with_user {
    const char *name, *scopes;
    struct grant grants[2];
    size_t grant_count;
    int64_t unit;
    struct caller caller;
};

static enum result make_person(struct ctx *ctx, struct person_with_user *wanted)
{
    size_t index;
    struct record *person = record_new(ctx, ctx->house->person);
    record_set_text(person, reg_title_field(person->reg), str_of(wanted->name));
    if (reg_field(person->reg, S("email"), &index)) record_set_text(person, index, wanted->caller.email);
    person->row[C_UNIT] = value_number(wanted->unit);
    TRY(record_insert(ctx, person, "create"));
    wanted->caller.person = record_id(person);
    return OK;
}

static enum result make_user(struct ctx *ctx, void *arg)
{
    struct person_with_user *wanted = arg;
    struct user user;
    struct token token;
    struct str scopes = str_of(wanted->scopes), list[TOKEN_SCOPES_MAX];
    struct new_token new_token = {.name = S("test"), .scopes = list};
    wanted->caller.email = arena_print(ctx->arena, "%s@example.org", wanted->name);
    TRY(make_person(ctx, wanted));
    struct user_edit edit = {.sets = USER_NAME | USER_EMAIL | USER_PERSON | USER_GRANTS,
                             .name = str_of(wanted->name),
                             .email = wanted->caller.email,
                             .person = wanted->caller.person,
                             .grants = wanted->grants,
                             .grant_count = wanted->grant_count};
    TRY(user_create(ctx, &edit, &user));
    new_token.user = wanted->caller.user = user.id;
    while (str_cut(&scopes, ',', &list[new_token.scope_count])) new_token.scope_count++;
    return token_create(ctx, &new_token, &token, &wanted->caller.token);
}

struct caller served_user(struct served *served, const char *name, enum role role, int64_t unit, const char *scopes)
{
    struct person_with_user wanted = {
        .name = name, .scopes = scopes, .grants = {{role, unit}}, .grant_count = 1, .unit = unit};
    must(served, store_write(served->ctx, served->program.store, make_user, &wanted));
    return wanted.caller;
}

static enum result set_password(struct ctx *ctx, void *arg)
{
    const struct caller *caller = arg;
    struct user user;
    struct user_edit edit = {.sets = USER_PASSWORD, .password_hash = caller->token};
    return user_change(ctx, caller->user, &edit, &user);
}

struct caller served_sign_in(struct served *served, const struct caller *user)
{
    struct caller nobody = {0}, hashed = *user, browser = *user;
    struct ctx *ctx = served->ctx;
    must(served, password_prepare(ctx, S(PASSPHRASE), user->email, user->email, &hashed.token));
    must(served, store_write(ctx, served->program.store, set_password, &hashed));
    struct answer answer = POST(served, &nobody, "/session",
                                text_of(served, "{'email': '%.*s', 'password': '" PASSPHRASE "'}", PRINT(user->email)));
    expect_status(answer, 200);
    struct str cookie = answer_header(&answer, "Set-Cookie"), name;
    assert_true(str_cut(&cookie, '=', &name) && str_cut(&cookie, ';', &browser.cookie));
    browser.csrf = json_str(answer.json, "csrf", S(""));
    browser.token = S("");
    return browser;
}

/* ---- opening ---- */

static enum result make_unit(struct ctx *ctx, const char *title, int64_t parent)
{
    size_t index;
    struct record *unit = record_new(ctx, ctx->house->unit);
    record_set_text(unit, reg_title_field(unit->reg), str_of(title));
    if (reg_field(unit->reg, S("kind"), &index)) record_set_text(unit, index, parent ? S("company") : S("group"));
    if (parent && reg_field(unit->reg, S("parent"), &index)) record_set_number(unit, index, parent);
    return record_insert(ctx, unit, "create");
}

static enum result make_organisation(struct ctx *ctx, void *arg)
{
    (void)arg;
    TRY(make_unit(ctx, "Group", 0));
    TRY(make_unit(ctx, "North", GROUP));
    return make_unit(ctx, "South", GROUP);
}

static void admin_sql(const char *before, const char *schema, const char *after)
{
    char sql[128];
    snprintf(sql, sizeof sql, "%s %s %s", before, schema, after);
    PGconn *connection = PQconnectdb(getenv("MERLON_TEST_DATABASE"));
    PQclear(PQexec(connection, "SET client_min_messages = error"));
    PGresult *result = PQexec(connection, sql);
    if (PQresultStatus(result) != PGRES_COMMAND_OK) {
        print_error("%s: %s\n", sql, PQerrorMessage(connection));
        _fail(__FILE__, __LINE__);
    }
    PQclear(result);
    PQfinish(connection);
}

static void read_settings(struct served *served, bool postgres)
{
    uint64_t number; /* by chance: a test that was killed leaves its schema */
    char data[] = "--data", database[] = "--database", *arguments[4] = {data, served->directory, database};
    struct program *program = &served->program;
    if (postgres) {
        const char *url = getenv("MERLON_TEST_DATABASE");
        random_bytes(&number, sizeof number);
        snprintf(served->schema, sizeof served->schema, "merlon_served_%016llx", (unsigned long long)number);
        admin_sql("CREATE SCHEMA", served->schema, "");
        arguments[3] = (char *)(uintptr_t)text_of(served, "%s%soptions=-csearch_path%%3D%s", url,
                                                  strchr(url, '?') ? "&" : "?", served->schema);
    }
    must(served, settings_read(served->ctx, postgres ? 4 : 2, arguments, &program->settings, program->rest,
                               &program->rest_count));
}

static void open_server(struct served *served)
{
    struct program *program = &served->program;
    struct ctx *ctx = served->ctx;
    struct router *router = router_new(program->arena);
    struct jobs_config jobs = {.house = &program->house,
                               .store = program->store,
                               .access = program->access,
                               .time = program->time,
                               .kinds = &job_import,
                               .kind_count = 1,
                               .threads = 1};
    served->api = (struct api){.house = &program->house,
                               .store = program->store,
                               .access = program->access,
                               .time = program->time,
                               .patience = QUEUE_PATIENCE};
    must(served, pool_open(ctx, 2, 64, QUEUE_PATIENCE, &served->api.pool));
    must(served, pulse_open(ctx, program->store, &served->api.pulse));
    must(served, jobs_open(ctx, &jobs, &served->api.jobs));
    must(served, routes_add(ctx, router));
    must(served, metrics_new(ctx, &served->api.metrics));
    struct server_config config = {.host = "127.0.0.1",
                                   .loops = 1,
                                   .router = router,
                                   .app = &served->api,
                                   .dispatch = api_dispatch,
                                   .completed = metrics_completed};
    must(served, server_open(ctx, &config, &served->server));
    metrics_watch(served->api.metrics, served->server);
}

struct served *served_new(bool postgres)
{
    struct served *served = calloc(1, sizeof *served);
    assert_non_null(served);
    snprintf(served->directory, sizeof served->directory, "/tmp/merlon-served-XXXXXX");
    assert_non_null(mkdtemp(served->directory));
    served->program.arena = arena_new((size_t)1 << 30); /* a test asks many times over what a command asks once */
    served->program.ctx.arena = served->program.arena;
    served->ctx = &served->program.ctx;
    read_settings(served, postgres);
    served->program.clock = given_begin(&served->given);
    must(served, program_open(&served->program, OPEN_NEW));
    open_server(served);
    must(served, store_write(served->ctx, served->program.store, make_organisation, NULL));
    struct person_with_user wanted = {.name = "ada",
                                      .scopes = "write",
                                      .grants = {{ADMINISTRATOR, GROUP}, {SECURITY_MANAGER, GROUP}},
                                      .grant_count = 2,
                                      .unit = GROUP};
    must(served, store_write(served->ctx, served->program.store, make_user, &wanted));
    served->admin = wanted.caller;
    return served;
}

void served_free(struct served *served)
{
    server_close(served->server);
    pool_close(served->api.pool);
    jobs_close(served->api.jobs);
    pulse_close(served->api.pulse);
    metrics_free(served->api.metrics);
    arena_release(served->program.arena);
    program_close(&served->program);
    char command[80];
    snprintf(command, sizeof command, "rm -r %s", served->directory);
    if (system(command) != 0) abort();
    if (served->schema[0]) admin_sql("DROP SCHEMA", served->schema, "CASCADE");
    arena_free(served->program.arena);
    free(served);
}

int served_sqlite(void **state)
{
    *state = served_new(false);
    return 0;
}

int served_postgres(void **state)
{
    *state = getenv("MERLON_TEST_DATABASE") ? served_new(true) : NULL;
    return 0;
}

struct served *served_of(void **state)
{
    if (!*state) skip();
    return *state;
}

int served_end(void **state)
{
    if (*state) served_free(*state);
    return 0;
}
