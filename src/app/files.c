/* A report that is half written looks like a whole one to whoever opens it, so it gets its name last. */
#include "app/files.h"

#include "base/buf.h"

#include <errno.h>
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

enum result file_out_open(struct ctx *ctx, struct str path, struct file_out *out)
{
    *out = (struct file_out){.path = path, .file = stdout};
    if (is_standard(path)) return OK;
    out->partial = arena_print(ctx->arena, "%.*s.partial", PRINT(path)).at;
    out->file = fopen(out->partial, "we");
    return out->file ? OK : cannot(ctx, "written", path);
}

enum result file_out_add(void *arg, struct str piece)
{
    struct file_out *out = arg;
    return fwrite(piece.at, 1, piece.len, out->file) == piece.len ? OK : BROKEN;
}

enum result file_out_close(struct ctx *ctx, struct file_out *out, bool keep)
{
    bool whole = fflush(out->file) == 0 && !ferror(out->file);
    int error = errno;
    if (out->partial) whole = fclose(out->file) == 0 && whole;
    if (whole && keep && out->partial && rename(out->partial, arena_cstr(ctx->arena, out->path)) == 0) return OK;
    if (out->partial) unlink(out->partial);
    if (!keep || (whole && !out->partial)) return OK;
    errno = whole ? errno : error;
    return cannot(ctx, "written", out->partial ? out->path : S("standard output"));
}
