/* merlon ddl: the tables as a database is brought to them. Nobody runs it; it is kept under review as a golden file, so
 * that a change of what is stored is seen before it is released. */
#include "app/command.h"

enum result command_ddl(struct program *program)
{
    static const struct {
        const char *name;
        enum dialect dialect;
    } dialects[] = {{"sqlite", DIALECT_SQLITE}, {"postgresql", DIALECT_POSTGRES}};
    struct ctx *ctx = &program->ctx;
    size_t count;
    TRY(program_no_more(program, 1));
    struct str wanted = program->rest_count ? program->rest[0] : S("");
    for (size_t i = 0; i < COUNT(dialects); i++) {
        if (!str_is(wanted, dialects[i].name)) continue;
        const struct table *const *tables = program_tables(program, &count);
        struct str text = tables_ddl(ctx, dialects[i].dialect, tables, count);
        say_data(stdout, text);
        return OK;
    }
    return fail(ctx, INVALID, "merlon ddl takes sqlite or postgresql.");
}
