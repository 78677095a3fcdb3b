/* A report that is half written looks like a whole one to whoever opens it, so it gets its name last. What is no file
 * of bytes (a terminal, a pipe, /dev/null) is written as it is: nothing may take its place. */
#include "app/files.h"

#include "app/say.h"
#include "base/buf.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PIECE = 64 * 1024, KILO = 1024, MEGA = 1024 * 1024 };

static bool is_standard(struct str path)
{
    return !path.len || str_is(path, "-");
}

static enum result cannot(struct ctx *ctx, const char *what, struct str path)
{
    return fail(ctx, INVALID, "The file %.*s cannot be %s: %s.", PRINT(path), what, strerror(errno));
}

static enum result too_large(struct ctx *ctx, struct str path, size_t most)
{
    bool mega = most >= MEGA;
    return fail(ctx, INVALID, "The file %.*s is larger than %zu %s, the most that is read of such a file.", PRINT(path),
                most / (mega ? MEGA : KILO), mega ? "MB" : "kB");
}

/* What it has, where that is known before it is read. */
static size_t size_of(FILE *file)
{
    struct stat info;
    return fstat(fileno(file), &info) == 0 && S_ISREG(info.st_mode) ? (size_t)info.st_size : 0;
}

/* For one more piece; never more than what may be read, so that too large a file is told before memory runs out. */
static void make_room(struct buf *all, size_t most)
{
    size_t room = all->room < PIECE ? PIECE : all->room * 2;
    if (all->room - all->len >= PIECE) return;
    if (room > most + PIECE) room = most + PIECE;
    all->at = arena_grow(all->arena, all->at, all->room, room);
    all->room = room;
}

enum result file_read(struct ctx *ctx, struct str path, size_t most, struct str *bytes)
{
    struct buf all = buf_in(ctx->arena);
    bool standard = is_standard(path);
    FILE *file = standard ? stdin : fopen(arena_cstr(ctx->arena, path), "re");
    if (!file) return cannot(ctx, "read", path);
    bool over = size_of(file) > most;
    for (size_t got = 1; got && !over;) {
        make_room(&all, most);
        got = fread(all.at + all.len, 1, PIECE, file);
        all.len += got;
        over = all.len > most;
    }
    bool failed = ferror(file) != 0;
    int error = errno;
    if (!standard) fclose(file);
    errno = error;
    if (failed) return cannot(ctx, "read", path);
    if (over) return too_large(ctx, path, most);
    *bytes = buf_str(&all);
    return OK;
}

bool file_is_own_name(struct str path)
{
    static const char *const names[] = {"master.key", "ledger.pub", "ledger.heads"};
    struct str name = path, rest = path, part;
    while (str_cut(&rest, '/', &part)) name = part;
    if (rest.at) name = rest;
    if (str_starts(name, S("merlon.db")) || str_starts(name, S("merlon.lock")) || str_is(name, "merlon.sock"))
        return true;
    for (size_t i = 0; i < COUNT(names); i++)
        if (str_is(name, names[i])) return true;
    return false;
}

/* Whoever may write the folder could lay a link there: the name gets the new file, and where the link led to stays. */
static FILE *create(const char *path)
{
    int file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0666);
    return file < 0 ? NULL : fdopen(file, "w");
}

static bool takes_a_name(struct ctx *ctx, struct str path)
{
    struct stat info;
    return stat(arena_cstr(ctx->arena, path), &info) != 0 || S_ISREG(info.st_mode) || S_ISDIR(info.st_mode);
}

enum result file_out_open(struct ctx *ctx, struct str path, struct file_out *out)
{
    *out = (struct file_out){.path = path, .file = stdout};
    if (is_standard(path)) return OK;
    if (file_is_own_name(path))
        return fail(ctx, INVALID, "%.*s is the name of a file of the program's own: give the output another.",
                    PRINT(path));
    if (takes_a_name(ctx, path)) out->partial = arena_print(ctx->arena, "%.*s.partial", PRINT(path)).at;
    out->file = out->partial ? create(out->partial) : fopen(arena_cstr(ctx->arena, path), "we");
    return out->file ? OK : cannot(ctx, "written", path);
}

enum result file_out_add(void *arg, struct str piece)
{
    struct file_out *out = arg;
    if (!out->error && fwrite(piece.at, 1, piece.len, out->file) != piece.len) out->error = errno ? errno : EIO;
    return out->error ? BROKEN : OK;
}

/* 0, or why what was written is not all there. */
static int finish_writing(struct file_out *out)
{
    if (out->file == stdout) {
        int error = say_end(stdout);
        return out->error ? out->error : error;
    }
    if (fflush(out->file) != 0 && !out->error) out->error = errno;
    if (out->partial && !out->error && fsync(fileno(out->file)) != 0) out->error = errno;
    if (fclose(out->file) != 0 && !out->error) out->error = errno;
    return out->error;
}

enum result file_out_close(struct ctx *ctx, struct file_out *out, bool keep)
{
    bool standard = out->file == stdout;
    int error = finish_writing(out);
    if (out->partial && !error && keep && rename(out->partial, arena_cstr(ctx->arena, out->path)) != 0) {
        (void)cannot(ctx, "written", out->path);
        unlink(out->partial);
        return INVALID;
    }
    if (out->partial && (error || !keep)) unlink(out->partial);
    if (!error) return OK;
    if (standard) return fail(ctx, BROKEN, "Standard output cannot be written: %s.", strerror(error));
    return fail(ctx, BROKEN, "The file %.*s cannot be written: %s.", PRINT(out->path), strerror(error));
}
