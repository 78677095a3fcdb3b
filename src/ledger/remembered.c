/* Lines are written with one call each to a file opened for appending, so that a program that ends in the middle leaves
 * at most one short line at the end. The file is not flushed to the disk for each head: after a loss of power it may be
 * some heads behind, which refuses nothing. */
#include "ledger/remembered.h"

#include "base/buf.h"
#include "base/clock.h"
#include "ledger/keys.h"
#include "store/own_file.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sodium.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FILE_LIMIT = 64 * 1024 * 1024, NEWEST = 100, FIELDS = 7, SHORTEST_LINE = 200 };

static const char own_name[] = "ledger.heads", fresh_name[] = "ledger.heads.new";

static const char *path_of(struct ctx *ctx, struct str directory, const char *ending)
{
    return arena_print(ctx->arena, "%.*s/%s%s", PRINT(directory), own_name, ending).at;
}

static enum result cannot(struct ctx *ctx, const char *path, const char *what)
{
    return fail(ctx, BROKEN, "%s, in which the signed heads are remembered, cannot be %s: %s.", path, what,
                strerror(errno));
}

/* In no case may a file that cannot be trusted pass for one that is merely late. */
static enum result open_own(struct ctx *ctx, struct str directory, enum own_file_how how, int *file)
{
    if (own_file_open(ctx, directory, own_name, how, 0600, file) == OK) return OK;
    return fail(ctx, BROKEN, "%.*s", PRINT(ctx->error.sentence));
}

/* ---- lines ---- */

static void put_line(struct buf *out, const struct ledger_head *head)
{
    buf_print(out, "%lld %lld %lld ", (long long)head->size, (long long)head->previous, (long long)head->at);
    hash_hex(out, &head->root);
    buf_print(out, " %s %s ", head->origin, head->key_id);
    buf_hex(out, head->signature, SIGNATURE_SIZE);
    buf_char(out, '\n');
}

static bool take_text(struct str word, char *out, size_t room)
{
    if (!word.len || word.len >= room) return false;
    memset(out, 0, room);
    memcpy(out, word.at, word.len);
    return true;
}

static bool take_bytes(struct str word, unsigned char *out, size_t size)
{
    size_t len;
    return word.len == size * 2 && sodium_hex2bin(out, size, word.at, word.len, NULL, &len, NULL) == 0 && len == size;
}

static bool read_line(struct str line, struct ledger_head *head)
{
    struct str words[FIELDS], word;
    size_t count = 0;
    while (count < FIELDS && str_cut(&line, ' ', &word)) words[count++] = word;
    return count == FIELDS && !line.at && parse_number(words[0], &head->size) && head->size > 0 &&
           parse_number(words[1], &head->previous) && parse_number(words[2], &head->at) &&
           take_bytes(words[3], head->root.at, HASH_SIZE) && take_text(words[4], head->origin, ORIGIN_SIZE) &&
           take_text(words[5], head->key_id, KEY_ID) && take_bytes(words[6], head->signature, SIGNATURE_SIZE);
}

/* ---- the file ---- */

/* Nothing reads, thins or appends to a file that is larger than it can have grown. */
static bool look_at_size(int file, struct stat *status)
{
    if (fstat(file, status) != 0) return false;
    errno = EFBIG;
    return status->st_size <= FILE_LIMIT;
}

static enum result read_text(struct ctx *ctx, struct str directory, const char *path, struct str *text)
{
    struct stat status;
    int file;
    *text = S("");
    TRY(open_own(ctx, directory, OWN_READ, &file));
    if (file < 0) return OK;
    bool good = look_at_size(file, &status);
    char *bytes = good ? arena_alloc(ctx->arena, (size_t)status.st_size + 1) : NULL;
    ssize_t len = good ? read(file, bytes, (size_t)status.st_size) : -1;
    if (good && len >= 0 && len < status.st_size) errno = EIO;
    good = good && len == status.st_size;
    close(file);
    if (!good) return cannot(ctx, path, SENTENCE("read"));
    *text = (struct str){bytes, (size_t)len};
    return OK;
}

static enum result parse_text(struct ctx *ctx, const char *path, struct str text, struct remembered *heads)
{
    size_t lines = 0;
    for (size_t i = 0; i < text.len; i++) lines += text.at[i] == '\n';
    heads->at = arena_make_many(ctx->arena, struct ledger_head, text.len / SHORTEST_LINE + 1);
    for (size_t i = 0; i < lines; i++) {
        struct str line;
        struct ledger_head *head = &heads->at[heads->count];
        str_cut(&text, '\n', &line);
        if (line.len < SHORTEST_LINE || !read_line(line, head))
            return fail(ctx, BROKEN, "Line %zu of %s is not a signed head: the file was changed.", i + 1, path);
        if (heads->count && head->size < heads->at[heads->count - 1].size)
            return fail(
                ctx, BROKEN,
                "Line %zu of %s is a head of %lld entries (origin %s), and the line before it one of %lld (origin "
                "%s): lines were put in, perhaps of another ledger, or moved.",
                i + 1, path, (long long)head->size, head->origin, (long long)heads->at[heads->count - 1].size,
                heads->at[heads->count - 1].origin);
        heads->count++;
    }
    return OK;
}

enum result remembered_read(struct ctx *ctx, struct str directory, struct remembered *heads)
{
    struct str text;
    const char *path = path_of(ctx, directory, "");
    *heads = (struct remembered){0};
    TRY(read_text(ctx, directory, path, &text));
    return parse_text(ctx, path, text, heads);
}

static bool has_key(const struct ledger_chain *chain, const char *key_id)
{
    for (size_t i = 0; i < chain->count; i++)
        if (strcmp(chain->at[i].key.id, key_id) == 0) return true;
    return false;
}

/* Signed by a key of the original's, over more than the copy took over. */
static bool has_parted(const struct ledger_chain *chain, const struct ledger_head *head)
{
    struct arena *arena = chain->arena;
    struct buf text = buf_in(arena);
    for (size_t i = 0; i < chain->count; i++)
        if (head->size > chain->at[i].upto && strcmp(chain->at[i].origin, head->origin) == 0 &&
            ledger_verify_head(&text, &chain->at[i].key, head))
            return true;
    return false;
}

enum result remembered_check(struct ctx *ctx, const struct remembered *heads, size_t from,
                             const struct ledger_chain *chain)
{
    for (size_t i = from; i < heads->count; i++) {
        const struct ledger_head *head = &heads->at[i];
        if (ledger_chain_signed(ctx, chain, head)) continue;
        if (has_parted(chain, head))
            return fail(ctx, BROKEN,
                        "Line %zu of ledger.heads is of the ledger that this one was restored from, after the backup: "
                        "the file is the original's, and nothing is sealed. Move it away (docs/running.md, Alarms).",
                        i + 1);
        if (!has_key(chain, head->key_id))
            return fail(ctx, BROKEN,
                        "Line %zu of ledger.heads is of the key %s, which this database does not know: it is another "
                        "ledger's, or the database went back to before that key took over (docs/running.md, Alarms).",
                        i + 1, head->key_id);
        return fail(
            ctx, BROKEN,
            "Line %zu of ledger.heads bears no signature of a key of this ledger: the file was changed or "
            "damaged, so it says nothing of the database, and until that is mended nothing is sealed (docs/running.md, "
            "Alarms).",
            i + 1);
    }
    return OK;
}

static bool ends_its_day(const struct remembered *heads, size_t i)
{
    return i + NEWEST >= heads->count || heads->at[i].at / DAY != heads->at[i + 1].at / DAY;
}

static bool write_whole(int directory, struct str text)
{
    enum own_file_fault fault;
    int file = own_file_at(directory, fresh_name, OWN_FRESH, 0600, &fault);
    if (file < 0) return false;
    errno = ENOSPC; /* of a write that comes to its end too early */
    bool good = write(file, text.at, text.len) == (ssize_t)text.len && fsync(file) == 0;
    good = close(file) == 0 && good;
    return good && renameat(directory, fresh_name, directory, own_name) == 0 && fsync(directory) == 0;
}

/* Under the lock: what another program adds meanwhile would be lost with the file that is replaced. */
static enum result thin(struct ctx *ctx, struct str directory)
{
    struct remembered heads;
    struct buf text = buf_in(ctx->arena);
    TRY(remembered_read(ctx, directory, &heads));
    for (size_t i = 0; i < heads.count; i++)
        if (ends_its_day(&heads, i)) put_line(&text, &heads.at[i]);
    int opened = open(arena_cstr(ctx->arena, directory), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool good = opened >= 0 && write_whole(opened, buf_str(&text));
    if (opened >= 0) close(opened);
    return good ? OK : cannot(ctx, path_of(ctx, directory, ""), SENTENCE("written"));
}

/* Where the last whole line ends. It is looked for from the end, by blocks: after it may stand anything. */
static off_t whole_size(int file, off_t size)
{
    char block[64 * 1024];
    while (size > 0) {
        off_t from = size > (off_t)sizeof block ? size - (off_t)sizeof block : 0;
        ssize_t len = pread(file, block, (size_t)(size - from), from);
        if (len != (ssize_t)(size - from)) return size;
        while (len > 0 && block[len - 1] != '\n') len--;
        if (len) return from + len;
        size = from;
    }
    return 0;
}

/* Of the last line; 0 when there is none. */
static int64_t newest_size(int file, off_t whole)
{
    char text[512];
    struct ledger_head head;
    off_t from = whole > (off_t)sizeof text ? whole - (off_t)sizeof text : 0;
    ssize_t len = pread(file, text, (size_t)(whole - from), from);
    if (len <= 1) return 0;
    struct str lines = {text, (size_t)len - 1};
    size_t begin = lines.len;
    while (begin > 0 && text[begin - 1] != '\n') begin--;
    return read_line(str_slice(lines, begin, lines.len), &head) ? head.size : 0;
}

enum result remembered_newest(struct ctx *ctx, struct str directory, int64_t *size)
{
    struct stat status;
    int file;
    *size = 0;
    TRY(open_own(ctx, directory, OWN_READ, &file));
    if (file < 0) return OK;
    bool good = look_at_size(file, &status);
    if (good) *size = newest_size(file, whole_size(file, status.st_size));
    close(file);
    return good ? OK : cannot(ctx, path_of(ctx, directory, ""), SENTENCE("read"));
}

static bool is_named(const char *path, const struct stat *file)
{
    struct stat named;
    return lstat(path, &named) == 0 && named.st_ino == file->st_ino && named.st_dev == file->st_dev;
}

/* Another program holds it for a moment; somebody who held it for ever would keep all from being sealed. */
static bool lock(int file)
{
    enum { PATIENCE = 5000, STEP = 20 };
    for (int waited = 0; waited < PATIENCE; waited += STEP) {
        if (flock(file, LOCK_EX | LOCK_NB) == 0) return true;
        if (errno != EWOULDBLOCK && errno != EINTR) return false;
        poll(NULL, 0, STEP);
    }
    return false;
}

/* Two programs may share the directory when the database is elsewhere. The file is the caller's alone until it is
 * closed; one that was replaced while its lock was awaited is not the file any more. */
static enum result hold(struct ctx *ctx, struct str directory, int *file, struct stat *status)
{
    const char *path = path_of(ctx, directory, "");
    for (;;) {
        TRY(open_own(ctx, directory, OWN_APPEND, file));
        bool good = lock(*file) && look_at_size(*file, status);
        if (good && is_named(path, status)) return OK;
        close(*file);
        if (!good) return cannot(ctx, path, "written");
    }
}

/* What another program has added meanwhile is newer, and then this line is not needed. */
static bool append(struct ctx *ctx, int file, const struct stat *status, const struct ledger_head *head)
{
    struct buf line = buf_in(ctx->arena);
    put_line(&line, head);
    off_t whole = whole_size(file, status->st_size);
    if (whole < status->st_size && ftruncate(file, whole) != 0) return false;
    if (newest_size(file, whole) >= head->size) return true;
    errno = ENOSPC; /* of a write that comes to its end too early */
    return write(file, line.at, line.len) == (ssize_t)line.len;
}

enum result remembered_add(struct ctx *ctx, struct str directory, const struct ledger_head *head)
{
    struct stat status = {0};
    int file;
    TRY(hold(ctx, directory, &file, &status));
    if (status.st_size > REMEMBERED_LIMIT) {
        enum result thinned = thin(ctx, directory);
        close(file);
        TRY(thinned);
        TRY(hold(ctx, directory, &file, &status));
    }
    bool good = append(ctx, file, &status, head);
    good = close(file) == 0 && good;
    return good ? OK : cannot(ctx, path_of(ctx, directory, ""), SENTENCE("written"));
}

enum result remembered_set_aside(struct ctx *ctx, struct str directory)
{
    const char *path = path_of(ctx, directory, ""), *aside = path_of(ctx, directory, ".before");
    if (rename(path, aside) == 0 || errno == ENOENT) return OK;
    return cannot(ctx, path, "set aside");
}
