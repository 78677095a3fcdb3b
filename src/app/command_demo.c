/* merlon demo: fills an empty data directory with a demonstration organisation. A server of its own answers on a free
 * port meanwhile. */
#include "app/command.h"

#include "access/users.h"
#include "app/child.h"
#include "app/demo.h"
#include "app/progress.h"
#include "base/asset.h"
#include "base/clock.h"

/* Documented, so that anybody may look around; which is why it is for demonstrations only. */
static const char passphrase[] = "harbour lights at dawn";

static void tell(void *arg, struct str what, int64_t done, int64_t of)
{
    struct progress *progress = arg;
    progress->what = what;
    progress_tell(progress, done, of);
}

static enum result demand_empty(struct program *program)
{
    int64_t users;
    struct str data = program->settings.value[SET_DATA];
    TRY(user_count(&program->ctx, &users));
    if (!users) return OK;
    return fail(&program->ctx, CONFLICT,
                "There are users in %.*s already; the demonstration needs a data directory of its own.", PRINT(data));
}

static void print_logins(const struct demo *demo, int64_t took)
{
    struct str data = demo->program->settings.value[SET_DATA];
    say(stdout, "The demonstration organisation is in %.*s (%lld requests in %lld.%lld s).\n\n", PRINT(data),
        (long long)demo->requests, (long long)(took / SECOND), (long long)(took % SECOND / 100));
    for (size_t i = 0; i < demo->login_count; i++)
        say(stdout, "  %-36.*s %.*s\n", PRINT(demo->logins[i].email), PRINT(demo->logins[i].does));
    say(stdout, "\nThe password of each is: %.*s\n", PRINT(demo->password));
    say(stdout, "Start it with: merlon serve --data %.*s\n", PRINT(data));
}

enum result command_demo(struct program *program)
{
    struct ctx *ctx = &program->ctx;
    struct progress progress = {0};
    struct demo demo = {
        .program = program, .password = str_of(passphrase), .progress = tell, .progress_arg = &progress};
    struct child *child;
    size_t count;
    int64_t began = clock_monotonic();
    TRY(program_no_more(program, 0));
    TRY(demand_empty(program));
    const struct asset *files = asset_below(embedded_assets, embedded_asset_count, S("demo/"), &count);
    program_close(program); /* the child alone writes now */
    TRY(child_serve(program, &child, &demo.url, &demo.start));
    enum result loaded = demo_load(&demo, files, count);
    progress_end(&progress);
    TRY(loaded);
    TRY(child_stop(ctx, child));
    print_logins(&demo, clock_monotonic() - began);
    return OK;
}
