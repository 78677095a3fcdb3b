/* merlon import: a CSV or XLSX file into a register, or a framework file; into the data directory, or through a
 * running server. */
#include "app/command.h"

#include "app/acting.h"
#include "app/caller.h"
#include "app/client.h"
#include "app/progress.h"
#include "frameworks/load.h"
#include "http/query.h"
#include "jobs/import_run.h"
#include "records/import.h"

#include <unistd.h>

enum { FILE_MOST = 64 * 1024 * 1024, WAIT = 250 * 1000 /* microseconds between two looks at a job */ };

struct wanted {
    struct str reg, file, url, token;
    struct json *mapping;
    bool dry, json;
};

static enum result read_mapping(struct program *program, struct wanted *wanted)
{
    struct ctx *ctx = &program->ctx;
    struct str path, text;
    if (!program_option(program, "mapping", &path)) return OK;
    TRY(caller_read(program, path, 1024 * 1024, &text));
    if (json_parse(ctx, text, &wanted->mapping) == OK && wanted->mapping->kind == JSON_OBJECT) return OK;
    return fail(ctx, INVALID, "The mapping %.*s must be a JSON object: {\"column heading\": \"field\"}.", PRINT(path));
}

static enum result read_words(struct program *program, struct wanted *wanted)
{
    struct ctx *ctx = &program->ctx;
    wanted->dry = program_flag(program, "dry-run");
    wanted->json = program_flag(program, "json");
    program_option(program, "url", &wanted->url);
    program_option(program, "token", &wanted->token);
    TRY(read_mapping(program, wanted));
    if (wanted->url.len && !wanted->token.len)
        return fail(ctx, INVALID, "--url needs --token TOKEN; merlon token makes one.");
    if (wanted->token.len && !wanted->url.len)
        return fail(ctx, INVALID, "--token is for a server: name it with --url URL, or leave the token out.");
    return OK;
}

/* ---- what came of it ---- */

/* Why a row was refused, and what of one that was taken is not taken over. */
static void print_details(struct program *program, const struct json *result)
{
    const struct json *fates = json_get(result, "fates");
    for (const struct json *fate = fates ? fates->first : NULL; fate; fate = fate->next) {
        struct str detail = json_str(fate, "detail", S(""));
        if (detail.len) say(program->err, "line %lld: %.*s\n", (long long)json_number(fate, "line", 0), PRINT(detail));
    }
}

static enum result tell(struct program *program, const struct wanted *wanted, struct str text)
{
    struct ctx *ctx = &program->ctx;
    struct json *result;
    if (wanted->json) say_json(program->out, text);
    TRY(json_parse(ctx, text, &result));
    long long refused = (long long)json_number(result, "refused", 0);
    if (!wanted->json) {
        long long rows = (long long)json_number(result, "rows", 0),
                  warned = (long long)json_number(result, "warned", 0);
        print_details(program, result);
        say(program->out, "%s%lld %s: %lld created, %lld changed, %lld unchanged, %lld refused\n",
            wanted->dry ? "Dry run, nothing was kept. " : "", rows, say_word(rows, "row", "rows"),
            (long long)json_number(result, "created", 0), (long long)json_number(result, "changed", 0),
            (long long)json_number(result, "unchanged", 0), refused);
        if (warned)
            say(program->out, "%lld of them %s something that is not imported.\n", warned,
                say_word(warned, "says", "say"));
        if (warned + refused > IMPORT_FATES / 2)
            say(program->out, "The first of what was refused or not imported are told with their lines, up to %d.\n",
                IMPORT_FATES);
    }
    if (!refused) return OK;
    return fail(ctx, CONFLICT, "%lld %s refused; the others are %s.", refused,
                say_word(refused, "row was", "rows were"), wanted->dry ? "fine" : "in");
}

struct watch {
    struct program *program;
    struct progress progress;
};

static enum result show(void *arg, int64_t done, int64_t total)
{
    struct watch *watch = arg;
    progress_tell(&watch->progress, done, total);
    return caller_waits(watch->program);
}

/* ---- into the data directory ---- */

/* What came in before it broke off is in, and who does not know of it brings it in twice. */
static void tell_broken_off(struct program *program, const struct import *import)
{
    struct import_counts counts = import_counts(import);
    if (!counts.rows) return;
    say(program->err,
        "merlon: The first %lld %s of the file %s dealt with and saved (%lld created, %lld changed, %lld unchanged, "
        "%lld refused); nothing after them was taken. Do not bring these in again.\n",
        (long long)counts.rows, say_word(counts.rows, "row", "rows"), say_word(counts.rows, "is", "are"),
        (long long)counts.created, (long long)counts.changed, (long long)counts.unchanged, (long long)counts.refused);
}

static enum result import_here(struct program *program, const struct wanted *wanted)
{
    struct ctx *ctx = &program->ctx;
    struct watch watch = {program, {.what = wanted->reg, .hidden = program->remote != NULL}};
    struct buf text = buf_in(ctx->arena);
    struct import *import;
    bool unreadable = false;
    struct import_run run = {
        .mapping = wanted->mapping, .dry = wanted->dry, .progress = show, .arg = &watch, .unreadable = &unreadable};
    TRY(acting_register(program, wanted->reg, &run.reg));
    TRY(caller_read(program, wanted->file, FILE_MOST, &run.file));
    TRY(program_open(program, OPEN_DATABASE));
    TRY(acting_user(program));
    TRY(program_no_more(program, 0));
    run.store = program->store;
    enum result result = import_run(ctx, &run, &import);
    progress_end(&watch.progress);
    if (unreadable) return BROKEN; /* the command was right, the file is not */
    if (result != OK && import && !wanted->dry) tell_broken_off(program, import);
    TRY(result);
    if (!wanted->dry) acting_settle(program);
    import_write_json(import, &text);
    return tell(program, wanted, buf_str(&text));
}

struct framework {
    struct str file;
    struct framework_loaded loaded;
};

static enum result load(struct ctx *ctx, void *arg)
{
    struct framework *framework = arg;
    return framework_load(ctx, framework->file, &framework->loaded);
}

static enum result framework_here(struct program *program, const struct wanted *wanted)
{
    struct ctx *ctx = &program->ctx;
    struct framework framework;
    TRY(caller_read(program, wanted->file, FILE_MOST, &framework.file));
    TRY(program_open(program, OPEN_DATABASE));
    TRY(acting_user(program));
    TRY(program_no_more(program, 0));
    enum result result = store_write(ctx, program->store, load, &framework);
    if (result == INVALID) return BROKEN; /* the command was right, the file is not */
    TRY(result);
    acting_settle(program);
    long long id = (long long)framework.loaded.framework, created = (long long)framework.loaded.created;
    long long changed = (long long)framework.loaded.changed, unchanged = (long long)framework.loaded.unchanged;
    if (wanted->json)
        say(program->out, "{\"framework\":%lld,\"created\":%lld,\"changed\":%lld,\"unchanged\":%lld}\n", id, created,
            changed, unchanged);
    else
        say(program->out, "Framework %lld: %lld %s created, %lld changed, %lld unchanged\n", id, created,
            say_word(created, "requirement", "requirements"), changed, unchanged);
    return OK;
}

/* ---- through a server ---- */

/* Looks until the job has ended; its result is what became of the rows. */
static enum result await(struct ctx *ctx, struct client *client, int64_t id, struct progress *progress,
                         struct str *result)
{
    struct call call = {.method = "GET", .path = arena_print(ctx->arena, "/api/v1/jobs/%lld", (long long)id)};
    for (;;) {
        struct answer answer;
        struct json *job;
        TRY(client_call(ctx, client, &call, &answer));
        TRY(json_parse(ctx, answer.body, &job));
        struct str status = json_str(job, "status", S(""));
        progress_tell(progress, json_number(job, "done", 0), json_number(job, "total", 0));
        if (str_is(status, "done")) {
            struct buf text = buf_in(ctx->arena);
            json_write_value(&text, json_get(job, "result"));
            *result = buf_str(&text);
            return OK;
        }
        if (str_is(status, "failed") || str_is(status, "cancelled"))
            return fail(ctx, CONFLICT, "The import %.*s: %.*s", PRINT(status), PRINT(json_str(job, "detail", S(""))));
        usleep(WAIT);
    }
}

static enum result import_there(struct program *program, const struct wanted *wanted)
{
    struct ctx *ctx = &program->ctx;
    struct progress progress = {.what = wanted->reg};
    struct buf path = buf_in(ctx->arena);
    struct client *client;
    struct answer answer;
    struct json *started;
    struct call call = {.method = "POST", .type = S("application/octet-stream")};
    TRY(caller_read(program, wanted->file, FILE_MOST, &call.body));
    TRY(program_no_more(program, 0));
    TRY(client_open(ctx, wanted->url, &client));
    client_use_token(client, wanted->token);
    buf_print(&path, "/api/v1/%.*s/import?dry_run=%d", PRINT(wanted->reg), wanted->dry);
    if (wanted->mapping) {
        struct buf mapping = buf_in(ctx->arena);
        json_write_value(&mapping, wanted->mapping);
        buf_text(&path, "&mapping=");
        percent_encode(&path, buf_str(&mapping));
    }
    call.path = str_is(wanted->reg, "framework") ? S("/api/v1/frameworks") : buf_str(&path);
    TRY(client_call(ctx, client, &call, &answer));
    TRY(json_parse(ctx, answer.body, &started));
    if (!json_get(started, "job")) {
        if (wanted->json) say_json(program->out, answer.body);
        if (!wanted->json) say(program->out, "%.*s\n", PRINT(answer.body));
        return OK;
    }
    int64_t id = json_number(started, "job", 0);
    struct str text = S("{}");
    enum result result = await(ctx, client, id, &progress, &text);
    progress_end(&progress);
    TRY(result);
    return tell(program, wanted, text);
}

enum result command_import(struct program *program)
{
    struct wanted wanted = {0};
    TRY(read_words(program, &wanted));
    if (program->rest_count < 2 || str_starts(program->rest[0], S("--")) || str_starts(program->rest[1], S("--")))
        return fail(&program->ctx, INVALID, "Say what and from where: merlon import REGISTER FILE.");
    wanted.reg = program->rest[0];
    wanted.file = program->rest[1];
    program_skip(program, 2);
    if (wanted.url.len) return import_there(program, &wanted);
    if (!str_is(wanted.reg, "framework")) return import_here(program, &wanted);
    return wanted.dry ? fail(&program->ctx, INVALID, "A framework is loaded as a whole; there is no --dry-run for it.")
                      : framework_here(program, &wanted);
}
