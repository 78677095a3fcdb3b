/* merlon rebuild: whatever is derived is made anew. Harmless at any time, also beside a running server. */
#include "app/command.h"

#include "app/acting.h"
#include "app/progress.h"
#include "records/rebuild.h"

static void show(void *arg, const char *reg, int64_t done, int64_t of)
{
    struct progress *progress = arg;
    progress->what = str_of(reg);
    progress_tell(progress, done, of);
}

enum result command_rebuild(struct program *program)
{
    struct progress progress = {0};
    struct rebuild rebuild = {.store = program->store, .progress = show, .arg = &progress};
    struct rebuild_report report;
    bool json = program_flag(program, "json");
    TRY(program_no_more(program, 0));
    enum result result = records_rebuild(&program->ctx, &rebuild, &report);
    progress_end(&progress);
    TRY(result);
    TRY(acting_settle(program));
    printf(json ? "{\"records\":%lld,\"changed\":%lld}\n"
                : "%lld records: links and search made anew, %lld changes to "
                  "what is derived.\n",
           (long long)report.records, (long long)report.changed);
    return OK;
}
