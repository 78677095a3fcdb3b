/* merlon serve: opens the address, answers until SIGTERM or SIGINT, then lets what is under way finish, within 15 s
 * (app/ending.h). A thread of its own seals the ledger each second. */
#include "app/command.h"

#include "access/start.h"
#include "access/users.h"
#include "api/metrics.h"
#include "api/routes.h"
#include "app/control.h"
#include "app/ending.h"
#include "app/heads.h"
#include "app/settling.h"
#include "base/asset.h"
#include "base/clock.h"
#include "base/log.h"
#include "format/catalogue.h"
#include "http/server.h"
#include "jobs/clerk.h"
#include "store/pulse.h"

#include <malloc.h>
#include <signal.h>
#include <unistd.h>

static const struct server_header headers[] = {
    {"X-Content-Type-Options", "nosniff"},
    {"Referrer-Policy", "no-referrer"},
    {"Cross-Origin-Opener-Policy", "same-origin"},
    {"Cross-Origin-Resource-Policy", "same-origin"},
    {"Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"},
    {NULL, NULL},
};

static const struct server_header page_headers[] = {
    {"Permissions-Policy", "camera=(), microphone=(), geolocation=()"},
    {NULL, NULL},
};

enum { KEPT_AT_END = 8 * 1024 * 1024, MAPPED_FROM = 1024 * 1024 };

enum { STATEMENT_LIMIT = 30 * SECOND }; /* of one statement in the database, while serving */

static enum result split_listen(struct ctx *ctx, struct str listen, const char **host, int *port)
{
    size_t colon = listen.len;
    int64_t number;
    while (colon > 0 && listen.at[colon - 1] != ':') colon--;
    struct str name = colon ? str_slice(listen, 0, colon - 1) : S("");
    if (!colon || !parse_number(str_slice(listen, colon, listen.len), &number) || number < 0 || number > 65535)
        return fail(ctx, INVALID, "--listen needs HOST:PORT, like 127.0.0.1:8080, not \"%.*s\".", PRINT(listen));
    if (str_starts(name, S("[")) && str_ends(name, S("]"))) name = str_slice(name, 1, name.len - 1);
    *host = arena_cstr(ctx->arena, name);
    *port = (int)number;
    return OK;
}

struct first_link {
    struct str token;
};

static enum result make_link(struct ctx *ctx, void *arg)
{
    return access_start_link(ctx, &((struct first_link *)arg)->token);
}

/* A database without users is shown the way in: once, on standard output, never in the log. */
static enum result offer_start(struct program *program, const char *host, int port)
{
    struct ctx *ctx = &program->ctx;
    struct first_link link;
    int64_t users;
    TRY(user_count(ctx, &users));
    if (users) return OK;
    TRY(store_write(ctx, program->store, make_link, &link));
    say(stdout,
        "No one can sign in yet. Open this link once, within a day, to make the first administrator:\n"
        "  http://%s:%d/start#%.*s\n",
        host, port, PRINT(link.token));
    int error = say_end(stdout);
    if (error)
        log_text(LOG_ERROR,
                 "standard output cannot be written, so the link for the first administrator is lost: start again, "
                 "with a standard output that somebody reads",
                 "why", str_of(strerror(error)));
    return OK;
}

static const char *optional(struct ctx *ctx, struct str value)
{
    return value.len ? arena_cstr(ctx->arena, value) : NULL;
}

/* Without languages it is a witness and nothing else. */
static enum result open_server(struct program *program, struct api *api, const struct languages *languages,
                               struct server **server)
{
    struct ctx *ctx = &program->ctx;
    const struct settings *settings = &program->settings;
    struct server_config config = {.headers = headers,
                                   .page_headers = page_headers,
                                   .app = api,
                                   .dispatch = api_dispatch,
                                   .completed = metrics_completed};
    struct router *router = router_new(program->arena);
    TRY(split_listen(ctx, settings->value[SET_LISTEN], &config.host, &config.port));
    TRY(languages ? routes_add(ctx, router) : routes_add_witness(ctx, router));
    config.router = router;
    config.languages = languages;
    config.certificate = optional(ctx, settings->value[SET_TLS_CERTIFICATE]);
    config.key = optional(ctx, settings->value[SET_TLS_KEY]);
    config.trusted_proxies = optional(ctx, settings->value[SET_TRUSTED_PROXIES]);
    api->secure_cookies = config.certificate || str_starts(settings->value[SET_PUBLIC_URL], S("https://"));
    TRY(server_open(ctx, &config, server));
    metrics_watch(api->metrics, *server);
    say(stdout, "Merlon answers on %s://%s:%d\n", config.certificate ? "https" : "http", config.host,
        server_port(*server));
    fflush(stdout);
    return languages ? offer_start(program, config.host, server_port(*server)) : OK;
}

static void wait_for_signal(const sigset_t *signals)
{
    int signal;
    while (sigwait(signals, &signal) != 0) continue;
    log_line(LOG_INFO, "stopping", "signal", (int64_t)signal, NULL);
}

/* What runs beside requests. */
struct beside {
    struct settling *settling;
    struct clerk *clerk;
    struct control *control;
    struct heads heads;
};

static enum result open_always(struct program *program, struct api *api, struct beside *beside)
{
    struct ctx *ctx = &program->ctx;
    TRY(pool_open(ctx, (unsigned)setting_number(&program->settings, SET_WORKERS), 1024, QUEUE_PATIENCE, &api->pool));
    TRY(pulse_open(ctx, program->store, &api->pulse));
    TRY(metrics_new(ctx, &api->metrics));
    TRY(settling_open(ctx, program->store, program->signer, program->settings.value[SET_DATA], &beside->settling));
    return heads_open(program, api, &beside->heads);
}

static enum result open_beside(struct program *program, struct api *api, const struct languages *languages,
                               struct beside *beside)
{
    static const struct job_kind *const kinds[] = {&job_import};
    struct ctx *ctx = &program->ctx;
    struct job_kind *list = arena_make_many(program->arena, struct job_kind, COUNT(kinds));
    for (size_t i = 0; i < COUNT(kinds); i++) list[i] = *kinds[i];
    struct jobs_config config = {.house = &program->house,
                                 .store = program->store,
                                 .access = program->access,
                                 .time = program->time,
                                 .languages = languages,
                                 .kinds = list,
                                 .kind_count = COUNT(kinds),
                                 .threads = 2};
    TRY(open_always(program, api, beside));
    TRY(jobs_open(ctx, &config, &api->jobs));
    return clerk_open(ctx, api->jobs, &config, &beside->clerk);
}

static enum result serve(struct program *program, bool only_witness)
{
    struct server *server = NULL;
    struct beside beside = {0};
    struct languages languages;
    sigset_t signals;
    struct api api = {.house = &program->house,
                      .patience = QUEUE_PATIENCE,
                      .store = program->store,
                      .access = program->access,
                      .time = program->time,
                      .signer = program->signer,
                      .events = program->events,
                      .assets = embedded_assets,
                      .asset_count = embedded_asset_count};
    TRY(languages_of_assets(&program->ctx, embedded_assets, embedded_asset_count, &languages));
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    pthread_sigmask(SIG_BLOCK, &signals, NULL); /* before threads start, so that only the wait below sees them */
    signal(SIGPIPE, SIG_IGN);
    store_limit_statements(program->store, STATEMENT_LIMIT);
    enum result result =
        only_witness ? open_always(program, &api, &beside) : open_beside(program, &api, &languages, &beside);
    if (result == OK) result = control_open(program, &beside.control);
    if (result == OK) result = open_server(program, &api, only_witness ? NULL : &languages, &server);
    if (result == OK) wait_for_signal(&signals);
    struct ending *ending = ending_begin(program->store);
    control_close(beside.control);
    clerk_close(beside.clerk);
    heads_quiet(&beside.heads);
    if (api.jobs) jobs_end_watches(api.jobs);
    server_close(server);
    pool_close(api.pool);
    jobs_close(api.jobs);
    settling_close(beside.settling);
    heads_close(&beside.heads);
    pulse_close(api.pulse);
    metrics_free(api.metrics);
    ending_leave_store(ending);
    return result;
}

/* An answer's memory goes back to the C library after each request. By its defaults the library hands as little as
 * 128 kB at the end of a heap back to the system, which the next request asks for again, page by page: on a virtual
 * machine, where that is dear, a list took five times as long. */
static void keep_memory(void)
{
    mallopt(M_TRIM_THRESHOLD, KEPT_AT_END);
    mallopt(M_MMAP_THRESHOLD, MAPPED_FROM);
}

enum result command_serve(struct program *program)
{
    bool makes = program_flag(program, "new");
    keep_memory(); /* before there are other threads */
    TRY(program_no_more(program, 0));
    TRY(program_open(program, makes ? OPEN_NEW : OPEN_DATABASE));
    return serve(program, false);
}

enum result command_witness(struct program *program)
{
    keep_memory();
    TRY(program_no_more(program, 0));
    if (!program->settings.value[SET_WITNESS_LOGS].len)
        return fail(&program->ctx, INVALID, "Say which logs it witnesses, with --witness-logs FILE.");
    TRY(program_open(program, OPEN_DATABASE));
    return serve(program, true);
}
