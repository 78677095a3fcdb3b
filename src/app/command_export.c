/* merlon export and merlon report: what the browser offers as files, for scripts. Both only read, and may run beside a
 * server. */
#include "app/command.h"

#include "access/actor.h"
#include "app/acting.h"
#include "app/checks.h"
#include "app/files.h"
#include "app/telling.h"
#include "base/asset.h"
#include "http/query.h"
#include "records/export.h"
#include "report/report.h"

/* "status=open&sort=-id" as the API takes it. */
static enum result read_filter(struct program *program, struct query *query)
{
    struct str text = S("");
    program_option(program, "filter", &text);
    if (query_parse(program->arena, text, query)) return OK;
    return fail(&program->ctx, INVALID, "The filter is not of the form \"status=open&sort=-id\".");
}

static struct parameter *parameters_of(struct program *program, const struct query *query, size_t more)
{
    struct parameter *parameters = arena_make_many(program->arena, struct parameter, query->count + more + 1);
    for (size_t i = 0; i < query->count; i++)
        parameters[i] = (struct parameter){query->pairs[i].name, query->pairs[i].value};
    return parameters;
}

static enum result run_export(struct program *program, struct export export, struct str output)
{
    struct ctx *ctx = &program->ctx;
    struct file_out file;
    export.scratch = arena_scratch(ctx->arena);
    TRY(file_out_open(ctx, output, &file));
    program_tell(program, &(struct event){.kind = EVENT_EXPORT,
                                          .actor = ctx->actor->user,
                                          .subject = str_of(export.query->reg->name),
                                          .detail = S("command line")});
    export.sink = file_out_add;
    export.arg = &file;
    enum result result = store_begin_snapshot(ctx);
    if (result == OK) {
        result = export_run(ctx, &export);
        store_end_snapshot(ctx);
    }
    enum result closed = file_out_close(ctx, &file, result == OK);
    return result == OK ? closed : result;
}

enum result command_export(struct program *program)
{
    struct ctx *ctx = &program->ctx;
    struct export export = {0};
    struct str format = S("csv"), output = S("");
    struct query query;
    const struct reg *reg;
    program_option(program, "format", &format);
    program_option(program, "output", &output);
    TRY(acting_user(program));
    TRY(acting_as_of(program));
    TRY(read_filter(program, &query));
    TRY(program_no_more(program, 1));
    if (!program->rest_count) return fail(ctx, INVALID, "Say which register: merlon export REGISTER.");
    TRY(acting_register(program, program->rest[0], &reg));
    TRY(export_format_of(ctx, format, &export.format));
    TRY(list_parse(ctx, reg, parameters_of(program, &query, 0), query.count, NULL, &export.query));
    return run_export(program, export, output);
}

/* ---- reports ---- */

static void list_reports(void)
{
    for (const struct report *const *one = reports; *one; one++) {
        say(stdout, "%s", (*one)->name);
        for (const struct report_parameter *parameter = (*one)->parameters; parameter->name; parameter++)
            say(stdout, parameter->required ? " --%s %s" : " [--%s %s]", parameter->name,
                parameter->reg ? "REFERENCE" : "TEXT");
        say(stdout, "\n");
    }
}

struct report_wanted {
    const struct report *report;
    enum report_format format;
    struct parameter *parameters;
    size_t count;
    struct labels *labels;
};

static enum result write_report(struct program *program, const struct report_wanted *wanted, struct str output)
{
    struct ctx *ctx = &program->ctx;
    struct checks checks = {.program = program};
    struct report_file made;
    struct file_out file;
    if (!program->keyring)
        TRY(checks_take_key(&checks)); /* where it is at hand: what the report reads is held against the ledger by it */
    TRY(store_begin_snapshot(ctx));
    enum result result =
        report_run(ctx, wanted->report, wanted->format, wanted->parameters, wanted->count, wanted->labels, &made);
    store_end_snapshot(ctx);
    TRY(result);
    program_tell(program, &(struct event){.kind = EVENT_REPORT,
                                          .actor = ctx->actor->user,
                                          .subject = S("report"),
                                          .detail = str_of(wanted->report->name)});
    TRY(file_out_open(ctx, output.len ? output : made.name, &file));
    enum result added = file_out_add(&file, made.bytes);
    TRY(file_out_close(ctx, &file, added == OK));
    TRY(added);
    if (!output.len) say(stdout, "%.*s\n", PRINT(made.name));
    return OK;
}

static void read_parameters(struct program *program, struct report_wanted *wanted)
{
    struct parameter paper = {.name = S("paper")};
    for (const struct report_parameter *one = wanted->report->parameters; one->name; one++) {
        struct parameter given = {.name = str_of(one->name)};
        if (program_option(program, one->name, &given.value)) wanted->parameters[wanted->count++] = given;
    }
    if (program_option(program, "paper", &paper.value)) wanted->parameters[wanted->count++] = paper;
}

enum result command_report(struct program *program)
{
    struct ctx *ctx = &program->ctx;
    struct str format = S("pdf"), language = S("en"), output = S("");
    struct query query;
    if (!program->rest_count) {
        list_reports();
        return OK;
    }
    struct report_wanted wanted = {.report = report_find(program->rest[0])};
    if (!wanted.report)
        return fail(ctx, INVALID, "There is no report \"%.*s\"; merlon report lists them.", PRINT(program->rest[0]));
    program_skip(program, 1);
    program_option(program, "format", &format);
    program_option(program, "language", &language);
    program_option(program, "output", &output);
    TRY(program_open(program, OPEN_READ_ONLY));
    TRY(acting_user(program));
    TRY(acting_as_of(program));
    TRY(read_filter(program, &query));
    wanted.parameters = parameters_of(program, &query, REPORT_PARAMETERS + 1);
    wanted.count = query.count;
    read_parameters(program, &wanted);
    TRY(program_no_more(program, 0));
    TRY(report_format_of(ctx, format, &wanted.format));
    TRY(labels_of_assets(ctx, embedded_assets, embedded_asset_count, language, &wanted.labels));
    ctx->language = language;
    return write_report(program, &wanted, output);
}
