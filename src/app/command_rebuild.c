/* merlon rebuild: whatever is derived is made anew. Harmless at any time, also beside a running server. */
#include "app/command.h"

#include "app/acting.h"
#include "app/caller.h"
#include "app/progress.h"
#include "records/rebuild.h"
#include "store/store.h"

struct watch {
    struct program *program;
    struct progress progress;
};

static enum result show(void *arg, const char *reg, int64_t done, int64_t of)
{
    struct watch *watch = arg;
    watch->progress.what = str_of(reg);
    progress_tell(&watch->progress, done, of);
    return caller_waits(watch->program);
}

enum result command_rebuild(struct program *program)
{
    struct watch watch = {program, {.hidden = program->remote != NULL}};
    struct rebuild rebuild = {.store = program->store, .progress = show, .arg = &watch};
    struct rebuild_report report;
    bool json = program_flag(program, "json");
    TRY(program_no_more(program, 0));
    enum result result = records_rebuild(&program->ctx, &rebuild, &report);
    progress_end(&watch.progress);
    TRY(result);
    acting_settle(program);
    if (json)
        say(program->out, "{\"records\":%lld,\"changed\":%lld}\n", (long long)report.records,
            (long long)report.changed);
    else
        say(program->out, "%lld %s: links and search made anew, %lld %s to what is derived.\n",
            (long long)report.records, say_word(report.records, "record", "records"), (long long)report.changed,
            say_word(report.changed, "change", "changes"));
    if (report.another)
        say(program->err, "merlon: another program has begun to make the same anew meanwhile; until it is done, search "
                          "may not find everything.\n");
    return OK;
}
