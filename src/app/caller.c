/* Commands print to program->out and read through here, so that none has to know where it runs. */
#include "app/caller.h"

#include "app/accounts.h"
#include "app/control.h"
#include "app/files.h"
#include "app/say.h"

enum result caller_read(struct program *program, struct str path, size_t most, struct str *bytes)
{
    if (program->remote) return control_fetch(program, CONTROL_FILE, path, most, bytes);
    return file_read(&program->ctx, path, most, bytes);
}

enum result caller_read_line(struct program *program, struct str path, struct str *line)
{
    if (program->remote) return control_fetch(program, CONTROL_LINE, path, 4096, line);
    return account_password_file(&program->ctx, path, line);
}

enum result caller_waits(struct program *program)
{
    if (!program->remote || control_client_waits(program->remote)) return OK;
    return fail(&program->ctx, BUSY, "The command was broken off; what it had done until then is kept.");
}

int caller_complain(struct program *program, enum result result)
{
    const struct error *error = &program->ctx.error;
    struct str sentence = error->sentence.len ? error->sentence : S("Something went wrong.");
    say(program->err, "merlon: %.*s\n", PRINT(sentence));
    for (const struct field_error *one = error->fields; one; one = one->next)
        say(program->err, "  %.*s: %.*s\n", PRINT(one->pointer), PRINT(one->detail));
    return result == INVALID ? 2 : 1;
}
